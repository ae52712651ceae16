"""What a warning would reach, without sending it: by channel and by all of them, and by when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dissemination.coverage.ahead import TARGETS, Ahead, ahead
from dissemination.coverage.estimate import Interval
from dissemination.coverage.known import I8, known
from dissemination.coverage.people import People
from dissemination.coverage.predict import Time
from dissemination.coverage.published import Indicator, indicator
from dissemination.coverage.ways import hours, supplied, tested
from tongluo.config.models import AreaIn, Config
from tongluo.core.warning import Area
from tongluo.core.words import Hazard, Level
from tongluo.coverage import kept, place
from tongluo.coverage.look import local_hour

NO_ENTRIES: tuple[I8, list[str], list[str], I8] = (
    np.zeros(0, np.int64), [], [], np.zeros(0, np.int64),
)  # fmt: skip
MINUTES = 180
"""Looked at ahead."""


@dataclass(frozen=True)
class Plan:
    """By channel, and by all of them together."""

    people: People
    channels: dict[str, Ahead]
    every: Ahead
    published: Indicator
    left_out: tuple[str, ...]
    """Channels that would be used and of which nothing is said under `coverage`."""


def plan(config: Config, folder: Path, area: Area, at: int, names: Sequence[str] = ()) -> Plan:
    """Reach by minute from a moment (ms) on; names: channels, none of them: all believed in."""
    said = config.coverage.channels
    used = [n for n in (names or said) if n in said]
    ways = [way for way in place.ways(config, folder) if way.name in used]
    if not ways:
        never = Time(math.inf, math.inf, math.inf, 1.0)
        nothing = Ahead([Interval(0.0, 0.0, 0.0)], dict.fromkeys(TARGETS, never))
        return Plan(People.of(NO_ENTRIES, []), {}, nothing, Indicator(math.nan, math.nan), ())
    areas = place.chosen(config, folder, area)
    people = place.people(config, place.named(folder, areas), areas, 0, area.id)
    works = supplied(ways, people, kept.states(folder, at, place.below(config)))
    hour = hours(ways, local_hour(at, config.site.timezone))
    tests = kept.tests(kept.days(folder), [way.name for way in ways])
    shares = np.tile([way.share for way in ways], (len(people.people), 1))
    here = known(
        tuple(way.name for way in ways), people.people, declared=shares, up=works, hour=hour,
        **(tested(tests, people) if len(tests.asked) else {}),
    )  # fmt: skip
    by = {way.name: ahead(people, ways, here, MINUTES, only=(way.name,)) for way in ways}
    left = tuple(n for n in names if n not in said and config.channels[n].kind != "recording")
    published = indicator(people.people, here.declared * hour, works)
    return Plan(people, by, ahead(people, ways, here, MINUTES), published, left)


def channels_of(config: Config, hazard: Hazard | None, level: Level | None) -> tuple[str, ...]:
    """The channels that the first fitting policy sends on; none named: all."""
    if hazard is None:
        return ()
    for policy in config.policies:
        fits = policy.hazards is None or hazard in policy.hazards
        if fits and (level is None or level >= Level.parse(policy.from_level)):
            return policy.channels
    return ()


def area_of(config: Config, name: str) -> Area | None:
    """An area of the configuration as a warning names it."""
    found: AreaIn | None = next((a for a in config.areas if a.id == name), None)
    if found is None:
        return None
    circle = found.circle
    return Area(
        found.id, found.name, found.name_en, found.people, tuple(found.polygon or ()),
        None if circle is None else (*circle.centre, circle.radius_km), found.code,
        found.parent or "",
    )  # fmt: skip
