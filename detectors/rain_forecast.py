"""Rain that has fallen and rain that is forecast, against four levels.

    S_d(t) = measured rain in (t - d, t],  F(t, e] = rain forecast for (t, e]
    M_d(t) = max over e in (t, t + d] of  measured rain in (e - d, t] + F(t, e]
    will reach:   M_d(t) >= threshold[k, d], and S_d(t) < threshold or F(t, t + d] >= threshold
    has reached:  S_d(t) >= threshold[k, d], and it may continue:
                  F(t, t + continuation] >= continues

This is how the national signals are worded (中国气象局令第16号): within the period rain will reach
the figure, or has reached it and may continue. `will_reach: false` leaves the first out
(Guangdong's orange and red). Where the forecast does not tell the next `continuation`, or none is
connected, measured rain counts as going on if `observed_alone`.

A forecast reading is one increment: its time is the end of the increment, and the declared cadence
of its sensor the length. The step learns no time of issue; readings come in order of issue, so
the table of increments to come has one cell for each length of time, and the newest to arrive
takes the place of what was said before. What a newer issue says nothing of stays as it was. Kept
is what ends after the last measured reading and within `horizon` of it.

A forecast may raise a level at once. It never lowers one, however much it sinks: a level falls
only on a good measured reading, not below what S_d holds (less the dead band), and, as long as a
forecast is connected, only while it covers the next `known_ahead`; NONE is told under the same
conditions. Measured sums, coverage, running totals and the ring of cells are those of
[rain_windows](rain_windows.md). Units: mm, ms. Limits: rain within one forecast increment is taken
as even; an issue whose times lie between those of the one before may count up to one increment
twice.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> gauge = Sensor("rain", 600_000, False, 0.0, (Sensor("rain", 600_000, False),))
>>> fill(table[0], Options(known_ahead="10 min"), {"blue": {"20 min": "5 mm"}}, gauge)
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], port, t * 600_000, v, 1)  # 2 mm fell, 4 mm to come
...  for port, t, v in [(0, 10, 0.0), (1, 12, 0.0), (0, 11, 2.0), (1, 12, 4.0)]]
[-1, -1, 0, 1]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors import rain_windows
from detectors.rain_windows import MOST, settled, take
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import parse_duration, say_duration
from tongluo.core.units import parse_value

FIELDS = [(name, rain_windows.PARAMS[name]) for name in rain_windows.PARAMS.names or ()]
PARAMS = np.dtype(
    [
        ("length_ahead", "i8"),  # of a forecast increment, ms; 0 = no forecast is connected
        ("will_reach", "i8"),
        ("alone", "i8"),
        ("continuation", "i8"),  # ms
        ("continues", "i8"),  # micrometres
        ("known", "i8"),  # ms
        ("horizon", "i8"),  # ms
        *FIELDS,  # last: numba takes a row that only goes on after them for one of rain_windows
    ],
    align=True,
)
AHEAD = np.dtype([("t", "i8"), ("rain", "i8")])  # up to when; micrometres
MOST_AHEAD = 1024
WILL, HAS, ALONE = 1, 2, 3
WHY = (
    "window_ms",
    "sum_mm",
    "threshold_mm",
    "next_window_ms",
    "next_sum_mm",
    "next_threshold_mm",
    "covered",
    "last_mm",
    "ahead_mm",  # M_d less S_d
    "how",  # 1 will reach, 2 has and may continue, 3 has and no forecast tells more, 0 is kept
    "known_ahead",
    "holding",  # bit 4 x window + grade of each measured sum that holds the level
    "holding_ahead",  # the same of each sum with the forecast
)


class Options(rain_windows.Options):
    """Options of a rule with this detector."""

    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a window that readings must account for."""
    dead_band: str = "0 mm"
    """A reached level is kept until the sum is this much below its threshold."""
    will_reach: bool = True
    """Whether rain that is only forecast counts."""
    continuation: str = "1 h"
    """How far ahead it is asked whether rain goes on."""
    continues: str = "0.1 mm"
    """Forecast for the next `continuation` from which rain goes on."""
    observed_alone: bool = True
    """Whether measured rain that has reached a threshold counts when no forecast tells more."""
    horizon: str = "72 h"
    """How far ahead forecasts are kept."""
    known_ahead: str = "1 h"
    """How far the forecast must reach for NONE and for a fall; `0 h`: the gauge decides alone."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    rain_windows.fill(row, options, levels, sensor)
    forecast = sensor.others[0] if sensor.others else None
    row["length_ahead"] = forecast.cadence if forecast is not None else 0
    if forecast is None and not options.observed_alone:
        raise ValueError("without a forecast and without `observed_alone` no level can be reached")
    row["continuation"] = parse_duration(options.continuation)
    row["known"] = parse_duration(options.known_ahead) if forecast is not None else 0
    row["continues"] = round(parse_value(options.continues, "rain") * rain_windows.UM)
    row["will_reach"], row["alone"] = int(options.will_reach), int(options.observed_alone)
    if row["continuation"] <= 0 or row["continues"] <= 0:
        raise ValueError("`continuation` and `continues` must be more than 0")
    farthest = max(int(row["length"].max()), int(row["continuation"]), int(row["known"]))
    row["horizon"] = max(parse_duration(options.horizon), farthest)
    if cells_ahead(row) > MOST_AHEAD:
        raise ValueError(
            f"a forecast every {say_duration(int(row['length_ahead']))} is too fine for "
            f"{say_duration(int(row['horizon']))}: at most {MOST_AHEAD} increments are kept"
        )


def cells_ahead(row: Any) -> int:
    """How many forecast increments a row of parameters may look at."""
    return int(row["horizon"]) // int(row["length_ahead"]) + 3 if row["length_ahead"] else 1


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window, ms."""
    return rain_windows.longest(levels)


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: what rain_windows keeps, and the increments to come."""
    shared = rain_windows.state_dtype(table)
    cells = max((cells_ahead(row) for row in table), default=1)
    return np.dtype(
        [
            *((name, shared[name]) for name in shared.names or () if name != "why"),
            ("wet", "i8"),  # no rain is forecast after this time
            ("best", "i8", (rain_windows.WINDOWS,)),  # M_d, micrometres
            ("come", "i8", (rain_windows.WINDOWS,)),  # F(t, t + d]
            ("why", "f8", (len(WHY),)),
            ("ahead", AHEAD, (cells,)),
        ],
        align=True,
    )


@compiled
def foretell(p: Any, s: Any, t: int, rain: int) -> None:
    """Take in one forecast increment in place of what was said of its time."""
    if s["last"] > 0 and not s["last"] < t <= s["last"] + p["horizon"]:
        return
    cell = s["ahead"][t // p["length_ahead"] % s["ahead"].shape[0]]
    cell["t"], cell["rain"] = t, rain
    if rain > 0 and t > s["wet"]:
        s["wet"] = t


@compiled
def to_come(p: Any, s: Any, now: int, span: int) -> tuple[int, int]:
    """(rain forecast for the next `span`, micrometres, and how much of it is forecast, ms)."""
    length, ahead = p["length_ahead"], s["ahead"]
    rain = cover = 0
    if length == 0:
        return rain, cover
    for q in range(now // length, (now + span) // length + 2):
        cell = ahead[q % ahead.shape[0]]
        part = min(cell["t"], now + span) - max(cell["t"] - length, now)
        if cell["t"] // length == q and part > 0:
            rain += cell["rain"] * part // length
            cover += part
    return rain, min(cover, span)


@compiled
def look_ahead(p: Any, s: Any, d: int, now: int) -> None:
    """The largest sum of a window that ends in the next `d`, and the rain forecast for that."""
    length, span, ahead, ring = p["length_ahead"], p["length"][d], s["ahead"], s["cells"]
    s["best"][d], s["come"][d] = s["sum"][d], 0
    if length == 0 or p["will_reach"] == 0 or s["wet"] <= now:
        return
    k, held, fell = s["pushed"] - s["tail"][d], s["sum"][d], 0
    for q in range(now // length, (now + span) // length + 2):
        cell = ahead[q % ahead.shape[0]]
        end = min(cell["t"], now + span)
        part = end - max(cell["t"] - length, now)
        if cell["t"] // length != q or part <= 0:
            continue
        fell += cell["rain"] * part // length
        while k < s["pushed"] and ring[k % ring.shape[0]]["t"] <= end - span:
            held -= ring[k % ring.shape[0]]["rain"]
            k += 1
        s["best"][d] = max(s["best"][d], held + fell)
    s["come"][d] = fell


@compiled
def way(p: Any, s: Any, d: int, need: int, goes_on: int) -> int:
    """How a window reaches a threshold: 0 not at all, WILL, or `goes_on` (HAS, ALONE or 0)."""
    if s["sum"][d] >= need and goes_on > 0:
        return goes_on
    if s["best"][d] >= need and (s["sum"][d] < need or s["come"][d] >= need):
        return WILL
    return 0


@compiled
def reached(p: Any, s: Any, goes_on: int) -> int:
    """The highest level; one that was reached before is kept by measured rain alone."""
    level = 0
    for d in range(p["windows"]):
        for grade in range(4):
            need = p["threshold"][d, grade]
            kept = grade + 1 <= s["level"] and s["sum"][d] >= need - p["band"]
            if need >= 0 and (kept or way(p, s, d, need, goes_on) > 0) and grade + 1 > level:
                level = grade + 1
    return level


@compiled
def explain_into(p: Any, s: Any, level: int, goes_on: int) -> None:
    """Write the evidence: the window that decides and how, and the one that lacks least to rise."""
    why = s["why"]
    why[:] = 0.0
    best, least = -1.0, -1
    for d in range(p["windows"]):
        for grade in range(4):
            need = p["threshold"][d, grade]
            if need <= 0:
                continue
            how = way(p, s, d, need, goes_on)
            ratio = s["best"][d] / need
            if how > 0:
                ratio += 1.0  # a window that reaches it goes before one that only keeps it
            if grade + 1 == level and ratio > best:
                best = ratio
                why[0], why[1], why[2] = p["length"][d], s["sum"][d] / 1000.0, need / 1000.0
                why[8], why[9] = (s["best"][d] - s["sum"][d]) / 1000.0, how
            if grade + 1 == level and s["sum"][d] >= need - p["band"]:
                why[11] += 1 << (4 * d + grade)
            if grade + 1 == level and how == WILL:
                why[12] += 1 << (4 * d + grade)
            if grade + 1 > level and (least < 0 or need - s["best"][d] < least):
                least = max(need - s["best"][d], 0)
                why[3], why[4], why[5] = p["length"][d], s["best"][d] / 1000.0, need / 1000.0


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One increment, mm: measured at port 0, forecast at port 1. Returns the level."""
    good, before = False, s["level"]
    if port == 0:
        good = take(p, s, t, value, flag)
    elif p["length_ahead"] > 0 and flag <= p["worst"] and 0.0 <= value <= MOST and t > 0:
        foretell(p, s, t, math.floor(value * 1000.0 + 0.5))
    now = s["last"]
    if now == 0:
        return int(before)
    for d in range(p["windows"]):
        look_ahead(p, s, d, now)
    rain, cover = to_come(p, s, now, p["continuation"])
    goes_on = 0
    if rain >= p["continues"]:
        goes_on = HAS
    elif cover < p["continuation"] and p["alone"] > 0:
        goes_on = ALONE
    told = to_come(p, s, now, p["known"])[1] >= p["known"]
    share, level = s["known"], reached(p, s, goes_on)
    if told or level >= 1:
        level = settled(p, s, level, bool(good and told), share)
    else:
        level = before if before >= 1 else -1
    if level != before:
        explain_into(p, s, level, goes_on)
        s["why"][6], s["why"][7], s["why"][10] = share, value, 1.0 if told else 0.0
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What fell, what is to come, what it was held against: which of the two it was."""
    out: dict[str, Any] = {}
    if why["threshold_mm"]:
        out["en"], out["zh"] = _words(why, say_duration(int(why["window_ms"])))
        holding = [*_holding(row, why, "holding"), *_holding(row, why, "holding_ahead")]
        out["lower_if"] = holding[0] if len(holding) == 1 else {"all": holding}
    if cap < 4:  # the evidence is of the level reached: what ends the capped one it cannot say
        out.pop("lower_if", None)
    elif why["next_threshold_mm"]:
        out["higher_if"] = _higher(row, why)
    missing = []
    if why["covered"] < row["coverage"]:
        missing.append(f"readings cover {why['covered']:.0%} of a window")
    if not why["known_ahead"]:
        missing.append(f"no forecast of the next {say_duration(int(row['known']))}")
    return out | ({"missing": "; ".join(missing)} if missing else {})


def _words(why: Mapping[str, float], window: str) -> tuple[str, str]:
    """What the level rests on, in English and Chinese."""
    fell, need = why["sum_mm"], why["threshold_mm"]
    if why["how"] == WILL:
        sum_ = round(fell + why["ahead_mm"], 3)
        return (
            f"rain in {window} will reach {sum_:g} mm (threshold {need:g} mm): {fell:g} mm have "
            "fallen, the rest is forecast",
            f"{window}降雨量将达{sum_:g}毫米（阈值{need:g}毫米）：此前已降{fell:g}毫米，其余为预报",
        )
    en, zh = {
        HAS: (" and it may continue by the forecast", "，预报降雨仍将持续"),
        ALONE: ("; no forecast says that it ends", "，尚无预报表明降雨将止"),
    }.get(int(why["how"]), ("", ""))
    return (
        f"{fell:g} mm of rain in {window}{en} (threshold {need:g} mm)",
        f"{window}降雨量已达{fell:g}毫米{zh}（阈值{need:g}毫米）",
    )


def _higher(row: Any, why: Mapping[str, float]) -> dict[str, Any]:
    short = round(why["next_threshold_mm"] - why["next_sum_mm"], 3)
    if short > 0:
        return {"window": say_duration(int(why["next_window_ms"])), "mm_more": short}
    ahead = say_duration(int(row["continuation"]))
    return {"forecast_of_next": ahead, "mm_at_least": int(row["continues"]) / rain_windows.UM}


def _holding(row: Any, why: Mapping[str, float], name: str) -> list[dict[str, Any]]:
    """Every sum that holds the level, and what it must fall below for the level to fall."""
    measured, bits = name == "holding", int(why[name])
    key, band = ("mm_below", int(row["band"])) if measured else ("mm_with_forecast_below", 0)
    return [
        {
            "window": say_duration(int(row["length"][d])),
            key: int(row["threshold"][d, grade] - band) / rain_windows.UM,
        }
        for d in range(rain_windows.WINDOWS)
        for grade in range(4)
        if bits >> (4 * d + grade) & 1
    ]


DETECTOR = Detector(
    name="rain_forecast",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
    ports=(Port("forecast", ("rain",), optional=True, forecast=True),),
    shape="windows",
)
