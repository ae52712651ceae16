"""Installations of the residents' page and what they say: the console's own database.

`console.db` in the store's folder. The console writes it; the channel `app` and whoever counts
coverage read it. An installation is a number of 128 random bits that a browser drew once. Here it
is known by a digest only: what is kept tells neither the number itself nor who holds the phone.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status

FILE = "console.db"
_NUMBER = re.compile("[0-9a-f]{32}")
KINDS = ("safe", "help", "report")

TABLES = """
CREATE TABLE IF NOT EXISTS installations (
    id TEXT PRIMARY KEY, exercises INTEGER NOT NULL, language TEXT NOT NULL,
    since INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
    installation TEXT NOT NULL, area TEXT NOT NULL,
    PRIMARY KEY (installation, area)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chosen ON places (area, installation);
CREATE TABLE IF NOT EXISTS nesting (
    area TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (area, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fed (
    identifier TEXT PRIMARY KEY, event TEXT NOT NULL, version INTEGER NOT NULL,
    at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions ON fed (event, version);
CREATE TABLE IF NOT EXISTS receipts (
    id INTEGER PRIMARY KEY, installation TEXT NOT NULL, identifier TEXT NOT NULL,
    state TEXT NOT NULL, time INTEGER NOT NULL, at INTEGER NOT NULL,
    UNIQUE (installation, identifier, state));
CREATE TABLE IF NOT EXISTS pushed (
    id INTEGER PRIMARY KEY, installation TEXT NOT NULL, identifier TEXT NOT NULL,
    state TEXT NOT NULL, time INTEGER NOT NULL, at INTEGER NOT NULL,
    UNIQUE (installation, identifier, state));
CREATE TABLE IF NOT EXISTS subscriptions (
    installation TEXT PRIMARY KEY, box BLOB NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, installation TEXT NOT NULL, key TEXT NOT NULL,
    identifier TEXT NOT NULL, area TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
    time INTEGER NOT NULL, at INTEGER NOT NULL, exercise INTEGER NOT NULL,
    UNIQUE (installation, key));
"""
"""nesting: who chose `place` is warned of what concerns `area`. fed: versions on the feed.
receipts: what the pages proved, `time` by their own word, `at` when it came. pushed: the same of
what came by Web Push. subscriptions: where pushes go, encrypted."""

By = Literal["page", "push"]
"""How a version came to an installation: by the page's feed, or by Web Push."""
_PROVED: dict[By, str] = {"page": "receipts", "push": "pushed"}


@dataclass(frozen=True)
class Proof:
    """What one installation proved of one version."""

    number: int
    installation: str
    identifier: str
    state: DeliveryState
    time: int
    """ms, by the page's word."""
    at: int
    """ms, when it came."""


@dataclass(frozen=True)
class Answer:
    """What a person said through the page: I am safe, I need help, or what they see."""

    key: str
    identifier: str
    area: str
    kind: str
    text: str
    time: int
    exercise: bool


def name_of(number: str) -> str:
    """The name of the installation with this number; ValueError when it is none.

    >>> len(name_of("0" * 32))
    32
    """
    if not _NUMBER.fullmatch(number):
        raise ValueError("an installation's number is 32 hexadecimal digits")
    return hashlib.sha256(number.encode()).hexdigest()[:32]


def open_to_read(folder: Path) -> sqlite3.Connection:
    """The database for reading; LookupError while no console has run here."""
    path = folder / FILE
    if not path.exists():
        raise LookupError(f"{FILE} is not there yet: start `tongluo console`")
    try:
        uri = f"file:{path}?mode=ro"
        return sqlite3.connect(uri, uri=True, timeout=5, check_same_thread=False)
    except sqlite3.Error as error:
        raise LookupError(f"{FILE} cannot be opened: {error}") from error


def warned(
    db: sqlite3.Connection,
    warning: WarningVersion,
    since: int,
    by: By = "page",
    among: Iterable[str] | None = None,
) -> list[str]:
    """Installations to be told of a warning: those with a place in it that were seen since then.

    Of an exercise, those alone that take part in exercises (law 6). by: "push" = those alone that
    have a subscription. among: of these alone.
    """
    exercise = warning.status is Status.EXERCISE
    query = (
        "SELECT DISTINCT p.installation FROM nesting n JOIN places p ON p.area = n.place"
        " JOIN installations i ON i.id = p.installation"
        " WHERE n.area = ? AND i.seen >= ? AND i.exercises >= ?"
    )
    if by == "push":
        query += " AND i.id IN (SELECT installation FROM subscriptions)"
    values: list[object] = [warning.area.id, since, exercise]
    if among is not None:
        query += " AND p.installation IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(among)))
    found = db.execute(f"{query} ORDER BY 1", values)
    return [name for (name,) in found]


def on_the_feed(db: sqlite3.Connection, warning: WarningVersion) -> int | None:
    """The newest version of this warning's event on the feed, if any; 0 = this very one is."""
    if db.execute("SELECT 1 FROM fed WHERE identifier = ?", (warning.identifier,)).fetchone():
        return 0
    found = db.execute("SELECT max(version) FROM fed WHERE event = ?", (warning.event,)).fetchone()
    return None if found[0] is None else int(found[0])


def told_as(db: sqlite3.Connection, name: str) -> tuple[str, bool] | None:
    """(language, whether it takes part in exercises) of an installation; None = there is none."""
    found = db.execute("SELECT language, exercises FROM installations WHERE id = ?", (name,))
    row = found.fetchone()
    return None if row is None else (row[0], bool(row[1]))


def proofs(db: sqlite3.Connection, after: int, most: int, by: By = "page") -> list[Proof]:
    """What came after a number, oldest first."""
    found = db.execute(
        f"SELECT id, installation, identifier, state, time, at FROM {_PROVED[by]} WHERE id > ?"
        " ORDER BY id LIMIT ?",
        (after, most),
    )
    return [
        Proof(n, who, what, DeliveryState(state), *times) for n, who, what, state, *times in found
    ]


class Installations:
    """The console's hand on the database; safe for its threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            folder / FILE, isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(TABLES)
        self._lock = threading.Lock()

    def register(
        self, name: str, areas: Iterable[str], language: str, now: int, *, exercises: bool
    ) -> None:
        """An installation with its places, all anew."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO installations VALUES (?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET"
                " exercises = excluded.exercises, language = excluded.language,"
                " seen = excluded.seen",
                (name, exercises, language, now, now),
            )
            self._db.execute("DELETE FROM places WHERE installation = ?", (name,))
            rows = [(name, area) for area in areas]
            self._db.executemany("INSERT OR IGNORE INTO places VALUES (?,?)", rows)

    def forget(self, name: str) -> None:
        """The installation and its places are gone; what it proved stays."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM installations WHERE id = ?", (name,))
            self._db.execute("DELETE FROM places WHERE installation = ?", (name,))
            self._db.execute("DELETE FROM subscriptions WHERE installation = ?", (name,))

    def known(self, name: str) -> bool:
        """Whether it has registered."""
        with self._lock:
            found = self._db.execute("SELECT 1 FROM installations WHERE id = ?", (name,))
            return found.fetchone() is not None

    def nest(self, hears: Mapping[str, Iterable[str]]) -> None:
        """hears: place -> areas whose warnings concern who chose it."""
        rows = [(area, place) for place, areas in hears.items() for area in areas]
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM nesting")
            self._db.executemany("INSERT OR IGNORE INTO nesting VALUES (?,?)", rows)

    def put_on_feed(self, versions: Iterable[WarningVersion], now: int) -> None:
        """These versions are on the feed."""
        rows = [(w.identifier, w.event, w.version, now) for w in versions]
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR IGNORE INTO fed VALUES (?,?,?,?)", rows)

    def receive(
        self,
        name: str,
        states: Mapping[str, DeliveryState],
        time: int,
        now: int,
        by: By = "page",
    ) -> None:
        """states: identifier -> what is proven of it. The same again changes nothing."""
        rows = [(name, what, state.value, time, now) for what, state in states.items()]
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                f"INSERT OR IGNORE INTO {_PROVED[by]} (installation, identifier, state, time, at)"
                " VALUES (?,?,?,?,?)",
                rows,
            )

    def answer(self, name: str, said: Answer, now: int) -> bool:
        """Keep an answer; False when it was there already."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            kept = self._db.execute(
                "INSERT OR IGNORE INTO answers (installation, key, identifier, area, kind, text,"
                " time, at, exercise) VALUES (?,?,?,?,?,?,?,?,?)",
                (name, said.key, said.identifier, said.area, said.kind, said.text, said.time, now,
                 said.exercise),
            )  # fmt: skip
        return kept.rowcount == 1

    def answers(self, after: int, most: int) -> list[dict[str, object]]:
        """Answers after a number, oldest first."""
        names = ("id", "identifier", "area", "kind", "text", "time", "at", "exercise")
        with self._lock:
            found = self._db.execute(
                f"SELECT {', '.join(names)} FROM answers WHERE id > ? ORDER BY id LIMIT ?",
                (after, most),
            ).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        """Close the file, once nobody uses it."""
        with self._lock, closing(self._db):
            self._db.execute("PRAGMA optimize")
