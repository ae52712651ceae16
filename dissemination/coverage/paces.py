"""How fast wardens really go from door to door, by what has come of the doors that they were at.

    factor = (v + 1 / c²) / (e + 1 / c²)

with v doors of which anything was said between the first and the last of an order, e as many as
were expected in that time by the pace that was said, and c the coefficient of variation by which
paces differ from what was said (`Prior.pace`): a Poisson count with a Gamma prior (Gelman et al.
2013, Bayesian Data Analysis, section 2.6). An area is drawn towards the mean of all likewise.
"""

from __future__ import annotations

import numpy as np

from dissemination.coverage.ahead import pace_of
from dissemination.coverage.known import F8
from dissemination.coverage.live import Sent
from dissemination.coverage.people import People
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.ways import Ways


def paces(people: People, ways: Ways, sent: Sent, minute: int, beliefs: Prior = PRIOR) -> F8:
    """(channels, areas) how fast each is against what was said; 1 for gateways."""
    out, pull = np.ones((len(ways), len(people.areas))), beliefs.pace**-2
    for k, way in enumerate(ways):
        if not way.apart or not np.isfinite(way.pace.per_minute):
            continue
        seen = np.array([_seen(people, sent, k, area, minute) for area in range(out.shape[1])])
        rate = [pace_of(way, people, area, 1.0).per_minute for area in range(out.shape[1])]
        expected = seen[:, 1] * np.array(rate)
        mean = (seen[:, 0].sum() + pull) / (expected.sum() + pull)
        out[k] = (seen[:, 0] + pull * mean) / (expected + pull)
    return out


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
