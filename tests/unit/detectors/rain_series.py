"""Irregular series of rain with gaps, for tests that compare a detector with its rules."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.build import DAY, HOUR, MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Detector, Sensor

WORDS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True)
class Series:
    """Readings and the sensor they come from."""

    sensor: Sensor
    t: list[int]
    mm: list[float]
    flag: list[int]

    def good(self, n: int) -> bool:
        return self.flag[n] <= 2 and not math.isnan(self.mm[n])


@dataclass(frozen=True)
class Piece:
    """Rain, micrometres, of the time from `start` to `end`, known since reading n."""

    n: int
    start: int
    end: int
    rain: int


def series(cadence: int, most: int = 80) -> st.SearchStrategy[Series]:
    """Mostly regular; showers of tenths of mm; now and then a gap, NaN or a bad flag."""
    usual = cadence // MINUTE
    gaps = [usual] * 30 + [usual // 2, usual // 3, usual + 1, 2 * usual, 2 * usual + 1]
    reading = st.tuples(
        st.sampled_from([*gaps, 5 * usual, 9 * usual, 30 * usual]),
        st.sampled_from([*range(-12, 13), 25, 60, 120]),  # below 0: dry
        st.sampled_from([1] * 30 + [2, 3, 4, 9, 0]),  # 0: NaN
    )

    def built(drawn: list[tuple[int, int, int]], running: bool, zone: int) -> Series:
        t = START + np.cumsum([gap for gap, _, _ in drawn]) * MINUTE
        mm = [math.nan if flag == 0 else max(0, x) / 2 for _, x, flag in drawn]
        flags = [max(1, flag) for _, _, flag in drawn]
        return Series(Sensor("rain", cadence, running, zone=zone * HOUR), t.tolist(), mm, flags)

    drawn = st.lists(reading, min_size=10, max_size=most)
    return st.builds(built, drawn, st.booleans(), st.sampled_from([0, 8, -8]))


def states(detector: Detector, options: Any, levels: Any, of: Series) -> Iterator[Any]:
    """The state after each reading; it is the detector's own and changes with the next."""
    params = np.zeros(1, detector.params)
    detector.fill(params[0], detector.options.model_validate(options), levels, of.sensor)
    tb = Table(detector, params, Links([(0,)], 1))
    n = len(of.t)
    zero = np.zeros(n, np.int64)
    columns = (zero, np.array(of.t), np.array(of.mm), np.array(of.flag), zero)
    for k in range(n):
        tb.judge(columns, k, k + 1)
        yield tb.state[0]


def pieces(of: Series, cell: int, anchor: int) -> list[Piece]:
    """What each good reading says, cut at the ends of cells where it is spread."""
    out: list[Piece] = []
    last, cadence = 0, of.sensor.cadence
    for n, (t, mm) in enumerate(zip(of.t, of.mm, strict=True)):
        if of.good(n):
            rain = round(mm * 1000)
            span = t - last if last else cadence
            if not of.sensor.running:
                out.append(Piece(n, t - min(span, cadence), t, rain))
            elif span <= 2 * cadence:
                out.append(Piece(n, t - span, t, rain))
            else:
                inner = range(last - (last - anchor) % cell + cell, t, cell)
                ends = [last, *inner, t]
                fallen = [rain * (end - last) // span for end in ends]
                for k in range(len(ends) - 1):
                    piece = fallen[k + 1] - fallen[k]
                    out.append(Piece(n, ends[k], ends[k + 1], piece))
            last = t
        elif of.sensor.running and of.flag[n] <= 2:
            last = t
    return out


class Cells:
    """Pieces by the cell that their ends lie in; what is known grows with the readings."""

    def __init__(self, of: Series, cell: int, anchor: int) -> None:
        found = pieces(of, cell, anchor)
        rows = [(p.n, (p.end - anchor - 1) // cell, p.rain, p.end - p.start) for p in found]
        self._all = np.array(rows, np.int64).reshape(-1, 4)

    def known(self, n: int) -> tuple[Any, Any, Any]:
        """(cell, rain, cover) of each piece that is known with reading n."""
        some = self._all[: np.searchsorted(self._all[:, 0], n, "right")]
        return some[:, 1], some[:, 2], some[:, 3]


def settled(before: int, value: Any, band: float, sure: bool, good: bool) -> int:
    """The level by the documented rules; value(slack) gives the level that rain reaches."""
    reached = max(value(0.0), min(before, value(band)))
    if before >= 1 and reached < before:
        return reached if good and sure else before
    if reached == 0:
        if sure and (good or before == 0):
            return 0
        return -1
    return reached


def day_is_known(index: Any, cover: Any, day: int, share: float) -> bool:
    """Whether readings leave out no more of a day than they may."""
    return bool(cover[index == day].sum() >= share * DAY - 0.5)


def today_is_known(index: Any, cover: Any, t: int, anchor: int, share: float) -> bool:
    """The same of the running day: by the time that is missing so far."""
    today = (t - anchor - 1) // DAY
    missing = t - (anchor + today * DAY) - cover[index == today].sum()
    return bool(missing <= (1 - share) * DAY + 0.5)
