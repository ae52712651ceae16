"""Rows of a batch put together by sensor: work done so finds each sensor's state in the cache."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.compiled import cached

I8 = NDArray[np.int64]


def by_sensor(sensor: I8, wanted: NDArray[np.bool_], first: I8, place: I8, rows: I8) -> None:
    """Counting sort: wanted rows of sensor s become rows[first[s]:first[s + 1]]."""
    for i in range(sensor.shape[0]):
        if wanted[i]:
            first[sensor[i] + 1] += 1
    for s in range(place.shape[0]):
        place[s] = first[s]
        first[s + 1] += first[s]
    for i in range(sensor.shape[0]):
        if wanted[i]:
            rows[place[sensor[i]]] = i
            place[sensor[i]] += 1


@cache
def _compiled() -> Any:
    return cached(by_sensor, (), "")


def grouped(sensor: I8, wanted: NDArray[np.bool_], sensors: int) -> tuple[I8, I8]:
    """(rows, first): wanted rows of sensor s are rows[first[s]:first[s + 1]], in their order.

    >>> rows, first = grouped(np.array([1, 0, 1]), np.array([True, True, True]), 2)
    >>> rows.tolist(), first.tolist()
    ([1, 0, 2], [0, 1, 3])
    """
    first, place = np.zeros(sensors + 1, np.int64), np.empty(sensors, np.int64)
    rows = np.empty(int(np.count_nonzero(wanted)), np.int64)
    _compiled()(sensor, wanted, first, place, rows)
    return rows, first
