"""Law 3: loss never lowers a warning. Silence, gaps, bad flags and old news hold what was reached.

Stated for a moment T after a random storm: whatever part of what follows is lost or unusable, no
area's level falls below what it was at T, no UNKNOWN turns into NONE, and no warning that was in
force is cancelled or runs out. Two ends are told apart: a hold that was running at T, and the rest.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.build import (
    HOUR,
    MINUTE,
    RAIN,
    RAIN_RULE,
    STAGE,
    STAGE_RULE,
    START,
    columns,
    config,
    engine,
    level,
    rain_engine,
    stage_engine,
)
from tests.laws.test_law1_chunks import COUNTERS, FORECAST, SENSORS, storm, trial
from tongluo.core.effects import Effects, Readings, Tick
from tongluo.core.words import Act, Level
from tongluo.engine import Engine

LOST = ("silence", "NaN", "fail", "missing", "suspect", "too old", "from the future", "repeated")
Row = tuple[Any, ...]


def unusable(e: Engine, loss: str, now: int) -> list[Row]:
    """One row of every sensor, of a kind that tells nothing new."""
    rows: list[Row] = []
    for sensor in range(SENSORS):
        p, s = e.stage.params[sensor], e.stage.state[sensor]
        newest = e.stage.ring[e.stage.places(sensor, s["head"] + s["held"] - 1)]
        t, issued, value, flag = now, now, 0.0, {"fail": 4, "missing": 9, "suspect": 3}.get(loss, 1)
        if loss == "NaN":
            value = math.nan
        elif loss == "too old":
            t = issued = int(s["last"]) - 2 * HOUR
        elif loss == "from the future":
            t = issued = now + 2 * HOUR
        elif loss == "repeated":
            t, issued, value = int(newest["t"]), int(newest["issued"]), float(newest["v"])
        rows.append((sensor, t, value, flag, now, issued if p["forecast"] else 0))
    return rows


def lose(e: Engine, loss: str, now: int, minutes: int) -> list[tuple[int, Effects]]:
    """Feed nothing usable for so long, a tick a minute; (time, effects)."""
    out = []
    for n in range(1, minutes + 1):
        at = now + n * MINUTE
        if loss != "silence":
            out.append((at, e.feed(Readings(columns(unusable(e, loss, at))))))
        out.append((at, e.feed(Tick(at))))
    return out


def levels(e: Engine) -> list[int]:
    return [answer.level for answer in e.assessor.answers]


def after(clock: str, seed: int, rows: int) -> tuple[Engine, int]:
    """An engine after a storm, and the time, at a whole minute with all late readings judged."""
    e, told = trial(clock), storm(seed, rows)
    for row in told:
        e.feed(Readings(columns([row])))
        if row[4] % (5 * MINUTE) < MINUTE:
            e.feed(Tick(row[4] - row[4] % MINUTE))
    now = (told[-1][4] // MINUTE + 1) * MINUTE
    e.feed(Tick(now))
    return e, now


def check_loss(clock: str, seed: int, rows: int, loss: str, minutes: int) -> int:
    """The law at one moment; returns how many areas had a level to lose."""
    e, now = after(clock, seed, rows)
    held = levels(e)
    steady = [n not in e.assessor.waiting for n in range(len(held))]
    for at, effects in lose(e, loss, now, minutes):
        for n, (before, here) in enumerate(zip(held, levels(e), strict=True)):
            if before >= 1 and steady[n]:
                assert here == before, (loss, n, (at - now) // MINUTE)
            if before == Level.UNKNOWN:
                assert here == Level.UNKNOWN, (loss, n, (at - now) // MINUTE)
        for decision in effects.decisions:
            assert (decision.before, decision.after) != ("unknown", "none")
    return sum(before >= 1 and calm for before, calm in zip(held, steady, strict=True))


LAW = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("clock", ["stream", "system"])
@settings(LAW, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 250), st.sampled_from(LOST))
def test_after_any_storm_no_loss_lowers(clock: str, seed: int, rows: int, loss: str) -> None:
    check_loss(clock, seed, rows, loss, minutes=75)


@pytest.mark.long
@pytest.mark.parametrize("clock", ["stream", "system"])
@settings(LAW, max_examples=1500)
@given(st.integers(0, 10**6), st.integers(1, 400), st.sampled_from(LOST))
def test_after_many_storms_no_loss_lowers(clock: str, seed: int, rows: int, loss: str) -> None:
    check_loss(clock, seed, rows, loss, minutes=300)


def test_the_storms_above_do_have_levels_to_lose() -> None:
    assert sum(check_loss("stream", seed, 150, "silence", 30) for seed in range(10)) >= 10


@settings(LAW, max_examples=30)
@given(st.integers(0, 10**6), st.integers(50, 400), st.sampled_from(LOST))
def test_only_fresh_good_readings_begin_a_fall(seed: int, rows: int, loss: str) -> None:
    """Every fall, anywhere in a storm, has a good reading of its area within its hold."""
    e = trial("stream")
    good: list[tuple[int, int]] = []
    falls: list[tuple[int, Any]] = []
    for row in storm(seed, rows):
        effects = e.feed(Readings(columns([row])))
        told = effects.admitted
        if told.fate[0] == 0 and told.flag[0] <= 2 and not math.isnan(told.value[0]):
            good.append((row[0], int(told.arrival[0])))
        falls += [(d.time, d) for d in effects.decisions if d.before not in ("unknown", "none")]
    for time, d in falls:
        if Level.parse(d.after) >= Level.parse(d.before):
            continue
        n = next(
            n
            for n, q in enumerate(e.plan.questions)
            if (q.area, q.hazard.value) == (d.area, d.hazard)
        )
        question = e.plan.questions[n]
        mine = {e.plan.tasks[m.detector][m.row].sensor for m in question.members}
        assert d.reason["cause"] == "hold"
        assert any(s in mine and time - question.hold - MINUTE <= at <= time for s, at in good), d


@pytest.mark.parametrize("clock", ["stream", "system"])
def test_a_warning_in_force_is_renewed_through_two_days_of_silence(clock: str) -> None:
    e = engine(config({"z": [STAGE]}, [STAGE_RULE], clock=clock))
    issued = e.feed(Readings(columns([(0, START, 3.5, 1, START)]))).warnings
    assert [w.act for w, _ in issued] == [Act.ISSUE]
    versions = [issued[0][0]]
    for n in range(1, 48 * 60):
        versions += [w for w, _ in e.feed(Tick(START + n * MINUTE)).warnings]
    assert {w.act for w in versions[1:]} == {Act.UPDATE}
    assert {w.level for w in versions} == {Level.ORANGE}
    assert all(b.sent < a.expires for a, b in pairwise(versions))
    assert versions[-1].expires > START + 48 * HOUR
    assert len(versions) == 1 + (48 * 60 - 1) // 20


def test_lowered_forecasts_do_not_lower_what_a_gauge_holds() -> None:
    rules = [STAGE_RULE, {**STAGE_RULE, "id": "ahead", "forecast": True, "hold": "0 s"}]
    e = engine(config({"z": [STAGE, FORECAST]}, rules, clock="system"))
    gauge, ahead = e.plan.row_of("z/stage"), e.plan.row_of("z/ahead")
    e.feed(Readings(columns([(gauge, START, 3.5, 1, START)])))
    seen = set()
    for n in range(1, 200):
        at = START + n * MINUTE
        forecast = (ahead, at + HOUR, 4.5 - min(n, 44) * 0.1, 1, at, at)
        e.feed(Readings(columns([forecast])))
        e.feed(Tick(at))
        assert level(e) >= Level.ORANGE
        seen.add(level(e))
    assert seen == {Level.RED, Level.ORANGE}


def test_a_level_from_rain_outlives_its_window_when_the_gauge_fails() -> None:
    e = rain_engine()
    rows = [(0, START + n * MINUTE, 1.2) for n in range(1, 31)]
    e.feed(Readings(columns(rows)))
    reached = level(e)
    assert reached >= Level.YELLOW
    for n in range(31, 200):
        e.feed(Readings(columns([(0, START + n * MINUTE, math.nan)])))
        assert level(e) == reached, n


def test_a_failed_gauge_does_not_take_a_falling_window_for_no_rain() -> None:
    """One missing reading in a covered window: the sum falls by itself, the level does not."""
    e = rain_engine(hold="0 s")
    rain = [*[0.0] * 40, 6.0, *[0.0] * 8]
    e.feed(Readings(columns([(0, START + n * MINUTE, v) for n, v in enumerate(rain)])))
    assert level(e) == Level.BLUE
    after_it = [(0, START + n * MINUTE, math.nan) for n in range(49, 53)]
    assert e.feed(Readings(columns(after_it))).verdicts == []
    assert level(e) == Level.BLUE


def falling(minutes_low: int, **rule: Any) -> tuple[Engine, int]:
    """A river that was at orange and has stood at blue for so many minutes."""
    e = stage_engine(**rule)
    rows = [(0, START, 3.5), *((0, START + n * MINUTE, 1.5) for n in range(1, minutes_low + 1))]
    e.feed(Readings(columns(rows)))
    return e, START + minutes_low * MINUTE


def test_good_readings_do_lower_after_the_hold() -> None:
    e, _ = falling(7)
    assert level(e) == Level.BLUE


@pytest.mark.parametrize("loss", ["silence", "NaN", "fail"])
def test_a_hold_that_is_running_does_not_end_without_good_readings(loss: str) -> None:
    e, now = falling(2)
    for n in range(1, 60):
        at = now + n * MINUTE
        bad = {"NaN": [(0, at, math.nan)], "fail": [(0, at, 0.2, 4)]}.get(loss, [])
        e.feed(Readings(columns(bad)))
        e.feed(Tick(at))
        assert level(e) == Level.ORANGE, n


def test_a_hold_shorter_than_the_silence_limit_needs_good_readings_too() -> None:
    e = stage_engine(hold="2 min")
    e.feed(Readings(columns([(0, START, 3.5), (0, START + MINUTE, 0.5)])))
    for n in range(2, 30):
        e.feed(Tick(START + n * MINUTE))
        assert level(e) == Level.ORANGE, n


def test_a_late_reading_of_a_silent_gauge_does_not_tell_none() -> None:
    e = stage_engine()
    e.feed(Readings(columns([(0, START, 0.5), (0, START + 2 * MINUTE, 0.5)])))
    e.feed(Tick(START + 20 * MINUTE))
    assert level(e) == Level.UNKNOWN
    e.feed(Readings(columns([(0, START + MINUTE, 0.5, 1, START + 21 * MINUTE)])))
    e.feed(Tick(START + 22 * MINUTE))
    assert level(e) == Level.UNKNOWN


def test_two_gauges_one_silent_the_other_low_holds_until_good_readings_fill_the_hold() -> None:
    """The gauge that reached the level never said that it fell: the other cannot say it for it."""
    e = engine(config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE]))
    e.feed(Readings(columns([(0, START, 3.5), (1, START, 0.5)])))
    rows = [(1, START + n * MINUTE, 0.5) for n in range(1, 120)]
    e.feed(Readings(columns(rows)))
    assert level(e) == Level.ORANGE


@pytest.mark.parametrize("sensor", COUNTERS)
def test_totals_that_stop_hold_what_they_reached(sensor: int) -> None:
    e = trial("stream")
    rows = [(sensor, START + n * MINUTE, 50 + 1.5 * n) for n in range(30)]
    e.feed(Readings(columns(rows)))
    reached = levels(e)
    assert max(reached) >= Level.YELLOW
    lose(e, "silence", rows[-1][1], 300)
    assert levels(e) == [x if x >= 1 else Level.UNKNOWN for x in reached]


def test_rain_that_began_before_the_loss_is_still_warned_of_from_what_is_known() -> None:
    """A lower bound is enough to raise: half of the readings lost, the threshold reached anyway."""
    e = engine(config({"r": [RAIN]}, [RAIN_RULE]))
    e.feed(Readings(columns([(0, START + 2 * n * MINUTE, 5.0) for n in range(5)])))
    assert level(e) == Level.RED
