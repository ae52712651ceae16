"""Which responsible person knocks at which doors: the task lists of village wardens (拍门).

A door is a household, or a person by himself; who acts for others is no door of anybody's. Each
door is knocked at by who answers for its own area (its manager first), else for the nearest area
around it; where several of the same rank do, the doors are dealt out in turn, so that each begins
with those in most need. First who needs help to leave, then who has no phone, is deaf, is blind.

Messages name doors by their place on a list. So nothing that receipts tell moves one: a number that
is found dead while a warning is out is marked where its door stands.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dissemination.targeting.charge import InCharge, in_charge
from dissemination.targeting.entries import RANKS
from dissemination.targeting.forget import label
from dissemination.targeting.places import Place, above, choose, prefix
from dissemination.targeting.recipients import ACTING, Candidate, concerned
from dissemination.targeting.register import Register
from tongluo.core.warning import Area

FIRST = ("needs_help", "no_phone", "deaf", "blind")
"""Words of a stratum, in the order in which doors are knocked at."""
NOBODY = 0
"""No entry has this number."""
Near = Callable[[str], tuple[int, ...]]
DOORS = """
SELECT e.id, e.area, e.stratum, e.size, e.audience, e.lat, e.lon, e.sort = 'household',
       e.help, count(a.target), count(a.target) FILTER (WHERE a.state <> 'dead')
FROM entries e
LEFT JOIN contacts c ON c.entry = e.id AND c.kind IN ('sms', 'voice', 'app')
LEFT JOIN addresses a ON a.target = c.target
WHERE e.sort IN ('person', 'household') AND e.area IN (SELECT value FROM json_each(?))
GROUP BY e.id ORDER BY e.area, e.id
"""


@dataclass(frozen=True)
class Door:
    """A household or a person."""

    entry: int
    area: str
    stratum: str
    people: int
    silent: bool
    """The register has no number of it."""
    dead: bool = False
    """None of its numbers lives, by what receipts told."""

    @property
    def marks(self) -> tuple[str, ...]:
        """What to mind there: words of `FIRST`."""
        return _words(self.stratum, self.silent or self.dead)


@dataclass(frozen=True)
class Task:
    """What one responsible person has to do."""

    charge: InCharge | None
    """None: nobody in the register answers for these doors."""
    doors: tuple[Door, ...]
    counted: int = 0
    """People known by count only who live in the same areas: to be asked after."""
    shared: int = 0
    """So many of these live where others knock at doors, too: nobody knows who asks after whom."""

    @property
    def people(self) -> int:
        """People behind the doors."""
        return sum(door.people for door in self.doors)


def tasks(register: Register, area: Area) -> list[Task]:
    """The lists of an area: who answers for it, nearest first, each with his doors; last the doors
    that nobody answers for."""
    charges, known = in_charge(register, area), register.places()
    near = cache(lambda at: nearest(at, charges, known))
    dealt: dict[int, list[Door]] = {}
    turns = Counter[tuple[int, ...]]()
    for door in doors(register, area):
        those = near(door.area) or (NOBODY,)
        dealt.setdefault(those[turns[those] % len(those)], []).append(door)
        turns[those] += 1
    chosen = register.chosen(area)
    counted, shared = _counted(register, chosen.whole | chosen.part, near)

    def of(charge: InCharge | None, person: int) -> Task:
        return Task(charge, tuple(dealt.get(person, ())), counted[person], shared[person])

    rest = of(None, NOBODY)
    return [of(c, c.person) for c in charges] + ([rest] if rest.doors or rest.counted else [])


def doors(register: Register, area: Area) -> list[Door]:
    """Every door that a warning for an area is for, in the order of knocking."""
    place = register.place(area)
    chosen = choose(place, register.places())
    rows = register.db.execute(DOORS, (json.dumps(sorted(chosen.whole | chosen.part)),))
    found = []
    for entry, where, stratum, size, audience, lat, lon, household, help_, has, lives in rows:
        at = None if lat is None else (lat, lon)
        one = Candidate("", entry, where, audience, bool(household), bool(help_), at)
        if audience not in ACTING and concerned(one, chosen, place.shape):
            found.append(Door(entry, where, stratum, size, not has, has > 0 and not lives))
    return sorted(found, key=_need)


def _need(door: Door) -> tuple[bool, ...]:
    words = _words(door.stratum, door.silent)
    return tuple(word not in words for word in FIRST)


def _words(stratum: str, silent: bool) -> tuple[str, ...]:
    words = {*stratum.split("."), *(["no_phone"] if silent else [])}
    return tuple(word for word in FIRST if word in words)


def nearest(area: str, charges: Sequence[InCharge], known: Mapping[str, Place]) -> tuple[int, ...]:
    """Who knocks in an area: its manager, else those of the nearest rank who answer for it, else
    the same of the nearest area around it; empty where nobody does."""
    for at in _outwards(area, known):
        its = [c for c in charges if at in c.manages]
        here = its or [c for c in charges if c.area == at and c.acting]
        if here:
            rank = max((c.rank for c in here), key=RANKS.index)
            return tuple(c.person for c in here if c.rank == rank)
    return ()


def _outwards(area: str, known: Mapping[str, Place]) -> Iterator[str]:
    """An area and what lies around it: up its parents, then by code from the longest."""
    at, seen = area, dict.fromkeys([area])
    while at in known and known[at].parent not in seen and known[at].parent:
        at = known[at].parent
        seen[at] = None
    yield from seen
    rest = above(known[area], known) - seen.keys() if area in known else set()
    yield from sorted(rest, key=lambda a: (-len(prefix(known[a].code)), a))


def _counted(
    register: Register, areas: Iterable[str], near: Near
) -> tuple[Counter[int], Counter[int]]:
    """Who is asked after how many people that are known by count only, and of these how many where
    others knock at doors, too; 0 = nobody is."""
    found, shared = Counter[int](), Counter[int]()
    for area, _, people in register.counts():
        if area in areas:
            first, *others = near(area) or (NOBODY,)
            found[first] += people
            shared[first] += people if others else 0
    return found, shared


def named(register: Register, listed: Sequence[Task], who: str, at: int) -> dict[int, str]:
    """Entry -> id and name, of everybody on the lists; who asked is written in the audit."""
    entries = {door.entry for task in listed for door in task.doors}
    for task in listed:
        if task.charge is not None:
            entries |= {task.charge.person, *task.charge.deputies}
    with register.transaction():
        register.audit(at, "names", {"who": who, "entries": len(entries)})
    return {n: " ".join(label(register, n)).strip() for n in sorted(entries)}
