"""Derived series against the same sums in plain Python, and in the engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    DAY,
    HOUR,
    MINUTE,
    RAIN,
    RAIN_RULE,
    SOURCE,
    STAGE,
    STAGE_RULE,
    START,
    THRESHOLDS,
    columns,
    config,
    engine,
    level,
)
from tongluo.config.plan import plan
from tongluo.core.effects import Readings, Tick
from tongluo.core.words import SILENT
from tongluo.engine import Engine

Row = Sequence[Any]
"""(sensor, minute, value[, flag])"""


def series(of: Sequence[Any], quantity: str = "stage", **how: Any) -> dict[str, Any]:
    """A derived sensor."""
    base = {**(STAGE if quantity == "stage" else RAIN), "name": "made", "quantity": quantity}
    base["cadence"] = how.pop("cadence", "1 min")
    base.pop("unit")
    return {**base, "derived": {"of": list(of), **how}}


def site(made: dict[str, Any], quantity: str = "stage", inputs: int = 3, **sensor: Any) -> Engine:
    """Stations g0, g1, ... with a gauge each, and a station with the derived series; no rules
    but on that."""
    gauge = {**(STAGE if quantity == "stage" else RAIN), **sensor}
    stations = {f"g{n}": [gauge] for n in range(inputs)} | {"v": [made]}
    rule = {**(STAGE_RULE if made["quantity"] == "stage" else RAIN_RULE), "sensors": ["made"]}
    return engine(config(stations, [rule], areas={"village": ["v"]}, time={"rewind": "3 h"}))


def told(
    e: Engine, rows: Sequence[Row], cuts: Sequence[int] = ()
) -> list[tuple[float, float, int]]:
    """(minute, value, flag) of every derived reading."""
    found: list[tuple[float, float, int]] = []
    stage = e.plan.derived
    usual = stage.expand

    def listen(*given: Any) -> Any:
        for out in usual(*given):
            mine = np.isin(out.sensor, stage.params["sensor"]) & (out.fate != SILENT)
            for i in np.flatnonzero(mine):
                at = (int(out.t[i]) - START) / MINUTE
                found.append((at, float(out.value[i]), int(out.flag[i])))
            yield out

    vars(stage)["expand"] = listen  # to see what the engine sees
    full = [(row[0], START + row[1] * MINUTE, *row[2:]) for row in rows]
    for a, b in pairwise(sorted({0, len(full), *(c for c in cuts if c < len(full))})):
        e.feed(Readings(columns(full[a:b])))
    return found


def test_a_mean_by_weight_leaves_out_what_is_not_heard() -> None:
    of = [{"sensor": "g0/rain", "weight": 1}, {"sensor": "g1/rain", "weight": 3}, "g2/rain"]
    e = site(series(of, "rain", method="weighted_mean", share=0.5), "rain")
    rows: list[Row] = [(s, m, float(s + 1)) for m in (1, 2) for s in range(3)]
    rows += [(1, 3, 2.0), (1, 4, 2.0), (1, 5, 2.0)]  # alone: three fifths of the weight
    rows += [(0, 6, 1.0), (0, 8, 1.0)]  # a fifth is too little
    found = told(e, rows)
    assert [x for x in found if x[2] < 9] == [
        *[(1, 2.0, 1), (2, 2.0, 1)],  # (1 * 1 + 3 * 2 + 1 * 3) / 5
        *[(3, 2.0, 2), (4, 2.0, 2), (5, 2.0, 2)],
    ]
    assert [m for m, _, flag in found if flag == 9] == [6, 7]


def test_depth_above_a_crest_passes_the_flag_on() -> None:
    e = site(series(["g0/stage"], method="linear", plus="-1.5 m"), inputs=1)
    rows = [(0, 1, 1.2), (0, 2, 2.0, 3), (0, 3, math.nan, 9), (0, 4, 2.5)]
    found = told(e, rows)
    assert [(m, f) for m, _, f in found] == [(1, 1), (2, 3), (3, 9), (4, 1)]
    assert [v for _, v, _ in found if not math.isnan(v)] == pytest.approx([-0.3, 0.5, 1.0])


def test_a_difference_waits_for_the_slower_gauge() -> None:
    of = [{"sensor": "g0/stage"}, {"sensor": "g1/stage", "weight": -1}]
    e = site(series(of, method="linear", wait="2 min"), inputs=2)
    found = told(e, [(0, 1, 5.0), (0, 2, 6.0), (1, 1, 1.0), (1, 2, 1.5), (0, 3, 7.0)])
    assert found == [(1, 4.0, 1), (2, 4.5, 1)]


def test_an_upstream_series_comes_later_by_its_travel_time() -> None:
    e = site(series([{"sensor": "g0/stage", "lag": "3 min"}], method="linear"), inputs=1)
    found = told(e, [(0, m, float(m)) for m in range(1, 9)])
    assert [(m, v) for m, v, f in found if f == 1] == [(m, m - 3.0) for m in range(4, 9)]


def test_a_resultant_of_three_axes() -> None:
    of = [f"g{n}/stage" for n in range(3)]
    e = site(series(of, method="resultant"))
    assert told(e, [(0, 1, 2.0), (1, 1, 3.0), (2, 1, 6.0)]) == [(1, 7.0, 1)]


def test_rain_since_eight_is_what_hydrologists_print() -> None:
    """START is 08:00 in the site's zone: what falls until then belongs to the day before."""
    e = site(series(["g0/rain"], "rain", method="since"), "rain", inputs=1)
    day = DAY // MINUTE
    rows = [(0, m, 0.5) for m in range(-3, 4)] + [(0, m, 0.5) for m in range(4, 2 * day + 3)]
    found = {m: (v, f) for m, v, f in told(e, rows)}
    assert found[0] == (2.0, 3)  # not seen from its start
    assert found[1] == (0.5, 1)
    assert found[day] == (0.5 * day, 1)
    assert found[day + 1] == (0.5, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.floats(0, 5), st.sampled_from([1, 3])),
        max_size=80,
    ),
    st.lists(st.integers(0, 80), max_size=12),
)
def test_chunks_do_not_matter(steps: list[tuple[int, int, float, int]], cuts: list[int]) -> None:
    rows, at = [], 0
    for sensor, minutes, value, flag in steps:
        at += minutes
        rows.append((sensor, at, round(value, 1), flag))
    of = [{"sensor": "g0/stage", "lag": "2 min"}, "g1/stage", "g2/stage"]
    whole, parts = (site(series(of, method="weighted_mean")) for _ in range(2))
    assert repr(told(whole, rows)) == repr(told(parts, rows, cuts))
    assert whole.plan.derived.state.tobytes() == parts.plan.derived.state.tobytes()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mean_is_the_mean_of_its_slot(data: st.DataObject) -> None:
    """Against plain Python: gauges every minute, some missing; slots of five minutes."""
    weights = data.draw(st.lists(st.integers(1, 9), min_size=3, max_size=3))
    there = data.draw(st.lists(st.lists(st.booleans(), min_size=30, max_size=30),
                               min_size=3, max_size=3))  # fmt: skip
    rain = data.draw(st.lists(st.lists(st.integers(0, 40), min_size=30, max_size=30),
                              min_size=3, max_size=3))  # fmt: skip
    of = [{"sensor": f"g{n}/rain", "weight": w} for n, w in enumerate(weights)]
    e = site(series(of, "rain", method="weighted_mean", cadence="5 min", share=0.01), "rain")
    rows = [(s, m + 1, rain[s][m] / 10) for m in range(30) for s in range(3) if there[s][m]]
    for minute, value, _ in told(e, rows):
        slot = range(int(minute) - 5, int(minute))
        heard = [s for s in range(3) if any(there[s][m] for m in slot)]
        if not heard:
            assert math.isnan(value)
            continue
        sums = [sum(rain[s][m] / 10 for m in slot if there[s][m]) for s in range(3)]
        expected = sum(weights[s] * sums[s] for s in heard) / sum(weights[s] for s in heard)
        assert value == pytest.approx(expected)


