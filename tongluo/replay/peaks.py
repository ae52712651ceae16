"""Whether each level came before or after the water's peak: what a warning is asked first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tongluo.config.sensors import SensorSpec
from tongluo.core.columns import F8, I8
from tongluo.core.times import MINUTE
from tongluo.core.words import GRADES, Hazard, Level
from tongluo.replay.result import Result
from tongluo.replay.series import series
from tongluo.replay.spans import Key, Span, first_at, highest

WATER = ("stage", "flow", "tide", "water_depth", "reservoir_stage")


@dataclass(frozen=True)
class Reached:
    """The first time a level or a higher one was reached, against the peak."""

    area: str
    hazard: Hazard
    level: Level
    time: int
    minutes: float
    """Time minus the peak's: below 0 = before it."""


@dataclass(frozen=True)
class Crest:
    """The peak of one series, and every level that the areas of its station reached."""

    sensor: SensorSpec
    time: int
    value: float
    """In the inner unit; NaN when only the time is told."""
    at_end: bool
    """Highest in its last reading: it may have risen on."""
    after_gap: bool
    """Highest in the first reading after a silence: what was before is not known."""
    note: str
    reached: tuple[Reached, ...]


def peaks(result: Result, told: Mapping[Key, tuple[Span, ...]]) -> list[Crest]:
    """The case's own `peak`, else every judged water series of an area that reached a level."""
    if result.case.peak is not None:
        return _named(result, told)
    judged = {task.sensor for tasks in result.plan.tasks.values() for task in tasks}
    water = [
        row
        for row, sensor in enumerate(result.plan.sensors)
        if sensor is not None and sensor.quantity in WATER and not sensor.forecast
    ]
    found = _crests(result, [row for row in water if row in judged], told)
    found = found or _crests(result, water, told)
    return sorted(found, key=lambda crest: (crest.time, crest.sensor.key))


def _crests(result: Result, rows: list[int], told: Mapping[Key, tuple[Span, ...]]) -> list[Crest]:
    """Peaks of those that have readings and whose areas reached a level."""
    found = []
    for row in rows:
        sensor = result.plan.sensors[row]
        assert sensor is not None  # rows of declared sensors
        keys = _keys(result, sensor, told, alone=True)
        t, value = series(result, row)
        if keys and len(t):
            found.append(_crest(sensor, t, value, keys, told))
    return found


def _named(result: Result, told: Mapping[Key, tuple[Span, ...]]) -> list[Crest]:
    """The peak that the case names; none when it is to be looked up and no reading is good."""
    said = result.case.peak
    assert said is not None
    row = result.plan.row_of(f"{said.station}/{said.quantity}")
    sensor = result.plan.sensors[row]
    assert sensor is not None  # row_of found it
    t, value = series(result, row)
    keys = _keys(result, sensor, told, alone=False)
    if said.time is not None:
        at = value[t == said.time]
        v = float(at[0]) if len(at) else float("nan")
        reached = _reached(keys, told, said.time)
        return [Crest(sensor, said.time, v, False, False, said.note, reached)]
    return [_crest(sensor, t, value, keys, told, said.note)] if len(t) else []


def _crest(
    sensor: SensorSpec,
    t: I8,
    value: F8,
    keys: list[Key],
    told: Mapping[Key, tuple[Span, ...]],
    note: str = "",
) -> Crest:
    top = int(np.argmax(value))
    at_end, time = top == len(t) - 1, int(t[top])
    after_gap = top > 0 and int(t[top] - t[top - 1]) > sensor.silence
    reached = _reached(keys, told, time)
    return Crest(sensor, time, float(value[top]), at_end, after_gap, note, reached)


def _keys(
    result: Result, sensor: SensorSpec, told: Mapping[Key, tuple[Span, ...]], alone: bool
) -> list[Key]:
    """Questions that reached a level, in areas of the station; if none and not alone: in any."""
    reached = [key for key, its in told.items() if highest(its) >= Level.BLUE]
    stations = {area.id: area.stations for area in result.plan.config.areas}
    near = [key for key in reached if sensor.station in stations[key[0]]]
    return near if near or alone else reached


def _reached(
    keys: list[Key], told: Mapping[Key, tuple[Span, ...]], peak: int
) -> tuple[Reached, ...]:
    return tuple(r for key in keys for r in _of(key, told[key], peak))


def _of(key: Key, its: tuple[Span, ...], peak: int) -> Iterator[Reached]:
    """Each level at its own first time; of levels reached at once, the highest."""
    times = {grade: first_at(its, grade) for grade in GRADES}
    for grade, time in times.items():
        higher = times.get(Level(grade + 1)) if grade < Level.RED else None
        if time is not None and time != higher:
            yield Reached(key[0], Hazard(key[1]), grade, time, (time - peak) / MINUTE)
