"""Published bounds, hours and outages, prediction by minute, and what to do next."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.coverage.action import Action, below, escalation, next_best
from dissemination.coverage.conditions import at_hour, hour_factor, working
from dissemination.coverage.estimate import Draws, draw, estimate
from dissemination.coverage.groups import Overlap
from dissemination.coverage.known import Known, known
from dissemination.coverage.predict import Pace, band, curves, noticed, time_to
from dissemination.coverage.prior import PRIOR
from dissemination.coverage.published import cell_bounds, indicator

QUICK = replace(PRIOR, draws=256)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=5)


def sure(p: list[list[float]], t: float = 0.0) -> Draws:
    """Draws of shares that are known: p by channel and cell."""
    shares = np.repeat(np.array(p)[..., None], 4, axis=2)
    return Draws(shares, Overlap(np.full(4, t)), np.ones(4), shares.max(axis=0))


def place(people: list[int], channels: int = 2) -> Known:
    return known(tuple("abcd"[:channels]), np.array(people))


# the published indicator


@given(SHARES)
def test_bounds_are_the_formula(p: list[float]) -> None:
    low, high = cell_bounds(np.array([p]), np.ones((1, len(p))))
    independent = sum(
        np.prod([x if on else 1 - x for x, on in zip(p, pattern, strict=True)])
        for pattern in itertools.product((True, False), repeat=len(p))
        if any(pattern)
    )
    assert low[0] == max(p) and high[0] == pytest.approx(independent, abs=1e-9)


def test_indicator_weighs_by_people_and_tells_visitors_apart() -> None:
    people, usable = np.array([900, 100]), np.array([[0.8, 0.5], [0.2, 0.0]])
    up = np.ones((2, 2))
    both = indicator(people, usable, up)
    assert both.lower == pytest.approx(0.9 * 0.8 + 0.1 * 0.2)
    assert both.upper == pytest.approx(0.9 * 0.9 + 0.1 * 0.2)
    visitors = indicator(people, usable, up, np.array([False, True]))
    assert visitors.lower == pytest.approx(0.2)
    assert np.isnan(indicator(people, usable, up, np.array([False, False])).lower)


def test_what_is_not_known_is_left_out_below_and_one_above() -> None:
    low, high = cell_bounds(np.array([[0.6, np.nan]]), np.array([[1.0, 1.0]]))
    assert (low[0], high[0]) == (0.6, 1.0)
    low, high = cell_bounds(np.array([[0.6, np.nan]]), np.array([[np.nan, 0.0]]))
    assert (low[0], high[0]) == (0.0, pytest.approx(0.6))


# hours and outages


def test_hours_run_round() -> None:
    table = np.arange(24.0)
    assert [at_hour(table, h) for h in (0, 12.25, 24, -1)] == [0, 12.25, 0, 23]
    assert np.isnan(hour_factor(np.array([0.0] * 24), 3, 12))
    with pytest.raises(ValueError, match="24 factors"):
        at_hour(np.ones(23), 1)


def test_an_hour_of_sleep_lowers_the_estimate() -> None:
    asked = {"asked": np.array([[300]]), "heard": np.array([[[240]]]), "anyone": np.array([[240]])}
    day = known(("sms",), np.array([5000]), **asked)
    night = replace(day, hour=np.array([0.5]))
    assert estimate(night).high < estimate(day).low


def test_what_is_out_decides_over_what_is_not_known() -> None:
    needs = {"siren": ("power", "mobile"), "sms": ("mobile",)}
    out = working(
        ("siren", "sms", "gong"), needs,
        {"power": np.array([0.0, np.nan, 1.0]), "mobile": np.array([np.nan, 0.0, 0.5])},
    )  # fmt: skip
    assert np.array_equal(out, [[0, np.nan, 1], [0, 0, 1], [0.5, 0.5, 1]], equal_nan=True)
    assert np.isnan(working(("tv",), {"tv": ("cable",)}, {"power": np.ones(1)})[0, 0])


# prediction


def test_noticed_is_a_queue() -> None:
    parts = noticed(np.array([100, 300]), Pace(per_minute=50, delay=2), 12)
    assert parts[0].tolist() == [0, 0, 0.5, 1] + [1] * 8
    assert parts[1, 3] == 0 and parts[1, 4] == pytest.approx(1 / 6) and parts[1, 9] == 1
    assert noticed(np.array([5]), Pace(per_minute=0), 3).tolist() == [[0, 0, 0]]
    assert noticed(np.array([10**6]), Pace(np.inf), 2).tolist() == [[1, 1]]


def test_noticing_takes_its_half_time() -> None:
    slow = noticed(np.array([1]), Pace(np.inf, notice=10), 200)[0]
    assert slow[9] == pytest.approx(0.5, abs=0.03) and slow[-1] > 0.999
    assert (np.diff(slow) > 0).all()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=4), st.floats(1, 200), st.floats(0, 9))
def test_noticed_agrees_with_a_simulated_queue(
    targets: list[int], rate: float, delay: float
) -> None:
    parts = noticed(np.array(targets), Pace(rate, delay), 30)
    done = (np.arange(sum(targets)) + 1) / rate + delay
    for cell, times in enumerate(np.split(done, np.cumsum(targets)[:-1])):
        share = [(times <= minute).mean() for minute in range(1, 31)]
        assert np.abs(parts[cell] - share).max() <= 1 / targets[cell] + 1e-9


def test_time_to_a_target_is_where_the_curve_crosses() -> None:
    draws, people = sure([[1.0]]), np.array([1000])
    parts = noticed(people, Pace(per_minute=100), 20)[None]
    every = curves(draws, people, parts)
    found = time_to(draws, every, 0.95)
    assert found.early == found.likely == found.late == pytest.approx(9.5)
    assert found.never == 0
    assert band(draws, every)[4].likely == pytest.approx(0.5)
    none = time_to(sure([[0.8]]), curves(sure([[0.8]]), people, parts), 0.9)
    assert none.never == 1 and np.isinf(none.early)


def test_prediction_ends_at_the_estimate() -> None:
    asked = {"asked": np.array([[300]]), "heard": np.array([[[200, 150]]])}
    here = known(("sms", "siren"), np.array([50_000]), **asked)
    draws = draw(here, 0.0, PRIOR)
    parts = np.ones((2, 1, 3))
    last, found = band(draws, curves(draws, here.people, parts))[-1], estimate(here)
    assert last.low == pytest.approx(found.low, abs=0.01)
    assert last.high == pytest.approx(found.high, abs=0.01)


# what to do next


def test_the_best_adds_most_people_not_the_largest_share() -> None:
    here, draws = place([1000, 100]), sure([[0.5, 0.0], [0.6, 0.9]], t=1.0)
    used = np.array([[True, False], [True, False]])
    best = next_best(here, draws, used)
    assert [(a.cell, a.channel, round(a.people)) for a in best] == [(0, "b", 100), (1, "b", 90)]
    assert below(here, draws, used, 0.9).tolist() == [1, 0]


def test_time_counts_where_it_is_told() -> None:
    here, draws = place([1000, 1000], 1), sure([[0.9, 0.5]])
    used = np.zeros((2, 1), bool)
    takes = np.array([[60.0], [10.0]])
    assert next_best(here, draws, used, takes)[0].cell == 1


def test_an_outage_is_no_action() -> None:
    here = replace(place([100], 1), up=np.array([[0.0]]))
    assert next_best(here, sure([[0.9]]), np.zeros((1, 1), bool)) == []


@settings(max_examples=50)
@given(st.data())
def test_escalation_takes_the_best_each_time_and_ends(data: Any) -> None:
    shares = st.lists(st.floats(0, 0.95), min_size=3, max_size=3)
    draws = sure(data.draw(st.lists(shares, min_size=3, max_size=3)), data.draw(st.floats(-1, 1)))
    here, used = place([500, 300, 200], 3), np.zeros((3, 3), bool)
    done: list[Action] = []
    for action in escalation(here, draws, used, 0.9):
        best = next_best(here, draws, used)[0]
        assert action.people == pytest.approx(best.people)
        used[action.cell, here.channels.index(action.channel)] = True
        done.append(action)
    assert len(done) <= 9
    met = sum(a.people for a in done) >= 0.9 * 1000 - 1e-6
    assert met or not next_best(here, draws, used)
