"""critical_rain against the rules written plainly: sums by pandas, days by the calendar."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.critical_rain import CLASSES, DETECTOR, Options, fill, longest
from tests.build import DAY, HOUR, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

ZONE = 8 * HOUR
LEVELS = {
    "orange": {
        "dry": {"1 h": "45 mm", "3 h": "70 mm"},
        "normal": {"1 h": "35 mm", "3 h": "55 mm"},
        "wet": {"1 h": "25 mm", "3 h": "40 mm"},
    },
    "red": {
        "dry": {"1 h": "65 mm", "3 h": "100 mm"},
        "normal": {"1 h": "50 mm", "3 h": "80 mm"},
        "wet": {"1 h": "35 mm", "3 h": "60 mm"},
    },
}


def table(levels: Any = LEVELS, running: bool = False, **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    sensor = Sensor("rain", HOUR, running, zone=ZONE)
    fill(params[0], Options(**options), levels, sensor)
    return Table(DETECTOR, params, Links([(0, 1)], 2))


def judge(tb: Table, rows: list[tuple[int, int, float]], flag: int = 1) -> list[int]:
    """(port, time, value) -> levels."""
    out = []
    for port, t, value in rows:
        one = np.zeros(1, np.int64)
        tb.judge((one + port, one + t, np.array([value]), one + flag, one), 0, 1)
        out.append(int(tb.state[0]["level"]))
    return out


def told(tb: Table) -> dict[str, Any]:
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    return DETECTOR.explain(tb.params[0], why, 4)


def reference(hours: list[int], mm: list[int]) -> list[int]:
    """The documented rules: hourly increments, k 0.85, 100 mm, coverage 0.9."""
    local = pd.to_datetime([START + h * HOUR + ZONE for h in hours], unit="ms")
    rain = pd.Series(mm, index=local, dtype=float)
    day = (local - pd.Timedelta("8h") - pd.Timedelta("1ms")).floor("D")
    sums = {d: rain.rolling(f"{d}h", closed="right").sum().to_numpy() for d in (1, 3)}
    seen = {d: rain.rolling(f"{d}h", closed="right").count().to_numpy() / d for d in (1, 3)}
    level, out, pa = -1, [], 100.0
    for n in range(len(hours)):
        if n and day[n] > day[n - 1]:
            for d in pd.date_range(day[n - 1], day[n] - pd.Timedelta("1D")):
                known = rain[day == d]
                pa = min(0.85 * (pa + known.sum()), 100.0) if len(known) >= 0.9 * 24 else 100.0
        wet = CLASSES[int(pa > 50) + int(pa > 80)]
        now = 0
        for grade, word in ((3, "orange"), (4, "red")):
            by = LEVELS[word][wet]
            if any(sums[d][n] >= float(by[f"{d} h"].split()[0]) for d in (1, 3)):
                now = grade
        whole = min(seen[1][n], seen[3][n]) >= 0.9
        if now < level and level >= 1:
            now = now if whole else level
        elif now == 0 and not whole:
            now = -1
        level = now
        out.append(level)
    return out


SERIES = st.lists(
    st.tuples(
        st.sampled_from([1] * 60 + [2, 5, 30]),
        st.sampled_from([0] * 40 + [1, 2, 5, 12, 20, 30, 40, 70]),
    ),
    min_size=100,
    max_size=400,
)


@settings(max_examples=40, deadline=None)
@given(SERIES)
def test_levels_are_those_of_the_plain_rules(drawn: list[tuple[int, int]]) -> None:
    hours = np.cumsum([gap for gap, _ in drawn]).tolist()
    mm = [v for _, v in drawn]
    rows = [(0, START + h * HOUR, float(v)) for h, v in zip(hours, mm, strict=True)]
    assert judge(table(), rows) == reference(hours, mm)


def dry_days(days: int, since: int = 0) -> list[tuple[int, int, float]]:
    return [(0, START + since * DAY + h * HOUR, 0.0) for h in range(1, 24 * days + 1)]


@pytest.mark.parametrize(("days", "mm", "level"), [(0, 36, 4), (2, 36, 3), (5, 36, 0), (5, 46, 3)])
def test_dry_days_ask_for_more_rain(days: int, mm: int, level: int) -> None:
    rain = [(0, START + days * DAY + h * HOUR, v) for h, v in ((1, 0.0), (2, 0.0), (3, float(mm)))]
    tb = table()
    assert judge(tb, dry_days(days) + rain)[-1] == level


def test_a_lost_day_makes_the_ground_wet_again() -> None:
    tb = table()
    judge(tb, dry_days(6) + dry_days(1, since=8))
    assert tb.state[0]["most"] > 0.8 * tb.params[0]["capacity"]
    assert judge(tb, [(0, START + 9 * DAY + HOUR, 36.0)]) == [4]
    assert "wettest" in told(tb)["missing"]


def test_what_the_words_ask_for() -> None:
    tb = table()
    judge(tb, [(0, START + h * HOUR, 0.0) for h in (1, 2, 3)])
    assert judge(tb, [(0, START + 4 * HOUR, 30.0)]) == [3]
    said = told(tb)
    assert said["en"] == "30 mm of rain in 1 h (critical on wet ground 25 mm): prepare to transfer"
    assert said["zh"].endswith("准备转移")
    assert judge(tb, [(0, START + 5 * HOUR, 60.0)]) == [4]
    assert told(tb)["en"].endswith(": transfer now")
    assert told(tb)["zh"].endswith("立即转移")


def test_grades_are_the_operators_choice_and_capped_words_are_those_of_the_cap() -> None:
    tb = table(prepare="yellow", transfer="orange")
    judge(tb, [(0, START + HOUR, 30.0)])
    assert told(tb)["en"].endswith(": transfer now")
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    capped = DETECTOR.explain(tb.params[0], why, 2)
    assert capped["en"].endswith(": prepare to transfer")
    assert "lower_if" not in capped


def test_a_probe_tells_the_class_while_it_is_fresh() -> None:
    rain = START + 3 * HOUR
    calm = [(0, START + h * HOUR, 0.0) for h in (1, 2)]
    assert judge(table(), [*calm, (1, rain - 1, 30.0), (0, rain, 36.0)])[-1] == 0  # dry
    assert judge(table(), [*calm, (1, rain - 1, 60.0), (0, rain, 36.0)])[-1] == 3  # normal
    assert judge(table(), [*calm, (1, rain - DAY - 1, 30.0), (0, rain, 36.0)])[-1] == 4  # stale
    assert judge(table(), [*calm, (1, rain - 1, math.nan), (0, rain, 36.0)])[-1] == 4


def test_a_probe_raises_and_never_lowers() -> None:
    tb, rain = table(), START + 3 * HOUR
    calm = [(0, START + h * HOUR, 0.0) for h in (1, 2)]
    judge(tb, [*calm, (1, rain - 1, 30.0), (0, rain, 36.0)])
    assert judge(tb, [(1, rain + 1, 95.0)]) == [4]
    assert judge(tb, [(1, rain + 2, 10.0)]) == [4]
    assert judge(tb, [(0, rain + HOUR, 0.0)]) == [0]


def test_a_running_totals_catch_up_goes_to_its_days() -> None:
    tb = table(running=True)
    judge(tb, dry_days(1))
    judge(tb, [(0, START + 4 * DAY, 72.0)])  # 24 mm a day for three days
    pa = 85.0
    for _ in range(3):
        pa = min(0.85 * (pa + 24), 100.0)
    assert tb.state[0]["most"] / 1000 == pytest.approx(pa)


def test_one_class_holds_for_all() -> None:
    tb = table({"red": {"normal": {"1 h": "50 mm"}}})
    assert tb.params[0]["by"]["threshold"][:, 0, 3].tolist() == [50_000] * 3
    tb = table({"red": {"dry": {"1 h": "50 mm"}, "wet": {"1 h": "40 mm"}}})
    assert tb.params[0]["by"]["threshold"][:, 0, 3].tolist() == [50_000, 40_000, 40_000]
    assert longest({"red": {"normal": {"1 h": "50 mm"}}}) == HOUR
    assert longest(LEVELS) == 10 * DAY


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({"red": {"1 h": "50 mm"}}, {}, "by wetness"),
        ({"red": {"soaked": {"1 h": "50 mm"}}}, {}, "by wetness"),
        ({"red": {"dry": {"1 h": "5 mm"}, "wet": {"1 h": "6 mm"}}}, {}, "must not need more"),
        ({"red": {"dry": {"1 h": "5"}}}, {}, "unit"),
        (LEVELS, {"capacity": "0 mm"}, "capacity"),
        (LEVELS, {"day_start": "25:00"}, "hour"),
        (LEVELS, {"wetness_dry_up_to": "90 %"}, "wetness_dry_up_to"),
        (LEVELS, {"prepare": "red"}, "lower level"),
        (LEVELS, {"dry_up_to": 0.9}, "dry_up_to"),
        ({w: {"wet": {"1 h": "5 mm"}} for w in ("blue", "red")}, {}, "rise"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(levels, **options)
