"""Which sensors a rule judges, by which thresholds, and what its detector may know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from detectors import DETECTORS
from tongluo.config.faults import Path
from tongluo.config.models import Config, RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec
from tongluo.core.ports import Port, Sensor
from tongluo.core.units import QUANTITIES

Placed = tuple[Path, SensorSpec]
"""A sensor and where it stands in the file."""


def sensors_of(config: Config, rule: RuleIn, sensors: Sequence[Placed]) -> list[Placed]:
    """The sensors a rule judges: its quantity, at the stations of its areas."""
    stations = {
        s for a in config.areas if rule.areas is None or a.id in rule.areas for s in a.stations
    }
    return [
        (p, s)
        for p, s in sensors
        if s.station in stations
        and s.quantity == rule.quantity
        and s.forecast == rule.forecast
        and (rule.sensors is None or s.name in rule.sensors)
    ]


def set_name(rule: RuleIn, sensor: SensorSpec) -> str | None:
    """The threshold set a rule uses for a sensor: the sensor's own, else the rule's."""
    return sensor.thresholds.get(rule.id, rule.thresholds)


def has_datum(quantity: str) -> bool:
    """Whether values of a quantity are heights above a zero that must be named.

    >>> has_datum("stage"), has_datum("water_depth"), has_datum("rain")
    (True, False, False)
    """
    return QUANTITIES[quantity][1] == "height" and quantity != "water_depth"


def shift_of(sensor: SensorSpec, given: Thresholds) -> float:
    """Metres to add to a reading to bring it to the thresholds' datum."""
    if given.datum is None or given.datum == sensor.datum:
        return 0.0
    return sensor.offsets.get(given.datum, 0.0)


def view(
    sensor: SensorSpec,
    given: Thresholds,
    others: Sequence[SensorSpec | None] = (),
    zone: int = 0,
) -> Sensor:
    """What the detector may know of the sensor, its readings shifted to the thresholds' datum."""
    counts, shift = sensor.counter is not None, shift_of(sensor, given)
    ports = tuple(view(s, given) if s is not None else None for s in others)
    return Sensor(sensor.quantity, sensor.cadence, counts, shift, ports, zone)


def at_ports(
    rule: RuleIn, sensor: SensorSpec, by_key: Mapping[str, SensorSpec]
) -> list[SensorSpec | None]:
    """What stands at each further port of the rule's detector when it judges a sensor."""
    return [_at_port(rule, sensor, port, by_key) for port in DETECTORS[rule.detector].ports]


def _at_port(
    rule: RuleIn, sensor: SensorSpec, port: Port, by_key: Mapping[str, SensorSpec]
) -> SensorSpec | None:
    named = rule.inputs.get(port.name)
    if named is not None:
        return by_key.get(named if "/" in named else f"{sensor.station}/{named}")
    at_station = [
        s for s in by_key.values()
        if s.station == sensor.station and s is not sensor and s.forecast == port.forecast
    ]  # fmt: skip
    return next((s for q in port.quantities[:1] for s in at_station if s.quantity == q), None)


def zone_offset(config: Config) -> int:
    """ms to add to UTC for the site's standard time."""
    moment = datetime(2020, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(config.site.timezone))
    offset = moment.utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0
