"""The estimated share of the people who were reached, as an interval.

Each draw is a town that could be: a share of each channel on this day (`testday`), its cells a
little apart, an overlap of the channels (`overlap`), and what came back of the proofs. What this
warning's own proofs say decides between the draws: with a confirmed count n of N people and a
return rate q the share was n / (N q). The interval lies between quantiles of the draws.

Where a share or the working of a channel is not known at all, the lower end counts it as nobody and
the upper end as everybody it could be: then the interval is a bound, not 90 %, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dissemination.coverage import cells
from dissemination.coverage.draws import spread
from dissemination.coverage.groups import Overlap, overlap
from dissemination.coverage.known import F8, Known
from dissemination.coverage.overlap import implied, thinned
from dissemination.coverage.prior import PRIOR, Prior


@dataclass(frozen=True)
class Interval:
    """Share reached: `low` to `high` with the stated certainty, `likely` the median."""

    low: float
    likely: float
    high: float
    bound: bool = False
    """Something is not known: the ends hold it for nobody and for everybody."""


@dataclass(frozen=True)
class Draws:
    """Towns that could be, and how well each agrees with the proofs."""

    p: F8
    """(channels, cells, draws)"""
    overlap: Overlap
    """How they overlap."""
    weight: F8
    """(draws)"""
    reach: F8
    """(cells, draws) share reached by any channel."""


def draw(known: Known, unknown: float, beliefs: Prior = PRIOR) -> Draws:
    """Draws; a share that nobody knows counts as `unknown` (0 or 1)."""
    c, i = len(known.channels), len(known.people)
    at = spread(beliefs.draws, 2 + 3 * c, key=1)
    p, returns, weight = cells.shares(known, unknown, at[2:], beliefs)
    inside = spread(beliefs.draws, 1, key=4)[0]
    both = overlap(known, at[0], inside, beliefs)
    weight = weight * _by_two_proofs(known, p, returns, both, beliefs)
    people = np.maximum(known.people, 1)[:, None]
    p = _answered(known, p, both, 1 - beliefs.shy * at[1] ** 2)
    reach = both.union(np.moveaxis(p, 0, -1))
    noise = np.sqrt(beliefs.together * reach * (1 - reach) / people)
    reach = reach + noise * cells.normal(spread(beliefs.draws, i, key=2))
    proven = known.proven[:, None] / people
    return Draws(p, both, weight, np.clip(np.maximum(reach, proven), 0.0, 1.0))


def _by_two_proofs(known: Known, p: F8, returns: F8, both: Overlap, beliefs: Prior) -> F8:
    """(draws) how well their overlap agrees with that of the people who have several proofs.

    Channels without proofs may overlap otherwise: the more there are, the less this says.
    """
    gives = np.asarray((known.confirmed > 0).any(axis=0))
    if gives.sum() < 2:
        return np.ones(len(both.t))
    some = np.moveaxis(p, 0, -1)
    back = np.broadcast_to(np.moveaxis(returns, 0, -1), some.shape)
    ends = [known.people @ x / known.total for x in thinned(*both.proving(some, back, gives))]
    found = implied(ends[0], ends[1], ends[2], known.proven.sum() / known.total)
    width = beliefs.proofs + beliefs.others * (1 - gives.sum() / len(gives))
    log = -0.5 * ((both.t - found) / width) ** 2
    return np.asarray(np.exp(log - log.max()))


def _answered(known: Known, p: F8, both: Overlap, answers: F8) -> F8:
    """Shares with the silence of the unreached put right, where they rest on surveys.

    answers: (draws) how often who was not reached answers a survey, against who was. Of the people
    asked a share o = p / (p + (1 - p) a) was reached; the channels' shares shrink alike.
    """
    if not known.asked.any():
        return p
    asked = both.union(np.moveaxis(p, 0, -1))
    shrink = answers / (1 - asked + asked * answers)
    proof = np.asarray((known.confirmed >= 0).any(axis=0))[:, None, None]
    return np.where(proof, p, p * shrink)


def estimate(known: Known, beliefs: Prior = PRIOR, chosen: F8 | None = None) -> Interval:
    """Share of the people (of the chosen cells: 1, others 0) who were reached.

    >>> from dissemination.coverage.known import known
    >>> here = known(("sms",), np.array([5000]), asked=np.array([[300]]),
    ...              heard=np.array([[[240]]]), anyone=np.array([[240]]))
    >>> found = estimate(here)
    >>> 0.6 < found.low < found.likely < 0.81 < found.high < 0.95, found.bound
    (True, False)
    """
    people = known.people * (np.ones(len(known.people)) if chosen is None else chosen)
    if not people.sum():
        return Interval(np.nan, np.nan, np.nan, bound=True)
    low = _quantiles(draw(known, 0.0, beliefs), people, beliefs.ends)
    bound = bool(cells.unknown(known).any())
    high = _quantiles(draw(known, 1.0, beliefs), people, beliefs.ends) if bound else low
    return Interval(low[0], low[1], high[2], bound)


def _quantiles(draws: Draws, people: F8, ends: tuple[float, ...]) -> list[float]:
    return weighted(people @ draws.reach / people.sum(), draws.weight, ends)


def weighted(values: F8, weight: F8, at: tuple[float, ...]) -> list[float]:
    """Weighted quantiles.

    >>> weighted(np.array([3.0, 1, 2]), np.array([1.0, 1, 0]), (0.25, 0.5, 0.75))
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(values)
    rising = np.cumsum(weight[order])
    middle = (rising - weight[order] / 2) / rising[-1]
    return [float(x) for x in np.interp(at, middle, values[order])]
