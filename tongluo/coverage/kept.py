"""What coverage remembers in the store's folder: surveys after test days, and outages.

Both are small files that a person's command writes whole (temporary file, rename): who asked for
it, and until when, stands in them.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np

from dissemination.coverage.ways import Tests
from tongluo.core.errors import StoreError
from tongluo.core.times import DAY

T = TypeVar("T")
DAYS, OUTAGES = "coverage_days.json", "outages.json"
LONGEST = 7 * DAY
"""An outage ends by itself by then."""
HEARD = "SELECT body FROM reports WHERE kind = 'outage' AND time > ? ORDER BY id"


class Day(msgspec.Struct, forbid_unknown_fields=True):
    """The answers of one test day, by cell."""

    date: str
    cells: list[tuple[str, str]]
    """(area, stratum)"""
    asked: list[int]
    heard: dict[str, list[int]]
    """Channel -> of those asked, who got it; a channel that was not tested is left out."""
    anyone: list[int]
    """Who got it by any of them; empty where nobody asked that."""
    both: dict[str, list[int]] = {}
    """Two channels, "sms+voice" -> who got it by both; pairs of which both were tested."""
    returned: dict[str, tuple[int, int]] = {}
    """Channel -> people who said it reached them, and those of them whose proof came."""


class Outage(msgspec.Struct, forbid_unknown_fields=True):
    """A supply that is out, or of which nobody knows."""

    supply: str
    area: str
    since: int
    until: int
    """Ends by itself: nothing stays off (law 8)."""
    who: str
    why: str = ""
    known: bool = True
    """False: nobody knows whether it is out."""
    told: int = 0
    """When it was said; 0 = as it began."""

    @property
    def said(self) -> int:
        """When it was said: the last word of a supply in an area stands."""
        return self.told or self.since


def days(folder: Path) -> list[Day]:
    """All test days, the oldest first."""
    return sorted(_read(folder / DAYS, list[Day]), key=lambda day: day.date)


def keep_day(folder: Path, day: Day) -> None:
    """Keep a test day; one of the same date is replaced."""
    _write(folder / DAYS, [*(d for d in days(folder) if d.date != day.date), day])


def outages(folder: Path, now: int) -> list[Outage]:
    """Those that hold now, told by command or by MQTT: of each supply in an area the last word."""
    told = [*_read(folder / OUTAGES, list[Outage]), *_heard(folder, now)]
    begun = sorted((o for o in told if o.since <= now), key=lambda o: o.said)
    return [o for o in {(o.supply, o.area): o for o in begun}.values() if now < o.until]


def _heard(folder: Path, now: int) -> list[Outage]:
    """What came by MQTT, out of the journal; none of what has ended for a week."""
    path = folder / "journal.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        rows = db.execute(HEARD, (now - 2 * LONGEST,)).fetchall()
    return [msgspec.msgpack.decode(body, type=Outage) for (body,) in rows]


def tell_outage(folder: Path, outage: Outage) -> None:
    """A supply is out from now on; what was told of it in this area before is replaced. That it is
    back (`until` is `since`) is kept, too: it ends what was heard by MQTT."""
    kept = [
        o for o in _read(folder / OUTAGES, list[Outage])
        if (o.supply, o.area) != (outage.supply, outage.area)
        and max(o.until, o.said + LONGEST) > outage.said
    ]  # fmt: skip
    _write(folder / OUTAGES, [*kept, outage])


def states(folder: Path, now: int, below: Mapping[str, set[str]]) -> dict[tuple[str, str], float]:
    """(supply, area) -> 0 out, NaN nobody knows; below: area -> all areas in it, itself too."""
    found: dict[tuple[str, str], float] = {}
    for o in outages(folder, now):
        for area in below.get(o.area, {o.area}):
            state = 0.0 if o.known else math.nan
            known = found.get((o.supply, area))
            found[o.supply, area] = state if known is None or math.isnan(known) else known
    return found


def tests(found: Sequence[Day], channels: Sequence[str]) -> Tests:
    """Test days as the estimate takes them."""
    if not found:
        return Tests()
    cells = tuple(dict.fromkeys(cell for day in found for cell in day.cells))
    place = {cell: n for n, cell in enumerate(cells)}
    shape = (len(found), len(cells))
    asked = np.zeros(shape, np.int64)
    heard, anyone = np.full((*shape, len(channels)), -1), np.full(shape, -1)
    both = np.full((*shape, len(channels), len(channels)), -1)
    for d, day in enumerate(found):
        at = [place[cell] for cell in day.cells]
        asked[d, at] = day.asked
        if day.anyone:
            anyone[d, at] = day.anyone
        for k, name in enumerate(channels):
            if name in day.heard:
                heard[d, at, k] = day.heard[name]
            for n, other in enumerate(channels):
                pair = f"{name}+{other}"
                if pair in day.both:
                    both[d, at, min(k, n), max(k, n)] = day.both[pair]
    return Tests(cells, asked, heard, anyone, both)


def returned(found: Sequence[Day], channel: str) -> tuple[int, int]:
    """Of all test days: people reached by a channel, and proofs of them."""
    pairs = [day.returned.get(channel, (0, 0)) for day in found]
    return sum(a for a, _ in pairs), sum(b for _, b in pairs)


def _read(path: Path, kind: type[list[T]]) -> list[T]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def _write(path: Path, what: Sequence[msgspec.Struct]) -> None:
    fresh = path.with_suffix(".writing")
    try:
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(what)))
        fresh.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error
