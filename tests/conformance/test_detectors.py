"""What every registered detector must be: a method added to `DETECTORS` is tested by being there.

It needs one line here: an example of its levels, its sensor and the values it may be given.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from detectors import DETECTORS
from tests.build import MINUTE, RAIN_LEVELS, STAGE_LEVELS, START
from tongluo.core.driver import CAPACITY, Links, Table, Transitions
from tongluo.core.ports import Sensor
from tongluo.core.units import QUANTITIES

ROOT = Path(__file__).resolve().parents[2]
YEAR = 365 * 86_400_000
GROUPS, TASKS = 3, 4  # a group is a sensor with what stands at the further ports; the last has two
Values = Callable[[Any, Any], Any]
"""(dice, ms since the start) -> values."""


@dataclass(frozen=True)
class Example:
    levels: Any
    sensor: Sensor
    low: float
    high: float
    """Values between which the example's levels lie; `low` for days gives NONE."""
    options: dict[str, Any] = field(default_factory=dict)
    pace: int = MINUTE
    """ms from reading to reading of a series."""
    values: Values | None = None
    """Makes the values of the first series; default: waves between low and high."""
    ports: tuple[tuple[float, float], ...] = ()
    """(low, high) at each further port."""
    port_values: tuple[Values | None, ...] = ()
    seen: frozenset[int] = frozenset({-1, 0, 1, 2, 3, 4})
    """Levels that the example comes to."""


WORDS = ("blue", "yellow", "orange", "red")


