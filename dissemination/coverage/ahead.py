"""What a warning would reach, and by when, before it is sent; and how it goes on from here.

Each channel begins in each cell at a minute (`NEVER`: not at all), works through its messages at
its pace, and is noticed bit by bit (`predict`). A gateway has one queue for all cells, in order of
beginning; wardens have one in each area. Channels that work in turn upon those whom the earlier
ones have not reached (`rest`) are given no more people than are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dissemination.coverage.estimate import Draws, Interval, draw
from dissemination.coverage.known import F8, I8, Known
from dissemination.coverage.people import People
from dissemination.coverage.predict import Time, band, curves, noticed, time_to
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.ways import Ways

TARGETS = (0.9, 0.95)


@dataclass(frozen=True)
class Ahead:
    """A curve by minute, and when it crosses each target."""

    curve: list[Interval]
    times: Mapping[float, Time]

    @property
    def end(self) -> Interval:
        """Reached within the time looked at."""
        return self.curve[-1]


def messages(people: People, ways: Ways, known_targets: Mapping[str, I8] | None = None) -> I8:
    """(cells, channels) how many each channel has to send: known, or by its share of the people."""
    given = known_targets or {}
    columns = [
        given.get(way.name, np.ceil(np.nan_to_num(way.share, nan=1.0) * people.people))
        for way in ways
    ]
    return np.stack(columns, axis=1).astype(np.int64)


def parts(people: People, ways: Ways, sends: I8, begin: F8, minutes: int) -> F8:
    """(channels, cells, minutes) part of those a channel reaches who have noticed by then.

    begin: (cells, channels) minute at which each begins; infinite = never.
    """
    out = np.zeros((len(ways), len(people.people), minutes))
    for k, way in enumerate(ways):
        queues = people.area if way.apart else np.zeros_like(people.area)
        for queue in np.unique(queues):
            cells = np.flatnonzero((queues == queue) & np.isfinite(begin[:, k]))
            cells = cells[np.argsort(begin[cells, k], kind="stable")]
            for start in np.unique(begin[cells, k]):
                now = cells[begin[cells, k] == start]
                first = int(
                    np.ceil(_free(sends[:, k], begin[:, k], cells, start, way.pace.per_minute))
                )
                if first < minutes:
                    out[k, now, first:] = noticed(sends[now, k], way.pace, minutes - first)
    return out


def _free(sends: I8, begin: F8, cells: I8, start: float, rate: float) -> float:
    """When a queue has done what began before, and can begin with what begins at a minute."""
    free = 0.0
    for at in np.unique(begin[cells]):
        if at >= start:
            break
        free = max(free, float(at)) + float(sends[cells][begin[cells] == at].sum()) / rate
    return max(free, start)


def ahead(
    people: People, ways: Ways, known: Known, minutes: int, begin: F8 | None = None,
    sends: I8 | None = None, only: tuple[str, ...] = (), beliefs: Prior = PRIOR,
) -> Ahead:  # fmt: skip
    """The curve by all channels, or by those named alone.

    known.up tells what works; the lower end holds for what is not known.
    """
    begin = np.zeros((len(people.people), len(ways))) if begin is None else begin
    sends = messages(people, ways) if sends is None else sends
    share = parts(people, ways, sends, begin, minutes)
    if only:
        share = share * np.array([way.name in only for way in ways])[:, None, None]
    low, high = draw(known, 0.0, beliefs), draw(known, 1.0, beliefs)
    curve = [
        Interval(a.low, a.likely, b.high, (a.low, a.high) != (b.low, b.high))
        for a, b in zip(_band(low, people, share), _band(high, people, share), strict=True)
    ]
    every = curves(low, people.people, share)
    return Ahead(curve, {target: time_to(low, every, target, beliefs) for target in TARGETS})


def _band(draws: Draws, people: People, share: F8) -> list[Interval]:
    return band(draws, curves(draws, people.people, share))
