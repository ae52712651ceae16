"""The queues of a warning on its way: what is ordered of each channel, and how that is worked off.

Each channel begins in each cell at a minute, works through its messages at its pace, and is noticed
bit by bit (`predict`). A gateway has one queue for all cells, in order of beginning; wardens have
one in each area. Before the rest of a cell they may be sent to some of it (`Errand`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace, noticed
from dissemination.coverage.steps import Bits
from dissemination.coverage.ways import Way, Ways


@dataclass(frozen=True)
class Errand:
    """Somebody is sent to some people of a cell, before the rest of it has its turn."""

    cell: int
    channel: int
    minute: float
    people: int
    part: float
    """Of those in the cell whom no message reaches, so many are among them."""


@dataclass(frozen=True)
class Orders:
    """What is ordered of all channels."""

    begin: F8
    """(cells, channels) minute at which each begins; infinite = never."""
    sends: I8
    """(cells, channels) messages."""
    errands: Sequence[Errand] = ()

    @property
    def gone(self) -> F8:
        """(cells) people to whom somebody is sent before the rest."""
        out = np.zeros(len(self.begin))
        for one in self.errands:
            out[one.cell] += one.people
        return out


Pauses = Mapping[str, tuple[float, float]]
"""Channel -> minutes from and until which its gateway takes nothing."""


@dataclass(frozen=True)
class Going:
    """How the channels work, where that is not as was said of them."""

    pauses: Pauses = field(default_factory=dict)
    paces: F8 | None = None
    """(channels, areas) how fast each is against what was said of it."""

    def pause(self, way: Way) -> tuple[float, float]:
        """The minutes from and until which it stands; infinite = it does not."""
        return self.pauses.get(way.name, (np.inf, np.inf))

    def factor(self, k: int, area: int) -> float:
        """How fast a channel is in an area against what was said of it."""
        return 1.0 if self.paces is None else float(self.paces[k, area])


AS_SAID = Going()


@dataclass(frozen=True)
class Queue:
    """What one channel has to do, a row for each order: first come, first served."""

    cell: I8
    begin: F8
    sends: I8
    part: F8

    @classmethod
    def of(cls, k: int, sends: I8, begin: F8, errands: Sequence[Errand]) -> Queue:
        """The orders of a channel, in order of beginning."""
        cells, own = np.flatnonzero(np.isfinite(begin)), [e for e in errands if e.channel == k]
        before = np.zeros(len(begin))
        for one in own:
            before[one.cell] += one.part
        whole = np.maximum(before, 1.0)  # more may have failed than was thought
        rows = [(begin[i], i, sends[i], 1 - before[i] / whole[i]) for i in cells.tolist()]
        rows += [(e.minute, e.cell, e.people, e.part / whole[e.cell]) for e in own]
        rows.sort(key=lambda row: row[0])
        at, cell, count, part = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(np.array(cell, np.int64), np.array(at, float), np.array(count, np.int64),
                   np.array(part, float))  # fmt: skip


def parts(
    people: People, ways: Ways, orders: Orders, minutes: int, going: Going = AS_SAID
) -> tuple[F8, F8]:
    """(channels, cells, minutes) part of those a channel reaches who have noticed by then, and how
    many messages that are."""
    shape = len(ways), len(people.people), minutes
    out, count = np.zeros(shape), np.zeros(shape)
    for k, way in enumerate(ways):
        pause = going.pause(way)
        start = _worked(orders.begin[:, k], pause)
        queue = Queue.of(k, orders.sends[:, k], start, orders.errands)
        areas = people.area[queue.cell] if way.apart else np.zeros_like(queue.cell)
        for area in np.unique(areas).tolist():
            pace = pace_of(way, people, area, going.factor(k, area))
            _served(out[k], count[k], queue, areas == area, pace)
        if np.isfinite(pause[0]):
            worked = _worked(np.arange(1.0, minutes + 1), pause)
            at = np.maximum(np.floor(worked).astype(int) - 1, 0)
            out[k], count[k] = out[k][:, at], count[k][:, at]
    return out, count


def _served(out: F8, count: F8, queue: Queue, own: Bits, pace: Pace) -> None:
    """Add the orders of one queue as they are served; out, count: (cells, minutes)."""
    minutes, free = out.shape[1], 0.0
    for at in np.unique(queue.begin[own]):
        now = np.flatnonzero(own & (queue.begin == at))
        first = int(np.ceil(max(free, at)))
        if first < minutes:
            done = noticed(queue.sends[now], pace, minutes - first)
            np.add.at(out[:, first:], queue.cell[now], queue.part[now, None] * done)
            np.add.at(count[:, first:], queue.cell[now], queue.sends[now, None] * done)
        free = max(free, float(at)) + float(queue.sends[now].sum()) / max(pace.per_minute, 1e-9)


def pace_of(way: Way, people: People, area: int, factor: float) -> Pace:
    """A queue's pace: of an area's wardens, so many as its people have."""
    crew = 1
    if way.apart and way.crew:
        crew = max(1, int(people.people[people.area == area].sum()) // way.crew)
    return replace(way.pace, per_minute=way.pace.per_minute * crew * factor)


def _worked(minute: F8, pause: tuple[float, float]) -> F8:
    """Minutes that a gateway has worked by a minute."""
    start, end = pause
    if np.isinf(end):
        return np.minimum(minute, start)
    return np.asarray(np.where(minute < start, minute, np.maximum(start, minute - (end - start))))
