"""What the policy of escalation says next, by all that is known of a warning, and for whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from dissemination.coverage import steps
from dissemination.coverage.known import F8
from dissemination.coverage.live import Estimates
from dissemination.coverage.steps import Bits, Order, Policy, Step
from dissemination.coverage.stranded import due, stranded
from tongluo.config.coverage import EscalationIn
from tongluo.coverage import errands
from tongluo.coverage.foretold import contacts
from tongluo.coverage.look import Look
from tongluo.coverage.place import STRANGE

MINUTE = 60_000


def policy_of(given: EscalationIn) -> Policy:
    """The configured policy in minutes."""
    return Policy(
        given.channels, target=given.target, by=given.by, wait=given.wait // MINUTE,
        stuck=given.stuck // MINUTE, queue=given.queue // MINUTE, until=given.until // MINUTE,
        everywhere=given.everywhere,
    )  # fmt: skip


def begun(
    found: Look, before: Sequence[tuple[str, str, str, int]], ordered: Collection[str] = (),
    everywhere: Collection[str] = (),
) -> F8:  # fmt: skip
    """(cells, channels) minute at which each channel was begun, infinite where it was not.

    before: where escalation began some. ordered: channels that it alone begins: what a kill cut off
    before that was noted is ordered again. everywhere: channels that went out with the warning to
    those who act for others, whose own addresses do not tell for whom they were sent.
    """
    now = found.at(found.minute)
    out = np.where(now.used, 0.0, np.inf)
    names = {pair: n for n, pair in enumerate(found.people.names())}
    channels = {way.name: k for k, way in enumerate(found.ways)}
    for some, at_first in ((ordered, np.inf), (everywhere, 0.0)):
        out[:, [channels[name] for name in some if name in channels]] = at_first
    for channel, area, stratum, at in before:
        if (area, stratum) in names and channel in channels:
            cell, k = names[area, stratum], channels[channel]
            out[cell, k] = max(0, at - found.start) // MINUTE
    return out


def next_step(found: Look, given: EscalationIn, begin: F8) -> Step:
    """What the policy says now."""
    now, policy = found.at(found.minute), policy_of(given)
    size = len(found.people.people)
    reach = found.least(found.minute) / np.maximum(found.people.people, 1)
    if policy.by == "estimated":
        estimates = Estimates.of(now)
        each = np.eye(size, dtype=bool)
        lows = [estimates.interval(one).low for one in each]
        reach = np.maximum(reach, np.nan_to_num(np.array(lows)))
    lost = aside(found)
    since = steps.idle_since(
        found.people, found.ways, found.sent, found.aired, found.minute, begin, policy, lost
    )
    shares = steps.expected(now)
    return steps.step(
        found.people, found.ways, shares, reach, policy, found.minute, since, found.works,
        contacts(found),
        due(found.people, lost, errands.gone(found), found.minute, policy.wait),
    )  # fmt: skip


def aside(found: Look) -> Bits:
    """(people by name) whom no message will reach any more; who was stranded when the warning was
    lower is not waited for again."""
    proven = found.sent.reached(len(found.people.cell), found.minute)
    now = stranded(found.people, found.ways, found.sent, found.minute)
    return now | (found.dead & ~proven)


def wanted(found: Look, orders: Sequence[Order]) -> Bits:
    """(people by name) who has no proof in the ordered cells; of some cells the stranded alone."""
    people, whole = found.people, [order.cell for order in orders if not order.stranded]
    proven = found.sent.reached(len(people.cell))
    some = np.isin(people.cell, [order.cell for order in orders if order.stranded])
    return ~proven & (np.isin(people.cell, whole) | (some & aside(found)))


def entries(found: Look, some: Bits) -> list[int]:
    """Entries of the register that some people by name belong to."""
    numbers = np.unique(found.people.entry[some])
    return [int(n) for n in numbers[numbers < STRANGE]]


def unnamed(found: Look, orders: Sequence[Order]) -> list[str]:
    """Areas of ordered cells with people whom the register does not name."""
    people = found.people
    rest = people.people - np.bincount(people.cell, minlength=len(people.people))
    cells = [order.cell for order in orders if not order.stranded and rest[order.cell] > 0]
    return list(dict.fromkeys(people.areas[people.area[cell]] for cell in cells))
