"""Slopes, changes and persistence against numpy, and rates as people write them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import rates, trend
from tests.unit.detectors.movement import DAY, HOUR, START

STATE = np.dtype([*trend.ring_fields(1), *trend.persist_fields()], align=True)


@trend.compiled
def slope(s: Any, window: int, t: int, noise: float) -> tuple[float, float, float, int]:
    return trend.slope(s, 0, window, t, noise)


def filled(hours: list[int], values: list[float], window: int) -> Any:
    s = np.zeros(1, STATE)
    for hour, value in zip(hours, values, strict=True):
        trend.push(s[0], 0, window, START + hour * HOUR, value)
    return s[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 31), min_size=3, max_size=32, unique=True).map(sorted),
    st.floats(-50, 50),
    st.floats(-1000, 1000),
)
def test_the_slope_of_a_line_is_that_of_numpy(hours: list[int], rate: float, at: float) -> None:
    values = [at + rate * h / 24 for h in hours]
    window = 32 * HOUR
    b, _, span, n = slope(filled(hours, values, window), window, START + hours[-1] * HOUR, 0.0)
    assert b == pytest.approx(np.polyfit(np.array(hours) / 24, values, 1)[0], abs=1e-6)
    assert (n, span) == (len(hours), pytest.approx((hours[-1] - hours[0]) / 24))


def test_the_error_is_that_of_the_noise_when_it_is_more_than_the_scatter() -> None:
    hours = list(range(32))
    s = filled(hours, [h / 24 for h in hours], 32 * HOUR)
    x = np.array(hours) / 24
    want = 0.5 / math.sqrt(((x - x.mean()) ** 2).sum())
    assert slope(s, 32 * HOUR, START + 31 * HOUR, 0.5)[1] == pytest.approx(want)


def test_one_wild_reading_turns_the_slope_little() -> None:
    dice = np.random.default_rng(4)  # noqa: TID251 - chance for tests, by a stated seed
    hours = list(range(32))
    values = [5 * h / 24 + dice.normal(0, 0.1) for h in hours]
    values[28] += 20
    plain = np.polyfit(np.array(hours) / 24, values, 1)[0]
    b = slope(filled(hours, values, 32 * HOUR), 32 * HOUR, START + 31 * HOUR, 0.0)[0]
    assert abs(plain - 5) > 2
    assert abs(b - 5) < 0.5


def test_close_readings_share_a_slot_and_old_ones_leave() -> None:
    s = filled([0, 100, 101, 102], [9.0, 1.0, 2.0, 3.0], 32 * HOUR)
    assert slope(s, 32 * HOUR, START + 102 * HOUR, 0.0)[3] == 3
    s = filled([h // 10 for h in range(300)], [1.0] * 300, 32 * HOUR)
    assert s["pushed"][0] == 30


@pytest.mark.parametrize(
    ("text", "value"), [("5 mm/d", 5.0), ("1 mm/h", 24.0), ("0.1 cm / d", 1.0)]
)
def test_rates(text: str, value: float) -> None:
    assert rates.parse_rate(text, "displacement") == pytest.approx(value)


@pytest.mark.parametrize("text", ["5", "5 mm", "mm/d", "5 deg/d", "5 mm/y", 5, None])
def test_what_is_no_rate_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="not"):
        rates.parse_rate(text, "displacement")


@pytest.mark.parametrize("text", ["3", "5 of 3", "0 of 3", "3 of 17", "a of b"])
def test_what_is_no_persistence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a persistence"):
        rates.parse_persistence(text)


def test_a_day_is_a_day() -> None:
    assert trend.DAY == DAY
