"""A sensor with its profile filled in: what the rest of the house works with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tongluo.config.coupled import DerivedIn
from tongluo.config.models import Config
from tongluo.config.quality import QualityIn
from tongluo.config.stations import Counter, SensorIn, StationIn
from tongluo.core.units import QUANTITIES, conversion, parse_value

SILENT_AFTER = 3
"""Cadences without a word, where a sensor does not say how many."""


@dataclass(frozen=True)
class SensorSpec:
    """One declared sensor. Times in ms, values in the quantity's inner unit."""

    station: str
    name: str
    quantity: str
    unit: str
    factor: float
    offset: float
    element: str
    cadence: int
    silence: int
    forecast: bool
    datum: str | None
    offsets: dict[str, float]
    counter: Counter | None
    fail: tuple[float, float]
    suspect: tuple[float, float]
    thresholds: Mapping[str, str]
    derived: DerivedIn | None = None
    quality: QualityIn | None = None

    @cached_property
    def key(self) -> str:
        """`station/name`: unique in the site and stable over changes of the file."""
        return f"{self.station}/{self.name}"


def merged(config: Config, sensor: SensorIn) -> SensorIn:
    """The sensor's own settings over those of its profile; KeyError names a missing profile."""
    if sensor.profile is None:
        return sensor
    own = {k: getattr(sensor, k) for k in sensor.model_fields_set if getattr(sensor, k) is not None}
    return config.profiles[sensor.profile].model_copy(update=own)


def declared(station: StationIn) -> list[SensorIn]:
    """The sensors of a station, shorthand profiles first."""
    return [*(SensorIn(profile=name) for name in station.profiles), *station.sensors]


def name_of(sensor: SensorIn) -> str:
    """What a filled-in sensor is called."""
    return sensor.name or sensor.quantity or ""


def silence_of(sensor: SensorIn) -> int:
    """ms without a word after which a filled-in sensor is silent."""
    return sensor.silence if sensor.silence is not None else SILENT_AFTER * (sensor.cadence or 0)


def spec(config: Config, station: StationIn, sensor: SensorIn) -> SensorSpec:
    """The filled-in sensor. Its settings have passed `checks_sensors`; ValueError else."""
    said = merged(config, sensor)
    if said.quantity is None or said.cadence is None:
        raise ValueError(f"{station.id}: a sensor without quantity or cadence")
    unit = said.unit if said.unit is not None else QUANTITIES[said.quantity][0]
    factor, offset = conversion(said.quantity, unit)
    if said.counter and said.counter.counts:
        factor = parse_value(said.counter.resolution, "rain")
    offsets = said.offsets or {}
    return SensorSpec(
        station.id,
        name_of(said),
        said.quantity,
        unit,
        factor,
        offset,
        said.element or name_of(said),
        said.cadence,
        silence_of(said),
        bool(said.forecast),
        said.datum,
        {datum: parse_value(height, said.quantity) for datum, height in offsets.items()},
        said.counter,
        _limits(said.range.fail if said.range else None, said.quantity),
        _limits(said.range.suspect if said.range else None, said.quantity),
        said.thresholds or {},
        said.derived,
        said.quality,
    )


def _limits(pair: tuple[str, str] | None, quantity: str) -> tuple[float, float]:
    if pair is None:
        return -math.inf, math.inf
    return parse_value(pair[0], quantity), parse_value(pair[1], quantity)
