"""Tables and statements of the dispatcher's own database, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, identifier TEXT NOT NULL,
    event TEXT NOT NULL,
    channel TEXT NOT NULL, target TEXT NOT NULL, lane INTEGER NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '', urgency INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS versions ON deliveries (channel, event, target, state, id);
CREATE TABLE IF NOT EXISTS history (
    key TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (outbox INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fans (
    key TEXT PRIMARY KEY, identifier TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL,
    area TEXT NOT NULL, lane INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipts (
    key TEXT NOT NULL, state TEXT NOT NULL, time INTEGER NOT NULL, raw TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (key, state, time, raw)) WITHOUT ROWID;
"""
URGENCY = """
DROP INDEX IF EXISTS waiting;
CREATE INDEX IF NOT EXISTS urgent ON deliveries (channel, state, urgency DESC, id);
"""
PLAN = """
INSERT OR IGNORE INTO deliveries (key, identifier, event, channel, target, lane, state, updated,
                                  urgency) VALUES (?,?,?,?,?,?,?,?,?)
"""
RAISE = """
UPDATE deliveries SET urgency = ?
WHERE channel = ? AND event = ? AND state = 'queued' AND urgency < ?
"""
TAKE = """
SELECT key, identifier, target, attempts, lane FROM deliveries d
WHERE channel = ? AND state = ? AND due <= ?
  AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.channel = d.channel AND e.event = d.event
                  AND e.target = d.target AND e.state IN ('queued', 'attempted') AND e.id < d.id)
ORDER BY urgency DESC, id
LIMIT ?
"""
"""The next due deliveries: a version never overtakes an earlier one of its own warning, lest a
retained message end on an old level; between warnings, the one with the highest version
waiting goes first: planning it has raised the urgency of those before it."""


def upgrade(db: sqlite3.Connection) -> None:
    """Make what is missing; stores of the first version lack the column of urgency."""
    db.executescript(TABLES)
    columns = {row[1] for row in db.execute("PRAGMA table_info(deliveries)")}
    if "urgency" not in columns:
        db.execute("ALTER TABLE deliveries ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0")
        db.execute("UPDATE deliveries SET urgency = lane")
    db.executescript(URGENCY)


def connection(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection whose commits wait for the disk ("FULL") or only for the system ("NORMAL")."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("PRAGMA wal_autocheckpoint=0")
    return db
