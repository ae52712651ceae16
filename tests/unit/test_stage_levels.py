"""stage_levels against its rule in one line, and the heights at which it turns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.stage_levels import DETECTOR, Options, fill, longest
from tests.build import MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

LEVELS = {"blue": "1 m", "yellow": "2 m", "orange": "3 m", "red": "4 m"}


def table(levels: Any = LEVELS, shift: float = 0.0, **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    fill(params[0], Options(**options), levels, Sensor("stage", MINUTE, False, shift))
    return Table(DETECTOR, params, Links([(0,)], 1))


def judge(tb: Table, heights: list[float], flags: list[int] | None = None) -> list[int]:
    out = []
    for n, v in enumerate(heights):
        zero = np.zeros(1, np.int64)
        flag = np.array([flags[n] if flags else 1])
        tb.judge((zero, np.array([START + n * MINUTE]), np.array([v]), flag, zero), 0, 1)
        out.append(int(tb.state[0]["level"]))
    return out


def reference(mm: list[int | None], band: int) -> list[int]:
    level, out = -1, []
    for v in mm:
        if v is None:
            level = level if level >= 1 else -1
        else:
            reached = max((k for k in range(1, 5) if v >= k * 1000), default=0)
            kept = max((k for k in range(1, 5) if k <= level and v >= k * 1000 - band), default=0)
            level = max(reached, kept)
        out.append(level)
    return out


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-500, 5000)), max_size=60),
    st.sampled_from([0, 100, 200, 1500]),
    st.sampled_from([0, 300, -1700]),
)
def test_levels_are_those_of_the_rule(mm: list[int | None], band: int, shift: int) -> None:
    """Also with the sensor on another datum: whole millimetres turn at the very millimetre."""
    tb = table(shift=shift / 1000, dead_band=f"{band / 1000} m")
    heights = [math.nan if v is None else (v - shift) / 1000 for v in mm]
    assert judge(tb, heights) == reference(mm, band)


@pytest.mark.parametrize("flag", [3, 4, 9])
def test_a_flagged_reading_holds_a_level_and_unmakes_none(flag: int) -> None:
    assert judge(table(), [2.5, 0.0, 0.0], [1, flag, 1]) == [2, 2, 0]
    assert judge(table(), [0.5, 0.5, 4.5], [1, flag, flag]) == [0, -1, -1]


def test_suspect_readings_count_where_declared() -> None:
    assert judge(table(accept_suspect=True), [2.5, 0.0], [3, 3]) == [2, 0]
    assert judge(table(accept_suspect=True), [2.5], [4]) == [-1]


def test_infinity_is_no_height() -> None:
    assert judge(table(), [math.inf, -math.inf, 2.5, -math.inf, math.inf]) == [-1, -1, 2, 2, 2]


def test_exactly_at_the_threshold_is_reached_and_exactly_at_the_band_is_kept() -> None:
    assert judge(table(dead_band="0.2 m"), [1.0, 0.8, 0.799]) == [1, 1, 0]
    tb = table({"blue": "1.1 m"}, dead_band="0.2 m")  # 1.1 - 0.2 is more than 0.9 in binary
    assert judge(tb, [1.1, 0.9, 0.899]) == [1, 1, 0]
    assert judge(table({"blue": "0.8 m"}, shift=0.1), [0.7]) == [1]  # 0.7 + 0.1 is less than 0.8


def test_levels_may_be_left_out() -> None:
    tb = table({"blue": "1 m", "red": "4 m"})
    assert judge(tb, [0.0, 1.5, 3.9, 4.0, 3.9]) == [0, 1, 1, 4, 1]


def test_evidence_names_the_next_level_and_nothing_that_is_not() -> None:
    tb = table({"yellow": "2 m"})
    judge(tb, [2.5])
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    said = DETECTOR.explain(tb.params[0], why)
    assert said["lower_if"] == {"m_below": 2.0}
    assert "higher_if" not in said


def test_no_number_is_said_of_a_missing_reading() -> None:
    tb = table()
    judge(tb, [0.5, math.nan])
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    assert DETECTOR.explain(tb.params[0], why) == {}


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({}, "at least one"),
        ({"blue": 3}, "needs its unit"),
        ({"blue": "3"}, "not a value with a unit"),
        ({"blue": "3 mm/h"}, "not a"),
        ({"blue": "2 m", "red": "2 m"}, "must rise"),
        ({"blue": "2 m", "red": "1 m"}, "must rise"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(levels: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(levels)


def test_it_looks_at_no_past() -> None:
    assert longest(LEVELS) == 0
