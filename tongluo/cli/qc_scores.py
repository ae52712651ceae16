"""How well flags agree with labels, counted in events.

A labelled event is a run of consecutive labelled readings; it is hit when a reading within it, or
at most `near` readings beside it, is flagged suspect or fail. A false event is a run of
consecutive flagged readings none of which lies within a labelled event or so near to one. Readings
without a value are no part of either: that a value is missing needs no test.

    precision = hits / (hits + false)   recall = hits / labelled   F1 = 2 P R / (P + R)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Events counted. Scores of several series may be added."""

    labelled: int
    hits: int
    false: int

    def __add__(self, other: Score) -> Score:
        return Score(
            self.labelled + other.labelled, self.hits + other.hits, self.false + other.false
        )

    @property
    def precision(self) -> float:
        """Share of what was found that was a fault; NaN when nothing was found."""
        found = self.hits + self.false
        return self.hits / found if found else float("nan")

    @property
    def recall(self) -> float:
        """Share of the labelled events that were hit; NaN without any."""
        return self.hits / self.labelled if self.labelled else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> Score(4, 3, 1).f1, Score(2, 0, 0).f1
        (0.75, 0.0)
        """
        everything = 2 * self.hits + self.false + (self.labelled - self.hits)
        return 2 * self.hits / everything if everything else float("nan")


def runs(mask: Mask) -> list[tuple[int, int]]:
    """First and last place of each run of True.

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 2), (4, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def widened(mask: Mask, near: int) -> Mask:
    """True also at so many places on either side."""
    wide = mask.copy()
    for k in range(1, near + 1):
        wide[k:] |= mask[:-k]
        wide[:-k] |= mask[k:]
    return wide


def score(labelled: Mask, flagged: Mask, near: int) -> Score:
    """Compare by events.

    >>> score(np.array([0, 1, 1, 0, 0, 0], bool), np.array([0, 0, 1, 0, 0, 1], bool), 1)
    Score(labelled=1, hits=1, false=1)
    """
    around = widened(labelled, near)
    events, reach = runs(labelled), widened(flagged, near)
    hits = sum(bool(reach[a : b + 1].any()) for a, b in events)
    false = sum(not around[a : b + 1].any() for a, b in runs(flagged))
    return Score(len(events), hits, false)


def plain(value: F8, times: float = 4.0) -> Mask:
    """The baseline: range and spike, with limits taken from the whole series in hindsight.

    Range: farther from the mean than `times` standard deviations. Spike (QARTOD): farther from the
    mean of the readings before and after than `times` standard deviations of that distance.
    """
    found: Mask = np.abs(value - value.mean()) > times * value.std()
    off = np.zeros(len(value))
    off[1:-1] = value[1:-1] - (value[2:] + value[:-2]) / 2
    found |= np.abs(off) > times * off.std()
    return found
