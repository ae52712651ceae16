"""Time until the water reaches a level: a robust trend, carried on, against lead times.

    slope = median of (v_j - v_i) / (t_j - t_i) over all pairs of a window        (Theil-Sen)
    low, high = the pairwise slopes of the ranks (N -+ z sqrt(V)) / 2              (Sen 1968)
    line(t) = median of v_i + slope (t - t_i)
    time[k] = (threshold[k] - line(t)) / slope
    level = max{k : v >= threshold[k], or low > 0 and time[k] <= within[k]}

H. Theil 1950; P. K. Sen, J. Am. Stat. Assoc. 63 (1968); the interval as scipy.stats.theilslopes
has it. The trend counts only when it is significant: when even the lower end of its interval
rises. A level that is reached already counts whatever the trend is. The window is thinned to at
most 21 points, the first reading of each twentieth; the trend is fitted anew at each of them.

Units: m (or m3/s), hours; readings are shifted to the thresholds' datum. NONE and a fall need
`points` points that span half the window. Use: time to the warning or the guaranteed level
(警戒水位, 保证水位), to a reservoir's flood limit or crest. Limits: it carries a straight line on;
a rise that grows comes sooner, a crest never comes.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(window="1 h"), {"yellow": {"level": "3.2 m", "within": "2 h"}},
...      Sensor("stage", 600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([2.0, 2.0, 2.0, 2.0, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6], 1):
...     state[0]["level"] = step(table[0], state[0], t * 600_000, v, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, -1, -1, 0, 0, 0, 0, 2, 2, 2]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
from pydantic import Field

from detectors.heights import (
    DUST,
    HEIGHTS,
    SCALE,
    fill_scale,
    judgeable,
    next_of,
    option,
    read_value,
    threshold_of,
    units,
    unjudged,
)
from detectors.options import Options as _Options
from detectors.options import grades, kept
from detectors.points import HOUR, POINT, add_point, first_since, line_at, slopes
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration

POINTS = 21
FLAT = 1e-9  # m/h: slower than any water
MARGIN = 1e-6  # m: far more than rounding, where a fit is spared
PARAMS = np.dtype(
    [
        *SCALE,
        ("within", "f8", (4,)),  # hours
        ("shift", "f8"),
        ("window", "i8"),  # ms
        ("points", "i8"),
        ("z", "f8"),
        ("keep", "f8"),
    ],
    align=True,
)
WHY = (
    "level",
    "value",
    "slope_per_h",
    "slope_low",
    "slope_high",
    "line",
    "threshold",
    "hours",
    "hours_early",
    "hours_late",
    "points",
    "flag",
)


class Options(_Options):
    """Options of a rule with this detector."""

    window: str = "2 h"
    """How far back the trend is fitted; at most 24 h."""
    points: int = Field(default=5, ge=3, le=20)
    """How many points the trend needs."""
    confidence: float = Field(default=0.9, ge=0.5, lt=1)
    """Of the interval of the slope: its lower end must rise."""
    keep: float = Field(default=1.5, ge=1, le=10)
    """A level that was told is kept while its threshold is within so many times its lead."""
    dead_band: str = ""
    """How far below a threshold the water must go for a reached level to end, like "0.1 m"; empty:
    not at all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    read, row["within"][:] = {}, 0.0
    for word, told in levels.items():
        if not isinstance(told, Mapping) or set(told) != {"level", "within"}:
            raise ValueError(f"{word}: write {{level: 3.2 m, within: 2 h}}")
    for grade, told in grades(levels):
        read[grade] = read_value(told["level"], sensor.quantity)
        row["within"][grade] = parse_duration(told["within"]) / HOUR
    fill_scale(row, read, options.dead_band, sensor.quantity, options.worst)
    row["window"] = option("window", lambda: parse_duration(options.window))
    if not 2 * sensor.cadence <= row["window"] <= DAY:
        raise ValueError("window: between two cadences of the sensor and 24 h")
    row["shift"], row["points"], row["keep"] = sensor.shift, options.points, options.keep
    row["z"] = NormalDist().inv_cdf((1 + options.confidence) / 2)


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window there may be: a day, ms."""
    return DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the trend and the points it is fitted to."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("pushed", "i8"),
            ("used", "i8"),  # points of the trend; fewer than needed: 0
            ("fitted", "i8"),  # 1: the trend is known, not only what it can be at most
            ("at", "i8"),  # the newest point of the trend
            ("top", "f8"),
            ("steepest", "f8"),  # the highest point, and the most that the trend can be
            ("slope", "f8"),
            ("low", "f8"),
            ("high", "f8"),
            ("line", "f8"),
            ("why", "f8", (len(WHY),)),
            ("ring", POINT, (POINTS + 1,)),
            ("rate", "f8", (POINTS + 1,)),  # of each point: the slope to it from the one before
            ("room", "f8", (POINTS * (POINTS + 1) // 2,)),
        ],
        align=True,
    )


@compiled
def begin(p: Any, s: Any, t: int) -> None:
    """Another point: the trend must be fitted anew, when it is asked for."""
    ring = s["ring"]
    first, end, n = first_since(ring, s["pushed"], t - p["window"]), s["pushed"], ring.shape[0]
    s["at"], s["used"], s["fitted"] = t, 0, 0
    if end > 1:
        a, b = ring[(end - 2) % n], ring[(end - 1) % n]
        s["rate"][(end - 1) % n] = (b["v"] - a["v"]) / (float(b["t"] - a["t"]) / HOUR)
    if end - first < p["points"] or 2 * (t - ring[first % n]["t"]) < p["window"]:
        return
    k = first % n
    steepest, top = 0.0, ring[k]["v"]
    for _ in range(first + 1, end):  # no slope is more than that of some neighbours
        k = k + 1 if k + 1 < n else 0
        steepest, top = max(steepest, s["rate"][k]), max(top, ring[k]["v"])
    s["used"], s["steepest"], s["top"] = end - first, steepest, top


@compiled
def fit(p: Any, s: Any) -> None:
    """Fit the trend to the points of the window, if it is not yet known."""
    if s["used"] == 0 or s["fitted"] > 0:
        return
    first, end = s["pushed"] - s["used"], s["pushed"]
    s["slope"], s["low"], s["high"] = slopes(s["ring"], first, end, p["z"], s["room"])
    s["line"] = line_at(s["ring"], first, end, s["slope"], s["at"], s["room"])
    s["fitted"] = 1


@compiled
def beyond(p: Any, s: Any, t: int, need: float, lead: float) -> bool:
    """Whether the steepest trend there can be, from the highest point, would not come so far."""
    if s["fitted"] > 0:
        return False
    hours = float(t - s["at"] + p["window"]) / HOUR
    return bool(need - s["top"] > s["steepest"] * (hours + lead) + MARGIN)


@compiled
def line(s: Any, t: int) -> float:
    """Where the trend's line is now."""
    return float(s["line"]) + float(s["slope"]) * (float(t - s["at"]) / HOUR)


