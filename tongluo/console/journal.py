"""The journal as the console reads it: what is new for the page, and under which configuration."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from dissemination.channels import CHANNELS
from tongluo.config.load import Loaded, from_text
from tongluo.core.errors import StoreError
from tongluo.core.warning import WarningVersion
from tongluo.store.current import site_time
from tongluo.store.journal import connect
from tongluo.store.rows import warning_of

KIND = "app"
NEWEST = "SELECT o.id, w.body FROM outbox o JOIN warnings w USING (identifier)"


@dataclass(frozen=True)
class News:
    """What a look brought: a configuration where there is another one, and new versions."""

    loaded: Loaded | None
    versions: list[tuple[int, WarningVersion]]
    now: int
    fresh: bool
    """Whether this is another journal than at the look before: what was known is void."""


class Reader:
    """Looks again and again; cheap when nothing was written. Safe for the console's threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.db"
        self._db: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._mark = -1
        self._seq, self._outbox = 0, 0
        self._whole = True
        """Whether the next look brings all, not only what is new."""
        self._loaded: Loaded | None = None
        self._channels: list[str] = []
        self._lock = threading.Lock()

    def look(self) -> News | None:
        """What is new; None when nothing was written. StoreError while there is no journal."""
        with self._lock:
            return self._look()

    def _look(self) -> News | None:
        self._reopen()
        assert self._db is not None
        fresh = self._whole
        mark = self._db.execute("PRAGMA data_version").fetchone()[0]
        if mark == self._mark and not fresh:
            return None
        try:
            loaded = self._configuration()
            now = self.now()
            versions = self._versions(now)
        except sqlite3.Error as error:
            self.again()
            raise StoreError(f"journal {self._path} cannot be read: {error}") from error
        self._mark, self._whole = mark, False
        return News(loaded, versions, now, fresh)

    def now(self) -> int:
        """The site's time, ms."""
        stream = self._loaded is not None and self._loaded.config.time.clock == "stream"
        assert self._db is not None
        return site_time(self._db, stream=stream)

    def version(self, identifier: str) -> WarningVersion | None:
        """A version that went to the page, however old."""
        marks = ",".join("?" * len(self._channels))
        with self._lock:
            if self._db is None:
                return None
            found = self._db.execute(
                f"{NEWEST} WHERE o.identifier = ? AND o.channel IN ({marks})",
                (identifier, *self._channels),
            ).fetchone()
        return None if found is None else warning_of(found[1])

    def again(self) -> None:
        """What the last look brought was not taken: the next one brings all."""
        self._file = (0, 0)

    def _reopen(self) -> None:
        """Open the journal where it is not open, or is another file by now."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise StoreError(f"there is no journal yet: {self._path}") from error
        if self._db is not None and self._file == (status.st_dev, status.st_ino):
            return
        self._close()
        self._db = connect(self._path, read_only=True, any_thread=True)
        self._file = (status.st_dev, status.st_ino)
        self._seq = self._outbox = 0
        self._whole = True

    def _configuration(self) -> Loaded | None:
        """The newest configuration among the rows not yet seen. ConfigError when it cannot be read:
        told once where there is one from before, which goes on."""
        assert self._db is not None
        (newest,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        found = self._db.execute(
            "SELECT body FROM journal WHERE seq > ? AND seq <= ? AND kind = 'configuration'"
            " ORDER BY seq DESC LIMIT 1",
            (self._seq, newest),
        ).fetchone()
        if self._loaded is not None:
            self._seq = newest
        elif found is None:
            raise StoreError(f"there is no configuration yet in the journal: {self._path}")
        if found is None:
            return None
        self._loaded = from_text(found[0].decode())
        self._seq = newest
        self._channels = [n for n, c in self._loaded.config.channels.items() if c.kind == KIND]
        return self._loaded

    def _versions(self, now: int) -> list[tuple[int, WarningVersion]]:
        """Versions not yet seen; at the first look, whole events that may still be shown."""
        assert self._db is not None and self._loaded is not None and KIND in CHANNELS
        (newest,) = self._db.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()
        marks = ",".join("?" * len(self._channels))
        query = f"{NEWEST} WHERE o.id > ? AND o.id <= ? AND o.channel IN ({marks})"
        values: list[object] = [self._outbox, newest, *self._channels]
        if not self._outbox:
            query += " AND w.event IN (SELECT event FROM warnings WHERE expires >= ?)"
            values.append(now - self._loaded.config.console.all_clear)
        found = self._db.execute(f"{query} ORDER BY o.id", values).fetchall()
        self._outbox = newest
        return [(number, warning_of(body)) for number, body in found]

    def close(self) -> None:
        """Close the file, once nobody reads it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
