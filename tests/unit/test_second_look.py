"""The second look at suspect readings sleeps and is not missed: as if it were always awake."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors import DETECTORS
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor
from tongluo.core.times import HOUR, MINUTE

START = 1_600_000_000_000
WINDOWS = {"blue": {"1 h": "3 mm"}, "yellow": {"1 h": "5 mm"}, "red": {"30 min": "9 mm"}}
HEIGHTS = {"blue": "2 m", "orange": "4 m"}
rain = st.tuples(st.floats(0, 4).map(lambda v: round(v, 1)), st.sampled_from([1, 2, 3, 3, 4, 9]))
SENSORS = {
    "rain_windows": Sensor("rain", 10 * MINUTE, running=False),
    "stage_levels": Sensor("stage", 10 * MINUTE, running=False),
}


def params(name: str, worst: int) -> Any:
    detector, row = DETECTORS[name], np.zeros(1, DETECTORS[name].params)
    levels = WINDOWS if name == "rain_windows" else HEIGHTS
    options = detector.options.model_validate({"accept_suspect": worst == 3})
    detector.fill(row[0], options, levels, SENSORS[name])
    return row


def followed(tb: Table, readings: list[tuple[float, int]], cut: int) -> list[tuple[int, int, int]]:
    """(row, task, level) of all transitions; the batch is cut in two."""
    n = len(readings)
    zero = np.zeros(n, np.int64)
    t = START + np.arange(n) * 10 * MINUTE
    value, flag = (np.array([r[k] for r in readings]) for k in (0, 1))
    columns = (zero, t, value.astype(float), flag.astype(np.int64), zero)
    parts = (*tb.judge(columns, 0, min(cut, n)), *tb.judge(columns, min(cut, n), n))
    return [
        (int(row), int(task), int(level))
        for p in parts
        for row, task, level in zip(p.row, p.task, p.after, strict=True)
    ]


def both(name: str, past: int) -> Table:
    rows = np.concatenate([params(name, 2), params(name, 3)])
    return Table(DETECTORS[name], rows, Links([(0,), (0,)], 1, {1}), {1: past})


@settings(max_examples=200, deadline=None)
@given(st.lists(rain, max_size=60), st.integers(0, 60))
@example([(4.0, 1), (4.0, 3), (4.0, 3), *[(0.0, 1)] * 8, (4.0, 1), (4.0, 1)], 3)
def test_of_window_sums_each_look_is_what_it_would_be_alone(
    readings: list[tuple[float, int]], cut: int
) -> None:
    found = followed(both("rain_windows", HOUR), readings, cut)
    for task, worst in ((0, 2), (1, 3)):
        alone = Table(DETECTORS["rain_windows"], params("rain_windows", worst), Links([(0,)], 1))
        assert [(r, its) for r, k, its in found if k == task] == [
            (r, its) for r, _, its in followed(alone, readings, cut)
        ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from([1, 2, 3, 4])), max_size=40))
def test_asleep_it_says_what_the_first_look_says(readings: list[tuple[float, int]]) -> None:
    tb = both("stage_levels", 0)
    for n, (value, flag) in enumerate(readings):
        one = np.zeros(1, np.int64)
        tb.judge((one, one + START + n * HOUR, np.array([value]), one + flag, one), 0, 1)
        if not tb.awake[1]:
            assert tb.state[1]["level"] == tb.state[0]["level"]
        elif flag == 3:
            level = 3 if value >= 4 else 1 if value >= 2 else 0
            assert tb.state[1]["level"] == level


def test_a_level_that_is_put_in_wakes_it() -> None:
    tb = both("stage_levels", 0)
    followed(tb, [(1.0, 1)], 1)
    tb.put(0, 3)
    assert tb.state["level"].tolist() == [3, 0] and tb.awake[1]
