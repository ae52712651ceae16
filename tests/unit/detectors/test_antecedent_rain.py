"""antecedent_rain against its formula over whole days, and its rules of what is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.antecedent_rain import DETECTOR, longest
from tests.build import DAY, HOUR, START
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

NEEDS = (20.0, 45.0, 70.0, 100.0)
LEVELS = {word: f"{mm:g} mm" for word, mm in zip(WORDS, NEEDS, strict=True)}
OPTIONS = st.fixed_dictionaries(
    {
        "k": st.sampled_from([0.84, 0.5]),
        "days": st.integers(1, 4),
        "capacity": st.sampled_from([None, "30 mm"]),
        "day_start": st.sampled_from(["08:00", "00:00", "23:30"]),
        "coverage": st.sampled_from([0.5, 0.9]),
        "dead_band": st.sampled_from(["0 mm", "5 mm"]),
    }
)


def effective(rain: dict[int, int], today: int, options: Any) -> float:
    """mm, by the formula: a sum without the cap, day by day with it."""
    k, days = options["k"], options["days"]
    past = [rain.get(today - n, 0) / 1000 for n in range(days + 1)]
    if options["capacity"] is None:
        return sum(k**n * mm for n, mm in enumerate(past))
    pa = 0.0
    for mm in reversed(past[1:]):
        pa = min(30.0, k * (pa + mm))
    return pa + past[0]


@settings(max_examples=400, deadline=None)
@given(series(3 * HOUR), OPTIONS)
def test_value_and_level_are_those_of_the_formula(of: Series, options: Any) -> None:
    hour, minute = map(int, options["day_start"].split(":"))
    anchor = hour * HOUR + minute * 60_000 - of.sensor.zone
    cells, level = Cells(of, DAY, anchor), -1
    band = float(options["dead_band"].split()[0])
    for n, state in enumerate(states(DETECTOR, options, LEVELS, of)):
        index, rain, cover = cells.known(n)
        today = (of.t[n] - anchor - 1) // DAY
        days = {int(d): int(rain[index == d].sum()) for d in np.unique(index)}
        value = effective(days, today, options)
        got = state["pa"] + state["rain"][today % len(state["rain"])] / 1000
        assert got == pytest.approx(value, abs=1e-9)
        share = options["coverage"]
        past = range(today - options["days"], today)
        sure = all(day_is_known(index, cover, d, share) for d in past)
        sure = sure and today_is_known(index, cover, of.t[n], anchor, share)

        def reached(slack: float, value: float = value) -> int:
            return sum(value + 1e-6 >= need - slack for need in NEEDS)

        level = settled(level, reached, band, sure, of.good(n))
        assert int(state["level"]) == level


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(series(3 * HOUR), OPTIONS)
def test_many_series(of: Series, options: Any) -> None:
    test_value_and_level_are_those_of_the_formula.hypothesis.inner_test(of, options)


def daily(mm: list[float], **options: Any) -> list[tuple[int, float]]:
    """(level, value) of readings at 08:00 in China, each of a whole day."""
    n = len(mm)
    t = [START + k * DAY for k in range(n)]
    of = Series(Sensor("rain", DAY, False, zone=8 * HOUR), t, mm, [1] * n)
    return [
        (int(s["level"]), float(s["pa"]) + (0.0 if math.isnan(v) else v))
        for s, v in zip(states(DETECTOR, options, LEVELS, of), mm, strict=True)
    ]


def test_fifteen_days_are_known_before_none_is_told() -> None:
    levels = [level for level, _ in daily([0.0] * 17)]
    assert levels == [-1] * 15 + [0, 0]


def test_rain_is_out_of_the_sum_after_so_many_days() -> None:
    values = [value for _, value in daily([100.0, *[0.0] * 5], days=3, k=0.5)]
    assert values == [100.0, 50.0, 25.0, 12.5, 0.0, 0.0]


def test_the_capacity_caps_past_days_and_not_today() -> None:
    values = [value for _, value in daily([200.0, 90.0, 0.0], k=0.9, capacity="80 mm")]
    assert values == [200.0, 170.0, 80.0]


def test_a_day_without_a_reading_keeps_the_level_until_days_have_passed() -> None:
    mm = [0.0] * 3 + [60.0, 0.0, math.nan] + [0.0] * 5
    levels = [level for level, _ in daily(mm, days=3, k=0.5)]
    assert levels == [-1, -1, -1, 2, 2 - 1, 1, 1, 1, 1, 0, 0]


def test_a_total_after_days_of_silence_is_spread_over_them() -> None:
    t = [START, START + DAY, START + 5 * DAY]
    of = Series(Sensor("rain", HOUR, True, zone=8 * HOUR), t, [0.0, 0.0, 40.0], [1, 1, 1])
    *_, last = (s.copy() for s in states(DETECTOR, {"k": 0.5, "days": 3}, LEVELS, of))
    assert sorted(last["rain"].tolist())[-5:] == [0] + [10_000] * 4
    assert (float(last["pa"]), int(last["level"])) == (8.75, 0)


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": 5}, {}, "unit"),
        ({"blue": "0 mm"}, {}, "more than 0"),
        ({"blue": "50 mm", "red": "40 mm"}, {}, "rise"),
        (LEVELS, {"capacity": "0 mm"}, "capacity"),
        (LEVELS, {"capacity": "5 m3/s"}, "unit"),
        (LEVELS, {"day_start": "8"}, "time of day"),
        (LEVELS, {"k": 1.0}, "less than 1"),
        (LEVELS, {"days": 0}, "days"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    of = Series(Sensor("rain", HOUR, False), [], [], [])
    with pytest.raises(ValueError, match=reason):
        list(states(DETECTOR, options, levels, of))


def test_it_says_why_under_a_cap_too() -> None:
    params = np.zeros(1, DETECTOR.params)
    DETECTOR.fill(params[0], DETECTOR.options(), LEVELS, Sensor("rain", HOUR, False))
    why = dict(zip(DETECTOR.why, (80.0, 30.0, 3.0, 1.0), strict=True))
    said = DETECTOR.explain(params[0], why, 4)
    assert said["en"] == "effective rain 80.0 mm (threshold 70 mm)"
    assert (said["lower_if"], said["higher_if"]) == ({"mm_below": 70.0}, {"mm_more": 20.0})
    said = DETECTOR.explain(params[0], why, 2)
    assert said["zh"] == "有效降雨量80.0毫米（阈值45毫米）"
    assert said["lower_if"] == {"mm_below": 45.0}
    assert "higher_if" not in said


def test_the_longest_past() -> None:
    assert longest(LEVELS) == 16 * DAY
