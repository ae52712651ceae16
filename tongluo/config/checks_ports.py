"""Checks of the further inputs of a rule: is there what its detector needs, and does it fit?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors import DETECTORS
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import Placed
from tongluo.config.models import RuleIn
from tongluo.config.sensors import SensorSpec
from tongluo.config.texts import choice
from tongluo.core.ports import Port


def unknown_ports(where: Path, rule: RuleIn) -> Iterator[Fault]:
    """Words under `inputs` that the detector does not know."""
    ports = [port.name for port in DETECTORS[rule.detector].ports]
    for name in rule.inputs:
        values = {"detector": rule.detector, "name": name, "choice": choice(name, ports)}
        if name not in ports:
            yield Fault((*where, "inputs", name), "no_port" if ports else "no_ports", values)


def port_faults(
    n: int,
    rule: RuleIn,
    found: Sequence[Placed],
    beside: Mapping[str, Sequence[SensorSpec | None]],
    names: Sequence[str],
    *,
    every: bool,
) -> Iterator[Fault]:
    """found: what the rule judges; beside: by key what stands at the ports; names: of all sensors;
    every: whether all of those are known to be sound."""
    for k, port in enumerate(DETECTORS[rule.detector].ports):
        path: Path = ("rules", n, "inputs", port.name)
        there = [beside[sensor.key][k] for _, sensor in found]
        if port.name in rule.inputs:
            yield from _named(path, rule, port, found, there, names)
        if every and not port.optional:
            yield from _missing(path, rule, port, found, there)


def _named(
    path: Path,
    rule: RuleIn,
    port: Port,
    found: Sequence[Placed],
    there: Sequence[SensorSpec | None],
    names: Sequence[str],
) -> Iterator[Fault]:
    said = rule.inputs[port.name]
    keys = [said] if "/" in said else [f"{s.station}/{said}" for _, s in found]
    if keys and not set(keys) & set(names):
        beside = {name.partition("/")[2]: None for name in names}
        known = choice(said, names if "/" in said else beside)
        yield Fault(path, "no_sensor", {"name": said, "choice": known})
    for sensor in there:
        if sensor is None:
            continue
        values = {"name": sensor.key, "quantity": sensor.quantity, "port": port.name}
        if port.quantities and sensor.quantity not in port.quantities:
            wanted = choice(sensor.quantity, port.quantities)
            yield Fault(path, "port_quantity", {**values, "choice": wanted})
        elif sensor.forecast != port.forecast:
            yield Fault(path, "port_forecast" if port.forecast else "port_measured", values)


def _missing(
    path: Path,
    rule: RuleIn,
    port: Port,
    found: Sequence[Placed],
    there: Sequence[SensorSpec | None],
) -> Iterator[Fault]:
    for (_, sensor), other in zip(found, there, strict=True):
        if other is None:
            values = {
                "detector": rule.detector,
                "port": port.name,
                "sensor": sensor.key,
                "quantity": port.quantities[0] if port.quantities else port.name,
            }
            yield Fault(path, "port_empty", values)
