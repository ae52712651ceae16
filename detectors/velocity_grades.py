"""Speed of a movement, and its change over some lengths of time, against four levels.

    v = slope of the readings in (t - window, t],  D_d = value now - value d ago
    reached = max{k : |v| >= max(velocity[k], k * error of v)  or
                      |D_d| >= max(increment[k, d], k * sqrt(2) * noise) for a d}
    level = the highest that n of the last m judgements came to; held down to `release` of it

Use: where limits of speed or of change are given for the slope; where only its steady creep is
known, [dynamic_rate](dynamic_rate.md) or [tangent_angle](tangent_angle.md).

A level names a `velocity`, an `increment`, or both; either is enough. The slope is a robust
regression (see `detectors/trend.py`). A threshold must exceed the smallest change that the sensor
can resolve: below k standard errors nothing is raised, and the reason says that the threshold is
too fine. Units: those of the quantity, speeds per min, h or d. Habits such as 2/5/10/20 or 5/20/50
mm/d vary by site, so there is no default. GNSS is good to a millimetre only when filtered: feed
medians of solutions of 1 to 4 h, and declare `noise` as the station has it. Limits: the sign of a
movement is not looked at; an instrument's step is an increment like any other; an increment is
taken from the oldest of 32 slots of its length, and not told before `coverage` of it has passed.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(persistence="2 of 3"),
...      {"yellow": {"velocity": "5 mm/d"}, "red": {"increment": {"12 h": "9 mm"}}},
...      Sensor("displacement", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for hour in range(1, 49):
...     mm = 0.1 * hour + max(0, hour - 24) * 0.5
...     state[0]["level"] = step(table[0], state[0], hour * 3_600_000, mm, 1)
...     out.append(int(state[0]["level"]))
>>> [out.index(level) + 1 for level in (-1, 0, 2)]
[1, 14, 33]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.options import grades, kept
from detectors.rates import MOVEMENTS, UNITS, fill_rising, parse_positive, parse_rate, short
from detectors.speed import (
    SPEED_PARAMS,
    SpeedOptions,
    explain_speed,
    fill_speed,
    grade_of,
    speed_at,
    speed_state,
)
from detectors.trend import change, fresh, persist, push, raised
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration

LENGTHS = 4
PARAMS = np.dtype(
    [
        *SPEED_PARAMS,
        ("lengths", "i8"),
        ("length", "i8", (LENGTHS,)),  # ms, ascending
        ("increment", "f8", (LENGTHS, 4)),  # NaN = none
    ],
    align=True,
)
WHY = ("level", "velocity", "resolution", "flag", "by", "length_ms", "increment", "needed")
"""by: 1 = an increment decides, 0 = the speed."""


class Options(SpeedOptions):
    """Options of a rule with this detector."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    told = _read(levels)
    speeds = {
        word: parse_rate(one["velocity"], sensor.quantity)
        for word, one in told.items()
        if "velocity" in one
    }
    row["speed"][:] = math.nan
    if speeds:
        fill_rising(row["speed"], speeds)
    lengths = sorted({parse_duration(d) for one in told.values() for d in one.get("increment", ())})
    if len(lengths) > LENGTHS:
        raise ValueError(f"give at most {LENGTHS} different lengths of time, not {len(lengths)}")
    row["increment"][:] = math.nan
    row["lengths"], row["length"][: len(lengths)] = len(lengths), lengths
    for ring, length in enumerate(lengths):
        fill_rising(row["increment"][ring], _of_length(told, length, sensor))
    fill_speed(row, options, sensor)


