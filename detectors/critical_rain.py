"""Critical rain of a flash flood, by duration and by how wet the ground is.

    S_d(t) = sum of increments in (t - d, t],  level = max{k : S_d(t) >= critical[k, class, d]}
    Pa(day + 1) = k (Pa(day) + P(day)), at most Wm;  class: dry to 0.5 Wm, normal to 0.8 Wm, wet

National practice (山洪灾害分析评价): durations of 0.5, 1, 3, 6, 12 and 24 h, the longest near the
catchment's time of concentration; two grades for each village, prepare to transfer (准备转移) and
transfer now (立即转移); Pa is the antecedent rain index (前期影响雨量) and Wm what the ground can
hold. Usual for humid China: k 0.80 to 0.95, Wm 80 to 120 mm. Levels are written by class:
`orange: {dry: {1 h: 45 mm}, normal: {1 h: 40 mm}, wet: {1 h: 35 mm}}`. A class that is left out
takes the figures of the next wetter one that is given, or else of the next drier.

P is the rain of a hydrological day (default: 08:00 to 08:00, local standard time), and the class
is of the last day that has ended; rain since then counts in S_d alone. What fell on a day that
readings cover less than `coverage` of nobody knows: the ground is then taken to be full. So is it
at the start: the class is the wettest the ground can be, until enough days have been seen (with
k = 0.85 five dry ones), and `missing` says so as long as it might be drier. The same is reckoned
from an empty ground; where both give one class, the class is known.

Where something stands at the port `wetness`, its readings tell the class instead (a reading raises
a level by itself, and only rain readings lower one); Pa tells it before the first of them and once
the last is older than `wetness_stale`. Sums, coverage, running totals and the ring of cells are
those of [rain_windows](rain_windows.md). Units: mm, %, ms. Limits: rain of the day before counts
both in Pa and in a long window that reaches back to it, which is the safe side; the class may
change at the first reading of a day, and with it a level.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> levels = {"red": {"dry": {"10 min": "9 mm"}, "wet": {"10 min": "5 mm"}}}
>>> fill(table[0], Options(), levels, Sensor("rain", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], 0, t * 300_000, v, 1)  # the ground may be wet: 5 mm are too much
...  for t, v in [(1, 1.0), (2, 1.0), (3, 4.0)]]
[-1, 0, 4]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from detectors import ground, rain_windows
from detectors.days import parse_clock
from detectors.rain_windows import explain_into, judged, take
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import DAY, parse_duration
from tongluo.core.units import parse_value
from tongluo.core.words import Level

CLASSES = ("dry", "normal", "wet")
WORDS_ZH = ("较干", "一般", "较湿")
PAST = 10 * DAY  # judged anew from less, the ground is taken as wetter than it is
WETTEST = 200.0  # %; a probe that reads more is broken


def fields(dtype: np.dtype[Any]) -> list[tuple[str, np.dtype[Any]]]:
    """The fields of a row, to be put into another."""
    return [(name, dtype[name]) for name in dtype.names or ()]


PARAMS = np.dtype(
    [
        ("by", rain_windows.PARAMS, (3,)),  # the same windows in each class
        *fields(ground.PARAMS),
        ("share", "f8", (2,)),  # of capacity: the most that is dry, normal
        ("soil", "f8", (2,)),  # %: the same of the port's readings
        ("stale", "i8"),  # ms
        ("prepare", "i8"),
        ("transfer", "i8"),
    ],
    align=True,
)
WHY = (*rain_windows.WHY, "level", "class", "known", "pa_share", "probe_percent")
PLACE = len(rain_windows.WHY)

Colour = Literal["blue", "yellow", "orange", "red"]


class Options(rain_windows.Options):
    """Options of a rule with this detector."""

    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a window, and of a day, that readings must account for."""
    dead_band: str = "0 mm"
    """A reached level is kept until the sum is this much below its critical rain."""
    prepare: Colour = "orange"
    """The lowest level whose words are: prepare to transfer."""
    transfer: Colour = "red"
    """The lowest level whose words are: transfer now."""
    k: float = Field(default=0.85, gt=0, lt=1)
    """What is left of Pa from day to day."""
    capacity: str = "100 mm"
    """Wm: the most that Pa comes to."""
    dry_up_to: float = Field(default=0.5, gt=0, lt=1)
    """Share of the capacity up to which the ground is dry."""
    normal_up_to: float = Field(default=0.8, gt=0, lt=1)
    """Share of the capacity up to which the ground is normal; above, it is wet."""
    day_start: str = "08:00"
    """When a hydrological day begins, local standard time."""
    wetness_dry_up_to: str = "50 %"
    """Reading at the port `wetness` up to which the ground is dry."""
    wetness_normal_up_to: str = "80 %"
    """Reading at the port `wetness` up to which the ground is normal; above, it is wet."""
    wetness_stale: str = "24 h"
    """A reading at the port `wetness` that is older than this tells nothing any more."""

    @model_validator(mode="after")
    def _in_order(self) -> Options:
        if Level[self.prepare.upper()] >= Level[self.transfer.upper()]:
            raise ValueError("`prepare` must be a lower level than `transfer`")
        if self.dry_up_to >= self.normal_up_to:
            raise ValueError("`dry_up_to` must be less than `normal_up_to`")
        return self


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    given = _by_class(levels)
    rows = np.zeros(3, rain_windows.PARAMS)
    for n, word in enumerate(CLASSES):
        try:
            rain_windows.fill(rows[n], options, given[word], sensor)
        except ValueError as wrong:
            raise ValueError(f"on {word} ground: {wrong}") from None
    _same_windows(row["by"], rows)
    soil = [
        parse_value(text, "soil_moisture")
        for text in (options.wetness_dry_up_to, options.wetness_normal_up_to)
    ]
    if soil[0] >= soil[1]:
        raise ValueError("`wetness_dry_up_to` must be less than `wetness_normal_up_to`")
    row["capacity"] = parse_value(options.capacity, "rain") * rain_windows.UM
    if row["capacity"] <= 0:
        raise ValueError("`capacity` must be more than 0 mm")
    row["k"], row["share"], row["soil"] = options.k, (options.dry_up_to, options.normal_up_to), soil
    row["stale"] = parse_duration(options.wetness_stale)
    row["phase"] = sensor.zone - parse_clock(options.day_start)
    row["coverage"], row["cadence"], row["running"] = rows[0][["coverage", "cadence", "running"]]
    row["prepare"] = Level[options.prepare.upper()]
    row["transfer"] = Level[options.transfer.upper()]


