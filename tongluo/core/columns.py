"""A batch is columns, not objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Readings in order of arrival: arrays of the same length. Times are ms since 1970 UTC.

    >>> len(Columns.of([0], [1000], [0.5]))
    1
    """

    sensor: I8
    t: I8
    value: F8
    """As received, in the quantity's inner unit; a counter's running total. NaN = missing."""
    flag: I8
    arrival: I8
    """0 = not known (stream clock)."""
    issued: I8
    """0 = measured; otherwise a forecast's time of issue."""

    def __len__(self) -> int:
        return len(self.t)

    @classmethod
    def of(
        cls,
        sensor: list[int],
        t: list[int],
        value: list[float],
        flag: list[int] | None = None,
        arrival: list[int] | None = None,
        issued: list[int] | None = None,
    ) -> Columns:
        """Columns of lists; flags default to 1, arrival and issue times to 0."""
        n = len(t)
        ints = (sensor, t, flag or [1] * n, arrival or [0] * n, issued or [0] * n)
        s, time, f, a, i = (np.array(column, np.int64) for column in ints)
        return cls(s, time, np.array(value, np.float64), f, a, i)

    def part(self, start: int, stop: int) -> Columns:
        """Rows start..stop."""
        return Columns(*(getattr(self, name)[start:stop] for name in self.__dataclass_fields__))
