"""The exact union equals Python's sets, whatever the receipts do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.coverage.proof import PROVES, proves, share_reached, with_played
from dissemination.coverage.register import NEVER, Reached, Register, shares
from tongluo.core.words import DeliveryState

CHANNELS = ("sms", "app", "warden")
MINUTES = 40


@st.composite
def registers(draw: Any) -> tuple[list[int], list[int]]:
    count = draw(st.integers(1, 300))
    areas = st.lists(st.integers(0, 5), min_size=count, max_size=count)
    strata = st.lists(st.integers(0, 3), min_size=count, max_size=count)
    return draw(areas), draw(strata)


def receipts(people: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    one = st.tuples(st.sampled_from(CHANNELS), st.integers(0, people - 1), st.integers(-3, 50))
    return st.lists(one, max_size=400)


def built(area: list[int], stratum: list[int]) -> Reached:
    return Reached(Register.of(np.array(area), np.array(stratum)), CHANNELS)


def feed(reached: Reached, told: list[tuple[str, int, int]]) -> None:
    for channel in CHANNELS:
        some = [(person, minute) for name, person, minute in told if name == channel]
        who = np.array([person for person, _ in some], np.int64)
        reached.add(channel, who, np.array([minute for _, minute in some], np.int64))


def by_cell(reached: Reached, who: set[int], area: list[int], stratum: list[int]) -> list[int]:
    r = reached.register
    cells = list(zip(r.area.tolist(), r.stratum.tolist(), strict=True))
    return [sum((area[p], stratum[p]) == cell for p in who) for cell in cells]


@given(st.data())
def test_union_equals_sets(data: Any) -> None:
    area, stratum = data.draw(registers())
    told = data.draw(receipts(len(area)))
    reached = built(area, stratum)
    feed(reached, told)
    sets = {name: {p for n, p, _ in told if n == name} for name in CHANNELS}
    everybody = set().union(*sets.values())
    assert reached.confirmed().tolist() == by_cell(reached, everybody, area, stratum)
    two = sets["sms"] | sets["warden"]
    assert reached.confirmed("sms", "warden").tolist() == by_cell(reached, two, area, stratum)
    assert reached.unreached().tolist() == sorted(set(range(len(area))) - everybody)


@given(st.data())
def test_curve_equals_sets_minute_by_minute(data: Any) -> None:
    area, stratum = data.draw(registers())
    told = data.draw(receipts(len(area)))
    reached = built(area, stratum)
    feed(reached, told)
    curve = reached.curve(MINUTES)
    for minute in (0, 1, 17, MINUTES - 1):
        who = {person for _, person, at in told if at <= minute}
        assert curve[minute].tolist() == by_cell(reached, who, area, stratum)


@given(st.data())
def test_order_and_repeats_do_not_matter(data: Any) -> None:
    area, stratum = data.draw(registers())
    told = data.draw(receipts(len(area)))
    cut = data.draw(st.integers(0, len(told)))
    once, parts = built(area, stratum), built(area, stratum)
    feed(once, told)
    for some in (told[cut:], told[:cut], told[cut:]):
        feed(parts, some)
    assert np.array_equal(once.curve(MINUTES), parts.curve(MINUTES))
    assert np.array_equal(once.bits(), parts.bits())


def test_a_late_receipt_changes_the_past() -> None:
    reached = built([0, 0], [0, 0])
    reached.add("sms", np.array([0]), np.array([9]))
    assert reached.curve(10)[:, 0].tolist() == [0] * 9 + [1]
    reached.add("app", np.array([0]), np.array([4]))
    assert reached.curve(10)[:, 0].tolist() == [0] * 4 + [1] * 6
    assert reached.confirmed().tolist() == [1]


def test_times_far_off_stay_in_the_history() -> None:
    reached = built([0], [0])
    reached.add("sms", np.array([0]), np.array([10 * NEVER]))
    assert reached.confirmed().tolist() == [1]
    assert reached.curve(NEVER)[-2:, 0].tolist() == [0, 1]


def test_cells_of_exactly_one_word_and_one_more() -> None:
    area = [0] * 64 + [1] * 65 + [2]
    reached = built(area, [0] * len(area))
    reached.add("sms", np.arange(130), np.zeros(130, np.int64))
    assert reached.confirmed().tolist() == [64, 65, 1]
    assert reached.register.words == 4
    assert reached.unreached().tolist() == []


def test_unknown_channel_and_empty_register_are_refused() -> None:
    with pytest.raises(ValueError):
        built([0], [0]).add("tv", np.array([0]), np.array([0]))
    with pytest.raises(ValueError, match="without people"):
        built([], [])


def test_shares_by_stratum() -> None:
    reached = built([0, 0, 1, 1], [0, 1, 0, 1])
    reached.add("sms", np.array([0, 2, 3]), np.array([0, 0, 0]))
    r = reached.register
    assert shares(r.people, reached.confirmed(), r.stratum).tolist() == [1.0, 0.5]
    assert shares(r.people, reached.confirmed(), r.area).tolist() == [0.5, 1.0]
    assert np.isnan(shares(np.array([0]), np.array([0]), np.array([0]))).all()


def test_only_delivered_and_acknowledged_prove_a_person() -> None:
    proven = {state for state in DeliveryState if proves(state)}
    assert proven == {DeliveryState.DELIVERED, DeliveryState.ACKNOWLEDGED}
    assert set(PROVES) == {state.value for state in proven}


@pytest.mark.parametrize("state", ["handed_over", "accepted", "failed", "expired", "queued"])
def test_what_proves_nothing_counts_as_nobody(state: str) -> None:
    assert share_reached(state) == share_reached(state, 0.9) == 0.0


def test_unknown_stays_unknown_and_played_needs_an_audibility() -> None:
    assert np.isnan(share_reached("unknown", 0.9))
    assert np.isnan(share_reached("played"))
    with pytest.raises(ValueError, match="audibility"):
        share_reached("played", 1.2)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1), st.integers(0, 100))
def test_played_bounds_hold_every_overlap(
    proven: int, earshot: int, audibility: float, part: int
) -> None:
    people = 500
    low, high = with_played(people, proven, earshot, audibility)
    heard = audibility * earshot
    shared_least = max(0.0, proven + heard - people)
    shared = shared_least + part / 100 * (min(proven, heard) - shared_least)
    assert low - 1e-9 <= proven + heard - shared <= high + 1e-9
