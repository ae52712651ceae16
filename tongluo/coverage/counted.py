"""Counts that came back from the place: reports of operators and wardens, answers to tasks.

A report counts for its whole area; of one that is wider than the warning, at the least those who
cannot all live outside it. A warden's answer counts for those behind the warden's own doors, and
for as many of those known by number as are the warden's to ask after. Of each who counts one place
the newest count stands. What both ends make of it is `dissemination.coverage.counts`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from dissemination.channels import answers
from dissemination.channels.wardens import shares
from dissemination.coverage.counts import Count, Node, ends, tree
from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.steps import Bits
from dissemination.rounds import endpoint
from dissemination.targeting.doors import Task
from dissemination.targeting.register import Register
from tongluo.config.models import Config
from tongluo.core.errors import RegisterError
from tongluo.core.warning import WarningVersion
from tongluo.coverage import place
from tongluo.coverage.behind import Behind
from tongluo.coverage.errands import Errands

MINUTE = 60_000
HEAD, KNOWN = "answer: ", "acknowledged"
REPORTS = """
SELECT arrival, station, body FROM reports WHERE kind IN ('count', 'shown', 'text') AND arrival >= ?
ORDER BY id
"""
ANSWERS = """
SELECT key, at, state, raw FROM receipts WHERE key >= ? AND key < ? AND raw LIKE 'answer: %'
"""


@dataclass(frozen=True)
class Told:
    """One count."""

    minute: int
    by: Literal["report", "answer"]
    who: str
    """An operator's name; of a warden the number of the entry, or nothing."""
    area: str
    least: int
    most: int
    of: int | None
    refuse: int | None
    counts: tuple[Count, ...]
    """What it says of whom."""


@dataclass(frozen=True)
class Said:
    """What somebody reports in words."""

    minute: int
    by: Literal["report", "answer"]
    who: str
    area: str
    words: str


@dataclass(frozen=True)
class Counted:
    """All counts of a warning, and the people they may be of."""

    people: I8
    """(atoms)"""
    cell: I8
    """(atoms)"""
    atom: I8
    """(people by name)"""
    told: tuple[Told, ...] = ()
    said: tuple[Said, ...] = ()
    trees: dict[int, Node] = field(default_factory=dict)
    """By minute, as they were asked for."""

    def sure(self, proven: Bits) -> I8:
        """(atoms) people with a proof; proven: (people by name)."""
        return np.bincount(self.atom[proven], minlength=len(self.people))

    def bounds(self, minute: int, sure: I8, chosen: Bits) -> tuple[int, int]:
        """(least, most) people reached in chosen cells by a minute; sure: of `sure`."""
        mine = chosen[self.cell]
        if not self.by(minute):
            n = int(sure[mine].sum())
            return n, n
        if minute not in self.trees:
            counts = [count for told in self.by(minute) for count in told.counts]
            self.trees[minute] = tree(counts, len(self.people))
        return ends(self.trees[minute], self.people, sure, mine)

    def by(self, minute: int) -> list[Told]:
        """The counts that stood at a minute: of each who counts a place, the newest."""
        newest = {(t.by, t.who, t.area): t for t in self.told if t.minute <= minute}
        return list(newest.values())

    def least(self, minute: int, proven: I8, people: People) -> F8:
        """(cells) people reached at the least, so that every area's sum is what its counts say;
        within an area those counted beside the proven are spread over who is missing."""
        cells = len(people.people)
        sure: F8 = np.bincount(self.cell, proven, minlength=cells).astype(np.float64)
        if not self.by(minute):
            return sure
        for n in range(len(people.areas)):
            mine = people.area == n
            least, _ = self.bounds(minute, proven, mine)
            missing = (people.people - sure) * mine
            if missing.sum() > 0:
                sure += missing * (least - sure[mine].sum()) / missing.sum()
        return sure


