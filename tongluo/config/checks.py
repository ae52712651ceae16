"""What one block of the file says about another: every cross-check, and what it must rely on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tongluo.config import (
    checks_areas,
    checks_chains,
    checks_coverage,
    checks_derived,
    checks_duty,
    checks_judging,
    checks_messages,
    checks_policies,
    checks_quality,
    checks_rules,
    checks_sensors,
    checks_site,
    checks_sources,
    checks_stations,
)
from tongluo.config.faults import Fault
from tongluo.config.models import Config

CHECKS: tuple[tuple[Callable[[Config], Iterable[Fault]], str], ...] = (
    # check, the sections it relies on: it is left out when one of them cannot be read
    (checks_site.site, "site"),
    (checks_site.broker, "broker"),
    (checks_site.times, "time store"),
    (checks_sources.sources, "sources"),
    (checks_sensors.profiles, "profiles"),
    (checks_stations.stations, "stations"),
    (checks_stations.sensors, "stations profiles"),
    (checks_quality.profiles, "profiles"),
    (checks_quality.sensors, "stations profiles"),
    (checks_areas.areas, "areas"),
    (checks_areas.stations, "areas stations"),
    (checks_derived.derived, "stations profiles areas"),
    (checks_rules.rules, "rules"),
    (checks_rules.areas, "rules areas"),
    (checks_rules.threshold_sets, "rules thresholds"),
    (checks_rules.named_by_sensors, "rules thresholds stations profiles"),
    (checks_judging.judging, "rules areas stations profiles thresholds"),
    (checks_policies.policies, "policies channels"),
    (checks_chains.chains, "chains"),
    (checks_chains.named, "chains areas rules thresholds"),
    (checks_chains.acting, "chains rules areas stations profiles"),
    (checks_chains.lowering, "chains rules areas stations profiles thresholds"),
    (checks_duty.operators, "operators duty channels"),
    (checks_duty.approvals, "policies operators channels"),
    (checks_policies.hazards, "policies rules"),
    (checks_policies.chained, "policies chains"),
    (checks_policies.channels, "channels"),
    (checks_messages.messages, "messages"),
    (checks_messages.lengths, "messages channels areas site"),
    (checks_coverage.coverage, "coverage channels areas"),
)


def check(config: Config, broken: Collection[str] = ()) -> list[Fault]:
    """Every fault between blocks; `broken` names the sections whose content was not understood."""
    return [
        fault
        for look, sections in CHECKS
        if not set(sections.split()) & set(broken)
        for fault in look(config)
    ]
