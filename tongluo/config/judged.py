"""Which sensors a rule judges, by which thresholds, and what its detector may know of them."""

from __future__ import annotations

from collections.abc import Sequence

from tongluo.config.faults import Path
from tongluo.config.models import Config, RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec
from tongluo.core.ports import Sensor
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
        if s.station in stations and s.quantity == rule.quantity and s.forecast == rule.forecast
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


def view(sensor: SensorSpec, given: Thresholds) -> Sensor:
    """What the detector may know of the sensor, its readings shifted to the thresholds' datum."""
    counts = sensor.counter is not None
    return Sensor(sensor.quantity, sensor.cadence, counts, shift_of(sensor, given))
