"""Who is stranded, and that somebody goes to these people without waiting for the queue."""

from __future__ import annotations

import numpy as np
import pytest

from dissemination.coverage.live import Sent
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Policy, idle_since, step
from dissemination.coverage.stranded import due, stranded
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
        ([(0, 3, 1, N, N, N)], False),  # on its way
        ([(0, 3, 1, N, N, 2)], False),  # nobody knows
        ([(0, 3, 1, N, 4, N), (1, 3, 3, N, N, N)], False),  # a call is on its way
        ([(0, 3, 1, N, 4, N), (1, 3, 9, N, N, N)], True),  # one waits in a queue
        ([(0, 3, 1, N, 4, N), (1, 3, 3, N, 4, N)], True),
        ([(0, 3, 1, N, 4, N), (2, 3, 2, 5, N, N)], False),  # somebody was there
        ([(2, 3, 1, N, 4, N)], False),  # nobody was at home: no telephone has failed
    ],
)
def test_who_has_no_message_left_that_may_come(rows: list, expected: bool) -> None:
    found = stranded(PEOPLE, WAYS, sent(*rows), 5)
    assert found[3] == expected and found.sum() == expected


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
