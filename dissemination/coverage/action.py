"""What to do next: the channel and the cell that add most people, until the target is met.

What a channel adds is what the union gains by it, not its own share: a second SMS to those who got
the first adds nobody. Each choice is made on what the choices before leave (greedy; the union has
diminishing returns where channels do not avoid one another, so little is lost by it).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.estimate import Draws, weighted
from dissemination.coverage.known import F8, Known
from dissemination.coverage.prior import PRIOR, Prior

Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Action:
    """A channel in a cell, and the people it is expected to add."""

    cell: int
    channel: str
    low: float
    people: float
    """Expected."""
    high: float
    minutes: float = 0.0
    """That it takes."""


def below(known: Known, draws: Draws, used: Bits, target: float) -> NDArray[np.int64]:
    """Cells whose expected reach by the channels used is below the target, worst first."""
    reach = _reach(draws, used) @ draws.weight / draws.weight.sum()
    short = np.flatnonzero((reach < target) & (known.people > 0))
    return short[np.argsort(reach[short], kind="stable")]


def next_best(
    known: Known, draws: Draws, used: Bits, minutes: F8 | None = None, beliefs: Prior = PRIOR
) -> list[Action]:
    """All channels not yet used in a cell that add somebody, best first.

    used: (cells, channels). minutes: (cells, channels) what each takes; then by people a minute.
    """
    found = [
        action
        for cell, row in enumerate(used)
        for action in _of_cell(known, draws, row, cell, minutes, beliefs)
    ]
    return sorted(found, key=_worth)


def escalation(
    known: Known, draws: Draws, used: Bits, target: float, minutes: F8 | None = None
) -> Iterator[Action]:
    """Actions one after another until the expected reach meets the target, or nothing is left.

    A choice changes the gains in its own cell alone, so each step looks at one cell anew.
    """
    used, sure = used.copy(), draws.weight / draws.weight.sum()
    best = [_of_cell(known, draws, row, i, minutes, PRIOR)[:1] for i, row in enumerate(used)]
    heap = [(_worth(one[0]), i, one[0]) for i, one in enumerate(best) if one]
    heapq.heapify(heap)
    reached = float(known.people @ (_reach(draws, used) @ sure))
    while heap and reached < target * known.total:
        _, cell, action = heapq.heappop(heap)
        yield action
        reached += action.people
        used[cell, known.channels.index(action.channel)] = True
        for more in _of_cell(known, draws, used[cell], cell, minutes, PRIOR)[:1]:
            heapq.heappush(heap, (_worth(more), cell, more))


def _of_cell(
    known: Known, draws: Draws, used: Bits, cell: int, minutes: F8 | None, beliefs: Prior
) -> list[Action]:
    """What is left to do in one cell, best first."""
    found, now = [], _cell(draws, cell, used)
    for k in np.flatnonzero(~used & ~(known.up[cell] == 0)).tolist():
        more = used.copy()
        more[k] = True
        gain = (_cell(draws, cell, more) - now) * known.people[cell]
        low, _, high = weighted(gain, draws.weight, beliefs.ends)
        people = float(gain @ draws.weight / draws.weight.sum())
        takes = 0.0 if minutes is None else float(minutes[cell, k])
        if people > 0:
            found.append(Action(cell, known.channels[k], low, people, high, takes))
    return sorted(found, key=_worth)


def _worth(action: Action) -> float:
    """The less the better: people a minute, where it takes more than one."""
    return -action.people / max(action.minutes, 1.0)


def _cell(draws: Draws, cell: int, used: Bits) -> F8:
    return draws.overlap.union(np.where(used, draws.p[:, cell].T, 0.0))


def _reach(draws: Draws, used: Bits) -> F8:
    """(cells, draws)"""
    return np.stack([_cell(draws, cell, row) for cell, row in enumerate(used)])
