"""A site as other commands see it: its configuration, and its journal opened for reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tongluo.cli.texts import config_language, say
from tongluo.config.load import Loaded, load
from tongluo.core.errors import StoreError
from tongluo.store.current import site_time, streams
from tongluo.store.journal import connect


@dataclass(frozen=True)
class Site:
    """Configuration, store folder and journal."""

    loaded: Loaded
    folder: Path
    db: sqlite3.Connection

    @property
    def zone(self) -> str:
        """Time zone in which times are shown."""
        return self.loaded.config.site.timezone

    def stream(self) -> bool:
        """Whether what is in the journal ran on the stream clock."""
        return streams(self.db)

    def now(self) -> int:
        """The site's time, ms: the wall's, or on a stream clock what has passed of it."""
        return site_time(self.db, stream=self.stream())


def folder_of(loaded: Loaded) -> Path:
    """The store's folder."""
    return loaded.folder / loaded.config.store.folder


@contextmanager
def site(config: Path) -> Iterator[Site]:
    """A site for reading; StoreError when nothing has run there yet."""
    loaded = load(config, config_language())
    folder = folder_of(loaded)
    journal = folder / "journal.db"
    if not journal.exists():
        raise StoreError(say("nothing_yet", path=journal, config=config))
    db = connect(journal, read_only=True)
    try:
        yield Site(loaded, folder, db)
    finally:
        db.close()
