"""The driver of every detector: walks a batch in order, calls the step, records transitions.

A rule's second look at suspect readings sleeps while there are none (`tongluo.core.second`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.compiled import cached
from tongluo.core.grouping import grouped
from tongluo.core.ports import Detector, step
from tongluo.core.second import asleep

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

CAPACITY = 4096  # transitions of one call; more are fetched by calling again


def walk(
    params: Any,
    state: Any,
    twin: I8,
    past: I8,
    awake: I8,
    first: I8,
    task: I8,
    port: I8,
    sensor: I8,
    t: I8,
    value: F8,
    flag: I8,
    fate: I8,
    order: I8,
    ends: I8,
    start: int,
    stop: int,
    out_row: I8,
    out_task: I8,
    out_level: I8,
    out_why: F8,
) -> tuple[int, int]:
    """Judge the rows at places start..stop of an order of them; returns (transitions written,
    first place not judged). ends: where each sensor's rows end in the order, if they are together.
    twin: of each task the row of its other look, or -1; past: of second looks the ms they look
    back, else -1; awake: until when (ms) a second look does not sleep; 0 = it sleeps.
    """
    n = 0
    room = out_row.shape[0]
    at = start
    while at < stop:
        i = order[at]
        r = sensor[i]
        if first[r] == first[r + 1] and ends.shape[0] > 0:
            at = ends[r]
            continue
        if fate[i] != 0:
            at += 1
            continue
        if n + first[r + 1] - first[r] > room:
            return n, at
        at += 1
        for link in range(first[r], first[r + 1]):
            k = task[link]
            other = twin[k]
            if past[k] >= 0 and asleep(state, awake, k, other, past[k], t[i], flag[i]):
                continue  # a second look is linked before the first
            level = step(params[k], state[k], port[link], t[i], value[i], flag[i])
            if level != state[k]["level"]:
                out_row[n], out_task[n] = i, k
                out_level[n, 0], out_level[n, 1] = state[k]["level"], level
                for j in range(out_why.shape[1]):
                    out_why[n, j] = state[k]["why"][j]
                state[k]["level"] = level
                n += 1
                if other >= 0 and past[k] < 0 and awake[other] == 0:  # the sleeper says the same
                    out_row[n], out_task[n] = i, other
                    out_level[n, 0], out_level[n, 1] = state[other]["level"], level
                    for j in range(out_why.shape[1]):
                        out_why[n, j] = state[k]["why"][j]
                    state[other]["level"] = level
                    n += 1
    return n, stop


@cache
def driver_of(module: str, ports: bool) -> Any:
    """The compiled driver of the detector in this module (cached on disk)."""
    package = module.rpartition(".")[0]
    imports = f"from {module} import step" if ports else f"from {module} import step as one{ONE}"
    return cached(walk, (package,), f"{imports}\nfrom tongluo.core.second import asleep")


ONE = """
from tongluo.core.compiled import compiled
@compiled
def step(p, s, port, t, value, flag):
    return one(p, s, t, value, flag)
