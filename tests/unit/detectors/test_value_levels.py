"""value_levels against its rule in plain Python."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.detectors.movement import judge, said, table

LEVELS = {"blue": "10 mm", "yellow": "20 mm", "orange": "30 mm", "red": "40 mm"}


def reference(values: list[int], band: int, least: int, of: int) -> list[int]:
    level, out, reached, held = -1, [], [], []
    for v in values:
        reached.append(max((k for k in range(1, 5) if v >= 10 * k), default=0))
        held.append(max((k for k in range(1, 5) if v >= 10 * k - band), default=0))
        up = [k for k in range(1, 5) if sum(x >= k for x in reached[-of:]) >= least]
        stay = [k for k in range(1, level + 1) if sum(x >= k for x in held[-of:]) >= least]
        level = max([*up, *stay], default=0 if len(reached) >= least or level == 0 else -1)
        out.append(level)
    return out


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(-5, 50), max_size=40),
    st.sampled_from([0, 3, 15]),
    st.sampled_from([(1, 1), (2, 3), (3, 5), (4, 4)]),
    st.sampled_from(["up", "down"]),
)
def test_levels_are_those_of_the_rule(
    values: list[int], band: int, of: tuple[int, int], way: str
) -> None:
    sign = 1 if way == "up" else -1
    levels = {w: f"{sign * int(x.split()[0])} mm" for w, x in LEVELS.items()}
    options = {"dead_band": f"{band} mm", "persistence": f"{of[0]} of {of[1]}", "direction": way}
    tb = table("value_levels", levels, "crack", **options)
    assert judge(tb, range(1, len(values) + 1), [sign * v for v in values]) == reference(
        values, band, *of
    )


def test_a_flagged_reading_holds_a_level_and_unmakes_none() -> None:
    assert judge(table("value_levels", LEVELS), [1, 2, 3], [25, 0, 0], [1, 4, 1]) == [2, 2, 0]
    assert judge(table("value_levels", LEVELS), [1, 2], [5, 5], [1, 9]) == [0, -1]


def test_a_dead_band_in_kelvin_is_no_temperature() -> None:
    tb = table("value_levels", {"red": "40 Cel"}, "temperature", dead_band="2 K")
    assert judge(tb, [1, 2, 3], [40, 38, 37.9]) == [4, 4, 0]


def test_reasons() -> None:
    tb = table("value_levels", LEVELS, dead_band="1 mm")
    judge(tb, [1], [25.0])
    assert said(tb)["lower_if"]["value_below"] == 19.0
    assert said(tb)["higher_if"]["value"] == 30.0
    assert "higher_if" not in said(tb, cap=2)


@pytest.mark.parametrize(
    ("levels", "way", "reason"),
    [
        ({}, "up", "at least one"),
        ({"blue": 3}, "up", "needs its unit"),
        ({"blue": "2 mm", "red": "1 mm"}, "up", "rise"),
        ({"blue": "1 mm", "red": "2 mm"}, "down", "fall"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(levels: Any, way: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        table("value_levels", levels, direction=way)
