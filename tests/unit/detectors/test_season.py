"""Levels that hold in one part of the year, by local dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.season import month_day
from detectors.stage_levels import DETECTOR
from tests.build import HOUR, MINUTE, START
from tests.unit.detectors.water import one, table
from tongluo.core.ports import Sensor
from tongluo.core.times import parse_time


@given(st.integers(-200_000, 200_000))
def test_month_and_day_are_the_calendars(day: int) -> None:
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    assert month_day(day) == 100 * date.month + date.day


def level(season: str, when: str, height: float = 9.0) -> int:
    sensor = Sensor("reservoir_stage", MINUTE, False, zone=8 * HOUR)
    tb = table(DETECTOR, {"orange": "5 m"}, sensor, season=season)
    return one(tb, (parse_time(when) - START) / MINUTE, height)


@pytest.mark.parametrize(
    ("season", "when", "expected"),
    [
        ("", "2026-01-01T00:00:00+08:00", 3),
        ("06-01/09-30", "2026-05-31T23:59:00+08:00", 0),
        ("06-01/09-30", "2026-06-01T00:00:00+08:00", 3),
        ("06-01/09-30", "2026-09-30T23:59:00+08:00", 3),
        ("06-01/09-30", "2026-10-01T00:00:00+08:00", 0),
        ("10-01/05-31", "2026-10-01T00:00:00+08:00", 3),
        ("10-01/05-31", "2027-02-28T12:00:00+08:00", 3),
        ("10-01/05-31", "2027-06-01T00:00:00+08:00", 0),
    ],
)
def test_levels_hold_on_the_days_of_the_season_by_local_time(
    season: str, when: str, expected: int
) -> None:
    assert level(season, when) == expected


def test_a_level_ends_with_the_season_at_a_good_reading() -> None:
    sensor = Sensor("reservoir_stage", MINUTE, False, zone=8 * HOUR)
    tb = table(DETECTOR, {"orange": "5 m"}, sensor, season="06-01/07-01")
    end = (parse_time("2026-07-02T00:00:00+08:00") - START) / MINUTE
    assert [one(tb, end - 1, 6.0), one(tb, end, 6.0, 4), one(tb, end + 1, 6.0)] == [3, 3, 0]


@pytest.mark.parametrize("text", ["06-01", "06-31/09-30", "13-01/01-01", "06-01 / 09-30"])
def test_what_is_no_season_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="season"):
        level(text, "2026-01-01T00:00:00Z")
