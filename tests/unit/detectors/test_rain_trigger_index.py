"""rain_trigger_index against the formula over plain lists of hours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_trigger_index import DETECTOR, Options, fill, longest
from tests.build import DAY, HOUR, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

LEVELS = {"blue": "60 mm", "yellow": "120 mm", "red": "250 mm"}


def table(
    levels: Any = LEVELS, cadence: int = HOUR, running: bool = False, **options: Any
) -> Table:
    params = np.zeros(1, DETECTOR.params)
    fill(params[0], Options(**options), levels, Sensor("rain", cadence, running))
    return Table(DETECTOR, params, Links([(0,)], 1))


def judge(tb: Table, hours: list[float], mm: list[float], flag: int = 1) -> list[int]:
    out = []
    for h, v in zip(hours, mm, strict=True):
        one = np.zeros(1, np.int64)
        t = one + round(START + h * HOUR)
        tb.judge((one, t, np.array([v], float), one + flag, one), 0, 1)
        out.append(int(tb.state[0]["level"]))
    return out


def reference(hours: list[int], mm: list[int], alpha: float) -> list[int]:
    """RTI / 10 mm/h of hourly increments; NONE and falls by coverage 0.9."""
    fell = dict(zip(hours, mm, strict=True))
    weights = {n: alpha ** (n // 24) for n in range(168)}
    level, out = -1, []
    for h in hours:
        rt = sum(w * fell.get(h - n, 0) for n, w in weights.items())
        known = sum(w for n, w in weights.items() if n and h - n in fell)
        sure = known / sum(w for n, w in weights.items() if n) >= 0.9
        now = sum(fell[h] * rt / 10 + 1e-6 >= need for need in (60, 120)) or 0
        now = 4 if fell[h] * rt / 10 + 1e-6 >= 250 else now
        if now < level and level >= 1:
            now = now if sure else level
        elif now == 0 and not sure:
            now = -1
        level = now
        out.append(level)
    return out


SERIES = st.lists(
    st.tuples(
        st.sampled_from([1] * 150 + [2, 20]),
        st.sampled_from([0] * 30 + [1, 2, 5, 10, 20, 40]),
    ),
    min_size=100,
    max_size=400,
)


@settings(max_examples=30, deadline=None)
@given(SERIES, st.sampled_from([0.5, 0.7, 0.8]))
def test_levels_are_those_of_the_formula(drawn: list[tuple[int, int]], alpha: float) -> None:
    hours = np.cumsum([gap for gap, _ in drawn]).tolist()
    mm = [v for _, v in drawn]
    assert judge(table(alpha=alpha), hours, mm) == reference(hours, mm, alpha)


def test_days_weigh_less_the_older_they_are() -> None:
    tb = table(alpha=0.5)
    judge(tb, list(range(1, 170)), [10.0] * 169)
    now = tb.state[0]
    assert now["past"] + 10 == pytest.approx(240 * (1 - 0.5**7) / (1 - 0.5))


def test_no_rain_for_an_hour_is_no_index() -> None:
    tb = table()
    assert judge(tb, list(range(1, 200)), [0.0] * 190 + [40.0] * 9)[-1] == 4
    assert judge(tb, [200], [0.0]) == [0]


def test_a_dead_band_keeps_a_level() -> None:
    calm = list(range(1, 200)), [0.0] * 199
    first, second = table(), table(dead_band="40 mm")
    for tb, level in ((first, 0), (second, 1)):
        judge(tb, *calm)
        assert judge(tb, [200], [25.0]) == [1]  # 25 x 25 / 10 = 62.5
        assert judge(tb, [201], [10.0]) == [level]  # 10 x 35 / 10 = 35


def test_rain_of_many_small_readings_is_summed_exactly() -> None:
    tb = table(cadence=60_000)
    judge(tb, [m / 60 for m in range(1, 601)], [0.1] * 600)
    assert tb.state[0]["sum"][0] == 6_000
    assert tb.state[0]["rain"].sum() == 60_000


def test_a_running_totals_catch_up_is_spread() -> None:
    tb = table(running=True)
    judge(tb, [1, 2, 26], [0.0, math.nan, 48.0], 2)
    assert tb.state[0]["sum"][0] == 2_000
    assert tb.state[0]["rain"].sum() == 48_000


def test_the_words() -> None:
    tb = table()
    judge(tb, [1, 2], [20.0, 30.0])
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    said = DETECTOR.explain(tb.params[0], why, 4)
    assert said["en"].startswith("rain trigger index 30 mm/h x 50.0 mm, at 10 mm/h as good as 150")
    assert said["higher_if"] == {"mm_more": 100.0}
    assert said["missing"].startswith("readings cover")


def test_seven_days_are_kept() -> None:
    assert longest(LEVELS) == 7 * DAY


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "9 mm", "red": "8 mm"}, {}, "rise"),
        (LEVELS, {"intensity": "0 mm"}, "intensity"),
        (LEVELS, {"alpha": 1.0}, "less than"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(levels, **options)
