"""Fans: outbox rows of a channel with many recipients, to be spread into a delivery for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from dissemination.rounds import endpoint
from tongluo.core.crash import point
from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_rows as rows
from tongluo.daemon import deliveries_sql as sql
from tongluo.daemon.deliveries_rows import RESIDENTS, Planned
from tongluo.daemon.deliveries_store import Store

SPREAD_AT_ONCE = 2000
"""Rows in one transaction: other channels wait no longer than for these."""

Target = str | tuple[str, str]
"""Whom to send to: the target alone (a resident), or with its audience."""


class Fans(Store):
    """What is still to be spread, and the spreading."""

    def add(self, fans: Iterable[Planned]) -> None:
        """More to be spread of versions that are out: on another channel, or to others. Again is
        harmless: who has a delivery of this version on the channel gets no second."""
        with self._writing() as db:
            write(db, fans)

    def fans(self, channel: str) -> list[Planned]:
        """What is still to be spread, in the order of planning."""
        return [Planned(*row) for row in self._read(sql.FANS, channel)]

    def told(self, fan: Planned) -> list[tuple[str, str]]:
        """(target, audience) of whom earlier versions of a fan's warning went to on its channel;
        a target may stand several times, and each stands without its round."""
        found = self._read(sql.TOLD, fan.channel, fan.event, fan.identifier)
        return [(endpoint(target), audience) for target, audience in found]

    def spread(self, fan: Planned, targets: Sequence[Target], now: int) -> None:
        """A delivery for each target in place of the fan; cut off in the middle, again is harmless.

        A target stands once, with the first of its audiences. Without any target one failed
        delivery stands for the area, so that it is seen.
        """
        each = dict(t if isinstance(t, tuple) else (t, RESIDENTS) for t in reversed(targets))
        for known in self._there(fan):
            each.pop(known, None)
        ordered = reversed(each.items())
        for audience, some in groupby(ordered, key=lambda item: item[1]):
            self._spread(fan, audience, [target for target, _ in some], now)
        with self._writing() as db:
            if not targets:
                number = rows.plan(db, fan, now)
                rows.put(db, number, fan.key, DeliveryState.FAILED, now, "nobody to send to")
            rows.urge(db, fan.lane, fan.channel, fan.event)
            db.execute("DELETE FROM fans WHERE key = ?", (fan.key,))

    def widen(self, fan: Planned, targets: Sequence[str], now: int) -> None:
        """A delivery for each of these that has none of this version on the fan's channel."""
        prefix = f"{fan.identifier}:{fan.channel}:"
        with self._writing() as db:
            fresh = [t for t in targets if rows.find(db, prefix + t) is None]
        if fresh:
            self._spread(fan, RESIDENTS, fresh, now)

    def _there(self, fan: Planned) -> Iterator[str]:
        """Targets that have a delivery of this version on this channel: a spread was cut off."""
        for batch, first, _, last in self._read(sql.BATCHES, fan.identifier, fan.channel):
            yield from (target for (target,) in self._read(sql.THERE, first, last, batch))

    def _spread(self, fan: Planned, audience: str, targets: Sequence[str], now: int) -> None:
        """A batch of its own, filled bit by bit."""
        with self._writing() as db:
            batch, _ = rows.reserve(db, fan, audience, len(targets))
        for start in range(0, len(targets), SPREAD_AT_ONCE):
            with self._writing() as db:
                rows.fill(db, batch, targets[start : start + SPREAD_AT_ONCE], now)
            point("amid_spread")


def write(db: sqlite3.Connection, fans: Iterable[Planned]) -> None:
    """Note fans; one that is there stays as it is."""
    db.executemany(
        "INSERT OR IGNORE INTO fans VALUES (?,?,?,?,?,?)",
        [(f.key, f.identifier, f.event, f.channel, f.target, f.lane) for f in fans],
    )
