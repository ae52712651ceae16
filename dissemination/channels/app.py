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
registers after a warning went out sees it too, and has a delivery from when its page says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from pydantic import Field

from dissemination import installations
from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings
from dissemination.channels.pages import Watch
from tongluo.core.clock import now_ms
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import DAY
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState

SOON = 1.0


class Options(_Options):
    """Options of the page's channel."""

    unseen_days: int = Field(default=90, ge=1, le=3650)
    """An installation that has not been seen for so many days is not counted any more."""


def targets(
    options: Options,
    surroundings: Surroundings,
    warning: WarningVersion,
    among: Sequence[str] | None = None,
) -> list[str]:
    """Names of the installations to be told; among: of these alone."""
    since = now_ms() - options.unseen_days * DAY
    with closing(installations.open_to_read(surroundings.folder)) as db:
        try:
            return installations.warned(db, warning, since, among=among)
        except sqlite3.Error as error:
            raise LookupError(f"{installations.FILE} cannot be read: {error}") from error


class App:
    """Looks whether the console has put a version on its feed, and tells what pages proved."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._db: sqlite3.Connection | None = None
        self._watch = Watch(surroundings, "page")

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

    def close(self) -> None:
        """Let go of the file."""
        self._watch.close()
        if self._db is not None:
            self._db.close()
