"""Who is stranded, that somebody goes to these people at once, and which queues are waited for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dissemination.coverage.foretell import Now
from dissemination.coverage.live import Sent
from dissemination.coverage.paces import halted, paces
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.queues import Errand, Going, Orders, parts
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Policy, idle_since, step
from dissemination.coverage.stranded import due, stranded
from dissemination.coverage.ways import Tests as Surveys
from dissemination.coverage.ways import Way

WAYS = (
    Way("sms", 0.8, proof="person", pace=Pace(100, 1)),
    Way("voice", 0.7, proof="person", pace=Pace(50, 1)),
    Way("doors", 0.9, proof="person", pace=Pace(5, 2), apart=True),
)
N = NEVER
PEOPLE = People.of((np.arange(20), ["v0"] * 10 + ["v1"] * 10, ["all"] * 20, np.ones(20, int)), [])
POLICY = Policy(("voice", "doors"), wait=5, until=60)


def sent(*rows: tuple[int, int, int, int, int, int]) -> Sent:
    """Rows of (channel, person, handed, proven, failed, doubt)."""
    return Sent(*np.array(rows).T)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, 3, 1, N, 4, N)], True),
        ([(0, 3, 1, N, 6, N)], False),  # not yet
        ([(0, 3, N, N, 4, N)], False),  # expired in the queue
        ([(0, 3, 1, N, N, N)], False),  # on its way
        ([(0, 3, 1, N, N, 2)], False),  # nobody knows
        ([(0, 3, 1, N, 4, N), (1, 3, 3, N, N, N)], False),  # a call is on its way
        ([(0, 3, 1, N, 4, N), (1, 3, N, N, N, 3)], False),  # nobody knows whether one is
        ([(0, 3, 1, N, 4, N), (1, 3, 9, N, N, N)], True),  # one waits in a queue
        ([(0, 3, 1, N, 4, N), (1, 3, 3, N, 4, N)], True),
        ([(0, 3, 1, N, 4, N), (2, 3, 2, 5, N, N)], False),  # somebody was there
        ([(2, 3, 1, N, 4, N)], False),  # nobody was at home: no telephone has failed
    ],
)
def test_who_has_no_message_left_that_may_come(rows: list, expected: bool) -> None:
    others = [(0, n, 9, N, N, N) for n in range(10) if n != 3]
    found = stranded(PEOPLE, WAYS, sent(*rows, *others), 5)
    assert found[3] == expected and found.sum() == expected


def test_who_gets_no_message_where_others_do() -> None:
    rows = [(0, n, 3, N, N, N) for n in range(8)] + [(2, 9, 3, N, 4, N)]
    assert np.flatnonzero(stranded(PEOPLE, WAYS, sent(*rows), 5)).tolist() == [8, 9]
    assert not stranded(PEOPLE, WAYS, sent(*rows), 3).any(), "nothing has gone out yet"


def test_what_reaches_fewer_says_nothing_of_the_telephone() -> None:
    push = Way("push", 0.3, proof="person", pace=Pace(1000, 1))
    ways = (*WAYS[:2], push)
    waits, dead = (0, 3, 9, N, N, N), (2, 3, 1, N, 2, N)
    assert not stranded(PEOPLE, ways, sent(waits, dead), 5)[3]
    assert stranded(PEOPLE, ways, sent((1, 3, 9, N, N, N), (0, 3, 1, N, 2, N)), 5)[3]


def test_wardens_are_called_up_once_in_a_while_and_not_for_each() -> None:
    who, gone = np.isin(np.arange(20), [1, 2, 3, 12]), np.full(20, NEVER)
    assert due(PEOPLE, who, gone, 10, 5).tolist() == [3, 1, 0]
    gone[1] = 10
    assert due(PEOPLE, who, gone, 12, 5).tolist() == [0, 1, 0], "somebody has just been sent there"
    assert due(PEOPLE, who, gone, 15, 5).tolist() == [2, 1, 0]


def test_somebody_goes_to_them_while_the_others_are_waited_for() -> None:
    shares, works = np.full((3, 3), 0.8), np.ones((3, 3))
    begin = np.full((3, 3), np.inf)
    begin[:, 0] = 4.0
    few = np.array([3, 0, 0])

    def orders(reach: float, works: np.ndarray = works, few: np.ndarray = few) -> list:
        now = step(PEOPLE, WAYS, shares, np.full(3, reach), POLICY, 5, begin, works, None, few)
        return [(o.cell, o.channel, o.stranded) for o in now.orders]

    assert orders(0.5) == [(0, "doors", True)]
    assert orders(0.96) == [], "their area has met its target"
    assert orders(0.5, works * [1, 1, 0]) == [], "nobody gets there"
    assert orders(0.5, few=np.zeros(3, int)) == []


def test_their_messages_are_not_waited_for() -> None:
    rows = sent((0, 1, 1, 2, N, N), (0, 2, 1, N, 2, N), (1, 2, 50, N, N, N), (1, 3, 8, 9, N, N))
    begin = np.full((3, 3), np.inf)
    begin[0, :2] = 0, 7
    aside = np.arange(20) == 2
    with_them, without = (
        idle_since(PEOPLE, WAYS, rows, None, 10, begin, POLICY, one)[0, 1] for one in (None, aside)
    )
    assert (with_them, without) == (17.0, 8.0)


def test_a_queue_that_moves_is_waited_for_and_one_that_stands_is_not() -> None:
    """Ten of twenty are out by minute 10, one a minute; the rest by minute 20."""
    rest = [(0, n, N, N, N, N) for n in range(10, 20)]
    moving = sent(*((0, n, n, N, N, N) for n in range(10)), *rest)
    stands = sent(*((0, n, 0, N, N, N) for n in range(10)), *rest)
    begin = np.full((3, 3), np.inf)
    begin[:2, 0] = 0
    policy = replace(POLICY, stuck=7, queue=20)

    def waits(rows: Sent, policy: Policy = policy) -> float:
        return float(idle_since(PEOPLE, WAYS, rows, None, 10, begin, policy)[1, 0])

    assert waits(moving) == 10, "until now"
    assert waits(stands) == 2, "stuck since"
    assert waits(moving, replace(policy, queue=19)) == 2, "it would take too long"
    assert idle_since(PEOPLE, WAYS, moving, None, 10, begin, policy)[0, 0] == 9, "all out there"
    never = np.full((3, 3), np.inf)
    assert np.isinf(idle_since(PEOPLE, WAYS, moving, None, 10, never, policy)).all()


def queue(*errands: Errand, pace: float = 1.0) -> np.ndarray:
    """(minutes) part of the first cell that was asked at; the rest is sent to at minute 20."""
    begin = np.full((3, 3), np.inf)
    begin[0, 2] = 20
    sends = np.zeros((3, 3), int)
    sends[0, 2] = 50
    going = Going(paces=np.full((3, 3), pace))
    return parts(PEOPLE, WAYS, Orders(begin, sends, errands), 60, going)[0][2, 0]


def test_an_errand_is_done_before_the_rest_and_counts_for_its_part() -> None:
    alone, some = queue(), queue(Errand(0, 2, 0, 25, 0.6))
    assert alone[21] == 0 and alone[26] == pytest.approx(0.5) and alone[-1] == 1
    assert some[6] == pytest.approx(0.6) and some[21] == pytest.approx(0.6)
    assert some[26] == pytest.approx(0.8) and some[-1] == pytest.approx(1)
    more = queue(Errand(0, 2, 0, 25, 0.9), Errand(0, 2, 6, 25, 0.6))
    assert more[6] == pytest.approx(0.6) and more[-1] == pytest.approx(1), "than was thought"
    late = queue(Errand(0, 2, 0, 150, 0.6))
    assert late[26] < 0.6, "the rest stands behind it in the queue"
    assert queue(pace=0.5)[26] == pytest.approx(0.25)
    assert queue(Errand(1, 2, 0, 25, 1.0)).tolist() == alone.tolist(), "another area's wardens"


def test_wardens_are_as_fast_as_they_were_seen_to_be() -> None:
    people = People.of((np.arange(400), ["v0"] * 200 + ["v1"] * 200, ["all"] * 400,
                        np.ones(400, int)), [])  # fmt: skip
    slow = [(2, n, 1, 8 + n // 2, N, N) for n in range(40)]  # 2 doors a minute of 5
    slow += [(2, n, 1, N, N, N) for n in range(40, 200)]
    found = paces(people, WAYS, sent(*slow), 27)
    assert found[2, 0] == pytest.approx(0.45, abs=0.07) and found[2, 0] < found[2, 1] < 0.8
    assert (found[:2] == 1).all()
    idle = [(2, n, 1, 8 + n // 5, N, N) for n in range(40)]  # all done long ago
    assert paces(people, WAYS, sent(*idle), 200)[2, 0] == pytest.approx(1, abs=0.15)
    halted = paces(people, WAYS, sent(*slow[:4], *slow[40:]), 47)[2, 0]
    assert halted < 0.2, "nothing has come for half an hour"
    assert paces(people, WAYS, sent((2, 0, 1, N, N, N)), 27)[2].tolist() == [1, 1, 1]


def test_gateways_are_as_fast_as_they_were_seen_to_be() -> None:
    people = People.of((np.arange(400), ["v0"] * 400, ["all"] * 400, np.ones(400, int)), [])
    goes = sent(*((0, n, n // 25 if n < 300 else N, N, N, N) for n in range(400)))
    assert paces(people, WAYS, goes, 12)[0, 0] == pytest.approx(0.25, abs=0.01)
    assert paces(people, WAYS, goes, 12, told=("sms",))[0, 0] == 1
    assert paces(people, WAYS, goes, 40)[0, 0] == pytest.approx(0.25, abs=0.01), "while it went"
    assert halted(WAYS, goes, 12) == {} and halted(WAYS, goes, 16) == {}
    assert halted(WAYS, goes, 17) == {"sms": 12}
    done = sent(*((0, n, n // 25, N, N, N) for n in range(300)))
    assert halted(WAYS, done, 40) == {}
    assert paces(people, WAYS, done, 40)[0, 0] == pytest.approx(0.25, abs=0.01)


def test_errands_are_told_apart_from_the_turn_of_a_cell() -> None:
    rows = sent((0, 1, 0, N, 2, N), (0, 2, 0, 1, N, N), (2, 1, 5, N, N, N), (2, 3, 9, N, N, N))
    begin = np.full((3, 3), np.inf)
    begin[0, 0] = 0
    here = Now(PEOPLE, WAYS, rows, None, 10, np.ones((3, 3)), np.ones(3), Surveys(), begin)
    assert here.errands == [(0, 2, 5, 1), (0, 2, 9, 1)]
    assert here.sends[0].tolist() == [2, 0, 0]
    begin[0, 2] = 8
    assert here.errands == [(0, 2, 5, 1)] and here.sends[0].tolist() == [2, 0, 1]