def showers(dice: Any, since: Any) -> Any:
    """Rain on every fifth day, mm in 5 minutes."""
    return np.where(since // 86_400_000 % 5 == 3, np.round(1.5 * dice.random(len(since)), 3), 0.0)


def creeping(dice: Any, since: Any) -> Any:
    """mm: a slope that speeds up to 15 mm/d and stops again, every two days."""
    days = since / 86_400_000
    speed = 15 * np.maximum(np.sin(days * np.pi), 0)
    return np.cumsum(speed * np.diff(days, prepend=days[:1])) + dice.normal(0, 0.01, len(days))


def failing(dice: Any, since: Any) -> Any:
    """mm: every eight days a slope that fails by Voight's law, after three steady ones."""
    days = since / 86_400_000
    left = np.maximum(5 - np.maximum(days % 8 - 3, 0), 0.01)
    mm = 2 * np.minimum(days % 8, 3) + 10 * np.log(5 / left)
    return mm + (6 + 10 * np.log(500)) * (days // 8) + dice.normal(0, 0.02, len(days))


HOUR = 60 * MINUTE
SPEED: dict[str, Any] = {"window": "6 h", "points": 3, "k": 0, "persistence": "1 of 2"}
EXAMPLES = {
    "anomaly": Example(
        {"blue": 0.2, "yellow": 0.1, "orange": 0.03, "red": 0.01},
        Sensor("temperature", MINUTE, False),
        *(10.0, 40.0),
        {"learn": 20, "hold": "5 min"},
    ),
    "velocity_grades": Example(
        {
            "blue": {"velocity": "2 mm/d", "increment": {"12 h": "2 mm"}},
            "yellow": {"velocity": "5 mm/d"},
            "orange": {"velocity": "8 mm/d", "increment": {"12 h": "6 mm"}},
            "red": {"velocity": "12 mm/d"},
        },
        Sensor("displacement", HOUR, False),
        *(0.0, 20.0),
        SPEED,
        pace=HOUR,
        values=creeping,
    ),
    "tangent_angle": Example(
        {"blue": "45 deg", "yellow": "70 deg", "orange": "80 deg", "red": "85 deg"},
        Sensor("crack", HOUR, False),
        *(0.0, 20.0),
        SPEED | {"v0": "1 mm/d", "record": "A. B., 2024-03-01 to 2024-09-01"},
        pace=HOUR,
        values=creeping,
    ),
    "dynamic_rate": Example(
        {"blue": 0.5, "yellow": 1, "orange": 5, "red": 10},
        Sensor("displacement_z", HOUR, False),
        *(0.0, 20.0),
        SPEED | {"mean_rate": "0.5 mm/d", "std_rate": "0.2 mm/d", "record": "A. B."},
        pace=HOUR,
        values=creeping,
    ),
    "creep_with_rain": Example(
        {
            "blue": {"velocity": "2 mm/d"},
            "yellow": {"velocity": "5 mm/d"},
            "orange": {"velocity": "5 mm/d", "rain": {"6 h": "20 mm"}},
            "red": {"velocity": "10 mm/d", "rain": {"6 h": "30 mm"}},
        },
        Sensor("displacement", HOUR, False, others=(Sensor("rain", HOUR, False),)),
        *(0.0, 20.0),
        SPEED | {"rain_coverage": 0.6},
        pace=HOUR,
        values=creeping,
        ports=((0.0, 15.0),),
    ),
    "inverse_velocity": Example(
        {"blue": "5 d", "yellow": "30 h", "orange": "18 h", "red": "8 h"},
        Sensor("displacement", HOUR // 2, False),
        *(0.0, 20.0),
        {"short": "2 h", "long": "1 d", "persistence": "1 of 2"},
        pace=HOUR // 2,
        values=failing,
    ),
    "value_levels": Example(
        {"blue": "5 deg", "yellow": "10 deg", "orange": "15 deg", "red": "20 deg"},
        Sensor("tilt", MINUTE, False),
        *(0.0, 25.0),
        {"dead_band": "0.5 deg", "persistence": "2 of 3"},
    ),
    "critical_rain": Example(
        {
            grade: {
                "dry": {window: f"{float(rain[:-3]) + 1} mm" for window, rain in windows.items()},
                "wet": windows,
            }
            for grade, windows in RAIN_LEVELS.items()
        },
        Sensor("rain", MINUTE, False, 0.0, (Sensor("soil_moisture", MINUTE, False),)),
        0.0,
        3.0,
        options={"prepare": "yellow", "transfer": "orange"},
        ports=((0.0, 100.0),),
    ),
    "rain_forecast": Example(
        RAIN_LEVELS,
        Sensor("rain", MINUTE, False, 0.0, (Sensor("rain", MINUTE, False),)),
        0.0,
        3.0,
        options={"known_ahead": "0 h", "continuation": "2 min", "horizon": "1 h"},
        ports=((0.0, 0.5),),
    ),
    "rain_trigger_index": Example(
        {"blue": "60 mm", "yellow": "120 mm", "orange": "200 mm", "red": "300 mm"},
        Sensor("rain", 60 * MINUTE, False),
        0.0,
        40.0,
        options={"coverage": 0.6},
        pace=60 * MINUTE,
    ),
    "rain_windows": Example(RAIN_LEVELS, Sensor("rain", MINUTE, False), 0.0, 3.0),
    "stage_levels": Example(STAGE_LEVELS, Sensor("stage", MINUTE, False), -1.0, 5.0),
    "fire_weather_index": Example(
        {"blue": 2, "yellow": 5, "orange": 10, "red": 20},
        Sensor("temperature", 3_600_000, False),
        *(-20.0, 35.0),
        {"coverage": 0.5},
        pace=3_600_000,
        ports=((100.0, 15.0), (0.0, 20.0), (0.0, 0.1)),
    ),
    "antecedent_rain": Example(
        {"blue": "20 mm", "yellow": "40 mm", "orange": "60 mm", "red": "80 mm"},
        Sensor("rain", 5 * MINUTE, False),
        *(0.0, 1.5),
        {"k": 0.3, "days": 2, "coverage": 0.65},
        pace=5 * MINUTE,
        values=showers,
    ),
    "rain_curve": Example(
        {w: {"a": a, "b": -0.4} for w, a in zip(WORDS, (5, 20, 60, 90), strict=True)},
        Sensor("rain", MINUTE, False),
        *(0.0, 3.0),
        {"gap": "1 h", "coverage": 0.5},
    ),
    "rain_line": Example(
        {
            w: {"intercept": f"{mm} mm", "slope": 0.5}
            for w, mm in zip(WORDS, (10, 25, 35, 45), strict=True)
        },
        Sensor("rain", MINUTE, False),
        *(0.0, 3.0),
        {"recent": "20 min", "before": "1 h", "cell": "5 min", "coverage": 0.5},
    ),
    "soil_water_index": Example(
        {"blue": "30 mm", "yellow": "60 mm", "orange": "80 mm", "red": "100 mm"},
        Sensor("rain", 5 * MINUTE, False),
        *(0.0, 1.5),
        {"warm_up": "2 d", "coverage": 0.65},
        pace=5 * MINUTE,
        values=showers,
    ),
    "fire_weather_grade": Example(
        {"blue": 20, "yellow": 62, "orange": 63, "red": 70},
        Sensor("temperature", 3_600_000, False),
        *(-20.0, 35.0),
        {"coverage": 0.7, "rain_day": "0.5 mm", "carry": 0},
        pace=3_600_000,
        ports=((100.0, 15.0), (0.0, 20.0), (0.5, 0.0)),
    ),
    "rate_of_rise": Example(
        {
            "blue": {"10 min": "0.5 m", "1 h": "1 m"},
            "yellow": {"10 min": "1 m"},
            "orange": {"10 min": "1.5 m", "1 h": "2 m"},
            "red": {"10 min": "2.5 m"},
        },
        Sensor("stage", MINUTE, False),
        *(0.0, 5.0),
        {"coverage": 0.6, "dead_band": "0.1 m"},
    ),
    "stuck": Example(
        {"blue": "5 min", "yellow": "10 min", "orange": "15 min", "red": "20 min"},
        Sensor("stage", MINUTE, False),
        0.0,
        3.0,
        options={"still_below": "0 m", "tolerance": "0.001 m"},
        values=lambda dice, since: np.repeat(
            np.round(dice.random(len(since)), 3), dice.choice([1, 9, 17, 40], len(since))
        )[: len(since)],
        seen=frozenset({0, 1, 2, 3, 4}),  # what has moved once is never UNKNOWN again
    ),
    "time_to_level": Example(
        {w: {"level": f"{n + 1} m", "within": "1 h"} for n, w in enumerate(WORDS)},
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {"window": "1 h"},
    ),
    "stage_outlook": Example(
        STAGE_LEVELS,
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {
            "sigma": "0.2 m",
            "age": "30 min",
            "terms": [
                {"of": "own", "weight": 0.8},
                {"of": "upstream1", "weight": 0.3, "lag": "10 min"},
                {"of": "rain1", "weight": 0.02, "window": "30 min"},
            ],
        },
        ports=(*[(-1.0, 5.0)] * 4, *[(0.0, 3.0)] * 2),
    ),
    "surge_residual": Example(
        STAGE_LEVELS,
        Sensor("tide", MINUTE, False),
        *(-1.0, 5.0),
        {
            "of": "total",
            "ahead": "2 h",
            "smooth": "2 min",
            "constituents": [
                {"name": "M2", "speed_deg_h": 28.984, "amplitude": "10 cm", "phase_deg": 30}
            ],
        },
    ),
    "discharge_levels": Example(
        {w: f"{q} m3/s" for w, q in zip(WORDS, (10, 40, 90, 160), strict=True)},
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {"rating_m_m3s": [(n, 10 * n * n) for n in range(5)]},
    ),
    "gate_release": Example(
        {w: f"{q} m3/s" for w, q in zip(WORDS, (50, 100, 200, 300), strict=True)},
        Sensor("flow", MINUTE, False),
        *(50.0, 500.0),
        {"window": "1 h"},
    ),
    "fire_node": Example(
        {"blue": 1, "yellow": 2, "orange": 3, "red": 4},
        Sensor(
            "co",
            MINUTE,
            False,
            others=(
                None,
                *(Sensor(q, MINUTE, False) for q in ("pm25", "temperature", "humidity", "flame")),
                Sensor("danger_class", MINUTE, False),
                None,
            ),
        ),
        *(0.5, 60.0),
        {"settle": "30 min", "samples": 1, "fog": 95.0},
        ports=((0.5, 0.5), (20, 600), (15, 60), (80, 30), (0, 0.6), (1, 1), (20, 20)),
    ),
    "fire_camera": Example(
        {"yellow": 2, "orange": 3, "red": 4},
        Sensor("bearing", MINUTE, False, others=(Sensor("bearing", MINUTE, False), None, None)),
        *(60.0, 30.0),
        {"latitude": 25.0, "longitude": 113.0, "second_latitude": 25.0, "second_longitude": 113.1},
        ports=((60.0, 360.0), (0.0, 1.0), (0.0, 1.0)),
        seen=frozenset({0, 2, 3, 4}),
    ),
}
EXTREME = [
    *[math.inf, -math.inf, math.nan, 1e300, -1e300, 1e17, 1e9, -1e9, -1.0],
    *[5e-324, -0.0, 0.0, 2000.0, 2000.1],
]
every = pytest.mark.parametrize("name", sorted(DETECTORS))


def sensors_of(name: str) -> int:
    """Sensor s is of group s % GROUPS, at port s // GROUPS."""
    return GROUPS * (1 + len(DETECTORS[name].ports))


def table(name: str) -> Table:
    """Three groups of sensors with one, one and two tasks."""
    detector, example = DETECTORS[name], EXAMPLES[name]
    params = np.zeros(TASKS, detector.params)
    for row in params:
        options = detector.options.model_validate(example.options)
        detector.fill(row, options, example.levels, example.sensor)
    heard = [range(group, sensors_of(name), GROUPS) for group in (0, 1, 2, 2)]
    return Table(detector, params, Links(heard, sensors_of(name)))


def batch(name: str, seed: int, n: int, extreme: bool = False) -> Any:
    """(sensor, time, value, flag, fate): mostly regular, with gaps, NaN and every flag."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    example, sensors = EXAMPLES[name], sensors_of(name)
    sensor = np.where(dice.random(n) < 0.97, np.arange(n), dice.integers(0, 9, n)) % sensors
    usual = example.pace // sensors
    gaps = dice.choice([1, usual, 45 * usual], n, p=[0.005, 0.99, 0.005])
    flag = dice.choice([1, 2, 3, 4, 9], n, p=[0.9, 0.04, 0.02, 0.02, 0.02])
    missing, odd = dice.random(n) < 0.02, dice.random(n) < 0.3
    if extreme:
        gaps[dice.random(n) < 0.01] = 10 * YEAR // n  # up to years of silence
        gaps[dice.random(n) < 0.01] = -3 * usual  # and times that go back
    fate = dice.choice([0, 1, 2, 3], n, p=[0.94, 0.02, 0.02, 0.02])
    t = START + np.cumsum(gaps)
    value = np.zeros(n)
    for s in range(sensors):
        value[sensor == s] = values(example, s // GROUPS, dice, t[sensor == s] - START)
    value[missing] = math.nan
    if extreme:
        value[odd] = dice.choice(EXTREME, int(odd.sum()))
    sensor, t, flag, fate = (x.astype(np.int64) for x in (sensor, t, flag, fate))
    return sensor, t, value, flag, fate


def values(example: Example, port: int, dice: Any, since: Any) -> Any:
    """Of one series."""
    made = [example.values, *example.port_values][port : port + 1]
    if made and made[0] is not None:
        return made[0](dice, since)
    low, high = [(example.low, example.high), *example.ports][port]
    wave = (np.sin(np.arange(len(since)) / 32) + 1) / 2
    out = np.round(low + (high - low) * wave * dice.random(len(since)), 3)
    out[wave < 0.6] = low
    return out


def told(found: list[Transitions]) -> list[tuple[Any, ...]]:
    return [
        (int(f.row[k]), int(f.task[k]), int(f.before[k]), int(f.after[k]), f.why[k].tobytes())
        for f in found
        for k in range(len(f.row))
    ]


def run(tb: Table, columns: Any, cuts: list[int]) -> list[tuple[Any, ...]]:
    n = len(columns[0])
    places = sorted({0, n, *(c for c in cuts if c < n)})
    return [x for a, b in pairwise(places) for x in told(tb.judge(columns, a, b))]


def test_every_registered_detector_has_its_example() -> None:
    assert set(EXAMPLES) == set(DETECTORS)


def plain(dtype: np.dtype[Any]) -> set[np.dtype[Any]]:
    """The scalar types that a row is made of."""
    base = dtype.base
    return {base} if base.names is None else {x for f in base.names for x in plain(base[f])}


@every
def test_registration(name: str) -> None:
    detector = DETECTORS[name]
    assert detector.name == name
    assert set(detector.quantities) <= set(QUANTITIES)
    assert all(p.quantities and set(p.quantities) <= set(QUANTITIES) for p in detector.ports)
    assert detector.longest(EXAMPLES[name].levels) >= 0
    state = detector.state(table(name).params)
    assert state["level"] == np.dtype("i8")
    assert state["why"] == np.dtype(("f8", (len(detector.why),)))
    allowed = {np.dtype(x) for x in ("f8", "i8", "i4", "i1")}
    assert plain(state) <= allowed
    assert plain(detector.params) <= {np.dtype("f8"), np.dtype("i8")}


@every
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 300), max_size=30))
def test_chunks_do_not_matter(name: str, seed: int, cuts: list[int]) -> None:
    columns = batch(name, seed, 300)
    whole, parts = table(name), table(name)
    assert run(whole, columns, []) == run(parts, columns, cuts)
    assert whole.state.tobytes() == parts.state.tobytes()


@every
def test_sensors_do_not_touch_each_other(name: str) -> None:
    columns = batch(name, 5, 600)
    together, alone = table(name), table(name)
    run(together, columns, [])
    for group in range(GROUPS):
        mine = columns[0] % GROUPS == group
        run(alone, tuple(np.ascontiguousarray(c[mine]) for c in columns), [])
    assert together.state.tobytes() == alone.state.tobytes()
    assert together.state[2].tobytes() == together.state[3].tobytes()


@every
def test_more_changes_than_one_call_holds(name: str) -> None:
    """A sensor goes from one end of the example to the other: nearly every row is a change."""
    example, n = EXAMPLES[name], 2 * CAPACITY + 100
    t = START + np.arange(n, dtype=np.int64) * 4 * 3_600_000
    value = np.where(np.arange(n) % 2 == 0, example.low, 100 * example.high)
    sensor, fate = np.full(n, 2), np.zeros(n, np.int64)
    whole, parts = table(name), table(name)
    columns = (sensor, t, value, np.ones(n, np.int64), fate)
    found = told(whole.judge(columns, 0, n))
    assert found == run(parts, columns, list(range(0, n, 1000)))
    assert [x[0] for x in found] == sorted(x[0] for x in found)


@every
def test_a_snapshot_of_the_state_goes_on_as_if_nothing_had_been(name: str) -> None:
    columns = batch(name, 3, 900)
    first, second = table(name), table(name)
    first.judge(columns, 0, 450)
    saved = first.state.tobytes()
    second.state[:] = np.frombuffer(saved, second.state.dtype)
    assert told(first.judge(columns, 450, 900)) == told(second.judge(columns, 450, 900))
    assert first.state.tobytes() == second.state.tobytes()


@every
def test_memory_is_bounded(name: str) -> None:
    tb = table(name)
    address, size, dtype = tb.state.ctypes.data, tb.state.nbytes, tb.state.dtype
    for seed in range(5):
        run(tb, batch(name, seed, 5000), [])
    assert (tb.state.ctypes.data, tb.state.nbytes, tb.state.dtype) == (address, size, dtype)
    assert size // TASKS < 100_000


@every
def test_inputs_are_left_as_they_are(name: str) -> None:
    columns = batch(name, 9, 900, extreme=True)
    before = [c.copy() for c in columns]
    tb = table(name)
    params = tb.params.tobytes()
    run(tb, columns, [])
    assert tb.params.tobytes() == params
    for old, new in zip(before, columns, strict=True):
        assert np.array_equal(old, new, equal_nan=old.dtype == np.float64)


@every
@pytest.mark.parametrize(("value", "flag"), [(math.nan, 1), (math.nan, 9), (0.0, 4), (0.0, 3)])
def test_unknown_before_it_can_tell(name: str, value: float, flag: int) -> None:
    tb, n = table(name), 500
    assert set(tb.state["level"].tolist()) == {-1}
    t = START + np.arange(n, dtype=np.int64) * MINUTE
    zero = np.zeros(n, np.int64)
    found = tb.judge((zero, t, np.full(n, value), np.full(n, flag), zero), 0, n)
    assert told(found) == []
    assert set(tb.state["level"].tolist()) == {-1}


@every
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(math.nan, 1), (math.nan, 9), (0.0, 4), (0.0, 3)]))
def test_what_cannot_be_judged_never_lowers(name: str, seed: int, bad: tuple[float, int]) -> None:
    tb, columns = table(name), batch(name, seed, 400)
    run(tb, columns, [])
    before = tb.state["level"].copy()
    n = 300
    sensor = np.arange(n, dtype=np.int64) % sensors_of(name)
    t = columns[1].max() + np.arange(1, n + 1, dtype=np.int64) * MINUTE
    zero = np.zeros(n, np.int64)
    tb.judge((sensor, t, np.full(n, bad[0]), np.full(n, bad[1]), zero), 0, n)
    held = before >= 1
    assert (tb.state["level"][held] == before[held]).all()
    assert set(tb.state["level"][before == -1].tolist()) <= {-1}
    assert set(tb.state["level"][before == 0].tolist()) <= {-1, 0}


@every
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_nothing_raises_and_levels_stay_on_the_scale(name: str, seed: int) -> None:
    tb = table(name)
    for row in run(tb, batch(name, seed, 400, extreme=True), []):
        assert -1 <= row[2] <= 4
        assert -1 <= row[3] <= 4
        assert row[2] != row[3]
    assert set(tb.state["level"].tolist()) <= set(range(-1, 5))


@every
def test_after_the_absurd_it_still_judges(name: str) -> None:
    """Extreme values leave nothing behind: after a quiet day it knows again."""
    tb, example = table(name), EXAMPLES[name]
    run(tb, batch(name, 1, 400, extreme=True), [])
    n, low = 3000, [example.low, *(low for low, _ in example.ports)]
    t = START + 20 * YEAR + np.arange(1, n + 1, dtype=np.int64) * example.pace
    zero, ones = np.zeros(n * len(low), np.int64), np.ones(n * len(low), np.int64)
    sensor = np.tile(np.arange(len(low), dtype=np.int64) * GROUPS, n)
    tb.judge((sensor, np.repeat(t, len(low)), np.tile(low, n), ones, zero), 0, len(zero))
    assert tb.state["level"][0] == 0


@every
def test_reasons_are_words_and_json(name: str) -> None:
    tb, detector = table(name), DETECTORS[name]
    seen = set()
    changes = [x for odd in (False, True) for x in run(tb, batch(name, 4, 6000, odd), [])]
    for _, task, _, after, why in changes:
        values = dict(zip(detector.why, np.frombuffer(why).tolist(), strict=True))
        said = detector.explain(tb.params[task], values)
        json.dumps(said, allow_nan=False)
        assert set(said) <= {"en", "zh", "lower_if", "higher_if", "missing"}
        if after >= 1:
            assert {"en", "zh", "lower_if"} <= set(said)
            assert "higher_if" in said or after == 4
        seen.add(after)
    assert seen == EXAMPLES[name].seen


@every
def test_wrong_levels_and_options_are_refused_alike(name: str) -> None:
    detector, example = DETECTORS[name], EXAMPLES[name]
    row = np.zeros(1, detector.params)[0]
    for wrong in ({}, {"blue": None}, {"blue": []}, {"blue": "many"}):
        with pytest.raises(ValueError, match=r"\w"):
            detector.fill(row, detector.options(), wrong, example.sensor)
    with pytest.raises(ValidationError):
        detector.options.model_validate({"no such option": 1})
    assert detector.options.model_validate({}) == detector.options()


def digest(name: str) -> str:
    """Of a run with everything in it; printed by the test below in another process."""
    tb, out = table(name), []
    for seed, extreme in ((1, False), (2, True)):
        out.append(run(tb, batch(name, seed, 1200, extreme), []))
    n = 2000  # and crowded with more than 32 bits of anything hold
    sensor, t = np.arange(n) % sensors_of(name), START + 20 * YEAR + np.arange(n) * 50
    ones, zero = np.ones(n, np.int64), np.zeros(n, np.int64)
    out.append(run(tb, (sensor, t, np.full(n, 600 * EXAMPLES[name].high), ones, zero), []))
    return hashlib.sha256(repr(out).encode() + tb.state.tobytes()).hexdigest()


def test_compiled_and_uncompiled_give_the_same_bits() -> None:
    call = (
        "from tests.conformance.test_detectors import DETECTORS, digest\n"
        "print(*(digest(name) for name in sorted(DETECTORS)))"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", call],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    assert result.stdout.split() == [digest(name) for name in sorted(DETECTORS)]
