"""Geometry against brute force: a grid of points, rotations of the start, the date line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.path import Path as Outline

from dissemination.targeting.shapes import (
    EARTH,
    Point,
    Shape,
    centroid,
    contains,
    distance,
    overlap,
)

STEP = st.integers(-8, 8)


@st.composite
def polygons(draw: st.DrawFn) -> tuple[Point, ...]:
    """Star-shaped, so that no sides cross: radii around a centre, on quarter units."""
    n = draw(st.integers(3, 8))
    y, x = draw(STEP) / 4, draw(STEP) / 4
    radii = draw(st.lists(st.integers(1, 8), min_size=n, max_size=n))
    turn = [2 * math.pi * k / n for k in range(n)]
    return tuple(
        (y + r / 4 * math.sin(a), x + r / 4 * math.cos(a)) for r, a in zip(radii, turn, strict=True)
    )


def grid(step: float = 0.137) -> list[Point]:
    values = np.arange(-4.03, 4.1, step)
    return [(float(y), float(x)) for y in values for x in values]


@given(polygons(), st.floats(-4, 4), st.floats(-4, 4))
def test_a_point_in_a_polygon_is_where_matplotlib_sees_it(
    corners: tuple[Point, ...], y: float, x: float
) -> None:
    outline = Outline([*corners, corners[0]], closed=True)
    inner = outline.contains_point((y, x), radius=1e-6)
    outer = outline.contains_point((y, x), radius=-1e-6)
    assume(inner == outer)  # not on the edge
    assert contains(Shape(corners), (y, x)) == inner


@given(polygons(), st.integers(0, 7), st.booleans())
def test_where_a_polygon_begins_and_which_way_it_runs_is_nothing(
    corners: tuple[Point, ...], start: int, closed: bool
) -> None:
    turned = corners[start % len(corners) :] + corners[: start % len(corners)]
    turned = tuple(reversed(turned)) + (turned[-1:] if closed else ())
    for point in grid(0.9):
        assert contains(Shape(corners), point) == contains(Shape(turned), point)
    assert overlap(Shape(corners), Shape(turned))
    assert centroid(turned) == pytest.approx(centroid(corners))


@given(polygons(), polygons())
def test_overlap_is_seen_by_a_grid_of_points(a: tuple[Point, ...], b: tuple[Point, ...]) -> None:
    one, two = Shape(a), Shape(b)
    assert overlap(one, two) == overlap(two, one)
    outlines = [Outline([*corners, corners[0]], closed=True) for corners in (a, b)]
    points = grid(0.05)
    both = outlines[0].contains_points(points) & outlines[1].contains_points(points)
    if both.sum() > 2:  # a corner of a point that a rounding puts in both is none
        assert overlap(one, two)
    if not overlap(one, two):
        assert both.sum() <= 2


@given(polygons(), st.integers(1, 8))
def test_what_is_far_away_does_not_overlap_and_neighbours_only_touch(
    corners: tuple[Point, ...], width: int
) -> None:
    east = max(x for _, x in corners)
    assert not overlap(Shape(corners), Shape(tuple((y, x + 20) for y, x in corners)))
    wall = ((-9.0, east), (9.0, east), (9.0, east + width), (-9.0, east + width))
    assert not overlap(Shape(corners), Shape(wall))
    assert overlap(Shape(corners), Shape(tuple((y, x - 0.01) for y, x in wall)))


@given(polygons())
def test_the_date_line_is_no_border(corners: tuple[Point, ...]) -> None:
    over = tuple((y, (x + 180 + 180) % 360 - 180) for y, x in corners)
    for y, x in grid(0.9):
        point = (y, (x + 360) % 360 - 180)
        assert contains(Shape(over), point) == contains(Shape(corners), (y, x))
    assert overlap(Shape(over), Shape(circle=(*centroid(over), 3000.0)))


@given(polygons(), st.floats(-4, 4), st.floats(-4, 4), st.floats(1, 500))
def test_a_circle_reaches_a_polygon_as_far_as_its_radius(
    corners: tuple[Point, ...], y: float, x: float, radius: float
) -> None:
    shape, circle = Shape(corners), Shape(circle=(y, x, radius))
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    on = [(p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]))
          for p, q in sides for t in np.linspace(0, 1, 60)]  # fmt: skip
    nearest = min(distance((y, x), point) for point in on)
    assume(abs(nearest - radius) > 0.02 * radius + 1)
    assert overlap(shape, circle) == (nearest < radius or contains(shape, (y, x)))
    assert overlap(circle, shape) == overlap(shape, circle)


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0, 300), st.floats(0, 360))
def test_distances_and_circles(y: float, x: float, km: float, bearing: float) -> None:
    turn, part = math.radians(bearing), km / EARTH
    lat = math.asin(math.sin(math.radians(y)) * math.cos(part)
                    + math.cos(math.radians(y)) * math.sin(part) * math.cos(turn))  # fmt: skip
    east = math.atan2(math.sin(turn) * math.sin(part) * math.cos(math.radians(y)),
                      math.cos(part) - math.sin(math.radians(y)) * math.sin(lat))  # fmt: skip
    there = (math.degrees(lat), x + math.degrees(east))
    assert distance((y, x), there) == pytest.approx(km, abs=1e-4)
    assert contains(Shape(circle=(y, x, km + 0.001)), there)
    assert not contains(Shape(circle=(y, x, max(0.0, km - 0.001))), there) or km < 0.002
    assert overlap(Shape(circle=(y, x, km)), Shape(circle=(*there, 0.001)))
    assert km < 0.01 or not overlap(
        Shape(circle=(y, x, km * 0.4)), Shape(circle=(*there, km * 0.4))
    )


def test_what_nobody_has_drawn_overlaps_nothing() -> None:
    square = Shape(((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)))
    assert not overlap(Shape(), square) and not overlap(square, Shape()) and not Shape()
    assert not contains(Shape(), (0.0, 0.0)) and Shape().centre is None
    assert square.centre == (0.5, 0.5) and Shape(circle=(1.0, 2.0, 3.0)).centre == (1.0, 2.0)
    assert centroid(((0.0, 0.0), (0.0, 2.0), (0.0, 4.0))) == (0.0, 2.0)


def square(y: float, x: float, size: float = 1.0) -> Shape:
    return Shape(((y, x), (y, x + size), (y + size, x + size), (y + size, x)))


@pytest.mark.parametrize("step", [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x])
def test_neighbours_on_every_side_only_touch(step: tuple[int, int]) -> None:
    other = square(*step)
    assert not overlap(square(0, 0), other) and not overlap(other, square(0, 0))
    assert overlap(square(0, 0), square(step[0] * 0.999, step[1] * 0.999))
