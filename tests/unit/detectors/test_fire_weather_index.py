"""The fire weather index of each noon, from readings as stations send them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detectors.fire_weather_index import DETECTOR, WHY, Options, explain, fill
from tests.shared import needs_shared
from tests.unit.detectors.test_fwi_codes import codes_of, record
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

HOUR, DAY = 3_600_000, 86_400_000
ZONE = 8 * HOUR
LEVELS = {"blue": 5.2, "yellow": 11.2, "orange": 21.3, "red": 38}
NAMES = ["temp", "rh", "ws", "prec"]
FIRST = int(pd.Timestamp("1985-04-13T12:00:00+08:00").timestamp() * 1000)


def table(cadence: int = DAY, levels: Any = LEVELS, **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    rain = Sensor("rain", cadence, False)
    main = Sensor("temperature", cadence, False, others=(None, None, rain), zone=ZONE)
    fill(params[0], Options(**{"latitude": 40.0, **options}), levels, main)
    return Table(DETECTOR, params, Links([(0, 1, 2, 3)], 4))


def feed(tb: Table, rows: list[tuple[int, int, float]], flag: int = 1) -> list[Any]:
    """(port, time, value) -> transitions."""
    port, t, value = (np.array(x) for x in zip(*rows, strict=True))
    ones = np.full(len(rows), flag, np.int64)
    columns = (port.astype(np.int64), t.astype(np.int64), value.astype(np.float64), ones, ones * 0)
    return tb.judge(columns, 0, len(rows))


def noon(n: int, weather: tuple[float, ...]) -> list[tuple[int, int, float]]:
    """The four readings of day n; wind arrives in m/s."""
    t, h, w, r = weather
    return [(k, FIRST + n * DAY, v) for k, v in enumerate((t, h, w / 3.6, r))]


def spring() -> pd.DataFrame:
    """60 days of weather with dry spells and rain."""
    dice = np.random.default_rng(20)  # noqa: TID251 - chance for tests, by a stated seed
    day = pd.date_range("1985-04-13", periods=60)
    rain = np.where(dice.random(60) < 0.2, dice.gamma(1.5, 6.0, 60), 0.0)
    return pd.DataFrame(
        {
            "temp": dice.normal(18, 6, 60).round(1),
            "rh": dice.uniform(15, 95, 60).round(),
            "ws": dice.uniform(0, 30, 60).round(),
            "prec": rain.round(1),
            "mon": day.month,
        }
    )


def against_pure_functions(days: pd.DataFrame, a: float) -> None:
    tb, expected = table(ffmc_constant=a), codes_of(days, a)
    for n, day in enumerate(days[NAMES].to_numpy()):
        feed(tb, noon(n, tuple(day)))
        got, bounds = tb.state[0]["code"], list(LEVELS.values())
        assert got.tolist() == pytest.approx(expected.iloc[n].tolist(), rel=1e-12)
        assert tb.state[0]["level"] == sum(expected["FWI"][n] >= b for b in bounds)


@needs_shared
def test_the_record_of_48_days_through_the_detector() -> None:
    days, expected = record()
    against_pure_functions(days, 147.27723)
    tb, rows = table(ffmc_constant=147.27723, levels={"blue": 12}), []
    for n, day in enumerate(days[NAMES].to_numpy()):
        rows += noon(n, tuple(day))
    told = [(int(x.row[k]) // 4, x.why[k][5]) for x in feed(tb, rows) for k in range(len(x.row))]
    assert len(told) > 10  # evidence is kept where the index crosses 12
    for n, index in told:
        assert index == pytest.approx(float(expected["FWI"][n]), abs=0.01)


def test_a_spring_through_the_detector() -> None:
    against_pure_functions(spring(), 147.2)


def test_hourly_readings_give_what_noon_readings_give() -> None:
    """The rest of the day does not matter, its rain does; stations may be minutes late."""
    days = spring()
    tb, once, before = table(cadence=HOUR), table(), [0.0] * 7
    for n, day in enumerate(days[NAMES].to_numpy()):
        feed(once, noon(n, tuple(day)))
        rows = []
        for hour in range(-23, 1):
            at = FIRST + n * DAY + hour * HOUR
            weather = (day[0] + hour, 60.0, 9.0) if hour else (day[0], day[1], day[2] / 3.6)
            rows += [(k, at - 60_000 * k, v) for k, v in enumerate((*weather, day[3] / 24))]
        feed(tb, rows)
        assert tb.state[0]["begun"] == (n > 0)  # the next reading tells that noon has passed
        if n > 0:
            assert tb.state[0]["code"][2] == pytest.approx(before[2], rel=1e-9)
            assert tb.state[0]["code"][5] == pytest.approx(before[5], rel=1e-9)
        before = once.state[0]["code"].tolist()


HOT = (30.0, 15.0, 25.0, 0.0)


def test_a_missing_day_is_carried_and_then_nothing_is_told_but_what_was_reached_is_held() -> None:
    cool, hot = table(carry=1), table(carry=1)
    feed(cool, noon(0, (5.0, 95.0, 0.0, 0.0)))
    for n in range(5):
        feed(hot, noon(n, HOT))
    assert (cool.state[0]["level"], hot.state[0]["level"]) == (0, 4)
    for tb, last, held in ((cool, 0, -1), (hot, 4, 4)):
        level, code = int(tb.state[0]["level"]), tb.state[0]["code"].copy()
        feed(tb, [(0, FIRST + (last + 1) * DAY + 2 * HOUR, 20.0)])  # the others are missing
        assert tb.state[0]["level"] == level
        feed(tb, [(0, FIRST + (last + 2) * DAY + 2 * HOUR, 20.0)])
        assert tb.state[0]["level"] == held
        assert tb.state[0]["code"].tolist() == code.tolist()


def test_after_years_of_silence_it_starts_anew() -> None:
    tb, fresh = table(), table()
    for n in range(20):
        feed(tb, noon(n, HOT))
    feed(tb, noon(2000, HOT))
    feed(fresh, noon(2000, HOT))
    assert tb.state[0]["code"].tolist() == fresh.state[0]["code"].tolist()


def test_bad_readings_change_nothing() -> None:
    tb = table()
    for n in range(5):
        feed(tb, noon(n, HOT))
    before = tb.state.tobytes()
    for n in range(5, 30):
        feed(tb, noon(n, (5.0, 100.0, 0.0, 0.0)), flag=4)
        feed(tb, noon(n, (math.nan, -5.0, 1e9, -1.0)))
    assert tb.state.tobytes() == before


def test_the_month_is_that_of_the_local_date() -> None:
    """Noon of 1 May in a zone 13 h ahead is still 30 April in UTC."""
    params = np.zeros(1, DETECTOR.params)
    main = Sensor("temperature", DAY, False, others=(None, None, None), zone=13 * HOUR)
    fill(params[0], Options(latitude=40.0), LEVELS, main)
    tb = Table(DETECTOR, params, Links([(0, 1, 2, 3)], 4))
    at = int(pd.Timestamp("1985-05-01T12:00:00+13:00").timestamp() * 1000)
    feed(tb, [(k, at, v) for k, v in enumerate((17.0, 42.0, 25 / 3.6, 0.0))])
    may = pd.DataFrame([{"temp": 17, "rh": 42, "ws": 25, "prec": 0, "mon": 5}])
    assert tb.state[0]["code"].tolist() == pytest.approx(codes_of(may, 147.2).iloc[0].tolist())


def test_reasons() -> None:
    tb = table()
    feed(tb, [x for n in range(3) for x in noon(n, (17.0, 42.0, 25.0, 0.0))])
    why = dict(zip(WHY, tb.state[0]["why"].tolist(), strict=True))
    said = explain(tb.params[0], why)
    assert said["en"] == "FWI 12 (threshold 11.2; at noon 17 °C, 42 %, 25 km/h, 0 mm)"
    assert said["lower_if"] == {"fwi_below": 11.2}
    assert said["higher_if"] == {"fwi_more": 9.3}


@pytest.mark.parametrize(
    ("levels", "options", "says"),
    [
        ({"blue": 5, "red": 3}, {}, "must rise"),
        ({"blue": True}, {}, "value of the index"),
        ({"blue": 5}, {"noon": "25:00"}, "hour of the day"),
        ({"blue": 5}, {"wait": "2 d"}, "less than a day"),
    ],
)
def test_what_cannot_be_used_is_refused(levels: Any, options: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        table(levels=levels, **options)
