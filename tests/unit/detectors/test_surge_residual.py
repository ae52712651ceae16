"""surge_residual against a harmonic sum in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.surge_residual import DETECTOR, tide
from tests.build import HOUR, MINUTE, START
from tests.unit.detectors.water import evenly, judge, one, said, table, why
from tongluo.core.ports import Sensor
from tongluo.core.times import parse_time

EPOCH = "2020-01-01T00:00:00Z"
LEVELS = {"blue": "0.5 m", "yellow": "1 m", "orange": "1.5 m", "red": "2 m"}
TIDE = Sensor("tide", 10 * MINUTE, False)
MIXED = [("M2", 28.9841042, 1.2, 40.0), ("S2", 30.0, 0.4, 80.0), ("K1", 15.0410686, 0.3, 200.0)]


def said_so(constants: Any) -> list[dict[str, Any]]:
    names = ("name", "speed_deg_h", "amplitude", "phase_deg")
    return [dict(zip(names, (n, s, f"{a:.6f} m", g), strict=True)) for n, s, a, g in constants]


def harmonic(constants: Any, t: Any, mean: float = 0.0) -> Any:
    hours = (np.asarray(t, float) - parse_time(EPOCH)) / HOUR
    _, speed, amplitude, phase = zip(*constants, strict=True)
    angle = np.radians(np.outer(hours, speed) - phase)
    return mean + np.cos(angle) @ np.array(amplitude)


constituents = st.lists(
    st.tuples(
        st.just("X"), st.floats(0.01, 120), st.integers(0, 3000).map(lambda mm: mm / 1000),
        st.floats(-360, 360),
    ),
    min_size=1, max_size=37,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(constituents, st.floats(-30, 30))
def test_the_tide_is_the_harmonic_sum(constants: Any, years: float) -> None:
    tb = table(DETECTOR, LEVELS, TIDE, constituents=said_so(constants), epoch=EPOCH, mean="1.5 m")
    t = START + int(years * 365 * 24 * HOUR)
    assert tide(tb.params[0], t) == pytest.approx(harmonic(constants, t, 1.5)[0], abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0, 60, 720]), st.booleans())
def test_levels_are_those_of_the_sum(seed: int, ahead: int, total: bool) -> None:
    """Residual and highest total of the time ahead, in steps of ten minutes, with another datum."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    sensor = Sensor("tide", 10 * MINUTE, False, shift=0.3)
    tb = table(
        DETECTOR, LEVELS, sensor, constituents=said_so(MIXED), epoch=EPOCH, smooth="0 min",
        of="total" if total else "residual", ahead=f"{ahead} min",
    )  # fmt: skip
    minutes = np.cumsum(dice.choice([7, 10, 10, 10, 200], 60))
    seen = harmonic(MIXED, START + minutes * MINUTE) + 2 * dice.random(60) - 0.5
    for minute, value in zip(minutes.tolist(), seen.tolist(), strict=True):
        t = START + minute * MINUTE
        surge = value - harmonic(MIXED, t)[0]
        steps = np.arange(t // 600_000 + 1, (t + ahead * MINUTE) // 600_000 + 1) * 600_000
        judged = surge
        if total:
            judged = harmonic(MIXED, np.append(steps, t)).max() + surge + 0.3
        if min(abs(judged - k / 2) for k in range(1, 5)) > 1e-5:
            expected = max((k for k in range(1, 5) if judged >= k / 2), default=0)
            assert one(tb, minute, value) == expected
        else:
            one(tb, minute, value)


def test_a_spring_tide_is_no_surge_and_a_surge_at_low_water_is_one() -> None:
    t = START + np.arange(1, 1000) * 10 * MINUTE
    calm = harmonic(MIXED, t)
    tb = table(DETECTOR, LEVELS, TIDE, constituents=said_so(MIXED), epoch=EPOCH)
    assert calm.max() > 1.5
    assert set(judge(tb, evenly(calm.tolist(), 10))) == {0}
    low = int(np.argmin(calm[300:]) + 300)
    surge = np.where(np.arange(999) > low - 12, 1.1, 0.0)
    tb = table(DETECTOR, LEVELS, TIDE, constituents=said_so(MIXED), epoch=EPOCH)
    assert judge(tb, evenly((calm + surge).tolist(), 10))[low] == 2
    assert said(tb)["en"].startswith("surge of 1.1 m: ")


def test_one_wild_reading_is_smoothed_away() -> None:
    t = START + np.arange(1, 40) * 10 * MINUTE
    heights = harmonic(MIXED, t)
    heights[20] += 5
    tb = table(DETECTOR, LEVELS, TIDE, constituents=said_so(MIXED), epoch=EPOCH, smooth="1 h")
    assert set(judge(tb, evenly(heights.tolist(), 10))) == {0}


def test_the_expected_high_water_is_said_with_its_time() -> None:
    m2 = [("M2", 30.0, 2.0, 0.0)]  # high at each 12 h from the epoch
    tb = table(
        DETECTOR, {"red": "2.8 m"}, TIDE, constituents=said_so(m2), epoch="2026-07-01T04:30:00Z",
        of="total", smooth="0 min",
    )  # fmt: skip
    assert one(tb, 60, 2 * np.cos(np.radians(105)) + 1.0) == 4
    assert why(tb)["hours"] == pytest.approx(3.5)
    assert said(tb)["en"] == (
        "high water of 3 m expected in 3 h 30 min, with the present surge of 1 m (threshold 2.8 m)"
    )
    assert "预计3小时30分钟后高潮位3米" in said(tb)["zh"]


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {"constituents": said_so(MIXED)}, "at least one"),
        (LEVELS, {}, "1 to 37"),
        (LEVELS, {"constituents": said_so(MIXED * 13)}, "1 to 37"),
        (LEVELS, {"constituents": said_so(MIXED), "epoch": "2020-01-01"}, "epoch"),
        (LEVELS, {"constituents": said_so(MIXED), "ahead": "3 d"}, "48 h"),
        (LEVELS, {"constituents": said_so(MIXED), "mean": "2"}, "mean"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, TIDE, **options)