"""
"""A step without ports, as the walk calls it."""


@dataclass(frozen=True)
class Transitions:
    """Changes of level found in one walk; arrays of the same length, in the order of the walk."""

    row: I8
    task: I8
    before: I8
    after: I8
    why: F8


NOWHERE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Order:
    """In which order rows are walked: as they came, or sensor by sensor.

    Tasks of one sensor each cannot tell the difference; the transitions come in that order.
    """

    came: I8
    together: I8
    ends: I8

    @classmethod
    def of(cls, sensor: I8, fate: I8, start: int, stop: int, sensors: int) -> Order:
        """Of rows start..stop. Few rows are walked as they came."""
        came = np.arange(start, stop)
        if stop - start < sensors:
            return cls(came, came, NOWHERE)
        rows, first = grouped(sensor[start:stop], fate[start:stop] == 0, sensors)
        return cls(came, rows + start, first[1:])


class Links:
    """Which tasks hear each sensor, and at which port: links first[r] to first[r + 1]."""

    def __init__(
        self,
        heard: Sequence[Sequence[int]] | Mapping[int, Sequence[int]],
        sensors: int,
        second: Collection[int] = (),
    ) -> None:
        """heard: for each task, the sensor at each port; -1 = none. second: tasks that come before
        the one that they follow."""
        tasks = heard.items() if isinstance(heard, Mapping) else enumerate(heard)
        every = sorted(
            (sensor, task - 1.5 if task in second else task, port, task)
            for task, ports in tasks
            for port, sensor in enumerate(ports)
            if sensor >= 0
        )
        found = np.array([(s, task, port) for s, _, port, task in every], np.int64).reshape(-1, 3)
        self.first = np.searchsorted(found[:, 0], np.arange(sensors + 1)).astype(np.int64)
        self.task, self.port = found[:, 1].copy(), found[:, 2].copy()

    def of(self, sensor: int) -> list[tuple[int, int]]:
        """(task, port) of everyone who hears a sensor, in order."""
        if self.first[sensor] == self.first[sensor + 1]:
            return []
        links = slice(self.first[sensor], self.first[sensor + 1])
        return sorted(zip(self.task[links].tolist(), self.port[links].tolist(), strict=True))

    def most(self) -> int:
        """The largest number of tasks that hear one sensor."""
        return int(np.diff(self.first).max(initial=0))


class Table:
    """The tasks of one detector: parameters and state, one row a task."""

    def __init__(
        self, detector: Detector, params: Any, links: Links, second: Mapping[int, int] | None = None
    ) -> None:
        """second: rows that are the second look of the row before them -> ms they look back."""
        self.detector = detector
        self.params = params
        self.state = fresh_state(detector.state(params), len(params))
        self.twin, self.past = np.full((2, len(params)), -1, np.int64)
        for row, past in (second or {}).items():
            self.twin[row], self.twin[row - 1], self.past[row] = row - 1, row, past
        self.awake = np.zeros(len(params), np.int64)
        self.links = links
        self._walk = driver_of(detector.step.__module__, bool(detector.ports))
        width = max(CAPACITY, links.most())
        self._row = np.empty(width, np.int64)
        self._task = np.empty(width, np.int64)
        self._level = np.empty((width, 2), np.int64)
        self._why = np.empty((width, len(detector.why)), np.float64)

    def judge(
        self,
        columns: tuple[I8, I8, F8, I8, I8],
        start: int,
        stop: int,
        links: Links | None = None,
        order: Order | None = None,
    ) -> list[Transitions]:
        """Walk rows start..stop of (sensor, time, value, flag, fate); links: of some tasks only."""
        who = links if links is not None else self.links
        found: list[Transitions] = []
        if not len(self.params):
            return found
        if order is None:
            rows, ends = np.arange(start, stop), NOWHERE
        elif self.detector.ports:
            rows, ends = order.came, NOWHERE
        else:
            rows, ends = order.together, order.ends
        place, last = 0, len(rows)
        while True:  # once for no rows too: that compiles the walk
            n, place = self._walk(
                self.params,
                self.state,
                self.twin,
                self.past,
                self.awake,
                who.first,
                who.task,
                who.port,
                *columns,
                rows,
                ends,
                place,
                last,
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
            if place >= last:
                return found

    def tasks_of(self, sensor: int) -> list[int]:
        """The rows that hear a sensor."""
        return [task for task, _ in self.links.of(sensor)]

    def forget(self, task: int) -> None:
        """Begin anew with a task."""
        self.state[task : task + 1] = fresh_state(self.state.dtype, 1)
        self.awake[task] = 0

    def put(self, task: int, level: int) -> None:
        """Give a task a level; its second look then has to find out for itself."""
        for row in (task, int(self.twin[task])):
            if self.past[row] >= 0 and not self.awake[row]:
                kept = int(self.state[row]["level"])
                self.state[row] = self.state[self.twin[row]]
                self.state[row]["level"], self.awake[row] = kept, 1
        self.state[task]["level"] = level


def fresh_state(dtype: np.dtype[Any], rows: int) -> Any:
    """A state table in which nothing is known yet."""
    state = np.zeros(rows, dtype)
    state["level"] = -1
    return state
