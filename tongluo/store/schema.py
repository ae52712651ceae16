"""The journal's tables, as named migrations."""

from __future__ import annotations

import sqlite3

from tongluo.core import migrations

FIRST = """
CREATE TABLE journal (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, body BLOB);
CREATE TABLE sensors (row INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, quantity TEXT NOT NULL,
                      unit TEXT NOT NULL);
CREATE TABLE readings (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL,
                       sensor INTEGER NOT NULL, t INTEGER NOT NULL,
                       value REAL, flag INTEGER NOT NULL, fate INTEGER NOT NULL,
                       arrival INTEGER NOT NULL, issued INTEGER,
                       raw REAL, given INTEGER, sent INTEGER);
CREATE TABLE rejects (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, arrival INTEGER NOT NULL,
                      topic TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
                      raw BLOB NOT NULL, fed_again INTEGER);
CREATE TABLE reports (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, arrival INTEGER NOT NULL,
                      station TEXT NOT NULL, kind TEXT NOT NULL, time INTEGER, body BLOB NOT NULL,
                      state TEXT NOT NULL DEFAULT 'unconfirmed');
CREATE TABLE notices (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, arrival INTEGER NOT NULL,
                      issuer TEXT NOT NULL, identifier TEXT NOT NULL, msg_type TEXT NOT NULL,
                      headline TEXT NOT NULL, sent INTEGER NOT NULL, expires INTEGER,
                      xml BLOB NOT NULL, UNIQUE (issuer, identifier, sent));
CREATE TABLE fragments (topic TEXT PRIMARY KEY, rest BLOB NOT NULL);
CREATE TABLE undated (topic TEXT NOT NULL, digest BLOB NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE verdicts (seq INTEGER NOT NULL, time INTEGER NOT NULL, sensor TEXT NOT NULL,
                       rule TEXT NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL,
                       cause TEXT NOT NULL, why BLOB NOT NULL);
CREATE TABLE decisions (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, time INTEGER NOT NULL,
                        area TEXT NOT NULL, hazard TEXT NOT NULL, before TEXT NOT NULL,
                        after TEXT NOT NULL, reason BLOB NOT NULL);
CREATE TABLE conditions (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, time INTEGER NOT NULL,
                         kind TEXT NOT NULL, sensor TEXT NOT NULL, begins INTEGER NOT NULL);
CREATE TABLE warnings (identifier TEXT PRIMARY KEY, seq INTEGER NOT NULL, event TEXT NOT NULL,
                       area TEXT NOT NULL, hazard TEXT NOT NULL, act TEXT NOT NULL,
                       level INTEGER NOT NULL, sent INTEGER NOT NULL, expires INTEGER NOT NULL,
                       body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, identifier TEXT NOT NULL,
                     channel TEXT NOT NULL, UNIQUE (identifier, channel));
CREATE TABLE latest (sensor INTEGER PRIMARY KEY, t INTEGER NOT NULL, value REAL,
                     flag INTEGER NOT NULL, heard INTEGER NOT NULL, silent INTEGER NOT NULL,
                     received INTEGER NOT NULL);
CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL,
                    body BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""

APPROVAL = """
CREATE TABLE calls (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL,
                    grouped TEXT NOT NULL, person TEXT NOT NULL, answer INTEGER NOT NULL,
                    targets BLOB NOT NULL, identifier TEXT NOT NULL UNIQUE, area TEXT NOT NULL,
                    level INTEGER NOT NULL, body BLOB NOT NULL, answered INTEGER);
"""

MIGRATIONS = (("1-first", FIRST), ("2-approval", APPROVAL))


def migrate(db: sqlite3.Connection) -> list[str]:
    """Apply what is missing; returns the names applied now.

    >>> db = sqlite3.connect(":memory:", isolation_level=None)
    >>> migrate(db), migrate(db)
    (['1-first', '2-approval'], [])
    """
    return migrations.apply(db, MIGRATIONS)
