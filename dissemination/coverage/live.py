"""What is known while a warning is on its way: from what came back to what the estimate asks for.

Deliveries to people stand in `Sent`, a row for each person of each; those to whole areas (a
loudspeaker, a screen) in `Aired`. Both hold the minute at which each thing was known, so that any
past minute can be told as it was known then.

Of a channel that is part way through, so much works as has gone out; what is in doubt counts at the
upper end alone. A loudspeaker counts where it gave proof of play, with its audibility; where it
said nothing, in doubt. A channel that was never used in a cell counts as nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage import cells as shares_of
from dissemination.coverage.estimate import Draws, Interval, draw, weighted
from dissemination.coverage.known import F8, I8, NOT_ASKED, Known, known
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.register import NEVER, Reached
from dissemination.coverage.ways import Tests, Ways, tested

SIZE = 4_000_000
"""Numbers held at once by the draws: more cells, fewer draws."""
LEAST = 128
ENOUGH = 50
"""Proofs that must be expected before what is missing of them says anything."""


@dataclass(frozen=True)
class Sent:
    """Deliveries to people by name. Minutes since the warning; NEVER = it did not happen."""

    channel: I8
    person: I8
    handed: I8
    proven: I8
    failed: I8
    """For good."""
    doubt: I8

    @property
    def out(self) -> I8:
        """Minute at which each was handed over, or anything was heard of it."""
        return np.minimum(np.minimum(self.handed, self.proven), self.failed)

    def reached(self, people: int, minute: int = NEVER - 1) -> NDArray[np.bool_]:
        """(people by name) who has a proof by a minute."""
        found = np.zeros(people, bool)
        found[self.person[self.proven <= minute]] = True
        return found

    def by(self, minute: int) -> tuple[NDArray[np.bool_], ...]:
        """(out, proven, failed, in doubt) as it was known at a minute."""
        proven = self.proven <= minute
        failed = (self.failed <= minute) & ~proven
        out = ((self.handed <= minute) | proven) & ~failed
        return out, proven, failed, (self.doubt <= minute) & ~out & ~failed


@dataclass(frozen=True)
class Aired:
    """Deliveries to whole areas."""

    channel: I8
    cells: NDArray[np.bool_]
    """(deliveries, cells) whom each is for."""
    handed: I8
    played: I8
    failed: I8
    doubt: I8


NOTHING = np.zeros(0, np.int64)
NO_SENT = Sent(*(NOTHING,) * 6)


@dataclass(frozen=True)
class Standing:
    """What is known at a minute; least: what is in doubt counts for nothing, most: for all."""

    least: Known
    most: Known
    used: NDArray[np.bool_]
    """(cells, channels) where a channel has begun."""

    @property
    def bound(self) -> bool:
        """Whether something is not known, so that the interval is a bound."""
        doubtful = not np.array_equal(self.least.up, self.most.up, equal_nan=True)
        return doubtful or bool(shares_of.unknown(self.least).any())


def outlook(now: Standing, ways: Ways, works: F8) -> F8:
    """(cells, channels) what works, as far as the warning itself has shown: a loudspeaker that
    says that it played and proves nothing is in doubt (NaN), one that failed is off."""
    sound = now.used & np.array([way.proof == "played" for way in ways])
    doubt = np.where(now.most.up > now.least.up, np.nan, now.least.up)
    return np.where(sound, doubt, works)


def first(sent: Sent, people: int) -> NDArray[np.bool_]:
    """Rows that are the first of their person: whom an earlier channel did not reach is harder to
    reach by the next."""
    out = np.full(people, NEVER)
    np.minimum.at(out, sent.person, sent.handed)
    return sent.handed <= out[sent.person]


def proofs(people: People, ways: Ways, sent: Sent) -> Reached | None:
    """The exact union; None where nobody is known by name."""
    if people.register is None:
        return None
    reached = Reached(people.register, tuple(way.name for way in ways))
    for k, way in enumerate(ways):
        of = (sent.channel == k) & (sent.proven < NEVER)
        reached.add(way.name, sent.person[of], sent.proven[of])
    return reached


def standing(
    people: People, ways: Ways, sent: Sent, aired: Aired | None, minute: int,
    works: F8, hour: F8, tests: Tests | None = None,
) -> Standing:  # fmt: skip
    """What is known at a minute. works: (cells, channels) of `supplied`; hour: (c) of `hours`."""
    count = (len(people.people), len(ways))
    least, most, used = np.zeros(count), np.zeros(count), np.zeros(count, bool)
    confirmed = np.full(count, NOT_ASKED, np.int64)
    for k, way in enumerate(ways):
        if way.proof == "person":
            confirmed[:, k] = _of_people(people, way.share, sent, k, minute, least, most, used)
        _of_areas(aired, k, minute, least, most, used, by_sound=way.proof == "played")
    mine = tests or Tests()
    said = {
        "declared": np.tile([way.share for way in ways], (count[0], 1)),
        "confirmed": confirmed,
        "proven": _proven(people, sent, minute),
        "returned": np.array([way.returned for way in ways], np.int64),
        "hour": hour,
        **(tested(mine, people) if len(mine.asked) else {}),
    }
    names = tuple(way.name for way in ways)
    low = known(names, people.people, up=least * works, **said)
    return Standing(low, replace(low, up=most * works), used)


def _of_people(
    people: People, share: float, sent: Sent, k: int, minute: int,
    least: F8, most: F8, used: NDArray[np.bool_],
) -> I8:  # fmt: skip
    """Fill the columns of a channel to people; its confirmed people by cell, or -1."""
    of, size = sent.channel == k, len(people.people)
    cell = people.cell[sent.person[of]]
    planned = np.bincount(cell, minlength=size)
    out, proven, _, doubt = (x[of] for x in sent.by(minute))
    whole = np.maximum(planned, np.nan_to_num(share) * people.people)
    np.divide(np.bincount(cell[out], minlength=size), whole, out=least[:, k], where=whole > 0)
    np.divide(
        np.bincount(cell[out | doubt], minlength=size), whole, out=most[:, k], where=whole > 0
    )
    used[:, k] |= planned > 0
    if not proven.any():
        return np.full(size, NOT_ASKED)
    once = np.unique(sent.person[of][proven])
    return np.bincount(people.cell[once], minlength=size)


def _of_areas(
    aired: Aired | None, k: int, minute: int,
    least: F8, most: F8, used: NDArray[np.bool_], *, by_sound: bool,
) -> None:  # fmt: skip
    """Fill the columns of a channel to areas."""
    if aired is None or not (aired.channel == k).any():
        return
    of = aired.channel == k
    good = (aired.played if by_sound else np.minimum(aired.handed, aired.played))[of] <= minute
    failed = (aired.failed[of] <= minute) & ~good
    begun = np.minimum(np.minimum(aired.handed, aired.doubt), aired.played)[of] <= minute
    cells = aired.cells[of].astype(np.float64)
    whole = cells.sum(axis=0)
    there = whole > 0
    for into, which in ((least, good), (most, good | (begun & ~failed))):
        into[there, k] = np.maximum(into[there, k], (which @ cells)[there] / whole[there])
    used[:, k] |= there


def _proven(people: People, sent: Sent, minute: int) -> I8:
    once = np.unique(sent.person[sent.proven <= minute])
    return np.bincount(people.cell[once], minlength=len(people.people))


@dataclass(frozen=True)
class Estimates:
    """The draws of a moment, from which the interval of any group of cells is read."""

    low: Draws
    high: Draws
    people: I8
    bound: bool
    beliefs: Prior

    @classmethod
    def of(cls, now: Standing, beliefs: Prior = PRIOR) -> Estimates:
        """Draw what could be."""
        room = SIZE // max(1, len(now.least.people) * len(now.least.channels))
        beliefs = replace(beliefs, draws=int(np.clip(room, LEAST, beliefs.draws)))
        low = draw(now.least, 0.0, beliefs)
        high = draw(now.most, 1.0, beliefs) if now.bound else low
        return cls(low, high, now.least.people, now.bound, beliefs)

    def interval(self, chosen: NDArray[np.bool_] | None = None) -> Interval:
        """Share of the people of some cells (none named: of all) who were reached."""
        people = self.people if chosen is None else self.people * chosen
        if not people.sum():
            return Interval(np.nan, np.nan, np.nan, bound=True)
        ends = [
            weighted(people @ d.reach / people.sum(), d.weight, self.beliefs.ends)
            for d in (self.low, self.high)
        ]
        return Interval(ends[0][0], ends[0][1], ends[1][2], self.bound)
