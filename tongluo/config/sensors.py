"""A sensor with its profile filled in: what the rest of the house works with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tongluo.config.models import Config, Counter, SensorIn, StationIn
from tongluo.core.units import QUANTITIES, conversion, parse_value


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
    thresholds: dict[str, str]

    @property
    def key(self) -> str:
        """`station/name`: unique in the site and stable over changes of the file."""
        return f"{self.station}/{self.name}"


def merged(config: Config, sensor: SensorIn) -> dict[str, Any]:
    """The sensor's own settings over those of its profile; KeyError names a missing profile."""
    base = config.profiles[sensor.profile].model_dump(exclude_none=True) if sensor.profile else {}
    own = {k: getattr(sensor, k) for k in sensor.model_fields_set if getattr(sensor, k) is not None}
    return {**base, **own}


def declared(station: StationIn) -> list[SensorIn]:
    """The sensors of a station, shorthand profiles first."""
    return [*(SensorIn(profile=name) for name in station.profiles), *station.sensors]


def spec(config: Config, station: StationIn, sensor: SensorIn) -> SensorSpec:
    """The filled-in sensor; ValueError (with words for a person) when it cannot be."""
    said = merged(config, sensor)
    quantity = said.get("quantity")
    if quantity is None:
        raise ValueError("quantity: is missing -> add `quantity:` here or in its profile")
    if quantity not in QUANTITIES:
        raise ValueError(
            f"quantity: {quantity!r} is not known -> use one of: {', '.join(QUANTITIES)}"
        )
    if "cadence" not in said:
        raise ValueError("cadence: is missing -> say how often it sends, like `cadence: 5 min`")
    cadence = said["cadence"]
    if cadence <= 0:
        raise ValueError("cadence: must be longer than 0 -> write for example '5 min'")
    silence = said.get("silence", 3 * cadence)
    if silence < cadence:
        raise ValueError("silence: shorter than the cadence -> it would always be silent")
    unit = said.get("unit", QUANTITIES[quantity][0])
    factor, offset = _field("unit", conversion, quantity, unit)
    counter = Counter.model_validate(said["counter"]) if said.get("counter") else None
    if counter and quantity != "rain":
        raise ValueError("counter: only rain can be a running total -> remove it")
    limits = said.get("range") or {}
    limits = limits if isinstance(limits, dict) else limits.model_dump()
    if counter and counter.counts:
        factor = _field("counter.resolution", parse_value, counter.resolution, "rain")
    name = said.get("name", quantity)
    return SensorSpec(
        station.id,
        name,
        quantity,
        unit,
        factor,
        offset,
        said.get("element", name),
        cadence,
        silence,
        bool(said.get("forecast", False)),
        said.get("datum"),
        {
            k: _field("offsets", parse_value, v, quantity)
            for k, v in (said.get("offsets") or {}).items()
        },
        counter,
        _limits(limits, "fail", quantity),
        _limits(limits, "suspect", quantity),
        dict(said.get("thresholds") or {}),
    )


def _field(name: str, function: Any, *args: Any) -> Any:
    try:
        return function(*args)
    except ValueError as error:
        raise ValueError(f"{name}: {error} -> correct it") from error


def _limits(limits: dict[str, Any], name: str, quantity: str) -> tuple[float, float]:
    if not limits.get(name):
        return -math.inf, math.inf
    low, high = (_field(f"range.{name}", parse_value, v, quantity) for v in limits[name])
    if low >= high:
        raise ValueError(f"range.{name}: {low} is not below {high} -> lower value first")
    return low, high
