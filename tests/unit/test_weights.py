"""Weights of areal means: shares of a polygon, and what is left when it is too thin to sample."""

from __future__ import annotations

import pytest

from tongluo.config.weights import inverse_distance, thiessen

SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0)]


def test_shares_of_a_square_sum_to_one() -> None:
    weights = thiessen([(1.0, 1.0), (1.0, 3.0), (3.0, 2.0)], SQUARE)
    assert sum(weights) == pytest.approx(1)
    assert weights[0] == pytest.approx(weights[1], abs=0.01)


def test_a_polygon_thinner_than_the_squares_goes_by_its_corners() -> None:
    sliver = [(0.0, 0.0), (4.0, 4.0), (4.0, 4.0 - 1e-9)]
    assert thiessen([(0.0, 0.0), (4.0, 4.0)], sliver) == pytest.approx([1 / 3, 2 / 3])


def test_a_gauge_at_the_place_itself_gets_all() -> None:
    assert inverse_distance([(0.0, 0.0), (1.0, 1.0)], (0.0, 0.0)) == [1.0, 0.0]
