"""Cross-checks of what is judged: each rule on each of its sensors by their thresholds."""

from __future__ import annotations

from collections.abc import Iterator

from tongluo.config.checks_levels import level_faults
from tongluo.config.checks_rules import rule_faults
from tongluo.config.checks_stations import sound
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import Placed, has_datum, sensors_of, set_name
from tongluo.config.models import Config, RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec


def judging(config: Config) -> Iterator[Fault]:
    """Every rule with its sensors; rules that are wrong by themselves are told elsewhere."""
    sensors, every = sound(config)
    for n, rule in enumerate(config.rules):
        if any(rule_faults(("rules", n), rule)):
            continue
        found = sensors_of(config, rule, sensors)
        known = set(rule.areas or ()) <= {a.id for a in config.areas}
        if every and known:
            yield from _watched(config, n, rule, found)
        for path, sensor in found:
            yield from _task(config, n, rule, path, sensor)


def _watched(config: Config, n: int, rule: RuleIn, found: list[Placed]) -> Iterator[Fault]:
    """Whether the rule watches anything, and something in each area it names."""
    values = {"quantity": rule.quantity}
    if not found:
        code = "watches_no_forecast" if rule.forecast else "watches_nothing"
        yield Fault(("rules", n), code, values)
        return
    judged = {sensor.station for _, sensor in found}
    areas = {a.id: a for a in config.areas}
    for k, name in enumerate(rule.areas or ()):
        if not judged & set(areas[name].stations):
            yield Fault(("rules", n, "areas", k), "area_unwatched", {**values, "name": name})


def _task(config: Config, n: int, rule: RuleIn, path: Path, sensor: SensorSpec) -> Iterator[Fault]:
    name = set_name(rule, sensor)
    if name is None:
        yield Fault(
            (*path, "thresholds", rule.id), "no_thresholds", {"rule": rule.id, "sensor": sensor.key}
        )
        return
    given = config.thresholds.get(name)
    if given is None:
        return
    wrong = _datum(path, sensor, name, given)
    if wrong is not None:
        yield wrong
    else:
        yield from level_faults(n, rule, name, given, sensor)


def _datum(path: Path, sensor: SensorSpec, name: str, given: Thresholds) -> Fault | None:
    """Why heights of sensor and thresholds cannot be compared; None when they can."""
    if not has_datum(sensor.quantity):
        return None
    values = {"sensor": sensor.key, "set": name, "own": sensor.datum, "other": given.datum}
    if given.datum is None:
        return Fault(("thresholds", name, "datum"), "set_no_datum", values)
    if sensor.datum is None:
        return Fault((*path, "datum"), "sensor_no_datum", values)
    if given.datum != sensor.datum and given.datum not in sensor.offsets:
        return Fault((*path, "datum"), "datum_differs", values)
    return None
