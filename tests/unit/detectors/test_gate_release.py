"""gate_release against its rule written out, and what it says."""

from __future__ import annotations

from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.gate_release import DETECTOR
from tests.build import MINUTE
from tests.unit.detectors.water import evenly, judge, kept, said, table
from tongluo.core.ports import Sensor

FLOW = Sensor("flow", 15 * MINUTE, False)
LEVELS = {"blue": "50 m3/s", "yellow": "100 m3/s", "orange": "200 m3/s", "red": "400 m3/s"}
NEED = {1: 50, 2: 100, 3: 200, 4: 400}


def reference(rows: list[tuple[int, int, int]], confirm: int, band: int) -> list[int]:
    good: list[tuple[int, int]] = []
    level, out, run = -1, [], 0
    for t, q, flag in rows:
        if flag > 2:
            level = kept(level)
        else:
            window = [(a, v) for a, v in good if a >= t - 360]
            run = run + 1 if good and t - good[-1][0] <= 360 else 1
            good.append((t, q))
            if run >= confirm and len(window) >= 5 and 2 * (t - window[0][0]) >= 360:
                rise = min(v for _, v in good[-confirm:]) - median(v for _, v in window)
                level = max(
                    (g for g, n in NEED.items() if rise >= n - (band if g <= level else 0)),
                    default=0,
                )
            else:
                level = kept(level)
        out.append(level)
    return out


readings = st.tuples(
    st.sampled_from([1, 1, 1, 1, 2, 3, 40]),
    st.sampled_from([0, 0, 10, 60, 120, 250, 600]),
    st.sampled_from([1, 1, 1, 1, 1, 2, 4]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(readings, max_size=80), st.integers(1, 5), st.sampled_from([0, 20]))
def test_levels_are_those_of_the_rule(moves: list[Any], confirm: int, band: int) -> None:
    rows, t = [], 0
    for gap, q, flag in moves:
        t += 15 * gap
        rows.append((t, q, flag))
    tb = table(DETECTOR, LEVELS, FLOW, window="6 h", confirm=confirm, dead_band=f"{band} m3/s")
    assert judge(tb, rows) == reference(rows, confirm, band)


def test_a_release_is_told_as_a_cause_for_those_downstream() -> None:
    tb = table(DETECTOR, LEVELS, FLOW)
    assert judge(tb, evenly([40.0] * 20 + [150.0] * 2, 15))[-2:] == [0, 2]
    assert said(tb)["en"] == (
        "release 110 m3/s above the 40 m3/s of the last 6 h (threshold 100 m3/s): "
        "the water downstream will rise"
    )
    assert "下游水位将上涨" in said(tb)["zh"]
    assert said(tb, cap=1)["lower_if"] == {"m3/s_below": 50.0}


@pytest.mark.parametrize(
    ("levels", "options", "reason"),
    [
        ({}, {}, "at least one"),
        ({"blue": "0 m3/s"}, {}, "more than 0"),
        ({"blue": "5 m"}, {}, "not a unit of flow"),
        (LEVELS, {"window": "30 min"}, "window"),
        (LEVELS, {"dead_band": "-1 m3/s"}, "less than 0"),
    ],
)
def test_what_makes_no_sense_is_refused(levels: Any, options: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table(DETECTOR, levels, FLOW, **options)
