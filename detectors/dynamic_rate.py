"""Speed of a movement against multiples of a limit that its own steady stage sets.

    V0 = 1.5 * mean + 2 * std of the rate in the steady stage
    reached = max{k : |v| >= level[k] * V0}, told when n of the last m judgements came to it

Practice: yellow from V0, orange from 5 V0, red from 10 V0 (Chen et al. 2024). v is the robust slope
over `window`. The statistics are given (`mean_rate`, `std_rate`, with a `record` of who found them
and when), or learned: the rate is taken once a window, and when there are as many as `learn` has
windows (6 to 32) their median and 1.4826 times the median deviation stand for mean and std. If
the later half moves faster than the earlier (by more than twice, and three std), the stage was not
steady: the earlier half is forgotten, and learning goes on. Until then UNKNOWN; a sensor that shows
no movement at all never learns. What was learned stays. Units: those of the quantity per day.
Limits: a slope that already accelerates slowly while learning sets its own limit too high.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(mean_rate="1 mm/d", std_rate="0.25 mm/d", record="approved 2024-03-01",
...                        persistence="1 of 1", window="4 d", points=3),
...      {"yellow": 1, "orange": 5, "red": 10}, Sensor("displacement", 86_400_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out, mm = [], 0.0
>>> for day, v in enumerate([1.0] * 6 + [3.0] * 4 + [25.0] * 4, 1):
...     mm += v
...     state[0]["level"] = step(table[0], state[0], day * 86_400_000, mm, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, 0, 0, 0, 0, 0, 2, 2, 2, 2, 3, 4, 4]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.options import ever, grades, kept
from detectors.rates import MOVEMENTS, fill_rising, parse_rate
from detectors.speed import (
    SPEED_PARAMS,
    SpeedOptions,
    explain_speed,
    fill_speed,
    speed_at,
    speed_level,
    speed_state,
)
from detectors.trend import fresh
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration

FEWEST, MOST = 6, 32
PARAMS = np.dtype([*SPEED_PARAMS, ("v0", "f8"), ("samples", "i8")], align=True)
WHY = ("level", "velocity", "resolution", "flag", "v0", "learned")
"""v0: the limit V0, per day; learned: how many rates have been learned from."""


class Options(SpeedOptions):
    """Options of a rule with this detector."""

    mean_rate: str = ""
    """Mean rate of the steady stage, like "0.8 mm/d"; empty: learned."""
    std_rate: str = ""
    """Standard deviation of that rate."""
    record: str = ""
    """Who found the two, and when; must be given with them."""
    learn: str = "30 d"
    """How long to learn where they are not given: 6 to 32 windows."""
    window: str = "2 d"
    """Length of time over which the slope is taken."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    fill_rising(row["speed"], {word: _multiple(word, x) for word, x in levels.items()})
    fill_speed(row, options, sensor)
    if options.mean_rate or options.std_rate:
        if not (options.mean_rate and options.std_rate and options.record):
            raise ValueError("give mean_rate, std_rate and record together, or none of them")
        mean = abs(parse_rate(options.mean_rate, sensor.quantity))
        std = parse_rate(options.std_rate, sensor.quantity)
        row["v0"] = 1.5 * mean + 2.0 * std
        if std < 0 or row["v0"] <= 0:
            raise ValueError("mean_rate, std_rate: must not be less than 0, nor both be 0")
        return
    row["v0"], row["samples"] = 0.0, parse_duration(options.learn) // int(row["window"])
    if not FEWEST <= row["samples"] <= MOST:
        raise ValueError(f"learn: must be {FEWEST} to {MOST} times the window")


def _multiple(word: str, told: Any) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < math.inf:
        raise ValueError(f"{word}: write a multiple of V0, like 5")
    return float(told)


def longest(levels: Mapping[str, Any]) -> int:
    """The usual window, ms: what was learned is not learned again."""
    if not grades(levels):
        raise ValueError("give at least one level")
    return 2 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the ring of the window, the rates learned from, and the limit."""
    learning = [
        ("v0", "f8"),
        ("learned", "i8"),
        ("next", "i8"),  # when the next rate is due
        ("rates", "f8", (MOST,)),
        ("sorted", "f8", (MOST,)),
    ]
    return np.dtype(
        [("level", "i8"), ("why", "f8", (len(WHY),)), *speed_state(1), *learning], align=True
    )


@compiled
def median(s: Any, first: int, end: int, about: float, deviation: bool) -> float:
    """The median of rates first..end, or of their distances from `about`."""
    out, n = s["sorted"], 0
    for k in range(first, end):
        x = abs(s["rates"][k] - about) if deviation else s["rates"][k]
        j = n
        while j > 0 and out[j - 1] > x:
            out[j] = out[j - 1]
            j -= 1
        out[j] = x
        n += 1
    return float(0.5 * (out[(n - 1) // 2] + out[n // 2]))


@compiled
def learn(p: Any, s: Any, t: int, v: float, error: float) -> None:
    """Take a rate once a window; find V0 when there are enough of a steady stage."""
    if t < s["next"]:
        return
    s["next"] = t + p["window"]
    s["rates"][s["learned"]] = v
    s["learned"] += 1
    n = s["learned"]
    if n < p["samples"]:
        return
    mean = median(s, 0, n, 0.0, False)
    std = 1.4826 * median(s, 0, n, mean, True)
    half = n // 2
    early, late = abs(median(s, 0, half, 0.0, False)), abs(median(s, half, n, 0.0, False))
    limit = 1.5 * abs(mean) + 2.0 * std
    if limit > 0.0 and not (late > 2.0 * early and late > early + 3.0 * max(std, error)):
        s["v0"] = limit
        return
    for k in range(half, n):
        s["rates"][k - half] = s["rates"][k]
    s["learned"] = n - half


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One position. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = kept(before)
    why = s["why"]
    if fresh(p, s, t, value, flag):
        if s["last"] == 0 or s["next"] > t + 2 * p["window"]:
            s["next"] = t
        s["last"] = t
        v, resolution, told = speed_at(p, s, t, value)
        if told and p["samples"] > 0 and s["v0"] <= 0.0:
            learn(p, s, t, v, resolution)
        v0 = s["v0"] if p["samples"] > 0 else p["v0"]
        if told and v0 > 0.0:
            level = speed_level(p, s, before, v, resolution, v0)
            why[1], why[2], why[4] = v, resolution, v0
    if level != before:
        why[0], why[3], why[5] = level, flag, s["learned"]
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The speed, the limit it is a multiple of, and what would have changed it."""
    v0 = why["v0"]
    how = "learned" if row["samples"] else "given"
    out = explain_speed(row, why, cap, v0, (f", V0 {v0:.3g} {how}", f"，动态阈值V0为{v0:.3g}"))
    if v0 <= 0:
        out["missing"] = f"the steady stage is not learned yet ({int(why['learned'])} rates)"
    return out


DETECTOR = Detector(
    name="dynamic_rate",
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