def test_a_derived_series_is_judged_and_its_silence_makes_unknown() -> None:
    e = site(series(["g0/stage"], method="linear", plus="-1 m"), inputs=1)
    out = [e.feed(Readings(columns([(0, START + m * MINUTE, 1.5)]))) for m in (1, 2)]
    assert [d.after for x in out for d in x.decisions] == ["none"]
    late = e.feed(Tick(START + HOUR))
    assert [d.after for d in late.decisions] == ["unknown"]
    assert {c.sensor for c in late.conditions} == {"g0/stage", "v/made"}


def test_a_sensor_that_others_are_made_of_is_heard_again() -> None:
    e = site(series(["g0/stage"], method="linear", plus="-1 m"), inputs=1)
    e.feed(Readings(columns([(0, START + m * MINUTE, 1.5) for m in (1, 2)])))
    e.feed(Tick(START + HOUR))
    again = e.feed(Readings(columns([(0, START + HOUR + m * MINUTE, 1.5) for m in (1, 2)])))
    ended = {c.sensor for c in again.conditions if c.kind == "silent" and not c.begins}
    assert ended == {"g0/stage", "v/made"}


def test_a_late_reading_reaches_what_is_made_of_it() -> None:
    of = ["g0/rain", "g1/rain"]
    e = site(series(of, "rain", method="weighted_mean"), "rain", inputs=2)
    rows = [(s, START + m * MINUTE, 0.0) for m in range(1, 20) for s in (0, 1)]
    missing = [(s, t, v) for s, t, v in rows if t != START + 15 * MINUTE]
    e.feed(Readings(columns(missing)))
    late = [(s, START + 15 * MINUTE, 30.0, 1, START + 19 * MINUTE) for s in (0, 1)]
    e.feed(Readings(columns(late)))
    after = e.feed(Tick(START + 20 * MINUTE))
    assert [d.after for d in after.decisions] == ["red"]
    assert level(e) == 4


