"""The dispatcher's own database: one row a delivery, planned idempotently from the outbox.

queued -> attempted -> handed over or accepted | failed | expired | unknown. A row found
`attempted` at a start was cut off in mid hand-over: its outcome is unknown. What is written here
survives the process; a power cut may take the last moments, which are then planned and sent again
with the same keys (`take` says for which channels more is needed).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tongluo.core.words import DeliveryState
from tongluo.store.checkpoint import Checkpointer

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, identifier TEXT NOT NULL,
    event TEXT NOT NULL,
    channel TEXT NOT NULL, target TEXT NOT NULL, lane INTEGER NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS waiting ON deliveries (channel, state, lane DESC, id);
CREATE INDEX IF NOT EXISTS versions ON deliveries (channel, event, target, state, id);
CREATE TABLE IF NOT EXISTS history (
    key TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (outbox INTEGER NOT NULL);
"""


TAKE = """
SELECT key, identifier, target, attempts, lane FROM deliveries d
WHERE channel = ? AND state = ? AND due <= ?
  AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.channel = d.channel AND e.event = d.event
                  AND e.target = d.target AND e.state IN ('queued', 'attempted') AND e.id < d.id)
ORDER BY (SELECT max(lane) FROM deliveries e WHERE e.channel = d.channel AND e.event = d.event
          AND e.target = d.target AND e.state = 'queued') DESC, id
LIMIT ?
"""
"""The next due deliveries: a version never overtakes an earlier one of its own warning, lest a
retained message end on an old level; between warnings, the highest that waits goes first."""


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
        self._db, self._sure = _connection(path, "NORMAL"), _connection(path, "FULL")
        self._db.executescript(TABLES)
        self._lock = threading.Lock()
        self._checkpointer = Checkpointer(path)

    def cursor(self, newest: int) -> int:
        """The last outbox row that has been planned; 0 when the journal is an older, restored one.

        newest: the journal's last outbox row. Planning again from the start is harmless.
        """
        found = self._db.execute("SELECT max(outbox) FROM cursor").fetchone()[0] or 0
        return found if found <= newest else 0

    def plan(self, planned: Iterable[Planned], outbox: int, now: int) -> None:
        """Plan deliveries and move the cursor, in one transaction; again is harmless."""
        queued = DeliveryState.QUEUED.value
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR IGNORE INTO deliveries (key, identifier, event, channel, target, lane,"
                " state, updated) VALUES (?,?,?,?,?,?,?,?)",
                [(p.key, p.identifier, p.event, p.channel, p.target, p.lane, queued, now)
                 for p in planned],
            )  # fmt: skip
            self._db.execute("DELETE FROM cursor")
            self._db.execute("INSERT INTO cursor VALUES (?)", (outbox,))

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
        """What became of attempts, in their order, in one transaction."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for o in outcomes:
                self._set(o.key, o.state, o.at, o.detail, due=o.due)

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
    ) -> None:
        db = db or self._db
        db.execute(
            "UPDATE deliveries SET state = ?, updated = ?, detail = ?, due = ?,"
            " attempts = attempts + ? WHERE key = ?",
            (state.value, now, detail, due, attempts, key),
        )
        db.execute("INSERT INTO history VALUES (?,?,?,?)", (key, now, state.value, detail))

    def close(self) -> None:
        """Close the file."""
        self._checkpointer.stop()
        self._db.close()
        self._sure.close()


def _connection(path: Path, synchronous: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("PRAGMA wal_autocheckpoint=0")
    return db
