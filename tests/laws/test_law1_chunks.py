"""Law 1: any split of the input into batches gives the same verdicts and the same state."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.build import (
    HOUR,
    MINUTE,
    RAIN,
    RAIN_RULE,
    SECOND,
    STAGE,
    STAGE_RULE,
    START,
    TOTAL,
    columns,
    config,
    digest,
    engine,
    knows,
    said,
)
from tongluo.core.effects import Act, Effects, Readings, Tick
from tongluo.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
SENSORS = 6
DAILY = {**TOTAL, "counter": {"resolution": "0.1 mm", "reset": "daily", "max_rate": "5 mm"}}
FORECAST = {**STAGE, "name": "ahead", "forecast": True}


def trial(clock: str) -> Engine:
    """Rain gauge, two counters, two river gauges and a forecast in two areas that share some."""
    stations = {"a": [RAIN, STAGE], "b": [TOTAL, FORECAST], "c": [DAILY, STAGE]}
    rules = [
        {**RAIN_RULE, "options": {"coverage": 0.5, "dead_band": "1 mm"}},
        STAGE_RULE,
        {**STAGE_RULE, "id": "ahead", "forecast": True, "cap_level": "yellow", "hold": "2 min"},
    ]
    areas = {"east": ["a", "b"], "west": ["b", "c"]}
    time = {"tick": "1 min", "future": "3 min", "stream_step": "20 min"}
    return engine(config(stations, rules, areas, clock, time))


COUNTERS, FORECASTS, RAINS = (2, 4), (3,), (0,)
KINDS = [
    *["new"] * 12,
    "again",
    "same time",
    "late",
    "too late",
    "future",
    "epoch",
    "nan",
    "infinite",
    "restart",
]
ROWS = st.lists(
    st.tuples(
        st.integers(0, SENSORS - 1),
        st.sampled_from(KINDS),
        st.sampled_from([1, 20, 60, 60, 60, 75, 180, 700, 2500]),  # s that pass
        st.integers(0, 60),  # tenths
        st.sampled_from([1, 1, 1, 1, 1, 2, 3, 4, 9]),
    ),
    max_size=60,
)


def readings(drawn: list[tuple[int, str, int, int, int]]) -> list[tuple[Any, ...]]:
    """(sensor, time, value, flag, arrival, issued) of what was drawn, in order of arrival."""
    now, total, rows = START - 20 * MINUTE, [190.0] * SENSORS, []
    for sensor, kind, passed, tenths, flag in drawn:
        now += passed * SECOND
        t, issued = now - now % SECOND, 0
        if sensor in COUNTERS:
            total[sensor] = 0.0 if kind == "restart" else (total[sensor] + tenths / 10) % 200.0
            value = round(total[sensor], 1)
        else:
            value = tenths / 10
        t -= {"late": 7 * MINUTE, "too late": 2 * HOUR}.get(kind, 0)
        t += {"future": 5 * HOUR}.get(kind, 0)
        if kind == "epoch":
            t = 1_000_000
        if kind in ("nan", "infinite"):
            value = float("nan") if kind == "nan" else float("inf")
        if sensor in FORECASTS:
            t, issued = t + tenths * MINUTE, t
        row = (sensor, t, value, flag, now, issued)
        if kind == "again" and rows:
            row = (*rows[-1 - tenths % len(rows)][:4], now, rows[-1 - tenths % len(rows)][5])
        if kind == "same time" and rows:
            old = rows[-1 - tenths % len(rows)]
            row = (old[0], old[1], value, flag, now, old[5])
        rows.append(row)
    return rows


def split(rows: list[Any], cuts: set[int]) -> list[list[Any]]:
    places = [0, *sorted(c for c in cuts if c < len(rows)), len(rows)]
    return [rows[a:b] for a, b in pairwise(places)]


def run(e: Engine, feed: list[Any]) -> list[Effects]:
    return [e.feed(row) for row in feed]


def without_arrival(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*r[:4], 0, r[5]) for r in rows]


def with_ticks(rows: list[tuple[Any, ...]], cuts: set[int]) -> list[Any]:
    """Batches with a tick row wherever the wall has passed a whole minute, cut elsewhere too."""
    feed: list[Any] = []
    batch: list[Any] = []
    ticked = rows[0][4] // MINUTE if rows else 0
    for n, row in enumerate(rows):
        due = row[4] // MINUTE
        if due > ticked or n in cuts:
            feed.append(Readings(columns(batch)))
            batch = []
        if due > ticked:
            feed.append(Tick(due * MINUTE))
            ticked = due
        batch.append(row)
    return [*feed, Readings(columns(batch)), Tick((ticked + 30) * MINUTE)]


CUTS = st.one_of(st.just(set(range(100))), st.sets(st.integers(0, 60)))
LAW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def agree(one: tuple[Engine, list[Effects]], other: tuple[Engine, list[Effects]]) -> None:
    for a, b in ((said(one[1]), said(other[1])), (knows(one[0]), knows(other[0]))):
        for name in a:
            assert a[name] == b[name], name


def check_stream(rows: list[tuple[Any, ...]], cuts: set[int]) -> None:
    whole, parts = trial("stream"), trial("stream")
    end = [Tick(rows[-1][4] + HOUR)] if rows else []
    one = run(whole, [Readings(columns(rows)), *end])
    other = run(parts, [*(Readings(columns(p)) for p in split(rows, cuts)), *end])
    agree((whole, one), (parts, other))


def check_system(rows: list[tuple[Any, ...]], cuts: set[int]) -> None:
    whole, parts = trial("system"), trial("system")
    one, other = run(whole, with_ticks(rows, set())), run(parts, with_ticks(rows, cuts))
    agree((whole, one), (parts, other))


@settings(LAW, max_examples=120)
@given(ROWS, CUTS, st.booleans())
def test_a_stream_split_anywhere(drawn: Any, cuts: set[int], stamped: bool) -> None:
    rows = readings(drawn)
    check_stream(rows if stamped else without_arrival(rows), cuts)


@settings(LAW, max_examples=80)
@given(ROWS, CUTS)
def test_system_time_split_anywhere_between_ticks(drawn: Any, cuts: set[int]) -> None:
    check_system(readings(drawn), cuts)


@pytest.mark.long
@settings(LAW, max_examples=4000)
@given(ROWS, CUTS, st.booleans())
def test_many_streams_split_anywhere(drawn: Any, cuts: set[int], stamped: bool) -> None:
    rows = readings(drawn)
    check_stream(rows if stamped else without_arrival(rows), cuts)
    check_system(rows, cuts)


def storm(seed: int, n: int) -> list[tuple[Any, ...]]:
    """A long stream of the same kinds, mostly in order, so that levels rise and fall."""
    dice = random.Random(seed)
    drawn = [
        (
            k % SENSORS,
            dice.choice(KINDS) if dice.random() < 0.3 else "new",
            dice.choice([1, 5, 10, 10, 10, 60]),
            int(dice.random() ** 3 * 50),
            1 if dice.random() < 0.9 else dice.choice([2, 3, 4, 9]),
        )
        for k in range(n)
    ]
    return readings(drawn)


@pytest.mark.parametrize("clock", ["stream", "system"])
def test_a_long_storm_row_by_row_and_at_once(clock: str) -> None:
    rows = storm(7, 3000)
    whole = trial(clock)
    told = said(run(whole, with_ticks(rows, set())))
    assert len(told["decisions"]) > 50  # the storm does make the engine decide
    assert len(told["warnings"]) > 20
    assert any("'late'" in d for d in told["decisions"] + told["verdicts"])
    assert set(range(7)) == set(memoryview(told["fate"]).cast("q"))
    (check_stream if clock == "stream" else check_system)(rows, set(range(len(rows))))


def test_ticks_inside_a_batch_and_as_rows_of_their_own_tell_the_same() -> None:
    rows = storm(8, 1500)
    inside, between = trial("stream"), trial("stream")
    end = (rows[-1][4] // MINUTE + 30) * MINUTE
    one = run(inside, [Readings(columns(rows)), Tick(end)])
    other = run(between, with_ticks(rows, set()))
    for name in ("decisions", "warnings", "verdicts", "conditions", "fate", "value"):
        assert said(one)[name] == said(other)[name], name


def test_an_act_in_between_is_a_row_like_any_other() -> None:
    rows = storm(9, 400)
    acts = Act(rows[200][4], "duty officer", "east", "river_flood", "red", "dam report")
    whole, parts = trial("stream"), trial("stream")
    one = run(whole, [Readings(columns(rows[:200])), acts, Readings(columns(rows[200:]))])
    cut = [Readings(columns([r])) for r in rows]
    other = run(parts, [*cut[:200], acts, *cut[200:]])
    agree((whole, one), (parts, other))


def storm_digest() -> str:
    """Of a moderate run, in both clocks: printed by the test below in another process."""
    out = []
    for clock in ("stream", "system"):
        e = trial(clock)
        out.append(digest(e, run(e, with_ticks(storm(11, 1200), set()))))
    return " ".join(out)


def test_compiled_and_uncompiled_give_the_same_bits() -> None:
    call = "from tests.laws.test_law1_chunks import storm_digest as d; print(d())"
    result = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", call],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    assert result.stdout.strip() == storm_digest()
