"""Tables and statements of the dispatcher's own database, and how it is opened.

    batches   one version on one channel to one audience: what its recipients have in common
    rows      a recipient each, a batch side by side in the order of sending
    history   every state that a delivery was in
    receipts  what came back, as it came
    fans      what is still to be spread over its recipients
    escalations  channels that were added where too few were reached
    errands   to which entries of the register who acts for others was sent, by which message

`deliveries` is a view: a row for each delivery with all that is known of it, its key included. A
row that nobody has touched yet has `due` 0 and is found by its place in the batch alone: a fan-out
of a million writes no index. The first attempt enters it into the indices, for good (`due` >= 1).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY, identifier TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL,
    audience TEXT NOT NULL, lane INTEGER NOT NULL, urgency INTEGER NOT NULL,
    first INTEGER NOT NULL, next INTEGER NOT NULL, last INTEGER NOT NULL,
    reserved INTEGER NOT NULL, open INTEGER NOT NULL DEFAULT 1);
CREATE INDEX IF NOT EXISTS of_version ON batches (identifier, channel);
CREATE INDEX IF NOT EXISTS waiting ON batches (channel, urgency DESC, id) WHERE open;
CREATE TABLE IF NOT EXISTS rows (
    id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, target TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS touched ON rows (batch, target) WHERE due > 0;
CREATE INDEX IF NOT EXISTS again ON rows (batch, state, id)
    WHERE due > 0 AND state IN ('queued', 'attempted');
CREATE TABLE IF NOT EXISTS history (
    key TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (outbox INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fans (
    key TEXT PRIMARY KEY, identifier TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL,
    area TEXT NOT NULL, lane INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipts (
    key TEXT NOT NULL, state TEXT NOT NULL, time INTEGER NOT NULL, raw TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (key, state, time, raw)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS escalations (
    event TEXT NOT NULL, level INTEGER NOT NULL, channel TEXT NOT NULL, area TEXT NOT NULL,
    stratum TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (event, level, channel, area, stratum));
CREATE TABLE IF NOT EXISTS errands (
    identifier TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL, entry INTEGER NOT NULL,
    warden INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (identifier, channel, target, entry)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS deliveries AS
    SELECT r.id, b.identifier || ':' || b.channel || ':' || r.target AS key, b.identifier, b.event,
           b.channel, r.target, b.audience, b.lane, r.state, r.attempts, r.due, r.updated, r.detail,
           b.urgency, r.batch
    FROM rows r JOIN batches b ON b.id = r.batch;
"""
OLD = """
INSERT INTO batches (identifier, event, channel, audience, lane, urgency, first, next, last,
                     reserved)
    SELECT identifier, event, channel, 'residents', max(lane), max(lane), min(id),
           (SELECT max(id) + 1 FROM planned), (SELECT max(id) FROM planned),
           (SELECT max(id) FROM planned)
    FROM planned GROUP BY identifier, channel ORDER BY min(id);
INSERT INTO rows (id, batch, target, state, attempts, due, updated, detail)
    SELECT p.id, b.id, p.target, p.state, p.attempts, max(p.due, 1), p.updated, p.detail
    FROM planned p JOIN batches b USING (identifier, channel);
DROP TABLE planned;
"""
"""From a store with a table of wide rows. Where they stood they are no batch side by side: all
count as touched."""
RESERVE = """
INSERT INTO batches (identifier, event, channel, audience, lane, urgency, first, next, last,
                     reserved)
SELECT ?, ?, ?, ?, ?, ?, base, base, base - 1, base - 1 + ?
FROM (SELECT coalesce(max(reserved), 0) + 1 AS base FROM batches)
RETURNING id, first
"""
INSERT = "INSERT INTO rows (id, batch, target, updated) VALUES"
RAISE = "UPDATE batches SET urgency = ? WHERE channel = ? AND event = ? AND open AND urgency < ?"
OPEN = """
SELECT id, identifier, event, lane, audience, next, last FROM batches
WHERE channel = ? AND open ORDER BY urgency DESC, id
"""
EARLIER = """
SELECT id, identifier, next <= last FROM batches WHERE channel = ? AND event = ? AND open AND id < ?
"""
"""Of a warning's own versions: (batch, version, whether some of it was never touched)."""
AGAIN = """
SELECT id, target, attempts FROM rows
WHERE batch = ? AND state = 'queued' AND due > 0 AND state IN ('queued', 'attempted') AND due <= ?
  AND id > ? ORDER BY id LIMIT ?
"""
FRESH = """
SELECT id, target, attempts FROM rows
WHERE id BETWEEN ? AND ? AND due = 0 AND batch = ? ORDER BY id LIMIT ?
"""
WAITS = """
SELECT 1 FROM rows WHERE batch = ? AND due > 0 AND state IN ('queued', 'attempted') LIMIT 1
"""
IN_FLIGHT = """
SELECT r.id, b.identifier || ':' || b.channel || ':' || r.target, b.lane
FROM batches b JOIN rows r ON r.batch = b.id
WHERE b.channel = ? AND b.open AND r.state = 'attempted' AND r.due > 0
  AND r.state IN ('queued', 'attempted')
ORDER BY r.id
"""
NEXT_DUE = """
SELECT min(r.due) FROM batches b JOIN rows r ON r.batch = b.id
WHERE b.channel = ? AND b.open AND r.state = 'queued' AND r.due > 0
  AND r.state IN ('queued', 'attempted')
"""
UNTOUCHED = "SELECT 1 FROM batches WHERE channel = ? AND open AND next <= last LIMIT 1"
BATCHES = "SELECT id, first, next, last FROM batches WHERE identifier = ? AND channel = ?"
TOUCHED = "SELECT id, state, due FROM rows WHERE batch = ? AND target = ? AND due > 0"
EARLIER_TO = """
SELECT id, state, due, target FROM rows WHERE batch = ? AND target BETWEEN ? AND ? AND due > 0
"""
BY_PLACE = "SELECT id, state FROM rows WHERE id BETWEEN ? AND ? AND batch = ? AND target = ?"
TOLD = """
SELECT r.target, b.audience FROM batches b JOIN rows r ON r.id BETWEEN b.first AND b.last
    AND r.batch = b.id
WHERE b.channel = ? AND b.event = ? AND b.identifier <> ? AND r.state NOT IN ('failed', 'expired')
ORDER BY r.id
"""
"""Whom earlier versions of a warning went to, or may have."""
FANS = """
SELECT key, identifier, event, channel, area, lane FROM fans WHERE channel = ? ORDER BY rowid
"""
ESCALATIONS = """
SELECT channel, area, stratum, min(at) FROM escalations WHERE event = ? AND level >= ? AND at >= ?
GROUP BY channel, area, stratum
"""
PROVEN = """
SELECT DISTINCT r.target FROM batches b JOIN json_each(?2) t
JOIN rows r ON r.batch = b.id AND r.target = t.value
WHERE b.identifier = ?1 AND r.due > 0 AND r.state IN ('delivered', 'acknowledged')
"""
CHANNELS = "SELECT DISTINCT channel FROM batches WHERE event = ?"
ERRAND = """
SELECT entry FROM errands WHERE identifier = ? AND channel = ? AND target = ? AND entry > 0
"""
THERE = "SELECT target FROM rows WHERE id BETWEEN ? AND ? AND batch = ?"


def upgrade(db: sqlite3.Connection) -> None:
    """Make what is missing; stores of earlier versions have a table `deliveries` of wide rows."""
    kind = db.execute("SELECT type FROM sqlite_master WHERE name = 'deliveries'").fetchone()
    if kind != ("table",):
        db.executescript(TABLES)
        return
    db.executescript(
        "BEGIN IMMEDIATE; ALTER TABLE deliveries RENAME TO planned;"
        "DROP INDEX IF EXISTS waiting; DROP INDEX IF EXISTS urgent; DROP INDEX IF EXISTS versions;"
        f"{TABLES}{OLD}COMMIT;"
    )


def connection(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection whose commits wait for the disk ("FULL") or only for the system ("NORMAL")."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("PRAGMA wal_autocheckpoint=0")
    return db
