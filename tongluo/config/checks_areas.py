"""Cross-checks of areas: their shapes, what lies in what, and the stations they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tongluo.config.areas import AreaIn
from tongluo.config.checks_site import twice
from tongluo.config.faults import Fault, Path
from tongluo.config.models import Config
from tongluo.config.texts import choice

Point = tuple[float, float]


def areas(config: Config) -> Iterator[Fault]:
    """Every area by itself and among the others."""
    parents = {a.id: a.parent for a in config.areas}
    seen: set[str] = set()
    for n, area in enumerate(config.areas):
        where: Path = ("areas", n)
        if area.id in seen:
            yield Fault((*where, "id"), "area_twice", {"name": area.id})
        seen.add(area.id)
        yield from _shape(where, area)
        yield from _parent(where, area, parents)
        yield from twice((*where, "stations"), area.stations)
        yield from _list(where, area, parents)


def _list(where: Path, area: AreaIn, known: Collection[str]) -> Iterator[Fault]:
    yield from twice((*where, "areas"), area.areas)
    for n, name in enumerate(area.areas):
        if name not in known:
            values = {"name": name, "choice": choice(name, known)}
            yield Fault((*where, "areas", n), "no_area", values)
        elif name == area.id:
            yield Fault((*where, "areas", n), "list_of_itself")
    if "shape" in area.selects and area.polygon is None and area.circle is None:
        yield Fault((*where, "selects"), "selects_nothing", {"key": "polygon` / `circle"})
    if "reach" in area.selects and area.reach is None:
        yield Fault((*where, "selects"), "selects_nothing", {"key": "reach"})


def stations(config: Config) -> Iterator[Fault]:
    """Stations that areas name and nobody declares."""
    known = {s.id: None for s in config.stations}
    for n, area in enumerate(config.areas):
        for k, name in enumerate(area.stations):
            if name not in known:
                values = {"name": name, "choice": choice(name, known)}
                yield Fault(("areas", n, "stations", k), "no_station", values)


def _parent(where: Path, area: AreaIn, parents: dict[str, str | None]) -> Iterator[Fault]:
    path = (*where, "parent")
    if area.parent is None:
        return
    if area.parent not in parents:
        known = choice(area.parent, parents)
        yield Fault(path, "no_area", {"name": area.parent, "choice": known})
        return
    chain = [area.id]
    at: str | None = area.parent
    while at is not None and at not in chain:
        chain.append(at)
        at = parents.get(at)
    if at == area.id:
        yield Fault(path, "area_circle", {"chain": " > ".join([*chain, area.id])})


def _shape(where: Path, area: AreaIn) -> Iterator[Fault]:
    if area.polygon is None:
        if area.circle is None and not area.areas:
            yield Fault(where, "no_shape")
        return
    path = (*where, "polygon")
    if area.circle is not None:
        yield Fault((*where, "circle"), "two_shapes")
    corners = list(area.polygon)
    if corners and corners[0] == corners[-1]:
        corners.pop()
    if len(set(corners)) < 3:
        yield Fault(path, "few_corners")
    elif abs(_doubled_area(corners)) < 1e-12 and not _crossing(corners):
        yield Fault(path, "flat")
    elif crossed := _crossing(corners):
        first, second = crossed
        yield Fault((*path, second), "crossing", {"first": first + 1, "second": second + 1})


def _doubled_area(corners: Sequence[Point]) -> float:
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def _crossing(corners: Sequence[Point]) -> tuple[int, int] | None:
    """The first two sides that cross, by their first corners; None when none do.

    >>> _crossing([(0, 0), (0, 1), (1, 1), (1, 0)]), _crossing([(0, 0), (1, 1), (0, 1), (1, 0)])
    (None, (0, 2))
    """
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    for n, one in enumerate(sides):
        for k in range(n + 2, len(sides)):
            if _cross(*one, *sides[k]):
                return n, k
    return None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the inner parts of two sides meet in one point."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
