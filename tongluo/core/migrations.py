"""Named changes of a database's tables, applied once each, in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

Migration = tuple[str, str]
"""(name, statements separated by `;`)"""


def apply(db: sqlite3.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing; returns the names applied now.

    >>> db = sqlite3.connect(":memory:", isolation_level=None)
    >>> wanted = [("1-first", "CREATE TABLE a (n); CREATE TABLE b (n)")]
    >>> apply(db, wanted), apply(db, wanted)
    (['1-first'], [])
    """
    applied: list[str] = []
    if _whole(db, migrations):  # asked without a lock: another may hold it for long
        return applied
    db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) WITHOUT ROWID")
    for name, script in migrations:
        db.execute("BEGIN IMMEDIATE")  # asked within: two may open a new file at once
        if db.execute("SELECT 1 FROM migrations WHERE name = ?", (name,)).fetchone():
            db.execute("COMMIT")
            continue
        for statement in script.split(";"):
            if statement.strip():
                db.execute(statement)
        db.execute("INSERT INTO migrations VALUES (?)", (name,))
        db.execute("COMMIT")
        applied.append(name)
    return applied


def _whole(db: sqlite3.Connection, migrations: Sequence[Migration]) -> bool:
    """Whether nothing is missing."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return False
    done = {name for (name,) in db.execute("SELECT name FROM migrations")}
    return done.issuperset(name for name, _ in migrations)
