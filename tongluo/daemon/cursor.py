"""What has been exported and what was refused: the exporter's own small file, `exporter.db`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tongluo.core.log import Log
from tongluo.store.influx import Batch


class Cursor:
    """What has been exported, and what was refused, in the exporter's own file."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, timeout=5)
        self.db.execute("PRAGMA synchronous=NORMAL")  # a step back only sends rows again
        for table in (
            "cursor (name TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID",
            "meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
            "refused (source TEXT NOT NULL, row INTEGER NOT NULL, line TEXT NOT NULL,"
            " reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (source, row))",
        ):
            self.db.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def row(self, table: str) -> int:
        """The last exported row of a table."""
        found = self.db.execute("SELECT row FROM cursor WHERE name = ?", (table,)).fetchone()
        return int(found[0]) if found else 0

    def advance(self, batch: Batch, refused: Sequence[tuple[int, str, str]], at: int) -> None:
        """The batch is done: refused lines and the new position in one transaction."""
        self.db.execute("BEGIN IMMEDIATE")
        with self.db:
            self.db.executemany(
                "INSERT OR REPLACE INTO refused VALUES (?,?,?,?,?)",
                [(batch.table, *line, at) for line in refused],
            )
            self.db.execute("INSERT OR REPLACE INTO cursor VALUES (?,?)", (batch.table, batch.last))

    def restart(self) -> None:
        """From the first row again: what is there already is overwritten by itself."""
        self.db.execute("DELETE FROM cursor")

    def belongs(self, journal: bytes) -> bool:
        """Whether it was kept for this journal (or none yet); remembers the journal."""
        known = self.db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()
        self.db.execute("INSERT OR REPLACE INTO meta VALUES ('journal', ?)", (journal,))
        return known is None or known[0] in (b"", journal)


def exported(path: Path) -> int:
    """Id of the last exported reading, read from outside; 0 when there is none yet."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT row FROM cursor WHERE name = 'readings'").fetchone()
    except sqlite3.Error:
        return 0
    return int(found[0]) if found else 0


def open_cursor(path: Path, log: Log) -> Cursor:
    """The cursor; a file that is no database is set aside and begun anew."""
    try:
        return Cursor(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        log.say("cursor", state="set aside", reason=str(error), file=f"{path.name}.broken")
        path.rename(path.with_name(f"{path.name}.broken"))
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        return Cursor(path)
