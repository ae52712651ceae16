"""What becomes of a reading: each fate as a timeline, the ring, the flags, the stream clock."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    DAY,
    HOUR,
    MINUTE,
    RAIN,
    STAGE,
    START,
    TOTAL,
    columns,
    config,
    engine,
)
from tongluo.core.effects import Readings, Tick
from tongluo.core.words import Fate
from tongluo.engine import Engine

FORECAST = {**STAGE, "name": "ahead", "forecast": True}


class Line:
    """A river gauge on the stream clock; times in minutes after START."""

    def __init__(self, sensor: dict[str, Any] = STAGE, **time: Any) -> None:
        self.e: Engine = engine(config({"z": [sensor]}, time=time))
        self.arrived = 0

    def at(self, arrival: float, t: float, value: float = 0.5, flag: int = 1) -> Fate:
        row = (0, START + int(t * MINUTE), value, flag, START + int(arrival * MINUTE))
        self.told = self.e.feed(Readings(columns([row]))).admitted
        return Fate(int(self.told.fate[0]))

    def forecast(self, issued: float, t: float, value: float = 0.5) -> Fate:
        row = (0, START + int(t * MINUTE), value, 1, 0, START + int(issued * MINUTE))
        return Fate(int(self.e.feed(Readings(columns([row]))).admitted.fate[0]))

    @property
    def kept(self) -> list[float]:
        """Times in the ring, oldest first, min."""
        stage, s = self.e.stage, self.e.stage.state[0]
        cells = stage.ring[stage.places(0, s["head"] + np.arange(s["held"]))]
        return [(int(t) - START) / MINUTE for t in cells["t"]]


def test_fed_newer_than_the_last() -> None:
    z = Line()
    assert z.at(0, 0) == Fate.FED
    assert z.at(1, 1) == Fate.FED
    assert z.at(600, 30) == Fate.FED  # old, but newer than the last fed: a catch-up after an outage
    assert z.kept == [0, 1, 30]


def test_duplicate_same_time_same_value() -> None:
    z = Line()
    assert z.at(0, 0, 0.5) == Fate.FED
    assert z.at(1, 1, 0.6) == Fate.FED
    assert z.at(2, 0, 0.5) == Fate.DUPLICATE
    assert z.at(2, 1, 0.6) == Fate.DUPLICATE
    assert z.at(3, 3, math.nan) == Fate.FED
    assert z.at(3, 3, math.nan) == Fate.DUPLICATE
    assert z.kept == [0, 1, 3]


def test_conflict_same_time_another_value_the_first_is_kept() -> None:
    z = Line()
    assert z.at(0, 0, 0.5) == Fate.FED
    assert z.at(1, 0, 4.5) == Fate.CONFLICT
    assert z.at(2, 2, 0.5) == Fate.FED
    assert z.at(3, 0, 4.5) == Fate.CONFLICT
    z.e.feed(Tick(START + 4 * MINUTE))
    assert z.e.assessor.answers[0].level == 0


def test_late_within_the_rewind_judged_at_the_next_tick() -> None:
    z = Line(rewind="40 min")
    assert z.at(50, 50) == Fate.FED
    assert z.at(50.1, 49, 3.5) == Fate.LATE
    assert z.at(50.2, 10) == Fate.LATE
    assert z.kept == [10, 49, 50]
    assert z.e.stage.dirty() == [0]
    told = z.e.feed(Tick(START + 51 * MINUTE))
    assert z.e.stage.dirty() == []
    assert z.e.clock["dirty"] == 0
    assert told.verdicts == []  # the newest reading is low: what was at 49 is past


def test_too_late_beyond_the_rewind() -> None:
    z = Line(rewind="40 min")
    assert z.at(50, 50) == Fate.FED
    assert z.at(51, 9.99) == Fate.TOO_LATE
    assert z.kept == [50]
    assert z.e.stage.dirty() == []


def test_too_late_when_the_ring_has_forgotten_that_time() -> None:
    z = Line(rewind="1 min")
    cells = int(z.e.stage.params[0]["cells"])
    for n in range(cells):
        assert z.at(0.01 * n, 0.01 * n) == Fate.FED
    assert z.at(1, -0.1) == Fate.TOO_LATE
    assert z.at(1, 0.005) == Fate.TOO_LATE  # judged anew from so short a memory, it would forget
    assert len(z.kept) == cells
    assert z.kept[0] == 0.0


def test_future_beyond_the_tolerance_never_kept() -> None:
    z = Line(future="5 min")
    assert z.at(0, 0) == Fate.FED
    assert z.at(1, 6) == Fate.FED  # within
    assert z.at(1, 6.1) == Fate.FUTURE
    assert z.kept == [0, 6]
    assert z.at(2, 7) == Fate.FED


def test_epoch_before_the_earliest() -> None:
    z = Line()
    assert z.at(0, -START / MINUTE) == Fate.EPOCH
    assert z.at(0, -START / MINUTE + 3) == Fate.EPOCH
    assert z.kept == []
    assert z.e.stage.state[0]["received"] == 2
    assert z.e.clock["now"] == 0  # it says nothing of the time either


def test_a_forecast_is_known_by_its_time_of_issue() -> None:
    z = Line(FORECAST)
    assert z.forecast(issued=0, t=60, value=1.0) == Fate.FED
    assert z.forecast(issued=0, t=120, value=1.1) == Fate.FED
    assert z.forecast(issued=0, t=60, value=1.0) == Fate.DUPLICATE
    assert z.forecast(issued=0, t=60, value=9.0) == Fate.CONFLICT
    assert z.forecast(issued=30, t=60, value=1.2) == Fate.FED
    assert z.forecast(issued=0, t=180) == Fate.LATE
    assert z.forecast(issued=-100, t=180) == Fate.TOO_LATE
    assert z.kept == [60, 120, 180, 60]


def test_a_forecast_without_its_issue_is_of_the_epoch() -> None:
    z = Line(FORECAST)
    assert z.at(0, 60) == Fate.EPOCH


def test_every_fate_has_been_seen() -> None:
    names = [name for name in globals() if name.startswith("test_")]
    for fate in Fate:
        assert any(fate.name.lower() in name for name in names), fate


# values


@pytest.mark.parametrize(
    ("value", "given", "flag"),
    [
        (0.5, 1, 1),
        (0.5, 3, 3),
        (math.nan, 1, 9),
        (math.nan, 3, 9),
        (math.nan, 4, 4),
        (math.inf, 1, 4),
        (-math.inf, 2, 4),
        (-1.0, 1, 4),
        (11.0, 1, 4),
        (11.0, 9, 9),
        (6.0, 1, 3),
        (6.0, 4, 4),
        (5.0, 2, 2),
        (10.0, 1, 3),
    ],
)
def test_the_flag_gets_worse_never_better(value: float, given: int, flag: int) -> None:
    z = Line({**STAGE, "range": {"fail": ["0 m", "10 m"], "suspect": ["0 m", "5 m"]}})
    assert z.at(0, 0, value, given) == Fate.FED
    assert int(z.told.flag[0]) == flag


def test_a_bad_reading_is_a_sign_of_life() -> None:
    z = Line()
    z.at(0, 0)
    z.at(3, 3, math.nan)
    assert z.e.feed(Tick(START + 6 * MINUTE)).conditions == []
    assert [c.begins for c in z.e.feed(Tick(START + 7 * MINUTE)).conditions] == [True]


@pytest.mark.parametrize("fate", ["again", "too late", "future", "epoch"])
def test_what_is_not_kept_is_no_sign_of_life(fate: str) -> None:
    z = Line(rewind="40 min")
    z.at(0, 0)
    z.at(3, {"again": 0, "too late": -60, "future": 60, "epoch": -START / MINUTE}[fate])
    assert [c.kind for c in z.e.feed(Tick(START + 4 * MINUTE)).conditions] == ["silent"]


# the stream clock


def test_a_row_raises_the_clock_by_no_more_than_the_step() -> None:
    z = Line(stream_step="30 min")
    z.at(0, 0)
    assert z.at(100, 100) == Fate.FUTURE
    assert z.e.clock["now"] == START + 30 * MINUTE
    z.at(100, 100)
    assert z.e.clock["now"] == START + 60 * MINUTE


def test_the_clock_never_goes_back() -> None:
    z = Line()
    z.at(10, 10)
    z.at(3, 9)
    assert z.e.clock["now"] == START + 10 * MINUTE
    assert z.told.arrival[0] == START + 10 * MINUTE


def test_without_an_arrival_the_reading_itself_is_the_time() -> None:
    e = engine(config({"z": [STAGE]}))
    told = e.feed(Readings(columns([(0, START + MINUTE, 0.5)]))).admitted
    assert told.arrival.tolist() == [START + MINUTE]


def test_a_tick_in_a_batch_comes_before_the_row_that_makes_it_due() -> None:
    e = engine(config({"y": [STAGE], "z": [STAGE]}))
    rows = [(0, START, 0.5), (1, START, 0.5), (1, START + 3 * MINUTE, 0.5)]
    rows += [(0, START + 5 * MINUTE, 0.5)]
    told = e.feed(Readings(columns(rows)))
    assert [(c.sensor, (c.time - START) / MINUTE, c.begins) for c in told.conditions] == [
        ("y/stage", 4, True),
        ("y/stage", 5, False),
    ]


# the ring against a plain list

ARRIVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2)), max_size=120)


@settings(max_examples=80, deadline=None)
@given(ARRIVALS, st.sampled_from([5, 20, 40]))
def test_fates_and_ring_are_those_of_a_plain_list(
    drawn: list[tuple[int, int]], rewind: int
) -> None:
    z = Line(rewind=f"{rewind} min")
    cells = int(z.e.stage.params[0]["cells"])
    reach = int(z.e.stage.params[0]["reach"]) // MINUTE
    kept: dict[int, float] = {}
    for t, value in drawn:
        got = z.at(100, t, float(value))
        last = max(kept, default=-1)
        if t in kept:
            assert got == (Fate.DUPLICATE if kept[t] == value else Fate.CONFLICT)
            continue
        if t > last:
            assert got == Fate.FED
        elif t < last - rewind or (len(kept) == cells and min(kept) > last - reach):
            assert got == Fate.TOO_LATE
            continue
        else:
            assert got == Fate.LATE
        kept[t] = value
        if len(kept) > cells:
            del kept[min(kept)]
    assert z.kept == sorted(kept)


@settings(max_examples=40, deadline=None)
@given(st.permutations(list(range(20))))
def test_judged_anew_is_judged_in_time_order(order: list[int]) -> None:
    z = Line()
    for t in order:
        z.at(100, t, t / 10)
    times, values, flags = z.e.stage.recall(0)
    assert [(int(t) - START) // MINUTE for t in times] == list(range(20))
    assert np.allclose(values, np.arange(20) / 10)
    assert set(flags.tolist()) == {1}


def test_after_late_readings_the_engine_is_as_if_they_had_come_in_time() -> None:
    rows = [(0, START + n * MINUTE, (n % 7) / 10) for n in range(60)]
    shuffled = [rows[0], *rows[30:], *rows[1:30]]
    engines = [engine(config({"r": [RAIN]}, time={"rewind": "2 h"})) for _ in range(2)]
    for e, batch in zip(engines, (rows, shuffled), strict=True):
        e.feed(Readings(columns(batch)))
        e.feed(Tick(START + HOUR))
    one, other = (e.plan.tables["rain_windows"].state[0] for e in engines)
    for field in ("level", "last", "pushed", "sum", "covered", "tail", "cells"):
        assert np.array_equal(one[field], other[field]), field


def test_a_late_reading_does_not_make_a_fast_gauge_forget_rain() -> None:
    e = engine(config({"r": [RAIN]}, time={"rewind": "30 min"}))
    rows = [(0, START + n * 15_000, 0.1) for n in range(110)]  # 4 a minute, declared 1
    e.feed(Readings(columns(rows)))
    before = int(e.plan.tables["rain_windows"].state[0]["sum"][1])
    e.feed(Readings(columns([(0, rows[-1][1] - 5_000, 0.1, 1, rows[-1][1])])))
    e.feed(Tick(START + 30 * MINUTE))
    assert int(e.plan.tables["rain_windows"].state[0]["sum"][1]) >= before


def test_a_forecast_for_a_measured_sensor_is_misplaced() -> None:
    e = engine(config({"z": [STAGE]}))
    e.feed(Readings(columns([(0, START, 3.5)])))
    ahead = (0, START + 4 * MINUTE, 0.5, 1, START + MINUTE, START)
    told = e.feed(Readings(columns([ahead])))
    assert told.verdicts == []


def test_counters_and_increments_share_the_order() -> None:
    e = engine(config({"c": [TOTAL]}))
    rows = [(0, START + n * MINUTE, 10 + n / 2) for n in range(5)]
    told = e.feed(Readings(columns(rows))).admitted
    assert told.value.tolist()[1:] == [0.5] * 4
    assert e.stage.state[0]["last"] == START + 4 * MINUTE


def test_times_centuries_away_do_no_harm() -> None:
    z = Line(stream_step="1 d")
    z.at(0, 0)
    assert z.at(1, 1e15 / MINUTE) == Fate.FUTURE
    assert z.at(2, -1e15 / MINUTE) == Fate.EPOCH
    assert z.at(3, 3) == Fate.FED
    assert z.e.clock["now"] <= START + DAY
