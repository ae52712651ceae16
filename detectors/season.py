"""A part of each year, by local standard dates."""

from __future__ import annotations

import re
from typing import Any

from tongluo.core.compiled import compiled
from tongluo.core.times import DAY

SEASON: list[Any] = [
    ("first", "i8"),  # 100 x month + day; 0 = all year
    ("final", "i8"),
    ("zone", "i8"),  # ms to add to UTC
]
"""Fields of a row that `in_season` uses."""
_DATES = re.compile(r"^(\d\d)-(\d\d)/(\d\d)-(\d\d)$")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def fill_season(row: Any, text: str, zone: int) -> None:
    """Write the fields of a season; empty = all year."""
    row["first"], row["final"] = parse_season(text) if text else (0, 0)
    row["zone"] = zone


def parse_season(text: str) -> tuple[int, int]:
    """(first, last) day as 100 x month + day; ValueError when it is no season.

    >>> parse_season("06-01/09-30")
    (601, 930)
    """
    match = _DATES.match(text)
    if match:
        m0, d0, m1, d1 = (int(x) for x in match.groups())
        if all(1 <= m <= 12 and 1 <= d <= _LONGEST[m - 1] for m, d in ((m0, d0), (m1, d1))):
            return 100 * m0 + d0, 100 * m1 + d1
    raise ValueError(f"season: not two days of a year: {text!r} (write '06-01/09-30')")


@compiled
def month_day(day: int) -> int:
    """100 x month + day of a number of days since 1970-01-01 (proleptic Gregorian calendar).

    >>> [month_day(d) for d in (0, 58, 59, 364, 11_016, -1)]
    [101, 228, 301, 1231, 229, 1231]
    """
    of_era = (day + 719_468) % 146_097  # counted from a 1 March that begins 400 years
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153  # from March
    return ((month + 2) % 12 + 1) * 100 + of_year - (153 * month + 2) // 5 + 1


@compiled
def in_season(p: Any, t: int) -> bool:
    """Whether a time is in the season; one whose end is before its start goes over New Year."""
    if p["first"] == 0:
        return True
    now = month_day((t + p["zone"]) // DAY)
    after, before = now >= p["first"], now <= p["final"]
    return bool((after and before) if p["first"] <= p["final"] else (after or before))
