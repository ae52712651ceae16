"""The derived series as an object: their table, who feeds them, the walk that expands a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest import derived
from tongluo.core.compiled import cached
from tongluo.core.driver import Links

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

CHUNK = 8192


@dataclass(frozen=True)
class Rows:
    """Rows to be judged, start to stop: as received, and behind each the derived ones it caused."""

    sensor: I8
    t: I8
    raw: F8
    """Value as received; of a derived reading its value."""
    value: F8
    flag: I8
    fate: I8
    arrival: I8
    back: I8
    start: int
    stop: int
    origin: I8 | None = None
    """The received row that each stands for or comes from; None = itself."""

    @property
    def judged(self) -> tuple[I8, I8, F8, I8, I8]:
        """What a walk over the detectors takes."""
        return self.sensor, self.t, self.value, self.flag, self.fate


@cache
def _compiled() -> Any:
    return cached(derived.expand, ("ingest",), "from ingest.derived import *")


class DerivedStage:
    """All derived series. heard: for each of them the sensors of its inputs."""

    def __init__(self, params: Any, heard: Sequence[Sequence[int]], sensors: int) -> None:
        self.params = params
        self.state = np.zeros(len(params), derived.state_dtype(params))
        self.heard = tuple(tuple(h) for h in heard)
        self.links = Links(heard, sensors)
        self._made = {int(s): k for k, s in enumerate(params["sensor"])}
        self._above = {s: self._made_of(s) for s in self._made}
        self.spare = max((self._rows_of(s) for s in range(sensors)), default=1)

    def _rows_of(self, sensor: int) -> int:
        """The most rows that one reading of a sensor becomes."""
        series = (int(self.params[k]["sensor"]) for k, _ in self.links.of(sensor))
        return 1 + sum(derived.MOST * self._rows_of(s) for s in series)

    def below(self, sensor: int) -> set[int]:
        """Series that are made from a sensor, directly or not."""
        found: set[int] = set()
        for k, _ in self.links.of(sensor):
            found |= {k} | self.below(int(self.params[k]["sensor"]))
        return found

    def above(self, sensor: int) -> set[int]:
        """Series that a sensor is made from, itself included if it is derived."""
        return set(self._above.get(sensor, ()))

    def _made_of(self, sensor: int) -> frozenset[int]:
        if sensor not in self._made:
            return frozenset()
        k = self._made[sensor]
        return frozenset({k}).union(*(self._made_of(s) for s in self.heard[k]))

    def sources(self, sensor: int) -> set[int]:
        """A sensor and all that it is made from."""
        return {sensor}.union(*(self.heard[k] for k in self.above(sensor)))

    def expand(self, order: Any, clock: Any, rows: Rows) -> Rows:
        """The rows with the derived readings they cause."""
        if not len(self.params):
            return rows
        parts, at = [], rows.start
        width = CHUNK + self.spare
        while at < rows.stop:
            ints, floats = np.empty((width, 7), np.int64), np.empty((width, 2))
            n, at = _compiled()(
                self.params,
                self.state,
                self.links.first,
                self.links.task,
                self.links.port,
                order,
                clock,
                rows.sensor,
                rows.t,
                rows.raw,
                rows.value,
                rows.flag,
                rows.fate,
                rows.arrival,
                at,
                rows.stop,
                self.spare,
                ints,
                floats,
            )
            parts.append((ints[:n], floats[:n]))
        return _joined(parts, rows)


def _joined(parts: list[tuple[I8, F8]], rows: Rows) -> Rows:
    if not parts:
        return rows
    ints = np.ascontiguousarray(np.concatenate([p[0] for p in parts]).T)
    floats = np.ascontiguousarray(np.concatenate([p[1] for p in parts]).T)
    sensor, t, flag, fate, arrival, back, origin = ints
    n = len(sensor)
    received = np.diff(origin, prepend=-1) > 0  # the first of each; the others come from it
    back[received] = rows.back[origin[received]]
    return Rows(sensor, t, floats[1], floats[0], flag, fate, arrival, back, 0, n, origin)
