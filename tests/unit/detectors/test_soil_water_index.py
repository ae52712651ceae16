"""soil_water_index against the three tanks written as in the papers, with numpy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.soil_water_index import DETECTOR, longest
from tests.build import DAY, HOUR, MINUTE, START
from tests.unit.detectors.rain_series import (
    WORDS,
    Cells,
    Series,
    day_is_known,
    series,
    settled,
    states,
    today_is_known,
)
from tongluo.core.ports import Sensor
from tongluo.core.times import parse_duration

NEEDS = (15.0, 30.0, 60.0, 100.0)
LEVELS = {word: f"{mm:g} mm" for word, mm in zip(WORDS, NEEDS, strict=True)}
OPTIONS = st.fixed_dictionaries(
    {
        "step": st.sampled_from(["1 h", "10 min", "7 min"]),
        "warm_up": st.sampled_from(["1 d", "36 h", "2 d"]),
        "coverage": st.sampled_from([0.5, 0.9]),
        "dead_band": st.sampled_from(["0 mm", "5 mm"]),
    }
)


def hour(s: Any, rain: float, h: float = 1.0) -> Any:
    """One step of the published formula; h scales its rates."""
    q1 = 0.1 * max(s[0] - 15, 0) + 0.15 * max(s[0] - 60, 0)
    q2, q3 = 0.05 * max(s[1] - 15, 0), 0.01 * max(s[2] - 15, 0)
    down = np.array([0.12, 0.05, 0.01]) * s
    return s + np.array([rain, 0, 0]) - h * (np.array([q1, q2, q3]) + down - [0, *down[:2]])


def passed(s: Any, length: float, rain: float, longest_step: int) -> Any:
    """After `length` ms of even rain."""
    steps = math.ceil(length / longest_step)
    for _ in range(steps):
        s = hour(s, rain / steps, length / HOUR / steps)
    return s


def tanks(of: Series, step: int, warm_up: int) -> list[Any]:
    """The tanks after each reading."""
    s, last, out = np.zeros(3), 0, []
    for n, (t, mm) in enumerate(zip(of.t, of.mm, strict=True)):
        if of.good(n):
            span = t - last if last else of.sensor.cadence
            cover = span if of.sensor.running else min(span, of.sensor.cadence)
            if last and span > warm_up:
                s, span = np.zeros(3), cover
            s = passed(s, span - cover if last else 0, 0.0, step)
            length = min(cover, warm_up)
            s = passed(s, length, mm * length / cover, step)
            last = t
        elif of.sensor.running and of.flag[n] <= 2:
            last = t
        out.append(s)
    return out


@settings(max_examples=400, deadline=None)
@given(series(HOUR), OPTIONS)
def test_tanks_and_level_are_those_of_the_rules(of: Series, options: Any) -> None:
    warm_up, share, anchor = (
        parse_duration(options["warm_up"]),
        options["coverage"],
        -of.sensor.zone,
    )
    wanted = tanks(of, parse_duration(options["step"]), warm_up)
    cells, level = Cells(of, DAY, anchor), -1
    for n, state in enumerate(states(DETECTOR, options, LEVELS, of)):
        assert state["tank"] == pytest.approx(wanted[n], abs=1e-9)
        index, _, cover = cells.known(n)
        today = (of.t[n] - anchor - 1) // DAY
        past = range(today - math.ceil(warm_up / DAY), today)
        sure = all(day_is_known(index, cover, d, share) for d in past)
        sure = sure and today_is_known(index, cover, of.t[n], anchor, share)

        def reached(slack: float, value: float = wanted[n].sum()) -> int:
            return sum(value + 1e-6 >= need - slack for need in NEEDS)

        band = float(options["dead_band"].split()[0])
        level = settled(level, reached, band, sure, of.good(n))
        assert int(state["level"]) == level


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(series(HOUR), OPTIONS)
def test_many_series(of: Series, options: Any) -> None:
    test_tanks_and_level_are_those_of_the_rules.hypothesis.inner_test(of, options)


def index(mm: list[float], minutes: int = 60, **options: Any) -> list[tuple[int, float]]:
    """(level, index) of regular readings."""
    t = [START + k * minutes * MINUTE for k in range(len(mm))]
    of = Series(Sensor("rain", minutes * MINUTE, False), t, mm, [1] * len(t))
    found = states(DETECTOR, options, LEVELS, of)
    return [(int(s["level"]), float(s["tank"].sum())) for s in found]


def test_hourly_readings_give_the_hourly_formula() -> None:
    dice = np.random.default_rng(7)  # noqa: TID251 - chance for tests, by a stated seed
    mm = np.where(dice.random(500) < 0.2, dice.gamma(0.7, 8.0, 500), 0.0)
    s, wanted = np.zeros(3), []
    for x in mm:
        s = hour(s, x)
        wanted.append(s.sum())
    got = [value for _, value in index(mm.tolist())]
    assert got == pytest.approx(wanted, abs=1e-9)
    assert max(got) > 100


def test_finer_readings_differ_by_little() -> None:
    """100 mm in 10 hours: what a step lets drain before its rain is in, it does not let later."""
    hourly = index([10.0] * 10 + [0.0] * 60)
    finer = index([10.0 / 12] * 120 + [0.0] * 720, 5)
    for n in (9, 30, 69):
        assert finer[12 * n + 11][1] == pytest.approx(hourly[n][1], rel=0.03)


def test_no_water_is_made_or_lost() -> None:
    """Without outlets and without a bottom every millimetre stays."""
    shut = {"runoff": (0, 0, 0, 0), "percolation": (0.12, 0.05, 0)}
    assert index([7.5] * 40, 13, **shut)[-1][1] == pytest.approx(300.0)


def test_a_silence_longer_than_the_warm_up_begins_anew() -> None:
    t = [START, START + HOUR, START + 3 * DAY, START + 3 * DAY + HOUR]
    of = Series(Sensor("rain", HOUR, False), t, [50.0, 50.0, 0.0, 20.0], [1] * 4)
    found = [s.copy() for s in states(DETECTOR, {"warm_up": "2 d"}, LEVELS, of)]
    assert [round(float(s["tank"].sum()), 6) for s in found][2:] == [0.0, 20.0]
    assert [int(s["level"]) for s in found] == [2, 3, 3, 3]  # kept: nothing shows a fall


def test_known_after_the_warm_up() -> None:
    levels = [level for level, _ in index([0.0] * 24 * 17)]
    first = levels.index(0)
    assert set(levels[:first]) == {-1}
    assert first == 15 * 24 + 1  # START is 00:00: its reading stands for the day before
    assert set(levels[first:]) == {0}


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "50 mm", "red": "40 mm"}, {}, "rise"),
        (LEVELS, {"outlets": ("15 mm", "60 mm", "15 mm", "-1 mm")}, "outlets"),
        (LEVELS, {"runoff": (0.1, 0.15, 0.05, -0.01)}, "0 or more"),
        (LEVELS, {"step": "5 h"}, "shorten"),
        (LEVELS, {"runoff": (0.5, 0.5, 0.05, 0.01)}, "shorten"),
        (LEVELS, {"step": "0 h"}, "step"),
        (LEVELS, {"warm_up": "1 h"}, "warm_up"),
        (LEVELS, {"step": "1 min", "warm_up": "100 d"}, "lengthen"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    of = Series(Sensor("rain", HOUR, False), [], [], [])
    with pytest.raises(ValueError, match=reason):
        list(states(DETECTOR, options, levels, of))


def test_the_longest_past() -> None:
    assert longest(LEVELS) == 16 * DAY
