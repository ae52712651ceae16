"""What a configuration may do and hardly means: remarks, not faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from dissemination.targeting.charge import DEPUTY, ROLE
from tongluo.config.checks_duty import has_staff
from tongluo.config.duty import ApproveIn, StepIn, TellIn
from tongluo.config.faults import Fault, Path
from tongluo.config.models import Config, PolicyIn
from tongluo.config.sensors import declared

DIGEST = re.compile(r"[0-9a-f]{24}")
"""How a number of the channel's own list is written down: it leads there without a staff list."""


def remarks(config: Config, today: str) -> Iterator[Fault]:
    """Everything worth a look on this day, like 2026-07-01."""
    yield from _not_in_force(config, date.fromisoformat(today))
    yield from _unused(config)
    yield from _unstaffed(config)
    yield from _areas(config)
    yield from _stations(config)


def _not_in_force(config: Config, today: date) -> Iterator[Fault]:
    for name, given in config.thresholds.items():
        start, end = given.valid.from_, given.valid.to
        if (start and today < start) or (end and today > end):
            values = {"start": start or "...", "end": end or "..."}
            yield Fault(("thresholds", name, "valid"), "not_in_force", values)


def _unused(config: Config) -> Iterator[Fault]:
    sensors = [sensor for station in config.stations for sensor in declared(station)]
    profiles = {sensor.profile for sensor in sensors}
    sets = {rule.thresholds for rule in config.rules}
    for sensor in (*sensors, *config.profiles.values()):
        sets |= set((sensor.thresholds or {}).values())
    sets |= {chain.lower.thresholds for chain in config.chains if chain.lower is not None}
    channels = {name for policy in config.policies for name in (*policy.channels, *_calls(policy))}
    for section, used in (("profiles", profiles), ("thresholds", sets), ("channels", channels)):
        for name in getattr(config, section):
            if name not in used:
                yield Fault((section, name), "unused")


def _calls(policy: PolicyIn) -> Iterator[str]:
    """Channels by which people are called or told."""
    return (name for _, step in _steps(policy) for name in step.by)


def _steps(policy: PolicyIn) -> Iterator[tuple[Path, StepIn | TellIn]]:
    """Where people are called or told, and how."""
    every: list[tuple[Path, ApproveIn | None]] = [(("approve",), policy.approve)]
    every += [(("levels", w, "approve"), level.approve) for w, level in policy.levels.items()]
    for where, approve in every:
        if approve is not None:
            yield from (((*where, "ladder", k), step) for k, step in enumerate(approve.ladder))
            if approve.tell is not None:
                yield (*where, "tell"), approve.tell


def _unstaffed(config: Config) -> Iterator[Fault]:
    """Calls that reach nobody: the channel finds people by a list of staff, and has none."""
    for n, policy in enumerate(config.policies):
        for where, step in _steps(policy):
            for k, channel in enumerate(step.by):
                people = _unreached(config, step.whom, channel)
                if people:
                    values = {"name": channel, "people": ", ".join(people)}
                    yield Fault(("policies", n, *where, "by", k), "no_staff", values)


def _unreached(config: Config, whom: Sequence[str], channel: str) -> list[str]:
    if not has_staff(config, channel) or config.channels[channel].options.get("staff") is not None:
        return []
    return [
        name
        for name, o in config.operators.items()
        if {name, *o.roles} & {*whom} and not _leads(o.contacts.get(channel, ""))
    ]


def _leads(contact: str) -> bool:
    return bool(DIGEST.fullmatch(contact)) or contact.startswith((ROLE, DEPUTY))


def _areas(config: Config) -> Iterator[Fault]:
    areas = {a.id: a for a in config.areas}
    watched = {a.id for a in config.areas if a.stations}
    for area in config.areas:  # whoever has stations also watches for those around it
        at = area.parent if area.stations else None
        while at is not None:
            watched.add(at)
            at = areas[at].parent
    for n, area in enumerate(config.areas):
        parent = areas.get(area.parent or "")
        if parent and area.people > parent.people:
            yield Fault(("areas", n, "people"), "more_people", {"parent": parent.id})
        if area.id not in watched:
            yield Fault(("areas", n), "unwatched")


def _stations(config: Config) -> Iterator[Fault]:
    listed = {name for area in config.areas for name in area.stations}
    for n, station in enumerate(config.stations):
        if not declared(station):
            yield Fault(("stations", n), "station_bare")
        if station.id not in listed:
            yield Fault(("stations", n), "station_alone", {"name": station.id})
