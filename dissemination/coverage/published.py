"""The published indicator: bounds of coverage from shares alone.

For a cell i of P_i people and channels c of usable share r_ic and availability a_ic:

    L_i = max_c(r a)          one channel alone: the others reach nobody else
    U_i = 1 - prod_c(1 - r a)   channels independent of one another
    coverage = sum(P_i x_i) / sum(P_i), for x = L and x = U

No official formula is published in China; this one is the project's proposal. U is no bound of
what can be: channels that reach different people reach more (`overlap.frechet` has the true
bounds), and a share nobody knows is left out of L and counted as one in U. Residents and those who
are not (tourists, workers) are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.known import F8, I8


@dataclass(frozen=True)
class Indicator:
    """Bounds of the published coverage; NaN where there is nobody."""

    lower: float
    upper: float


def cell_bounds(usable: F8, available: F8) -> tuple[F8, F8]:
    """(L, U) by cell; arguments by cell and channel, NaN where nobody knows.

    >>> low, high = cell_bounds(np.array([[0.6, 0.5]]), np.array([[1.0, 0.8]]))
    >>> float(low[0]), round(float(high[0]), 6)
    (0.6, 0.76)
    """
    least = np.nan_to_num(usable, nan=0.0) * np.nan_to_num(available, nan=0.0)
    most = np.nan_to_num(usable, nan=1.0) * np.nan_to_num(available, nan=1.0)
    return least.max(axis=1), 1 - np.prod(1 - most, axis=1)


def indicator(
    people: I8, usable: F8, available: F8, chosen: NDArray[np.bool_] | None = None
) -> Indicator:
    """The published bounds over all cells, or the chosen ones (residents, or the others)."""
    weight = people if chosen is None else np.where(chosen, people, 0)
    if not weight.sum():
        return Indicator(np.nan, np.nan)
    low, high = cell_bounds(usable, available)
    total = weight.sum()
    return Indicator(float(weight @ low / total), float(weight @ high / total))
