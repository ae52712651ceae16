"""Escalation: which channels to add where, step by step, until the target or the time is up.

A pure function of what is known at a minute. In a cell below the target a channel that was not
used there is added once the last one has had its time (`wait`): the one that is expected to add
most people a minute. A channel by which nobody of a cell can be sent to is neither chosen there nor
waited for: whoever has no number gets a warden at once, and not after the last message is out. The
same holds of people to whom every message has failed (`stranded`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.estimate import draw
from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Aired, Sent, Standing
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.ways import Ways

Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Policy:
    """When more is done, by which channels."""

    channels: tuple[str, ...]
    """That may be added."""
    target: float = 0.95
    by: Literal["confirmed", "estimated"] = "confirmed"
    """What must meet the target; estimated: the lower end of the interval."""
    wait: int = 5
    """Minutes that a channel is given in a cell before another is added."""
    stuck: int = 15
    """Minutes after which a channel that has not got through is waited for no more."""
    queue: int = 30
    """Unless its queue moves, and will be done within so many minutes of its beginning."""
    until: int = 120
    """Minutes after which the hazard is there."""
    everywhere: bool = True
    """Each area is to meet the target, not only all of them together."""


@dataclass(frozen=True)
class Order:
    """A channel to be added in a cell."""

    cell: int
    channel: str
    people: float
    """Whom it is expected to add."""
    minutes: float
    """That it takes."""
    stranded: bool = False
    """Only for the stranded people of the cell."""


@dataclass(frozen=True)
class Step:
    """What to do now."""

    orders: tuple[Order, ...]
    reason: Literal["reached", "time is up", "wait", "more", "nothing is left"]


def step(
    people: People, ways: Ways, shares: F8, reach: F8, policy: Policy, minute: float, since: F8,
    works: F8, contacts: I8 | None = None, stranded: I8 | None = None,
) -> Step:  # fmt: skip
    """The next step.

    shares: (cells, channels) of `expected`. reach: (cells) share that counts. since: (cells,
    channels) of `idle_since`. works: (cells, channels) by the supplies. contacts: (cells, channels)
    people who can be sent to; None: everybody by all. stranded: (cells) people to whom every
    message failed and nobody goes yet.
    """
    if contacts is not None:
        nobody = contacts == 0
        works, since = np.where(nobody, 0.0, works), np.where(nobody, np.inf, since)
    if minute > policy.until:
        return Step((), "time is up")
    short = short_cells(people, reach, policy)
    if not short.any():
        return Step((), "reached")
    free = (since == np.inf) & ~(works == 0) & _may(ways, policy)[None, :]
    left = short & free.any(axis=1)
    ready = left & (_latest(since) + policy.wait <= minute)
    orders = _chosen(ways, shares, (1 - reach) * people.people, free & ready[:, None])
    if stranded is not None:
        doors = _may(ways, policy) & np.array([way.apart for way in ways]) & ~(works == 0)
        others = short & ~(free & ready[:, None]).any(axis=1)
        aside = _chosen(ways, shares, stranded, doors & others[:, None])
        orders += [replace(order, stranded=True) for order in aside]
    if orders:
        return Step(tuple(orders), "more")
    waits = not ready.any() and (left.any() or _waits(short, since, policy, minute))
    return Step((), "wait" if waits else "nothing is left")


def idle_since(
    people: People, ways: Ways, sent: Sent, aired: Aired | None, minute: int, begin: F8,
    policy: Policy, aside: Bits | None = None,
) -> F8:  # fmt: skip
    """(cells, channels) from when on a channel is waited for: since its last message is out.

    begin: minute at which it was told to begin, infinite = never. What is stuck in a queue is
    waited for no longer than `policy.stuck`, unless that moves and will soon be done
    (`policy.queue`); messages to people in `aside` not at all.
    """
    size, out = len(people.people), begin.copy()
    for k in range(len(ways)):
        of = sent.channel == k
        if aside is not None:
            of &= ~aside[sent.person]
        done = sent.out[of]
        cell = people.cell[sent.person[of]]
        last, open_ = np.zeros(size), np.bincount(cell[done > minute], minlength=size) > 0
        np.maximum.at(last, cell, np.where(done > minute, 0, done))
        waits = begin[:, k] + policy.stuck - policy.wait
        lately = max(1, policy.wait)
        pace = ((done >= minute - lately) & (done < minute)).sum() / lately
        left = policy.queue - minute + begin[:, k].min()  # minutes that it has for the rest
        if np.isfinite(left) and (done > minute).sum() <= pace * left:
            waits = np.maximum(waits, float(minute))
        out[:, k] = np.where(open_, waits, np.maximum(begin[:, k], last))
    return np.where(np.isfinite(begin), out, np.inf)


def short_cells(people: People, reach: F8, policy: Policy) -> Bits:
    """Cells in which somebody is missing for the target."""
    some = people.people > 0
    if not policy.everywhere:
        done = float(people.people @ reach) >= policy.target * people.total
        return some & (reach < 1) & (not done)
    whole = np.bincount(people.area, people.people)
    got = np.bincount(people.area, people.people * reach)
    below = got < policy.target * whole
    return np.asarray(some & (reach < 1) & below[people.area])


def _may(ways: Ways, policy: Policy) -> Bits:
    return np.array([way.name in policy.channels for way in ways])


def by_telephone(ways: Ways) -> Bits:
    """(channels) whether it comes to a telephone of one's own: not to a door, nor by sound."""
    return np.array([way.proof == "person" and not way.apart for way in ways])


def _latest(since: F8) -> F8:
    """(cells) when the last channel began; long ago where none did."""
    return np.asarray(np.where(np.isfinite(since), since, -np.inf).max(axis=1))


def _waits(short: Bits, since: F8, policy: Policy, minute: float) -> bool:
    return bool((short & (_latest(since) + policy.wait > minute)).any())


def _chosen(ways: Ways, shares: F8, left: F8 | I8, free: Bits) -> list[Order]:
    """For each cell the channel that adds most of those who are left a minute, the best first."""
    minutes = np.array([max(1.0, way.pace.delay + way.pace.notice) for way in ways])
    queue = np.array([1.0 / way.pace.per_minute for way in ways])
    takes = minutes[None, :] + queue[None, :] * left[:, None]
    adds = np.where(free, shares * left[:, None], 0.0)
    best = (adds / takes).argmax(axis=1)
    rows = np.arange(len(best))
    gain = adds[rows, best]
    return [
        Order(int(i), ways[best[i]].name, float(gain[i]), float(takes[i, best[i]]))
        for i in np.argsort(-gain / takes[rows, best], kind="stable")
        if gain[i] > 0
    ]


def expected(now: Standing, beliefs: Prior = PRIOR) -> F8:
    """(cells, channels) share that each channel is expected to reach where it works; a share that
    nobody knows counts as a half, so that it is tried."""
    fresh = replace(
        now.least, up=np.ones_like(now.least.up), confirmed=np.full_like(now.least.confirmed, -1),
        proven=np.zeros_like(now.least.proven),
    )  # fmt: skip
    ends = [draw(fresh, unknown, beliefs) for unknown in (0.0, 1.0)]
    return np.asarray(sum((d.p @ d.weight / d.weight.sum()).T for d in ends) / 2)
