"""Sensors that fall silent inside a batch: at the tick at which it is so, between the readings."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import (
    MINUTE,
    RAIN,
    RAIN_RULE,
    SOURCE,
    STAGE,
    STAGE_RULE,
    START,
    THRESHOLDS,
    columns,
    config,
    engine,
    knows,
    said,
)
from tongluo.core.effects import Effects, Readings
from tongluo.engine import Engine

SOIL = {"quantity": "soil_moisture", "cadence": "1 min", "silence": "4 min"}
WET = {"source": SOURCE, "levels": {"red": {"dry": {"10 min": "9 mm"}, "wet": {"10 min": "4 mm"}}}}
WETNESS = {
    "id": "wetness", "hazard": "flash_flood", "detector": "critical_rain", "quantity": "rain",
    "thresholds": "wet", "inputs": {"wetness": "r/soil_moisture"}, "options": {"coverage": 0.1},
}  # fmt: skip


def fed(e: Engine, rows: list[tuple[float, int, float]], *, whole: bool = True) -> list[Effects]:
    """What (minute, sensor, value) cause, as one batch or one by one."""
    every = [(sensor, START + int(minute * MINUTE), value) for minute, sensor, value in rows]
    parts = [every] if whole else [[row] for row in every]
    return [e.feed(Readings(columns(part))) for part in parts]


def told(effects: list[Effects]) -> list[tuple[str, str, float, bool]]:
    """(what, sensor, minute, whether it begins) of every condition."""
    every = [c for one in effects for c in one.conditions]
    return [(c.kind, c.sensor, (c.time - START) / MINUTE, c.begins) for c in every]


def verdicts(effects: list[Effects]) -> list[tuple[str, float, int, int, str]]:
    """(sensor, minute, before, after, cause) of every verdict."""
    every = [v for one in effects for v in one.verdicts]
    return [(v.sensor, (v.time - START) / MINUTE, v.before, v.after, v.cause) for v in every]


def two() -> Engine:
    """Two river gauges, y (row 0) and z (row 1), of one area."""
    return engine(config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE]))


def test_each_falls_silent_at_its_own_tick_between_the_readings_of_one_batch() -> None:
    rows = [(0.0, 0, 0.1), (0.5, 1, 0.1), *((m, 0, 0.2) for m in (1, 2, 3, 4, 5)), (20, 1, 0.3)]
    found = fed(two(), rows)
    assert told(found) == [
        ("silent", "z/stage", 5, True), ("silent", "y/stage", 9, True),
        ("silent", "z/stage", 20, False),
    ]  # fmt: skip
    assert [v for v in verdicts(found) if v[4] == "silence"] == [
        ("z/stage", 5, 0, -1, "silence"), ("y/stage", 9, 0, -1, "silence"),
    ]  # fmt: skip
    assert verdicts(found)[-1] == ("z/stage", 20, -1, 0, "verdict")


def test_a_reached_level_is_held_through_silence() -> None:
    found = fed(two(), [(0, 0, 1.5), (0, 1, 0.1), (30, 0, 1.5)])
    assert [v[:4] for v in verdicts(found)] == [
        ("y/stage", 0, -1, 1), ("z/stage", 0, -1, 0), ("z/stage", 4, 0, -1)
    ]  # fmt: skip


def test_silence_shows_no_chain_that_its_time_has_come() -> None:
    """What a chain holds falls with the first reading after the hold, not with a silence."""
    chain = {"id": "wave", "when": [{"area": "up", "hazard": "river_flood", "level": "blue"}],
             "areas": ["town"], "warn": {"hazard": "waterlogging", "level": "orange"},
             "why": "来水", "why_en": "water comes"}  # fmt: skip
    areas = {"town": ["y"], "up": ["z"]}
    stations = {n: [{**STAGE, "silence": hours}] for n, hours in (("y", "2 h"), ("z", "10 h"))}
    time = {"stream_step": "1 d"}
    e = engine(config(stations, [STAGE_RULE], areas=areas, chains=[chain], time=time))
    rows = [(0, 0, 0.1), (0, 1, 1.5), *((m, 1, 0.1) for m in range(1, 7)), (500, 1, 0.1)]
    effects = fed(e, rows)
    hold = next(q.hold for q in e.plan.questions if q.hazard.value == "waterlogging") / MINUTE
    assert 6 + hold < 120 and ("silent", "y/stage", 120, True) in told(effects)
    found = [d for one in effects for d in one.decisions if d.hazard == "waterlogging"]
    times = [(d.time - START) / MINUTE for d in found if d.before == "orange"]
    assert times == [500]


def test_an_optional_input_that_falls_silent_says_nothing() -> None:
    sets = {**THRESHOLDS, "wet": WET}
    e = engine(config({"r": [RAIN, SOIL]}, [WETNESS], thresholds=sets))
    rows = [(0, 1, 20.0), *((m, 0, 0.1) for m in range(1, 12))]
    found = fed(e, rows)
    assert ("silent", "r/soil_moisture", 4, True) in told(found)
    assert not [v for v in verdicts(found) if v[4] == "silence"]


def test_on_the_system_clock_a_batch_silences_nobody() -> None:
    e = engine(config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE], clock="system"))
    every = [(0, START + m * MINUTE, 0.1, 1, START + m * MINUTE) for m in range(20)]
    assert told([e.feed(Readings(columns(every)))]) == []


@pytest.mark.parametrize("clock_step", ["20 min", "6 h"])
@given(
    st.lists(
        st.tuples(st.floats(0, 9), st.integers(0, 2), st.sampled_from([0.1, 1.5, 3.5, np.nan])),
        max_size=40,
    )
)
def test_one_batch_and_one_by_one_tell_the_same(
    clock_step: str, drawn: list[tuple[float, int, float]]
) -> None:
    stations: dict[str, list[dict[str, Any]]] = {
        "y": [STAGE], "z": [STAGE],
        "r": [RAIN, {**STAGE, "name": "made", "silence": "2 min",
                     "derived": {"method": "linear", "of": ["y/stage"]}}],
    }  # fmt: skip
    rules = [RAIN_RULE, STAGE_RULE]
    minute, rows = 0.0, []
    for passed, sensor, value in drawn:
        minute += passed
        rows.append((minute, sensor, value))
    runs = [
        fed(engine(config(stations, rules, time={"stream_step": clock_step})), rows, whole=whole)
        for whole in (True, False)
    ]
    assert said(runs[0]) == said(runs[1])


QUALITY = {"learn": 16, "settle": "2 min"}
SUSPECT = {"range": {"suspect": ["0 mm", "3 mm"]}, "quality": QUALITY}


def doubted() -> Engine:
    """Three gauges that are tested and two that are not; no derived series: parts are short."""
    stations: dict[str, list[dict[str, Any]]] = {
        "a": [{**RAIN, "silence": "17 min", **SUSPECT}], "b": [{**RAIN, **SUSPECT}],
        "c": [RAIN], "d": [{**STAGE, "silence": "9 min", "quality": QUALITY}], "e": [STAGE],
    }  # fmt: skip
    return engine(config(stations, time={"stream_step": "30 min"}))


def test_a_doubt_is_told_of_its_own_sensor_where_a_batch_begins_with_a_silence() -> None:
    rows = [*((0, n, 0.1) for n in range(4)), (6, 0, 4.0), (20, 2, 0.1), (21, 0, 0.1)]
    runs = []
    for cuts in ([0, 4, 6, 7], [0, 7]):
        e = doubted()
        runs.append([x for a, b in pairwise(cuts) for x in fed(e, rows[a:b])])
    assert told(runs[0]) == told(runs[1])
    assert ("range", "a/rain", 6, True) in told(runs[0])


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0, 0.2, 1, 1, 3, 6, 12, 25]), st.integers(0, 4),
            st.sampled_from([0, 0, 0, 0, 2, 7]), st.sampled_from([0.1, 0.2, 4.0, 6.0, 1.5, np.nan]),
        ),
        max_size=60,
    ),
    st.sets(st.integers(1, 60)),
)  # fmt: skip
def test_doubts_and_silences_do_not_ask_where_a_batch_ends(
    drawn: list[tuple[float, int, int, float]], cuts: set[int]
) -> None:
    minute, rows = 0.0, []
    for passed, sensor, late, value in drawn:
        minute += passed
        rows.append((max(0.0, minute - late), sensor, value))
    edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    parted, whole = doubted(), doubted()
    found = [x for a, b in pairwise(edges) for x in fed(parted, rows[a:b])]
    assert said(found) == said(fed(whole, rows))
    assert knows(parted) == knows(whole)
