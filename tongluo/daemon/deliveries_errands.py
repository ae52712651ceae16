"""Errands: to whom somebody who acts for others was sent, with which message, and when.

An errand and the message that gives it are written in one transaction, with the mark of the
escalation that ordered them: a crash leaves all of it or nothing, so that none is given twice and
none is forgotten.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from dissemination.rounds import endpoint, numbered
from tongluo.core.ports import Delivery
from tongluo.daemon import deliveries_rows as rows
from tongluo.daemon import deliveries_sql as sql
from tongluo.daemon.deliveries_fans import Fans
from tongluo.daemon.deliveries_rows import RESIDENTS, Planned

Visit = tuple[int, int]
"""(entry of the register, 0 = people whom it does not name; entry of who is sent, 0 = nobody)."""
Given = Mapping[str, Sequence[Visit]]
"""Endpoint -> the errands of whoever hears there."""
Added = Iterable[tuple[str, str, str]]
"""(channel, area, stratum) where a channel was added."""


class Errands(Fans):
    """The tables of errands and of escalations."""

    def give(
        self, fan: Planned, level: int, given: Given, added: Added, now: int, most: int = 1 << 30
    ) -> int:
        """A message to each endpoint with errands, the first of this version or further ones for
        at most so many errands each, and the errands; how many messages. added: at the warning's
        level.

        "" stands for nobody: its errands are noted alone. Of people whom the register does not name
        an endpoint hears with its first message only."""
        with self._writing() as db:
            had = Counter(
                endpoint(target)
                for batch, first, _, last in db.execute(sql.BATCHES, (fan.identifier, fan.channel))
                for (target,) in db.execute(sql.THERE, (first, last, batch))
            )
            given = {t: some for t, some in given.items() if not had[t] or any(e for e, _ in some)}
            parts = [part for t, some in given.items() for part in _parts(t, some, had[t], most)]
            targets = [target for target, _ in parts if target]
            if targets:
                batch, _ = rows.reserve(db, fan, RESIDENTS, len(targets))
                rows.fill(db, batch, targets, now)
                rows.urge(db, fan.lane, fan.channel, fan.event)
            for target, visits in parts:
                _note(db, f"{fan.identifier}:{fan.channel}:{target}", visits, now)
            _mark(db, fan.event, level, added, now)
        return len(targets)

    def visited(self, found: Iterable[tuple[str, Sequence[Visit], int]]) -> None:
        """Errands (of the message with a key, since when) that are out by themselves."""
        with self._writing() as db:
            for key, visits, at in found:
                _note(db, key, visits, at)

    def errand(self, delivery: Delivery) -> list[int]:
        """The entries that a delivery sends somebody to."""
        asked = delivery.warning.identifier, delivery.channel, delivery.target
        return [entry for (entry,) in self._read(sql.ERRAND, *asked)]

    def proven(self, identifier: str, targets: Collection[str]) -> set[str]:
        """Those of some targets that have a proof of a version, by any channel."""
        asked = identifier, json.dumps(sorted(targets))
        return {target for (target,) in self._read(sql.PROVEN, *asked)}

    def escalate(self, event: str, level: int, added: Added, now: int) -> None:
        """Note where a channel was added for a warning at a level; the last time stands."""
        with self._writing() as db:
            _mark(db, event, level, added, now)

    def channels(self, event: str) -> set[str]:
        """Channels that versions of a warning went out on."""
        return {channel for (channel,) in self._read(sql.CHANNELS, event)}

    def escalations(self, event: str, level: int, since: int) -> list[tuple[str, str, str, int]]:
        """(channel, area, stratum, time) of what was added for a warning at a level or a higher
        one, since a time (ms)."""
        return self._read(sql.ESCALATIONS, event, level, since)


def _parts(
    target: str, visits: Sequence[Visit], had: int, most: int
) -> Iterator[tuple[str, Sequence[Visit]]]:
    """Messages to an endpoint that had some.

    >>> list(_parts("0f" * 12, [(7, 1), (8, 1), (9, 1)], 1, 2))[1]
    ('0f0f0f0f0f0f0f0f0f0f0f0f~3', [(9, 1)])
    """
    if not target or not had:
        yield target, visits
        return
    for n, start in enumerate(range(0, len(visits), most), had + 1):
        yield numbered(target, n), visits[start : start + most]


def _note(db: sqlite3.Connection, key: str, visits: Sequence[Visit], at: int) -> None:
    message = key.split(":", 2)
    known = "IGNORE" if message[2] else "REPLACE"  # when it was last found that nobody is there
    db.executemany(
        f"INSERT OR {known} INTO errands VALUES (?,?,?,?,?,?)",
        [(*message, *visit, at) for visit in visits],
    )


def _mark(db: sqlite3.Connection, event: str, level: int, added: Added, now: int) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO escalations VALUES (?,?,?,?,?,?)",
        [(event, level, *one, now) for one in added],
    )
