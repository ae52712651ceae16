"""Single deliveries in the dispatcher's database: found by key, planned, put into a state.

Each function works within the transaction of the connection it is given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_sql as sql

A_STATEMENT = 200
"""Rows in one statement: a fifth of the time that one a statement takes."""
RESIDENTS = "residents"


@dataclass(frozen=True)
class Row:
    """A delivery that is due."""

    key: str
    identifier: str
    target: str
    attempts: int
    lane: int
    audience: str = RESIDENTS


@dataclass(frozen=True)
class Planned:
    """A delivery to be planned; a higher lane goes first."""

    key: str
    """`identifier:channel:target`."""
    identifier: str
    event: str
    channel: str
    target: str
    lane: int
    audience: str = RESIDENTS


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt; QUEUED = to be tried again, not before `due` (ms)."""

    key: str
    state: DeliveryState
    at: int
    detail: str = ""
    due: int = 0


def plan(db: sqlite3.Connection, p: Planned, now: int) -> int:
    """The number of a single delivery, planned if it is not there yet."""
    found = find(db, p.key)
    if found is not None:
        return found[0]
    batch, first = reserve(db, p, p.audience, 1)
    fill(db, batch, [p.target], now)
    return first


def find(db: sqlite3.Connection, key: str) -> tuple[int, DeliveryState] | None:
    """(number, state) of a delivery; None when no such one was planned."""
    if key.count(":") < 2:
        return None
    identifier, channel, target = key.split(":", 2)
    batches = db.execute(sql.BATCHES, (identifier, channel)).fetchall()
    for batch, *_ in batches:
        found = db.execute(sql.TOUCHED, (batch, target)).fetchone()
        if found is not None:
            return found[0], DeliveryState(found[1])
    for batch, _, following, last in batches:  # never touched, as far as the file knows
        found = db.execute(sql.BY_PLACE, (following, last, batch, target)).fetchone()
        if found is not None:
            return found[0], DeliveryState(found[1])
    return None


def reserve(db: sqlite3.Connection, p: Planned, audience: str, count: int) -> tuple[int, int]:
    """(batch, number of its first row): room for so many rows side by side."""
    values = (p.identifier, p.event, p.channel, audience, p.lane, p.lane, count)
    found: tuple[int, int] = db.execute(sql.RESERVE, values).fetchone()
    return found


def fill(db: sqlite3.Connection, batch: int, targets: Sequence[str], now: int) -> None:
    """The next rows of a batch."""
    (last,) = db.execute("SELECT last FROM batches WHERE id = ?", (batch,)).fetchone()
    rest, number = iter(targets), last + 1
    while some := list(islice(rest, A_STATEMENT)):
        values: list[int | str] = []
        for number, target in enumerate(some, number):  # noqa: B020 - goes on counting
            values += (number, target)
        number += 1
        each = ", ".join([f"(?, {batch}, ?, {now})"] * len(some))
        db.execute(f"{sql.INSERT} {each}", values)
    db.execute("UPDATE batches SET last = ?, open = 1 WHERE id = ?", (last + len(targets), batch))


def urge(db: sqlite3.Connection, lane: int, channel: str, event: str) -> None:
    """What waits of an event is as urgent as its newest version."""
    db.execute(sql.RAISE, (lane, channel, event, lane))


def put(
    db: sqlite3.Connection,
    number: int,
    key: str,
    state: DeliveryState,
    now: int,
    detail: str,
    attempts: int = 0,
    due: int = 0,
    only: Sequence[DeliveryState] = tuple(DeliveryState),
) -> None:
    """Write a state, where the present one is among `only`; the history has it either way."""
    changed = db.execute(
        "UPDATE rows SET state = ?, updated = ?, detail = ?, due = ?,"
        f" attempts = attempts + ? WHERE id = ? AND state IN ({','.join('?' * len(only))})",
        (state.value, now, detail, max(due, 1), attempts, number, *(s.value for s in only)),
    ).rowcount
    if changed and state is DeliveryState.QUEUED:
        db.execute(
            "UPDATE batches SET open = 1 WHERE id = (SELECT batch FROM rows WHERE id = ?)",
            (number,),
        )
    tell(db, key, state, now, detail)


def put_off(db: sqlite3.Connection, number: int, due: int) -> None:
    """Nothing has become of it; it is looked at again at a time."""
    db.execute("UPDATE rows SET due = ? WHERE id = ?", (due, number))


def tell(db: sqlite3.Connection, key: str, state: DeliveryState, now: int, detail: str) -> None:
    """A line of a delivery's history."""
    db.execute("INSERT INTO history VALUES (?,?,?,?)", (key, now, state.value, detail))
