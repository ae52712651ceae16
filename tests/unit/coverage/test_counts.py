"""Counts of wardens against every way in which they can overlap, on small towns."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.coverage.counts import Count, bounds
from tongluo.coverage.counted import within

ATOMS = 4
GROUPS = [[0, 1, 2, 3], [0, 1], [2, 3], [0], [1], [2], [3]]
"""An area, its two villages, their groups."""


def every_way(people: list[int], proven: list[int], counts: list[tuple[list[int], int, int]],
              chosen: list[int]) -> tuple[int, int]:  # fmt: skip
    """Least and most reached among the chosen, over all sets of people that could be counted."""
    who = [a for a, n in enumerate(people) for _ in range(n)]
    sure, seen = set[int](), [0] * len(people)
    for n, a in enumerate(who):
        if seen[a] < proven[a]:
            sure.add(n)
        seen[a] += 1
    choices = []
    for group, least, most in counts:
        mine = [n for n, a in enumerate(who) if a in group]
        sizes = range(min(least, len(mine)), min(most, len(mine)) + 1)
        choices.append([set(c) for size in sizes for c in combinations(mine, size)])
    found = [
        sum(who[n] in chosen for n in sure.union(*some)) for some in product(*choices)
    ]  # fmt: skip
    return min(found), max(found)


@st.composite
def towns(draw: Any) -> Any:
    people = draw(st.lists(st.integers(0, 2), min_size=ATOMS, max_size=ATOMS))
    proven = [draw(st.integers(0, n)) for n in people]
    counts = []
    for group in draw(st.lists(st.sampled_from(GROUPS), max_size=3)):
        size = sum(people[a] for a in group)
        least = draw(st.integers(0, size))
        counts.append((group, least, draw(st.integers(least, size + 1))))
    chosen = draw(st.lists(st.sampled_from(range(ATOMS)), unique=True))
    return people, proven, counts, chosen


def mask(atoms: list[int]) -> np.ndarray[Any, Any]:
    return np.isin(np.arange(ATOMS), atoms)


@settings(max_examples=150, deadline=None)
@given(towns())
def test_both_ends_are_those_of_all_overlaps(town: Any) -> None:
    people, proven, counts, chosen = town
    given_ = [Count(mask(group), least, most) for group, least, most in counts]
    found = bounds(np.array(people), np.array(proven), given_, mask(chosen))
    assert found == every_way(people, proven, counts, chosen)


@settings(max_examples=100, deadline=None)
@given(towns(), st.lists(st.sampled_from(range(ATOMS)), unique=True, min_size=1), st.integers(0, 3))
def test_a_group_across_others_keeps_the_bounds_true(town: Any, group: list[int], n: int) -> None:
    people, proven, counts, chosen = town
    n = min(n, sum(people[a] for a in group))
    counts = [*counts[:2], (group, n, n)]
    given_ = [Count(mask(g), least, most) for g, least, most in counts]
    found = bounds(np.array(people), np.array(proven), given_, mask(chosen))
    least, most = every_way(people, proven, counts, chosen)
    assert found[0] <= least and most <= found[1]


@settings(max_examples=150, deadline=None)
@given(towns(), st.integers(0, 3), st.lists(st.integers(0, 9), min_size=1, max_size=2))
def test_a_count_of_an_area_around_is_exact_for_those_inside(
    town: Any, others: int, told: list[int]
) -> None:
    people, proven, counts, chosen = town
    counts, told = counts[:1], [min(n, sum(people) + others) for n in told]
    around = [([*range(ATOMS), ATOMS], n, n) for n in told]
    expected = every_way([*people, others], [*proven, 0], [*counts, *around], chosen)
    given_ = [Count(mask(group), least, most) for group, least, most in counts]
    given_ += [Count(mask([0, 1, 2, 3]), *within(n, sum(people), others)) for n in told]
    assert bounds(np.array(people), np.array(proven), given_, mask(chosen)) == expected


def test_two_counts_of_one_village_may_be_of_the_same_people_those_of_two_are_not() -> None:
    people, nobody = np.array([40, 40, 0, 0]), np.zeros(4, int)
    first, second = Count(mask([0]), 30, 30), Count(mask([0]), 25, 25)
    other = Count(mask([1]), 20, 20)
    assert bounds(people, nobody, [first, second], mask([0, 1])) == (30, 40)
    assert bounds(people, nobody, [first, other], mask([0, 1])) == (50, 50)
