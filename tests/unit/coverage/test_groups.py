"""Channels that reach the same people, and what a warning on its way foretells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.coverage.estimate import Interval, draw, estimate
from dissemination.coverage.foretell import Now, doubtful, foretell, sure
from dissemination.coverage.groups import Overlap, grouping
from dissemination.coverage.known import Known, known
from dissemination.coverage.live import NO_SENT, Sent
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.prior import PRIOR
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Policy
from dissemination.coverage.ways import Tests as Surveys
from dissemination.coverage.ways import Way

QUICK = replace(PRIOR, draws=256)
NAMES = ("sms", "siren", "voice")


def surveyed(seed: int = 1, asked: int = 600, *, pairs: bool = True, up: object = None) -> Known:
    """Calls reach whom short messages reach; the siren anybody."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    phone, ear, answers = (dice.random(asked) < p for p in (0.75, 0.5, 0.85))
    got = np.stack([phone, ear, phone & answers], axis=1)
    said = {
        "asked": np.array([[asked]]), "heard": got.sum(axis=0)[None, None, :],
        "anyone": np.array([[got.any(axis=1).sum()]]),
    }  # fmt: skip
    if pairs:
        said["both"] = (got.T.astype(int) @ got)[None, None]
    if up is not None:
        said["up"] = np.array(up)
    return known(NAMES, np.array([20_000]), **said)


def test_pairs_in_a_survey_find_who_reaches_the_same_people() -> None:
    groups, within = grouping(surveyed(), PRIOR)
    assert groups == ((0, 2),) and within.argmax() == len(within) - 1
    assert grouping(surveyed(pairs=False), PRIOR)[0] == ()


def test_where_only_the_same_telephones_are_left_a_second_channel_adds_nobody() -> None:
    up = [[1.0, 0.0, 1.0]]
    two, one = (estimate(surveyed(pairs=p, up=up)).likely for p in (True, False))
    alone = estimate(surveyed(up=[[1.0, 0.0, 0.0]])).likely
    assert two == pytest.approx(alone, abs=0.02)
    assert one > alone + 0.05, "one index for all takes calls for further people"


def test_all_together_are_as_many_as_without_pairs() -> None:
    both, single = (estimate(surveyed(pairs=p)).likely for p in (True, False))
    assert both == pytest.approx(single, abs=0.03)


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(-1, 1), st.floats(0, 1))
def test_a_union_in_groups_lies_within_the_bounds(p: list[float], t: float, inside: float) -> None:
    shares = np.array([p])
    of = Overlap(np.array([t]), ((0, 3),), np.array([inside]))
    found = float(of.union(shares)[0])
    assert max(p) - 1e-12 <= found <= min(1.0, sum(p)) + 1e-12
    less = shares * np.array([1, 1, 1, 0])
    assert float(of.union(less)[0]) <= found + 1e-9


def test_draws_are_those_of_one_index_where_no_pairs_were_asked() -> None:
    found = draw(surveyed(pairs=False), 0.0, QUICK)
    assert found.overlap.groups == () and found.overlap.within is None


# foretelling

WAYS = (
    Way("sms", 0.8, proof="person", pace=Pace(100, 1), needs=("mobile",)),
    Way("voice", 0.6, proof="person", pace=Pace(50, 1), needs=("mobile",)),
    Way("doors", 0.9, proof="person", pace=Pace(5, 2), apart=True),
)


def place(sizes: tuple[int, ...] = (1000, 1000)) -> People:
    areas = [f"v{n}" for n, size in enumerate(sizes) for _ in range(size)]
    return People.of((np.arange(len(areas)), areas, ["all"] * len(areas), np.ones(len(areas), int)),
                     [])  # fmt: skip


def out(people: People, part: dict[int, float], minute: int = 0) -> Sent:
    """Short messages to everybody in some cells, and proofs of a part of them."""
    person = np.flatnonzero(np.isin(people.cell, list(part)))
    rank = np.concatenate([np.arange((people.cell == cell).sum()) for cell in sorted(part)])
    share = np.array([part[cell] for cell in people.cell[person]])
    proven = np.where(rank < share * people.people[people.cell[person]], minute + 1, NEVER)
    never = np.full(len(person), NEVER)
    handed = np.full(len(person), minute)
    return Sent(np.zeros(len(person), int), person, handed, proven, never, never)


def now(people: People, sent: Sent, works: np.ndarray, minute: int = 10) -> Now:
    begin = np.full((len(people.people), 3), np.inf)
    begin[:, 0] = 0
    return Now(people, WAYS, sent, None, minute, works, np.ones(3), Surveys(), begin)


def test_a_supply_in_doubt_works_for_so_many_as_proofs_came() -> None:
    people = place()
    shares, works = np.tile([0.8, 0.6, 0.9], (3, 1)), np.ones((3, 3))
    works[1, :2] = np.nan
    found = doubtful(now(people, out(people, {0: 0.8, 1: 0.4}), works), shares, np.ones(3))
    assert found[1, 0] == pytest.approx(0.5, abs=0.01)
    assert found[1, 1] == found[1, 0], "a call needs the same network"
    assert found[0].tolist() == [1, 1, 1] and found[1, 2] == 1


def test_a_supply_in_doubt_stays_unknown_while_too_little_is_out() -> None:
    people = place()
    works = np.ones((3, 3))
    works[1, :2] = np.nan
    shares = np.tile([0.8, 0.6, 0.9], (3, 1))
    for sent in (NO_SENT, out(people, {0: 0.8}), out(people, {1: 0.4}, minute=8)):
        found = doubtful(now(people, sent, works), shares, np.ones(3))
        assert np.isnan(found[1, :2]).all()


def test_a_cell_without_messages_takes_the_mean_of_those_in_the_same_doubt() -> None:
    people = place((1000, 1000, 1000))
    works, shares = np.ones((4, 3)), np.tile([0.8, 0.6, 0.9], (4, 1))
    works[1:3, :2] = np.nan
    found = doubtful(now(people, out(people, {0: 0.8, 1: 0.4}), works), shares, np.ones(3))
    assert found[2, 0] == pytest.approx(0.5, abs=0.01)


def test_a_time_is_told_only_where_the_curve_is_steep_and_nothing_in_doubt() -> None:
    steep = [Interval(s, s, s) for s in np.linspace(0, 1, 60)]
    flat = [Interval(s, s, s) for s in 0.91 - 0.91 * 0.93 ** np.arange(1, 200)]
    assert sure(steep, 0.9) and not sure(flat, 0.9)
    assert not sure([replace(one, bound=True) for one in steep], 0.9)
    assert not sure(steep[:50], 0.9), "never met: no time at all"


def test_what_the_policy_will_add_is_in_what_is_foretold() -> None:
    people, works = place(), np.ones((3, 3))
    here = now(people, out(people, {0: 0.7, 1: 0.7}), works)
    added = foretell(here, Policy(("doors",), wait=5, stuck=20, until=400), (0.9,), 400)
    alone = foretell(here, Policy((), wait=5, stuck=20, until=400), (0.9,), 400)
    assert alone.curve[-1].likely < 0.9 < added.curve[-1].likely
    assert np.isinf(alone.times[0.9].likely) and np.isfinite(added.times[0.9].likely)
