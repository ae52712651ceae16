"""Rings of kept readings lie side by side, and none reaches into another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest import order
from ingest.stage import OrderStage


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_every_cell_belongs_to_one_sensor(lengths: list[int]) -> None:
    params = np.zeros(len(lengths), order.PARAMS)
    params["cells"] = lengths
    stage = OrderStage(params, np.zeros(1, order.CLOCK))
    places = [stage.places(n, np.arange(cells)).tolist() for n, cells in enumerate(lengths)]
    assert sorted(p for its in places for p in its) == list(range(len(stage.ring)))
    for n, cells in enumerate(lengths):
        assert places[n] == [order.place(params[n], k) for k in range(cells)]
        assert order.place(params[n], cells) == places[n][0], "round and round"
