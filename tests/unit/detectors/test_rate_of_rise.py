"""rate_of_rise against its formula, written out over all readings."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rate_of_rise import DETECTOR, MAX_CELLS
from tests.build import MINUTE
from tests.unit.detectors.water import STAGE, Row, evenly, judge, kept, one, said, table, why
from tongluo.core.ports import Sensor

LEVELS = {
    "blue": {"5 min": "0.3 m", "20 min": "0.5 m"},
    "yellow": {"20 min": "1 m"},
    "orange": {"5 min": "1.2 m"},
    "red": {"20 min": "2 m"},
}
NEED = {(5, 1): 300, (20, 1): 500, (20, 2): 1000, (5, 3): 1200, (20, 4): 2000}  # mm
COVERAGE = 0.8


def known(run: list[tuple[int, int]], d: int) -> bool:
    """Whether readings come without a long gap for long enough."""
    since = run[2][0]
    for (a, _), (b, _) in pairwise(run):
        if b - a > max((1 - COVERAGE) * d, 3):
            since = max(since, b)
    return run[-1][0] - since >= COVERAGE * d


def after(run: list[tuple[int, int]], before: int, band: int) -> int:
    """The level by all good readings since the last gap longer than every window."""
    if len(run) < 3:
        return kept(before)
    m = [(run[i][0], median(v for _, v in run[i - 2 : i + 1])) for i in range(2, len(run))]
    now = run[-1][0]
    rise = {d: m[-1][1] - min(v for t, v in m if t >= now - d) for d in (5, 20)}
    reached = max((g for (d, g), need in NEED.items() if rise[d] >= need), default=0)
    held = max((g for (d, g), need in NEED.items() if rise[d] >= need - band), default=0)
    level = max(reached, min(before, held))
    doubt = max((g for (d, g) in NEED if g > level and not known(run, d)), default=level)
    if level < before and before >= 1:
        return min(before, doubt)
    return -1 if level == 0 and doubt > 0 else level


def reference(rows: list[tuple[int, int, int]], band: int) -> list[int]:
    run: list[tuple[int, int]] = []
    level, out = -1, []
    for t, mm, flag in rows:
        if flag > 2:
            level = kept(level)
        else:
            run = [*run, (t, mm)] if run and t - run[-1][0] <= 20 else [(t, mm)]
            level = after(run, level, band)
        out.append(level)
    return out


steps = st.tuples(
    st.sampled_from([1, 1, 1, 1, 2, 3, 7, 30]),
    st.one_of(st.integers(-200, 500), st.sampled_from([0, 0, 0, 4000, -4000])),
    st.sampled_from([1, 1, 1, 1, 1, 1, 2, 3, 4, 9]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=80), st.sampled_from([0, 100]))
def test_levels_are_those_of_the_formula(moves: list[Any], band: int) -> None:
    rows, t, base = [], 0, 0
    for gap, move, flag in moves:
        t += gap
        spike = abs(move) > 1000  # a spike is gone with the next reading
        base += 0 if spike else move
        rows.append((t, base + (move if spike else 0), flag))
    tb = table(DETECTOR, LEVELS, coverage=COVERAGE, dead_band=f"{band / 1000} m")
    metres: list[Row] = [(t, mm / 1000, flag) for t, mm, flag in rows]
    assert judge(tb, metres) == reference(rows, band)


@pytest.mark.parametrize("spike", [50.0, -50.0])
def test_a_single_spike_is_no_rise(spike: float) -> None:
    quiet = [1.0] * 30
    assert max(judge(table(DETECTOR, LEVELS), evenly([*quiet, spike, *quiet]))) == 0


def test_a_real_rise_is_told_one_reading_late_and_says_how_much() -> None:
    tb = table(DETECTOR, LEVELS)
    assert judge(tb, evenly([1.0] * 30 + [1.6, 1.6]))[-2:] == [0, 1]
    assert why(tb)["rise"] == pytest.approx(0.6)
    assert said(tb)["en"] == "rise of 0.6 m within 5 min (threshold 0.3 m)"
    assert said(tb)["higher_if"] == {"window": "20 min", "m_more": 0.4}


def test_crowded_readings_keep_bounded_memory_and_never_make_a_rise_smaller() -> None:
    """A steady rise at ten a second, of a sensor declared at one a minute."""
    tb = table(DETECTOR, {"blue": {"20 min": "1.19 m"}})
    n = 20 * 600
    for k in range(1, n + 1):
        level = one(tb, k / 600, k / 10_000)
        assert tb.state[0]["pushed"] - tb.state[0]["head"] <= MAX_CELLS
    assert level == 1
    assert why(tb)["rise"] == pytest.approx(1.19, abs=0.001)


def test_a_flow_is_judged_in_its_own_unit() -> None:
    tb = table(DETECTOR, {"red": {"10 min": "50 m3/s"}}, Sensor("flow", MINUTE, False))
    assert judge(tb, evenly([10.0] * 12 + [70.0] * 3))[-1] == 4
    assert said(tb)["en"] == "rise of 60 m3/s within 10 min (threshold 50 m3/s)"


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({}, "1 to 8"),
        ({"blue": "0.5 m"}, "windows and rises"),
        ({"blue": {"30 min": "0 m"}}, "more than 0"),
        ({"blue": {"30 min": "5 mm/h"}}, "not a"),
        ({"blue": {"30 s": "5 mm"}}, "holds no two readings"),
        ({"blue": {"5 min": "1 m"}, "red": {"5 min": "1 m"}}, "from blue to red"),
    ],
)
def test_levels_that_make_no_sense_are_refused(levels: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, STAGE)
