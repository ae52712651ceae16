"""Rain sums in dry spells: the short way gives what the way for every reading gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.rain_windows import DETECTOR, Options
from tests.build import DAY, MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

LEVELS = {"blue": {"5 min": "1 mm"}, "orange": {"20 min": "3 mm"}, "red": {"9 min": "5 mm"}}
STEPS = [2 * MINUTE] * 60 + [MINUTE, 3 * MINUTE, 4 * MINUTE, 0, -8 * MINUTE, 30 * MINUTE, DAY]
VALUES = [0.0] * 40 + [-0.0, 0.0004, 0.0006, 0.4, 2.0, 4.0, math.nan]
NEVER = -(1 << 60)
READINGS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(VALUES), st.sampled_from([1] * 40 + [3])),
    min_size=20,
    max_size=120,
)


def table(running: bool, cadence: int = 2 * MINUTE, levels: Any = LEVELS) -> Table:
    params = np.zeros(1, DETECTOR.params)
    DETECTOR.fill(params[0], Options(), levels, Sensor("rain", cadence, running))
    return Table(DETECTOR, params, Links([(0,)], 1))


def walked(tb: Table, drawn: list[tuple[int, float, int]], spells: bool) -> list[Any]:
    """What is remembered after each reading; without `spells` no spell is ever long enough."""
    t, out = START, []
    for gap, value, flag in drawn:
        t += gap if gap <= DAY // 2 or flag == 1 else -gap
        if not spells:
            tb.state[0]["dry"] = NEVER
        row = (np.array([x]) for x in (0, t, value, flag, 0))
        tb.judge(tuple(row), 0, 1)
        names = ("level", "last", "pushed", "sum", "covered", "tail", "known", "why")
        out.append(tuple(tb.state[0][name].tobytes() for name in names))
    return out


@settings(max_examples=60, deadline=None)
@given(READINGS, st.booleans())
def test_a_dry_spell_is_judged_as_any_other_time(
    drawn: list[tuple[int, float, int]], running: bool
) -> None:
    assert walked(table(running), drawn, True) == walked(table(running), drawn, False)


def test_a_running_total_that_starts_again_at_an_earlier_time() -> None:
    """Cells of the time it had been ahead hold up all that come after them."""
    regular = [(2 * MINUTE, 0.0, 1)]
    drawn = [*regular * 15, (DAY, 0.0, 1), (-DAY, math.nan, 1), *regular * 40]
    assert walked(table(True), drawn, True) == walked(table(True), drawn, False)


def test_a_running_total_that_starts_again_after_all_windows() -> None:
    """Nothing lies in any window then, and that is no dry spell."""
    regular = [(2 * MINUTE, 0.0, 1)]
    drawn = [*regular * 20, (DAY // 2, math.nan, 1), *regular * 40]
    assert walked(table(True), drawn, True) == walked(table(True), drawn, False)


def test_a_dry_spell_in_which_cells_are_merged() -> None:
    """Readings far closer than the windows ask for: merged cells are no cadence apart."""
    made = [table(False, 1000, {"red": {"1 h": "3 mm"}}) for _ in range(2)]
    drawn = [(1000, 0.0, 1)] * 5000
    assert walked(made[0], drawn, True)[-1] == walked(made[1], drawn, False)[-1]


def test_a_bad_reading_within_a_dry_spell() -> None:
    """It lets time pass: what leaves a window with it does not leave again."""
    regular = [(2 * MINUTE, 0.0, 1)]
    drawn = [*regular * 20, (MINUTE, 0.0, 3), (MINUTE, 0.0, 1), *regular * 3]
    assert walked(table(False), drawn, True) == walked(table(False), drawn, False)


def test_a_long_dry_spell_is_known_as_one() -> None:
    tb, regular = table(False), [(2 * MINUTE, 0.0, 1)]
    walked(tb, regular * 50, True)
    assert int(tb.state[0]["dry"]) == 20 * MINUTE  # no longer counted once all windows are dry
    walked(tb, [*regular * 50, (2 * MINUTE, 0.4, 1)], True)
    assert int(tb.state[0]["dry"]) == 0
