"""Journal rows as InfluxDB line protocol: no server, no clock; the caller sends.

    reading     tags station, sensor, quantity, unit; fields value, flag (and total: see below)
    forecast    the same, and tag issue (the time of issue as text), field issued (ms)
    assessment  tags area, hazard; fields level (-1 unknown, 0 to 4), word
    condition   tags kind, station, sensor; field active (1 begins, 0 ends)

Times are in ms. A missing value leaves the field `value` out. `value` is what was judged; of a
counter that is the increment, and `total` is the running total as it came. A counter's late
reading has no increment of its own (the one exported after it spans it): it carries no `value`.
Line protocol: InfluxDB 2 reference, "Line protocol". Tags are escaped by influxdb-client.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from influxdb_client.client.write.point import Point

from tongluo.core.errors import PermanentFailure
from tongluo.core.times import iso
from tongluo.core.units import QUANTITIES
from tongluo.core.words import Fate, Level

SELECTS = {
    "decisions": "SELECT id, area, hazard, after, time FROM decisions"
    " WHERE id > ? ORDER BY id LIMIT ?",
    "conditions": "SELECT id, kind, sensor, begins, time FROM conditions"
    " WHERE id > ? ORDER BY id LIMIT ?",
    "readings": "SELECT r.id, coalesce(s.key, 'unknown/' || r.sensor),"
    " coalesce(s.quantity, 'unknown'), r.t, r.value, r.flag, r.fate, r.issued,"
    " coalesce(r.raw, r.value) FROM readings r LEFT JOIN sensors s ON s.row = r.sensor"
    " WHERE r.id > ? ORDER BY r.id LIMIT ?",
}
"""What is exported, in this order: decisions never wait behind a backlog of readings."""

Line = tuple[int, str]
"""(row of its table, one line of line protocol)."""


@dataclass(frozen=True)
class Batch:
    """Some rows of one table; `last` is the row to go on after, whether or not it has a line."""

    table: str
    last: int
    lines: list[Line]


def read(
    db: sqlite3.Connection, table: str, after: int, limit: int, counters: AbstractSet[str]
) -> Batch | None:
    """The next rows of a table, at most `limit`; None when there are none.

    counters: keys of the sensors that send a running total. One short read transaction.
    """
    rows = db.execute(SELECTS[table], (after, limit)).fetchall()
    if not rows:
        return None
    lines = ((row[0], line_of(table, row[1:], counters)) for row in rows)
    return Batch(table, rows[-1][0], [(n, line) for n, line in lines if line])


def newest(db: sqlite3.Connection, table: str) -> int:
    """The last row of a table, 0 when it is empty."""
    return db.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0


def line_of(table: str, row: tuple[Any, ...], counters: AbstractSet[str]) -> str:
    """The line of one row as selected, "" when it is not exported.

    >>> line_of("decisions", ("ravine", "flash_flood", "orange", 5000), frozenset())
    'assessment,area=ravine,hazard=flash_flood level=3i,word="orange" 5000'
    >>> line_of("conditions", ("silent", "q1/rain", 1, 5000), frozenset())
    'condition,kind=silent,sensor=rain,station=q1 active=1i 5000'
    """
    if table == "readings":
        return _reading(counters, *row)
    if table == "decisions":
        area, hazard, after, time = row
        head = series("assessment", ("area", area), ("hazard", hazard))
        return f'{head} level={int(Level.parse(after))}i,word="{after}" {time}'
    kind, sensor, begins, time = row
    return f"{series('condition', ('kind', kind), *_place(sensor))} active={int(begins)}i {time}"


def _reading(
    counters: AbstractSet[str], key: str, quantity: str, t: int, value: float | None, flag: int,
    fate: int, issued: int | None, total: float | None,
) -> str:  # fmt: skip
    if fate not in (Fate.FED, Fate.LATE):
        return ""
    # values are kept in the quantity's inner unit, whatever unit they came in
    unit = QUANTITIES.get(quantity, ("", ""))[0]
    tags = (*_place(key), ("quantity", quantity), ("unit", unit))
    counter = key in counters
    fields = [f"flag={flag}i"]
    if not (counter and fate == Fate.LATE):
        fields += _number("value", value)
    if counter:
        fields += _number("total", total)
    if issued:
        fields.append(f"issued={issued}i")
        head = series("forecast", *tags, ("issue", _issue(issued)))
    else:
        head = series("reading", *tags)
    return f"{head} {','.join(fields)} {t}"


def _number(name: str, value: float | None) -> list[str]:
    """A field, none when there is no finite number: line protocol knows no NaN."""
    return [] if value is None or not math.isfinite(value) else [f"{name}={value!r}"]


def _issue(ms: int) -> str:
    """The time as text; its number where no calendar has it, so that one odd row stops nothing."""
    try:
        return iso(ms)
    except (ValueError, OverflowError, OSError):
        return str(ms)


def _place(key: str) -> tuple[tuple[str, str], tuple[str, str]]:
    station, _, sensor = key.partition("/")
    return ("station", station), ("sensor", sensor)


@lru_cache(maxsize=65536)
def series(measurement: str, *tags: tuple[str, str]) -> str:
    r"""Measurement and tags, escaped; an empty tag is left out.

    >>> series("reading", ("station", "a b"), ("unit", ""))
    'reading,station=a\\ b'
    """
    point: Any = Point(measurement)
    for name, value in tags:
        point.tag(name, value)
    return str(point.field("x", 0).to_line_protocol()).removesuffix(" x=0i")


def isolate(
    lines: Sequence[Line], send: Callable[[Sequence[str]], None]
) -> list[tuple[int, str, str]]:
    """Send all; halve what is refused (`PermanentFailure`) until the bad lines stand alone.

    Returns (row, line, reason) of each refused line. Other failures pass through: then nothing
    is known of the batch, and the whole of it is sent again later.

    >>> def send(lines):
    ...     if "bad" in lines:
    ...         raise PermanentFailure("not this one")
    >>> isolate([(1, "a"), (2, "bad"), (3, "b")], send)
    [(2, 'bad', 'not this one')]
    """
    if not lines:
        return []
    try:
        send([line for _, line in lines])
    except PermanentFailure as error:
        if len(lines) == 1:
            return [(*lines[0], str(error))]
    else:
        return []
    half = len(lines) // 2
    return [*isolate(lines[:half], send), *isolate(lines[half:], send)]
