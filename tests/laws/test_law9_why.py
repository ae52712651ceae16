"""Law 9: every level can say why, and what it says would have changed it does change it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    MINUTE,
    RAIN,
    RAIN_LEVELS,
    RAIN_RULE,
    START,
    columns,
    config,
    engine,
    level,
    rain_engine,
    stage_engine,
)
from tests.laws.test_law1_chunks import storm, trial
from tongluo.core.effects import Act, Decision, Readings, Tick
from tongluo.core.times import parse_duration
from tongluo.core.words import Level

LENGTHS = {"10 min": 10, "30 min": 30}


def decided(clock: str = "stream", seed: int = 7) -> list[Decision]:
    e, out = trial(clock), []
    for row in storm(seed, 2000):
        out += e.feed(Readings(columns([row]))).decisions
        if row[4] % (10 * MINUTE) < 2 * MINUTE:
            out += e.feed(Tick(row[4])).decisions
    return out


@pytest.mark.parametrize("clock", ["stream", "system"])
def test_every_decision_says_rule_sensor_values_flag_source_and_configuration(clock: str) -> None:
    told = decided(clock)
    assert len(told) > 100
    assert {d.reason["cause"] for d in told} >= {"verdict", "hold"}
    for d in told:
        assert d.reason["config"] == "0123456789ab"
        if d.reason["cause"] != "hold" or d.after in ("none", "unknown"):  # see the known gaps
            assert d.reason["en"]
            assert d.reason["zh"]
        known, of = map(int, d.reason["known"].split("/"))
        assert 0 <= known <= of
        if Level.parse(d.after) > Level.parse(d.before) and d.after != "none":
            assert {"rule", "sensor", "values", "flag", "time", "lower_if"} <= set(d.reason), d
            assert d.reason["source"] == "test, table 1, 2020"
            assert d.reason["values"]
            assert d.reason["flag"] in (1, 2)


def test_every_reason_is_json_without_nan() -> None:
    for d in decided():
        json.dumps(d.reason, allow_nan=False)


def test_a_warning_carries_the_reason_of_its_decision() -> None:
    e = stage_engine()
    told = e.feed(Readings(columns([(0, START, 2.5)])))
    assert told.warnings[0][0].reason == told.decisions[0].reason


def test_a_persons_act_says_who_and_why() -> None:
    e = stage_engine()
    told = e.feed(Act(START, "duty officer", "village", "river_flood", "red", "the dam leaks"))
    reason = told.decisions[0].reason
    assert (reason["cause"], reason["who"]) == ("act", "duty officer")
    assert reason["en"] == "the dam leaks"
    assert reason["config"] == "0123456789ab"


# what would have changed it: rain

RAINS = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 120)), min_size=5, max_size=50)


def rain_levels(tenths: list[int], **rule: Any) -> list[tuple[int, Decision]]:
    """(reading, decision) of a minute gauge; decisions on a reading only."""
    e = rain_engine(**rule)
    out = []
    for n, mm in enumerate(tenths):
        told = e.feed(Readings(columns([(0, START + n * MINUTE, mm / 10)])))
        out += [(n, d) for d in told.decisions if d.reason["cause"] == "verdict"]
    return out


def level_after(tenths: list[float]) -> int:
    """Level after the last reading; readings in tenths of a millimetre."""
    e = rain_engine()
    e.feed(Readings(columns([(0, START + n * MINUTE, mm / 10) for n, mm in enumerate(tenths)])))
    return level(e)


def less_rain(tenths: list[int], until: dict[int, float]) -> list[float]:
    """Take rain away, newest first, until each window (min) sums to less than so many tenths."""
    rain: list[float] = list(tenths)
    for minutes, limit in until.items():
        for n in range(len(rain) - 1, -1, -1):
            excess = sum(rain[max(0, len(rain) - minutes) :]) - limit + 0.01
            if excess <= 0:
                break
            rain[n] = round(max(0.0, rain[n] - excess), 2)
    return rain


@settings(max_examples=60, deadline=None)
@given(RAINS)
def test_less_rain_than_lower_if_and_the_level_had_not_been_reached(tenths: list[int]) -> None:
    for n, d in rain_levels(tenths):
        if "lower_if" not in d.reason:
            continue
        said = d.reason["lower_if"]
        limits = {
            parse_duration(one["window"]) // MINUTE: one["mm_below"] * 10
            for one in said.get("all", [said])
        }
        fewer = less_rain(tenths[: n + 1], limits)
        assert level_after(list(tenths[: n + 1])) == Level.parse(d.after)
        assert level_after(fewer) < Level.parse(d.after), d.reason


@settings(max_examples=60, deadline=None)
@given(RAINS)
def test_the_named_sum_is_the_sum_and_reaches_its_threshold(tenths: list[int]) -> None:
    for n, d in rain_levels(tenths):
        values = d.reason["values"]
        if Level.parse(d.after) >= 1:
            minutes = int(values["window_ms"]) // MINUTE
            assert values["sum_mm"] == pytest.approx(
                sum(tenths[max(0, n + 1 - minutes) : n + 1]) / 10, abs=1e-9
            )
            assert values["sum_mm"] >= values["threshold_mm"]
            words = RAIN_LEVELS[d.after]
            assert values["threshold_mm"] in [float(x.split()[0]) for x in words.values()]


@settings(max_examples=60, deadline=None)
@given(RAINS)
def test_higher_if_is_just_what_was_missing(tenths: list[int]) -> None:
    for n, d in rain_levels(tenths):
        if "higher_if" not in d.reason:
            assert d.after == "red"
            continue
        more = d.reason["higher_if"]["mm_more"] * 10
        part: list[float] = list(tenths[: n + 1])
        now = Level.parse(d.after)
        assert level_after([*part[:-1], round(part[-1] + more, 2)]) > max(now, 0), d.reason
        if more > 0.01:
            assert level_after([*part[:-1], round(part[-1] + more - 0.01, 2)]) == now, d.reason


def test_two_sums_that_hold_a_level_are_both_named() -> None:
    tenths = [*[2] * 20, 0, 0, 100]
    _, d = rain_levels(tenths)[-1]
    assert d.after == "yellow"
    assert d.reason["lower_if"] == {"window": "10 min", "mm_below": 9.0}
    _, d = rain_levels([*[3] * 20, *[0] * 9, 160])[-1]
    assert d.after == "orange"
    assert d.reason["lower_if"] == {"window": "10 min", "mm_below": 14.0}
    _, d = rain_levels([*[5] * 20, *[0] * 9, 160])[-1]
    assert d.reason["lower_if"] == {
        "all": [
            {"window": "10 min", "mm_below": 14.0},
            {"window": "30 min", "mm_below": 24.0},
        ]
    }


# what would have changed it: a level

HEIGHTS = st.lists(st.integers(-500, 5500), min_size=2, max_size=40)


def stage_decisions(mm: list[int]) -> list[tuple[int, Decision]]:
    e = stage_engine(hold="0 s")
    out = []
    for n, height in enumerate(mm):
        told = e.feed(Readings(columns([(0, START + n * MINUTE, height / 1000)])))
        out += [(n, d) for d in told.decisions if d.reason["cause"] == "verdict"]
    return out


def stage_after(heights: list[float]) -> int:
    e = stage_engine(hold="0 s")
    e.feed(Readings(columns([(0, START + n * MINUTE, h) for n, h in enumerate(heights)])))
    return int(e.plan.tables["stage_levels"].state[0]["level"])


@settings(max_examples=60, deadline=None)
@given(HEIGHTS)
def test_the_rivers_lower_if_and_higher_if_are_true(mm: list[int]) -> None:
    for n, d in stage_decisions(mm):
        past = [x / 1000 for x in mm[:n]]
        here, now = mm[n] / 1000, Level.parse(d.after)
        if "higher_if" in d.reason:
            more = d.reason["higher_if"]["m_more"]
            assert stage_after([*past, round(here + more, 3)]) > now
            if more > 0.001:
                assert stage_after([*past, round(here + more - 0.001, 3)]) == now
        if now >= 1:
            below = d.reason["lower_if"]["m_below"]
            assert stage_after([*past, here, below]) == now
            assert stage_after([*past, here, round(below - 0.001, 3)]) < now


def test_readings_finer_than_a_millimetre_are_rounded_to_the_safe_side() -> None:
    (d,) = stage_engine().feed(Readings(columns([(0, START, 0.99961)]))).decisions
    assert d.reason["higher_if"] == {"m_more": 0.001}
    assert stage_after([0.99961 + 0.001]) == 1


def test_a_fall_to_a_level_that_no_sensor_has_any_more_says_where_it_came_from() -> None:
    e = stage_engine()
    heights = [3.5, 1.5, *[0.5] * 8]
    told = [
        d
        for n, v in enumerate(heights)
        for d in e.feed(Readings(columns([(0, START + n * MINUTE, v)]))).decisions
    ]
    fall = told[-1]
    assert (fall.before, fall.after) == ("orange", "blue")
    assert {"sensor", "rule", "values", "source"} <= set(fall.reason)


def test_a_capped_level_falls_where_lower_if_says() -> None:
    e = stage_engine(cap_level="yellow", hold="0 s")
    (d,) = e.feed(Readings(columns([(0, START, 4.5)]))).decisions
    assert d.after == "yellow"
    assert d.reason["lower_if"] == {"m_below": 1.8}


def test_unknown_says_that_too_little_is_known() -> None:
    e = engine(config({"r": [RAIN]}, [RAIN_RULE]))
    rain = [(0, START + n * MINUTE, 0.0) for n in range(40)]
    e.feed(Readings(columns(rain)))
    (d,) = e.feed(Tick(START + 60 * MINUTE)).decisions
    assert (d.before, d.after, d.reason["cause"]) == ("none", "unknown", "silence")
    assert "too few" in d.reason["en"]
    assert d.reason["known"] == "0/1"


def test_a_level_raised_by_a_late_reading_is_told_from_that_reading() -> None:
    e = rain_engine()
    rows = [(0, START + n * MINUTE, 0.4) for n in range(10) if n != 7]
    e.feed(Readings(columns(rows)))
    e.feed(Readings(columns([(0, START + 7 * MINUTE, 3.0, 1, START + 9 * MINUTE)])))
    (d,) = e.feed(Tick(START + 10 * MINUTE)).decisions
    assert (d.after, d.reason["cause"]) == ("blue", "late")
    assert (d.reason["values"]["sum_mm"], d.reason["sensor"]) == (5.8, "r/rain")
