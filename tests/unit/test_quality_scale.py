"""What is usual, in counts: the quantile that is kept is the one that would be looked for."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import quality_scale
from ingest.quality_scale import BINS, learn, learn_at, quantile, quantile_at

SIZES = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), max_size=60)


@settings(max_examples=200)
@given(SIZES, st.sampled_from([0.05, 0.5, 0.95]))
def test_the_kept_quantile_is_the_one_looked_for(sizes: list[float], share: float) -> None:
    kept, looked = np.zeros((2, BINS + 1), np.int32)
    at = np.zeros(2, np.int64)
    assert quantile_at(kept, at) == 0.0
    for size in sizes:
        learn_at(kept, at, share, size)
        learn(looked, size)
        assert kept.tolist() == looked.tolist()
        assert quantile_at(kept, at) == quantile(looked, share)


def test_it_stays_so_when_half_is_forgotten() -> None:
    rng = np.random.default_rng(20261122)  # noqa: TID251 - chance for tests, by a stated seed
    counts, at = np.zeros(BINS + 1, np.int32), np.zeros(2, np.int64)
    sizes = rng.lognormal(0, 3, 2000) * np.linspace(1, 1000, 2000)
    counts[:BINS] = rng.integers(0, 980, BINS)
    counts[BINS] = counts[:BINS].sum()
    assert counts[BINS] < quality_scale.FULL
    halved = 0
    for size in sizes.tolist():
        before = int(counts[BINS])
        learn_at(counts, at, 0.95, size)
        halved += counts[BINS] < before
        assert quantile_at(counts, at) == quantile(counts, 0.95)
    assert halved
