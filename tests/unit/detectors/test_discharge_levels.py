"""discharge_levels against numpy's interpolation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.discharge_levels import DETECTOR, beyond, discharge
from tests.build import MINUTE
from tests.unit.detectors.water import STAGE, evenly, judge, one, said, table
from tongluo.core.ports import Sensor

RATING = [(1.0, 5.0), (2.0, 40.0), (3.0, 120.0), (4.0, 300.0)]
LEVELS = {"blue": "40 m3/s", "red": "300 m3/s"}

tables = st.lists(
    st.tuples(st.integers(1, 100), st.integers(1, 1000)), min_size=2, max_size=64
).map(lambda moves: np.cumsum(np.array(moves, float) / 100, axis=0))


@settings(max_examples=200, deadline=None)
@given(tables, st.lists(st.floats(-1, 70), min_size=1, max_size=20), st.booleans())
def test_discharges_are_numpys(rating: Any, stages: list[float], log: bool) -> None:
    options = {"interpolate": "log" if log else "linear", "zero_flow": "-0.5 m"}
    pairs = [(float(h), float(q)) for h, q in rating]
    tb = table(DETECTOR, {"red": "0.01 m3/s"}, rating_m_m3s=pairs, **options)
    h, q = rating.T
    for x in stages:
        expected = np.interp(x, h, q)
        if log:
            at = math.log(min(max(x, h[0]), h[-1]) + 0.5)
            expected = math.exp(np.interp(at, np.log(h + 0.5), np.log(q)))
        assert discharge(tb.params[0], x) == pytest.approx(expected, rel=1e-9)
        if all(abs(x - end) > 1e-9 for end in (h[0], h[-1])):
            assert beyond(tb.params[0], x) == int(x > h[-1]) - int(x < h[0])


def test_beyond_its_end_the_rating_is_not_carried_on_and_says_so() -> None:
    tb = table(DETECTOR, LEVELS, rating_m_m3s=RATING)
    assert judge(tb, evenly([0.1, 2.0, 4.0])) == [0, 1, 4]
    assert said(tb)["en"] == "300 m3/s by the rating at 4 m (threshold 300 m3/s)"
    tb = table(DETECTOR, LEVELS, rating_m_m3s=RATING)
    assert one(tb, 1, 7.5) == 4
    assert said(tb)["en"].startswith("at least 300 m3/s by the rating at 7.5 m, which is above its")
    assert "不少于300" in said(tb)["zh"]


def test_the_dead_band_is_of_the_discharge_and_readings_are_shifted() -> None:
    sensor = Sensor("stage", MINUTE, False, shift=1.0)
    tb = table(DETECTOR, LEVELS, sensor, rating_m_m3s=RATING, dead_band="10 m3/s")
    assert judge(tb, evenly([1.0, 0.9, 0.7, 0.9])) == [1, 1, 0, 0]
    assert said(tb)["higher_if"] == {"m3/s_more": pytest.approx(11.5, abs=3)}


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        (LEVELS, {}, "2 to 64"),
        (LEVELS, {"rating_m_m3s": [(n, n) for n in range(65)]}, "2 to 64"),
        (LEVELS, {"rating_m_m3s": [(1, 400), (1, 500)]}, "must rise"),
        (LEVELS, {"rating_m_m3s": [(1, 400), (2, 300)]}, "must rise"),
        (LEVELS, {"rating_m_m3s": [(1, -1), (2, 400)]}, "less than 0"),
        (LEVELS, {"rating_m_m3s": [(1, 0), (2, 400)], "interpolate": "log"}, "for log"),
        ({"red": "301 m3/s"}, {"rating_m_m3s": RATING}, "above the rating"),
        ({"red": "3 m"}, {"rating_m_m3s": RATING}, "not a unit of flow"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, STAGE, **options)
