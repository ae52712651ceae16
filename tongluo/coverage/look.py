"""Coverage of one warning, as it is known at a moment: everything that is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dissemination.coverage import live
from dissemination.coverage.estimate import Interval
from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Aired, Estimates, Sent, Standing
from dissemination.coverage.people import People
from dissemination.coverage.published import Indicator, indicator
from dissemination.coverage.register import NEVER, Reached
from dissemination.coverage.steps import Bits
from dissemination.coverage.stranded import stranded
from dissemination.coverage.ways import Tests, Ways, hours, supplied
from tongluo.config.models import Config
from tongluo.core.warning import WarningVersion
from tongluo.coverage import counted as counting
from tongluo.coverage import errands, kept, place
from tongluo.coverage import sent as sending
from tongluo.coverage.counted import Counted
from tongluo.coverage.errands import Errands
from tongluo.coverage.sent import MINUTE, Row
from tongluo.coverage.shown import with_shown

VISITOR = "visitor"
POINTS = 24
"""Minutes at which the estimate is drawn for a curve."""


@dataclass(frozen=True)
class Look:
    """A warning's deliveries beside its people."""

    warning: WarningVersion
    start: int
    """ms: issue of the first version that counts."""
    minute: int
    """Now, since then."""
    people: People
    ways: Ways
    rows: Sequence[Row]
    sent: Sent
    aired: Aired | None
    works: F8
    hour: F8
    tests: Tests
    responsible: frozenset[int]
    """Entries of those who have to act for others."""
    counted: Counted
    """What wardens counted."""
    addressed: I8
    """Entries that have an address of any kind."""
    dead: Bits
    """(people by name) who were stranded when the versions before those that count ended."""
    errands: Errands = field(default_factory=Errands)
    """To whom somebody was sent."""
    apart: bool = False
    """Minutes are those of the clock that stamped the deliveries, from their first stamp on: the
    site ran on a stream clock, which says another time."""
    proven: dict[int, I8] = field(default_factory=dict)
    """What `_proven` has found."""

    @property
    def reached(self) -> Reached | None:
        """The exact union of proofs."""
        return live.proofs(self.people, self.ways, self.sent)

    def at(self, minute: int) -> Standing:
        """What was known at a minute."""
        return live.standing(
            self.people, self.ways, self.sent, self.aired, minute, self.works, self.hour, self.tests
        )

    def confirmed(self, minute: int = NEVER - 1) -> I8:
        """(cells) people with a proof by the end of a minute."""
        once = np.unique(self.sent.person[self.sent.proven <= minute])
        return np.bincount(self.people.cell[once], minlength=len(self.people.people))

    def _proven(self, minute: int) -> I8:
        """(atoms of the counts) people with a proof, found once a minute: a million may be."""
        if minute not in self.proven:
            out = self.sent.reached(len(self.people.cell), minute)
            self.proven[minute] = self.counted.sure(out)
        return self.proven[minute]

    def told(self, minute: int, chosen: Bits) -> tuple[int, int]:
        """(least, most) people of some cells with a proof or in a warden's count by a minute."""
        return self.counted.bounds(minute, self._proven(minute), chosen)

    def least(self, minute: int) -> F8:
        """(cells) people reached at the least, counts of wardens among them."""
        return self.counted.least(minute, self._proven(minute), self.people)


def look(config: Config, folder: Path, versions: Iterable[WarningVersion], asked: WarningVersion,
         now: int, *, stream: bool = False) -> Look:  # fmt: skip
    """Gather what is known of a warning. versions: all of its event; stream: the site ran on a
    stream clock, so that deliveries may be stamped by another one."""
    versions = list(versions)
    counted = sending.counted(versions, asked)
    start, inside = counted[0].sent, place.below(config)
    ways = place.ways(config, folder)
    areas = place.chosen(config, folder, asked.area)
    some = place.named(folder, areas)
    rows = sending.rows(folder, counted, 0 if stream else None)
    span = sending.stamped(rows) if stream else None
    apart = span is not None and not start - MINUTE <= span[0] <= counted[-1].expires
    begin, last = span if apart and span is not None else (start, now)
    rows = with_shown(rows, folder, (start, begin, last), asked.event, inside)
    strange = sending.strangers(rows, ways, some.links)
    people = place.people(config, some, areas, len(strange), asked.area.id)
    works = supplied(ways, people, kept.states(folder, now, inside))
    days, sent_out = kept.days(folder), errands.read(folder, counted)
    dead = np.zeros(len(people.cell), bool)
    if earlier := sending.before(versions, counted[0]):
        its = sending.rows(folder, [earlier], 0 if stream else None)
        dead = stranded(people, ways, sending.sent(its, ways, people, some.links, {}, earlier.sent),
                        NEVER - 1)  # fmt: skip
    return Look(
        asked, start, max(0, last - begin) // MINUTE, people, ways, rows,
        sending.sent(rows, ways, people, some.links, strange, begin),
        sending.aired(rows, ways, people, config, inside, some.speakers, begin),
        works, hours(ways, local_hour(start, config.site.timezone)),
        kept.tests(days, [way.name for way in ways]), some.responsible,
        counting.counted(config, folder, counted, people, inside, now,
                         most=max(0, last - begin) // MINUTE, errands=sent_out,
                         lost=errands.failed_keys(rows)),
        np.unique(some.links.entry), dead, sent_out, apart,
    )  # fmt: skip


