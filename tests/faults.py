"""Made-up rivers with faults of instruments: for developing and testing quality control."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tongluo.cli.qc_series import Series

QUARTER = 900_000
START = 1_750_000_000_000 // QUARTER * QUARTER


@dataclass
class River:
    """A level read every quarter of an hour, with what was done to it."""

    value: Any
    labelled: Any
    floods: list[tuple[int, int]] = field(default_factory=list)

    def series(self) -> Series:
        t = START + QUARTER * np.arange(len(self.value), dtype=np.int64)
        return Series(t, self.value, self.labelled, "stage")

    def put(self, at: int, values: Any) -> None:
        """Replace readings by a fault's."""
        stop = at + len(np.atleast_1d(values))
        self.value[at:stop] = values
        self.labelled[at:stop] = True


def chance(seed: int) -> Any:
    return np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed


def river(seed: int, n: int = 8000, floods: int = 6, noise: float = 0.002) -> River:
    """Base flow with a daily swing, sensor noise, and floods that rise fast and fall slowly."""
    rng = chance(seed)
    k = np.arange(n)
    level = 1.0 + 0.02 * np.sin(k * 2 * np.pi / 96) + np.cumsum(rng.normal(0, 0.0005, n))
    spans = []
    for at in np.sort(rng.integers(500, n - 300, floods)):
        height, rise = rng.uniform(0.3, 3.0), rng.integers(4, 20)
        x = np.arange(n - at) / rise
        level[at:] += height * (x * np.exp(1 - np.minimum(x, 50.0))) ** rng.uniform(0.7, 2.5)
        spans.append((int(at), int(at + 3 * rise)))
    return River(level + rng.normal(0, noise, n), np.zeros(n, bool), spans)
