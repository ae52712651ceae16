"""What is due on a channel, in the order of sending.

A version never goes out after a later one of its own warning, lest a retained message end on an
old level: it goes first, or, where it was put off, not at all. Between warnings, the one with the
highest version waiting goes first: planning it has raised the urgency of those before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dissemination.rounds import endpoint
from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_sql as sql
from tongluo.daemon.deliveries_rows import Row, put

A_LOOK = 64
"""Rows read at once for a take: few more than go out."""
OVERTAKEN = "overtaken by a later version"


@dataclass(frozen=True)
class Due:
    """One look at a channel, within the transaction of a connection."""

    db: sqlite3.Connection
    channel: str
    now: int

    def rows(self) -> Iterator[tuple[int, Row]]:
        """(number, row) each; who asks marks it as attempted before asking for more."""
        for batch in self.db.execute(sql.OPEN, (self.channel,)).fetchall():
            number, identifier, event, lane, audience, following, last = batch
            earlier = self.db.execute(sql.EARLIER, (self.channel, event, number)).fetchall()
            if any(untouched for *_, untouched in earlier):
                continue
            held = {of: f"{version}:{self.channel}" for of, version, _ in earlier
                    if version != identifier}  # fmt: skip
            due = (self._again(number, held), self._fresh(number, following, last, held))
            for row, target, attempts in (one for part in due for one in part):
                key = f"{identifier}:{self.channel}:{target}"
                yield row, Row(key, identifier, target, attempts, lane, audience)
            if self.db.execute(sql.WAITS, (number,)).fetchone() is None:
                self.db.execute("UPDATE batches SET open = 0 WHERE id = ?", (number,))

    def _again(self, batch: int, held: Mapping[int, str]) -> Iterator[tuple[int, str, int]]:
        """Rows to be tried again, or that an earlier version held back."""
        last, now = 0, max(self.now, 1)
        while some := self.db.execute(sql.AGAIN, (batch, now, last, A_LOOK)).fetchall():
            for row in some:
                last = row[0]
                if not self._waits(held, row[1]):
                    yield row

    def _fresh(
        self, batch: int, following: int, last: int, held: Mapping[int, str]
    ) -> Iterator[tuple[int, str, int]]:
        """Rows nobody has touched; those that an earlier version holds back are put off."""
        while following <= last:
            some = self.db.execute(sql.FRESH, (following, last, batch, A_LOOK)).fetchall()
            if not some:
                break
            for row in some:
                following = row[0] + 1
                self._move(batch, following)
                if self._waits(held, row[1]):
                    self.db.execute("UPDATE rows SET due = 1 WHERE id = ?", (row[0],))
                else:
                    yield row
        self._move(batch, last + 1)

    def _move(self, batch: int, following: int) -> None:
        self.db.execute("UPDATE batches SET next = ? WHERE id = ?", (following, batch))

    def _waits(self, held: Mapping[int, str], target: str) -> bool:
        """Whether an earlier version is still on its way to a target.

        One that was put off, by a gateway's limit say, holds up nothing that is newer: it is
        overtaken, and never goes out any more.
        """
        one = endpoint(target)
        found = [
            (key, *row)
            for batch, key in held.items()
            for row in self.db.execute(sql.EARLIER_TO, (batch, one, f"{one}~~"))
            if endpoint(row[3]) == one
        ]
        if any(
            state == "attempted" or (state == "queued" and due <= self.now)
            for _, _, state, due, _ in found
        ):
            return True
        for key, number, state, _, to in found:
            if state == "queued":
                expired = DeliveryState.EXPIRED
                put(self.db, number, f"{key}:{to}", expired, self.now, OVERTAKEN)
        return False
