"""The register's tables, as named migrations.

No table holds a number, a name or an id of a person in clear: `ref`, `deputy_of` and `mark` are
keyed fingerprints, `target` is the keyed digest of an address, `label` and `box` are encrypted.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tongluo.core import migrations
from tongluo.core.errors import RegisterError

FIRST = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ref BLOB NOT NULL UNIQUE, source TEXT NOT NULL,
    mark BLOB NOT NULL, area TEXT NOT NULL, sort TEXT NOT NULL, size INTEGER NOT NULL,
    audience TEXT NOT NULL, role TEXT NOT NULL, rank TEXT NOT NULL, deputy_of BLOB,
    stratum TEXT NOT NULL, help INTEGER NOT NULL, lat REAL, lon REAL, enrolled INTEGER NOT NULL,
    label BLOB NOT NULL);
CREATE INDEX entries_area ON entries (area);
CREATE TABLE contacts (
    entry INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, position INTEGER NOT NULL,
    confirmed INTEGER, PRIMARY KEY (entry, kind, target)) WITHOUT ROWID;
CREATE INDEX contacts_target ON contacts (target);
CREATE TABLE addresses (
    target TEXT PRIMARY KEY, box BLOB NOT NULL, state TEXT NOT NULL DEFAULT '',
    since INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE misses (
    target TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (target, key)) WITHOUT ROWID;
CREATE TABLE areas (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, parent TEXT NOT NULL,
    code TEXT NOT NULL, shape TEXT NOT NULL, reach TEXT NOT NULL, selects TEXT NOT NULL
    ) WITHOUT ROWID;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, body BLOB NOT NULL,
    hash BLOB NOT NULL);
"""

EVENTS = """
CREATE TABLE events (event TEXT PRIMARY KEY, level INTEGER NOT NULL, at INTEGER NOT NULL)
    WITHOUT ROWID;
"""

PLANS = "ALTER TABLE areas ADD COLUMN more TEXT NOT NULL DEFAULT '{}'"

MIGRATIONS = (("1-first", FIRST), ("2-events", EVENTS), ("3-plans", PLANS))


def migrate(db: sqlite3.Connection) -> list[str]:
    """Apply what is missing; returns the names applied now.

    >>> db = sqlite3.connect(":memory:", isolation_level=None)
    >>> migrate(db), migrate(db)
    (['1-first', '2-events', '3-plans'], [])
    """
    return migrations.apply(db, MIGRATIONS)


def connect(path: Path) -> sqlite3.Connection:
    """Open a register, and make it where there is none; RegisterError when it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=ON")  # who is forgotten leaves no bytes in the file
        migrate(db)
    except (sqlite3.Error, OSError) as error:
        raise RegisterError(f"register {path} cannot be opened: {error}") from error
    return db
