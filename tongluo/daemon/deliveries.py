"""The dispatcher's own database: one row a delivery, planned idempotently from the outbox.

queued -> attempted -> handed over or accepted | failed | expired | unknown. A row found
`attempted` at a start was cut off in mid hand-over: its outcome is unknown. What is written here
survives the process; a power cut may take the last moments, which are then planned and sent again
with the same keys (`take` says for which channels more is needed).

On a channel with many recipients an outbox row is first one fan; the channel's own thread spreads
it into a delivery a recipient. Receipts come later, in any order, and never lower what is proven.
How the rows lie: `deliveries_sql`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_sql as sql
from tongluo.daemon import proof
from tongluo.store.checkpoint import Checkpointer

SPREAD_AT_ONCE = 2000
"""Rows in one transaction: other channels wait no longer than for these."""
A_STATEMENT = 200
"""Rows in one statement: a fifth of the time that one a statement takes."""
A_LOOK = 64
"""Rows read at once for a take: few more than go out."""
RESIDENTS = "residents"
OVERTAKEN = "overtaken by a later version"

Target = str | tuple[str, str]
"""Whom to send to: the target alone (a resident), or with its audience."""


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


class Deliveries:
    """The tables, safe for the dispatcher's threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db, self._sure = sql.connection(path, "NORMAL"), sql.connection(path, "FULL")
        sql.upgrade(self._db)
        self._lock = threading.Lock()
        self._checkpointer = Checkpointer(path)

    def cursor(self, newest: int) -> int:
        """The last outbox row that has been planned; 0 when the journal is an older, restored one.

        newest: the journal's last outbox row. Planning again from the start is harmless.
        """
        found = self._db.execute("SELECT max(outbox) FROM cursor").fetchone()[0] or 0
        return found if found <= newest else 0

    def plan(
        self, planned: Iterable[Planned], outbox: int, now: int, fans: Iterable[Planned] = ()
    ) -> None:
        """Plan deliveries and move the cursor, in one transaction; again is harmless.

        fans: rows whose target is an area, yet to be spread over its recipients.
        """
        planned = list(planned)
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for p in planned:
                self._one(p, now)
            for event in {(p.lane, p.channel, p.event) for p in planned}:
                self._raise(*event)
            self._fans(fans)
            self._db.execute("DELETE FROM cursor")
            self._db.execute("INSERT INTO cursor VALUES (?)", (outbox,))

    def add(self, fans: Iterable[Planned]) -> None:
        """More to be spread of versions that are out: on another channel, or to others. Again is
        harmless: who has a delivery of this version on the channel gets no second."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._fans(fans)

    def _fans(self, fans: Iterable[Planned]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO fans VALUES (?,?,?,?,?,?)",
            [(f.key, f.identifier, f.event, f.channel, f.target, f.lane) for f in fans],
        )

    def escalate(
        self, event: str, level: int, added: Iterable[tuple[str, str, str]], now: int
    ) -> None:
        """Note (channel, area, stratum) where a channel was added; the first time stands."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR IGNORE INTO escalations VALUES (?,?,?,?,?,?)",
                [(event, level, *one, now) for one in added],
            )

    def escalations(self, event: str, level: int) -> list[tuple[str, str, str, int]]:
        """(channel, area, stratum, time) of what was added for a warning at a level."""
        with self._lock:
            return self._db.execute(
                "SELECT channel, area, stratum, at FROM escalations WHERE event = ? AND level = ?",
                (event, level),
            ).fetchall()

    def fans(self, channel: str) -> list[Planned]:
        """What is still to be spread, in the order of planning."""
        with self._lock:
            found = self._db.execute(
                "SELECT key, identifier, event, channel, area, lane FROM fans WHERE channel = ?"
                " ORDER BY rowid",
                (channel,),
            ).fetchall()
        return [Planned(*row) for row in found]

    def spread(self, fan: Planned, targets: Sequence[Target], now: int) -> None:
        """A delivery for each target in place of the fan; cut off in the middle, again is harmless.

        A target stands once, with the first of its audiences. Without any target one failed
        delivery stands for the area, so that it is seen.
        """
        each = dict(t if isinstance(t, tuple) else (t, RESIDENTS) for t in reversed(targets))
        for known in self._there(fan):
            each.pop(known, None)
        ordered = reversed(each.items())
        for audience, some in groupby(ordered, key=lambda item: item[1]):
            self._spread(fan, audience, [target for target, _ in some], now)
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if not targets:
                number = self._one(fan, now)
                self._set(number, fan.key, DeliveryState.FAILED, now, "nobody to send to")
            self._raise(fan.lane, fan.channel, fan.event)
            self._db.execute("DELETE FROM fans WHERE key = ?", (fan.key,))

    def told(self, fan: Planned) -> list[tuple[str, str]]:
        """(target, audience) of whom earlier versions of a fan's warning went to on its channel;
        a target may stand several times."""
        with self._lock:
            return self._db.execute(sql.TOLD, (fan.channel, fan.event, fan.identifier)).fetchall()

    def _there(self, fan: Planned) -> Iterator[str]:
        """Targets that have a delivery of this version on this channel: a spread was cut off."""
        with self._lock:
            batches = self._db.execute(sql.BATCHES, (fan.identifier, fan.channel)).fetchall()
        for batch, first, _, last in batches:
            with self._lock:
                found = self._db.execute(sql.THERE, (first, last, batch)).fetchall()
            yield from (target for (target,) in found)

    def _spread(self, fan: Planned, audience: str, targets: list[str], now: int) -> None:
        """A batch of its own, filled bit by bit."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            batch, _ = self._reserve(fan, audience, len(targets))
        for start in range(0, len(targets), SPREAD_AT_ONCE):
            some = targets[start : start + SPREAD_AT_ONCE]
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._fill(batch, some, now)

    def _reserve(self, p: Planned, audience: str, count: int) -> tuple[int, int]:
        """(batch, number of its first row): room for so many rows side by side."""
        values = (p.identifier, p.event, p.channel, audience, p.lane, p.lane, count)
        found: tuple[int, int] = self._db.execute(sql.RESERVE, values).fetchone()
        return found

    def _fill(self, batch: int, targets: list[str], now: int) -> None:
        (last,) = self._db.execute("SELECT last FROM batches WHERE id = ?", (batch,)).fetchone()
        rest, number = iter(targets), last + 1
        while some := list(islice(rest, A_STATEMENT)):
            values: list[int | str] = []
            for number, target in enumerate(some, number):  # noqa: B020 - goes on counting
                values += (number, target)
            number += 1
            each = ", ".join([f"(?, {batch}, ?, {now})"] * len(some))
            self._db.execute(f"{sql.INSERT} {each}", values)
        self._db.execute(
            "UPDATE batches SET last = ?, open = 1 WHERE id = ?", (last + len(targets), batch)
        )

    def _one(self, p: Planned, now: int) -> int:
        """The number of a single delivery, planned if it is not there yet."""
        found = self._find(p.key)
        if found is not None:
            return found[0]
        batch, first = self._reserve(p, p.audience, 1)
        self._fill(batch, [p.target], now)
        return first

    def _find(self, key: str) -> tuple[int, DeliveryState] | None:
        """(number, state) of a delivery; None when no such one was planned."""
        if key.count(":") < 2:
            return None
        identifier, channel, target = key.split(":", 2)
        batches = self._db.execute(sql.BATCHES, (identifier, channel)).fetchall()
        for batch, *_ in batches:
            found = self._db.execute(sql.TOUCHED, (batch, target)).fetchone()
            if found is not None:
                return found[0], DeliveryState(found[1])
        for batch, _, following, last in batches:  # never touched, as far as the file knows
            found = self._db.execute(sql.BY_PLACE, (following, last, batch, target)).fetchone()
            if found is not None:
                return found[0], DeliveryState(found[1])
        return None

    def _raise(self, lane: int, channel: str, event: str) -> None:
        """What waits of an event is as urgent as its newest version."""
        self._db.execute(sql.RAISE, (lane, channel, event, lane))

    def take(self, channel: str, most: int, now: int, *, sure: bool) -> list[Row]:
        """Mark the next due deliveries of a channel as attempted, and return them.

        A version never goes out after a later one of its own warning, lest a retained message end
        on an old level: it goes first, or, where it was put off, not at all. Between warnings, the
        one with the highest version waiting goes first:
        planning it has raised the urgency of those before it.

        sure: the mark must survive a power cut too, not only the process: for channels on which
        the same key again would be a second message.
        """
        db, rows = self._sure if sure else self._db, list[Row]()
        with self._lock, db:
            db.execute("BEGIN IMMEDIATE")
            for number, row in islice(self._due(db, channel, now), most):
                self._set(number, row.key, DeliveryState.ATTEMPTED, now, "", attempts=1, db=db)
                rows.append(row)
        return rows

    def _due(self, db: sqlite3.Connection, channel: str, now: int) -> Iterator[tuple[int, Row]]:
        """What is due, in the order of sending; who asks marks each before asking for more."""
        for batch in db.execute(sql.OPEN, (channel,)).fetchall():
            number, identifier, event, lane, audience, following, last = batch
            earlier = db.execute(sql.EARLIER, (channel, event, number)).fetchall()
            if any(untouched for *_, untouched in earlier):
                continue
            held = {of: f"{version}:{channel}" for of, version, _ in earlier}
            due = (
                self._again(db, number, now, held),
                self._fresh(db, number, following, last, now, held),
            )
            for row, target, attempts in (one for part in due for one in part):
                key = f"{identifier}:{channel}:{target}"
                yield row, Row(key, identifier, target, attempts, lane, audience)
            if db.execute(sql.WAITS, (number,)).fetchone() is None:
                db.execute("UPDATE batches SET open = 0 WHERE id = ?", (number,))

    def _again(
        self, db: sqlite3.Connection, batch: int, now: int, held: Mapping[int, str]
    ) -> Iterator[tuple[int, str, int]]:
        """Rows to be tried again, or that an earlier version held back."""
        last = 0
        while some := db.execute(sql.AGAIN, (batch, max(now, 1), last, A_LOOK)).fetchall():
            for row in some:
                last = row[0]
                if not self._waits(db, held, row[1], now):
                    yield row

    def _fresh(
        self,
        db: sqlite3.Connection,
        batch: int,
        following: int,
        last: int,
        now: int,
        held: Mapping[int, str],
    ) -> Iterator[tuple[int, str, int]]:
        """Rows nobody has touched; those that an earlier version holds back are put off."""
        while following <= last:
            some = db.execute(sql.FRESH, (following, last, batch, A_LOOK)).fetchall()
            if not some:
                break
            for row in some:
                following = row[0] + 1
                db.execute("UPDATE batches SET next = ? WHERE id = ?", (following, batch))
                if self._waits(db, held, row[1], now):
                    db.execute("UPDATE rows SET due = 1 WHERE id = ?", (row[0],))
                else:
                    yield row
        db.execute("UPDATE batches SET next = ? WHERE id = ?", (last + 1, batch))

    def _waits(
        self, db: sqlite3.Connection, held: Mapping[int, str], target: str, now: int
    ) -> bool:
        """Whether an earlier version is still on its way to a target.

        One that was put off, by a gateway's limit say, holds up nothing that is newer: it is
        overtaken, and never goes out any more.
        """
        found = [
            (key, *row) for b, key in held.items() for row in db.execute(sql.TOUCHED, (b, target))
        ]
        if any(
            state == "attempted" or (state == "queued" and due <= now) for *_, state, due in found
        ):
            return True
        for key, number, state, _ in found:
            if state == "queued":
                self._set(number, f"{key}:{target}", DeliveryState.EXPIRED, now, OVERTAKEN, db=db)
        return False

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """What became of attempts, in their order, in one transaction.

        Where a receipt was there first, its word stands and nothing is sent again.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for o in outcomes:
                number, _ = self._find(o.key) or (0, None)
                self._set(number, o.key, o.state, o.at, o.detail, due=o.due, only=proof.OPEN)

    def receive(self, key: str, state: DeliveryState, time: int, raw: str, now: int) -> bool:
        """A receipt; False when no such delivery was planned. The same one again changes nothing.

        time: ms, of what it tells; 0 when it does not tell.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._find(key)
            if found is None:
                return False
            number, before = found
            fresh = self._db.execute(
                "INSERT OR IGNORE INTO receipts VALUES (?,?,?,?,?)",
                (key, state.value, time, raw, now),
            ).rowcount
            proven = proof.after(before, state)
            if fresh and proven is not before:
                self._set(number, key, proven, now, f"receipt: {raw}")
            elif fresh:
                self._tell(key, state, now, f"receipt, changes nothing: {raw}", self._db)
        return True

    def cut_off(self, channel: str, now: int) -> list[tuple[str, int]]:
        """(key, lane) of hand-overs that a crash cut off; they are now unknown."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._db.execute(sql.IN_FLIGHT, (channel,)).fetchall()
            for number, key, _ in found:
                self._set(number, key, DeliveryState.UNKNOWN, now, "cut off in mid hand-over")
        return [(key, lane) for _, key, lane in found]

    def next_due(self, channel: str) -> int | None:
        """When the next queued delivery of a channel is due, ms; None when none waits."""
        with self._lock:
            if self._db.execute(sql.UNTOUCHED, (channel,)).fetchone() is not None:
                return 0
            found = self._db.execute(sql.NEXT_DUE, (channel,)).fetchone()[0]
        return None if found is None else int(found)

    def _set(
        self,
        number: int,
        key: str,
        state: DeliveryState,
        now: int,
        detail: str,
        attempts: int = 0,
        due: int = 0,
        db: sqlite3.Connection | None = None,
        only: Sequence[DeliveryState] = tuple(DeliveryState),
    ) -> None:
        """Write a state, where the present one is among `only`; the history has it either way."""
        db = db or self._db
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
        self._tell(key, state, now, detail, db)

    def _tell(
        self, key: str, state: DeliveryState, now: int, detail: str, db: sqlite3.Connection
    ) -> None:
        db.execute("INSERT INTO history VALUES (?,?,?,?)", (key, now, state.value, detail))

    def close(self) -> None:
        """Close the file."""
        self._checkpointer.stop()
        self._db.close()
        self._sure.close()
