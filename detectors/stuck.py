"""A value that stands still for longer than it should: an advisory on the sensor, not on the world.

    still(t) = sum of min(gap to the reading before, gap) since the value last moved
    level = max{k : still >= duration[k]};  a good reading that has moved says NONE

A value has moved when it differs by more than `tolerance` from the first of the run, so that slow
creep counts as moving. Only time between good readings counts, and of a gap no more than `gap`:
what a sensor did while it was silent nobody knows. Where standing still is normal (no rain, a dry
flume, air at 100 %), say so by `still_below` or `still_above`: such a value says NONE. UNKNOWN
until the value has moved for the first time, as nobody knows how long it has been standing; a
level, once its time is reached, is told also then. Levels are durations: `blue: 6 h`.

Units: those of the quantity, ms. Source: the flat line test of QARTOD (IOOS), with durations in
place of counts of readings. Limits: a sensor that repeats its last value with noise is not found;
the level falls at the first good reading that has moved, whatever moved it.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"blue": "3 min"}, Sensor("stage", 60_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([1.0, 1.1, 1.1, 1.1, 1.1, 1.2], 1):
...     state[0]["level"] = step(table[0], state[0], t * 60_000, v, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, 0, 0, 0, 1, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.options import Options as _Options
from detectors.options import grades, kept
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import parse_duration, say_duration
from tongluo.core.units import conversion, parse_value

PARAMS = np.dtype(
    [
        ("duration", "i8", (4,)),  # ms; -1 = none
        ("tolerance", "f8"),
        ("below", "f8"),  # up to here, and from `above` on, standing still is normal
        ("above", "f8"),
        ("gap", "i8"),  # ms
        ("worst", "i8"),
    ],
    align=True,
)
MOST = 1e15  # no sensor means more
WHY = ("value", "still_ms", "duration_ms", "next_duration_ms")


class Options(_Options):
    """Options of a rule with this detector."""

    tolerance: str = ""
    """By how much a value may differ from the first of a run and still stand; empty: not at all."""
    still_below: str = ""
    """Value up to which standing still is normal; empty: none."""
    still_above: str = ""
    """Value from which standing still is normal; empty: none."""
    gap: str = ""
    """The most that counts of the time between two readings; empty: 3 x the declared cadence."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["duration"] = -1
    for grade, duration in _durations(levels):
        if duration <= row["duration"][:grade].max(initial=0):
            raise ValueError("durations must be more than 0 and rise from blue to red")
        row["duration"][grade] = duration
    row["tolerance"] = _difference(options.tolerance, sensor.quantity)
    row["below"], row["above"] = -math.inf, math.inf
    if options.still_below:
        row["below"] = parse_value(options.still_below, sensor.quantity)
    if options.still_above:
        row["above"] = parse_value(options.still_above, sensor.quantity)
    row["gap"] = parse_duration(options.gap) if options.gap else 3 * sensor.cadence
    if row["gap"] <= 0:
        raise ValueError("`gap` must be more than 0")
    row["worst"] = options.worst


def _durations(levels: Mapping[str, Any]) -> list[tuple[int, int]]:
    """(grade, ms) of each level."""
    found = grades(levels)
    if not found or not all(isinstance(text, str) for _, text in found):
        raise ValueError("write a duration for each level, like '6 h'; at least one")
    return [(grade, parse_duration(text)) for grade, text in found]


def _difference(text: str, quantity: str) -> float:
    """A difference of two values; other than of a value, no offset belongs to it."""
    if not text:
        return 0.0
    unit = text.lstrip(" 0123456789.").rstrip()
    value = parse_value(text, quantity) - conversion(quantity, unit)[1]
    if value < 0:
        raise ValueError("`tolerance` must not be negative")
    return value


def longest(levels: Mapping[str, Any]) -> int:
    """The longest duration, ms."""
    return max(duration for _, duration in _durations(levels))


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the run of values that stand still."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("still", "i8"),  # ms
            ("moved", "i8"),  # 1: it has moved, or stood where it may
            ("first", "f8"),  # value at the start of the run
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def take(p: Any, s: Any, t: int, value: float) -> None:
    """Whether the value has moved, and if not, for how long it stands."""
    free = value <= p["below"] or value >= p["above"]
    if s["last"] == 0:
        s["first"] = value
    elif free or abs(value - s["first"]) > p["tolerance"]:
        s["first"], s["still"], s["moved"] = value, 0, 1
    else:
        s["still"] += max(0, min(t - s["last"], p["gap"]))
    if free:
        s["moved"] = 1
    s["last"] = t


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One reading. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    if flag > p["worst"] or not -MOST <= value <= MOST:
        return int(kept(before) if before != 0 else 0)
    take(p, s, t, value)
    level = 0 if s["moved"] > 0 else -1
    for grade in range(4):
        if 0 < p["duration"][grade] <= s["still"]:
            level = grade + 1
    if s["still"] > 0:
        level = max(level, before)  # only a value that has moved lowers it
    if level != before:
        why = s["why"]
        why[:] = 0.0
        why[0], why[1] = s["first"], s["still"]
        for grade in range(3, -1, -1):
            if grade + 1 == level:
                why[2] = p["duration"][grade]
            if grade + 1 > level and p["duration"][grade] > 0:
                why[3] = p["duration"][grade]
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How long it has stood, where, and what would have changed it."""
    out: dict[str, Any] = {}
    if why["duration_ms"]:
        still, need = say_duration(int(why["still_ms"])), say_duration(int(why["duration_ms"]))
        value = round(why["value"], 6)
        out["en"] = f"the value stands still at {value:g} for {still} (threshold {need})"
        out["zh"] = f"读数{still}停在{value:g}不变（阈值{need}）"
        out["lower_if"] = {"moves_by_more_than": float(row["tolerance"])}
    if cap == 4 and why["next_duration_ms"]:
        longer = int(why["next_duration_ms"] - why["still_ms"])
        out["higher_if"] = {"still_for_longer": say_duration(longer)}
    return out


DETECTOR = Detector(
    name="stuck",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
)
