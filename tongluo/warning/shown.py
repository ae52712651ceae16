"""Which reading of a batch ends a hold: the first moment at which all who reached the level have
shown by good readings, at or after the hold's end, that they are lower.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Look:
    """What some rows show of one question whose hold is over."""

    question: int
    end: int = NEVER
    """The row by which all have shown that they are lower."""
    shown: Sequence[int] = ()
    """The members that have."""


class Showing:
    """The good readings of one batch: only they can lower a level."""

    def __init__(self, rows: Rows, order: Order) -> None:
        self._rows, self._order = rows, order
        self._good: dict[int, I8] = {}
        self._idle: dict[int, tuple[tuple[int, ...], int]] = {}
        """Of each question, the state in which nothing happens before a row."""

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
        if start >= stop or not assessor.waiting:
            return []
        last = int(self._rows.arrival[stop - 1])
        return [n for n in assessor.waiting if assessor.due(n) <= last]

    def end(
        self, assessor: Assessor, over: list[int], sensors: SensorOf, start: int, stop: int
    ) -> tuple[int, int]:
        """(row, question) of the next of these holds that ends within start..stop; (NEVER, -1).

        When none does, who has shown it by then is remembered: the others may do so later.
        """
        looks = [self._look(assessor, n, sensors, start, stop) for n in over]
        ends = [(look.end, look.question) for look in looks if look.end < stop]
        if ends:
            return min(ends)
        for look in looks:
            if look.shown:
                answer = assessor.answers[look.question]
                answer.shown = [*answer.shown, *look.shown]
        return NEVER, -1

    def _look(self, assessor: Assessor, n: int, sensors: SensorOf, start: int, stop: int) -> Look:
        """What rows start..stop show of one question. It stays so until something has changed, or
        the next row that matters is reached."""
        due = assessor.due(n)
        state = assessor.state(n, due)
        idle = self._idle.get(n)
        if idle is not None and idle[0] == state and idle[1] >= stop:
            return Look(n)
        left = assessor.unshown(n)
        rows = {k: self.first(sensors(n, k), start, due) for k in assessor.lower(n, left, due)}
        self._idle[n] = (state, min(rows.values(), default=NEVER))
        end = max(rows.values(), default=start) if len(rows) == len(left) else NEVER
        return Look(n, end, [k for k, row in rows.items() if row < stop])
