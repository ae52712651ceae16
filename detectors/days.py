"""Days that end at an hour of local standard time, for methods that judge once a day."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from detectors.options import grades
from detectors.season import month_day
from tongluo.core.compiled import compiled
from tongluo.core.ports import Sensor
from tongluo.core.times import DAY, HOUR, MINUTE, parse_duration

_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def parse_clock(text: str) -> int:
    """ms after midnight of an hour of the day; ValueError when it is none.

    >>> parse_clock("12:30") / HOUR
    12.5
    """
    match = _CLOCK.match(text)
    if not match:
        raise ValueError(f"not an hour of the day: {text!r} (write for example '12:00')")
    return int(match[1]) * HOUR + int(match[2]) * MINUTE


@compiled
def day_end(t: int, phase: int) -> int:
    """The first end of a day at or after `t`; phase: ms UTC of any end, times of days apart.

    >>> day_end(1, 0) == day_end(DAY, 0) == DAY
    True
    """
    return t + (phase - t) % DAY


@compiled
def month_of(day: int) -> int:
    """Month (1 to 12) of a number of days since 1970-01-01 (proleptic Gregorian calendar).

    >>> [month_of(d) for d in (0, 30, 31, 58, 59, 365, 11_016, 11_017, -1)]
    [1, 1, 2, 2, 3, 1, 2, 3, 12]
    """
    return month_day(day) // 100


def fill_days(row: Any, end: str, wait: str, sensor: Sensor) -> None:
    """Write `zone`, `phase` (ms UTC of some day's end) and `wait` of a row of parameters."""
    row["zone"], row["phase"] = sensor.zone, parse_clock(end) - sensor.zone
    row["wait"] = parse_duration(wait)
    if not 0 <= row["wait"] < DAY:
        raise ValueError("wait must be less than a day")


def fill_bounds(row: Any, levels: Mapping[str, Any], what: str) -> None:
    """Write `threshold` of a row of parameters: levels that are plain numbers above 0."""
    row["threshold"][:] = math.nan
    known = []
    for grade, bound in grades(levels):
        if isinstance(bound, bool) or not isinstance(bound, int | float) or not bound > 0:
            raise ValueError(f"a level is {what} above 0, like 21.3")
        row["threshold"][grade] = bound
        known.append(bound)
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError(f"levels must rise from blue to red: each is {what}")


def highest_bound(row: Any, cap: int) -> float:
    """The highest threshold that counts under a cap."""
    return max((float(x) for x in row["threshold"][:cap] if not math.isnan(x)), default=math.inf)


@compiled
def level_of(threshold: Any, value: float) -> int:
    """The highest level whose threshold a value has come to."""
    level = 0
    for grade in range(4):
        if value >= threshold[grade]:
            level = grade + 1
    return level


@compiled
def bounds_into(why: Any, k: int, threshold: Any, level: int) -> None:
    """Write the bound reached into why[k] and the next into why[k + 1]; NaN where there is none."""
    why[k], why[k + 1] = math.nan, math.nan
    for grade in range(3, -1, -1):
        bound = threshold[grade]
        if grade + 1 > level and not math.isnan(bound):
            why[k + 1] = bound
        if grade + 1 <= level and math.isnan(why[k]):
            why[k] = bound
