"""What a policy of escalation will add to a warning on its way, if all goes as it is expected to.

The policy is asked every few minutes, by the same `steps.step` that the dispatcher asks, with what
it will see by then: whose proofs have come, which queues move, whose messages have failed for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dissemination.coverage.estimate import Draws, draw
from dissemination.coverage.groups import Overlap
from dissemination.coverage.known import F8, I8, Known
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.queues import AS_SAID, Errand, Going, Orders, parts
from dissemination.coverage.steps import Bits, Order, Policy, by_telephone, step
from dissemination.coverage.ways import Way, Ways


@dataclass(frozen=True)
class Course:
    """What is known of a warning on its way, whatever the policy does."""

    people: People
    ways: Ways
    known: Known
    policy: Policy
    going: Going = AS_SAID
    returns: F8 | None = None
    """(channels) part of the proofs that comes back, NaN where only the test days tell."""
    contacts: I8 | None = None
    """(cells, channels) people who can be sent to; None: everybody by all."""
    quick: F8 | None = None
    """(channels) part of the messages that fails at once."""
    wished: F8 | None = None
    """(cells, channels) shares by which the policy chooses; None: those expected."""
    beliefs: Prior = PRIOR

    @cached_property
    def shares(self) -> F8:
        """(cells, channels) share that each channel is expected to reach."""
        return np.asarray((self._draws.p @ self._sure).T)

    @cached_property
    def overlap(self) -> Overlap:
        """How the channels are expected to overlap."""
        return self._draws.overlap.mean(self._sure)

    @cached_property
    def doors(self) -> Bits:
        """(channels) whether somebody goes from door to door."""
        return np.array([way.apart for way in self.ways])

    @cached_property
    def back(self) -> F8:
        """(channels) `returns`, with those of the test days."""
        out = np.array([_returns(way, self.beliefs) for way in self.ways])
        return out if self.returns is None else np.where(np.isnan(self.returns), out, self.returns)

    @cached_property
    def _draws(self) -> Draws:
        return draw(self.known, 0.5, self.beliefs)

    @cached_property
    def _sure(self) -> F8:
        return np.asarray(self._draws.weight / self._draws.weight.sum())


@dataclass(frozen=True)
class Seen:
    """What the policy will see at a minute, by cell."""

    others: F8
    """Share with a proof by any channel but from door to door."""
    reach: F8
    """Share with a proof."""
    since: F8
    """(cells, channels) from when on a channel is waited for."""
    lost: F8
    """People whom no message to their telephone reaches."""
    aside: I8
    """Those of them to whom somebody is to go at once."""


def follow(course: Course, orders: Orders, minutes: int, start: int = 5, every: int = 5) -> Orders:
    """The orders as the policy will make them, from those that stand already.

    start: minute of the next step. What is added later is sent to those alone who have no proof by
    then, and have a contact: who has a proof by messages is taken for one of these.
    """
    wished = course.shares if course.wished is None else course.wished
    for minute in range(start, minutes, every):
        seen = _seen(course, orders, minute)
        chosen = step(
            course.people, course.ways, wished, seen.reach, course.policy, minute, seen.since,
            course.known.up, course.contacts, seen.aside,
        )  # fmt: skip
        orders = _with(course, orders, chosen.orders, seen, minute)
    return orders


def _seen(course: Course, orders: Orders, minute: int) -> Seen:
    people, ways, returned = course.people, course.ways, course.shares * course.back
    part, count = parts(people, ways, orders, minute, course.going)
    others = course.overlap.union(returned * part[:, :, -1].T * ~course.doors)
    asked = count[:, :, -1].T / np.maximum(people.people, 1)[:, None]
    reach = np.minimum(1.0, others + (returned * asked) @ course.doors)
    moves = _moves(course, orders, orders.sends * (1 - part[:, :, -1].T), minute)
    since = _idle_since(orders.begin, part, course.policy, minute, moves)
    lost, failed = stranded_by(people, ways, course.shares, orders, part, course.quick)
    turn = np.isfinite(orders.begin[:, course.doors]).any(axis=1)
    aside = np.where(turn, 0, np.maximum(0, np.rint(failed - orders.gone))).astype(np.int64)
    return Seen(others, reach, since, lost, aside)


def _with(
    course: Course, before: Orders, chosen: Iterable[Order], seen: Seen, minute: int
) -> Orders:
    """The orders with those that the policy has just chosen."""
    begin, sends, errands = before.begin.copy(), before.sends.copy(), list(before.errands)
    names, people, gone = [way.name for way in course.ways], course.people.people, before.gone
    could = np.tile(people[:, None], len(names)) if course.contacts is None else course.contacts
    for order in chosen:
        i, k = order.cell, names.index(order.channel)
        if order.stranded:
            count = int(seen.aside[i])
            errands.append(Errand(i, k, minute, count, count / seen.lost[i]))
            continue
        at_doors = course.ways[k].apart
        proven = (seen.others if at_doors else seen.reach)[i] * people[i]
        begin[i, k] = minute
        sends[i, k] = max(0, round(could[i, k] - proven - gone[i] * at_doors))
    return Orders(begin, sends, errands)


def _idle_since(begin: F8, part: F8, policy: Policy, minute: int, moves: Bits) -> F8:
    """(cells, channels) from when on a channel is waited for, as `steps.idle_since` tells it."""
    waits = np.minimum(begin + policy.stuck - policy.wait, minute)
    waits[:, moves] = minute
    out = (part >= 0.99).argmax(axis=2).T  # the minute at which the last message went out
    busy = (part[:, :, -1].T < 0.99) & np.isfinite(begin)
    return np.asarray(np.where(busy, waits, np.maximum(begin, out)))


def _moves(course: Course, orders: Orders, rest: F8, minute: float) -> Bits:
    """(channels) whose queue is waited for, as `steps.idle_since` does; rest: (cells, channels)
    messages that wait."""
    out = np.zeros(len(course.ways), bool)
    for k, way in enumerate(course.ways):
        start, end = course.going.pause(way)
        rate = way.pace.per_minute * course.going.factor(k, 0)
        done = minute + rest[:, k].sum() / max(rate, 1e-9)
        out[k] = not way.apart and not start <= minute < end
        out[k] &= bool(done <= orders.begin[:, k].min() + course.policy.queue)
    return out


def stranded_by(
    people: People, ways: Ways, shares: F8, orders: Orders, done: F8 | None = None,
    quick: F8 | None = None,
) -> tuple[F8, F8]:  # fmt: skip
    """(cells) people whom the first messages to telephones will not reach, and those of them to
    whom they have failed for good by the last of the minutes done.

    done: (channels, cells, minutes) part of the messages; None: all. quick: as of a `Course`.
    """
    size, sends = len(people.people), orders.sends
    done = np.ones((len(ways), size, 1)) if done is None else done
    lost, failed, minutes = np.zeros(size), np.zeros(size), done.shape[2]
    phone = np.where(by_telephone(ways), orders.begin, np.inf)
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
