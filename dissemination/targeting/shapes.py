"""Polygons and circles on the ground: what lies in what, what overlaps what, how far it is.

Points are (latitude, longitude) in degrees, sides of polygons straight in these (as in GeoJSON),
longitudes taken the short way round. Shapes that only touch do not overlap: villages that share a
border are not each other's. Distances by the haversine formula on a sphere of 6371.0088 km (mean
radius, IUGG); from a circle to the side of a polygon in the plane that touches at its centre: good
to 1 % up to some 300 km.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
EARTH = 6371.0088
NEAR = 1e-9
"""Degrees (0.1 mm) within which a point lies on a side."""


@dataclass(frozen=True)
class Shape:
    """A polygon, a circle, or nothing that anybody has drawn."""

    polygon: tuple[Point, ...] = ()
    """Corners in order; the first may stand again as the last."""
    circle: tuple[float, float, float] | None = None
    """(latitude, longitude, radius in km)."""

    def __bool__(self) -> bool:
        return bool(self.polygon) or self.circle is not None

    @property
    def centre(self) -> Point | None:
        """Of a circle its centre, of a polygon that of its surface."""
        if self.circle is not None:
            return self.circle[:2]
        return centroid(self.polygon) if self.polygon else None


def distance(a: Point, b: Point) -> float:
    """Kilometres.

    >>> round(distance((0.0, 0.0), (0.0, 90.0)))
    10008
    """
    (p, x), (q, y) = (tuple(map(math.radians, point)) for point in (a, b))
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin((y - x) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(h)))


def contains(shape: Shape, point: Point) -> bool:
    """Whether a point lies in a shape or on its edge.

    >>> square = Shape(((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)))
    >>> contains(square, (1.0, 1.0)), contains(square, (0.0, 1.0)), contains(square, (3.0, 1.0))
    (True, True, False)
    """
    if shape.circle is not None:
        return distance(shape.circle[:2], point) <= shape.circle[2]
    if not shape.polygon:
        return False
    return _on_edge(_near(shape.polygon, point), point) or _inside(shape.polygon, point)


def overlap(a: Shape, b: Shape) -> bool:
    """Whether two shapes have more in common than an edge.

    >>> left = Shape(((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)))
    >>> right = Shape(((0.0, 1.0), (0.0, 2.0), (1.0, 2.0), (1.0, 1.0)))
    >>> overlap(left, right), overlap(left, Shape(circle=(0.5, 1.5, 60.0))), overlap(left, left)
    (False, True, True)
    """
    if not a or not b:
        return False
    if a.circle is not None and b.circle is not None:
        return distance(a.circle[:2], b.circle[:2]) < a.circle[2] + b.circle[2]
    if a.circle is not None:
        return _reaches(a.circle, b.polygon)
    if b.circle is not None:
        return _reaches(b.circle, a.polygon)
    return _polygons(a.polygon, tuple(_near(b.polygon, a.polygon[0])))


def _near(corners: Sequence[Point], point: Point) -> list[Point]:
    """The same corners with longitudes on the point's side of the date line."""
    return [(lat, point[1] + (lon - point[1] + 180) % 360 - 180) for lat, lon in corners]


