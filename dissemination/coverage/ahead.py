"""What a warning would reach, and by when: the curve of what is ordered (`queues`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dissemination.coverage import cells
from dissemination.coverage.estimate import Interval, draw
from dissemination.coverage.known import Known
from dissemination.coverage.people import People
from dissemination.coverage.predict import Time, band, curves, time_to
from dissemination.coverage.prior import PRIOR, Prior
from dissemination.coverage.queues import AS_SAID, Going, Orders, parts
from dissemination.coverage.ways import Ways

TARGETS = (0.9, 0.95)
SIZE, LEAST = 200_000, 128
"""Draws of all cells and channels held at once, and at least so many."""


@dataclass(frozen=True)
class Ahead:
    """A curve by minute, and when it crosses each target."""

    curve: list[Interval]
    times: Mapping[float, Time]

    @property
    def end(self) -> Interval:
        """Reached within the time looked at."""
        return self.curve[-1]


def messages(people: People, ways: Ways) -> Orders:
    """All channels at once everywhere; so many messages as each has people by its share."""
    columns = [np.ceil(np.nan_to_num(way.share, nan=1.0) * people.people) for way in ways]
    sends = np.stack(columns, axis=1).astype(np.int64)
    return Orders(np.zeros(sends.shape), sends)


def ahead(
    people: People, ways: Ways, known: Known, minutes: int, orders: Orders | None = None,
    only: tuple[str, ...] = (), going: Going = AS_SAID, beliefs: Prior = PRIOR,
    targets: Sequence[float] = TARGETS,
) -> Ahead:  # fmt: skip
    """The curve by all channels, or by those named alone.

    known.up tells what works. What is not known counts for nothing at the lower end, for all at
    the upper one, and for a half in between.
    """
    share, _ = parts(people, ways, orders or messages(people, ways), minutes, going)
    if only:
        share = share * np.array([way.name in only for way in ways])[:, None, None]
    room = SIZE // max(1, len(people.people) * len(ways))
    beliefs = replace(beliefs, draws=int(np.clip(room, LEAST, beliefs.draws)))
    found = []
    for unknown in (0.0, 0.5, 1.0) if cells.unknown(known).any() else (0.5,):
        draws = draw(known, unknown, beliefs)
        found.append((draws, curves(draws, people.people, share)))
    low, middle, high = found[0], found[len(found) // 2], found[-1]
    ends = (band(*one, beliefs) for one in (low, middle, high))
    told = [
        Interval(a.low, b.likely, c.high, len(found) > 1) for a, b, c in zip(*ends, strict=True)
    ]
    times = {}
    for target in targets:
        late, likely, early = (time_to(*one, target, beliefs) for one in (low, middle, high))
        times[target] = Time(early.early, likely.likely, late.late, late.never)
    return Ahead(told, times)
