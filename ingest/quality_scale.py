"""What is usual for a sensor, learned from itself: counts of sizes in steps of half an octave.

A table of counts tells any quantile of what has been seen, within 41 %, whatever the unit; it is
robust (one wild value is one count), forgets slowly (all counts are halved when full) and never
grows. The last cell holds the sum of the others.
"""

from __future__ import annotations

import math
from typing import Any

from tongluo.core.compiled import compiled

BINS = 64
LOWEST = -15  # 2^-15 of a unit and less falls into the first cell, 2^17 and more into the last
FULL = 32_768
HALF = 0.7071067811865476


@compiled
def bin_of(size: float) -> int:
    """The cell of a size (0 or more).

    >>> bin_of(0.0), bin_of(1.0), bin_of(1e300)
    (0, 32, 63)
    """
    if not size > 0.0:
        return 0
    if size >= 131072.0:
        return BINS - 1
    part, power = math.frexp(size)
    place = 2 * (power - LOWEST)
    if part > HALF:
        place += 1
    return min(max(place, 0), BINS - 1)


@compiled
def edge(place: int) -> float:
    """The largest size that belongs to a cell.

    >>> edge(bin_of(1.0)) >= 1.0
    True
    """
    size = math.ldexp(1.0, place // 2 + LOWEST)
    if place % 2 == 0:
        size *= HALF
    return size


@compiled
def halve(counts: Any) -> None:
    """Forget half of what was seen."""
    total = 0
    for i in range(BINS):
        counts[i] = counts[i] // 2
        total += counts[i]
    counts[BINS] = total


@compiled
def learn(counts: Any, size: float) -> None:
    """Count one more size."""
    if counts[BINS] >= FULL:
        halve(counts)
    counts[bin_of(size)] += 1
    counts[BINS] += 1


@compiled
def learn_at(counts: Any, at: Any, share: float, size: float) -> None:
    """As `learn`; at: the cell of a quantile and the count below it, kept so that it need not be
    looked for at every reading."""
    if counts[BINS] >= FULL:
        halve(counts)
        at[0], at[1] = 0, 0
    place = bin_of(size)
    counts[place] += 1
    counts[BINS] += 1
    if place < at[0]:
        at[1] += 1
    need = share * float(counts[BINS])
    while at[1] > 0 and float(at[1]) >= need:
        at[0] -= 1
        at[1] -= counts[at[0]]
    while at[1] + counts[at[0]] == 0 or float(at[1] + counts[at[0]]) < need:
        at[1] += counts[at[0]]
        at[0] += 1


@compiled
def quantile_at(counts: Any, at: Any) -> float:
    """The quantile that `learn_at` has kept; 0 when nothing was seen."""
    return edge(int(at[0])) if counts[BINS] > 0 else 0.0


@compiled
def quantile(counts: Any, share: float) -> float:
    """The size that this share of what was seen does not exceed; 0 when nothing was seen."""
    need = share * float(counts[BINS])
    sum_ = 0
    for i in range(BINS):
        sum_ += counts[i]
        if sum_ > 0 and float(sum_) >= need:
            return edge(i)
    return 0.0