def _sides(corners: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        if a != b:
            yield a, b


def _inside(corners: Sequence[Point], point: Point) -> bool:
    """By counting the sides that a ray to the east crosses."""
    y, x = point
    found = False
    for (y1, x1), (y2, x2) in _sides(_near(corners, point)):
        if (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * ((y - y1) / (y2 - y1)):
            found = not found
    return found


def _on_edge(corners: Sequence[Point], point: Point) -> bool:
    return any(_apart(point, a, b) <= NEAR for a, b in _sides(corners))


def _apart(point: Point, a: Point, b: Point) -> float:
    """From a point to a side, in the unit of the coordinates."""
    dy, dx = b[0] - a[0], b[1] - a[1]
    along = ((point[0] - a[0]) * dy + (point[1] - a[1]) * dx) / (dy * dy + dx * dx)
    t = min(1.0, max(0.0, along))
    return math.hypot(point[0] - a[0] - t * dy, point[1] - a[1] - t * dx)


def _reaches(circle: tuple[float, float, float], corners: Sequence[Point]) -> bool:
    """Whether a circle lies on some of a polygon."""
    lat, lon, radius = circle
    if _inside(corners, (lat, lon)):
        return True
    degree = math.radians(EARTH)
    wide = degree * max(1e-6, math.cos(math.radians(lat)))
    flat = [((y - lat) * degree, (x - lon) * wide) for y, x in _near(corners, (lat, lon))]
    return any(_apart((0.0, 0.0), a, b) < radius for a, b in _sides(flat))


def _polygons(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Each side of one, cut where it meets the other, has a piece that runs inside the other; or
    the outlines are the same, and so is the inside."""
    return (
        any(_within(b, middle) for middle in _pieces(a, b))
        or any(_within(a, middle) for middle in _pieces(b, a))
        or any(_within(b, point) for point in _points_in(a))
    )


def _within(corners: Sequence[Point], point: Point) -> bool:
    return not _on_edge(corners, point) and _inside(corners, point)


def _pieces(a: Sequence[Point], b: Sequence[Point]) -> Iterator[Point]:
    """The middles of all pieces of a's sides between b's."""
    for p, q in _sides(a):
        cuts = sorted({0.0, 1.0, *(t for r, s in _sides(b) for t in _cuts(p, q, r, s))})
        for t, u in pairwise(cuts):
            m = (t + u) / 2
            yield p[0] + m * (q[0] - p[0]), p[1] + m * (q[1] - p[1])


def _cuts(p: Point, q: Point, r: Point, s: Point) -> list[float]:
    """Where the side p-q meets r-s, as parts of its length."""
    d, e = (q[0] - p[0], q[1] - p[1]), (s[0] - r[0], s[1] - r[1])
    turn = d[0] * e[1] - d[1] * e[0]
    if abs(turn) > NEAR * math.hypot(*d) * math.hypot(*e):
        t = ((r[0] - p[0]) * e[1] - (r[1] - p[1]) * e[0]) / turn
        return [t] if 0 < t < 1 else []
    length = d[0] * d[0] + d[1] * d[1]
    ends = (((x[0] - p[0]) * d[0] + (x[1] - p[1]) * d[1]) / length for x in (r, s))
    return [t for t in ends if 0 < t < 1]


def _points_in(corners: Sequence[Point]) -> Iterator[Point]:
    """Points inside a polygon: between the sides, half-way up each of its steps."""
    heights = sorted({lat for lat, _ in corners})
    for low, high in pairwise(heights):
        y = (low + high) / 2
        xs = sorted(
            x1 + (x2 - x1) * ((y - y1) / (y2 - y1))
            for (y1, x1), (y2, x2) in _sides(corners)
            if (y1 > y) != (y2 > y)
        )
        yield from ((y, (a + b) / 2) for a, b in zip(xs[::2], xs[1::2], strict=False))


def centroid(corners: Sequence[Point]) -> Point:
    """The centre of a polygon's surface; of one without surface, the middle of its corners.

    >>> centroid(((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)))
    (1.0, 1.0)
    """
    y0, x0 = corners[0]
    flat = [(y - y0, x - x0) for y, x in _near(corners, corners[0])]
    twice = [a[0] * b[1] - b[0] * a[1] for a, b in _sides(flat)]
    if abs(sum(twice)) < 1e-15:
        lats, lons = [y for y, _ in flat], [x for _, x in flat]
        return y0 + sum(lats) / len(flat), x0 + sum(lons) / len(flat)
    y = sum((a[0] + b[0]) * t for (a, b), t in zip(_sides(flat), twice, strict=True))
    x = sum((a[1] + b[1]) * t for (a, b), t in zip(_sides(flat), twice, strict=True))
    return y0 + y / (3 * sum(twice)), x0 + x / (3 * sum(twice))
