"""Judging anew after a late reading: the tasks it reaches, from the kept readings, in time order.

A task may hear several sensors, and derived series between: all they are made of is recalled from
the rings, merged by time, and walked through fresh states. What the late reading does not reach
keeps its state, and so does a task that looks further back than readings are kept: it goes on
without the late one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ingest.derived_stage import Rows, joined
from ingest.stage import OrderStage
from tongluo.config.plan import Plan
from tongluo.core.driver import Links, Transitions
from tongluo.core.words import Level
from tongluo.warning.reasons import Evidence

Found = tuple[str, int, int, int, Evidence]
"""(detector, task, level before, level after, evidence)"""


class Again:
    """A sensor's late readings, and what they reach."""

    def __init__(self, plan: Plan, stage: OrderStage, sensor: int) -> None:
        self.plan, self.stage, self.sensor = plan, stage, sensor
        self.reach = plan.reaches.of(sensor)

    def risen(self) -> Iterator[Found]:
        """Tasks whose level has risen; the others keep the level they had."""
        rows = self._rows()
        for name, tasks in self.reach.tasks.items():
            table = self.plan.tables[name]
            before = [int(table.state[task]["level"]) for task in tasks]
            for task in tasks:
                table.forget(task)
            found = table.judge(rows.judged, 0, len(rows), self._links(name))
            for task, old in zip(tasks, before, strict=True):
                new = int(table.state[task]["level"])
                if new > max(old, Level.NONE):  # of now it says nothing, not NONE
                    yield name, task, old, new, _last(found, task, table.detector.why, rows)
                else:
                    table.put(task, old)

    def _links(self, name: str) -> Links:
        """Who hears what, of the tasks that are judged anew."""
        tasks, second = self.plan.tasks[name], self.plan.tables[name].past
        heard = {n: tasks[n].heard for n in self.reach.tasks[name]}
        return Links(heard, len(self.plan.sensors), {n for n in heard if second[n] >= 0})

    def _rows(self) -> Rows:
        """All that is recalled, in time order, with the derived readings it causes."""
        parts = [(s, *self._recalled(s)) for s in self.reach.sources]
        sensor = np.concatenate([np.full(len(t), s, np.int64) for s, t, _, _ in parts])
        t, value, flag = (np.concatenate([p[k] for p in parts]) for k in (1, 2, 3))
        order = np.lexsort((sensor, t))
        sensor, t, value, flag = sensor[order], t[order], value[order], flag[order]
        zero = np.zeros(len(t), np.int64)
        rows = Rows(sensor, t, value, value, flag, zero, t, zero, zero)
        return self._expanded(rows)

    def _recalled(self, sensor: int) -> tuple[Any, Any, Any]:
        """A sensor's kept readings; only of the late one itself is the state built anew."""
        if sensor == self.sensor:
            return self.stage.recall(sensor)
        return self.stage.glance(sensor)

    def _expanded(self, rows: Rows) -> Rows:
        """With derived readings from fresh states; what is not below keeps the state it had."""
        derived, stage = self.plan.derived, self.stage
        if not self.reach.above:
            return rows
        fed = sorted(set[int]().union(*(derived.below(s) for s in self.reach.sources)))
        made = derived.params["sensor"][fed]
        whole, order, clock = derived.state[fed], stage.state[made], stage.clock.copy()
        derived.state[fed] = np.zeros(1, derived.state.dtype)
        out = joined(derived.expand(stage, rows, 0, len(rows), live=False))
        for k, before in zip(fed, whole, strict=True):
            if k not in self.reach.below:
                derived.state[k] = before
            derived.state[k]["next"] = max(derived.state[k]["next"], before["next"])
        stage.state[made], stage.clock[:] = order, clock
        return out


def _last(found: list[Transitions], task: int, names: tuple[str, ...], rows: Rows) -> Evidence:
    """Evidence of a task's last transition."""
    for transitions in reversed(found):
        places = np.flatnonzero(transitions.task == task)
        if len(places):
            k = int(places[-1])
            row = int(transitions.row[k])
            why = dict(zip(names, transitions.why[k].tolist(), strict=True))
            return Evidence(int(rows.t[row]), float(rows.value[row]), int(rows.flag[row]), why)
    raise AssertionError("a level that rose has a transition")
