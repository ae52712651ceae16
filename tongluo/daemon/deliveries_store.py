"""The dispatcher's database as the process holds it: one writer at a time, any thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tongluo.daemon import deliveries_sql as sql
from tongluo.store.checkpoint import Checkpointer


class Store:
    """The open file, safe for the dispatcher's threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db, self._sure = sql.connection(path, "NORMAL"), sql.connection(path, "FULL")
        sql.upgrade(self._db)
        self._lock = threading.Lock()
        self._checkpointer = Checkpointer(path)

    @contextmanager
    def _writing(self, *, sure: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction; sure: what it writes survives a power cut too."""
        db = self._sure if sure else self._db
        with self._lock, db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    def _read(self, statement: str, *values: str | int) -> list[Any]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file, once nobody uses it."""
        self._checkpointer.stop()
        with self._lock:
            self._db.close()
            self._sure.close()
