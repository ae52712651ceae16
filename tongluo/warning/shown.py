"""Which reading of a batch ends a hold: the first moment at which all who reached the level have
shown by good readings, at or after the hold's end, that they are lower.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tongluo.core.grouping import grouped
from tongluo.warning.assess import Assessor

I8 = NDArray[np.int64]
NEVER = 1 << 62
SensorOf = Callable[[int, int], int]
"""(question, member) -> row of the sensor it judges."""


class Showing:
    """The good readings of one batch, ordered by sensor when first asked for."""

    def __init__(
        self,
        sensor: I8,
        arrival: I8,
        good: NDArray[np.bool_],
        came: NDArray[np.bool_],
        sensors: int,
    ) -> None:
        """came: which rows are readings; the others say that a sensor is silent."""
        self._sensor, self._arrival, self._good, self._sensors = sensor, arrival, good, sensors
        self._came = came
        self._rows: I8 | None = None

    def _of(self, sensor: int) -> I8:
        if self._rows is None:
            self._rows, self._first = grouped(self._sensor, self._good, self._sensors)
        return self._rows[self._first[sensor] : self._first[sensor + 1]]

    def first(self, sensor: int, start: int, due: int) -> int:
        """Row, from `start` on, of the first good reading that arrived at or after `due`.

        sensor: -1 for any row at all.
        """
        if sensor < 0:  # a chain: any reading that comes says that the time has come
            row = max(start, int(np.searchsorted(self._arrival, due)))
            while row < len(self._came) and not self._came[row]:
                row += 1
            return row if row < len(self._came) else NEVER
        rows = self._of(sensor)
        k = int(np.searchsorted(rows, max(start, int(np.searchsorted(self._arrival, due)))))
        return int(rows[k]) if k < len(rows) else NEVER

    def time(self, row: int) -> int:
        """When a row arrived, ms."""
        return int(self._arrival[row])

    def end(self, assessor: Assessor, sensors: SensorOf, start: int, stop: int) -> tuple[int, int]:
        """(row, question) of the next hold that ends within start..stop; (NEVER, -1) for none."""
        due = self._due(assessor, start, stop)
        ends = ((self._ends(assessor, n, sensors, start, stop), n) for n in due)
        return min(ends, default=(NEVER, -1))

    def _due(self, assessor: Assessor, start: int, stop: int) -> list[int]:
        """Questions whose hold was over before row `stop`."""
        last = int(self._arrival[stop - 1]) if start < stop else -1
        return [n for n in assessor.waiting if assessor.due(n) <= last]

    def _ends(self, assessor: Assessor, n: int, sensors: SensorOf, start: int, stop: int) -> int:
        due, row, left = assessor.due(n), start, assessor.unshown(n)
        if not assessor.lower(n, due).issuperset(left):
            return NEVER
        for k in left:
            at = self.first(sensors(n, k), start, due)
            if at >= stop:
                return NEVER
            row = max(row, at)
        return row

    def note(self, assessor: Assessor, sensors: SensorOf, start: int, stop: int) -> None:
        """Remember who has shown it in start..stop; the others may do so in a later batch."""
        for n in self._due(assessor, start, stop):
            answer, due = assessor.answers[n], assessor.due(n)
            left = [k for k in assessor.unshown(n) if k in assessor.lower(n, due)]
            new = [k for k in left if self.first(sensors(n, k), start, due) < stop]
            answer.shown = [*answer.shown, *new]
