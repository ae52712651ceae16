"""What is made ready before the daemon's first reading: its journal and its machine code."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ingest.derived_stage import received
from tongluo.core.clock import now_ms
from tongluo.core.columns import Columns
from tongluo.core.errors import StoreError
from tongluo.core.log import Log
from tongluo.engine import Engine
from tongluo.store.journal import Journal


def open_journal(folder: Path, log: Log) -> Journal:
    """The journal; one that is corrupt is set aside with a stated loss, and a new one begun."""
    path = folder / "journal.db"
    try:
        return Journal(path)
    except StoreError as error:
        cause = error.__cause__
        corrupt = isinstance(cause, sqlite3.DatabaseError) and not isinstance(
            cause, sqlite3.OperationalError
        )
        if not corrupt:
            raise
        aside = folder / f"corrupt-{now_ms()}"
        aside.mkdir()
        for old in (*folder.glob("journal.db*"), *folder.glob("snapshots")):
            old.rename(aside / old.name)
        loss = f"what the old journal held is not known here any more; it lies in {aside}"
        log.say("journal", state="corrupt", reason=str(error), loss=loss)
        return Journal(path)


def compile_now(engine: Engine) -> None:
    """Have an engine's machine code ready before the first row needs it."""
    none = Columns.of([], [], [])
    out = engine.stage.blank(none)
    engine.stage.admit(none, out, 0)
    for rows in engine.plan.derived.expand(engine.stage, received(none, out), 0, 0):
        engine.judge(rows)
