"""The driver of every detector: walks a batch in order, calls the step, records transitions.

A rule's second look at suspect readings sleeps while there are none (`tongluo.core.second`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.compiled import cached
from tongluo.core.grouping import Judged, grouped
from tongluo.core.ports import Detector, step
from tongluo.core.second import asleep
from tongluo.core.walking import calm, note
from tongluo.core.words import SILENT

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

NOWHERE = np.empty(0, np.int64)
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
    optional: I8,
    row: I8,
    sensor: I8,
    t: I8,
    value: F8,
    flag: I8,
    fate: I8,
    ends: I8,
    start: int,
    stop: int,
    out_row: I8,
    out_task: I8,
    out_level: I8,
    out_why: F8,
) -> tuple[int, int]:
    """Judge rows start..stop of an order of them; returns (transitions written, first not judged).

    ends: where each sensor's rows end, if they are together. optional: 1 for a port whose silence
    says nothing. twin: of each task the row of its other look, or -1; past: of second looks the ms
    they look back, else -1; awake: until when (ms) a second look does not sleep; 0 = it sleeps.
    """
    n, i = 0, start
    room = out_row.shape[0]
    while i < stop:
        at, to = first[sensor[i]], first[sensor[i] + 1]
        end = ends[sensor[i]] if ends.shape[0] > 0 else i + 1
        most = 2 * (to - at)  # transitions of one row
        if at == to:
            i = end
            continue
        if n + most > room:
            return n, i
        quiet, end = i, min(end, i + (room - n) // most)
        if end > i + 1:
            quiet = calm(past, awake, task, at, to, flag, fate, i, end)
        last = max(quiet, i + 1)  # calm rows go task by task: each is met once
        for link in range(at, to):
            k, k2 = task[link], twin[task[link]]
            if fate[i] != 0:
                if fate[i] == SILENT and state[k]["level"] == 0 and optional[port[link]] == 0:
                    n = note(state, k, -1, -1, row[i], n, out_row, out_task, out_level, out_why)
                continue
            if past[k] >= 0 and (quiet > i or asleep(state, awake, k, k2, past[k], t[i], flag[i])):
                continue  # a second look is linked before the first
            for j in range(i, last):
                level = step(params[k], state[k], port[link], t[j], value[j], flag[j])
                if level != state[k]["level"]:
                    n = note(state, k, level, k, row[j], n, out_row, out_task, out_level, out_why)
                    if k2 >= 0 and past[k] < 0 and awake[k2] == 0:  # the sleeper says the same
                        n = note(
                            state, k2, level, k, row[j], n, out_row, out_task, out_level, out_why
                        )
        i = last
    return n, stop


@cache
def driver_of(module: str, ports: bool) -> Any:
    """The compiled driver of the detector in this module (cached on disk)."""
    package = module.rpartition(".")[0]
    imports = f"from {module} import step" if ports else f"from {module} import step as one{ONE}"
    return cached(walk, (package,), f"{imports}\n{USES}")


USES = """
from tongluo.core.second import asleep
from tongluo.core.walking import calm, note
from tongluo.core.words import SILENT
"""
"""What a walk uses."""


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

    def each(self) -> Iterator[tuple[int, int, int, int, list[float]]]:
        """(row, task, before, after, why) one by one."""
        columns = (self.row, self.task, self.before, self.after, self.why)
        return zip(*(column.tolist() for column in columns), strict=True)


@dataclass(frozen=True)
class Walked:
    """Rows in the order in which they are walked; row: which of the batch each is."""

    row: I8
    sensor: I8
    t: I8
    value: F8
    flag: I8
    fate: I8
    ends: I8 = field(default_factory=lambda: NOWHERE)
    """Where each sensor's rows end, if they lie together."""

    @property
    def columns(self) -> tuple[Any, ...]:
        """As the walk takes them."""
        return self.row, self.sensor, self.t, self.value, self.flag, self.fate, self.ends


@dataclass(frozen=True)
class Order:
    """Rows as they came, and, when there are many, sensor by sensor.

    Tasks of one sensor each cannot tell the difference; the transitions come in that order.
    """

    came: Walked
    together: Walked

    def of_sensor(self, sensor: int) -> I8:
        """Places of the rows of a sensor."""
        ends = self.together.ends
        if not len(ends):
            return np.flatnonzero(self.came.sensor == sensor)
        return self.together.row[ends[sensor - 1] if sensor else 0 : ends[sensor]]

    @classmethod
    def of(cls, columns: Judged, sensors: int) -> Order:
        """Of the rows of a batch. Copies that lie side by side are read many times faster."""
        sensor = columns[0]
        came = Walked(np.arange(len(sensor)), *columns)
        if len(sensor) < sensors:
            return cls(came, came)
        rows, first, together = grouped(columns, sensors)
        return cls(came, Walked(rows, *together, first[1:]))


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
        self.optional = np.array([0, *(int(port.optional) for port in detector.ports)], np.int64)
        self._walk = driver_of(detector.step.__module__, bool(detector.ports))
        width = max(CAPACITY, 2 * links.most())
        self._row = np.empty(width, np.int64)
        self._task = np.empty(width, np.int64)
        self._level = np.empty((width, 2), np.int64)
        self._why = np.empty((width, len(detector.why)), np.float64)

    def judge(
        self,
        columns: Judged,
        start: int,
        stop: int,
        links: Links | None = None,
    ) -> list[Transitions]:
        """Walk rows start..stop of (sensor, time, value, flag, fate); links: of some tasks only."""
        part = slice(start, stop)
        sensor, t, value, flag, fate = columns
        rows = np.arange(start, stop)
        return self.walk(
            Walked(rows, sensor[part], t[part], value[part], flag[part], fate[part]), links
        )

    def judge_all(self, order: Order) -> list[Transitions]:
        """Walk all rows of a batch, in the order that suits the detector."""
        return self.walk(order.came if self.detector.ports else order.together)

    def walk(self, rows: Walked, links: Links | None = None) -> list[Transitions]:
        """Walk rows; the transitions in that order."""
        who = links if links is not None else self.links
        found: list[Transitions] = []
        if not len(self.params):
            return found
        place, last = 0, len(rows.row)
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
                self.optional,
                *rows.columns,
                place,
                last,
                self._row,
                self._task,
                self._level,
                self._why,
            )
            if n:
                found.append(self._copied(n))
            if place >= last:
                return found

    def _copied(self, n: int) -> Transitions:
        level = self._level[:n].copy()
        return Transitions(
            self._row[:n].copy(),
            self._task[:n].copy(),
            level[:, 0],
            level[:, 1],
            self._why[:n].copy(),
        )

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
