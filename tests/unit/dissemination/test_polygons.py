"""Simplified rings: near, closed, uncrossed, few; distances and crossings by brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import cos, hypot, pi, radians, sin

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dissemination.polygons import METRES, Ring, crosses, simplified

TOLERANCES = st.sampled_from([0.0, 1.0, 25.0, 200.0, 5000.0])


def closed(points: list[tuple[float, float]]) -> Ring:
    return (*points, points[0])


@st.composite
def stars(draw: st.DrawFn) -> Ring:
    """Rings around a middle: they never cross themselves."""
    n = draw(st.integers(3, 60))
    lat, lon = draw(st.floats(-60, 60)), draw(st.floats(-170, 170))
    radii = draw(st.lists(st.floats(0.01, 0.2), min_size=n, max_size=n))
    return closed(
        [
            (round(lat + r * sin(2 * pi * k / n), 6), round(lon + r * cos(2 * pi * k / n), 6))
            for k, r in enumerate(radii)
        ]
    )


@st.composite
def scribbles(draw: st.DrawFn) -> Ring:
    point = st.tuples(st.integers(0, 40), st.integers(0, 40))
    points = draw(st.lists(point, min_size=3, max_size=14, unique=True))
    return closed([(23 + a / 400, 113 + b / 400) for a, b in points])


def away(point: tuple[float, float], ring: Ring) -> float:
    """Metres from a point to an outline, on the plane at the ring's middle, edge by edge."""
    middle = (min(p[0] for p in ring) + max(p[0] for p in ring)) / 2

    def plane(p: tuple[float, float]) -> tuple[float, float]:
        return p[0] * METRES, p[1] * METRES * cos(radians(middle))

    y, x = plane(point)
    best = float("inf")
    for (a, b), (c, d) in zip(map(plane, ring), map(plane, ring[1:]), strict=False):
        u, v = c - a, d - b
        squared = u * u + v * v
        t = min(1.0, max(0.0, ((y - a) * u + (x - b) * v) / squared)) if squared else 0.0
        best = min(best, hypot(y - a - t * u, x - b - t * v))
    return best


@given(stars(), TOLERANCES, st.integers(3, 70))
def test_it_is_near_closed_uncrossed_and_small(ring: Ring, tolerance: float, most: int) -> None:
    found = simplified(ring, tolerance, most)
    assert found.ring[0] == found.ring[-1] and len(set(found.ring)) >= 3
    assert set(found.ring) <= set(ring)
    order = [ring.index(p) for p in found.ring[:-1]]
    assert order == sorted(order)  # in the order of the ring
    assert not crossing(found.ring)
    worst = max(away(p, found.ring) for p in ring)
    assert worst <= found.tolerance * 1.001 + 0.01  # six decimals: a tenth of a metre
    if found.tolerance > tolerance:  # the limit asked for more
        looser = simplified(ring, tolerance, len(ring))
        assert len(looser.ring) - 1 > most or len(looser.ring) - 1 == 3


@given(st.integers(3, 60), st.integers(3, 70), st.floats(0, 1))
def test_of_a_convex_ring_exactly_as_many_corners_as_wanted_stay(
    n: int, most: int, turn: float
) -> None:
    angles = [2 * pi * (k + turn) / n for k in range(n)]
    ring = closed([(23 + sin(a) / 10, 113 + cos(a) / 10) for a in angles])
    assert len(simplified(ring, 0.0, most).ring) - 1 == min(n, most)


def crossing(ring: Ring) -> bool:
    """Any two edges that are no neighbours and meet, in exact arithmetic."""
    points = [(Fraction(a), Fraction(b)) for a, b in ring[:-1]]
    n = len(points)
    edges = [(points[k], points[(k + 1) % n]) for k in range(n)]
    return any(
        meet(*edges[i], *edges[k])
        for i, k in combinations(range(n), 2)
        if k - i > 1 and not (i == 0 and k == n - 1)
    )


Exact = tuple[Fraction, Fraction]


def side(a: Exact, b: Exact, c: Exact) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def within(a: Exact, b: Exact, c: Exact) -> bool:
    return all(min(a[k], b[k]) <= c[k] <= max(a[k], b[k]) for k in (0, 1))


def meet(a: Exact, b: Exact, c: Exact, d: Exact) -> bool:
    if side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b):
        return True
    return any(
        side(*edge, p) == 0 and within(*edge, p)
        for edge, p in (((a, b), c), ((a, b), d), ((c, d), a), ((c, d), b))
    )


@given(scribbles())
def test_crossings_are_found(ring: Ring) -> None:
    corners = np.round((np.array(ring[:-1]) - (23, 113)) * 400)  # whole numbers: no rounding
    assert crosses(corners) == crossing(tuple(map(tuple, [*corners.tolist(), corners[0].tolist()])))


@given(scribbles(), TOLERANCES)
def test_what_does_not_cross_itself_never_does(ring: Ring, tolerance: float) -> None:
    assume(not crossing(ring))
    assert not crossing(simplified(ring, tolerance, 3).ring)


def test_a_bump_stays_where_a_gorge_ends_in_it() -> None:
    """Without it the straight shore would cross the gorge."""
    bump, gorge = (-0.5, 5.0), [(10.0, 5.1), (-0.3, 5.0), (10.0, 4.9)]
    shape = [(0.0, 0.0), bump, (0.0, 10.0), (10.0, 10.0), *gorge, (10.0, 0.0)]
    ring = closed([(23 + a / 100, 113 + b / 100) for a, b in shape])
    without = closed([p for p in ring[:-1] if p != ring[1]])
    assert crossing(without) and not crossing(ring)
    found = simplified(ring, 700.0, 100)
    assert ring[1] in found.ring and not crossing(found.ring)


@pytest.mark.parametrize("n", [3, 4])
def test_small_rings_stay(n: int) -> None:
    ring = closed([(23.0, 113.0), (23.0, 113.1), (23.1, 113.1), (23.1, 113.0)][:n])
    assert simplified(ring, 25.0, 100).ring == ring
    assert len(simplified(ring, 1e9, 3).ring) == 4


def test_over_the_date_line_it_is_left_as_it_is() -> None:
    ring = closed([(0.0, 179.9), (0.0, -179.9), (0.05, -179.95), (0.1, -179.9), (0.1, 179.9)])
    found = simplified(ring, 1e6, 3)
    assert found.ring == ring and found.tolerance == 0
