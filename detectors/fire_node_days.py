"""What a node is used to: mean and mean absolute deviation of each hour of its local day.

A table of cells by role: 24 of the hours and one of all hours, for the days in which the hours
are not known yet. Learning is exponential and slow, and one reading pulls no further than a
multiple of what is usual, so that an hour of smoke does not become the rule.
"""

from __future__ import annotations

from typing import Any

from tongluo.core.compiled import compiled
from tongluo.core.times import HOUR

CELLS = 25
ALL = 24  # the cell of all hours
PULL = 4.0  # deviations that one reading may pull, beside a whole rise
MOST = 1_000_000  # readings counted in a cell


@compiled
def baseline(p: Any, s: Any, role: int, t: int) -> int:
    """The cell to hold a reading against; -1 = none is known well enough."""
    hour, cadence = (t + p["zone"]) // HOUR % 24, p["cadence"][role]
    if s["count"][role, hour] * cadence >= 2 * HOUR:
        return int(hour)
    if s["count"][role, ALL] * cadence >= p["settle"]:
        return ALL
    return -1


@compiled
def learn(p: Any, s: Any, role: int, t: int, value: float) -> None:
    """Let the hour's cell and that of all hours move towards a reading."""
    hour = (t + p["zone"]) // HOUR % 24
    pull(p, s, role, hour, value, 24)  # an hour has its readings once a day
    pull(p, s, role, ALL, value, 1)


@compiled
def pull(p: Any, s: Any, role: int, cell: int, value: float, share: int) -> None:
    """One reading into one cell: a plain mean at first, then exponential."""
    n = s["count"][role, cell]
    if n == 0:
        s["mean"][role, cell], s["dev"][role, cell] = value, 0.0
    else:
        slow = p["cadence"][role] * share / p["learn"]
        weight = max(min(slow, 1.0), 1.0 / (n + 1.0))
        reach = PULL * s["dev"][role, cell] + p["rise"][role]
        apart = min(max(value - s["mean"][role, cell], -reach), reach)
        s["mean"][role, cell] += weight * apart
        s["dev"][role, cell] += weight * (abs(apart) - s["dev"][role, cell])
    s["count"][role, cell] = min(n + 1, MOST)
