"""rain_line against sums over whole cells, and over continuous windows at the ends of cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_line import DETECTOR, longest
from tests.build import DAY, HOUR, MINUTE, START
from tests.unit.detectors.rain_series import WORDS, Cells, Series, series, settled, states
from tongluo.core.ports import Sensor

LINES = ((20.0, 0.7), (35.0, 0.5), (50.0, 0.5), (70.0, 0.3))
LEVELS = {
    word: {"intercept": f"{mm:g} mm", "slope": slope}
    for word, (mm, slope) in zip(WORDS, LINES, strict=True)
}
OPTIONS = st.fixed_dictionaries(
    {
        "recent": st.sampled_from(["1 h", "2 h", "3 h"]),
        "before": st.sampled_from(["1 h", "5 h"]),
        "cell": st.sampled_from(["1 h", "10 min"]),
        "coverage": st.sampled_from([0.5, 0.9]),
        "dead_band": st.sampled_from(["0 mm", "4 mm"]),
    }
)


@settings(max_examples=400, deadline=None)
@given(series(10 * MINUTE), OPTIONS)
def test_sums_and_level_are_those_of_the_rules(of: Series, options: Any) -> None:
    cell = HOUR if options["cell"] == "1 h" else 10 * MINUTE
    recent, before = (int(options[x].split()[0]) * HOUR for x in ("recent", "before"))
    cells, level = Cells(of, cell, 0), -1
    for n, state in enumerate(states(DETECTOR, options, LEVELS, of)):
        index, rain, cover = cells.known(n)
        end = -(-of.t[n] // cell) * cell
        ends = (index + 1) * cell
        in_recent = ends > end - recent
        in_before = ~in_recent & (ends > end - recent - before)
        new = state["at"] % len(state["rain"])
        assert state["sum"][0] + state["rain"][new] == rain[in_recent].sum()
        assert state["sum"][1] == rain[in_before].sum()
        known = min(
            cover[in_recent].sum() / (recent - (end - of.t[n])), cover[in_before].sum() / before
        )
        p3, p15 = rain[in_recent].sum() / 1000, rain[in_before].sum() / 1000

        def reached(slack: float, p3: float = p3, p15: float = p15) -> int:
            grades = [g + 1 for g, (i, m) in enumerate(LINES) if p3 + m * p15 + slack + 1e-6 >= i]
            return max(grades, default=0)

        band = float(options["dead_band"].split()[0])
        level = settled(level, reached, band, known >= options["coverage"], of.good(n))
        assert int(state["level"]) == level


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(series(10 * MINUTE), OPTIONS)
def test_many_series(of: Series, options: Any) -> None:
    test_sums_and_level_are_those_of_the_rules.hypothesis.inner_test(of, options)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=30, max_size=80), st.sampled_from([10, 20, 60]))
def test_at_the_ends_of_cells_windows_are_continuous(tenths: list[int], minutes: int) -> None:
    """Exactly the rolling sums over (t - recent, t] and (t - recent - before, t - recent]."""
    t = [START + k * minutes * MINUTE for k in range(len(tenths))]
    of = Series(Sensor("rain", minutes * MINUTE, False), t, [x / 10 for x in tenths], [1] * len(t))
    rain = pd.Series(tenths, index=pd.to_datetime(t, unit="ms"))
    p3 = rain.rolling("3h").sum().to_numpy() * 100
    p8 = rain.rolling("8h").sum().to_numpy() * 100
    for n, state in enumerate(states(DETECTOR, {"recent": "3 h", "before": "5 h"}, LEVELS, of)):
        if t[n] % HOUR == 0:
            new = state["rain"][state["at"] % len(state["rain"])]
            assert state["sum"][0] + new == p3[n]
            assert state["sum"][1] == p8[n] - p3[n]


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "50 mm"}, {}, "write a level as"),
        ({"blue": {"intercept": "50 mm"}}, {}, "write a level as"),
        ({"blue": {"intercept": 50, "slope": 0.5}}, {}, "have a unit"),
        ({"blue": {"intercept": "0 mm", "slope": 0.5}}, {}, "more than 0"),
        ({"blue": {"intercept": "50 mm", "slope": "0.5"}}, {}, "slope"),
        ({"blue": {"intercept": "50 mm", "slope": -1}}, {}, "slope"),
        ({"blue": LEVELS["red"], "red": LEVELS["blue"]}, {}, "must rise"),
        (
            {"blue": LEVELS["blue"], "red": {"intercept": "25 mm", "slope": 0.9}},
            {},
            "not cross",
        ),
        (LEVELS, {"recent": "90 min"}, "whole cells"),
        (LEVELS, {"before": "0 d"}, "whole cells"),
        (LEVELS, {"cell": "1 min"}, "lengthen"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    of = Series(Sensor("rain", HOUR, False), [], [], [])
    with pytest.raises(ValueError, match=reason):
        list(states(DETECTOR, options, levels, of))


def test_a_line_without_slope_is_a_threshold() -> None:
    levels = {"blue": {"intercept": "5 mm", "slope": 0}, "red": {"intercept": "9 mm", "slope": 0}}
    t = [START + k * HOUR for k in range(6)]
    of = Series(Sensor("rain", HOUR, False), t, [0.0, 0.0, 4.9, 0.2, 4.0, 0.0], [1] * 6)
    options = {"recent": "2 h", "before": "1 h"}
    assert [int(s["level"]) for s in states(DETECTOR, options, levels, of)] == [-1, -1, 0, 1, 0, 0]


def test_it_says_why_also_where_no_recent_rain_is_needed() -> None:
    params = np.zeros(1, DETECTOR.params)
    levels = {"yellow": {"intercept": "88.9 mm", "slope": 0.67}}
    DETECTOR.fill(params[0], DETECTOR.options(), levels, Sensor("rain", HOUR, False))
    why = dict(zip(DETECTOR.why, (60.0, 50.0, 2.0, 1.0), strict=True))
    said = DETECTOR.explain(params[0], why, 4)
    assert (
        said["en"] == "60.0 mm of rain in 3 d after 50.0 mm in the 15 d before (threshold 55.4 mm)"
    )
    assert said["zh"] == "3 d累计降雨60.0毫米，此前15 d累计50.0毫米（阈值55.4毫米）"
    assert said["lower_if"] == {"recent_mm_below": 55.4}
    said = DETECTOR.explain(params[0], {**why, "recent_mm": 1.0, "before_mm": 140.0}, 4)
    assert said["lower_if"] == {"before_mm_below": 131.194}
    said = DETECTOR.explain(params[0], {**why, "recent_mm": 1.0, "level": 0.0}, 4)
    assert said == {"higher_if": {"recent_mm_more": 54.4}}


def test_the_longest_past() -> None:
    assert longest(LEVELS) == 18 * DAY
