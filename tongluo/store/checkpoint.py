"""Checkpoints of a WAL file off the hot path: a thread with a connection of its own.

Left to itself SQLite copies the log into the file within some writer's commit, and that commit
then waits for the disk. A passive checkpoint blocks neither readers nor the writer.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

EVERY = 1.0  # s


class Checkpointer:
    """Copies the log of one database into its file from time to time, until stopped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="checkpoint")
        self._thread.start()

    def _run(self) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=5)) as db:
            while not self._stopping.wait(EVERY):
                with suppress(sqlite3.Error):  # a full disk shows itself to the writer
                    db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def stop(self) -> None:
        """No more checkpoints; the last connection to close does the rest."""
        self._stopping.set()
        self._thread.join(10)