@compiled
def comes(p: Any, s: Any, t: int, grade: int, v: float) -> bool:
    """Whether a threshold is reached, or will be within its lead."""
    need, was = p["threshold"][grade] - DUST, grade + 1 <= s["level"]
    if v >= need or (was and v >= need - p["band"]):
        return True
    lead = p["within"][grade] * (p["keep"] if was else 1.0)
    if math.isnan(need) or s["used"] == 0 or beyond(p, s, t, need, lead):
        return False
    fit(p, s)
    if s["low"] <= FLAT:
        return False
    return bool(need - line(s, t) <= s["slope"] * (lead + 1e-9))


@compiled
def explain_into(p: Any, s: Any, t: int, level: int, value: float, flag: int) -> None:
    """Write the evidence."""
    fit(p, s)
    why = s["why"]
    why[:] = math.nan
    why[0], why[1], why[10], why[11] = level, value, s["used"], flag
    if s["used"] > 0:
        why[2], why[3], why[4], why[5] = s["slope"], s["low"], s["high"], line(s, t)
    for grade in range(level):
        if not math.isnan(p["threshold"][grade]):
            why[6] = p["threshold"][grade]
    if level >= 1 and s["used"] > 0 and s["low"] > FLAT:
        short = max(why[6] - why[5], 0.0)
        why[7], why[8], why[9] = short / why[2], short / why[4], short / why[3]


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One level, m, or flow, m3/s. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = 0
    v = value + p["shift"]
    if not judgeable(p, s, t, value, flag):
        level = kept(before)
    else:
        s["last"] = t
        pushed = s["pushed"]
        s["pushed"] = add_point(s["ring"], pushed, p["window"] // (POINTS - 1) + 1, t, v)
        if s["pushed"] > pushed:
            begin(p, s, t)
        for grade in range(4):
            if comes(p, s, t, grade, v):
                level = grade + 1
        if s["used"] == 0 and level < max(before, 1):
            level = kept(before)
    if level != before:
        explain_into(p, s, t, level, v if math.isfinite(v) else math.nan, flag)
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How fast it rises, when it will be where, and what would have changed the level."""
    out: dict[str, Any] = {}
    level, (unit, zh) = min(int(why["level"]), cap), units(row)
    if level >= 1:
        need, value = threshold_of(row, level), round(why["value"], 3)
        out["en"] = f"level {value:g} {unit}, {need:g} {unit}"
        out["zh"] = f"现{value:g}{zh}，{need:g}{zh}"
        trend, words = _when(why, need)
        out["en"] += trend[0] if trend else " reached"
        out["zh"] += trend[1] if trend else "已达到"
        if words:
            out["en"] += f", rising {words} {unit} per h"
            out["zh"] += f"，每小时上涨{words}{zh}"
        hours = round(float(row["within"][_grade(row, level)] * row["keep"]), 3)
        end = round(need - float(row["band"]), 3)
        out["lower_if"] = {f"{unit}_below": end, "not_within_h": hours}
    later = next_of(row, level, cap)
    if level >= 0 and math.isfinite(later):
        within = round(float(row["within"][_grade(row, 0, later)]), 3)
        out["higher_if"] = {unit: later, "within_h": within}
    if level >= 0 and why["points"] == 0:
        out["missing"] = "too few readings for a trend"
    out.update(unjudged(why, int(row["worst"])))
    return out


def _grade(row: Any, level: int, need: float = math.nan) -> int:
    """The grade whose threshold is told: of a level, or of a value."""
    need = threshold_of(row, level) if math.isnan(need) else need
    return next(g for g in range(4) if float(row["threshold"][g]) == need)


def _when(why: Mapping[str, float], need: float) -> tuple[tuple[str, str] | None, str]:
    """(when it is reached, in both languages; None = it is), how fast it rises ("" = not known)."""
    if not why["slope_low"] > FLAT:
        return None, ""
    slopes = [why["slope_per_h"], why["slope_low"], why["slope_high"]]
    speed = "{:.2g} ({:.2g} - {:.2g})".format(*slopes)
    short = need - max(why["line"], why["value"] if why["value"] >= need else why["line"])
    if short <= 0:
        return None, speed
    said = [say_span(short / x) for x in (slopes[0], slopes[2], slopes[1])]
    en = " in {} ({} to {})".format(*(x[0] for x in said))
    zh = "将在{}后达到（{}至{}）".format(*(x[1] for x in said))
    return (en, zh), speed


def say_span(hours: float) -> tuple[str, str]:
    """A length of time in whole minutes, as people say it, in both languages.

    >>> say_span(4 / 3), say_span(3.0), say_span(1000.0)
    (('1 h 20 min', '1小时20分钟'), ('3 h', '3小时'), ('over 10 d', '10天以上'))
    """
    if not hours <= 240:
        return "over 10 d", "10天以上"
    h, minutes = divmod(round(hours * 60), 60)
    if h and minutes:
        return f"{h} h {minutes} min", f"{h}小时{minutes}分钟"
    return (f"{h} h", f"{h}小时") if h else (f"{minutes} min", f"{minutes}分钟")


DETECTOR = Detector(
    name="time_to_level",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=(*HEIGHTS, "flow"),
)
