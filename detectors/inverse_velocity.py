"""The time of failure by inverse velocity, and four levels by the time that is left.

    1/v = a * t + b after the onset of acceleration,  t_f = -b / a  (Fukuzono 1985)

1. Onset: the short average of the speed passes `onset` times the long one, by more than k standard
   errors. Before it, or when the short falls below the long again, there is no failure trend.
2. Fit: the line, in its integrated form and with Voight's exponent alpha near 2 (`alpha`,
   `alpha_sd`; 0.001 for the straight line alone), by weighted least squares on thinned positions
   since the onset; see `detectors/voight.py`. It gives t_f and an interval of 90 %.
3. The fit counts with enough `points`, when it explains at least `r2` of what a straight
   displacement leaves, and better than a parabola does; when the speed has grown by `rise` since
   the onset, and the interval is not wider than `width` times either way.
4. Level: the highest k with time left <= level[k], by the interval's early end or its centre, for n
   of the last m fits. A fit is made when 1/40 of the time since the onset, or 1/20 of the time
   left, has gone by.

NONE says that there is no failure trend, or that the failure is further away than every level;
UNKNOWN until the long average is filled. A single jump of more than `jump` standard deviations of a
reading is taken out when the movement then goes on as before (an instrument's step), and waits one
reading for that; a spike is dropped. A fall, a speed that is not positive and 1/v that rises end
the trend. Positions are thinned with age, so that memory is bounded. After a silence of twice the
`long` average all begins anew; a level told stays until something can be told.

Limits: a slope driven by rain or a reservoir speeds up without failing, and a pulse that rises for
days looks like a failure while it rises; a failure within a reading or two is not seen coming.
Units: those of the quantity, days. Sources: Fukuzono 1985; Voight 1988; Carla et al. 2017; a
comparison of filters in NHESS 22:411 (2022).

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"yellow": "7 d", "orange": "2 d", "red": "12 h"},
...      Sensor("displacement", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> told = {}
>>> for hour in range(1, 40 * 24):
...     left = 40 - hour / 24
...     mm = 2 * hour / 24 if left > 20 else 40 + 40 * math.log(20 / left)
...     level = int(step(table[0], state[0], hour * 3_600_000, mm, 1))
...     told = {level: round(left, 1)} | told
...     state[0]["level"] = level
>>> sorted(told.items())  # level: days before failure when it was first told
[(-1, 40.0), (0, 32.9), (2, 6.8), (3, 1.9), (4, 0.5)]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import Field

from detectors.creep import FIELDS, begin, noise_of, take
from detectors.options import Options as _Options
from detectors.options import ever, grades, kept
from detectors.rates import (
    MOVEMENTS,
    PERSIST,
    next_of,
    parse_persistence,
    parse_positive,
    parse_rate,
    threshold_of,
)
from detectors.trend import fresh, persist, persist_fields
from detectors.voight import fit, line
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration

PARAMS = np.dtype(
    [
        ("left", "f8", (4,)),  # days, NaN = none
        ("early", "i8"),
        ("short", "f8"),  # days
        ("long", "f8"),
        ("memory", "f8"),
        ("cadence", "f8"),
        ("noise", "f8"),
        ("slowest", "f8"),
        ("onset", "f8"),
        ("k", "f8"),
        ("jump", "f8"),
        ("points", "i8"),
        ("r2", "f8"),
        ("bend", "f8"),
        ("rise", "f8"),
        ("width", "f8"),
        ("p", "f8"),
        ("p_sd", "f8"),
        *PERSIST,
        ("worst", "i8"),
    ],
    align=True,
)
WHY = ("level", "left_d", "early_d", "late_d", "failure_ms", "alpha", "r2", "velocity", "onset_ms")
MOST = 6.0  # readings of one cell that count: what they have in common is no noise
NINETY = 1.645
DAY_MS = 86_400_000.0


class Options(_Options):
    """Options of a rule with this detector."""

    by: Literal["centre", "early"] = "centre"
    """Whether levels go by the most likely time of failure or by the interval's early end."""
    short: str = "12 h"
    """Time constant of the short average of speed, at least two readings."""
    long: str = "7 d"
    """Time constant of the long average, at least four short ones."""
    memory: str = "120 d"
    """Positions older than this are forgotten."""
    onset: float = Field(default=1.3, gt=1)
    """Acceleration begins when the short average passes this many times the long one."""
    k: float = Field(default=3.0, ge=0)
    """And when it does so by this many standard errors of the short average."""
    noise: str = ""
    """Standard deviation of one reading, like "0.5 mm"; empty: learned."""
    slowest: str = ""
    """A speed below this, like "0.1 mm/d", is none."""
    jump: float = Field(default=5.0, gt=0)
    """A jump of so many standard deviations may be a step of the instrument."""
    points: int = Field(default=7, ge=5, le=64)
    """Fewest positions since the onset for a fit."""
    r2: float = Field(default=0.95, gt=0, lt=1)
    """Share that the fit must explain of what a straight line of displacement leaves."""
    bend: float = Field(default=0.1, gt=0, le=1)
    """Largest share that the fit may leave of what a parabola of displacement leaves: a pulse that
    rises evenly is a parabola."""
    rise: float = Field(default=2.0, ge=1)
    """How much faster the slope must have become since the onset."""
    width: float = Field(default=2.0, gt=1)
    """Widest interval: its ends may be so many times further or nearer than the centre."""
    alpha: float = Field(default=2.0, gt=1.2, lt=4)
    """Voight's exponent, most likely; 2 = inverse velocity falls along a straight line."""
    alpha_sd: float = Field(default=0.2, gt=0, lt=1)
    """How far it may well be off."""
    persistence: str = "2 of 3"
    """How many of the last fits must come to a level before it is told, or let go."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["left"][:] = math.nan
    known = [(grade, _left(text)) for grade, text in grades(levels)]
    if not known:
        raise ValueError("give at least one level")
    if [x for _, x in known] != sorted({x for _, x in known}, reverse=True) or known[-1][1] <= 0:
        raise ValueError("the time left must fall from blue to red, and be more than 0")
    for grade, left in known:
        row["left"][grade] = left / DAY_MS
    cadence = sensor.cadence / DAY_MS
    row["cadence"], row["early"] = cadence, int(options.by == "early")
    row["short"] = max(parse_duration(options.short) / DAY_MS, 2 * cadence)
    row["long"] = max(parse_duration(options.long) / DAY_MS, 4 * row["short"])
    row["memory"] = parse_duration(options.memory) / DAY_MS
    if row["memory"] < 2 * row["long"]:
        raise ValueError("memory: must be at least two long averages")
    row["noise"] = parse_positive(options.noise, sensor.quantity, "noise") if options.noise else 0
    row["slowest"] = parse_rate(options.slowest, sensor.quantity) if options.slowest else 0.0
    for name in ("onset", "k", "jump", "points", "r2", "bend", "rise", "worst"):
        row[name] = getattr(options, name)
    row["width"] = math.log(options.width)
    row["p"] = 1 / (options.alpha - 1)
    row["p_sd"] = options.alpha_sd / (options.alpha - 1) ** 2
    row["least"], row["of"] = parse_persistence(options.persistence)


def _left(text: Any) -> int:
    if not isinstance(text, str):
        raise ValueError("a level is the time left to failure, like '2 d'")
    return parse_duration(text)


def longest(levels: Mapping[str, Any]) -> int:
    """Twice the usual long average, ms: what is older counts, but little."""
    if not grades(levels):
        raise ValueError("give at least one level")
    return 14 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: filters, positions, and the last fit (days since the origin)."""
    found = ("onset", "fitted", "failure", "early", "late", "alpha", "r2")
    return np.dtype(
        [
            ("level", "i8"),
            ("why", "f8", (len(WHY),)),
            ("moving", "i8"),  # 1 and -1: accelerating that way; 0: not
            ("good", "i8"),  # 1: the last fit counts
            *[(name, "f8") for name in found],
            ("b", "f8", (2,)),
            *persist_fields(),
            *FIELDS,
        ],
        align=True,
    )


