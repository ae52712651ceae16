"""The areas of a configuration as the register sees them, and the shape of a list of areas."""

from __future__ import annotations

from dissemination.targeting.places import Place, Reach
from dissemination.targeting.shapes import Shape, distance
from tongluo.config.areas import AreaIn
from tongluo.config.models import Config


def places_of(config: Config) -> list[Place]:
    """Every area, in order."""
    return [_place(area) for area in config.areas]


def _place(area: AreaIn) -> Place:
    r = area.reach
    return Place(
        area.id,
        area.name,
        area.parent or "",
        area.code,
        shape_of(area),
        None if r is None else Reach(r.river, r.from_km, r.to_km),
        area.selects,
        area.areas,
        area.kind or "",
        area.manager,
        area.plan,
        area.plan_en,
    )


def shape_of(area: AreaIn) -> Shape:
    """What is drawn of an area itself."""
    circle = (*area.circle.centre, area.circle.radius_km) if area.circle else None
    return Shape(area.polygon or (), circle)


def around(config: Config, area: AreaIn) -> tuple[float, float, float] | None:
    """A circle around all members of a list, for maps and messages that want a shape; its middle
    is the middle of theirs. None where none of them is drawn."""
    known = {a.id: a for a in config.areas}
    shapes, seen, open_ = list[Shape](), {area.id}, list(area.areas)
    while open_:
        name = open_.pop()
        if name in known and name not in seen:
            seen.add(name)
            open_.extend(known[name].areas)
            shapes += [shape] if (shape := shape_of(known[name])) else []
    centres = [shape.centre for shape in shapes if shape.centre is not None]
    if not centres:
        return None
    lat = sum(c[0] for c in centres) / len(centres)
    lon = sum(c[1] for c in centres) / len(centres)
    return lat, lon, round(max(_farthest((lat, lon), shape) for shape in shapes) + 0.0005, 3)


def _farthest(middle: tuple[float, float], shape: Shape) -> float:
    if shape.circle is not None:
        return distance(middle, shape.circle[:2]) + shape.circle[2]
    return max(distance(middle, corner) for corner in shape.polygon)
