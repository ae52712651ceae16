"""The live feed: one look at the journal for all pages, and what each page is told of it.

A page that connects is told the state: every version that is in force, and all-clears of the last
hours. After that it is told each new version once, in order; its number is the event's id, so that
a page that comes back (`Last-Event-ID`) is told exactly what it missed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from dissemination.channels import webpush, webpush_wire
from dissemination.installations import Installations
from tongluo.config.load import Loaded
from tongluo.config.models import Config
from tongluo.console import places, versions
from tongluo.console.journal import News, Reader
from tongluo.core.clock import now_ms
from tongluo.core.errors import TongluoError
from tongluo.core.log import Log
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Status

LOOK = 0.1
"""Seconds between looks at the journal."""
BEAT = 15.0
"""Seconds after which a page is told that nothing is new."""
KEPT = 2000
"""Versions told again to a page that comes back; one that missed more is told the state."""
RETRY = 2000
PIECE = 16_384
"""Bytes handed to a connection at once: what a page that reads slowly makes us keep for it."""
PUSHED = "webpush"


@dataclass(frozen=True)
class Entry:
    """A version on the feed."""

    number: int
    warning: WarningVersion

    @cached_property
    def shown(self) -> dict[str, Any]:
        """As the page gets it."""
        return versions.shown(self.number, self.warning)

    @cached_property
    def event(self) -> bytes:
        """As an event of the feed."""
        return event("warning", self.shown, self.number)


@dataclass(frozen=True)
class Wish:
    """What one page wants to hear."""

    exercises: bool = False
    """An exercise is told to who takes part in exercises (law 6)."""
    areas: frozenset[str] = frozenset()
    """Areas whose warnings concern it; empty = all."""

    def fits(self, warning: WarningVersion) -> bool:
        """Whether it is told of this."""
        if warning.status is Status.EXERCISE and not self.exercises:
            return False
        return not self.areas or warning.area.id in self.areas


class Feed:
    """What is on the feed now."""

    def __init__(self, folder: Path, book: Installations, log: Log) -> None:
        self.folder, self.reader = folder, Reader(folder)
        self.book = book
        self._log = log
        self._entries: list[Entry] = []
        self._last: dict[str, Entry] = {}
        self._dropped = 0
        """Number of the newest version that was told and is not kept any more."""
        self._stream = False
        self._now = 0
        self._news = asyncio.Event()
        self._end, self._looks = asyncio.Event(), asyncio.Lock()
        self.loaded: Loaded | None = None
        self.site: dict[str, Any] = {}
        self.pages = 0
        self._wholes: tuple[int, dict[tuple[int, str, Wish], bytes]] = (0, {})

    async def run(self) -> None:
        """Look until the end. A journal that is not there yet, or away, is told once."""
        while not self.ended:
            await self.look()
            await _wait(self._end, LOOK)

    async def look(self) -> None:
        """One look; one after the other, so that what the last one took is there for the next."""
        async with self._looks:
            await self._look()

    async def _look(self) -> None:
        try:
            news = await asyncio.to_thread(self.reader.look)
            if news is not None:
                await self._show(news)
        except (TongluoError, sqlite3.Error) as error:
            self._log.trouble("journal", str(error))
        else:
            self._log.over("journal")

    async def _show(self, news: News) -> None:
        try:
            await asyncio.to_thread(self._write, news)
        except sqlite3.Error:
            self.reader.again()
            raise
        self._take(news)
        self._wake()

    def _write(self, news: News) -> None:
        """What others may read of it, before it can be seen."""
        if news.loaded is not None:
            self.book.nest(places.hears(news.loaded.config))
        self.book.put_on_feed((w for _, w in news.versions), now_ms())

    def _take(self, news: News) -> None:
        if news.loaded is not None:
            self._configure(news.loaded)
        self._now = news.now
        fresh = [Entry(number, warning) for number, warning in news.versions]
        entries = fresh if news.fresh else [*self._entries, *fresh]
        if news.fresh:
            self._last = {}
            self._dropped = fresh[-1].number if fresh else 0
        elif len(entries) > KEPT:
            self._dropped = entries[-KEPT - 1].number
        self._entries = entries[-KEPT:]
        for entry in fresh:
            last = self._last.get(entry.warning.event)
            if last is None or last.warning.version <= entry.warning.version:
                self._last[entry.warning.event] = entry
        self._last = {e.warning.event: e for e in self._standing()}

    def _configure(self, loaded: Loaded) -> None:
        self.site = {**places.told(loaded.config, loaded.digest), "push": self._push_key(loaded)}
        self._stream = loaded.config.time.clock == "stream"
        self.loaded = loaded

    def _push_key(self, loaded: Loaded) -> str:
        """The key that browsers subscribe to pushes with; "" where none are sent."""
        if pushing(loaded.config) is None:
            return ""
        try:
            return webpush_wire.plain(webpush_wire.public(webpush_wire.key(self.folder)))
        except OSError as error:
            self._log.trouble("push", str(error))
            return ""

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Every page is let go."""
        self._end.set()
        self._wake()

    @property
    def ended(self) -> bool:
        """Whether no page is told of anything any more."""
        return self._end.is_set()

    def version(self, identifier: str) -> WarningVersion | None:
        """A version that is or was on the feed. Reads the journal for an old one."""
        recent = (e.warning for e in reversed(self._entries))
        found = next((w for w in recent if w.identifier == identifier), None)
        return found or self.reader.version(identifier)

    @property
    def now(self) -> int:
        """The site's time, ms."""
        return self._now if self._stream else now_ms()

    @property
    def newest(self) -> int:
        """Number of the newest version on the feed; 0 when there is none."""
        return self._entries[-1].number if self._entries else 0

    def _standing(self) -> list[Entry]:
        """What is in force, and all-clears of the last hours."""
        assert self.loaded is not None
        cleared, now = self.now - self.loaded.config.console.all_clear, self.now

        def stands(w: WarningVersion) -> bool:
            return w.sent > cleared if w.act is Act.CANCEL else w.expires > now

        return [e for e in self._last.values() if stands(e.warning)]

    def state(self, wish: Wish) -> list[Entry]:
        """What a page is told when it connects, in the order of the feed.

        An exercise stops where an actual warning is in force (law 6).
        """
        found = [e for e in self._standing() if wish.fits(e.warning)] if self.loaded else []
        real = {e.warning.area.id for e in found if _actual(e.warning)}
        kept = (e for e in found if _is_real(e.warning) or e.warning.area.id not in real)
        return sorted(kept, key=attrgetter("number"))

    def current(self, wish: Wish) -> list[Entry]:
        """What is in force: the state without all-clears."""
        return [e for e in self.state(wish) if e.warning.act is not Act.CANCEL]

    def missed(self, since: int, wish: Wish) -> list[Entry] | None:
        """Versions after a number; None when that cannot be told exactly."""
        if not self._dropped <= since <= self.newest:
            return None
        first = bisect_right(self._entries, since, key=attrgetter("number"))
        return [e for e in self._entries[first:] if wish.fits(e.warning)]

    async def follow(self, wish: Wish, since: int | None) -> AsyncIterator[bytes]:
        """A page's events until it goes or the console ends."""
        self.pages += 1
        try:
            yield f"retry: {RETRY}\n\n".encode()
            missed = None if since is None else self.missed(since, wish)
            cursor = self.newest
            if missed is None:
                for piece in self._whole(wish, cursor):
                    yield piece
            else:
                for entry in missed:
                    yield entry.event
                yield self._beat(cursor)
            while not self.ended:
                news = self._news
                if self.newest == cursor:
                    await _wait(news, BEAT)
                fresh = self.missed(cursor, wish)
                if fresh is None:  # another journal, or very many at once
                    cursor = self.newest
                    for piece in self._whole(wish, cursor):
                        yield piece
                    continue
                cursor = self.newest
                for entry in fresh:
                    yield entry.event
                if not fresh:
                    yield self._beat(cursor)
        finally:
            self.pages -= 1

    def _whole(self, wish: Wish, number: int) -> Iterator[bytes]:
        """The state in pieces; pages that connect within a second share one."""
        key, second = (number, self._site_digest(), wish), self.now // 1000
        if self._wholes[0] != second:
            self._wholes = (second, {})
        made = self._wholes[1]
        if key not in made:
            shown = [e.shown for e in self.state(wish)]
            made[key] = event("state", {**self._of_now(), "warnings": shown}, number)
        whole = made[key]
        return (whole[at : at + PIECE] for at in range(0, len(whole), PIECE))

    def _beat(self, number: int) -> bytes:
        return event("beat", self._of_now(), number)

    def _of_now(self) -> dict[str, Any]:
        return {"now": self.now, "stream": self._stream, "site": self._site_digest()}

    def _site_digest(self) -> str:
        return self.loaded.digest if self.loaded else ""


def pushing(config: Config) -> webpush.Options | None:
    """The options of Web Push, where the site sends any."""
    given = next((c for c in config.channels.values() if c.kind == PUSHED), None)
    return None if given is None else webpush.Options.model_validate(given.options)


def _actual(warning: WarningVersion) -> bool:
    return _is_real(warning) and warning.act is not Act.CANCEL


def _is_real(warning: WarningVersion) -> bool:
    return warning.status is Status.ACTUAL


def event(name: str, data: Any, number: int) -> bytes:
    """One event of a stream of server-sent events (HTML standard, 9.2).

    >>> event("beat", {"now": 1}, 7)
    b'event: beat\\nid: 7\\ndata: {"now":1}\\n\\n'
    """
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, msgspec.json.encode(data))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def areas_of(places_chosen: Collection[str], site: dict[str, Any]) -> frozenset[str]:
    """Areas whose warnings concern who chose these places; LookupError for one there is none of."""
    hears = {a["id"]: a["hears"] for a in site.get("areas", [])}
    unknown = [place for place in places_chosen if place not in hears]
    if unknown:
        raise LookupError(f"no such place: {unknown[0]}")
    return frozenset(area for place in places_chosen for area in hears[place])
