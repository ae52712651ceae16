"""Old readings go, a few at a time, so that no delete ever holds the journal for long.

Only readings and their journal rows go, and only those that a snapshot already contains: what was
decided, warned, rejected and audited stays. A replay of what is left begins at its first row.
"""

from __future__ import annotations

import sqlite3

MOST = 5000


def trim(db: sqlite3.Connection, before: int, snapshot: int, exported: int) -> int:
    """Delete up to about MOST of the oldest readings that arrived before a time; how many went.

    before: ms. snapshot: journal number that the newest snapshot contains. exported: id of the
    last reading that has been exported (a huge number where nothing is exported). To be called in
    a transaction.
    """
    batches = db.execute(
        "SELECT seq, body FROM journal WHERE kind = 'readings' AND seq <= ? AND at < ?"
        " ORDER BY seq LIMIT ?",
        (snapshot, before, MOST),
    ).fetchall()
    gone = 0
    for seq, body in batches:
        first, n = int.from_bytes(body[:8], "big"), int.from_bytes(body[8:], "big")
        if first + n - 1 > exported or gone >= MOST:
            break
        db.execute("DELETE FROM readings WHERE id BETWEEN ? AND ?", (first, first + n - 1))
        db.execute("DELETE FROM journal WHERE seq = ?", (seq,))
        gone += n
    return gone
