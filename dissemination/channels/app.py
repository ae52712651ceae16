"""Warnings on the residents' page: `tongluo console` puts them on its feed, pages receive them.

Whatever a policy sends to a channel of this kind is what the page, the feed and Atom show. Every
installation of the page that chose a place in the warned area has a delivery of its own, its target
the installation's name, a digest:

| what happened | state |
| --- | --- |
| the version is on the feed | `handed_over` |
| the page received it and said so by itself | `delivered` |
| the person pressed "I have read it", "I am safe" or "I need help" | `acknowledged` |

A page that is closed or offline proves nothing and stays at `handed_over`, which is never counted
as reached. An exercise has deliveries only to installations that take part in exercises. Who
registers after a warning went out sees it too; what that page proves stands in the console's own
database, `console.db`, but not among the deliveries: these were planned before.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from pydantic import Field

from dissemination import installations
from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings
from dissemination.receipts import Receipt
from tongluo.core.clock import now_ms
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import DAY, MINUTE
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState

POLL = 0.5
"""Seconds between looks at what the pages said."""
SOON = 1.0
PATIENCE = 10 * MINUTE
"""ms for which a receipt waits for its delivery to be planned."""
MOST = 5000


class Options(_Options):
    """Options of the page's channel."""

    unseen_days: int = Field(default=90, ge=1, le=3650)
    """An installation that has not been seen for so many days is not counted any more."""


def targets(options: Options, surroundings: Surroundings, warning: WarningVersion) -> list[str]:
    """Names of the installations to be told."""
    with closing(installations.open_to_read(surroundings.folder)) as db:
        try:
            return installations.warned(db, warning, now_ms() - options.unseen_days * DAY)
        except sqlite3.Error as error:
            raise LookupError(f"{installations.FILE} cannot be read: {error}") from error


class App:
    """Looks whether the console has put a version on its feed, and tells what pages proved."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._db: sqlite3.Connection | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="receipts of pages")
        self._thread.start()

    def send(self, delivery: Delivery) -> Handed:
        """Handed over once it is on the feed; failed when a later version was there first."""
        try:
            if self._db is None:
                self._db = installations.open_to_read(self._around.folder)
            found = installations.on_the_feed(self._db, delivery.warning)
        except (LookupError, sqlite3.Error) as error:
            raise TemporaryFailure(f"the page's feed: {error}") from None
        if found == 0:
            return Handed(DeliveryState.HANDED_OVER)
        if found is not None and found > delivery.warning.version:
            raise PermanentFailure(f"version {found} was on the feed before this one")
        raise TemporaryFailure("the console has not put it on its feed", SOON)

    def _listen(self) -> None:
        receipts = _Receipts(self._around)
        while not self._closing.wait(POLL):
            try:
                receipts.tell()
            except (LookupError, OSError, sqlite3.Error):
                continue  # no console yet, or its file is busy: what is in it waits

    def close(self) -> None:
        """Let go of the file."""
        self._closing.set()
        self._thread.join(5)
        if self._db is not None:
            self._db.close()


class _Receipts:
    """Where telling stands: everything up to `after` has been told; it survives a restart.

    A page may be faster than the planning of its delivery: such a receipt waits.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._path = around.folder / f"app-{around.name}.told"
        self._after = _number(self._path)
        self._told: set[int] = set()

    def tell(self) -> None:
        with closing(installations.open_to_read(self._around.folder)) as db:
            found = installations.proofs(db, self._after, MOST)
        before, reached = self._after, True
        for proof in found:
            if proof.number not in self._told and self._one(proof):
                self._told.add(proof.number)
            reached = reached and proof.number in self._told
            if reached:
                self._after = proof.number
                self._told.discard(proof.number)
        if self._after != before:
            fresh = self._path.with_suffix(".writing")
            fresh.write_text(str(self._after), encoding="ascii")
            fresh.replace(self._path)

    def _one(self, proof: installations.Proof) -> bool:
        """Whether it is done with: kept, or nobody planned its delivery in time."""
        key = f"{proof.identifier}:{self._around.name}:{proof.installation}"
        kept = self._around.tell(Receipt(key, proof.state, proof.time, "page"))
        return kept or now_ms() - proof.at > PATIENCE


def _number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
