"""Places a resident may choose, and which areas' warnings concern who chose one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tongluo.config.areas import AreaIn
from tongluo.config.models import Config

CIRCLE_POINTS = 48
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km


def outline(area: AreaIn) -> list[tuple[float, float]]:
    """The area's border as points (latitude, longitude), closed; a circle as a polygon."""
    if area.circle is None:
        points = [(p[0], p[1]) for p in area.polygon or ()]
        return points if not points or points[0] == points[-1] else [*points, points[0]]
    (lat, lon), radius = area.circle.centre, area.circle.radius_km / KM_PER_DEGREE
    wide = max(0.01, math.cos(math.radians(lat)))
    turns = [2 * math.pi * n / CIRCLE_POINTS for n in range(CIRCLE_POINTS)]
    ring = [(lat + radius * math.sin(a), lon + radius * math.cos(a) / wide) for a in turns]
    return [*ring, ring[0]]


def hears(config: Config) -> dict[str, list[str]]:
    """Place -> itself, what it lies in, and what lies in it; an area lies in its parent and lists.

    A warning for the district concerns the village, and one for the village who chose the district.
    """
    around: dict[str, list[str]] = {a.id: [a.parent] if a.parent else [] for a in config.areas}
    for listed in config.areas:
        for member in listed.areas:
            around.get(member, []).append(listed.id)
    found = {a.id: [a.id, *_above(a.id, around)] for a in config.areas}
    for area, others in list(found.items()):
        for above in others[1:]:
            if area in around and area not in found[above]:
                found[above].append(area)
    return found


def _above(area: str, around: Mapping[str, Sequence[str]]) -> list[str]:
    """All that an area lies in, the nearest first."""
    found: list[str] = []
    waiting = list(around[area])
    while waiting:
        up = waiting.pop(0)
        if up in around and up not in found and up != area:
            found.append(up)
            waiting += around[up]
    return found


def told(config: Config, digest: str) -> dict[str, Any]:
    """What the page knows of the site: its name, its places, how they nest."""
    concerned = hears(config)
    areas = [
        {
            "id": a.id,
            "name": {"zh-CN": a.name, "en-US": a.name_en},
            "parent": a.parent,
            "outline": [[round(lat, 5), round(lon, 5)] for lat, lon in outline(a)],
            "hears": concerned[a.id],
            "plan": {"zh-CN": a.plan, "en-US": a.plan_en},
        }
        for a in config.areas
    ]
    site = config.site
    return {
        "name": {"zh-CN": site.name, "en-US": site.name_en},
        "sender": {"zh-CN": site.sender.name, "en-US": site.sender.name_en},
        "contact": site.sender.contact,
        "zone": site.timezone,
        "exercise": site.status == "Exercise",
        "digest": digest,
        "areas": areas,
    }
