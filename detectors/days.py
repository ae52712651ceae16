"""Days that end at an hour of local standard time, for methods that judge once a day."""

from __future__ import annotations

import re

from tongluo.core.compiled import compiled
from tongluo.core.times import DAY, HOUR, MINUTE

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
    of_era = (day + 719_468) % 146_097  # counted from a 1 March that begins 400 years
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    return (5 * of_year + 2) // 153 % 12 + 3 if of_year < 306 else (5 * of_year + 2) // 153 - 9
