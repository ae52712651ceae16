"""A bearing and its witnesses: crossings against great circles, and who counts for how long."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from detectors.fire_camera import DETECTOR, WHY, Options, explain, fill
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

MINUTE = 60_000
START = 1_782_864_000_000
LEVELS = {"yellow": 2, "orange": 3, "red": 4}
HERE = {"latitude": 25.0, "longitude": 113.0}
THERE = {"second_latitude": 25.02, "second_longitude": 113.1}
A, B, NODE, PERSON = range(4)


def table(levels: Any = LEVELS, second: bool = True, **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    also = Sensor("bearing", MINUTE, False) if second else None
    main = Sensor("bearing", MINUTE, False, others=(also, None, None))
    fill(params[0], Options(**{**HERE, **THERE, **options}), levels, main)
    return Table(DETECTOR, params, Links([(0, 1, 2, 3)], 4))


def tell(tb: Table, port: int, minute: float, value: float, flag: int = 1) -> int:
    t = np.array([START + int(minute * MINUTE)])
    columns = (np.array([port]), t, np.array([value]), np.array([flag]), np.zeros(1, np.int64))
    tb.judge(columns, 0, 1)
    return int(tb.state[0]["level"])


def bearing(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Initial bearing of the great circle, deg."""
    a, b, d = math.radians(lat), math.radians(to_lat), math.radians(to_lon - lon)
    y = math.sin(d) * math.cos(b)
    x = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(d)
    return math.degrees(math.atan2(y, x)) % 360.0


@settings(deadline=None)
@given(st.floats(-0.1, 0.12), st.floats(-0.1, 0.2), st.sampled_from([-45.0, 0.0, 25.0, 50.0]))
def test_the_crossing_is_where_the_smoke_is(north: float, east: float, lat: float) -> None:
    """Both cameras look at one point: it is found within a fiftieth of the distance."""
    fire = (lat + north, 113.0 + east)
    one, two = bearing(lat, 113.0, *fire), bearing(lat + 0.02, 113.1, *fire)
    apart = abs((two - one + 90) % 180 - 90)
    assume(apart > 10 and math.hypot(north, east) > 0.001)
    assume(math.hypot(north - 0.02, east - 0.1) > 0.001)
    tb = table(latitude=lat, second_latitude=lat + 0.02, farthest="40000 m", nearest="1 m")
    tell(tb, A, 0, one)
    assert tell(tb, B, 1, two) == 2
    why = dict(zip(WHY, tb.state[0]["why"].tolist(), strict=True))
    off = math.hypot(
        (why["crossing_lat"] - fire[0]) * 111_000,
        (why["crossing_lon"] - fire[1]) * 111_000 * math.cos(math.radians(lat)),
    )
    assert off < 0.02 * max(why["range_m"], why["second_range_m"]) + 10


def test_one_bearing_alone_is_no_level_and_keeps_no_evidence_of_a_crossing() -> None:
    tb = table()
    for minute in range(30):
        assert tell(tb, A, minute, 45.0) == 0
    assert math.isnan(tb.state[0]["why"][3])


@pytest.mark.parametrize(
    ("second", "why"),
    [(46.0, "nearly parallel"), (200.0, "behind the second camera"), (48.0, "too far")],
)
def test_bearings_that_cannot_be_of_one_fire_are_not_two_witnesses(second: float, why: str) -> None:
    tb = table(least_angle=2.0)
    tell(tb, A, 0, 45.0)
    assert tell(tb, B, 1, second) == 0, why
    assert tell(tb, B, 2, 300.0) == 2


def test_witnesses_are_counted_within_the_window() -> None:
    tb = table(window="10 min")
    assert tell(tb, NODE, 0, 1.0) == 0  # before the camera has seen anything
    assert tell(tb, A, 5, 45.0) == 2
    assert tell(tb, B, 6, 300.0) == 3
    assert tell(tb, PERSON, 7, 1.0) == 4
    assert tell(tb, NODE, 12, 0.0) == 3  # 12 min after its flame: the node no longer counts
    assert tell(tb, A, 14, 45.0) == 3
    assert tell(tb, A, 18, 45.0) == 0  # the others are all older than the window


def test_a_person_takes_back_no_more_than_a_persons_word() -> None:
    tb = table()
    tell(tb, A, 0, 45.0)
    tell(tb, B, 0, 300.0)
    assert tell(tb, PERSON, 1, 1.0) == 3
    assert tell(tb, PERSON, 2, 0.0) == 2
    assert tell(tb, PERSON, 3, 0.0) == 2


@pytest.mark.parametrize(("value", "flag"), [(math.nan, 1), (361.0, 1), (-1.0, 1), (300.0, 4)])
def test_a_bad_bearing_is_no_witness_and_lowers_nothing(value: float, flag: int) -> None:
    tb = table(window="10 min")
    tell(tb, A, 0, 45.0)
    assert tell(tb, B, 1, value, flag) == 0
    assert tell(tb, NODE, 2, 1.0) == 2
    for minute in range(3, 60):
        assert tell(tb, A, minute, value, flag) == 2


def test_without_a_second_camera_no_position_is_asked_for() -> None:
    tb = table(second=False, latitude=None, longitude=None)
    tell(tb, A, 0, 10.0)
    tell(tb, B, 0, 300.0)
    assert tell(tb, PERSON, 1, 1.0) == 2


def test_reasons() -> None:
    tb = table()
    tell(tb, A, 0, 45.0)
    tell(tb, B, 1, 300.0)
    said = explain(tb.params[0], dict(zip(WHY, tb.state[0]["why"].tolist(), strict=True)))
    assert said["en"].startswith(
        "smoke seen by 2 (2 needed): bearing 45°; crossed by 300.0° at 25.0"
    )
    assert (said["lower_if"], said["higher_if"]) == ({"witnesses_below": 2}, {"witnesses_more": 1})


@pytest.mark.parametrize(
    ("levels", "options", "says"),
    [
        ({"yellow": 1}, {}, "one alone never warns"),
        ({"yellow": 3, "red": 2}, {}, "must rise"),
        (LEVELS, {"latitude": None}, "both positions"),
        (LEVELS, {"second_latitude": 25.0, "second_longitude": 113.0}, "same place"),
        (LEVELS, {"nearest": "30000 m"}, "less than farthest"),
    ],
)
def test_what_cannot_be_used_is_refused(levels: Any, options: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        table(levels, **options)
