"""The people and the channels of a place, from the configuration and, where there is one, the
register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dissemination.channels import CHANNELS
from dissemination.coverage.known import I8
from dissemination.coverage.people import REST, People
from dissemination.coverage.predict import Pace
from dissemination.coverage.ways import Way
from dissemination.targeting.entries import KINDS
from dissemination.targeting.places import Place, choose
from dissemination.targeting.register import FILE, Register
from dissemination.targeting.shapes import Shape
from tongluo.config.coverage import WayIn
from tongluo.config.models import AreaIn, Config
from tongluo.core.warning import Area
from tongluo.coverage import kept

MINUTE = 60_000
SPEAKERS = """
SELECT DISTINCT c.target, e.area FROM contacts c JOIN entries e ON e.id = c.entry
WHERE c.kind = 'speaker' ORDER BY c.target
"""
STRANGE = 1 << 40
"""Numbers from here on stand for addresses that are not in the register: a person each."""


@dataclass(frozen=True)
class Links:
    """Who has an address, of any kind: rising targets, and the number of an entry beside each."""

    target: NDArray[np.str_]
    entry: I8

    def of(self, targets: Sequence[str]) -> tuple[I8, I8]:
        """(which of the targets, entry) for all that are known."""
        asked = np.array(targets, dtype=self.target.dtype)
        first = np.searchsorted(self.target, asked, "left")
        count = np.searchsorted(self.target, asked, "right") - first
        which = np.repeat(np.arange(len(asked)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return which, self.entry[np.repeat(first, count) + within]


@dataclass(frozen=True)
class Named:
    """The entries of the register in some areas."""

    number: I8
    area: list[str]
    stratum: list[str]
    size: I8
    counts: list[tuple[str, str, int]]
    links: Links
    responsible: frozenset[int] = frozenset()
    """Entries of those who have to act for others."""
    speakers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Loudspeakers by target: the areas where they stand."""


NOBODY = Named(
    np.zeros(0, np.int64), [], [], np.zeros(0, np.int64), [],
    Links(np.zeros(0, "U24"), np.zeros(0, np.int64)),
)  # fmt: skip


def ways(config: Config, folder: Path) -> tuple[Way, ...]:
    """All channels by which people could be reached; a record of deliveries is none."""
    own = [name for name, c in config.channels.items() if c.kind != "recording"]
    said = config.coverage.channels
    tested = kept.days(folder)
    names = [*own, *(name for name in said if name not in own and name not in config.channels)]
    doors = {name for name, c in config.channels.items() if CHANNELS[c.kind].acting}
    return tuple(
        _way(name, said.get(name, WayIn()), kept.returned(tested, name), doors=name in doors)
        for name in names
    )


def _way(name: str, said: WayIn, returned: tuple[int, int], *, doors: bool) -> Way:
    nan = float("nan")
    gives_up = float("inf") if said.gives_up is None else said.gives_up / MINUTE
    pace = Pace(said.per_minute, said.delay / MINUTE, said.notice / MINUTE, gives_up)
    return Way(
        name,
        nan if said.reach is None else said.reach,
        nan if said.audibility is None else said.audibility,
        said.proof, pace, said.apart or doors, said.crew,
        np.array(said.hours) if said.hours else np.ones(24),
        float(said.tested), said.needs, returned,
    )  # fmt: skip


def below(config: Config) -> dict[str, set[str]]:
    """Area -> all areas in it, by `parent`, itself too."""
    found = {area.id: {area.id} for area in config.areas}
    parent = {area.id: area.parent for area in config.areas}
    for area in config.areas:
        above, seen = area.parent, {area.id}
        while above in found and above not in seen:
            found[above].add(area.id)
            seen.add(above)
            above = parent[above]
    return found


def chosen(config: Config, folder: Path, area: Area) -> frozenset[str]:
    """The areas that a warning for one reaches: as the register chooses, or by the same rules."""
    known = {a.id: _place(a) for a in config.areas}
    if (folder / FILE).exists():
        with closing(Register.open(folder)) as register:
            known |= register.places()
            found = register.chosen(area)
    else:
        shape = Shape(area.polygon, area.circle)
        found = choose(Place(area.id, area.name, area.parent, area.code, shape), known)
    return frozenset(found.whole | found.part | (below(config).get(area.id) or {area.id}))


def _place(area: AreaIn) -> Place:
    circle = area.circle
    drawn = None if circle is None else (*circle.centre, circle.radius_km)
    return Place(
        area.id, area.name, area.parent or "", area.code, Shape(tuple(area.polygon or ()), drawn)
    )


def named(folder: Path, areas: frozenset[str]) -> Named:
    """Who of the register lives in some areas."""
    if not (folder / FILE).exists():
        return NOBODY
    with closing(Register.open(folder)) as register:
        people, counts = register.people(), register.counts()
        links = [register.links(kind) for kind in KINDS]
        acting = register.db.execute(
            "SELECT id FROM entries WHERE audience IN ('staff', 'responders', 'contacts')"
        ).fetchall()
        speakers = register.db.execute(SPEAKERS).fetchall()
    inside = np.array([name in areas for name in people.areas], bool)[people.area]
    target = np.concatenate([t for t, _ in links])
    entry = np.concatenate([e for _, e in links])
    order = np.lexsort((entry, target))
    pairs = np.stack([order[1:], order[:-1]]) if len(order) > 1 else np.zeros((2, 0), np.int64)
    fresh = np.ones(len(order), bool)
    fresh[1:] = (target[pairs[0]] != target[pairs[1]]) | (entry[pairs[0]] != entry[pairs[1]])
    order = order[fresh]
    return Named(
        people.person[inside],
        [people.areas[a] for a in people.area[inside]],
        [people.strata[s] for s in people.stratum[inside]],
        people.size[inside],
        [(a, s, n) for a, s, n in counts if a in areas],
        Links(target[order], entry[order]),
        frozenset(i for (i,) in acting),
        {t: frozenset(a for _, a in rows) for t, rows in groupby(speakers, itemgetter(0))},
    )


def people(config: Config, some: Named, areas: Iterable[str], strangers: int, home: str) -> People:
    """Everybody in some areas.

    strangers: addresses that no register knows, people of their own in the area `home`. The people
    whom an area's own count has beyond those by name are its rest.
    """
    inside = set(areas)
    counted = [*some.counts, *((c.area, c.stratum, c.people) for c in config.coverage.people
                               if c.area in inside)]  # fmt: skip
    have = Counter[str]()
    for area, size in zip(some.area, some.size.tolist(), strict=True):
        have[area] += size
    for area, _, count in counted:
        have[area] += count
    have[home] += strangers
    rest = [(a, REST, n - have[a]) for a, n in _own(config).items() if a in inside]
    entries = (
        np.concatenate([some.number, STRANGE + np.arange(strangers)]),
        [*some.area, *[home] * strangers],
        [*some.stratum, *[REST] * strangers],
        np.concatenate([some.size, np.ones(strangers, np.int64)]),
    )
    return People.of(entries, [*counted, *rest])


def _own(config: Config) -> dict[str, int]:
    """People of each area who live in none of the areas inside it."""
    own = {area.id: area.people for area in config.areas}
    for area in config.areas:
        if area.parent in own:
            own[area.parent] -= area.people
    return own
