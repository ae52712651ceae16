"""rain_curve against events cut out of the whole series, and what silence does to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_curve import DETECTOR, longest
from tests.build import DAY, HOUR, MINUTE, START
from tests.unit.detectors.rain_series import WORDS, Series, series, states
from tongluo.core.ports import Sensor

CURVES = ((2.0, -0.4), (5.0, -0.4), (10.0, -0.5), (30.0, -0.6))
LEVELS = {w: {"a": a, "b": b} for w, (a, b) in zip(WORDS, CURVES, strict=True)}
CAINE = {"blue": {"a": 14.82, "b": -0.39}}


def events(of: Series, until: int, gap: int) -> list[list[tuple[int, int, int]]]:
    """Wet readings (start, end, micrometres) by event, dry readings left out."""
    out: list[list[tuple[int, int, int]]] = []
    last = 0
    for n in range(until + 1):
        if not of.good(n):
            continue
        start, last = (last or of.t[n] - of.sensor.cadence), of.t[n]
        if of.mm[n] > 0:
            if not out or start - out[-1][-1][1] >= gap:
                out.append([])
            out[-1].append((start, of.t[n], round(of.mm[n] * 1000)))
    return out


def best(event: list[tuple[int, int, int]], power: int, shortest: int, longest: int) -> int:
    """The highest level that any beginning of an event reaches."""
    level = 0
    for n in range(len(event)):
        duration, amount = event[n][1] - event[0][0], sum(x[2] for x in event[: n + 1]) / 1000
        hours = duration / HOUR
        for grade, (a, b) in enumerate(CURVES):
            if shortest <= duration <= longest and amount + 1e-6 >= a * hours**b * hours**power:
                level = max(level, grade + 1)
    return level


@settings(max_examples=400, deadline=None)
@given(
    series(10 * MINUTE),
    st.sampled_from([1, 3]),
    st.sampled_from([10, 45]),
    st.sampled_from([3, 240]),
)
def test_level_is_that_of_the_running_event(
    of: Series, gap: int, shortest: int, longest_: int
) -> None:
    """Totals account for all their time, so that nothing is missing; NaN is left out."""
    keep = [n for n in range(len(of.t)) if not math.isnan(of.mm[n])]
    sensor = Sensor("rain", 10 * MINUTE, True)
    t, mm, flag = ([x[n] for n in keep] for x in (of.t, of.mm, of.flag))
    of = Series(sensor, t, mm, flag)
    options = {"gap": f"{gap} h", "shortest": f"{shortest} min", "longest": f"{longest_} h"}
    known = False
    for n, state in enumerate(states(DETECTOR, options, LEVELS, of)):
        found = events(of, n, gap * HOUR)
        good = [t[k] for k in range(n + 1) if of.good(k)]
        first = good[0] - sensor.cadence if good else 0
        quiet = good[-1] - (found[-1][-1][1] if found else first) if good else 0
        known = known or quiet >= gap * HOUR or (len(found) > 1)
        known = known or bool(found and found[0][0][0] - first >= gap * HOUR)
        level = 0
        if found and quiet < gap * HOUR:
            level = best(found[-1], 1, shortest * MINUTE, longest_ * HOUR)
            span = found[-1][-1][1] - found[-1][0][0]
            if level == 0 and span > longest_ * HOUR:
                level = -1
        if level == 0 and not known:
            level = -1
        if good and good[-1] == t[n]:  # what a bad reading does is said by the tests below
            assert int(state["level"]) == level


def followed(readings: list[tuple[int, float]], levels: Any = CAINE, **options: Any) -> list[int]:
    """Levels of readings (minutes, mm) of an increment every 10 minutes."""
    t = [START + m * MINUTE for m, _ in readings]
    flags = [9 if math.isnan(mm) else 1 for _, mm in readings]
    of = Series(Sensor("rain", 10 * MINUTE, False), t, [mm for _, mm in readings], flags)
    return [int(s["level"]) for s in states(DETECTOR, options, levels, of)]


DRY = [(10 * n, 0.0) for n in range(18)]  # three hours
RAIN = [*DRY, (180, 10.0), (190, 10.0)]  # 20 mm in 20 minutes; 7.6 mm are needed


def test_none_is_told_after_a_dry_gap() -> None:
    assert followed(DRY) == [-1] * 17 + [0]


def test_a_reached_level_is_kept_until_the_event_ends() -> None:
    after = followed([*RAIN, *((200 + 10 * n, 0.0) for n in range(18))])
    assert after[18:] == [1] * 19 + [0]


def test_silence_does_not_end_an_event_but_dry_readings_after_it_do() -> None:
    silent = [*RAIN, (1000, 0.0)]
    assert followed(silent)[-1] == 1
    assert followed([*silent, *((1010 + 10 * n, 0.0) for n in range(17))])[-1] == 0


def test_silence_in_dry_weather_is_unknown_until_a_dry_gap() -> None:
    quiet = [*DRY, (1000, 0.0)]
    assert followed(quiet)[-1] == -1
    assert followed([*quiet, *((1010 + 10 * n, 0.0) for n in range(17))])[-2:] == [-1, 0]


def test_one_missed_reading_is_forgiven() -> None:
    assert followed([*DRY, (190, 0.0), (200, 0.0)])[-2:] == [0, 0]


def test_rain_after_a_silence_is_a_new_event() -> None:
    """A drizzle, ten hours of silence, and a burst that is judged by itself."""
    drizzle = [*DRY, *((180 + 10 * n, 0.1) for n in range(6))]
    assert followed([*drizzle, (900, 9.0)])[-1] == 1


def test_bad_readings_neither_add_nor_end() -> None:
    bad = [(200 + 10 * n, math.nan) for n in range(60)]
    assert followed([*RAIN, *bad])[-1] == 1


def test_amounts() -> None:
    levels = {"blue": {"a": 10.0, "b": 0.5}}
    assert followed([*DRY, (180, 5.0), (190, 0.7)], levels, of="amount")[-2:] == [1, 1]
    assert followed([*DRY, (180, 4.0), (190, 1.7)], levels, of="amount")[-2:] == [0, 0]
    assert followed([*DRY, (180, 4.0), (190, 1.8)], levels, of="amount")[-2:] == [0, 1]


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "5 mm"}, {}, "write a level as"),
        ({"blue": {"a": 1.0}}, {}, "write a level as"),
        ({"blue": {"a": "1", "b": -0.4}}, {}, "numbers"),
        ({"blue": {"a": 0.0, "b": -0.4}}, {}, "more than 0"),
        ({"blue": {"a": 1.0, "b": -9}}, {}, "between"),
        ({"blue": {"a": 9.0, "b": -0.4}, "red": {"a": 8.0, "b": -0.4}}, {}, "must rise"),
        ({"blue": {"a": 9.0, "b": -0.4}, "red": {"a": 10.0, "b": -0.9}}, {}, "must rise"),
        (CAINE, {"gap": "0 h"}, "gap"),
        (CAINE, {"shortest": "10 d"}, "longest more"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    of = Series(Sensor("rain", HOUR, False), [], [], [])
    with pytest.raises(ValueError, match=reason):
        list(states(DETECTOR, options, levels, of))


def test_it_says_why() -> None:
    params = np.zeros(1, DETECTOR.params)
    DETECTOR.fill(params[0], DETECTOR.options(), LEVELS, Sensor("rain", HOUR, False))
    why = dict(zip(DETECTOR.why, (4.0, 16.0, 2.0, 1.0), strict=True))
    said = DETECTOR.explain(params[0], why, 4)
    assert said["en"] == "16.0 mm of rain in an event of 4.0 h (4.0 mm/h, threshold 2.9 mm/h)"
    assert said["zh"] == "本场降雨4.0小时累计16.0毫米（4.0毫米/时，阈值2.9毫米/时）"
    assert (said["lower_if"], said["higher_if"]) == ({"dry_for": "3 h"}, {"mm_more": 4.0})
    assert "threshold 1.1 mm/h" in DETECTOR.explain(params[0], why, 1)["en"]


def test_the_longest_past() -> None:
    assert longest(LEVELS) == 10 * DAY
