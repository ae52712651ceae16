"""Small spikes that are told by the reading that comes back, and rises that are not doubted."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.quality_scale import BINS, learn, seldom
from tests.faults import chance, river
from tests.unit.test_quality import judged


def tide(n: int = 6000) -> np.ndarray:
    k = np.arange(n)
    wave = np.cos(2 * np.pi * k / 49.7) + 0.35 * np.cos(2 * np.pi * k / 48)
    return np.round(wave + chance(4).normal(0, 0.005, n), 3)


@pytest.mark.parametrize("size", [0.6, -0.6])
def test_a_spike_within_the_range_of_the_tide_is_told_when_it_comes_back(size: float) -> None:
    values = tide()
    assert set(judged(values)[0][1000:]) == {1}
    values[5000] += size
    flag, test = judged(values)
    assert (flag[5001], test[5001]) == (3, "spike")
    assert set(flag[1000:5000] + flag[5002:]) == {1}


def test_it_is_not_told_again_soon() -> None:
    values = tide()
    values[[5000, 5040, 5080]] += 0.6
    flag, _ = judged(values)
    assert np.flatnonzero(np.array(flag[1000:]) == 3).tolist() == [4001]


def test_a_leap_that_stays_or_goes_on_is_not_told() -> None:
    for rise in (np.full(1000, 0.6), np.minimum(0.3 * np.arange(1, 1001), 1.5)):
        values = tide()
        values[5000:] += rise
        assert set(judged(values)[0][4000:]) == {1}


def test_floods_that_have_proved_to_be_floods_are_no_longer_doubted() -> None:
    made = river(5, 8000, floods=0).value
    for n, at in enumerate(range(1500, 7500, 1000)):
        x = np.arange(len(made) - at)
        made[at:] += (1.2 - 0.05 * n) * (1 - np.exp(-(x + 1))) * np.exp(-x / 100)
    flag = np.array(judged(made)[0])
    doubted = [bool((flag[at : at + 3] == 3).any()) for at in range(1500, 7500, 1000)]
    assert doubted[0]
    assert not any(doubted[-2:])
    assert not (flag == 4).any()


def test_seldom_is_far_beyond_the_eighth_largest_and_nearer_with_a_longer_past() -> None:
    counts, before = np.zeros(BINS + 1, np.int64), np.inf
    sizes = np.abs(chance(1).normal(0, 1, 30_000))
    for stop in (100, 1000, 10_000, 30_000):
        for size in sizes[counts[BINS] : stop]:
            learn(counts, size)
        told = seldom(counts)
        assert np.sort(sizes[:stop])[-8] * 4.0 <= told < before
        before = told