def local_hour(ms: int, zone: str) -> float:
    """Hour of the day where people live.

    >>> local_hour(1_782_864_000_000, "Asia/Shanghai")
    8.0
    """
    at = datetime.fromtimestamp(ms / 1000, ZoneInfo(zone))
    return at.hour + at.minute / 60


# what is told


@dataclass(frozen=True)
class Group:
    """Some of the people: those of an area or of a stratum, or all."""

    name: str
    people: int
    confirmed: int
    """With a proof."""
    share: Interval
    told: tuple[int, int]
    """Least and most people with a proof or in a warden's count."""


@dataclass(frozen=True)
class Channel:
    """What one channel did."""

    name: str
    deliveries: int
    states: dict[str, int]
    confirmed: int
    alone: int
    """People with a proof by this channel and by no other."""


@dataclass(frozen=True)
class Told:
    """Coverage at a moment."""

    minute: int
    whole: Group
    areas: list[Group]
    strata: list[Group]
    channels: list[Channel]
    published: Indicator
    """Of residents."""
    visitors: Indicator
    responsible: tuple[int, int] | None
    """(in time, all); None where the register names nobody."""
    missing: int
    """Deliveries out of which no receipt has come."""


def tell(look: Look, within: int) -> Told:
    """Everything that is told of now. within: minutes for responsible people."""
    now = look.at(look.minute)
    estimates, confirmed, people = Estimates.of(now), look.confirmed(look.minute), look.people

    def group(name: str, chosen: Bits) -> Group:
        at = int(people.people[chosen].sum()), int(confirmed[chosen].sum())
        told = look.told(look.minute, chosen)
        return Group(name, *at, lifted(estimates.interval(chosen), told[0], at[0]), told)

    every = people.people >= 0
    areas = [group(a, people.area == n) for n, a in enumerate(people.areas)]
    strata = [group(s, people.stratum == n) for n, s in enumerate(people.strata)]
    visiting = np.array([VISITOR in s.split(".") for s in people.strata])[people.stratum]
    usable, up = now.least.declared * look.hour, now.least.up
    return Told(
        look.minute,
        group("", every),
        [g for g in areas if g.people],
        [g for g in strata if g.people],
        channels(look),
        indicator(people.people, usable, up, ~visiting),
        indicator(people.people, usable, up, visiting),
        responsible(look, within),
        sum(row.handed is not None and row.proven is None and row.played is None
            and row.state not in ("failed", "expired") for row in look.rows),
    )  # fmt: skip


def lifted(share: Interval, least: int, people: int) -> Interval:
    """An estimate that lies nowhere below what is counted."""
    low = least / max(1, people)
    ends = [float(np.fmax(end, low)) for end in (share.low, share.likely, share.high)]
    return Interval(ends[0], ends[1], ends[2], share.bound) if least else share


def channels(look: Look) -> list[Channel]:
    """What each channel did; also those of which nothing is said under `coverage`."""
    reached, tally = look.reached, Counter((row.channel, row.state) for row in look.rows)
    names = [way.name for way in look.ways]
    used = dict.fromkeys([*names, *(row.channel for row in look.rows)])
    found = []
    for name in used:
        states = {s: n for (c, s), n in sorted(tally.items()) if c == name}
        own = alone = 0
        if reached is not None and name in names:
            own = int(reached.confirmed(name).sum())
            others = [n for n in names if n != name]
            rest = int(reached.confirmed(*others).sum()) if others else 0
            alone = int(reached.confirmed().sum()) - rest
        found.append(Channel(name, sum(states.values()), states, own, alone))
    return found


def responsible(look: Look, within: int) -> tuple[int, int] | None:
    """(responsible people with a proof in time, all of them); None where there are none."""
    people = look.people
    mine = np.isin(people.entry, np.array(sorted(look.responsible), np.int64))
    if not mine.any():
        return None
    early = look.sent.reached(len(people.entry), within)
    return int((mine & early).sum()), int(mine.sum())


def counts(look: Look) -> list[tuple[int, int, int]]:
    """(minute, least, most) people with a proof or in a count, at the minutes when one came."""
    every = look.people.people >= 0
    minutes = sorted({t.minute for t in look.counted.told if t.minute <= look.minute})
    return [(m, *look.told(m, every)) for m in minutes]


def curve(look: Look, until: int | None = None) -> list[tuple[int, float, Interval]]:
    """(minute, confirmed share, estimate) up to now, at `POINTS` minutes or fewer."""
    last = max(1, look.minute if until is None else until)
    minutes = np.unique(np.linspace(0, last, min(POINTS, last + 1)).astype(int))
    total, every = max(1, look.people.total), look.people.people >= 0
    return [
        (int(m), float(look.confirmed(int(m)).sum()) / total,
         lifted(Estimates.of(look.at(int(m))).interval(), look.told(int(m), every)[0], total))
        for m in minutes
    ]  # fmt: skip


def time_to(look: Look, target: float) -> int | None:
    """The minute by whose end so many had a proof; None when they have not."""
    if look.people.register is None:
        return None
    first = np.full(len(look.people.cell), NEVER)
    np.minimum.at(first, look.sent.person, look.sent.proven)
    wanted = int(np.ceil(target * look.people.total))
    at = np.sort(first)
    found = int(at[wanted - 1]) if 0 < wanted <= len(at) else NEVER
    return found if found < NEVER else None
