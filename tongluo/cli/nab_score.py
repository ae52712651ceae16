"""The rules by which NAB scores a detector of anomalies in streams.

Lavin, A. and Ahmad, S. (2015): Evaluating real-time anomaly detection algorithms, the Numenta
Anomaly Benchmark (ICMLA), section III, and its scoring guide. Written from those rules:

    y    place of a detection: -1 at the first row of a window, towards 0 at its last row;
         after it, rows past its last row over its length less one
    w(y) = 2 / (1 + exp(5 y)) - 1                      -1 from y > 3 on, and before any window

* A window counts its earliest detection only, w(y) / w(-1): 1 at its first row; w(-1) = 0.98661.
* A window without detection costs the weight of a miss.
* Every detection outside windows adds w(y) times the weight of a false alarm.
* Rows of the probation (15 % of the rows, of at most 5000) are not scored.
* A detection is a score at or above the threshold: one for all streams, the best there is.
* 100 (score - null) / (perfect - null): null detects nothing, perfect the first row of each window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
Window = tuple[int, int]
"""First and last row of an anomaly's window."""

PROBATION, PROBATION_ROWS = 0.15, 5000


@dataclass(frozen=True)
class Weights:
    """What an application profile makes of detections, misses and false alarms."""

    found: float = 1.0
    missed: float = 1.0
    false: float = 0.11


PROFILES = {
    "standard": Weights(),
    "reward_low_FP_rate": Weights(false=0.22),
    "reward_low_FN_rate": Weights(missed=2.0),
}
"""The profiles of the paper (config/profiles.json says the same)."""


def profiles_of(stated: Mapping[str, Any]) -> dict[str, Weights]:
    """The profiles as config/profiles.json writes them.

    >>> profiles_of({"mine": {"CostMatrix": {"tpWeight": 1, "fnWeight": 3, "fpWeight": 0.5}}})
    {'mine': Weights(found=1.0, missed=3.0, false=0.5)}
    """
    costs = {name: profile["CostMatrix"] for name, profile in stated.items()}
    return {
        name: Weights(float(c["tpWeight"]), float(c["fnWeight"]), float(c["fpWeight"]))
        for name, c in costs.items()
    }


def weight(y: float) -> float:
    """The scaled sigmoid: what a detection at the relative place y is worth.

    >>> round(weight(-1.0), 5), weight(0.0), round(weight(1.0), 5), weight(4.0)
    (0.98661, 0.0, -0.98661, -1.0)
    """
    return -1.0 if y > 3.0 else 2.0 / (1.0 + math.exp(5.0 * y)) - 1.0


def probation(rows: int) -> int:
    """How many rows are not scored.

    >>> probation(4032), probation(22695)
    (604, 750)
    """
    return math.floor(PROBATION * min(rows, PROBATION_ROWS))


def places(rows: int, windows: Sequence[Window]) -> tuple[F8, NDArray[np.int64]]:
    """What a detection at each row is worth before weights, and its window (-1 = none).

    >>> [round(float(x), 3) for x in places(8, [(2, 4)])[0]]
    [-1.0, -1.0, 1.0, 0.944, 0.692, -0.848, -0.987, -0.999]
    """
    worth, inside = np.full(rows, -1.0), np.full(rows, -1)
    ordered = sorted(windows)
    ends = [*(first for first, _ in ordered[1:]), rows]
    for k, ((first, last), end) in enumerate(zip(ordered, ends, strict=False)):
        for i in range(first, last + 1):
            worth[i] = weight(-(last - i + 1) / (last - first + 1)) / weight(-1.0)
            inside[i] = k
        for i in range(last + 1, end):
            worth[i] = weight((i - last) / (last - first)) if last > first else -1.0
    return worth, inside


@dataclass(frozen=True)
class Scored:
    """A detector's scores on a stream, and the windows of that stream."""

    scores: F8
    windows: Sequence[Window]


@dataclass(frozen=True)
class Outcome:
    """How a detector did on a set of streams under one profile."""

    score: float
    """0 = null, 100 = perfect."""
    threshold: float
    points: float
    """Before it is brought to that scale."""

    def as_json(self) -> dict[str, float | None]:
        """Threshold null = nothing is better than any detection."""
        threshold = self.threshold if math.isfinite(self.threshold) else None
        return {"score": self.score, "threshold": threshold, "points": self.points}


def gains(one: Scored, weights: Weights) -> tuple[F8, F8]:
    """(score of a row, points when the threshold falls to it), highest score first."""
    rows = len(one.scores)
    worth, inside = places(rows, one.windows)
    start = probation(rows)
    order = start + np.argsort(-one.scores[start:], kind="stable")
    gain = np.where(inside[order] < 0, worth[order] * weights.false, 0.0)
    for k in range(len(one.windows)):
        mine = np.flatnonzero(inside[order] == k)
        best = np.maximum.accumulate(worth[order[mine]] * weights.found)
        gain[mine] = np.diff(best, prepend=-weights.missed)
    return one.scores[order], gain


def best(streams: Sequence[Scored], weights: Weights) -> Outcome:
    """The outcome at the one threshold that serves all these streams best."""
    windows = sum(len(one.windows) for one in streams)
    nothing = -windows * weights.missed
    found = [gains(one, weights) for one in streams]
    score = np.concatenate([s for s, _ in found])
    order = np.argsort(-score, kind="stable")
    points = np.cumsum(np.concatenate([g for _, g in found])[order]) + nothing
    edge = np.append(np.diff(score[order]) != 0, True)  # rows of the same score come together
    at = int(np.argmax(np.where(edge, points, -np.inf))) if len(points) else 0
    if not len(points) or points[at] < nothing:
        return Outcome(normal(nothing, windows, weights), math.inf, nothing)
    top = float(points[at])
    return Outcome(normal(top, windows, weights), float(score[order[at]]), top)


def at_threshold(streams: Sequence[Scored], weights: Weights, threshold: float) -> float:
    """Points at a given threshold."""
    total = 0.0
    for one in streams:
        score, gain = gains(one, weights)
        total += float(gain[score >= threshold].sum()) - len(one.windows) * weights.missed
    return total


def normal(points: float, windows: int, weights: Weights) -> float:
    """Points on the scale of 0 (null) to 100 (perfect); 0 without windows."""
    null, perfect = -windows * weights.missed, windows * weights.found
    return 100.0 * (points - null) / (perfect - null) if windows else 0.0