@compiled
def follow(p: Any, s: Any) -> None:
    """Onset and end of acceleration, by the short and the long average."""
    fast, slow = s["fast"], s["slow"]
    way = 1 if fast > 0.0 else -1
    error = 0.5 * noise_of(p, s) * math.sqrt(p["cadence"] / p["short"]) / p["short"]
    if s["moving"] == 0:
        clear = abs(fast) - abs(slow) > p["k"] * error and abs(fast) > p["slowest"]
        if clear and abs(fast) > p["onset"] * abs(slow) and s["day"] >= p["long"]:
            s["moving"], s["good"] = way, 0
            s["onset"] = s["fitted"] = max(s["day"] - 2.0 * p["short"], 0.0)
            s["failure"] = math.inf
    elif way != s["moving"] or abs(fast) < abs(slow) or abs(fast) <= p["slowest"]:
        s["moving"] = s["good"] = 0


@compiled
def due(s: Any) -> bool:
    """Whether enough time has passed since the last fit to make another."""
    wait = (s["day"] - s["onset"]) / 40.0
    if s["good"] > 0:
        wait = min(wait, (s["failure"] - s["fitted"]) / 20.0)
    return bool(s["day"] - s["fitted"] >= wait)


@compiled
def refit(p: Any, s: Any) -> None:
    """Fit the positions since the onset, and say whether the fit counts."""
    first = 0
    while s["cells"][first]["t"] < s["onset"] and first < s["n"] - 1:
        first += 1
    s["good"], s["fitted"] = 0, s["day"]
    if s["n"] - first < p["points"]:
        return
    still, left, error, q, size, misfit = fit(
        s, first, s["day"], noise_of(p, s), p["p"], p["p_sd"], MOST
    )
    straight, parabola = line(s, first, s["day"], MOST)
    span = s["day"] - s["cells"][first]["t"]
    s["failure"] = s["day"] + left
    far = min(NINETY * error, 50.0)
    s["early"], s["late"] = s["day"] + left * math.exp(-far), s["day"] + left * math.exp(far)
    s["alpha"] = 1.0 + 1.0 / q
    s["r2"] = 1.0 - misfit / straight if straight > 0.0 else 0.0
    rise = math.exp(q * math.log((span + left) / left))
    if still and size * s["moving"] > 0.0 and far <= p["width"] and rise >= p["rise"]:
        s["good"] = int(s["r2"] >= p["r2"] and misfit <= p["bend"] * parabola)


