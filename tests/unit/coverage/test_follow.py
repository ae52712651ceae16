"""What a policy of escalation will do, as foretold: when, by which channel, and for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dissemination.coverage import live
from dissemination.coverage.follow import Course, follow
from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.queues import Errand, Going, Orders
from dissemination.coverage.steps import Policy
from dissemination.coverage.ways import Tests as Surveys
from dissemination.coverage.ways import Way

SMS = Way("sms", 0.8, proof="person", pace=Pace(100))
VOICE = Way("voice", 0.75, proof="person", pace=Pace(50))
DOORS = Way("doors", 0.9, proof="person", pace=Pace(5, 2), apart=True)
POLICY = Policy(("voice", "doors"), wait=5, stuck=20, until=300)


def asked(ways: tuple[Way, ...], people: int = 20_000) -> Surveys:
    """Surveys that leave hardly a doubt of what the channels reach."""
    heard = np.array([way.reach * people for way in ways]).astype(int)
    return Surveys((("far", "all"),), np.array([[people]]), heard[None, None],
                   np.array([[people]]))  # fmt: skip


def place(people: int) -> People:
    every = np.arange(people)
    return People.of((every, ["v0"] * people, ["all"] * people, np.ones(people, int)), [])


def foreseen(
    people: int, ways: tuple[Way, ...] = (SMS, VOICE, DOORS), policy: Policy = POLICY, **more: Any
) -> tuple[F8, I8, list[Errand]]:
    """(begin, sends, errands) from minute 5 on; messages go to all at minute 0."""
    here = place(people)
    size = (2, len(ways))
    found = live.standing(here, ways, live.NO_SENT, None, 0, np.ones(size), np.ones(len(ways)),
                          asked(ways))  # fmt: skip
    known = replace(found.least, up=np.ones(size))
    begin, sends = np.full(size, np.inf), np.zeros(size, np.int64)
    begin[0, 0], sends[0, 0] = 0, people
    made = follow(Course(here, ways, known, policy, **more), Orders(begin, sends), 120)
    return made.begin[0], made.sends[0], list(made.errands)


def test_a_channel_has_its_time_from_its_last_message_on() -> None:
    begin, _, _ = foreseen(1200)
    assert begin[1] == 20, "the last is out at minute 12"


def test_the_policy_chooses_by_what_it_believes_not_by_what_is_known_here() -> None:
    wished = np.tile([0.8, 0.1, 0.9], (2, 1))
    plain, _, _ = foreseen(100)
    other, _, _ = foreseen(100, wished=wished)
    assert plain[1] < plain[2] and other[2] < other[1]


def test_a_queue_that_moves_is_waited_for_ahead_too() -> None:
    policy = replace(POLICY, stuck=10, queue=60)
    patient, _, _ = foreseen(4000, policy=policy)
    hasty, _, _ = foreseen(4000, policy=replace(policy, queue=30))
    halted, _, _ = foreseen(4000, policy=policy, going=Going({"sms": (2, 25)}))
    assert patient[1] == 45 and hasty[1] == 10 and halted[1] == 10


def test_whom_messages_fail_gets_an_errand_when_the_gateway_gives_up() -> None:
    gives_up = replace(SMS, pace=Pace(100, gives_up=8))
    ways, expected = (gives_up, DOORS), round(0.2 * 1000)
    policy = replace(POLICY, channels=("doors",), wait=60)
    begin, sends, errands = foreseen(1000, ways, policy)
    assert errands[0].minute == 10 and 0 < errands[0].people < expected / 2
    assert abs(sum(e.people for e in errands) - expected) < 0.15 * expected
    assert abs(sum(e.part for e in errands) - 1) < 0.02
    assert begin[1] > max(e.minute for e in errands), "the rest has its turn later"
    assert begin[1] == 70 and abs(sends[1] - 160) < 20, (
        "whose proof of 800 is lost, and nobody else"
    )
    for returns in (0.5, 0.7):
        rest = foreseen(1000, ways, policy, returns=np.array([returns, 1.0]))[1][1]
        assert abs(rest - 800 * (1 - returns)) < 20
    begin, _, _ = foreseen(1000, ways, policy, returns=np.ones(2))
    assert np.isinf(begin[1]), "all but 2 of 100 have a proof then"
    assert not foreseen(1000, (SMS, DOORS), policy)[2], "nobody knows when it gives up"
    at_once = foreseen(1000, (SMS, DOORS), policy, quick=np.array([0.05, 0.0]))[2]
    assert abs(sum(e.people for e in at_once) - 50) <= 2


def test_no_errand_is_added_once_the_rest_has_had_its_turn() -> None:
    gives_up = replace(SMS, pace=Pace(100, gives_up=30))
    policy = replace(POLICY, channels=("doors",))
    begin, sends, errands = foreseen(1000, (gives_up, DOORS), policy)
    assert begin[1] == 15 and sends[1] > 150 and not errands
