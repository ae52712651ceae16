"""What became of the deliveries of a warning, out of the dispatcher's database: by whom, and when.

Times are minutes since the warning was issued. A proof counts from the time that its receipt tells
(the handset's), where that lies between the issue and its arrival; else from its arrival.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dissemination.coverage.known import I8
from dissemination.coverage.live import Aired, Sent
from dissemination.coverage.people import People
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Bits
from dissemination.coverage.ways import Ways
from dissemination.rounds import endpoint
from tongluo.config.models import Config
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act
from tongluo.coverage.place import STRANGE, Links

MINUTE = 60_000

TIMES = """
SELECT key, min(CASE WHEN state IN ('handed_over', 'accepted', 'played', 'delivered',
                                    'acknowledged') THEN at END),
       min(CASE WHEN state IN ('delivered', 'acknowledged') THEN at END),
       min(CASE WHEN state = 'played' THEN at END),
       min(CASE WHEN state = 'unknown' THEN at END)
FROM history WHERE rowid >= ? AND key >= ? AND key < ? GROUP BY key
"""
TOLD = """
SELECT key, min(time) FROM receipts
WHERE key >= ? AND key < ? AND state IN ('delivered', 'acknowledged') AND time > 0 GROUP BY key
"""


@dataclass(frozen=True)
class Row:
    """One delivery; None = it did not happen. Times: ms."""

    key: str
    channel: str
    target: str
    state: str
    updated: int
    handed: int | None = None
    proven: int | None = None
    played: int | None = None
    doubt: int | None = None


def counted(versions: Iterable[WarningVersion], asked: WarningVersion) -> list[WarningVersion]:
    """The versions whose proofs count for one: all that told of this danger or a greater one,
    without a break up to it; the oldest first."""
    own = sorted((v for v in versions if v.event == asked.event), key=lambda v: v.version)
    found: list[WarningVersion] = []
    for version in reversed([v for v in own if v.version <= asked.version]):
        if version.act is Act.CANCEL or version.level < asked.level:
            break
        found.append(version)
    return found[::-1] or [asked]


def before(versions: Iterable[WarningVersion], first: WarningVersion) -> WarningVersion | None:
    """The version of an event that came before one."""
    own = (v for v in versions if v.event == first.event and v.version < first.version)
    return max(own, key=lambda v: v.version, default=None)


def rows(folder: Path, versions: Sequence[WarningVersion], since: int | None = None) -> list[Row]:
    """All deliveries of some versions; since: ms before which no stamp of theirs lies."""
    path = folder / "deliveries.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        first = _begin(db, min(v.sent for v in versions) if since is None else since)
        return [row for version in versions for row in _rows(db, version.identifier, first)]


def stamped(found: Iterable[Row]) -> tuple[int, int] | None:
    """(first, last) stamp of some deliveries, by the clock of whoever sent them."""
    times = [
        t for row in found for t in (row.updated, row.handed, row.proven, row.played, row.doubt)
        if t is not None
    ]  # fmt: skip
    return (min(times), max(times)) if times else None


def _begin(db: sqlite3.Connection, since: int) -> int:
    """The first row of the history that can be of this warning: its times rise, but for seconds."""
    low, high = 0, db.execute("SELECT coalesce(max(rowid), 0) FROM history").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        found = db.execute("SELECT at FROM history WHERE rowid >= ? LIMIT 1", (middle,)).fetchone()
        low, high = (middle + 1, high) if found and found[0] < since - MINUTE else (low, middle)
    return int(low)


def _rows(db: sqlite3.Connection, identifier: str, first: int) -> Iterable[Row]:
    span = f"{identifier}:", f"{identifier};"
    times = {key: rest for key, *rest in db.execute(TIMES, (first, *span))}
    told = dict(db.execute(TOLD, span))
    found = db.execute(
        "SELECT key, channel, target, state, updated FROM deliveries WHERE identifier = ?"
        " ORDER BY id",
        (identifier,),
    )
    for key, channel, target, state, updated in found:
        handed, proven, played, doubt = times.get(key, (None,) * 4)
        if proven is not None and 0 < told.get(key, 0) < proven:
            proven = told[key]
        yield Row(key, channel, target, state, updated, handed, proven, played, doubt)


def strangers(found: Iterable[Row], ways: Ways, links: Links) -> dict[str, int]:
    """Addresses of channels to people that no register knows -> the number that stands for each.

    Of whom the register names, or of whom another channel reached, such an address may be a second
    one: so none stands for anybody where people are known by name, and elsewhere those of one
    channel alone, the one with the most.
    """
    if len(links.entry):
        return {}
    personal = {way.name for way in ways if way.proof == "person"}
    by: dict[str, dict[str, None]] = {}
    for row in found:
        if row.channel in personal:
            by.setdefault(row.channel, {})[endpoint(row.target)] = None
    most = max(by.values(), key=len, default={})
    return {target: STRANGE + n for n, target in enumerate(most)}


def sent(
    found: Sequence[Row], ways: Ways, people: People, links: Links, strange: dict[str, int],
    start: int,
) -> Sent:  # fmt: skip
    """Deliveries to people: a row for each person of each. What was refused was handed over then;
    what expired in the queue, or was overtaken there, never was."""
    place = {way.name: k for k, way in enumerate(ways) if way.proof == "person"}
    own = [row for row in found if row.channel in place]
    which, entry = links.of([endpoint(row.target) for row in own])
    extra = [n for n, row in enumerate(own) if endpoint(row.target) in strange]
    which = np.concatenate([which, np.array(extra, np.int64)])
    numbers = [strange[endpoint(own[n].target)] for n in extra]
    entry = np.concatenate([entry, np.array(numbers, np.int64)])
    again, person = people.members(entry)
    of = which[again]
    columns = [
        np.array([place[row.channel] for row in own], np.int64),
        *_minutes(own, start),
    ]
    refused = np.array([row.state == "failed" for row in own], bool)[of]
    channel, handed, proven, _, failed, doubt = (c[of] for c in columns)
    handed = np.where(refused, np.minimum(handed, failed), handed)
    return Sent(channel, person, handed, proven, failed, doubt)


def aired(
    found: Sequence[Row], ways: Ways, people: People, config: Config, inside: dict[str, set[str]],
    speakers: Mapping[str, frozenset[str]], start: int,
) -> Aired | None:  # fmt: skip
    """Deliveries to whole areas, loudspeakers among them; speakers: of the register, its target ->
    its areas."""
    place = {way.name: k for k, way in enumerate(ways) if way.proof != "person"}
    own = [row for row in found if row.channel in place]
    if not own:
        return None
    at = {name: {**speakers, **_speakers(config, name)} for name in place}
    cells = np.stack(
        [_cells(people, at[row.channel].get(row.target, {row.target}), inside) for row in own]
    )
    channel = np.array([place[row.channel] for row in own], np.int64)
    handed, _, played, failed, doubt = _minutes(own, start)
    return Aired(channel, cells, handed, played, failed, doubt)


def _speakers(config: Config, channel: str) -> dict[str, frozenset[str]]:
    """Loudspeaker -> its areas, as the configuration has it."""
    given = config.channels.get(channel)
    listed = given.options.get("speakers") if given else None
    if not isinstance(listed, dict):
        return {}
    return {name: frozenset({area}) for area, names in listed.items() for name in names}


def _cells(people: People, areas: Iterable[str], inside: dict[str, set[str]]) -> Bits:
    """The cells of areas and of all in them; what lies nobody knows where reaches nobody."""
    names = set[str]().union(*(inside.get(area, {area}) for area in areas))
    return np.isin(people.area, [n for n, name in enumerate(people.areas) if name in names])


def _minutes(own: Sequence[Row], start: int) -> list[I8]:
    """(handed, proven, played, failed, doubt) of each row."""
    failed = [row.updated if row.state in ("failed", "expired") else None for row in own]
    given: list[list[int | None]] = [
        [row.handed for row in own], [row.proven for row in own], [row.played for row in own],
        failed, [row.doubt for row in own],
    ]  # fmt: skip
    return [
        np.array([NEVER if t is None else min(max(0, t - start) // MINUTE, NEVER - 1) for t in ts],
                 np.int64)
        for ts in given
    ]  # fmt: skip
