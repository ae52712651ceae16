"""Reach by minute before anything is sent, and the time to 90 and 95 %.

A channel hands over so many messages a minute, cell after cell in their order; after its delay each
is there, and people notice it bit by bit (`notice`: half of those who will have done so after so
many minutes). What is noticed by a minute scales each channel's share; the union is taken draw by
draw (`estimate`), so the curve is an interval, and so is the time at which it crosses a target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dissemination.coverage.estimate import Draws, Interval, weighted
from dissemination.coverage.known import F8, I8
from dissemination.coverage.prior import PRIOR, Prior


@dataclass(frozen=True)
class Pace:
    """How fast a channel is."""

    per_minute: float
    """Messages (or doors) a minute; infinite where one act reaches all, as a siren does."""
    delay: float = 0.0
    """Minutes from hand-over until it is there."""
    notice: float = 0.0
    """Minutes until half have noticed."""
    gives_up: float = np.inf
    """Minutes after which a message that reached nobody has failed for good; infinite = nobody
    knows."""


@dataclass(frozen=True)
class Time:
    """Minutes until a target; infinite where it is not met."""

    early: float
    likely: float
    late: float
    never: float
    """Probability that it is not met within the time looked at."""


def noticed(targets: I8, pace: Pace, minutes: int) -> F8:
    """(cells, minutes) part of those a channel reaches in a cell, by the end of each minute.

    targets: messages for each cell, in the order of sending.

    >>> noticed(np.array([10, 20]), Pace(per_minute=10), 4)
    array([[1. , 1. , 1. , 1. ],
           [0. , 0.5, 1. , 1. ]])
    """
    if not pace.per_minute > 0:
        return np.zeros((len(targets), minutes))
    before = (np.cumsum(targets) - targets)[:, None] / pace.per_minute
    takes = np.maximum(targets[:, None] / pace.per_minute, 1e-9)
    there = np.clip((np.arange(1, minutes + 1) - pace.delay - before) / takes, 0.0, 1.0)
    if pace.notice <= 0:
        return there
    keep, out = 0.5 ** (1 / pace.notice), np.zeros_like(there)
    seen = np.zeros(len(targets))
    arrived = np.concatenate([np.zeros((len(targets), 1)), there], axis=1)
    for m in range(minutes):  # who came within the minute has had half of it on average
        fresh = arrived[:, m + 1] - arrived[:, m]
        seen = arrived[:, m] - (arrived[:, m] - seen) * keep + fresh * (1 - keep**0.5)
        out[:, m] = seen
    return out


def curves(draws: Draws, people: I8, parts: F8) -> F8:
    """(minutes, draws) share reached by minute; parts: (channels, cells, minutes) of `noticed`."""
    shares = np.moveaxis(draws.p, 0, -1)
    out = np.empty((parts.shape[2], draws.p.shape[2]))
    for minute in range(parts.shape[2]):
        now = shares * parts[:, :, minute].T[:, None, :]
        out[minute] = people @ draws.overlap.union(now) / people.sum()
    return out


def band(draws: Draws, every: F8, beliefs: Prior = PRIOR) -> list[Interval]:
    """The interval of each minute."""
    found = [weighted(row, draws.weight, beliefs.ends) for row in every]
    return [Interval(low, likely, high) for low, likely, high in found]


def time_to(draws: Draws, every: F8, target: float, beliefs: Prior = PRIOR) -> Time:
    """When the curves cross a target, in minutes, between the minutes by straight lines."""
    minutes, count = every.shape
    over = every >= target
    first = np.where(over.any(axis=0), over.argmax(axis=0), minutes)
    met = np.minimum(first, minutes - 1)
    after = every[met, np.arange(count)]
    before = np.where(met > 0, every[np.maximum(met - 1, 0), np.arange(count)], 0.0)
    part = np.divide(target - before, after - before, out=np.ones(count), where=after > before)
    when = np.where(first < minutes, first + part, np.inf)
    never = float(draws.weight[np.isinf(when)].sum() / draws.weight.sum())
    finite = np.where(np.isinf(when), 10.0 * minutes, when)
    ends = [x if x < minutes + 1 else np.inf for x in weighted(finite, draws.weight, beliefs.ends)]
    return Time(ends[0], ends[1], ends[2], never)
