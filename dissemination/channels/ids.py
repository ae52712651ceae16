"""What a message centre called each message: kept on disk, for receipts come hours later.

One file a channel. A delivery has one try or more, a try as many messages as the text has parts,
and each message the name that the centre answered with. A kill loses none of it (a power cut may
lose the last moments, and then their receipts prove nothing). From it is told

- which parts of a delivery the centre has already: they are not sent again with the same text;
- whose message a receipt speaks of, in whatever base its name is written, and when all parts of a
  try have been delivered: only then the delivery is.

A receipt of a name that is not known yet is kept, for centres sometimes report before they answer.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dissemination.receipts import Receipt, names
from tongluo.core.clock import now_ms
from tongluo.core.words import DeliveryState

KEEP = 14 * 86_400_000
"""ms that names are kept: no centre reports later."""
TABLES = """
CREATE TABLE IF NOT EXISTS tries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, text BLOB NOT NULL, number TEXT NOT NULL,
    parts INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS keys ON tries (key);
CREATE TABLE IF NOT EXISTS messages (
    try INTEGER NOT NULL, part INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (try, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forms (
    form TEXT NOT NULL, try INTEGER NOT NULL, part INTEGER NOT NULL,
    PRIMARY KEY (form, try, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS early (
    form TEXT NOT NULL, name TEXT NOT NULL, numbers TEXT NOT NULL, state TEXT NOT NULL,
    time INTEGER, raw TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS early_forms ON early (form);
"""
FIND = """
SELECT DISTINCT f.try, f.part, m.name, t.key, t.number FROM forms f
JOIN messages m ON m.try = f.try AND m.part = f.part JOIN tries t ON t.id = f.try
WHERE f.form IN ({}) ORDER BY f.try DESC
"""
FINAL = (DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.EXPIRED)


@dataclass(frozen=True)
class Try:
    """One attempt at a delivery."""

    id: int
    done: frozenset[int]
    """Parts (from 1) that the centre has."""


class Ids:
    """The file, safe for the channel's threads and for another process that reads receipts."""

    def __init__(self, path: Path, match_numbers: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._match = match_numbers
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._lock = threading.Lock()
        self._db.executescript(TABLES)
        self._forget(now_ms() - KEEP)

    def _forget(self, before: int) -> None:
        old = "(SELECT id FROM tries WHERE at < ?)"
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(f"DELETE FROM forms WHERE try IN {old}", (before,))
            self._db.execute(f"DELETE FROM messages WHERE try IN {old}", (before,))
            self._db.execute("DELETE FROM tries WHERE at < ?", (before,))
            self._db.execute("DELETE FROM early WHERE at < ?", (before,))

    def begin(self, key: str, text: str, number: str, parts: int) -> Try:
        """The try that goes on, when its text is the same, or a new one.

        number: a digest of it.
        """
        mark = hashlib.blake2b(text.encode(), digest_size=16).digest()
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            found = self._db.execute(
                "SELECT id FROM tries WHERE key = ? AND text = ? AND parts = ? AND number = ?"
                " ORDER BY id DESC LIMIT 1",
                (key, mark, parts, number),
            ).fetchone()
            if found is None:
                fresh = self._db.execute(
                    "INSERT INTO tries (key, text, number, parts, at) VALUES (?,?,?,?,?)",
                    (key, mark, number, parts, now_ms()),
                ).lastrowid
                assert fresh is not None
                return Try(fresh, frozenset())
            done = self._db.execute(
                "SELECT part FROM messages WHERE try = ? AND state NOT IN ('failed', 'expired')",
                found,
            )
            return Try(found[0], frozenset(part for (part,) in done))

    def named(self, attempt: int, part: int, name: str) -> list[Receipt]:
        """The centre has a part, and calls it so; what had been said of it before."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT OR REPLACE INTO messages VALUES (?,?,?,?)",
                (attempt, part, name, DeliveryState.ACCEPTED.value),
            )
            forms = names(name)
            self._db.executemany(
                "INSERT OR IGNORE INTO forms VALUES (?,?,?)",
                [(form, attempt, part) for form in sorted(forms)],
            )
            early = self._db.execute(
                "SELECT DISTINCT name, numbers, state, time, raw FROM early WHERE form IN"
                f" ({','.join('?' * len(forms))})",
                sorted(forms),
            ).fetchall()
            self._db.executemany("DELETE FROM early WHERE name = ?", [(row[0],) for row in early])
        found = [
            self.heard(Receipt(said, DeliveryState(state), time, raw), numbers.split())
            for said, numbers, state, time, raw in early
        ]  # what is of another number after all is kept again
        return [receipt for receipt in found if receipt is not None]

    def heard(self, receipt: Receipt, numbers: Sequence[str]) -> Receipt | None:
        """What a receipt means for a delivery: its `id` is then the delivery's key.

        numbers: digests of the ways to write the number it speaks of; empty when it names none.
        None: no such message is known yet; it is kept.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            message = self._message(receipt.id, numbers)
            if message is None:
                said = (receipt.id, " ".join(numbers), receipt.state.value, receipt.time)
                self._db.executemany(
                    "INSERT INTO early VALUES (?,?,?,?,?,?,?)",
                    [(f, *said, receipt.raw, now_ms()) for f in sorted(names(receipt.id))],
                )
                return None
            attempt, part, key = message
            if receipt.state is not DeliveryState.UNKNOWN:
                self._db.execute(
                    "UPDATE messages SET state = ? WHERE try = ? AND part = ?"
                    " AND state != 'delivered' AND (state = 'accepted' OR ? = 'delivered')",
                    (receipt.state.value, attempt, part, receipt.state.value),
                )
            state = self._whole(attempt, key, receipt.state)
        return Receipt(key, state, receipt.time, receipt.raw)

    def _message(self, name: str, numbers: Sequence[str]) -> tuple[int, int, str] | None:
        """(try, part, key): the newest of that name and number; in another base than it was
        answered in a name counts for the same number only."""
        forms = sorted(names(name))
        found = self._db.execute(FIND.format(",".join("?" * len(forms))), forms).fetchall()
        plain = _plain(name)
        same = [row for row in found if _plain(row[2]) == plain]
        agreeing = [row for row in found if row[4] in numbers]
        both = [row for row in same if row in agreeing]
        last = [] if numbers and self._match else same
        for rows in (both, agreeing, last):
            if rows:
                attempt, part, _, key, _ = rows[0]
                return attempt, part, key
        return None

    def _whole(self, attempt: int, key: str, said: DeliveryState) -> DeliveryState:
        """What is so of the delivery, by all parts of the try."""
        parts, newest = self._db.execute(
            "SELECT parts, (SELECT max(id) FROM tries WHERE key = ?) FROM tries WHERE id = ?",
            (key, attempt),
        ).fetchone()
        states = [DeliveryState(s) for (s,) in self._db.execute(
            "SELECT state FROM messages WHERE try = ?", (attempt,))]  # fmt: skip
        if len(states) == parts and set(states) == {DeliveryState.DELIVERED}:
            return DeliveryState.DELIVERED
        if said not in FINAL:
            return said
        bad = [s for s in states if s in (DeliveryState.FAILED, DeliveryState.EXPIRED)]
        return bad[0] if bad and attempt == newest else DeliveryState.ACCEPTED

    def key(self, name: str) -> str | None:
        """The delivery of exactly this name; None when there is none."""
        with self._lock:
            found = self._db.execute(
                "SELECT t.key FROM forms f JOIN tries t ON t.id = f.try WHERE f.form = ?"
                " ORDER BY t.id DESC LIMIT 1",
                (name.strip().lower(),),
            ).fetchone()
        return None if found is None else str(found[0])

    def whole(self, attempt: int) -> bool:
        """Whether the centre has all parts of a try."""
        with self._lock:
            found = self._db.execute(
                "SELECT parts = (SELECT count(*) FROM messages WHERE try = t.id) FROM tries t"
                " WHERE id = ?",
                (attempt,),
            ).fetchone()
        return bool(found and found[0])

    def last(self, count: int) -> list[str]:
        """Keys of the newest deliveries that the centre has all parts of."""
        with self._lock:
            found = self._db.execute(
                "SELECT key FROM tries t WHERE id > (SELECT coalesce(max(id), 0) - ? FROM tries)"
                " AND parts = (SELECT count(*) FROM messages WHERE try = t.id)",
                (count,),
            ).fetchall()
        return [key for (key,) in found]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _plain(name: str) -> str:
    return name.strip().lower().lstrip("0")
