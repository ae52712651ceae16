"""The derived series as an object: their table, who feeds them, the walk that expands a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest import derived
from ingest.stage import Admitted, OrderStage
from tongluo.core.columns import Columns
from tongluo.core.compiled import cached
from tongluo.core.driver import NOWHERE, Links
from tongluo.core.words import SILENT

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

CHUNK = 32_768
"""Received rows that are judged together: what they touch stays in the cache."""


@dataclass(frozen=True)
class Rows:
    """Rows to be judged: as received, behind each the derived ones it caused, and before it a row
    for each sensor that fell silent (fate SILENT)."""

    sensor: I8
    t: I8
    raw: F8
    """Value as received; of a derived reading its value."""
    value: F8
    flag: I8
    fate: I8
    arrival: I8
    back: I8
    origin: I8
    """The received row that each stands for, comes from, or comes before."""

    def __len__(self) -> int:
        return len(self.sensor)

    @property
    def judged(self) -> tuple[I8, I8, F8, I8, I8]:
        """What a walk over the detectors takes."""
        return self.sensor, self.t, self.value, self.flag, self.fate

    def place(self, row: int) -> int:
        """Where a received row lies among these: behind the silences that come before it."""
        place = int(np.searchsorted(self.origin, row))
        while self.fate[place] == SILENT:
            place += 1
        return place


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

    def expand(
        self, stage: OrderStage, rows: Rows, start: int, stop: int, *, live: bool = True
    ) -> Iterator[Rows]:
        """Received rows start..stop with the derived readings and silences they cause, in parts.

        live: in order of arrival, not judged anew.
        """
        spare = self.spare + len(stage.params)
        while True:  # once for no rows too: that compiles the walk
            room = min(CHUNK, (stop - start) * self.spare) + spare
            ints, floats = np.empty((7, room), np.int64), np.empty((2, room))
            n, start = _compiled()(
                self.params,
                self.state,
                self.links.first,
                self.links.task,
                self.links.port,
                stage.params,
                stage.state,
                stage.clock,
                rows.sensor,
                rows.t,
                rows.raw,
                rows.value,
                rows.flag,
                rows.fate,
                rows.arrival,
                rows.back,
                live,
                start,
                stop,
                spare,
                ints,
                floats,
            )
            sensor, t, flag, fate, arrival, back, origin = ints[:, :n]
            value, raw = floats[:, :n]
            yield Rows(sensor, t, raw, value, flag, fate, arrival, back, origin)
            if start >= stop:
                return


def received(columns: Columns, out: Admitted) -> Rows:
    """Rows as received, and what the order stage has said of them."""
    return Rows(columns.sensor, columns.t, columns.value, out.value, out.flag, out.fate,
                out.arrival, out.back, NOWHERE)  # fmt: skip


def joined(parts: Iterable[Rows]) -> Rows:
    """Parts as one."""
    names = [field.name for field in fields(Rows)]
    columns = zip(*([getattr(part, name) for name in names] for part in parts), strict=True)
    return Rows(*(np.concatenate(column) for column in columns))
