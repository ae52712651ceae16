"""Received against expected: what a sensor should have sent by its cadence, and what came.

Counted are event times, not messages: a reading that came twice is one reading received and one
duplicate. What never came is shown as gaps, so that a loss nobody kept is a stated loss.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tongluo.core.times import DAY
from tongluo.core.words import Fate

LONG = 2
"""A gap is told when it is longer than so many cadences."""
RECEIVED = (Fate.FED, Fate.LATE, Fate.TOO_LATE)
SLACK = DAY
"""Arrivals may run behind event times by a wrong clock; look so much further back."""

Gap = tuple[int, int, int]
"""(last reading before, first one after, readings missing between); the edges of the time looked
at stand where there is no such reading. ms."""


@dataclass(frozen=True)
class Ledger:
    """The account of one sensor over one time."""

    expected: int
    received: int
    duplicates: int
    """Came again, with the same or another value."""
    late: int
    """Of the received: came after a newer one."""
    gaps: list[Gap] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Readings that never came."""
        return max(0, self.expected - self.received)


def ledger(db: sqlite3.Connection, row: int, cadence: int, start: int, end: int) -> Ledger:
    """The account of a sensor's row for event times start <= t < end; cadence in ms.

    Which times were due follows the first reading received: a station that sends at 08:02, 08:07
    is not measured against 08:00, 08:05.
    """
    counts: dict[int, int] = {}
    times: set[int] = set()
    late: set[int] = set()
    found = db.execute(
        "SELECT t, fate FROM readings WHERE id >= ? AND sensor = ? AND t >= ? AND t < ?",
        (first_row(db, start - SLACK), row, start, end),
    )
    for t, fate in found:
        counts[fate] = counts.get(fate, 0) + 1
        if fate in RECEIVED:
            times.add(t)
            if fate != Fate.FED:
                late.add(t)
    came = sorted(times)
    duplicates = counts.get(Fate.DUPLICATE, 0) + counts.get(Fate.CONFLICT, 0)
    return Ledger(
        expected(came, cadence, start, end),
        len(came),
        duplicates,
        len(late),
        gaps(came, cadence, start, end),
    )


def expected(came: Sequence[int], cadence: int, start: int, end: int) -> int:
    """How many readings were due in start <= t < end, in step with the first that came.

    >>> expected([], 5, 0, 60), expected([2], 5, 0, 60), expected([0], 5, 0, 61)
    (12, 12, 13)
    """
    if not came:
        return max(0, (end - start) // cadence)
    return (came[0] - start) // cadence + 1 + (end - came[0] - 1) // cadence


def gaps(came: Sequence[int], cadence: int, start: int, end: int) -> list[Gap]:
    """Stretches longer than two cadences without a reading, oldest first.

    >>> gaps([0, 5, 30], 5, 0, 60)
    [(5, 30, 4), (30, 60, 5)]
    """
    if not came:
        due = expected(came, cadence, start, end)
        return [(start, end, due)] if due else []
    first, last = came[0], came[-1]
    found = [(start, first, (first - start) // cadence)]
    found += [(a, b, round((b - a) / cadence) - 1) for a, b in pairwise(came)]
    found.append((last, end, (end - last - 1) // cadence))
    return [gap for gap in found if gap[1] - gap[0] > LONG * cadence]


def first_row(db: sqlite3.Connection, arrived: int) -> int:
    """A row of `readings` before which none arrived at or after this time: found by halving,
    since rows lie in order of arrival and no key by time is kept."""
    low, high = db.execute("SELECT coalesce(min(id), 1), coalesce(max(id), 0) + 1"
                           " FROM readings").fetchone()  # fmt: skip
    while low < high:
        middle = (low + high) // 2
        found = db.execute(
            "SELECT arrival FROM readings WHERE id >= ? ORDER BY id LIMIT 1", (middle,)
        ).fetchone()
        if found[0] < arrived:
            low = middle + 1
        else:
            high = middle
    return int(low)
