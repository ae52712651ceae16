"""What a sensor's late readings reach, and what that is made of: found once for each sensor.

Only what is in its reach is kept: after an outage every sensor of a large site has late readings.
A task that looks further back than readings are kept is not reached: judged anew, it would forget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.derived_stage import DerivedStage
from tongluo.config.plan_tasks import Task
from tongluo.core.driver import Table


@dataclass(frozen=True)
class Reach:
    """What is judged anew when late readings of one sensor have come."""

    below: frozenset[int]
    """Derived series that are made anew."""
    tasks: Mapping[str, list[int]]
    """By detector, the tasks that are judged anew; no detector without any."""
    above: frozenset[int]
    """Derived series that the tasks hear, directly or not."""
    sources: list[int]
    """Received sensors that all of this is made of."""


class Reaches:
    """Of all sensors; params: the order stage's, which say how far back readings are kept."""

    def __init__(
        self,
        params: Any,
        derived: DerivedStage,
        tasks: Mapping[str, Sequence[Task]],
        tables: Mapping[str, Table],
    ) -> None:
        self._reach, self._derived = params["reach"].tolist(), derived
        self._tasks, self._tables = tasks, tables
        self._made = frozenset(derived.params["sensor"].tolist())
        self._found: dict[int, Reach] = {}

    def of(self, sensor: int) -> Reach:
        """Of one sensor."""
        if sensor not in self._found:
            self._found[sensor] = self._find(sensor)
        return self._found[sensor]

    def _find(self, sensor: int) -> Reach:
        derived = self._derived
        below = frozenset(k for k in derived.below(sensor) if self._whole(k))
        reached = [sensor, *(int(derived.params[k]["sensor"]) for k in sorted(below))]
        tasks = {
            name: sorted({t for s in reached for t in table.tasks_of(s) if self._kept(name, t)})
            for name, table in self._tables.items()
        }
        tasks = {name: found for name, found in tasks.items() if found}
        heard = {s for name, ts in tasks.items() for t in ts for s in self._tasks[name][t].heard}
        heard -= {-1}
        above = frozenset(below).union(*(derived.above(s) for s in heard))
        sources = {s for k in above for s in derived.heard[k]} | heard | {sensor}
        return Reach(below, tasks, above, sorted(sources - self._made_by(above)))

    def _made_by(self, series: frozenset[int]) -> set[int]:
        return {int(self._derived.params[k]["sensor"]) for k in series}

    def _kept(self, name: str, task: int) -> bool:
        """Whether what is kept reaches as far back as a task looks."""
        its, derived = self._tasks[name][task], self._derived
        heard = [s for s in its.heard if s >= 0]
        made = set[int]().union(*(derived.above(s) for s in heard))
        received = set[int]().union(*(derived.sources(s) for s in heard)) - self._made
        far = all(its.past <= self._reach[s] for s in received)
        return far and all(self._whole(k) for k in made)

    def _whole(self, k: int) -> bool:
        """Whether what is kept of a series' inputs reaches as far back as it is made of."""
        p = self._derived.params[k]
        need = int(p["every"] + p["wait"] + max(p["lag"] + p["age"]))
        received = self._derived.sources(int(p["sensor"])) - self._made
        return all(need <= self._reach[s] for s in received)
