"""The order stage as an object: its tables, and the two compiled functions that walk them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest import order, quality_tables
from tongluo.core.columns import Columns
from tongluo.core.compiled import cached

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


@dataclass
class Admitted:
    """What the order stage decided, row by row; arrays as long as the batch."""

    value: F8
    flag: I8
    fate: I8
    back: I8
    arrival: I8
    test: I8
    """Code of the test that set the flag (`ingest.quality_words.TESTS`); 0 none."""
    turn: I8
    """1 where the test that stands at a sensor is another from this row on."""


def lay_rings(params: Any) -> None:
    """Give every sensor its part of the rings: those of one length side by side."""
    offset = 0
    for cells in np.unique(params["cells"]).tolist():
        alike = np.flatnonzero(params["cells"] == cells)
        params["offset"][alike] = offset + np.arange(len(alike))
        params["stride"][alike] = len(alike)
        offset += cells * len(alike)


@cache
def _compiled(function: Any) -> Any:
    return cached(function, ("ingest",), "from ingest.order import *")


class OrderStage:
    """Order, fate, quality and the stream clock of all sensors."""

    def __init__(self, params: Any, clock: Any, tests: Any = None) -> None:
        lay_rings(params)
        self.params = params
        self.tests = np.zeros(1, quality_tables.PARAMS) if tests is None else tests
        self.minds = np.zeros(len(self.tests), quality_tables.STATE)
        self.state = np.zeros(len(params), order.STATE)
        self.ring = np.zeros(max(1, int(params["cells"].sum())), order.RING)
        self.clock = clock
        self.stream, self.tick = bool(clock[0]["stream"]), int(clock[0]["tick"])

    def start(self, now: int) -> None:
        """The first time known, ms."""
        _compiled(order.start)(self.params, self.state, self.clock, now)

    def places(self, sensor: int, cells: I8) -> I8:
        """Where some cells of a sensor's ring lie."""
        p = self.params[sensor]
        found: I8 = p["offset"] + cells % p["cells"] * p["stride"]
        return found

    def blank(self, columns: Columns) -> Admitted:
        """Room for what will be decided of a batch; arrival is a copy, for the clock's use."""
        n = len(columns)
        flag, fate, back, test, turn = (np.zeros(n, np.int64) for _ in range(5))
        return Admitted(np.zeros(n), flag, fate, back, columns.arrival.copy(), test, turn)

    def admit(self, columns: Columns, out: Admitted, start: int) -> int:
        """Decide rows from start on; returns the row before which a tick is due, or the end."""
        stop = _compiled(order.admit)(
            self.params,
            self.state,
            self.tests,
            self.minds,
            self.ring,
            self.clock,
            columns.sensor,
            columns.t,
            columns.value,
            columns.flag,
            out.arrival,
            columns.issued,
            out.value,
            out.flag,
            out.fate,
            out.test,
            out.turn,
            start,
            len(columns),
        )
        return int(stop)

    def recall(self, sensor: int) -> tuple[I8, F8, I8]:
        """A sensor's kept readings, judged anew in time order: (time, value, flag)."""
        n = int(self.state[sensor]["held"])
        self.clock[0]["dirty"] -= self.state[sensor]["dirty"]
        t, value, flag = np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64)
        _compiled(order.recall)(
            self.params[sensor], self.state[sensor], self.tests, self.minds, self.ring,
            t, value, flag,
        )  # fmt: skip
        return t, value, flag

    def glance(self, sensor: int) -> tuple[I8, F8, I8]:
        """As `recall`, but nothing is changed by it."""
        row = int(self.params[sensor]["quality"]) - 1
        kept = [
            (self.state, sensor, self.state[sensor].copy()),
            (self.clock, 0, self.clock[0].copy()),
        ]
        if row >= 0:
            kept.append((self.minds, row, self.minds[row].copy()))
        found = self.recall(sensor)
        for table, at, before in kept:
            table[at] = before
        return found

    def dirty(self) -> list[int]:
        """Sensors that wait to be judged anew, lowest first."""
        if not self.clock[0]["dirty"]:
            return []
        return [int(i) for i in np.flatnonzero(self.state["dirty"])]

    def newly_silent(self, now: int) -> list[int]:
        """Mark and return the sensors whose deadline has passed."""
        self.clock[0]["swept"] = max(now, int(self.clock[0]["swept"]))
        if self.clock[0]["bound"] > now:
            return []
        limit = self.params["silence"]
        late = (limit > 0) & (self.state["silent"] == 0) & (self.state["heard"] + limit <= now)
        found = np.flatnonzero(late)
        self.state["silent"][found] = 1
        self.clock[0]["bound"] = _compiled(order.deadline)(self.params, self.state)
        return [int(i) for i in found]
