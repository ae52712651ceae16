"""The driver of every detector: walks a batch in order, calls the step, records transitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.compiled import cached
from tongluo.core.ports import Detector, step

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

CAPACITY = 4096  # transitions of one call; more are fetched by calling again


def walk(
    params: Any,
    state: Any,
    first: I8,
    count: I8,
    sensor: I8,
    t: I8,
    value: F8,
    flag: I8,
    fate: I8,
    start: int,
    stop: int,
    out_row: I8,
    out_task: I8,
    out_level: I8,
    out_why: F8,
) -> tuple[int, int]:
    """Judge rows start..stop; returns (transitions written, first row not judged)."""
    n = 0
    room = out_row.shape[0]
    for i in range(start, stop):
        if fate[i] != 0:
            continue
        r = sensor[i]
        if n + count[r] > room:
            return n, i
        for k in range(first[r], first[r] + count[r]):
            level = step(params[k], state[k], t[i], value[i], flag[i])
            if level != state[k]["level"]:
                out_row[n], out_task[n] = i, k
                out_level[n, 0], out_level[n, 1] = state[k]["level"], level
                for j in range(out_why.shape[1]):
                    out_why[n, j] = state[k]["why"][j]
                state[k]["level"] = level
                n += 1
    return n, stop


@cache
def driver_of(module: str) -> Any:
    """The compiled driver of the detector in this module (cached on disk)."""
    package = module.rpartition(".")[0]
    return cached(walk, (package,), f"from {module} import step")


@dataclass(frozen=True)
class Transitions:
    """Changes of level found in one walk; arrays of the same length, in row order."""

    row: I8
    task: I8
    before: I8
    after: I8
    why: F8


class Table:
    """The tasks of one detector: parameters and state, one row a task, sorted by sensor."""

    def __init__(self, detector: Detector, params: Any, first: I8, count: I8) -> None:
        self.detector = detector
        self.params = params
        self.state = fresh_state(detector.state(params), len(params))
        self.first, self.count = first, count
        self._walk = driver_of(detector.step.__module__)
        width = max(CAPACITY, int(count.max(initial=0)))
        self._row = np.empty(width, np.int64)
        self._task = np.empty(width, np.int64)
        self._level = np.empty((width, 2), np.int64)
        self._why = np.empty((width, len(detector.why)), np.float64)

    def judge(self, columns: tuple[I8, I8, F8, I8, I8], start: int, stop: int) -> list[Transitions]:
        """Walk rows start..stop of (sensor, time, value, flag, fate)."""
        found: list[Transitions] = []
        if not len(self.params):
            return found
        while True:  # once for no rows too: that compiles the walk
            n, start = self._walk(
                self.params,
                self.state,
                self.first,
                self.count,
                *columns,
                start,
                stop,
                self._row,
                self._task,
                self._level,
                self._why,
            )
            if n:
                found.append(
                    Transitions(
                        self._row[:n].copy(),
                        self._task[:n].copy(),
                        self._level[:n, 0].copy(),
                        self._level[:n, 1].copy(),
                        self._why[:n].copy(),
                    )
                )
            if start >= stop:
                return found

    def tasks_of(self, sensor: int) -> range:
        """The rows that judge a sensor."""
        first = int(self.first[sensor])
        return range(first, first + int(self.count[sensor]))

    def forget(self, tasks: range) -> None:
        """Begin anew with these tasks."""
        self.state[tasks.start : tasks.stop] = fresh_state(self.state.dtype, len(tasks))


def fresh_state(dtype: np.dtype[Any], rows: int) -> Any:
    """A state table in which nothing is known yet."""
    state = np.zeros(rows, dtype)
    state["level"] = -1
    return state
