"""Numbers for the sums over what is not known: spread evenly, the same in every run.

A Latin hypercube: in each dimension one number in each of n equal strata, in an order shuffled by a
counter through SplitMix64 (Steele, Lea and Flood 2014, OOPSLA). No state, no clock, no global
generator: the same arguments give the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.known import F8

GOLDEN = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = (1 << 64) - 1


def mixed(key: int, count: int) -> NDArray[np.uint64]:
    """The first numbers of a SplitMix64 sequence.

    >>> [hex(x) for x in mixed(0, 2).tolist()]
    ['0xe220a8397b1dcdaf', '0x6e789e6aa1b965f4']
    """
    z = np.uint64(key & MASK) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
    return np.asarray(z ^ (z >> np.uint64(31)))


def spread(count: int, dimensions: int, key: int = 0) -> F8:
    """(dimensions, count) numbers in 0..1, evenly spread in each dimension.

    >>> sorted(spread(4, 1)[0].tolist())
    [0.125, 0.375, 0.625, 0.875]
    """
    dice = mixed(int(mixed(key, 1)[0]), dimensions * count).reshape(dimensions, count)
    return (np.argsort(np.argsort(dice, axis=1), axis=1) + 0.5) / count
