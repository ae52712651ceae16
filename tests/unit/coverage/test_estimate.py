"""The interval: what moves it, what it never leaves, and that it is the same every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.coverage.draws import spread
from dissemination.coverage.estimate import draw, estimate, weighted
from dissemination.coverage.known import Known, known
from dissemination.coverage.overlap import INDEX, frechet, learned, prior, quantile, thinned, union
from dissemination.coverage.prior import PRIOR
from dissemination.coverage.testday import GRID, calibrate

QUICK = replace(PRIOR, draws=256)


def town(**said: Any) -> Known:
    given_ = {
        "asked": np.array([[200, 100]]),
        "heard": np.array([[[120, 100], [50, 60]]]),
        "anyone": np.array([[160, 80]]),
    }
    return known(("sms", "siren"), np.array([4000, 2000]), **{**given_, **said})


def test_the_same_every_time() -> None:
    assert estimate(town()) == estimate(town())


def test_arguments_are_left_alone() -> None:
    here = town()
    before = [np.array(x) for x in (here.heard, here.up, here.confirmed)]
    estimate(here)
    for was, now in zip(before, (here.heard, here.up, here.confirmed), strict=True):
        assert np.array_equal(was, now)


def test_more_people_asked_narrow_it() -> None:
    one, ten = estimate(town()), town()
    many = replace(ten, asked=ten.asked * 10, heard=ten.heard * 10, anyone=ten.anyone * 10)
    wide = one.high - one.low
    assert estimate(many).high - estimate(many).low < wide


def test_asking_for_any_of_them_narrows_it() -> None:
    without = estimate(town(anyone=np.array([[-1, -1]])))
    found = estimate(town())
    assert found.high - found.low < without.high - without.low


def test_the_sum_is_not_the_union() -> None:
    nested = town(heard=np.array([[[120, 100], [50, 50]]]), anyone=np.array([[125, 52]]))
    found = estimate(nested)
    assert 0.57 < found.likely < 0.66 and found.high < 0.8  # the shares add up to 1.07


def test_an_outage_counts_at_once() -> None:
    out = estimate(town(up=np.array([[0.0, 0.0], [0.0, 0.0]])))
    assert (out.low, out.likely, out.high, out.bound) == (0.0, 0.0, 0.0, False)
    part = estimate(town(up=np.array([[0.0, 1.0], [0.0, 1.0]])))
    assert part.high < estimate(town()).likely + 0.05


def test_what_nobody_knows_is_neither_nothing_nor_everything() -> None:
    on, off = estimate(town()), estimate(town(up=np.array([[1.0, 0], [1, 0]])))
    unknown = estimate(town(up=np.array([[1.0, np.nan], [1, np.nan]])))
    assert unknown.bound and not on.bound
    assert unknown.low == pytest.approx(off.low) and unknown.high == pytest.approx(on.high)


def test_a_place_of_which_nothing_is_known_says_so() -> None:
    found = estimate(known(("tv",), np.array([1000])))
    assert found.bound and found.low == 0.0 and found.high > 0.99


def test_nobody_lives_there() -> None:
    found = estimate(known(("tv",), np.array([0])))
    assert np.isnan(found.low) and found.bound


def test_a_stratum_has_its_own() -> None:
    here = town(heard=np.array([[[190, 100], [10, 10]]]), anyone=np.array([[195, 15]]))
    first, second = (
        estimate(here, PRIOR, np.array([1.0, 0])),
        estimate(here, PRIOR, np.array([0, 1.0])),
    )
    assert second.high < first.low


def test_proofs_are_a_floor() -> None:
    proven = estimate(town(proven=np.array([3990, 1990])))
    assert proven.low >= 5980 / 6000


def test_missing_proofs_are_made_up_for_by_their_rate() -> None:
    said = {
        "asked": np.array([[500]]), "heard": np.array([[[350]]]), "anyone": np.array([[350]]),
        "returned": np.array([[2000, 1400]]), "confirmed": np.array([[4200]]),
        "proven": np.array([4200]),
    }  # fmt: skip
    here = known(("sms",), np.array([10_000]), **said)
    found = estimate(here)
    assert found.low < 4200 / 10_000 / 0.7 < found.high and found.low > 0.42
    silent = estimate(replace(here, confirmed=np.array([[-1]])))
    assert found.high - found.low < silent.high - silent.low


def test_proofs_that_contradict_the_tests_stand() -> None:
    said = {
        "asked": np.array([[5000] * 3]).T, "heard": np.full((3, 1, 1), 4900),
        "anyone": np.full((3, 1), 4900), "returned": np.array([[5000, 4950]]),
        "confirmed": np.array([[100]]), "proven": np.array([100]),
    }  # fmt: skip
    found = estimate(known(("sms",), np.array([10_000]), **said))
    assert found.high < 0.2


def test_people_with_two_proofs_tell_of_the_overlap() -> None:
    said = {
        "returned": np.array([[3000, 2400], [3000, 2400]]),
        "confirmed": np.array([[4000, 4000]]),
    }
    found = [
        estimate(known(("sms", "app"), np.array([10_000]), proven=np.array([n]), **said))
        for n in (4800, 6400, 7900)
    ]
    # 0.5 of the people by each channel: nested 0.5 in all, independent 0.75, apart 1.0
    assert found[0].likely < 0.6 and 0.7 < found[1].likely < 0.8 and found[2].likely > 0.9


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=4))
def test_united_proofs_lie_between_nested_and_apart(pairs: list[tuple[float, float]]) -> None:
    p, q = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    nested, apart, most = thinned(p, q)
    assert nested <= apart + 1e-12 and apart <= most + 1e-12
    whole = thinned(p, np.ones(len(p)))
    ends = [union(p, np.float64(t)) for t in (1, 0, -1)]
    assert [float(x) for x in whole] == pytest.approx([float(x) for x in ends])


@settings(max_examples=40)
@given(st.data())
def test_reach_lies_within_frechet_of_its_own_draw(data: Any) -> None:
    c, i = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    shares = st.floats(0, 1) | st.just(np.nan)
    grid = data.draw(st.lists(shares, min_size=2 * c * i, max_size=2 * c * i))
    values = np.array(grid).reshape(2, i, c)
    people = np.array(data.draw(st.lists(st.integers(1, 9999), min_size=i, max_size=i)))
    here = known(tuple("abcd"[:c]), people, declared=values[0], up=values[1])
    for missing in (0.0, 1.0):
        draws = draw(here, missing, QUICK)
        assert np.isfinite(draws.reach).all() and (draws.weight >= 0).all()
        least, most = frechet(np.moveaxis(draws.p, 0, -1))
        reach = draws.overlap.union(np.moveaxis(draws.p, 0, -1))
        assert (reach >= least - 1e-9).all() and (reach <= most + 1e-9).all()
    found = estimate(here, QUICK)
    assert 0 <= found.low <= found.high <= 1
    unknown = np.isnan(values[1]) | (np.isnan(values[0]) & (values[1] != 0))
    assert found.bound == bool(unknown.any())


# the parts


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(-1, 1), st.floats(-1, 1))
def test_more_overlap_never_reaches_more(p: list[float], s: float, t: float) -> None:
    shares, (low, high) = np.array(p), sorted((s, t))
    assert union(shares, np.float64(high)) <= union(shares, np.float64(low)) + 1e-12


def test_overlap_is_learned_from_any_of_them() -> None:
    asked, heard = np.array([600]), np.array([[300, 300]])
    centre = [float(INDEX @ learned(prior(), asked, heard, np.array([k]))) for k in (310, 450, 590)]
    assert centre[0] > 0.7 and abs(centre[1]) < 0.2 and centre[2] < -0.5
    unasked = learned(prior(), np.array([0]), np.array([[0, 0]]), np.array([0]))
    assert np.allclose(unasked, prior())
    assert -1 <= quantile(prior(), np.array([0.0]))[0] < quantile(prior(), np.array([1.0]))[0] <= 1


@given(st.integers(1, 400), st.floats(0, 1))
def test_calibration_is_a_distribution(asked: int, part: float) -> None:
    share = calibrate(np.array([asked]), np.array([round(part * asked)]))
    assert share.cdf[0] == 0 and share.cdf[-1] == pytest.approx(1)
    assert (np.diff(share.cdf) >= 0).all()
    at = (np.arange(20_000) + 0.5) / 20_000
    assert np.mean(share.quantile(at)) == pytest.approx(share.mean, abs=2e-3)
    middle = (GRID[1:] + GRID[:-1]) / 2
    assert share.density(middle) @ np.diff(GRID) == pytest.approx(1)
    assert share.density(np.array([-0.1, 1.1])).tolist() == [0, 0]


def test_days_that_differ_widen_it() -> None:
    alike = calibrate(np.array([300, 300]), np.array([210, 210]))
    apart = calibrate(np.array([300, 300]), np.array([150, 270]))
    ends = np.array([0.05, 0.95])
    assert np.diff(apart.quantile(ends))[0] > 1.5 * np.diff(alike.quantile(ends))[0]


def test_a_stated_share_gives_way_to_tests() -> None:
    none = np.zeros(0, np.int64)
    stated = calibrate(none, none, declared=0.95)
    assert stated.mean > 0.75
    assert calibrate(np.array([400]), np.array([200]), declared=0.95).mean < 0.6
    assert calibrate(none, none).mean == pytest.approx(0.5, abs=0.01)


def test_impossible_surveys_are_refused() -> None:
    with pytest.raises(ValueError, match="more people heard"):
        calibrate(np.array([10]), np.array([11]))
    with pytest.raises(ValueError, match="heard: shape"):
        town(heard=np.zeros((1, 3, 2), np.int64))


def test_draws_are_even_and_not_alike() -> None:
    at = spread(1000, 3)
    assert np.array_equal(np.sort(at, axis=1), np.tile((np.arange(1000) + 0.5) / 1000, (3, 1)))
    assert abs(np.corrcoef(at)[np.triu_indices(3, 1)]).max() < 0.1
    assert not np.array_equal(at[0], spread(1000, 1, key=1)[0])


def test_weighted_quantiles_are_those_of_repeated_values() -> None:
    values, weight = np.array([5.0, 1, 3]), np.array([2.0, 1, 7])
    plain = np.sort(np.repeat(values, weight.astype(int)))
    assert weighted(values, weight, (0.5,))[0] == pytest.approx(np.median(plain), abs=0.7)
