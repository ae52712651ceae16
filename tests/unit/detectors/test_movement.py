"""Speed, tangent angle, dynamic rate and creep with rain: what is told at which speed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.detectors.movement import DAY, HOUR, judge, said, table

SPEEDS = {"yellow": {"velocity": "5 mm/d"}, "red": {"velocity": "20 mm/d"}}
ONCE: dict[str, Any] = {"persistence": "1 of 1"}


def hourly(speed: float, hours: int = 40) -> tuple[Any, Any]:
    t = np.arange(1, hours + 1)
    return t * HOUR, speed * t / 24


@settings(max_examples=40, deadline=None)
@given(st.floats(-40, 40))
def test_a_steady_speed_comes_to_its_grade_by_every_method(v: float) -> None:
    by_speed = table("velocity_grades", SPEEDS, **ONCE)
    want = 4 if abs(v) >= 20 + 1e-9 else 2 if abs(v) >= 5 + 1e-9 else 0
    if min(abs(abs(v) - 5), abs(abs(v) - 20)) < 1e-6:
        return
    assert judge(by_speed, *hourly(v))[-1] == want
    angles = {"yellow": f"{math.degrees(math.atan(5)):.9f} deg"}
    angles["red"] = f"{math.degrees(math.atan(20)):.9f} deg"
    record = "A. B., 2024-03-01 to 2024-09-01"
    tb = table("tangent_angle", angles, v0="1 mm/d", record=record, window="24 h", **ONCE)
    assert judge(tb, *hourly(v))[-1] == want
    given_rates = {"mean_rate": "0.4 mm/d", "std_rate": "0.2 mm/d", "record": "A. B."}
    tb = table("dynamic_rate", {"yellow": 5, "red": 20}, window="24 h", **given_rates, **ONCE)
    assert judge(tb, *hourly(v))[-1] == want


def test_increments_are_told_by_themselves() -> None:
    tb = table("velocity_grades", {"orange": {"increment": {"24 h": "10 mm"}}}, **ONCE)
    t, mm = hourly(0.0, 60)
    mm[40:] += 12.0
    out = judge(tb, t, mm)
    assert out[:11] == [-1] * 11
    assert (out[39], out[40], out[63 - 4]) == (0, 3, 3)
    assert "moved 12 mm" in said(tb)["en"]


def test_what_cannot_be_resolved_is_not_told_but_said() -> None:
    """30 mm of noise a reading: 6 mm/d are nothing, and the reason says so."""
    t, mm = hourly(6.0)
    assert judge(table("velocity_grades", SPEEDS, noise="30 mm", **ONCE), t, mm)[-1] == 0
    tb = table("velocity_grades", SPEEDS, noise="30 mm", k=1, **ONCE)
    judge(tb, t, mm)
    assert "below what can be resolved" in said(tb)["missing"]


def test_a_bad_reading_holds_and_unmakes_none() -> None:
    t, mm = hourly(10.0)
    flags = np.where(t > 38 * HOUR, 4, 1)
    assert judge(table("velocity_grades", SPEEDS, **ONCE), t, mm, flags)[-1] == 2
    assert judge(table("velocity_grades", SPEEDS, **ONCE), t, mm * 0, flags)[-1] == -1


def test_without_a_record_the_angle_stops_at_orange() -> None:
    levels = {"yellow": "45 deg", "orange": "80 deg", "red": "85 deg"}
    tb = table("tangent_angle", levels, v0="1 mm/d", window="24 h", **ONCE)
    assert max(judge(tb, *hourly(500.0))) == 3
    assert "record" in said(tb)["missing"]
    with pytest.raises(ValueError, match="red"):
        table("tangent_angle", {"red": "85 deg"}, v0="1 mm/d")
    with pytest.raises(ValueError, match="two dates"):
        table("tangent_angle", levels, v0="1 mm/d", record="me")
    with pytest.raises(ValueError, match="v0"):
        table("tangent_angle", levels)


def test_a_limit_is_learned_from_a_steady_stage() -> None:
    dice = np.random.default_rng(2)  # noqa: TID251 - chance for tests, by a stated seed
    days = np.arange(1, 40 * 24) / 24
    mm = 2 * days + dice.normal(0, 0.3, len(days))
    tb = table("dynamic_rate", {"yellow": 2, "red": 10}, **ONCE)
    out = judge(tb, (days * DAY).astype(np.int64), mm)
    assert set(out[: 27 * 24]) == {-1}
    assert out[-1] == 0
    rates = [
        np.polyfit(days[(days > d - 2) & (days <= d)], mm[(days > d - 2) & (days <= d)], 1)[0]
        for d in range(3, 31, 2)
    ]
    assert tb.state[0]["v0"] == pytest.approx(1.5 * np.mean(rates) + 2 * np.std(rates), rel=0.1)


def test_what_speeds_up_is_not_learned_as_steady() -> None:
    days = np.arange(1, 29 * 24) / 24
    mm = np.where(days < 16, days, 16 + 20 * (days - 16))
    tb = table("dynamic_rate", {"yellow": 2}, learn="24 d", **ONCE)
    assert set(judge(tb, (days * DAY).astype(np.int64), mm)) == {-1}


def rainy(levels: Any, speed: float, rain: Any) -> tuple[Any, list[int]]:
    tb = table("creep_with_rain", levels, **ONCE)
    t, mm = hourly(speed, len(rain))
    ports = np.tile([1, 0], len(rain))
    out = judge(tb, np.repeat(t, 2), np.column_stack([rain, mm]).ravel(), ports=ports)
    return tb, out[1::2]


WET = {
    "yellow": {"velocity": "5 mm/d"},
    "orange": {"velocity": "5 mm/d", "rain": {"12 h": "50 mm"}},
}


def test_rain_raises_a_slope_that_moves_and_no_other() -> None:
    rain = np.zeros(60)
    rain[40:43] = 20.0
    tb, out = rainy(WET, 8.0, rain)
    assert (out[41], out[42], out[51], out[58]) == (2, 3, 3, 2)
    assert set(rainy(WET, 1.0, rain)[1][20:]) == {0}
    assert "lower_if" in said(tb)


def test_rain_that_is_not_known_makes_none_unsayable() -> None:
    levels = {"orange": WET["orange"]}
    assert rainy(levels, 8.0, np.zeros(60))[1][-1] == 0
    assert rainy(levels, 8.0, np.full(60, math.nan))[1][-1] == -1


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("velocity_grades", {"blue": {"speed": "5 mm/d"}}),
        ("velocity_grades", {"blue": SPEEDS["red"], "red": SPEEDS["yellow"]}),
        ("dynamic_rate", {"blue": "5"}),
        ("creep_with_rain", {"yellow": WET["yellow"], "orange": WET["yellow"]}),
        ("creep_with_rain", {"yellow": WET["orange"], "orange": WET["yellow"]}),
    ],
)
def test_levels_that_make_no_sense_are_refused(name: str, levels: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        table(name, levels)
