"""The short ways of rain in cells say what the plain rules say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.rain_cells import FIELDS, above, cell_of, level_of, of_newest, settled, state_fields
from detectors.rain_line import part
from tests.build import HOUR, START

PARAMS = np.dtype([*FIELDS, ("threshold", "f8", (4,)), ("band", "f8")], align=True)


def params(**fields: Any) -> Any:
    p = np.zeros(1, PARAMS)[0]
    for name, value in fields.items():
        p[name] = value
    return p


@given(st.integers(-3, 3), st.sampled_from([-1, 0, 1, 2, HOUR // 2]), st.sampled_from([0, 7, HOUR]))
def test_of_the_newest_cell(cells: int, more: int, anchor: int) -> None:
    p, s = params(cell=HOUR, anchor=anchor), np.zeros(1, np.dtype(state_fields(1)))[0]
    s["at"] = (START - anchor) // HOUR
    t = anchor + (int(s["at"]) + cells) * HOUR + more
    assert of_newest(p, s, t) == (cell_of(p, t) == s["at"])


@given(st.integers(-1, 4), st.integers(0, 50), st.booleans(), st.booleans())
def test_the_dead_band_is_asked_only_where_it_matters(
    before: int, value: int, sure: bool, good: bool
) -> None:
    p = params(threshold=[10.0, 20.0, math.nan, 40.0], band=6.0)
    plain = settled(before, above(p, value, 0.0), above(p, value, 6.0), sure, good)
    assert level_of(p, before, float(value), sure, good) == plain


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_part_of_a_whole(known: int, whole: int) -> None:
    assert part(known, whole) == min(1.0, known / whole)
