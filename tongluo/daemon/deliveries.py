"""The dispatcher's own database: one row a delivery, planned idempotently from the outbox.

queued -> attempted -> handed over or accepted | failed | expired | unknown. A row found
`attempted` at a start was cut off in mid hand-over: its outcome is unknown. What is written here
survives the process; a power cut may take the last moments, which are then planned and sent again
with the same keys (`take` says for which channels more is needed).

On a channel with many recipients an outbox row is first one fan; the channel's own thread spreads
it into a delivery a recipient. Receipts come later, in any order, and never lower what is proven.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tongluo.core.words import DeliveryState
from tongluo.daemon import proof
from tongluo.daemon.deliveries_sql import PLAN, RAISE, TAKE, connection, upgrade
from tongluo.store.checkpoint import Checkpointer

SPREAD_AT_ONCE = 2000
"""Rows in one transaction: other channels wait no longer than for these."""


@dataclass(frozen=True)
class Row:
    """A delivery that is due."""

    key: str
    identifier: str
    target: str
    attempts: int
    lane: int


@dataclass(frozen=True)
class Planned:
    """A delivery to be planned; a higher lane goes first."""

    key: str
    identifier: str
    event: str
    channel: str
    target: str
    lane: int


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt; QUEUED = to be tried again, not before `due` (ms)."""

    key: str
    state: DeliveryState
    at: int
    detail: str = ""
    due: int = 0


class Deliveries:
    """The table, safe for the dispatcher's threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db, self._sure = connection(path, "NORMAL"), connection(path, "FULL")
        upgrade(self._db)
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
            self._insert(planned, now)
            self._raise({(p.lane, p.channel, p.event) for p in planned})
            self._db.executemany(
                "INSERT OR IGNORE INTO fans VALUES (?,?,?,?,?,?)",
                [(f.key, f.identifier, f.event, f.channel, f.target, f.lane) for f in fans],
            )
            self._db.execute("DELETE FROM cursor")
            self._db.execute("INSERT INTO cursor VALUES (?)", (outbox,))

    def fans(self, channel: str) -> list[Planned]:
        """What is still to be spread, in the order of planning."""
        with self._lock:
            found = self._db.execute(
                "SELECT key, identifier, event, channel, area, lane FROM fans WHERE channel = ?"
                " ORDER BY rowid",
                (channel,),
            ).fetchall()
        return [Planned(*row) for row in found]

    def spread(self, fan: Planned, targets: Sequence[str], now: int) -> None:
        """A delivery for each target in place of the fan; cut off in the middle, again is harmless.

        Without any target one failed delivery stands for the area, so that it is seen.
        """
        head = f"{fan.identifier}:{fan.channel}:"
        for start in range(0, len(targets), SPREAD_AT_ONCE):
            some = targets[start : start + SPREAD_AT_ONCE]
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._insert([replace(fan, key=head + t, target=t) for t in some], now)
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if not targets:
                self._insert([fan], now)
                self._set(fan.key, DeliveryState.FAILED, now, "nobody to send to")
            self._raise({(fan.lane, fan.channel, fan.event)})
            self._db.execute("DELETE FROM fans WHERE key = ?", (fan.key,))

    def _insert(self, planned: Iterable[Planned], now: int) -> None:
        queued = DeliveryState.QUEUED.value
        self._db.executemany(
            PLAN,
            [(p.key, p.identifier, p.event, p.channel, p.target, p.lane, queued, now, p.lane)
             for p in planned],
        )  # fmt: skip

    def _raise(self, events: Iterable[tuple[int, str, str]]) -> None:
        """(lane, channel, event): what waits of an event is as urgent as its newest version."""
        self._db.executemany(RAISE, [(lane, *event, lane) for lane, *event in events])

    def take(self, channel: str, most: int, now: int, *, sure: bool) -> list[Row]:
        """Mark the next due deliveries of a channel as attempted, and return them.

        sure: the mark must survive a power cut too, not only the process: for channels on which
        the same key again would be a second message.
        """
        db = self._sure if sure else self._db
        with self._lock, db:
            db.execute("BEGIN IMMEDIATE")
            found = db.execute(
                TAKE,
                (channel, DeliveryState.QUEUED.value, now, most),
            ).fetchall()
            for key, *_ in found:
                self._set(key, DeliveryState.ATTEMPTED, now, "", attempts=1, db=db)
        return [Row(*row) for row in found]

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """What became of attempts, in their order, in one transaction.

        Where a receipt was there first, its word stands and nothing is sent again.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for o in outcomes:
                self._set(o.key, o.state, o.at, o.detail, due=o.due, only=proof.OPEN)

    def receive(self, key: str, state: DeliveryState, time: int, raw: str, now: int) -> bool:
        """A receipt; False when no such delivery was planned. The same one again changes nothing.

        time: ms, of what it tells; 0 when it does not tell.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._db.execute(
                "SELECT state FROM deliveries WHERE key = ?", (key,)
            ).fetchone()
            if found is None:
                return False
            fresh = self._db.execute(
                "INSERT OR IGNORE INTO receipts VALUES (?,?,?,?,?)",
                (key, state.value, time, raw, now),
            ).rowcount
            before = DeliveryState(found[0])
            proven = proof.after(before, state)
            if fresh and proven is not before:
                self._set(key, proven, now, f"receipt: {raw}")
            elif fresh:
                self._tell(key, state, now, f"receipt, changes nothing: {raw}", self._db)
        return True

    def cut_off(self, channel: str, now: int) -> list[tuple[str, int]]:
        """(key, lane) of hand-overs that a crash cut off; they are now unknown."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._db.execute(
                "SELECT key, lane FROM deliveries WHERE channel = ? AND state = ?",
                (channel, DeliveryState.ATTEMPTED.value),
            ).fetchall()
            for key, _ in found:
                self._set(key, DeliveryState.UNKNOWN, now, "cut off in mid hand-over")
        return found

    def next_due(self, channel: str) -> int | None:
        """When the next queued delivery of a channel is due, ms; None when none waits."""
        with self._lock:
            found = self._db.execute(
                "SELECT min(due) FROM deliveries WHERE channel = ? AND state = ?",
                (channel, DeliveryState.QUEUED.value),
            ).fetchone()[0]
        return None if found is None else int(found)

    def _set(
        self,
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
        db.execute(
            "UPDATE deliveries SET state = ?, updated = ?, detail = ?, due = ?,"
            f" attempts = attempts + ? WHERE key = ? AND state IN ({','.join('?' * len(only))})",
            (state.value, now, detail, due, attempts, key, *(s.value for s in only)),
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
