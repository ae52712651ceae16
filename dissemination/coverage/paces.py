"""How fast channels really are: gateways by what they have handed over, wardens by what has come of
the doors that they were at.

    factor = (v + 1 / c²) / (e + 1 / c²)

with v messages or doors that were seen, e as many as were expected in that time by the pace that
was said, and c the coefficient of variation by which paces differ from what was said
(`Prior.pace`): a Poisson count with a Gamma prior (Gelman et al. 2013, Bayesian Data Analysis,
section 2.6). An area's wardens are drawn towards the mean of all likewise.

Of wardens the time counts between the first and the last door of an order; of a gateway that
between its first and its last message, or until now while it goes on.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Sent
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.queues import pace_of
from dissemination.coverage.steps import by_telephone
from dissemination.coverage.ways import Ways


def paces(
    people: People, ways: Ways, sent: Sent, minute: int, beliefs: Prior = PRIOR,
    told: Collection[str] = (),
) -> F8:  # fmt: skip
    """(channels, areas) how fast each is against what was said. told: channels of which it is known
    when they work; 1 for these."""
    out, pull = np.ones((len(ways), len(people.areas))), beliefs.pace**-2
    for k, way in enumerate(ways):
        if way.name in told or not np.isfinite(way.pace.per_minute):
            continue
        if not way.apart:
            n, time = _handed(sent, k, minute)
            out[k] = (n + pull) / (time * way.pace.per_minute + pull)
            continue
        seen = np.array([_seen(people, sent, k, area, minute) for area in range(out.shape[1])])
        rate = [pace_of(way, people, area, 1.0).per_minute for area in range(out.shape[1])]
        expected = seen[:, 1] * np.array(rate)
        mean = (seen[:, 0].sum() + pull) / (expected.sum() + pull)
        out[k] = (seen[:, 0] + pull * mean) / (expected + pull)
    return out


def halted(ways: Ways, sent: Sent, minute: int, wait: int = 5) -> dict[str, int]:
    """Gateways with messages that wait, of which none has gone out for a while -> the minute since
    when they stand."""
    out = dict[str, int]()
    for k in np.flatnonzero(by_telephone(ways)).tolist():
        handed, waits = _rows(sent, k, minute)
        if waits and len(handed) and handed.max() < minute - wait:
            out[ways[k].name] = int(handed.max()) + 1
    return out


def _rows(sent: Sent, k: int, minute: int) -> tuple[I8, bool]:
    """(minutes of a channel's hand-overs by now, whether some wait)."""
    done = sent.out[sent.channel == k]
    return done[done <= minute], bool((done > minute).any())


def _handed(sent: Sent, k: int, minute: int, wait: int = 5) -> tuple[int, int]:
    """(messages, minutes) of a gateway while it had something to do, and did it."""
    handed, waits = _rows(sent, k, minute)
    if not len(handed):
        return 0, 0
    goes_on = waits and handed.max() >= minute - wait
    start, end = int(handed.min()), minute if goes_on else int(handed.max())
    return int(((handed >= start) & (handed < end)).sum()), end - start


def _seen(people: People, sent: Sent, k: int, area: int, minute: int) -> tuple[int, int]:
    """(doors, minutes) of each order in an area between the minute of its first outcome and that of
    the last, or now where it is not done; whole minutes, without these two."""
    of = (sent.channel == k) & (people.area[people.cell[sent.person]] == area)
    handed, at = sent.handed[of], np.minimum(sent.proven[of], sent.failed[of])
    doors = time = 0
    for order in np.unique(handed[handed <= minute]):
        mine = at[handed == order]
        known = mine[mine <= minute]
        if len(known):
            first, end = known.min(), known.max() if len(known) == len(mine) else minute
            doors += int(((known > first) & (known < end)).sum())
            time += max(0, int(end - first) - 1)
    return doors, time
