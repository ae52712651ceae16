"""Rates: never more in any span than a gateway takes, nearly as many as it would, lanes kept."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from tongluo.core.rate import PERIODS, Rate
from tongluo.daemon.pace import Bucket, filled, patience, ready, spent

RATES = st.builds(Rate, st.integers(1, 2000), st.sampled_from(sorted(PERIODS.values())))
STEPS = st.lists(st.tuples(st.integers(-50, 5000), st.integers(0, 40)), min_size=1, max_size=200)


@given(rate=RATES, steps=STEPS)
def test_in_no_span_more_than_the_rate(rate: Rate, steps: list[tuple[int, int]]) -> None:
    """Whoever asks, however often, also when the clock goes back."""
    bucket, now, sent = Bucket(rate, 0), 0, []
    for pause, wish in steps:
        now = max(0, now + pause)
        bucket = filled(bucket, now)
        count = min(wish, ready(bucket))
        bucket = spent(bucket, count)
        sent += [now] * count
    forward = all(pause >= 0 for pause, _ in steps)
    if forward:
        for n, start in enumerate(sent):
            assert bisect_left(sent, start + rate.period) - n <= rate.count


@given(rate=RATES, cost=st.integers(1, 10))
def test_who_waits_as_told_is_served_and_keeps_nearly_the_rate(rate: Rate, cost: int) -> None:
    bucket, now, served = Bucket(rate, 0, least=cost), 0, 0
    for _ in range(100):
        now += patience(bucket, cost)
        bucket = filled(bucket, now)
        assert ready(bucket) >= cost
        bucket = spent(bucket, cost)
        served += cost
    lost = bucket.room / rate.count + 100 / max(1, now)  # the bucket's share; whole ms
    if rate.count > cost:
        assert served >= rate.count * now / rate.period * (1 - lost) - cost


@given(rate=RATES, debt=st.integers(1, 50))
def test_what_took_more_than_was_thought_is_waited_for(rate: Rate, debt: int) -> None:
    bucket = spent(filled(Bucket(rate, 0), 10**12), ready(filled(Bucket(rate, 0), 10**12)) + debt)
    wait = patience(bucket, 1)
    assert ready(filled(bucket, bucket.at + wait)) >= 1
    assert ready(filled(bucket, bucket.at + wait - 1)) == 0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = filled(Bucket(Rate(10, 1000), 0), 1000)
    assert ready(filled(spent(bucket, 1), 0)) == 0


@given(rate=st.builds(Rate, st.integers(1, 500), st.integers(100, 5000)), idle=st.booleans())
def test_who_takes_all_he_can_gets_no_more_than_the_rate_and_not_much_less(
    rate: Rate, idle: bool
) -> None:
    """The worst that can happen: a full bucket, and a hand out at every moment."""
    now = 10 * rate.period if idle else 0
    bucket, sent = Bucket(rate, 0), []
    while now < 13 * rate.period and (idle or now < 3 * rate.period):
        bucket = filled(bucket, now)
        sent += [now] * ready(bucket)
        bucket = spent(bucket, ready(bucket))
        now += patience(bucket, 1)
    spans = [bisect_left(sent, start + rate.period) - n for n, start in enumerate(sent)]
    assert max(spans) <= rate.count
    if rate.count <= rate.period // 4:  # time has whole ms
        assert max(spans) >= rate.count * 0.7 - 1
