"""Counts that came back from the place: reports of operators and wardens, answers to tasks.

A report counts for its whole area; of one that is wider than the warning, at the least those who
cannot all live outside it. A warden's answer counts for those behind the warden's own doors, and
for as many of those known by number as are the warden's to ask after. Of each who counts one place
the newest count stands. What both ends make of it is `dissemination.coverage.counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from dissemination.channels import answers
from dissemination.coverage.counts import Count, Node, ends, tree
from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.steps import Bits
from dissemination.targeting.doors import Task
from tongluo.config.models import Config
from tongluo.core.warning import WarningVersion
from tongluo.coverage import heard, place
from tongluo.coverage.behind import Behind
from tongluo.coverage.errands import Errands

MINUTE = 60_000


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


@dataclass(frozen=True)
class _Atoms:
    """The people of a warning, parted so that each count is of whole atoms."""

    people: I8
    """(atoms)"""
    cell: I8
    """(atoms)"""
    group: I8
    """(atoms) of `Behind`; -1 = behind no door of anybody who answered."""
    atom: I8
    """(people by name)"""

    @classmethod
    def of(cls, people: People, doors: Behind) -> _Atoms:
        """By cell and group; those known by number alone are one in each cell."""
        width, cells = len(doors.groups) + 1, len(people.people)
        rest = people.people - np.bincount(people.cell, minlength=cells)
        keys = np.concatenate([people.cell * width + doors.door + 1, np.arange(cells) * width])
        found, atom = np.unique(keys, return_inverse=True)
        size = np.bincount(atom, np.concatenate([np.ones(len(people.cell)), rest]))
        cell, group = found // width, found % width - 1
        return cls(size.astype(np.int64), cell, group, atom[: len(people.cell)])


def counted(
    config: Config, folder: Path, versions: Sequence[WarningVersion], people: People,
    inside: Mapping[str, set[str]], now: int, most: int, errands: Errands, lost: Set[str],
) -> Counted:  # fmt: skip
    """All counts of a warning by now, which is `most` minutes since the issue. versions: those
    whose proofs count; inside: area -> all areas in it; errands: of these versions;
    lost: keys of messages that failed for good."""
    start, event = versions[0].sent, versions[-1].event
    said = heard.answers(config, folder, versions)
    tasks = heard.tasks(folder, versions[-1]) if said else {}
    doors = Behind.of(people, tasks, errands, [one.target for one in said],
                      lost - {one.key for one in said})  # fmt: skip
    atoms = _Atoms.of(people, doors)

    def area(*given: str) -> Bits:
        chosen = set[str]().union(*(inside.get(name, {name}) for name in given))
        names = [n for n, a in enumerate(people.areas) if a in chosen]
        return np.asarray(np.isin(people.area[atoms.cell], names))

    @cache
    def outside(name: str) -> int | None:
        return _others(config, folder, inside.get(name, {name}) - {*people.areas}, name)

    def minute(time: int) -> int:
        return min(most, max(0, time - start) // MINUTE)

    found = list[Told | Said]()
    for report in heard.reports(folder, start, event, now):
        found += _reported(report, minute(report.time), area(report.area), atoms, outside)
    for answer in said:
        own = tasks.get(answer.target)
        if own is not None and own.charge is not None:
            here = area(own.charge.area, *own.charge.manages)
            found += _answered(answer, minute(answer.time), own, here, atoms, doors)
    found.sort(key=lambda one: one.minute)
    told = tuple(one for one in found if isinstance(one, Told))
    words = tuple(one for one in found if isinstance(one, Said))
    return Counted(atoms.people, atoms.cell, atoms.atom, told, words)


def _reported(
    report: heard.Report, minute: int, mine: Bits, atoms: _Atoms,
    outside: Callable[[str], int | None],
) -> Iterator[Told | Said]:  # fmt: skip
    """What a report says of the people of the warning; mine: atoms in its area."""
    _, area, body = report
    who = body["who"]
    if body["text"]:
        yield Said(minute, "report", who, area, body["text"])
    if "told" not in body or not mine.any():
        return
    n, here, others = int(body["told"]), int(atoms.people[mine].sum()), outside(area)
    some = (0, min(n, here)) if body.get("sure") else within(n, here, others)
    counts = (Count(mine, *some),)
    yield Told(minute, "report", who, area, *some, body.get("of"), body.get("refuse"), counts)


def _answered(
    answer: heard.Answer, minute: int, own: Task, here: Bits, atoms: _Atoms, doors: Behind
) -> Iterator[Told | Said]:
    """What a warden's answer says; here: atoms in the area that the warden is in charge of."""
    assert own.charge is not None
    who, area = f"#{own.charge.person}", own.charge.area
    of = doors.all(answer.target), doors.given(answer.target, answer.key)
    behind, sent = (np.isin(atoms.group, some) for some in of)
    rest = here & (atoms.group < 0)
    given = (own, behind, sent, rest, atoms.people, answer.words)
    counts = _counts(*given) if answer.known else ()
    if counts:
        span = sum(c.least for c in counts), sum(c.most for c in counts)
        yield Told(minute, "answer", who, area, *span, None, None, counts)
    elif answer.words and answer.words != "received":
        yield Said(minute, "answer", who, area, answer.words)


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
