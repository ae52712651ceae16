"""Cross-checks of rules: their detectors and options, and the names they give and are given."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from detectors import DETECTORS
from tongluo.config.checks_ports import unknown_ports
from tongluo.config.checks_site import twice
from tongluo.config.checks_stations import places
from tongluo.config.faults import Fault, Path
from tongluo.config.model_faults import model_faults
from tongluo.config.models import Config, RuleIn
from tongluo.config.sensors import merged
from tongluo.config.stations import SensorIn
from tongluo.config.texts import choice
from tongluo.core.units import QUANTITIES


def rules(config: Config) -> Iterator[Fault]:
    """Every rule by itself."""
    seen: set[str] = set()
    for n, rule in enumerate(config.rules):
        if rule.id in seen:
            yield Fault(("rules", n, "id"), "rule_twice", {"name": rule.id})
        seen.add(rule.id)
        yield from rule_faults(("rules", n), rule)
        for word, count in rule.votes.items():
            if count < 1:
                yield Fault(("rules", n, "votes", word), "at_least", {"value": count, "limit": 1})


def rule_faults(where: Path, rule: RuleIn) -> Iterator[Fault]:
    """What keeps a rule from being worked with."""
    detector = DETECTORS.get(rule.detector)
    if detector is None:
        known = choice(rule.detector, DETECTORS)
        yield Fault((*where, "detector"), "no_detector", {"name": rule.detector, "choice": known})
    if rule.quantity not in QUANTITIES:
        known = choice(rule.quantity, QUANTITIES)
        yield Fault((*where, "quantity"), "no_quantity", {"name": rule.quantity, "choice": known})
    elif detector and detector.quantities and rule.quantity not in detector.quantities:
        values = {
            "detector": rule.detector,
            "quantity": rule.quantity,
            "choice": choice(rule.quantity, detector.quantities),
        }
        yield Fault((*where, "quantity"), "not_judged", values)
    if detector is not None:
        try:
            detector.options.model_validate(rule.options)
        except ValidationError as error:
            yield from model_faults(error, detector.options, (*where, "options"))
        yield from unknown_ports(where, rule)


def areas(config: Config) -> Iterator[Fault]:
    """The areas that rules name."""
    known = {a.id: None for a in config.areas}
    for n, rule in enumerate(config.rules):
        named = rule.areas or ()
        for k, name in enumerate(named):
            if name not in known:
                values = {"name": name, "choice": choice(name, known)}
                yield Fault(("rules", n, "areas", k), "no_area", values)
        yield from twice(("rules", n, "areas"), named)


def threshold_sets(config: Config) -> Iterator[Fault]:
    """The threshold sets that rules name."""
    for n, rule in enumerate(config.rules):
        if rule.thresholds is not None and rule.thresholds not in config.thresholds:
            known = choice(rule.thresholds, config.thresholds)
            values = {"name": rule.thresholds, "choice": known}
            yield Fault(("rules", n, "thresholds"), "no_set", values)


def named_by_sensors(config: Config) -> Iterator[Fault]:
    """The rules and threshold sets that profiles and sensors name."""
    for name, profile in config.profiles.items():
        yield from _named(config, ("profiles", name), profile, profile.quantity)
    for n, station in enumerate(config.stations):
        for where, sensor in places(n, station):
            if sensor.thresholds and (not sensor.profile or sensor.profile in config.profiles):
                yield from _named(config, where, sensor, merged(config, sensor).quantity)


def _named(config: Config, where: Path, sensor: SensorIn, quantity: str | None) -> Iterator[Fault]:
    judged = {r.id: r.quantity for r in config.rules}
    for rule, name in (sensor.thresholds or {}).items():
        path = (*where, "thresholds", rule)
        if rule not in judged:
            yield Fault(path, "no_rule", {"name": rule, "choice": choice(rule, judged)})
        elif quantity is not None and judged[rule] != quantity:
            values = {"rule": rule, "judged": judged[rule], "quantity": quantity}
            yield Fault(path, "rule_other_quantity", values)
        if name not in config.thresholds:
            known = choice(name, config.thresholds)
            yield Fault(path, "no_set", {"name": name, "choice": known})
