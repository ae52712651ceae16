"""Rows of a batch put together by sensor: work done so finds each sensor's state in the cache."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.compiled import cached
from tongluo.core.words import SILENT

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
Judged = tuple[I8, I8, F8, I8, I8]
"""(sensor, time, value, flag, fate) of rows."""


def by_sensor(
    sensor: I8,
    t: I8,
    value: F8,
    flag: I8,
    fate: I8,
    first: I8,
    place: I8,
    rows: I8,
    ints: I8,
    values: F8,
) -> None:
    """Counting sort: what is judged of sensor s is copied to places first[s] to first[s + 1].

    rows: which row each place has; ints: its sensor, time, flag and fate.
    """
    for i in range(sensor.shape[0]):
        if fate[i] == 0 or fate[i] == SILENT:
            first[sensor[i] + 1] += 1
    for s in range(place.shape[0]):
        place[s] = first[s]
        first[s + 1] += first[s]
    for i in range(sensor.shape[0]):
        if fate[i] == 0 or fate[i] == SILENT:
            k = place[sensor[i]]
            rows[k], values[k] = i, value[i]
            ints[0, k], ints[1, k], ints[2, k], ints[3, k] = sensor[i], t[i], flag[i], fate[i]
            place[sensor[i]] = k + 1


@cache
def _compiled() -> Any:
    return cached(by_sensor, (), "from tongluo.core.words import SILENT")


def grouped(columns: Judged, sensors: int) -> tuple[I8, I8, Judged]:
    """(rows, first, columns): what is judged of sensor s lies at first[s]:first[s + 1].

    >>> one = np.ones(3, np.int64)
    >>> rows, first, (_, t, *_) = grouped((np.array([1, 0, 1]), one * [7, 8, 9], one * 0.5, one,
    ...                                    one * 0), 2)
    >>> rows.tolist(), first.tolist(), t.tolist()
    ([1, 0, 2], [0, 1, 3], [8, 7, 9])
    """
    n = len(columns[0])
    first, place = np.zeros(sensors + 1, np.int64), np.empty(sensors, np.int64)
    rows, ints, values = np.empty(n, np.int64), np.empty((4, n), np.int64), np.empty(n)
    _compiled()(*columns, first, place, rows, ints, values)
    end = int(first[-1])
    sensor, t, flag, fate = ints[:, :end]
    return rows[:end], first, (sensor, t, values[:end], flag, fate)
