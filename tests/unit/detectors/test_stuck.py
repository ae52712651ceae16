"""stuck against the rules written plainly."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.stuck import DETECTOR, Options, fill, longest
from tests.build import HOUR, MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

LEVELS = {"blue": "5 min", "orange": "12 min"}


def table(levels: Any = LEVELS, quantity: str = "stage", **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    fill(params[0], Options(**options), levels, Sensor(quantity, MINUTE, False))
    return Table(DETECTOR, params, Links([(0,)], 1))


def judge(tb: Table, rows: list[tuple[float, float, int]]) -> list[int]:
    """(minute, value, flag) -> levels."""
    out = []
    for minute, value, flag in rows:
        one = np.zeros(1, np.int64)
        t = one + round(START + minute * MINUTE)
        tb.judge((one, t, np.array([value]), one + flag, one), 0, 1)
        out.append(int(tb.state[0]["level"]))
    return out


def reference(rows: list[tuple[float, float, int]], tolerance: float) -> list[int]:
    """The longest run that ends at each good reading, looked for from the beginning."""
    good: list[tuple[float, float]] = []
    out, level = [], -1
    for minute, value, flag in rows:
        if flag <= 2 and not math.isnan(value):
            good.append((minute, value))
            start = 0
            for n, (_, v) in enumerate(good):
                if abs(v - good[start][1]) > tolerance:
                    start = n
            times = [m for m, _ in good[start:]]
            still = sum(min(b - a, 3) for a, b in pairwise(times))
            level = 3 if still >= 12 else 1 if still >= 5 else 0 if start else -1
        out.append(level)
    return out


ROWS = st.lists(
    st.tuples(
        st.sampled_from([1] * 12 + [2, 5, 30]),
        st.sampled_from([10] * 30 + [11, 12, 15]),
        st.sampled_from([1] * 12 + [2, 4, 9]),
    ),
    min_size=1,
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from([0.0, 0.15]))
def test_levels_are_those_of_the_plain_rules(
    drawn: list[tuple[int, int, int]], tolerance: float
) -> None:
    minutes = np.cumsum([gap for gap, _, _ in drawn]).tolist()
    rows = [
        (m, math.nan if flag == 9 else tenths / 10, flag)
        for m, (_, tenths, flag) in zip(minutes, drawn, strict=True)
    ]
    got = judge(table(tolerance=f"{tolerance} m"), rows)
    assert got == reference(rows, tolerance)


def test_creep_within_the_tolerance_from_reading_to_reading_is_moving() -> None:
    rows = [(m, 1 + 0.02 * m, 1) for m in range(30)]
    assert set(judge(table(tolerance="0.05 m"), rows)) == {-1, 0}
    assert judge(table(tolerance="1 m"), rows)[-1] == 3


def test_silence_does_not_count_as_standing_still() -> None:
    rows = [(0, 1.0, 1), (1, 2.0, 1), (601, 2.0, 1)]
    assert judge(table(), rows) == [-1, 0, 0]
    assert judge(table(gap="10 h"), rows) == [-1, 0, 3]


def test_where_standing_still_is_normal() -> None:
    dry = [(m, 0.0, 1) for m in range(60)]
    assert set(judge(table(still_below="0 m"), dry)) == {0}
    assert judge(table(), dry)[-1] == 3
    full = [(m, 100.0, 1) for m in range(60)]
    assert set(judge(table(quantity="humidity", still_above="100 %"), full)) == {0}


def test_a_level_set_from_outside_falls_when_the_value_has_moved() -> None:
    tb = table()
    judge(tb, [(0, 1.0, 1), (1, 2.0, 1)])
    tb.state[0]["level"] = 3  # a late reading, judged anew
    assert judge(tb, [(2, 2.0, 1), (3, 2.0, 4), (4, 2.5, 1)]) == [3, 3, 0]


def test_a_tolerance_is_a_difference() -> None:
    tb = table(quantity="temperature", tolerance="1.8 degF")
    assert tb.params[0]["tolerance"] == pytest.approx(1.0)


def test_the_longest_duration() -> None:
    assert longest({"blue": "6 h", "red": "1 d"}) == 24 * HOUR


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": 6}, {}, "write a duration"),
        ({"blue": "0 h"}, {}, "more than 0"),
        ({"blue": "6 h", "red": "6 h"}, {}, "rise"),
        (LEVELS, {"tolerance": "-1 m"}, r"\w"),
        (LEVELS, {"gap": "0 s"}, "gap"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(levels, **options)