def test_another_series_beside_it_wipes_no_sum() -> None:
    made = series(["g0/rain"], "rain", method="since")
    of = ["g0/rain", {"sensor": "g1/rain", "lag": "1 h"}]
    mean = {**series(of, "rain", method="weighted_mean"), "name": "mean"}
    gauges: dict[str, list[dict[str, Any]]] = {"g0": [RAIN], "g1": [RAIN]}
    rule = {**RAIN_RULE, "sensors": ["made"]}
    e = engine(config({**gauges, "v": [made]}, [rule], areas={"village": ["v"]}))
    told(e, [(0, m, 0.5) for m in range(1, 61)])
    more = config({**gauges, "v": [made, mean]}, [rule], areas={"village": ["v"]})
    e.feed(plan(more, "more", ["g0/rain", "g1/rain", "v/made"]))
    assert [v for _, v, _ in told(e, [(0, 61, 0.5), (0, 62, 0.5)]) if v > 1] == [30.5, 31.0]


def test_a_late_reading_of_a_quick_gauge_wipes_no_sum() -> None:
    quick = {**RAIN, "cadence": "10 s"}
    made = series(["g0/rain"], "rain", method="since")
    e = engine(config({"g0": [quick], "v": [made]}, [{**RAIN_RULE, "sensors": ["made"]}],
                      areas={"village": ["v"]}))  # fmt: skip
    every = [START + n * 10_000 for n in range(1, 6 * 60 * 5)]
    gone = every[-4]
    e.feed(Readings(columns([(0, t, 0.1) for t in every if t != gone])))
    before = e.plan.derived.state[0].copy()
    e.feed(Readings(columns([(0, gone, 0.1, 1, every[-1])])))
    e.feed(Tick(START + 5 * HOUR))
    assert e.plan.derived.state[0]["total"] == before["total"] > 0


def test_thresholds_of_the_series_hold_for_it_alone() -> None:
    made = series(["g0/stage"], method="linear", plus="-1 m")
    made["thresholds"] = {"stage": "depth"}
    depth = {"source": SOURCE, "levels": {"red": "0.2 m"}, "datum": "d"}
    rule = {**STAGE_RULE, "thresholds": "stage"}
    built = config({"g0": [STAGE], "v": [made]}, [rule], areas={"village": ["v"], "up": ["g0"]},
                   thresholds={**THRESHOLDS, "depth": depth})  # fmt: skip
    e = Engine(plan(built, "0"))
    out = e.feed(Readings(columns([(0, START, 1.3)])))
    assert {(d.area, d.after) for d in out.decisions} == {("village", "red"), ("up", "blue")}
