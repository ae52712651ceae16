"""What came back from the place, as it was written down: reports, and wardens' answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dissemination.channels.wardens import shares
from dissemination.rounds import endpoint
from dissemination.targeting.doors import Task
from dissemination.targeting.register import Register
from tongluo.config.models import Config
from tongluo.core.errors import RegisterError
from tongluo.core.warning import WarningVersion

HEAD, KNOWN = "answer: ", "acknowledged"
REPORTS = """
SELECT arrival, station, body FROM reports WHERE kind IN ('count', 'shown', 'text') AND arrival >= ?
ORDER BY id
"""
ANSWERS = """
SELECT key, at, state, raw FROM receipts WHERE key >= ? AND key < ? AND raw LIKE 'answer: %'
"""


class Report(NamedTuple):
    """An operator's or a warden's report of an area."""

    time: int
    area: str
    body: dict[str, Any]


class Answer(NamedTuple):
    """A warden's answer to a task."""

    key: str
    """Of the task's message."""
    time: int
    known: bool
    """Whether it is one of the answers asked for."""
    words: str

    @property
    def target(self) -> str:
        """The endpoint that answered."""
        return endpoint(self.key.rpartition(":")[2])


def reports(folder: Path, start: int, event: str, now: int) -> list[Report]:
    """Of an event, from its first warning until now."""
    path = folder / "journal.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        rows = db.execute(REPORTS, (start,)).fetchall()
    found = [Report(time, area, msgspec.msgpack.decode(raw)) for time, area, raw in rows]
    return [one for one in found if one.time <= now and event in one.body.get("events", ())]


def answers(config: Config, folder: Path, versions: Sequence[WarningVersion]) -> list[Answer]:
    """Of some versions, the oldest first."""
    channels = [name for name, given in config.channels.items() if given.kind == "wardens"]
    path, found = folder / "deliveries.db", list[Answer]()
    if not channels or not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        for head in (f"{v.identifier}:{channel}:" for v in versions for channel in channels):
            found += [
                Answer(key, at, state == KNOWN, raw.removeprefix(HEAD))
                for key, at, state, raw in db.execute(ANSWERS, (head, head[:-1] + ";"))
            ]
    return sorted(found, key=lambda one: one.time)


def tasks(folder: Path, warning: WarningVersion) -> dict[str, Task]:
    """Each warden's target, and what is the warden's to do."""
    try:
        with closing(Register.existing(folder)) as register:
            return shares(register, warning)
    except (LookupError, RegisterError, sqlite3.Error):
        return {}