def _read(levels: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """By level word; ValueError when one is not written as a velocity or increments."""
    out = {}
    for word, one in levels.items():
        if not isinstance(one, Mapping) or not one or set(one) - {"velocity", "increment"}:
            raise ValueError(f"{word}: write {{velocity: 5 mm/d, increment: {{24 h: 10 mm}}}}")
        if "increment" in one and not (isinstance(one["increment"], Mapping) and one["increment"]):
            raise ValueError(f"{word}: write increments by length of time, like {{24 h: 10 mm}}")
        out[word] = one
    if not grades(out):
        raise ValueError("give at least one level")
    return out


def _of_length(told: Mapping[str, Any], length: int, sensor: Sensor) -> dict[str, float]:
    return {
        word: parse_positive(value, sensor.quantity, word)
        for word, one in told.items()
        for d, value in one.get("increment", {}).items()
        if parse_duration(d) == length
    }


def longest(levels: Mapping[str, Any]) -> int:
    """The longest increment, and a day at least, ms."""
    told = _read(levels).values()
    return max([DAY, *(parse_duration(d) for one in told for d in one.get("increment", ()))])


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: rings of the slope's window and of each increment."""
    rings = 1 + int(table["lengths"].max(initial=0))
    return np.dtype([("level", "i8"), ("why", "f8", (len(WHY),)), *speed_state(rings)], align=True)


@compiled
def grown(p: Any, s: Any, t: int, value: float, level: int, share: float) -> int:
    """The highest grade that an increment reaches; evidence of it where it is above a level."""
    best = 0
    least = p["k"] * p["noise"] * math.sqrt(2.0)
    for d in range(p["lengths"]):
        moved, _ = change(s, d + 1, p["length"][d], t, value)
        for grade in range(4):
            need = p["increment"][d, grade]
            if abs(moved) >= max(need, least) * share and not math.isnan(need):
                if grade + 1 > max(level, best):
                    s["why"][4], s["why"][5] = 1.0, p["length"][d]
                    s["why"][6], s["why"][7] = moved, need
                best = max(best, grade + 1)
    return best


@compiled
def covered(p: Any, s: Any, t: int, value: float) -> bool:
    """Whether every increment is told over enough of its length."""
    for d in range(p["lengths"]):
        _, share = change(s, d + 1, p["length"][d], t, value)
        if share < p["coverage"]:
            return False
    return True


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One position. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    if not fresh(p, s, t, value, flag):
        level = kept(before)
        if level != before:
            s["why"][0], s["why"][3] = level, flag
        return level
    s["last"] = t
    v, resolution, told = speed_at(p, s, t, value)
    for d in range(p["lengths"]):
        push(s, d + 1, p["length"][d], t, value)
    speed = held = 0
    if told:
        speed = grade_of(p, v, resolution, 1.0, 1.0)
        held = grade_of(p, v, resolution, 1.0, p["release"])
    s["why"][4] = 0.0
    held = max(held, grown(p, s, t, value, held, p["release"]))
    reached = max(speed, grown(p, s, t, value, speed, 1.0))
    if told and covered(p, s, t, value):
        level = persist(p, s, before, reached, held)
    else:
        level = raised(p, s, before, reached, held)
    if level != before:
        s["why"][0], s["why"][1], s["why"][2], s["why"][3] = level, v, resolution, flag
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How fast, or how far in what time, and what would have changed it."""
    out = explain_speed(row, why, cap, 1.0)
    level, unit = min(int(why["level"]), cap), UNITS[int(row["unit"])]
    found = _increments(row, level)
    if level >= 1 and (why["by"] or "nan" in str(out["en"])):
        length, moved = say_duration(int(why["length_ms"])), short(abs(why["increment"]))
        need = short(why["needed"])
        out["en"] = f"moved {moved:g} {unit} in {length} (threshold {need:g} {unit})"
        out["zh"] = f"{length}变化{moved:g} {unit}（阈值{need:g} {unit}）"
    if level >= 1:
        below = [x | {"moved_below": short(x["moved_below"])} for x in found]
        speed = out["lower_if"]
        every = [*([speed] if math.isfinite(speed["speed_below"]) else []), *below]
        out["lower_if"] = every[0] if len(every) == 1 else {"all": every}
    if 0 <= level < cap and "higher_if" not in out:
        more = _next(row, level, cap)
        if more:
            out["higher_if"] = more
    return out


def _increments(row: Any, level: int) -> list[dict[str, Any]]:
    """What every length must fall below for a level to end."""
    unit, out = UNITS[int(row["unit"])], []
    for d in range(int(row["lengths"])):
        known = [float(x) for x in row["increment"][d][max(level - 1, 0) :] if not math.isnan(x)]
        if known:
            below = known[0] * float(row["release"])
            length = say_duration(int(row["length"][d]))
            out.append({"window": length, "moved_below": below, "unit": unit})
    return out


def _next(row: Any, level: int, cap: int) -> dict[str, Any] | None:
    for grade in range(level, cap):
        for d in range(int(row["lengths"])):
            need = float(row["increment"][d][grade])
            if not math.isnan(need):
                length = say_duration(int(row["length"][d]))
                return {"window": length, "moved": need, "unit": UNITS[int(row["unit"])]}
    return None


DETECTOR = Detector(
    name="velocity_grades",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=MOVEMENTS,
)
