"""The journal's outbox, as the dispatcher reads it: warnings to people, calls to staff (叫应)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import msgspec

from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act
from tongluo.daemon.deliveries import Planned
from tongluo.store.rows import warning_of
from tongluo.warning.desk import Mute
from tongluo.warning.quiet import muted

STAFF = "staff"
_MUTE = msgspec.json.Decoder(Mute)  # once, for all lanes: see `tongluo.store.rows`

NEW = (
    "SELECT o.id, o.identifier, o.channel, w.area, w.body, NULL FROM outbox o"
    " JOIN warnings w ON w.identifier = o.identifier WHERE o.id > ?1"
    " UNION ALL SELECT o.id, o.identifier, o.channel, c.area, c.body, c.targets"
    " FROM outbox o JOIN calls c ON c.identifier = o.identifier WHERE o.id > ?1"
    " ORDER BY 1 LIMIT ?2"
)


OUT = (
    "SELECT o.id, o.identifier, o.channel, w.area, w.body, NULL FROM outbox o"
    " JOIN warnings w ON w.identifier = o.identifier WHERE o.identifier = ?1 AND o.channel = ?2"
)


@dataclass(frozen=True)
class Entry:
    """One row of the outbox."""

    id: int
    identifier: str
    body: bytes
    planned: Planned
    call: bool
    """It goes to one person of the staff, and never to a list of recipients."""


def after(journal: sqlite3.Connection, cursor: int, most: int) -> list[Entry]:
    """What came after a row of the outbox, in its order."""
    return [_entry(*row) for row in journal.execute(NEW, (cursor, most))]


def out(journal: sqlite3.Connection, identifier: str, channel: str, now: int) -> Planned | None:
    """What was planned of a version on a channel; None when it is not the one that holds now.

    now: ms, 0 where warnings do not end by this machine's clock.
    """
    found = journal.execute(OUT, (identifier, channel)).fetchone()
    if found is None:
        return None
    warning = warning_of(found[4])
    bodies = journal.execute("SELECT body FROM warnings WHERE event = ?", (warning.event,))
    newest = max(warning_of(body).version for (body,) in bodies)
    over = warning.act is Act.CANCEL or warning.expires <= now
    holds = warning.version == newest and not over
    return _entry(*found).planned if holds else None


def _entry(
    number: int,
    identifier: str,
    channel: str,
    area: str,
    body: bytes,
    targets: bytes | None,
) -> Entry:
    call = targets is not None
    warning = warning_of(body)
    lane = int(warning.urgency)  # what is unknown of an exercise is never repeated, either
    target = msgspec.json.decode(targets)[channel] if targets is not None else area
    event = identifier if call else identifier.rpartition(".v")[0]
    key = f"{identifier}:{channel}:{target}"
    planned = Planned(key, identifier, event, channel, target, lane)
    if call:
        planned = Planned(key, identifier, event, channel, target, lane, STAFF)
    return Entry(number, identifier, body, planned, call)


def version(journal: sqlite3.Connection, identifier: str) -> WarningVersion:
    """What a delivery is of: a warning version, or the draft that a call is about."""
    found = journal.execute(
        "SELECT body FROM warnings WHERE identifier = ?1"
        " UNION ALL SELECT body FROM calls WHERE identifier = ?1",
        (identifier,),
    ).fetchone()
    return warning_of(found[0])


class Mutes:
    """Endpoints that operators have muted, as the audit tells: `CHANNEL:TARGET`, for low levels."""

    def __init__(self) -> None:
        self._last = 0
        self._known: dict[str, Mute] = {}

    def refresh(self, journal: sqlite3.Connection) -> None:
        """Read what is new."""
        found = journal.execute(
            "SELECT id, what, body FROM audit WHERE id > ? ORDER BY id", (self._last,)
        )
        for number, what, body in found:
            self._last = number
            if what == "mute":
                mute = _MUTE.decode(body)
                self._known[mute.what] = mute

    def of(self, warning: WarningVersion, endpoint: str) -> Mute | None:
        """The mute that keeps a version off an endpoint, if there is one."""
        mute = self._known.get(endpoint)
        return mute if mute is not None and muted((mute,), warning, endpoint) else None
