"""What a warning would reach, and by when, before it is sent; and how it goes on from here.

Each channel begins in each cell at a minute (`NEVER`: not at all), works through its messages at
its pace, and is noticed bit by bit (`predict`). A gateway has one queue for all cells, in order of
beginning; wardens have one in each area. Before the rest of a cell they may be sent to some of it
(`Errand`). What a policy of escalation will add, `follow` tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dissemination.coverage import cells
from dissemination.coverage.estimate import Interval, draw
from dissemination.coverage.known import F8, I8, Known
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace, Time, band, curves, noticed, time_to
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.steps import Bits, Policy, by_telephone, step
from dissemination.coverage.ways import Way, Ways

TARGETS = (0.9, 0.95)
SIZE, LEAST = 200_000, 128
"""Draws of all cells and channels held at once, and at least so many."""


@dataclass(frozen=True)
class Ahead:
    """A curve by minute, and when it crosses each target."""

    curve: list[Interval]
    times: Mapping[float, Time]

    @property
    def end(self) -> Interval:
        """Reached within the time looked at."""
        return self.curve[-1]


def messages(people: People, ways: Ways, known_targets: Mapping[str, I8] | None = None) -> I8:
    """(cells, channels) how many each channel has to send: known, or by its share of the people."""
    given = known_targets or {}
    columns = [
        given.get(way.name, np.ceil(np.nan_to_num(way.share, nan=1.0) * people.people))
        for way in ways
    ]
    return np.stack(columns, axis=1).astype(np.int64)


Pauses = Mapping[str, tuple[float, float]]
"""Channel -> minutes from and until which its gateway takes nothing."""


@dataclass(frozen=True)
class Errand:
    """Somebody is sent to some people of a cell, before the rest of it has its turn."""

    cell: int
    channel: int
    minute: float
    people: int
    part: float
    """Of those in the cell whom no message reaches, so many are among them."""


@dataclass(frozen=True)
class Queue:
    """What one channel has to do, a row for each order: first come, first served."""

    cell: I8
    begin: F8
    sends: I8
    part: F8

    @classmethod
    def of(cls, k: int, sends: I8, begin: F8, errands: Sequence[Errand]) -> Queue:
        """The orders of a channel, in order of beginning."""
        cells, own = np.flatnonzero(np.isfinite(begin)), [e for e in errands if e.channel == k]
        before = np.zeros(len(begin))
        for one in own:
            before[one.cell] += one.part
        whole = np.maximum(before, 1.0)  # more may have failed than was thought
        rows = [(begin[i], i, sends[i], 1 - before[i] / whole[i]) for i in cells.tolist()]
        rows += [(e.minute, e.cell, e.people, e.part / whole[e.cell]) for e in own]
        rows.sort(key=lambda row: row[0])
        at, cell, count, part = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(np.array(cell, np.int64), np.array(at, float), np.array(count, np.int64),
                   np.array(part, float))  # fmt: skip


def parts(
    people: People, ways: Ways, sends: I8, begin: F8, minutes: int, pauses: Pauses | None = None,
    errands: Sequence[Errand] = (), paces: F8 | None = None,
) -> tuple[F8, F8]:  # fmt: skip
    """(channels, cells, minutes) part of those a channel reaches who have noticed by then, and how
    many messages that are.

    begin: (cells, channels) minute at which each begins; infinite = never. paces: (channels, areas)
    how fast each is against what was said of it.
    """
    shape, pauses = (len(ways), len(people.people), minutes), pauses or {}
    out, count = np.zeros(shape), np.zeros(shape)
    for k, way in enumerate(ways):
        start = begin[:, k]
        if way.name in pauses:
            start = _worked(start, pauses[way.name])
        queue = Queue.of(k, sends[:, k], start, errands)
        areas = people.area[queue.cell] if way.apart else np.zeros_like(queue.cell)
        for area in np.unique(areas).tolist():
            pace = pace_of(way, people, area, 1.0 if paces is None else paces[k, area])
            _served(out[k], count[k], queue, areas == area, pace)
        if way.name in pauses:
            worked = _worked(np.arange(1.0, minutes + 1), pauses[way.name])
            at = np.maximum(np.floor(worked).astype(int) - 1, 0)
            out[k], count[k] = out[k][:, at], count[k][:, at]
    return out, count


def _served(out: F8, count: F8, queue: Queue, own: Bits, pace: Pace) -> None:
    """Add the orders of one queue as they are served; out, count: (cells, minutes)."""
    minutes, free = out.shape[1], 0.0
    for at in np.unique(queue.begin[own]):
        now = np.flatnonzero(own & (queue.begin == at))
        first = int(np.ceil(max(free, at)))
        if first < minutes:
            done = noticed(queue.sends[now], pace, minutes - first)
            np.add.at(out[:, first:], queue.cell[now], queue.part[now, None] * done)
            np.add.at(count[:, first:], queue.cell[now], queue.sends[now, None] * done)
        free = max(free, float(at)) + float(queue.sends[now].sum()) / max(pace.per_minute, 1e-9)


def pace_of(way: Way, people: People, area: int, factor: float) -> Pace:
    """A queue's pace: of an area's wardens, so many as its people have."""
    crew = 1
    if way.apart and way.crew:
        crew = max(1, int(people.people[people.area == area].sum()) // way.crew)
    return replace(way.pace, per_minute=way.pace.per_minute * crew * factor)


def _worked(minute: F8, pause: tuple[float, float]) -> F8:
    """Minutes that a gateway has worked by a minute."""
    start, end = pause
    if np.isinf(end):
        return np.minimum(minute, start)
    return np.asarray(np.where(minute < start, minute, np.maximum(start, minute - (end - start))))


def ahead(
    people: People, ways: Ways, known: Known, minutes: int, begin: F8 | None = None,
    sends: I8 | None = None, only: tuple[str, ...] = (), pauses: Pauses | None = None,
    beliefs: Prior = PRIOR, targets: Sequence[float] = TARGETS,
    errands: Sequence[Errand] = (), paces: F8 | None = None,
) -> Ahead:  # fmt: skip
    """The curve by all channels, or by those named alone.

    known.up tells what works. What is not known counts for nothing at the lower end, for all at
    the upper one, and for a half in between.
    """
    begin = np.zeros((len(people.people), len(ways))) if begin is None else begin
    sends = messages(people, ways) if sends is None else sends
    share, _ = parts(people, ways, sends, begin, minutes, pauses, errands, paces)
    if only:
        share = share * np.array([way.name in only for way in ways])[:, None, None]
    room = SIZE // max(1, len(people.people) * len(ways))
    beliefs = replace(beliefs, draws=int(np.clip(room, LEAST, beliefs.draws)))
    found = []
    for unknown in (0.0, 0.5, 1.0) if cells.unknown(known).any() else (0.5,):
        draws = draw(known, unknown, beliefs)
        found.append((draws, curves(draws, people.people, share)))
    low, middle, high = found[0], found[len(found) // 2], found[-1]
    ends = (band(draws, curve, beliefs) for draws, curve in (low, middle, high))
    told = [
        Interval(a.low, b.likely, c.high, len(found) > 1) for a, b, c in zip(*ends, strict=True)
    ]
    times = {}
    for target in targets:
        late, likely, early = (
            time_to(d, every, target, beliefs) for d, every in (low, middle, high)
        )
        times[target] = Time(early.early, likely.likely, late.late, late.never)
    return Ahead(told, times)


def follow(
    people: People, ways: Ways, known: Known, policy: Policy, begin: F8, sends: I8, minutes: int,
    start: int = 5, every: int = 5, pauses: Pauses | None = None,
    returns: F8 | None = None, contacts: I8 | None = None, beliefs: Prior = PRIOR,
    errands: Sequence[Errand] = (), paces: F8 | None = None, quick: F8 | None = None,
    wished: F8 | None = None,
) -> tuple[F8, I8, list[Errand]]:  # fmt: skip
    """(begin, sends, errands) as the policy will make them, if all goes as it is expected to.

    begin, sends: (cells, channels) of what is sent already, infinite and 0 of what is not; start:
    minute of the next step; returns: (channels) part of the proofs that comes back, NaN where only
    the test days tell; quick: (channels) part of the messages that fails at once; wished: (cells,
    channels) shares by which the policy chooses, None: those expected. What is added later is sent
    to those alone who have no proof by then, and have a contact (contacts: (cells, channels)
    people; None: everybody has): who has a proof by messages is taken for one of these.
    """
    draws = draw(known, 0.5, beliefs)
    sure = draws.weight / draws.weight.sum()
    shares, both = (draws.p @ sure).T, draws.overlap.mean(sure)
    back = np.array([_returns(way, beliefs) for way in ways])
    if returns is not None:
        back = np.where(np.isnan(returns), back, returns)
    begin, sends, errands = begin.copy(), sends.copy(), list(errands)
    doors, size = np.array([way.apart for way in ways]), np.maximum(people.people, 1)[:, None]
    for minute in range(start, minutes, every):
        part, count = parts(people, ways, sends, begin, minute, pauses, errands, paces)
        others = both.union(shares * back * part[:, :, -1].T * ~doors)
        asked_at = count[:, :, -1].T / size
        reach = np.minimum(1.0, others + (shares * back * asked_at) @ doors)
        moves = _moves(ways, begin, sends * (1 - part[:, :, -1].T), policy, minute, pauses or {},
                       paces)  # fmt: skip
        since = _idle_since(begin, part, policy, minute, moves)
        lost, failed = stranded_by(people, ways, shares, begin, sends, part, quick)
        gone = np.zeros(len(lost))
        for one in errands:
            gone[one.cell] += one.people
        asked = np.isfinite(begin[:, doors]).any(axis=1)
        aside = np.where(asked, 0, np.maximum(0, np.rint(failed - gone))).astype(np.int64)
        chosen = step(people, ways, shares if wished is None else wished, reach, policy, minute,
                      since, known.up, contacts, aside)  # fmt: skip
        for order in chosen.orders:
            i, k = order.cell, [way.name for way in ways].index(order.channel)
            if order.stranded:
                errands.append(Errand(i, k, minute, int(aside[i]), aside[i] / lost[i]))
                continue
            begin[i, k] = minute
            could = (people.people if contacts is None else contacts[:, k])[i]
            proven = (others if ways[k].apart else reach)[i] * people.people[i]
            left = could - proven - gone[i] * ways[k].apart
            sends[i, k] = max(0, round(left))
    return begin, sends, errands


def _idle_since(begin: F8, part: F8, policy: Policy, minute: int, moves: Bits) -> F8:
    """(cells, channels) from when on a channel is waited for, as `steps.idle_since` tells it."""
    waits = np.minimum(begin + policy.stuck - policy.wait, minute)
    waits[:, moves] = minute
    out = (part >= 0.99).argmax(axis=2).T  # the minute at which the last message went out
    busy = (part[:, :, -1].T < 0.99) & np.isfinite(begin)
    return np.asarray(np.where(busy, waits, np.maximum(begin, out)))


def _moves(
    ways: Ways, begin: F8, rest: F8, policy: Policy, minute: float, pauses: Pauses,
    paces: F8 | None,
) -> Bits:  # fmt: skip
    """(channels) whose queue is waited for, as `steps.idle_since` does."""
    out = np.zeros(len(ways), bool)
    for k, way in enumerate(ways):
        start, end = pauses.get(way.name, (np.inf, np.inf))
        rate = way.pace.per_minute * (1.0 if paces is None else paces[k, 0])
        done = minute + rest[:, k].sum() / max(rate, 1e-9)
        out[k] = not way.apart and not start <= minute < end
        out[k] &= bool(done <= begin[:, k].min() + policy.queue)
    return out


def stranded_by(
    people: People, ways: Ways, shares: F8, begin: F8, sends: I8, done: F8 | None = None,
    quick: F8 | None = None,
) -> tuple[F8, F8]:  # fmt: skip
    """(cells) people whom the first messages to telephones will not reach, and those of them to
    whom they have failed for good by the last of the minutes done."""
    size = len(people.people)
    done = np.ones((len(ways), size, 1)) if done is None else done
    lost, failed, minutes = np.zeros(size), np.zeros(size), done.shape[2]
    phone = np.where(by_telephone(ways), begin, np.inf)
    first = phone.argmin(axis=1)
    for k, way in enumerate(ways):
        of = (first == k) & np.isfinite(phone[:, k]) & (sends[:, k] > 0)
        each = np.minimum(1.0, shares[:, k] * people.people / np.maximum(sends[:, k], 1))
        soon = np.minimum(0.0 if quick is None else quick[k], 1 - each)
        late = minutes - 1 - way.pace.gives_up
        part = soon * done[k, :, -1]
        if late >= 0:
            part = part + (1 - each - soon) * done[k, :, int(late)]
        lost[of], failed[of] = (sends[:, k] * (1 - each))[of], (sends[:, k] * part)[of]
    return lost, failed


def _returns(way: Way, beliefs: Prior) -> float:
    """Part of those reached whose proof is expected to come."""
    if way.proof != "person":
        return 0.0
    reached, back = way.returned
    return (back + beliefs.trust * beliefs.returns) / (reached + beliefs.trust)