def counted(
    config: Config, folder: Path, versions: Sequence[WarningVersion], people: People,
    inside: Mapping[str, set[str]], now: int, most: int, errands: Errands, lost: Set[str],
) -> Counted:  # fmt: skip
    """All counts of a warning by now, which is `most` minutes since the issue. versions: those
    whose proofs count; inside: area -> all areas in it; errands: of these versions;
    lost: keys of messages that failed for good."""
    start, last = versions[0].sent, versions[-1]
    heard = _answers(config, folder, versions)
    tasks = _tasks(folder, last) if heard else {}
    doors = Behind.of(people, tasks, errands, [_who(key) for key, *_ in heard],
                      lost - {key for key, *_ in heard})  # fmt: skip
    width = len(doors.groups) + 1
    rest = people.people - np.bincount(people.cell, minlength=len(people.people))
    keys = np.concatenate([people.cell * width + doors.door + 1, np.arange(len(rest)) * width])
    found, atom = np.unique(keys, return_inverse=True)
    size = np.bincount(atom, np.concatenate([np.ones(len(people.cell)), rest])).astype(np.int64)
    cell, group = found // width, found % width - 1

    def area(*given: str) -> Bits:
        chosen = set[str]().union(*(inside.get(name, {name}) for name in given))
        names = [n for n, a in enumerate(people.areas) if a in chosen]
        return np.asarray(np.isin(people.area[cell], names))

    @cache
    def outside(name: str) -> int | None:
        return _others(config, folder, inside.get(name, {name}) - {*people.areas}, name)

    told, said = list[Told](), list[Said]()
    for time, name, body in _reports(folder, start, last.event, now):
        n, minute = int(body.get("told", 0)), min(most, (time - start) // MINUTE)
        if body["text"]:
            said.append(Said(minute, "report", body["who"], name, body["text"]))
        if "told" in body and (atoms := area(name)).any():
            others = outside(name)
            here = int(size[atoms].sum())
            some = (0, min(n, here)) if body.get("sure") else within(n, here, others)
            told.append(Told(minute, "report", body["who"], name, *some, body.get("of"),
                             body.get("refuse"), (Count(atoms, *some),)))  # fmt: skip
    for key, time, known, words in heard:
        target = _who(key)
        own = tasks.get(target)
        if own is None or own.charge is None:
            continue
        at = own.charge.area
        minute = min(most, max(0, time - start) // MINUTE)
        who = f"#{own.charge.person}"
        behind, sent = (np.isin(group, of) for of in (doors.all(target), doors.given(target, key)))
        by_number = area(at, *own.charge.manages) & (group < 0)
        counts = _counts(own, behind, sent, by_number, size, words) if known else ()
        if counts:
            span = sum(c.least for c in counts), sum(c.most for c in counts)
            told.append(Told(minute, "answer", who, at, *span, None, None, counts))
        elif words and words != "received":
            said.append(Said(minute, "answer", who, at, words))
    told.sort(key=_minute)
    said.sort(key=_minute)
    return Counted(size, cell, atom[: len(people.cell)], tuple(told), tuple(said))


def _minute(told: Told | Said) -> int:
    return told.minute


def within(told: int, people: int, others: int | None) -> tuple[int, int]:
    """(least, most) of so many told who are among the people of the warning, and not among the
    others of the area that the count is of; None: nobody knows how many those are.

    >>> within(300, 40, 960), within(980, 40, 960), within(300, 40, None), within(60, 40, 0)
    ((0, 40), (20, 40), (0, 40), (60, 60))
    """
    if others == 0:
        return told, told
    return 0 if others is None else min(people, max(0, told - others)), min(told, people)


def _others(config: Config, folder: Path, areas: set[str], name: str) -> int | None:
    """People of some areas, which lie in one; None where nobody knows how many those are."""
    if not areas:
        return 0
    if not next((area.people for area in config.areas if area.id == name), 0):
        return None
    some = frozenset(areas)
    return place.people(config, place.named(folder, some), some, 0, name).total


def _counts(
    own: Task, behind: Bits, sent: Bits, rest: Bits, size: I8, words: str
) -> tuple[Count, ...]:
    """What a warden's answer counts: behind are those at the warden's doors, sent those of them
    whom the warden was sent to, `rest` are those known by number, of whom some are the warden's to
    ask after."""
    doors, asked = int(size[behind].sum()), min(own.counted, int(size[rest].sum()))
    said = answers.count(words)
    if said is None:
        return ()
    if said.done is None:
        alone, told = max(0, asked - own.shared), int(size[sent].sum())
        found = (
            Count(sent, told, told), Count(behind & ~sent, 0, doors - told),
            Count(rest, alone, asked),
        )  # fmt: skip
        return tuple(count for count in found if count.most)
    least, most = max(said.done, said.refused), said.done + said.refused
    there = doors + asked
    some = min(least, there), min(most, there)
    return (Count(behind | rest if asked else behind, *some),) if some[1] else ()


def _reports(
    folder: Path, start: int, event: str, now: int
) -> Iterable[tuple[int, str, dict[str, Any]]]:
    path = folder / "journal.db"
    if not path.exists():
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        rows = db.execute(REPORTS, (start,)).fetchall()
    for time, area, raw in rows:
        body = msgspec.msgpack.decode(raw, type=dict[str, Any])
        if time <= now and event in body.get("events", ()):
            yield time, area, body


def _answers(
    config: Config, folder: Path, versions: Sequence[WarningVersion]
) -> list[tuple[str, int, bool, str]]:
    """(key of the task, time, whether it is one of the answers asked for, words) of wardens'
    answers, the oldest first."""
    channels = [name for name, given in config.channels.items() if given.kind == "wardens"]
    path, found = folder / "deliveries.db", []
    if not channels or not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        for version in versions:
            for channel in channels:
                head = f"{version.identifier}:{channel}:"
                rows = db.execute(ANSWERS, (head, head[:-1] + ";"))
                found += [
                    (key, at, state == KNOWN, raw.removeprefix(HEAD))
                    for key, at, state, raw in rows
                ]
    return sorted(found, key=lambda row: row[1])


def _who(key: str) -> str:
    """The endpoint of a task."""
    return endpoint(key.rpartition(":")[2])


def _tasks(folder: Path, warning: WarningVersion) -> dict[str, Task]:
    """Each warden's target, and what is the warden's to do."""
    try:
        with closing(Register.existing(folder)) as register:
            return shares(register, warning)
    except (LookupError, RegisterError, sqlite3.Error):
        return {}
