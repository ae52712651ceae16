"""The fire weather grade against its sum of points, computed day by day in pandas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detectors.fire_weather_grade import DETECTOR, WHY, Options, explain, fill
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

HOUR, DAY = 3_600_000, 86_400_000
ZONE = 8 * HOUR
LEVELS = {"blue": 26, "yellow": 51, "orange": 73, "red": 91}
FIRST = int(pd.Timestamp("2026-03-01T14:00:00+08:00").timestamp() * 1000)


def table(**options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    hourly = tuple(Sensor(q, HOUR, False) for q in ("humidity", "wind_speed", "rain"))
    main = Sensor("temperature", HOUR, False, others=hourly, zone=ZONE)
    fill(params[0], Options(**options), LEVELS, main)
    return Table(DETECTOR, params, Links([(0, 1, 2, 3)], 4))


def feed(tb: Table, rows: list[tuple[int, int, float]]) -> None:
    port, t, value = (np.array(x) for x in zip(*rows, strict=True))
    ones = np.ones(len(rows), np.int64)
    columns = (port.astype(np.int64), t.astype(np.int64), value.astype(np.float64), ones, ones * 0)
    tb.judge(columns, 0, len(rows))


def hours(days: int, seed: int = 5) -> pd.DataFrame:
    """Hourly weather; day n holds the 24 readings up to its end."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    n = 24 * days
    rain = np.where(dice.random(n) < 0.01, dice.gamma(1.0, 3.0, n), 0.0).round(1)
    return pd.DataFrame(
        {
            "day": np.repeat(np.arange(days), 24),
            "t": FIRST + np.arange(-23, n - 23) * HOUR,
            "temperature": (dice.normal(18, 8, n)).round(1),
            "humidity": dice.integers(20, 100, n).astype(float),
            "wind": dice.gamma(2.0, 1.5, n).round(1),
            "rain": rain,
        }
    )


def reference(weather: pd.DataFrame, green: float) -> list[int]:
    """Grades by day, by the table as it is written for people."""
    day = weather.groupby("day").agg(
        temperature=("temperature", "max"),
        humidity=("humidity", "min"),
        wind=("wind", "max"),
        rain=("rain", "sum"),
    )
    out, dry = [], 0
    for row in day.itertuples():
        dry = 0 if row.rain >= 1 - 1e-9 else dry + 1
        a = sum(row.temperature > x for x in (5, 10, 15, 20, 25)) * 4
        b = sum(row.humidity < x for x in (65, 55, 45, 35, 25)) * 4
        force = sum(row.wind >= x for x in (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2))
        htz = a + b + 5 * min(dry, 10) + 5 * force - green
        out.append(sum(htz >= x for x in LEVELS.values()))
    return out


@pytest.mark.parametrize("green", [0.0, 20.0])
def test_the_grade_of_each_day_is_that_of_the_table(green: float) -> None:
    weather = hours(120)
    tb, told = table(green_up=dict.fromkeys(range(1, 13), green)), []
    for _, day in weather.groupby("day"):
        names = ("temperature", "humidity", "wind", "rain")
        feed(
            tb,
            [(k, int(r.t), getattr(r, q)) for r in day.itertuples() for k, q in enumerate(names)],
        )
        told.append(int(tb.state[0]["level"]))
    assert told == reference(weather, green)
    assert set(told) >= {2, 3, 4}


def one_day(n: int, weather: tuple[float, ...]) -> list[tuple[int, int, float]]:
    return [
        (k, FIRST + n * DAY + h * HOUR, v / 24 if k == 3 else v)
        for h in range(-23, 1)
        for k, v in enumerate(weather)
    ]


def test_rain_of_a_day_ends_a_dry_spell() -> None:
    tb = table()
    for n, rain in enumerate([0.0, 0.0, 0.9, 1.2, 0.0]):
        feed(tb, one_day(n, (20.0, 50.0, 2.0, rain)))
        assert tb.state[0]["dry"] == [1, 2, 3, 0, 1][n]


def test_days_with_holes_are_not_judged_and_count_as_dry() -> None:
    tb = table(carry=1)
    for n in range(3):
        feed(tb, one_day(n, (28.0, 20.0, 9.0, 0.0)))
    level = int(tb.state[0]["level"])
    assert level >= 3
    feed(tb, [(0, FIRST + 3 * DAY - HOUR, 5.0), (0, FIRST + 5 * DAY - HOUR, 5.0)])
    assert (tb.state[0]["level"], tb.state[0]["dry"]) == (level, 5)
    feed(tb, one_day(6, (2.0, 90.0, 0.0, 5.0)))
    assert tb.state[0]["level"] == 0


def test_reasons() -> None:
    tb = table()
    for n in range(3):
        feed(tb, one_day(n, (28.0, 20.0, 2.0, 0.0)))
    why = dict(zip(WHY, tb.state[0]["why"].tolist(), strict=True))
    said = explain(tb.params[0], why)
    assert said["en"] == "fire weather 55 points = 20 + 20 + 5 + 10 - 0 (threshold 51); 1 dry days"
    assert said["higher_if"] == {"points_more": 18.0}
    assert said["lower_if"] == {"points_below": 51}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"temperature": {5: 8, 10: 4}}, "rise with the danger"),
        ({"green_up": {13: 1}}, "from 1 to 12"),
        ({"dry_days": {n: n for n in range(20)}}, "at most 16"),
        ({"at": "2 pm"}, "hour of the day"),
    ],
)
def test_what_cannot_be_used_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        table(**options)


def test_bad_values_change_nothing() -> None:
    tb = table()
    feed(tb, one_day(0, (28.0, 20.0, 9.0, 0.0)))
    before = tb.state.tobytes()
    feed(tb, one_day(1, (math.nan, -1.0, 1e9, -0.1)))
    assert tb.state.tobytes() == before
