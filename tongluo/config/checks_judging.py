"""Cross-checks of what is judged: each rule on each of its sensors by their thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from tongluo.config.checks_levels import level_faults
from tongluo.config.checks_ports import port_faults
from tongluo.config.checks_rules import rule_faults
from tongluo.config.checks_site import twice
from tongluo.config.checks_stations import names, sound
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import (
    Placed,
    at_ports,
    has_datum,
    sensors_of,
    set_name,
    view,
    zone_offset,
)
from tongluo.config.models import Config, RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec
from tongluo.config.texts import choice


@dataclass(frozen=True)
class Site:
    """What is declared, as the checks of judging need it."""

    config: Config
    placed: list[Placed]
    every: bool
    """Whether these are all sensors that are declared."""
    names: list[str]
    by_key: Mapping[str, SensorSpec]
    paths: Mapping[str, Path]
    stations: Mapping[str, dict[str, SensorSpec]]
    zone: int

    def beside(self, rule: RuleIn, sensor: SensorSpec) -> list[SensorSpec | None]:
        """What stands at the ports of a rule's detector when it judges a sensor."""
        local = dict(self.stations[sensor.station])
        local |= {key: self.by_key[key] for key in rule.inputs.values() if key in self.by_key}
        return at_ports(rule, sensor, local)


def site_of(config: Config) -> Site:
    """The sound sensors, by key and by station."""
    placed, every = sound(config)
    stations: dict[str, dict[str, SensorSpec]] = {}
    for _, sensor in placed:
        stations.setdefault(sensor.station, {})[sensor.key] = sensor
    known = config.site.timezone in available_timezones()
    return Site(
        config,
        placed,
        every,
        names(config),
        {s.key: s for _, s in placed},
        {s.key: path for path, s in placed},
        stations,
        zone_offset(config) if known else 0,
    )


def judging(config: Config) -> Iterator[Fault]:
    """Every rule with its sensors; rules that are wrong by themselves are told elsewhere."""
    site = site_of(config)
    for n, rule in enumerate(config.rules):
        if any(rule_faults(("rules", n), rule)):
            continue
        found = sensors_of(config, rule, site.placed)
        known = set(rule.areas or ()) <= {a.id for a in config.areas}
        if site.every and known:
            yield from _watched(site, n, rule, found)
        beside = {sensor.key: site.beside(rule, sensor) for _, sensor in found}
        yield from port_faults(n, rule, found, beside, site.names, every=site.every)
        for path, sensor in found:
            yield from _task(site, n, rule, path, sensor)


def _watched(site: Site, n: int, rule: RuleIn, found: list[Placed]) -> Iterator[Fault]:
    """Whether the rule watches anything, and something in each area it names."""
    unnamed = list(_named(site, n, rule, found))
    yield from unnamed
    values = {"quantity": rule.quantity}
    if not found:
        code = "watches_no_forecast" if rule.forecast else "watches_nothing"
        yield from [] if unnamed else [Fault(("rules", n), code, values)]
        return
    judged = {sensor.station for _, sensor in found}
    areas = {a.id: a for a in site.config.areas}
    for k, name in enumerate(rule.areas or ()):
        if not judged & set(areas[name].stations):
            yield Fault(("rules", n, "areas", k), "area_unwatched", {**values, "name": name})
    there = [a for a in areas.values() if rule.areas is None or a.id in rule.areas]
    most = max(len(judged & set(a.stations)) for a in there)
    for word, count in rule.votes.items():
        if count > most:
            told = {"count": count, "most": most}
            yield Fault(("rules", n, "votes", word), "votes_many", told)


def _named(site: Site, n: int, rule: RuleIn, found: list[Placed]) -> Iterator[Fault]:
    """Names under `sensors` that no judged sensor has."""
    path: Path = ("rules", n, "sensors")
    yield from twice(path, rule.sensors or ())
    wider = rule.model_copy(update={"sensors": None})
    for k, name in enumerate(rule.sensors or ()):
        if all(sensor.name != name for _, sensor in found):
            there = dict.fromkeys(s.name for _, s in sensors_of(site.config, wider, site.placed))
            values = {"name": name, "quantity": rule.quantity, "choice": choice(name, there)}
            yield Fault((*path, k), "sensors_none", values)


def _task(site: Site, n: int, rule: RuleIn, path: Path, sensor: SensorSpec) -> Iterator[Fault]:
    name = set_name(rule, sensor)
    if name is None:
        yield Fault(
            (*path, "thresholds", rule.id), "no_thresholds", {"rule": rule.id, "sensor": sensor.key}
        )
    elif name in site.config.thresholds:
        yield from set_faults(site, n, rule, sensor, name)


def set_faults(site: Site, n: int, rule: RuleIn, sensor: SensorSpec, name: str) -> Iterator[Fault]:
    """What is wrong with a threshold set that is there, for one rule and sensor."""
    given = site.config.thresholds[name]
    others = site.beside(rule, sensor)
    heights = [sensor, *(s for s in others if s is not None and given.datum is not None)]
    wrong = [_datum(site.paths[s.key], s, name, given) for s in heights]
    yield from (fault for fault in wrong if fault is not None)
    if not any(wrong):
        seen = view(sensor, given, others, site.zone)
        yield from level_faults(n, rule, name, given, sensor, seen)


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
