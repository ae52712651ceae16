"""stage_outlook against its formula over all readings, and what it does without an input."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.stage_outlook import DETECTOR
from tests.build import MINUTE
from tests.unit.detectors.water import STAGE, kept, one, said, table, why
from tongluo.core.ports import Sensor

LEVELS = {"blue": "1 m", "yellow": "2 m", "orange": "3 m", "red": "4 m"}
TERMS = [
    {"of": "own", "weight": 0.5},
    {"of": "upstream1", "weight": 0.25, "lag": "30 min"},
    {"of": "upstream1", "weight": 0.25},
    {"of": "rain1", "weight": 0.125, "window": "60 min", "lag": "10 min"},
]
AGE = 45  # minutes


def x_at(past: list[tuple[int, float]], t: int) -> float:
    known = [(at, v) for at, v in past if at <= t]
    return known[-1][1] if known and t - known[-1][0] <= AGE else math.nan


def rain_of(past: list[tuple[int, float]], start: int, end: int) -> float:
    since = None
    for k, (at, _) in enumerate(past):
        since = at if k == 0 or at - past[k - 1][0] > AGE else since
    if since is None or past[-1][0] < end - AGE or since > start + AGE:
        return math.nan
    return sum(v for at, v in past if start < at <= end)


def predicted(past: dict[int, list[tuple[int, float]]]) -> float:
    now = max(past[port][-1][0] if past[port] else -10 for port in (0, 1, 5))
    return (
        0.5 * x_at(past[0], now)
        + 0.25 * (x_at(past[1], now - 30) + x_at(past[1], now))
        + 0.125 * rain_of(past[5], now - 70, now - 10)
        - 0.5
    )


readings = st.tuples(
    st.sampled_from([0, 1, 1, 1]),
    st.sampled_from([1] * 12 + [30]),
    st.sampled_from([0, 1, 5]),
    st.integers(0, 48),
    st.sampled_from([1] * 8 + [4]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(readings, max_size=120), st.sampled_from(["low", "centre", "high"]))
def test_levels_are_those_of_the_model(moves: list[Any], by: str) -> None:
    tb = table(
        DETECTOR, LEVELS, terms=TERMS, intercept="-0.5 m", sigma="0.25 m", z=2.0, by=by,
        age=f"{AGE} min",
    )  # fmt: skip
    past: dict[int, list[tuple[int, float]]] = {0: [], 1: [], 5: []}
    t, level, last = 10, -1, dict.fromkeys(past, 0)
    for on, times, port, eighths, flag in moves:
        t += on * times
        value = eighths / 8
        got = one(tb, t, value, flag, port)
        if flag > 2 or t <= last[port]:
            level = kept(level) if port == 0 else level
        else:
            last[port] = t
            past[port].append((t, value))
            y = predicted(past) + {"low": -0.5, "centre": 0.0, "high": 0.5}[by]
            level = kept(level) if math.isnan(y) else max(min(4, math.floor(y)), 0)
        assert got == level


def test_an_input_that_is_too_old_holds_a_level_and_unmakes_none() -> None:
    terms = [{"of": "own", "weight": 1.0}, {"of": "upstream2", "weight": 1.0}]
    for upstream, held in ((0.0, -1), (5.0, 4)):
        tb = table(DETECTOR, LEVELS, terms=terms, age="30 min")
        one(tb, 1, upstream, port=2)
        assert one(tb, 2, 0.0) == max(held, 0)
        assert one(tb, 31, 0.0) == max(held, 0)
        assert one(tb, 32, 0.0) == held
    tb = table(DETECTOR, LEVELS, terms=terms, age="30 min")
    one(tb, 1, 0.0, port=2)
    one(tb, 2, 0.0)
    one(tb, 40, 0.0)
    assert said(tb)["missing"] == "upstream2 is not known, or older than 30 min"


def test_the_prediction_is_said_with_its_interval_and_lead() -> None:
    tb = table(DETECTOR, LEVELS, lead="3 h", terms=[{"of": "own", "weight": 2.0}], sigma="0.5 m")
    assert one(tb, 1, 1.1) == 2
    assert said(tb)["en"] == "2.2 m predicted in 3 h (1.56 to 2.84 m; threshold 2 m)"
    assert said(tb)["zh"] == "预计3小时后2.2米（1.56至2.84；阈值2米）"
    assert why(tb)["own"] == pytest.approx(1.1)


def test_crowded_rain_is_all_counted() -> None:
    """A second a reading for two hours: 256 slots hold the rain of the last, off by 1/250."""
    terms = [{"of": "rain2", "weight": 1.0, "window": "1 h"}]
    tb = table(DETECTOR, {"red": "1000000 m"}, terms=terms, age="10 min")
    for k in range(7200):
        one(tb, 1 + k / 60, 0.01, port=6)
    one(tb, 121, 0.0)
    tb.params[0]["threshold"][3] = 1.0
    one(tb, 122, 0.0)
    assert why(tb)["predicted"] == pytest.approx(36.0, rel=0.03)


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {"terms": TERMS}, "at least one"),
        (LEVELS, {}, "1 to 16"),
        (LEVELS, {"terms": [{"of": "rain1", "weight": 1}]}, "has to have a window"),
        (LEVELS, {"terms": [{"of": "own", "weight": 1, "window": "1 h"}]}, "has no window"),
        (LEVELS, {"terms": [{"of": "own", "weight": 1, "lag": "8 d"}]}, "7 d back"),
        (LEVELS, {"terms": [{"of": "upstream4", "weight": 1}]}, "nothing stands at upstream4"),
        (LEVELS, {"terms": TERMS[:1], "sigma": "-1 m"}, "less than 0"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    others = (STAGE, None, None, None, Sensor("rain", MINUTE, False), None)
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, Sensor("stage", MINUTE, False, others=others), **options)
