"""inverse_velocity: the time of failure by formula, what is none, and a published series."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import SHARED, needs_shared
from tests.unit.detectors.movement import DAY, HOUR, judge, said, table, voight

LEVELS = {"yellow": "7 d", "orange": "2 d", "red": "12 h"}
NAME = "inverse_velocity"


def failing(alpha: float, end: float, until: float, seed: int, noise: float = 0.05) -> Any:
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    days = np.arange(0, end - until, 1 / 24)
    mm = voight(days, 2.0, 20.0, end, alpha) + dice.normal(0, noise, len(days))
    return np.round(days * DAY).astype(np.int64) + HOUR, days, mm


@settings(max_examples=12, deadline=None)
@given(st.floats(1.75, 2.25), st.integers(0, 10**6))
def test_the_time_of_failure_is_found_a_day_before(alpha: float, seed: int) -> None:
    t, days, mm = failing(alpha, 40.0, 1.0, seed)
    tb = table(NAME, LEVELS)
    judge(tb, t, mm)
    s = tb.state[0]
    assert s["good"] == 1
    left = s["failure"] - days[-1]
    assert left == pytest.approx(40.0 - days[-1], rel=0.15)
    assert s["early"] < s["failure"] < s["late"]


def test_levels_come_by_the_time_left() -> None:
    t, days, mm = failing(2.0, 40.0, 0.1, 3)
    out = judge(table(NAME, LEVELS), t, mm)
    first = {level: 40 - days[out.index(level)] for level in (2, 3, 4)}
    assert 1.7 < first[3] < 2.1
    assert 0.4 < first[4] < 0.6
    early = judge(table(NAME, LEVELS, by="early"), t, mm)
    assert all(early.index(k) <= out.index(k) for k in (2, 3, 4))


def test_steady_creep_is_known_to_be_none_and_not_before_a_week() -> None:
    dice = np.random.default_rng(1)  # noqa: TID251 - chance for tests, by a stated seed
    days = np.arange(0, 60, 1 / 24)
    out = judge(table(NAME, LEVELS), days * DAY + 1, 2 * days + dice.normal(0, 0.1, len(days)))
    assert set(out[: 7 * 24 - 1]) == {-1}
    assert set(out[7 * 24 + 3 :]) == {0}


@pytest.mark.parametrize("jump", [-40.0, 40.0])
def test_a_step_of_the_instrument_changes_nothing(jump: float) -> None:
    t, days, mm = failing(2.0, 40.0, 1.0, 5)
    mm[days > 33] += jump
    tb = table(NAME, LEVELS)
    out = judge(tb, t, mm)
    assert max(out[: int(33.5 * 24)]) <= 2
    assert tb.state[0]["offset"] == pytest.approx(jump, abs=1.0)
    assert tb.state[0]["failure"] == pytest.approx(40.0, abs=0.3)


def test_a_spike_changes_nothing() -> None:
    t, days, mm = failing(2.0, 40.0, 1.0, 6)
    mm[(days > 35).argmax()] += 60
    tb = table(NAME, LEVELS)
    judge(tb, t, mm)
    assert tb.state[0]["offset"] == 0.0
    assert tb.state[0]["failure"] == pytest.approx(40.0, abs=0.3)


def test_the_sign_of_the_movement_does_not_matter() -> None:
    t, _, mm = failing(2.0, 40.0, 0.3, 7)
    assert judge(table(NAME, LEVELS), t, mm) == judge(table(NAME, LEVELS), t, -mm)


def test_a_bad_reading_holds_the_level_and_slowing_down_ends_it() -> None:
    t, _, mm = failing(2.0, 40.0, 0.3, 8)
    tb = table(NAME, LEVELS)
    assert judge(tb, t, mm)[-1] == 4
    later = t[-1] + np.arange(1, 30) * HOUR
    assert set(judge(tb, later, np.full(29, mm[-1]), np.full(29, 4))) == {4}
    later = later[-1] + np.arange(1, 24 * 20) * HOUR
    assert judge(tb, later, np.full(len(later), mm[-1]))[-1] == 0


def test_reasons_carry_the_interval() -> None:
    t, _, mm = failing(2.0, 40.0, 1.5, 9)
    tb = table(NAME, LEVELS)
    judge(tb, t, mm)
    assert "90 %" in said(tb)["en"]
    assert said(tb)["higher_if"] == {"left_at_most": "12 h", "by": "centre"}


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({}, "at least one"),
        ({"blue": 3}, "time left"),
        ({"blue": "3 mm"}, "not a length of time"),
        ({"yellow": "2 d", "red": "3 d"}, "must fall"),
    ],
)
def test_levels_that_make_no_sense_are_refused(levels: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(NAME, levels)


@needs_shared
def test_a_published_daily_series() -> None:
    """Warned two days before; the day before, the true time lies in the interval."""
    data = pd.read_csv(SHARED / "data" / "pftf-synthetic-failure" / "synthetic.csv")
    days = np.arange(len(data), dtype=float)
    end = days[-1]
    tb = table(NAME, LEVELS, cadence=DAY)
    out = judge(tb, days[:-1] * DAY + 1, data["disp"].to_numpy()[:-1])
    assert max(out[:-4]) <= 0
    assert out[-2] >= 3
    s = tb.state[0]
    assert s["good"] == 1
    assert s["early"] < end < s["late"]
