"""A running total becomes rain: never more than fell, and all of it where that is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.counter import increment
from ingest.order import PARAMS, STATE
from tests.build import DAY, HOUR, MINUTE, START, TOTAL, columns, config, engine
from tongluo.core.effects import Readings


def gauge(width: float = 0.0, daily: bool = False, max_rate: float = 5.0) -> Any:
    p = np.zeros(1, PARAMS)[0]
    p["resolution"], p["width"], p["max_rate"] = 0.1, width, max_rate
    p["reset_every"] = DAY if daily else 0  # phase 0: 00:00Z, which START is
    return p


def told(p: Any, totals: list[tuple[int, float]]) -> list[float]:
    """Increments of (minutes after START, total)."""
    s = np.zeros(1, STATE)[0]
    return [float(increment(p, s, START + m * MINUTE, v)) for m, v in totals]


def rain(increments: list[float]) -> float:
    return round(sum(x for x in increments if not math.isnan(x)), 3)


def test_the_first_total_is_only_a_base() -> None:
    first, *others = told(gauge(), [(0, 512.3), (5, 512.3), (10, 513.0)])
    assert math.isnan(first)
    assert others == [0.0, 0.7]


def test_a_gap_is_made_up_for_by_the_next_total() -> None:
    assert told(gauge(), [(0, 10.0), (240, 31.5)])[1] == 21.5


def test_a_declared_wrap() -> None:
    assert told(gauge(200.0), [(0, 199.0), (5, 1.5)])[1] == 2.5


def test_an_undeclared_return_to_zero_is_no_rain_and_counts_from_there() -> None:
    base, down, again, later = told(gauge(), [(0, 199.0), (5, 0.0), (10, 1.5), (15, 2.0)])
    assert math.isnan(base)
    assert math.isnan(down)
    assert (again, later) == (1.5, 0.5)


def test_a_reset_after_a_long_outage_is_not_a_wrap() -> None:
    # 65536 tips of 0.2 mm: after 36 h at 6 mm a minute nearly the whole width would be "plausible"
    totals = [(0, 104.2), (60 * 60, 0.0), (60 * 60 + 5, 0.2)]
    assert rain(told(gauge(13107.2, max_rate=6.0), totals)) == 0.2


def test_a_spike_up_and_a_spike_down_add_nothing() -> None:
    totals = [(0, 10.0), (5, 6553.5), (10, 10.2), (15, 0.0), (20, 10.4)]
    assert rain(told(gauge(), totals)) == 0.4


def test_a_gauge_replaced_by_one_that_shows_more_counts_from_there() -> None:
    assert rain(told(gauge(), [(0, 10.0), (5, 700.0), (10, 700.2), (15, 700.5)])) == 0.5


def test_the_daily_reset_between_two_totals() -> None:
    totals = [(-10, 25.0), (5, 0.4), (10, 0.6)]
    assert rain(told(gauge(daily=True), totals)) == 0.6


def test_a_total_at_the_reset_hour_may_be_of_either_day() -> None:
    old = told(gauge(daily=True), [(-5, 24.0), (0, 25.0), (5, 0.4), (10, 0.6)])
    assert old[1:] == [1.0, 0.4, 0.2]
    new = told(gauge(daily=True), [(-5, 24.0), (0, 0.0), (5, 0.4), (10, 0.6)])
    assert new[1:] == [0.0, 0.4, 0.2]


def test_after_days_of_silence_only_rain_since_the_reset_is_known() -> None:
    assert told(gauge(daily=True), [(-60, 25.0), (3 * 1440 + 30, 4.0)])[1] == 4.0


TENTHS = st.integers(0, 40)
FALLS = st.lists(
    st.tuples(TENTHS, st.sampled_from(["poll", "poll", "poll", "gap", "spike"])),
    min_size=2,
    max_size=80,
)


def polled(
    falls: list[tuple[int, str]], width: int, start: int = 0
) -> tuple[list[tuple[int, float]], float]:
    """Totals of a gauge that gets these tenths minute by minute, and what fell between the first
    and the last true one (a spike stands alone: two that fit are a new gauge)."""
    total, fell, known, totals = start, 0, 0, []
    for minute, (tenths, what) in enumerate(falls):
        total += tenths
        fell += tenths if totals else 0
        shown = total % width if width else total
        if what == "poll" or not totals:
            totals.append((minute, shown / 10))
            known = fell
        elif what == "spike" and totals[-1][0] == minute - 1 and totals[-1][1] < 10_000:
            totals.append((minute, shown / 10 + 10_000.0))
    return totals, known / 10


@settings(max_examples=80, deadline=None)
@given(FALLS, st.sampled_from([0, 2000, 65536]), st.integers(0, 70000))
def test_all_rain_and_no_more_through_gaps_wraps_and_spikes(
    falls: list[tuple[int, str]], width: int, start: int
) -> None:
    totals, fell = polled(falls, width, start)
    got = rain(told(gauge(width / 10), totals))
    assert got == pytest.approx(fell, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(FALLS, st.sets(st.integers(1, 79), max_size=3))
def test_a_reset_never_makes_rain(falls: list[tuple[int, str]], resets: set[int]) -> None:
    total, fell, totals = 900, 0, []
    for minute, (tenths, what) in enumerate(falls):
        total = 0 if minute in resets else total + tenths
        fell += tenths if totals else 0
        if what != "gap":
            totals.append((minute, total / 10))
    assert rain(told(gauge(6553.6), totals)) <= fell / 10 + 1e-9


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TENTHS, st.integers(1, 7)), min_size=2, max_size=60))
def test_rain_of_the_day_through_the_reset_hour(steps: list[tuple[int, int]]) -> None:
    total, minute, fell, totals = 200, -100, 0, [(-100, 20.0)]
    for tenths, minutes in steps:
        if minute < 0 <= minute + minutes:  # the station also tells at the hour, before its reset
            totals.append((0, total / 10))
            total, minute = 0, 0
        total, minute, fell = total + tenths, minute + minutes, fell + tenths
        totals.append((minute, total / 10))
    got = rain(told(gauge(daily=True), sorted(dict(totals).items())))
    assert got <= fell / 10 + 1e-9
    if minute < 0 or totals[-1][1] < 20.0:
        assert got == pytest.approx(fell / 10, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TENTHS, st.booleans()), min_size=3, max_size=30),
    st.randoms(use_true_random=False),
)
def test_totals_that_come_late_end_in_the_same_rain(
    falls: list[tuple[int, bool]], dice: Any
) -> None:
    total, rows = 1900, []
    for minute, (tenths, sent) in enumerate(falls):
        total = (total + tenths) % 2000
        if sent or not rows:
            rows.append((0, START + minute * MINUTE, total / 10))
    in_order, shuffled = (engine(config({"c": [TOTAL]})) for _ in range(2))
    in_order.feed(Readings(columns(rows)))
    # the first stays first: what comes before the kept readings begin is a base no more
    late = [rows[0], *dice.sample(rows[1:], len(rows) - 1)]
    end = START + HOUR
    shuffled.feed(Readings(columns([(*row, 1, end) for row in late])))
    one, other = (e.stage.recall(0)[1] for e in (in_order, shuffled))
    assert np.array_equal(one, other, equal_nan=True)
    assert rain(list(one)) == pytest.approx(sum(x for x, _ in falls[1 : _last(falls)]) / 10)


def _last(falls: list[tuple[int, bool]]) -> int:
    """One past the last minute that was sent (the first always is)."""
    return 1 + max((n for n, (_, sent) in enumerate(falls) if sent or not n), default=0)


def test_a_resent_total_is_told_apart_before_it_is_counted() -> None:
    e = engine(config({"c": [TOTAL]}))
    rows = [(0, START, 10.0), (0, START + MINUTE, 12.0), (0, START + MINUTE, 12.0)]
    out = e.feed(Readings(columns(rows))).admitted
    assert out.fate.tolist() == [0, 0, 1]
    assert rain([v for v, f in zip(out.value, out.fate, strict=True) if f == 0]) == 2.0


def test_a_total_flagged_bad_is_not_counted_from() -> None:
    e = engine(config({"c": [TOTAL]}))
    rows = [(0, START, 10.0), (0, START + MINUTE, 11.0, 4), (0, START + 2 * MINUTE, 12.0)]
    out = e.feed(Readings(columns(rows))).admitted
    assert math.isnan(out.value[1])
    assert out.flag.tolist() == [2, 4, 1]
    assert out.value[2] == 2.0


def test_the_declared_width_is_in_the_unit_of_the_value() -> None:
    tips = {"resolution": "0.2 mm", "counts": True, "width": 1000, "max_rate": "5 mm"}
    e = engine(config({"c": [{**TOTAL, "counter": tips}]}))
    assert e.stage.params[0]["width"] == pytest.approx(200.0)
