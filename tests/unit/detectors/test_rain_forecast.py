"""rain_forecast against the rules written plainly over minutes of rain."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_forecast import DETECTOR, Options, fill
from tests.build import HOUR, MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

STEP = 10  # min: gauge and forecast alike
LEVELS = {"yellow": {"1 h": "20 mm", "30 min": "15 mm"}, "red": {"1 h": "40 mm"}}
NEEDS = ((2, 6, 20), (2, 3, 15), (4, 6, 40))  # (level, steps, mm)
Row = tuple[int, int, float]
"""(port, step, mm)."""


def table(levels: Any = LEVELS, forecast: bool = True, **options: Any) -> Table:
    params = np.zeros(1, DETECTOR.params)
    ahead = Sensor("rain", STEP * MINUTE, False) if forecast else None
    gauge = Sensor("rain", STEP * MINUTE, False, others=(ahead,))
    given = {"continuation": "20 min", "known_ahead": "20 min", "horizon": "2 h", **options}
    fill(params[0], Options(**given), levels, gauge)
    return Table(DETECTOR, params, Links([(0, 1)], 2))


def judge(tb: Table, rows: list[Row], flag: int = 1) -> list[int]:
    out = []
    for port, n, value in rows:
        one = np.zeros(1, np.int64)
        t = one + START + n * STEP * MINUTE
        tb.judge((one + port, t, np.array([value], float), one + flag, one), 0, 1)
        out.append(int(tb.state[0]["level"]))
    return out


def told(tb: Table) -> dict[str, Any]:
    why = dict(zip(DETECTOR.why, tb.state[0]["why"].tolist(), strict=True))
    return DETECTOR.explain(tb.params[0], why, 4)


def reference(rows: list[Row], alone: bool) -> list[int]:
    """Each rule as it is documented, every window summed anew."""
    fell: dict[int, float] = {}
    ahead: dict[int, float] = {}
    level, out = -1, []
    for port, n, value in rows:
        now = max(fell, default=0)
        if port == 0:
            now = n
            fell[n] = value
        elif not fell or now < n <= now + 12:
            ahead[n] = value
        if fell:
            told = now + 1 in ahead and now + 2 in ahead
            goes = ahead.get(now + 1, 0) + ahead.get(now + 2, 0) >= 0.1 or (not told and alone)
            new = 0
            for grade, d, need in NEEDS:
                have = sum(fell.get(k, 0) for k in range(now - d + 1, now + 1))
                come = sum(ahead.get(k, 0) for k in range(now + 1, now + d + 1))
                best = max(
                    sum((fell if k <= now else ahead).get(k, 0) for k in range(e - d + 1, e + 1))
                    for e in range(now + 1, now + d + 1)
                )
                will = best >= need and (have < need or come >= need) and come > 0
                if (have >= need and (goes or level >= grade)) or will:
                    new = max(new, grade)
            windows = {g: all(now - k in fell for k in range(d)) for g, d in ((2, 6), (4, 6))}
            doubt = max([g for g, whole in windows.items() if g > new and not whole], default=new)
            if new < level and level >= 1:
                new = min(level, max(new, doubt)) if port == 0 and told else level
            elif new == 0 and (not told or not windows[2] or (port == 1 and level < 0)):
                new = -1
            level = new
        out.append(level)
    return out


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """A gauge that misses a reading now and then, and issues of any length."""
    rows: list[Row] = []
    mm = st.sampled_from([0] * 8 + [1, 3, 6, 10, 20])
    for n in range(20, 20 + draw(st.integers(5, 60))):
        if draw(st.integers(0, 12)):
            rows.append((0, n, draw(mm)))
        if draw(st.integers(0, 3)) == 0:
            first = n + draw(st.integers(-2, 3))
            values = draw(st.lists(mm, min_size=1, max_size=16))
            rows += [(1, first + k, v) for k, v in enumerate(values)]
    return rows


@settings(max_examples=150, deadline=None)
@given(histories(), st.booleans())
def test_levels_are_those_of_the_plain_rules(rows: list[Row], alone: bool) -> None:
    before = next((k for k, r in enumerate(rows) if r[0] == 0), len(rows))
    rows = rows[before:]
    assert judge(table(observed_alone=alone), rows) == reference(rows, alone)


def calm(first: int = 1, n: int = 6) -> list[Row]:
    return [(0, first + k, 0.0) for k in range(n)]


def issue(first: int, *mm: float) -> list[Row]:
    return [(1, first + k, v) for k, v in enumerate(mm)]


def test_rain_that_will_reach() -> None:
    tb = table()
    judge(tb, [*calm(), (0, 7, 12.0)])
    assert judge(tb, issue(8, 4.0, 0.0)) == [2, 2]
    assert "will reach 16 mm (threshold 15 mm): 12 mm have fallen" in told(tb)["en"]
    assert "将达16毫米" in told(tb)["zh"]
    assert judge(table(will_reach=False), [*calm(), (0, 7, 12.0), *issue(8, 4.0, 0.0)])[-1] < 2


def test_rain_that_has_reached_and_may_continue() -> None:
    ending, going = table(), table()
    judge(ending, [*calm(), *issue(7, 0.0, 0.0, 0.0)])
    assert judge(ending, [(0, 7, 16.0)]) == [0]
    judge(going, [*calm(), *issue(7, 0.0, 0.1, 0.0)])
    assert judge(going, [(0, 7, 16.0)]) == [2]
    assert "may continue by the forecast" in told(going)["en"]


@pytest.mark.parametrize("forecast", [False, True])
def test_without_a_forecast_measured_rain_counts_alone(forecast: bool) -> None:
    tb = table(forecast=forecast)
    assert judge(tb, [*calm(), (0, 7, 16.0)])[-2:] == [-1 if forecast else 0, 2]
    assert "no forecast says that it ends" in told(tb)["en"]
    assert ("missing" in told(tb)) == forecast


def test_a_lowered_forecast_lowers_nothing_by_itself() -> None:
    tb = table()
    judge(tb, [*calm(), *issue(7, 0.0, 30.0, 30.0)])
    assert judge(tb, [(0, 7, 1.0)]) == [4]
    assert judge(tb, issue(8, 0.0, 0.0, 0.0)) == [4, 4, 4]
    assert judge(tb, [(0, 8, 1.0)], flag=4) == [4]
    assert judge(tb, [(0, 8, 1.0)]) == [0]


def test_a_lowered_forecast_never_lowers_what_the_gauge_has_reached() -> None:
    tb = table()
    judge(tb, [*calm(), *issue(7, 0.0, 5.0, 5.0), (0, 7, 16.0)])
    assert judge(tb, [*issue(8, 0.0, 0.0, 0.0), (0, 8, 0.0)])[-1] == 2


def test_a_level_is_held_while_no_forecast_tells_of_the_next_hour() -> None:
    tb = table()
    judge(tb, [*calm(), *issue(7, 30.0), (0, 7, 20.0)])
    assert judge(tb, calm(8, 20))[-1] == 2
    assert judge(tb, [*issue(28, 0.0, 0.0, 0.0), (0, 28, 0.0)])[-1] == 0
    alone = table(known_ahead="0 h")
    judge(alone, [*calm(), *issue(7, 30.0), (0, 7, 20.0)])
    assert judge(alone, calm(8, 20))[-1] == 0


def test_a_bad_forecast_says_nothing() -> None:
    tb = table()
    judge(tb, [*calm(1, 5), *issue(7, 0.0, 0.0), (0, 6, 0.0)])
    assert judge(tb, issue(7, 500.0), flag=4) == [0]
    assert judge(tb, issue(7, math.nan, -1.0, 1e300)) == [0, 0, 0]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"forecast": False, "observed_alone": False}, "no level can be reached"),
        ({"continues": "0 mm"}, "more than 0"),
        ({"horizon": "400 d"}, "too fine"),
        ({"levels": {"blue": {"1 h": 5}}}, "unit"),
    ],
)
def test_what_makes_no_sense_is_refused(options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(**options)


def test_the_longest_window() -> None:
    assert DETECTOR.longest(LEVELS) == HOUR