@compiled
def grade_of(p: Any, s: Any) -> int:
    """The highest grade whose time is left."""
    grade = 0
    if s["good"] > 0:
        end = s["early"] if p["early"] > 0 else s["failure"]
        for k in range(4):
            if end - s["day"] <= p["left"][k]:
                grade = k + 1
    return grade


@compiled
def evidence(s: Any, level: int) -> None:
    """Write the last fit, or that there is none."""
    why = s["why"]
    why[:] = math.nan
    why[0], why[7] = level, s["fast"]
    if s["moving"] != 0:
        why[8] = s["origin"] + s["onset"] * DAY_MS
    if s["good"] > 0:
        why[1], why[2] = s["failure"] - s["day"], s["early"] - s["day"]
        why[3], why[4] = s["late"] - s["day"], s["origin"] + s["failure"] * DAY_MS
        why[5], why[6] = s["alpha"], s["r2"]


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One position. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = kept(before)
    if fresh(p, s, t, value, flag):
        away = float(t - s["last"]) / DAY_MS
        if s["n"] == 0 or away > 2.0 * p["long"]:
            begin(s, t, value)
            s["moving"] = s["good"] = s["seen"] = 0
        elif take(p, s, float(t - s["origin"]) / DAY_MS, value) and s["day"] >= p["long"]:
            follow(p, s)
            level = before
            if s["moving"] == 0:
                level = persist(p, s, before, 0, 0)
            elif due(s):
                refit(p, s)
                grade = grade_of(p, s)
                level = persist(p, s, before, grade, grade)
        elif before == 0:
            level = 0
        s["last"] = t
    if level != before:
        evidence(s, level)
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The forecast with its interval, and what would have changed it."""
    level, end = min(int(why["level"]), cap), "early" if row["early"] else "centre"
    need, later = threshold_of(row["left"], level), next_of(row["left"], level, cap)
    known = math.isfinite(why["left_d"])
    out: dict[str, Any] = {}
    if level >= 1:
        limit = _days(need)
        out["en"] = f"failure expected within {limit} by inverse velocity"
        out["zh"] = f"速度倒数法预计{limit}内破坏"
        out["lower_if"] = {"left_more_than": limit, "by": end, "or": "the slope slows down"}
    if level >= 1 and known:
        left, early, late = (why[x] for x in ("left_d", "early_d", "late_d"))
        out["en"] += f": {left:.2f} d left (90 %: {early:.2f} to {late:.2f} d)"
        out["zh"] += f"：剩余{left:.2f}天（90%区间{early:.2f}至{late:.2f}天）"
    if level >= 0 and math.isfinite(later):
        out["higher_if"] = {"left_at_most": _days(later), "by": end}
    if level >= 1 and not known:
        out["missing"] = "the last fit does not count; earlier ones hold the level"
    return out


def _days(left: float) -> str:
    return say_duration(round(left * DAY_MS))


DETECTOR = Detector(
    name="inverse_velocity",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    past=ever,
    explain=explain,
    quantities=MOVEMENTS,
)
