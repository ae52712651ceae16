"""The judged readings of one sensor as a series, and what is drawn of it."""

from __future__ import annotations

import numpy as np

from tongluo.config.sensors import SensorSpec
from tongluo.core.columns import F8, I8
from tongluo.core.words import Fate
from tongluo.replay.result import Result

Series = tuple[I8, F8]
"""(times in ms, ascending; values in the inner unit)"""


def series(result: Result, sensor: int) -> Series:
    """Good readings of a sensor row in time order; empty when there are none.

    A running total's late readings are left out: only judged anew do they become rain.
    """
    judged, spec = result.judged, result.plan.sensors[sensor]
    if judged is None or spec is None:
        return np.zeros(0, np.int64), np.zeros(0)
    fates = (Fate.FED,) if spec.counter is not None else (Fate.FED, Fate.LATE)
    mine = judged.columns.sensor == sensor
    good = mine & np.isin(judged.fate, fates) & (judged.flag <= 2) & ~np.isnan(judged.value)
    t, value = judged.columns.t[good], judged.value[good]
    order = np.argsort(t, kind="stable")
    return t[order], value[order]


def window_sums(t: I8, value: F8, length: int) -> F8:
    """Sum over (t - length, t] at each time, as the rain detector has it.

    >>> window_sums(np.array([0, 10, 20]), np.array([1.0, 2.0, 4.0]), 20)
    array([1., 3., 6.])
    """
    total = np.concatenate([[0.0], np.cumsum(value)])
    out: F8 = total[1:] - total[np.searchsorted(t, t - length, side="right")]
    return out


def broken(line: Series, spec: SensorSpec) -> Series:
    """The series with a NaN in each gap longer than the sensor may be silent."""
    t, value = line
    gaps = np.flatnonzero(np.diff(t) > spec.silence) + 1
    return np.insert(t, gaps, t[gaps - 1] + 1), np.insert(value, gaps, np.nan)


def thinned(line: Series, most: int = 1500) -> Series:
    """At most about `most` points; of each stretch its lowest and its highest are kept.

    >>> t, v = thinned((np.arange(9000), np.sin(np.arange(9000.0))), 100)
    >>> len(t) <= 100, round(float(v.max()), 3)
    (True, 1.0)
    """
    t, value = line
    if len(t) <= most:
        return line
    stretches = np.array_split(np.arange(len(t)), most // 2)
    kept: set[int] = set()
    for rows in stretches:
        part = value[rows]
        if np.isnan(part).all():
            kept.add(int(rows[0]))
        else:
            kept |= {int(rows[np.nanargmin(part)]), int(rows[np.nanargmax(part)])}
    places = np.array(sorted(kept))
    return t[places], value[places]
