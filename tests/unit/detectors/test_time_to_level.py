"""time_to_level against scipy's Theil-Sen slopes, and what it says to people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from detectors.points import POINT, line_at, slopes
from detectors.time_to_level import DETECTOR, POINTS
from tests.build import MINUTE
from tests.unit.detectors.water import STAGE, evenly, judge, one, said, table, why
from tongluo.core.ports import Sensor

LEVELS = {
    "yellow": {"level": "3 m", "within": "2 h"},
    "red": {"level": "4 m", "within": "1 h"},
}
TEN = Sensor("stage", 10 * MINUTE, False)
GAPS = [2, 4, 6, 10, 10, 10, 10, 25, 70]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(-50, 50)), min_size=3, max_size=POINTS),
    st.sampled_from([0.8, 0.9, 0.99]),
)
def test_slope_and_interval_are_scipys(moves: list[tuple[int, int]], confidence: float) -> None:
    """Also with equal values, of which Sen's variance takes account."""
    minutes = np.cumsum([gap for gap, _ in moves])
    value = np.array([v / 8 for _, v in moves])
    ring = np.zeros(POINTS + 1, POINT)
    ring["t"][: len(moves)], ring["v"][: len(moves)] = minutes * MINUTE, value
    z = {0.8: 1.2815515655446004, 0.9: 1.6448536269514722, 0.99: 2.5758293035489004}[confidence]
    room = np.zeros(POINTS * (POINTS + 1) // 2)
    got = slopes(ring, 0, len(moves), z, room)
    expected = theilslopes(value, minutes / 60, confidence)
    assert got[0] == pytest.approx(expected[0], abs=1e-9)
    assert got[1:] == pytest.approx((expected[2], expected[3]), abs=1e-9)
    now = int(minutes[-1]) * MINUTE
    line = np.median(value + got[0] * (minutes[-1] - minutes) / 60)
    assert line_at(ring, 0, len(moves), got[0], now, room) == pytest.approx(line)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(GAPS), st.integers(-30, 30)), min_size=20))
def test_the_steepest_and_the_highest_are_of_the_window(moves: list[tuple[int, int]]) -> None:
    """Each slope from point to point is reckoned once; the window's are compared at each point."""
    tb, minute = table(DETECTOR, LEVELS, TEN, window="1 h", points=3), 0
    for gap, centimetres in moves:
        minute += gap
        one(tb, minute, centimetres / 100)
        s = tb.state[0]
        if not s["used"]:
            continue
        at = np.arange(s["pushed"] - s["used"], s["pushed"]) % (POINTS + 1)
        t, v = s["ring"]["t"][at], s["ring"]["v"][at]
        assert s["top"] == v.max()
        assert s["steepest"] == max(0.0, (np.diff(v) / (np.diff(t) / 3_600_000)).max())


def test_a_steady_rise_is_told_when_its_lead_begins() -> None:
    """0.3 m/h from 2 m: 3 m is 2 h away at 2.4 m, 4 m is 1 h away at 3.7 m."""
    tb = table(DETECTOR, LEVELS, TEN, window="1 h")
    heights = [2.0 + 0.05 * n for n in range(45)]
    levels = judge(tb, evenly(heights, 10))
    assert [round(heights[levels.index(k)], 2) for k in (0, 2, 4)] == [2.2, 2.4, 3.7]
    assert sorted(set(levels)) == [-1, 0, 2, 4]


def test_the_time_is_said_with_its_interval() -> None:
    tb = table(DETECTOR, {"yellow": {"level": "3.2 m", "within": "80 min"}}, TEN, window="1 h")
    dice = np.random.default_rng(3)  # noqa: TID251 - chance for tests, by a stated seed
    for n in range(60):
        if one(tb, 10 * (n + 1), 2 + 0.05 * n + dice.normal(0, 0.01)) == 2:
            break
    seen = why(tb)
    assert seen["hours_early"] < seen["hours"] < seen["hours_late"]
    assert seen["slope_low"] < 0.3 < seen["slope_high"]
    assert said(tb)["en"] == (
        "level 2.848 m, 3.2 m in 1 h 9 min (1 h 7 min to 1 h 14 min), "
        "rising 0.3 (0.29 - 0.32) m per h"
    )
    assert "3.2米将在1小时9分钟后达到（1小时7分钟至1小时14分钟）" in said(tb)["zh"]
    assert said(tb)["lower_if"] == {"m_below": 3.2, "not_within_h": 2.0}


def test_noise_about_a_level_is_no_trend() -> None:
    tb = table(DETECTOR, {"blue": {"level": "3 m", "within": "12 h"}}, window="1 h")
    dice = np.random.default_rng(4)  # noqa: TID251 - chance for tests, by a stated seed
    levels = judge(tb, evenly((2.0 + dice.normal(0, 0.02, 2000)).tolist()))
    assert levels.count(1) < 0.1 * len(levels)


def test_a_few_spikes_do_not_turn_the_trend() -> None:
    heights = [2.0 + 0.05 * n for n in range(12)]
    heights[3], heights[8] = 9.0, -9.0
    tb = table(DETECTOR, {"red": {"level": "3 m", "within": "3 h"}}, TEN, window="2 h")
    judge(tb, evenly(heights, 10))
    assert tb.state[0]["slope"] == pytest.approx(0.3, abs=0.02)


def test_reached_already_counts_without_a_trend() -> None:
    tb = table(DETECTOR, LEVELS, dead_band="0.2 m")
    assert judge(tb, [(1, 3.5, 1), (2, 3.5, 4), (3, 2.9, 1), (4, 2.7, 1)]) == [2, 2, 2, 2]
    assert said(tb)["en"] == "level 3.5 m, 3 m reached"
    assert said(tb)["missing"] == "too few readings for a trend"
    falling = [(5 + n, 2.7 - 0.01 * n, 1) for n in range(120)]
    assert judge(tb, falling)[-1] == 0


def test_another_datum_is_taken_account_of() -> None:
    tb = table(DETECTOR, LEVELS, Sensor("stage", MINUTE, False, shift=100.0))
    assert one(tb, 1, -96.5) == 2


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "3 m"}, {}, "write {level"),
        ({"blue": {"level": "3 m"}}, {}, "write {level"),
        ({"blue": {"level": "3 m", "within": "soon"}}, {}, "length of time"),
        ({**LEVELS, "blue": {"level": "3.5 m", "within": "1 h"}}, {}, "must rise"),
        (LEVELS, {"window": "1 min"}, "window"),
        (LEVELS, {"window": "3 d"}, "window"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, STAGE, **options)
