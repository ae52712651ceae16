"""What the journal says of now: the site's time, and the warnings that are in force."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from tongluo.core.clock import now_ms
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act
from tongluo.store.rows import warning_of


def streams(db: sqlite3.Connection) -> bool:
    """Whether what is in the journal ran on the stream clock."""
    found = db.execute(
        "SELECT body FROM journal WHERE kind = 'configuration' ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    told = msgspec.json.decode(found[0]) if found else {}
    return bool((told.get("time") or {}).get("clock") == "stream")


def site_time(db: sqlite3.Connection, *, stream: bool) -> int:
    """The site's time, ms: the wall's, or on a stream clock what has passed of it."""
    if not stream:
        return now_ms()
    read = db.execute("SELECT arrival FROM readings ORDER BY id DESC LIMIT 1")
    tick = db.execute("SELECT at FROM journal WHERE kind = 'tick' ORDER BY seq DESC LIMIT 1")
    return max((row[0] for found in (read, tick) for row in found), default=0)


def in_force(db: sqlite3.Connection, now: int) -> list[WarningVersion]:
    """The last version of every event that has been neither cancelled nor outlived."""
    found = db.execute(
        "SELECT body FROM warnings WHERE event IN (SELECT event FROM warnings WHERE expires > ?)"
        " ORDER BY seq, sent",
        (now,),
    )
    last = newest(warning_of(body) for (body,) in found)
    return [w for w in last if w.act is not Act.CANCEL and w.expires > now]


def newest(found: Iterable[WarningVersion]) -> list[WarningVersion]:
    """The last version of each event."""
    last: dict[str, WarningVersion] = {}
    for version in found:
        if version.event not in last or last[version.event].version <= version.version:
            last[version.event] = version
    return list(last.values())