def _by_class(levels: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Class -> the levels that rain_windows would be given."""
    out: dict[str, dict[str, Any]] = {word: {} for word in CLASSES}
    for grade, by in levels.items():
        if not isinstance(by, Mapping) or not by or set(by) - set(CLASSES):
            raise ValueError(
                f"{grade}: write critical rain by wetness, like {{wet: {{1 h: 35 mm}}}}; "
                "the classes are dry, normal and wet"
            )
        for n, word in enumerate(CLASSES):
            nearest = [*CLASSES[n:], *reversed(CLASSES[:n])]
            out[word][grade] = by[next(c for c in nearest if c in by)]
    return out


def _same_windows(into: Any, rows: Any) -> None:
    """Bring the classes to the same windows, and see that wetter never needs more rain."""
    lengths = sorted({int(x) for r in rows for x in r["length"][: r["windows"]]})
    if len(lengths) > rain_windows.WINDOWS:
        raise ValueError(f"give 1 to {rain_windows.WINDOWS} different windows, not {len(lengths)}")
    into[:] = rows
    into["windows"], into["length"], into["threshold"] = len(lengths), 0, -1
    for n, r in enumerate(rows):
        into["length"][n][: len(lengths)] = lengths
        for d in range(r["windows"]):
            into["threshold"][n][lengths.index(r["length"][d])] = r["threshold"][d]
    for drier, wetter in ((0, 1), (1, 2), (0, 2)):
        low, high = into["threshold"][drier], into["threshold"][wetter]
        if ((low >= 0) & (high > low)).any():
            raise ValueError(f"{CLASSES[wetter]} ground must not need more rain than "
                             f"{CLASSES[drier]}")  # fmt: skip


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window, ms; where classes differ, also the days that Pa needs to be known."""
    given = _by_class(levels)
    window = max(rain_windows.longest(given[word]) for word in CLASSES)
    return max(window, PAST) if len({repr(given[word]) for word in CLASSES}) > 1 else window


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: what rain_windows keeps, Pa, and the day that is counted."""
    sums = fields(rain_windows.state_dtype(table["by"][:, 0]))
    return np.dtype(
        [
            *(field for field in sums if field[0] != "why"),
            *fields(ground.STATE),
            ("probe", "f8"),  # last good reading at the port, %
            ("probed", "i8"),  # its time; 0 = none yet
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def class_of(value: float, bounds: Any) -> int:
    """0 dry, 1 normal, 2 wet."""
    if value <= bounds[0]:
        return 0
    return 1 if value <= bounds[1] else 2


@compiled
def probed(p: Any, s: Any, t: int) -> bool:
    """Whether the port's last reading still tells the class."""
    return bool(s["probed"] > 0 and -p["stale"] <= t - s["probed"] <= p["stale"])


@compiled
def wetness(p: Any, s: Any, t: int) -> int:
    """The wettest class that the ground can be of."""
    if probed(p, s, t):
        return class_of(s["probe"], p["soil"])
    if s["day"] == 0:
        return 2
    return class_of(s["most"] / p["capacity"], p["share"])


@compiled
def note(p: Any, s: Any, level: int, t: int, wet: int) -> None:
    """Write the evidence that is not of the sums."""
    why, by_probe = s["why"], probed(p, s, t)
    known = s["day"] != 0 and class_of(s["least"] / p["capacity"], p["share"]) == wet
    why[PLACE], why[PLACE + 1] = level, wet
    why[PLACE + 2] = 1.0 if by_probe or known else 0.0
    why[PLACE + 3] = s["most"] / p["capacity"] if s["day"] != 0 else 1.0
    why[PLACE + 4] = s["probe"] if by_probe else -1.0


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One increment, mm, or at port 1 one reading of wetness, %. Returns the level."""
    good, before, last = False, s["level"], s["last"]
    if port == 0:
        good = take(p["by"][0], s, t, value, flag)
        if good:
            ground.count(p, s, last, t, math.floor(value * 1000.0 + 0.5))
    elif flag <= p["by"][0]["worst"] and 0.0 <= value <= WETTEST:
        s["probe"], s["probed"] = value, t
    now = t if port == 0 else s["last"]
    wet = wetness(p, s, now)
    share = s["known"]
    level = judged(p["by"][wet], s, good, share)
    if level != before:
        explain_into(p["by"][wet], s, level, share, value)
        note(p, s, level, now, wet)
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What was summed, what is critical on ground as wet as this, and what to do."""
    wet = int(why["class"])
    out = rain_windows.explain(row["by"][wet], why, cap)
    if "en" in out:
        en, zh = _do(row, min(int(why["level"]), cap))
        out["en"] = out["en"].replace("threshold", f"critical on {CLASSES[wet]} ground") + en
        out["zh"] = out["zh"].replace("阈值", f"土壤{WORDS_ZH[wet]}时临界雨量") + zh
    if not why["known"]:
        doubt = f"how wet the ground is: taken as {CLASSES[wet]}, the wettest it can be"
        out["missing"] = f"{out['missing']}; {doubt}" if "missing" in out else doubt
    return out


def _do(row: Any, level: int) -> tuple[str, str]:
    """What a level asks of people, in English and Chinese."""
    if level >= row["transfer"]:
        return ": transfer now", "，立即转移"
    if level >= row["prepare"]:
        return ": prepare to transfer", "，准备转移"
    return "", ""


DETECTOR = Detector(
    name="critical_rain",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
    ports=(Port("wetness", ("soil_moisture",), optional=True),),
)
