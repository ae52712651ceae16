"""Which reading of a batch ends a hold: the first moment at which all who reached the level have
shown by good readings, at or after the hold's end, that they are lower.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ingest.derived_stage import Rows
from tongluo.core.driver import Order
from tongluo.core.words import SILENT, Fate, Flag
from tongluo.warning.assess import Assessor

I8 = NDArray[np.int64]
NEVER = 1 << 62
SensorOf = Callable[[int, int], int]
"""(question, member) -> row of the sensor it judges."""


class Showing:
    """The good readings of one batch: only they can lower a level."""

    def __init__(self, rows: Rows, order: Order) -> None:
        self._rows, self._order = rows, order
        self._good: dict[int, I8] = {}

    def _of(self, sensor: int) -> I8:
        """Places of a sensor's good readings."""
        if sensor not in self._good:
            self._good[sensor] = self._found(sensor)
        return self._good[sensor]

    def _found(self, sensor: int) -> I8:
        seen, rows = self._order.of_sensor(sensor), self._rows
        good = (rows.fate[seen] == Fate.FED) & (rows.flag[seen] <= Flag.NOT_EVALUATED)
        found: I8 = seen[good & ~np.isnan(rows.value[seen])]
        return found

    def first(self, sensor: int, start: int, due: int) -> int:
        """Row, from `start` on, of the first good reading that arrived at or after `due`.

        sensor: -1 for any reading at all.
        """
        start = max(start, int(self._rows.arrival.searchsorted(due)))
        if sensor < 0:  # a chain: any reading that comes says that the time has come
            came = np.flatnonzero(self._rows.fate[start:] != SILENT)
            return start + int(came[0]) if len(came) else NEVER
        rows = self._of(sensor)
        k = int(rows.searchsorted(start))
        return int(rows[k]) if k < len(rows) else NEVER

    def time(self, row: int) -> int:
        """When a row arrived, ms."""
        return int(self._rows.arrival[row])

    def due(self, assessor: Assessor, start: int, stop: int) -> list[int]:
        """Questions whose hold was over before row `stop`."""
        if start >= stop:
            return []
        last = int(self._rows.arrival[stop - 1])
        return [n for n in assessor.waiting if assessor.due(n) <= last]

    def end(
        self, assessor: Assessor, over: list[int], sensors: SensorOf, start: int, stop: int
    ) -> tuple[int, int]:
        """(row, question) of the next of these holds that ends within start..stop; (NEVER, -1)."""
        ends = [(self._ends(assessor, n, sensors, start, stop), n) for n in over]
        return min(ends, default=(NEVER, -1))

    def _ends(self, assessor: Assessor, n: int, sensors: SensorOf, start: int, stop: int) -> int:
        due, row, left = assessor.due(n), start, assessor.unshown(n)
        if len(assessor.lower(n, left, due)) < len(left):
            return NEVER
        for k in left:
            at = self.first(sensors(n, k), start, due)
            if at >= stop:
                return NEVER
            row = max(row, at)
        return row

    def note(
        self, assessor: Assessor, over: list[int], sensors: SensorOf, start: int, stop: int
    ) -> None:
        """Remember who has shown it in start..stop; the others may do so in a later batch."""
        for n in over:
            due = assessor.due(n)
            left = assessor.lower(n, assessor.unshown(n), due)
            new = [k for k in left if self.first(sensors(n, k), start, due) < stop]
            if new:
                assessor.answers[n].shown = [*assessor.answers[n].shown, *new]
