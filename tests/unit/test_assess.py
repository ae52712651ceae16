"""From verdicts to the level of an area: raised at once, lowered late, never by not knowing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import MINUTE
from tongluo.core.words import Hazard
from tongluo.warning.assess import Assessor, Change
from tongluo.warning.question import Member, Question

HOLD = 30 * MINUTE


class Area:
    """One question; times in minutes. Holds that are due are ended before each verdict."""

    def __init__(self, members: int = 1, quorum: float = 0.5, caps: dict[int, int] | None = None):
        caps = caps or {}
        found = tuple(Member("d", n, f"rule {n}", caps.get(n, 4)) for n in range(members))
        self.assessor = Assessor([Question("a", Hazard.RIVER_FLOOD, found, HOLD, quorum)])

    def at(self, minute: int, level: int, member: int = 0, cause: str = "verdict") -> list[Change]:
        self.wait(minute)
        return self.assessor.verdict(("d", member), level, minute * MINUTE, cause)

    def wait(self, minute: int) -> list[Change]:
        done = []
        while 0 in self.assessor.waiting and self.assessor.due(0) <= minute * MINUTE:
            done.append(self.assessor.release(0, self.assessor.due(0)))
        return done

    @property
    def level(self) -> int:
        return self.assessor.answers[0].level


def test_raised_at_once() -> None:
    a = Area()
    assert [(c.before, c.after) for c in a.at(0, 0)] == [(-1, 0)]
    assert [(c.before, c.after) for c in a.at(1, 3)] == [(0, 3)]
    assert [(c.before, c.after) for c in a.at(2, 4)] == [(3, 4)]


def test_lowered_after_the_hold() -> None:
    a = Area()
    a.at(0, 3)
    assert a.at(1, 0) == []
    assert a.wait(30) == []
    assert [(c.time, c.before, c.after, c.cause) for c in a.wait(31)] == [
        (31 * MINUTE, 3, 0, "hold")
    ]


def test_reached_again_the_hold_starts_anew() -> None:
    a = Area()
    a.at(0, 3)
    a.at(1, 0)
    a.at(20, 3)
    a.at(21, 0)
    a.wait(50)
    assert a.level == 3
    a.wait(51)
    assert a.level == 0


def test_falls_to_the_highest_seen_in_the_hold_and_holds_again_from_there() -> None:
    a = Area()
    a.at(0, 4)
    a.at(1, 1)
    a.at(10, 2)
    a.at(20, 0)
    assert [(c.time // MINUTE, c.after) for c in a.wait(200)] == [(31, 2), (61, 0)]


def test_not_knowing_ends_a_hold_and_lowers_nothing() -> None:
    a = Area()
    a.at(0, 3)
    a.at(1, 0)
    assert a.at(10, -1, cause="silence") == []
    assert a.wait(500) == []
    assert a.level == 3
    a.at(501, 0)
    assert [c.time // MINUTE for c in a.wait(600)] == [531]


def test_the_highest_sensor_speaks() -> None:
    a = Area(members=3)
    a.at(0, 1, member=0)
    a.at(1, 3, member=2)
    assert a.level == 3
    a.at(2, 2, member=1)
    a.at(3, 0, member=2)
    a.wait(33)
    assert a.level == 2


@pytest.mark.parametrize(
    ("quorum", "known", "level"),
    [(0.5, 1, -1), (0.5, 2, 0), (1.0, 3, -1), (1.0, 4, 0), (0.0, 0, -1), (0.0, 1, 0)],
)
def test_none_needs_its_quorum(quorum: float, known: int, level: int) -> None:
    a = Area(members=4, quorum=quorum)
    for n in range(known):
        a.at(n, 0, member=n)
    assert a.level == level


def test_one_sensor_is_enough_to_raise_whatever_the_quorum() -> None:
    a = Area(members=4, quorum=1.0)
    a.at(0, 1, member=3)
    assert a.level == 1


def test_none_is_lost_with_its_quorum() -> None:
    a = Area(members=2, quorum=1.0)
    a.at(0, 0, member=0)
    a.at(0, 0, member=1)
    changed = a.at(5, -1, member=1, cause="silence")
    assert [(c.before, c.after, c.cause) for c in changed] == [(0, -1, "silence")]


def test_a_capped_rule_raises_no_higher_alone() -> None:
    a = Area(members=2, caps={0: 2})
    a.at(0, 4, member=0)
    assert a.level == 2
    a.at(1, 3, member=1)
    assert a.level == 3


def test_a_person_sets_a_level_and_verdicts_may_raise_it_again() -> None:
    a = Area()
    a.at(0, 2)
    change = a.assessor.set(0, 0, 5 * MINUTE)
    assert (change.before, change.after, change.cause) == (2, 0, "act")
    a.at(6, 3)
    assert a.level == 3


def test_a_persons_act_ends_a_running_hold() -> None:
    a = Area()
    a.at(0, 3)
    a.at(1, 0)
    a.assessor.set(0, 4, 5 * MINUTE)
    assert a.wait(500) == []
    assert a.level == 4


def test_a_sensor_falling_silent_does_not_undo_a_persons_act() -> None:
    a = Area(members=2)
    a.at(0, 2, member=0)
    a.at(0, 0, member=1)
    a.assessor.set(0, 0, 5 * MINUTE)
    assert a.at(6, -1, member=1, cause="silence") == []


def test_a_level_that_a_person_raised_stays_until_a_person_lowers_it() -> None:
    a = Area()
    a.at(0, 0)
    a.assessor.set(0, 4, 5 * MINUTE)
    a.at(6, -1, cause="silence")
    a.at(7, 0)
    assert a.wait(500) == []


STEPS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(-1, 4)), min_size=1, max_size=80
)


@settings(max_examples=200, deadline=None)
@given(STEPS, st.sampled_from([0.0, 0.5, 1.0]))
def test_the_level_is_the_highest_of_the_hold(
    steps: list[tuple[int, int, int]], quorum: float
) -> None:
    """At each moment: at least what the verdicts say, and what they said in the last 30 min."""
    a, now, said = Area(members=3, quorum=quorum), 0, []
    for passed, member, level in steps:
        now += passed
        before = a.level
        a.at(now, level, member)
        together = a.assessor.level_of(0, 0)
        said.append((now, together))
        assert a.level >= together or together <= 0
        if before >= 1 and a.level < before:
            since = now - HOLD // MINUTE
            recent = [x for t, x in said[:-1] if t > since]
            assert all(x <= max(a.level, together, 0) for x in recent)  # NONE to UNKNOWN is no fall
        if together == -1 and before < 1:
            assert a.level == -1
