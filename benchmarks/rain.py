"""Invented rain for benchmarks: mostly dry, now and then a storm, in steps of 0.2 mm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
DRY_DAYS = 6
"""Of seven days; on the seventh rain of some hours passes, seldom enough for a warning."""


def series(stations: int, steps: int, per_day: int, seed: int = 1) -> F8:
    """Rain in mm by station and step; a storm reaches each station at its own time and strength."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - invented rain, the same in every run
    out = np.zeros((stations, steps))
    hour = max(1, per_day // 24)
    storms = max(1, steps // (per_day * (DRY_DAYS + 1)))
    for station in range(stations):
        for start in dice.integers(0, max(1, steps - 6 * hour), storms).tolist():
            length = int(dice.integers(hour, 6 * hour))
            strength = float(dice.gamma(0.8, 6.0)) / hour  # mm a step
            wet = dice.gamma(0.5, 2.0 * strength, min(length, steps - start))
            out[station, start : start + len(wet)] += np.round(wet / 0.2) * 0.2
    return np.round(out, 1)
