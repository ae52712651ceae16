"""What proofs tell of shares, who can be sent to at all, and who is not waited for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dissemination.coverage import live, steps
from dissemination.coverage.among import among
from dissemination.coverage.known import F8, Known
from dissemination.coverage.learned import learned
from dissemination.coverage.live import Sent
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Policy, step
from dissemination.coverage.ways import Tests as Surveys
from dissemination.coverage.ways import Way

WAYS = (
    Way("sms", 0.8, proof="person", pace=Pace(100, 1)),
    Way("voice", 0.7, proof="person", pace=Pace(50, 1)),
    Way("doors", 0.9, proof="person", pace=Pace(5, 2), apart=True),
)
PHONE, ANSWERS, HOME = 0.9, 0.85, 0.95


def place(sizes: tuple[int, ...], strata: tuple[str, ...] = ("all",)) -> People:
    areas = [f"v{n}" for n, size in enumerate(sizes) for _ in range(size)]
    words = [strata[n % len(strata)] for n in range(len(areas))]
    entries = (np.arange(len(areas)), areas, words, np.ones(len(areas), int))
    return People.of(entries, [])


def surveys(asked: int = 1000, phone: float = PHONE) -> Surveys:
    """Calls come to the telephones that messages come to; at home is anybody."""
    share = [phone, phone * ANSWERS, HOME]
    both = np.outer(share, share)
    both[0, 1] = both[1, 0] = share[1]
    heard = np.rint(np.array(share) * asked).astype(int)
    return Surveys(
        (("far", "all"),), np.array([[asked]]), heard[None, None], np.array([[asked]]),
        np.rint(both * asked).astype(int)[None, None],
    )  # fmt: skip


class Day:
    """Messages at minute 0, calls at minute 6 to all without proof, as they turned out."""

    def __init__(self, phone: float, returns: float, sizes: tuple[int, ...] = (2000, 2000)) -> None:
        dice = np.random.default_rng(7)  # noqa: TID251 - chance for tests, by a stated seed
        self.people = place(sizes)
        n = len(self.people.cell)
        self.reached = dice.random(n) < phone
        self.proven = self.reached & (dice.random(n) < returns)
        self.answers = self.reached & (dice.random(n) < ANSWERS)

    def sent(self, *, calls: bool = True, failures: bool = False) -> Sent:
        every, left = np.arange(len(self.proven)), np.flatnonzero(~self.proven)
        failed = np.where(failures & ~self.reached, 2, NEVER)
        rows = [self._rows(0, every, 0, np.where(self.proven, 1, NEVER), failed)]
        if calls:
            got = self.answers[left]
            rows += [self._rows(1, left, 6, np.where(got, 7, NEVER), np.where(got, NEVER, 7))]
        return Sent(*(np.concatenate(column) for column in zip(*rows, strict=True)))

    @staticmethod
    def _rows(k: int, who: F8, at: int, proven: F8, failed: F8) -> tuple[F8, ...]:
        return (np.full(len(who), k), who, np.full(len(who), at), proven, failed,
                np.full(len(who), NEVER))  # fmt: skip


def before(people: People, tests: Surveys) -> tuple[Known, F8]:
    size = (len(people.people), len(WAYS))
    found = live.standing(people, WAYS, live.NO_SENT, None, 0, np.ones(size), np.ones(3), tests)
    return found.least, steps.expected(found)


def found(day: Day, sent: Sent, tests: Surveys | None = None) -> tuple[F8, F8]:
    """(shares of messages by cell, parts of the proofs that come back)"""
    known, shares = before(day.people, tests or surveys())
    factor, back = learned(day.people, WAYS, sent, 15, known, shares, np.ones(shares.shape))
    return shares * factor, back


@pytest.mark.parametrize("returns", [1.0, 0.9, 0.75, 0.5])
def test_calls_to_those_without_proof_tell_lost_receipts_from_people_not_reached(
    returns: float,
) -> None:
    day = Day(PHONE, returns)
    shares, back = found(day, day.sent(), surveys(phone=0.85))
    assert back[0] == pytest.approx(returns, abs=0.015)
    assert shares[:2, 0].mean() == pytest.approx(day.reached.mean(), abs=0.02)


def test_a_bad_day_is_told_from_lost_receipts_though_as_many_proofs_came() -> None:
    lost, bad = Day(0.9, 0.7), Day(0.63, 1.0)
    assert found(lost, lost.sent())[1][0] < 0.75
    assert found(bad, bad.sent())[1][0] > 0.95
    assert found(bad, bad.sent())[0][0, 0] == pytest.approx(0.63, abs=0.03)


def test_who_failed_for_good_was_not_reached() -> None:
    day = Day(0.7, 0.95)
    silent, said = (found(day, day.sent(calls=False, failures=f))[0][0, 0] for f in (False, True))
    assert said <= (day.reached.mean() + 0.01) < silent


def test_what_calls_share_with_messages_they_learn_from_them() -> None:
    day = Day(0.63, 1.0)
    shares, _ = found(day, day.sent())
    assert shares[0, 1] == pytest.approx(0.63 * ANSWERS, abs=0.03)
    assert shares[0, 2] == pytest.approx(HOME, abs=0.03), "doors are another thing"


def test_a_place_without_messages_is_taken_for_the_others_and_one_with_many_for_itself() -> None:
    day = Day(0.9, 1.0, (3000, 3000, 500))
    day.reached &= ~((day.people.cell == 0) & (np.arange(6500) % 3 == 0))
    day.proven &= day.reached
    day.answers &= day.reached
    sent = day.sent(calls=False, failures=True)
    some = day.people.cell[sent.person] < 2
    sent = Sent(*(x[some] for x in vars(sent).values()))
    shares, _ = found(day, sent)
    assert shares[0, 0] == pytest.approx(0.6, abs=0.03)
    assert shares[1, 0] == pytest.approx(0.9, abs=0.03)
    assert shares[0, 0] + 0.05 < shares[2, 0] < shares[1, 0] - 0.02


def test_too_few_messages_say_nothing() -> None:
    day = Day(0.5, 1.0, (20, 20))
    known, shares = before(day.people, surveys())
    factor, back = learned(day.people, WAYS, day.sent(), 15, known, shares, np.ones(shares.shape))
    assert (factor == 1).all() and np.isnan(back).all()


def test_doors_that_nobody_has_come_to_yet_do_not_count_against_wardens() -> None:
    people = place((2000,))
    who = np.arange(2000)
    visited = who < 400
    proven = np.where(visited & (who % 20 > 0), 10, NEVER)
    failed = np.where(visited & (who % 20 == 0), 10, NEVER)
    never = np.full(2000, NEVER)
    sent = Sent(np.full(2000, 2), who, np.ones(2000, int), proven, failed, never)
    known, shares = before(people, surveys())
    _, back = learned(people, WAYS, sent, 15, known, shares, np.ones(shares.shape))
    assert back[2] == pytest.approx(1.0, abs=0.03)


# who can be sent to


def test_shares_stand_by_contacts_and_come_to_the_same_for_all() -> None:
    people = place((1000, 600))
    contacts = np.array([[1000, 1000, 1000], [200, 600, 600], [0, 0, 0]])
    factor = among(people, WAYS, surveys(), contacts)
    assert factor[1, 0] / factor[0, 0] == pytest.approx(1 / 3)
    assert people.people @ factor[:, 0] == pytest.approx(people.total)
    assert (factor[:, 1:] == 1).all()


def test_a_stratum_that_surveys_tell_apart_has_a_share_of_its_own() -> None:
    people = place((1000,), ("old", "young"))
    heard = np.array([[[0, 0, 300], [0, 0, 500]]])
    asked = np.array([[600, 600]])
    tests = Surveys((("far", "old"), ("far", "young")), asked, heard, asked)
    factor = among(people, WAYS, tests, None)
    by_name = dict(zip([s for _, s in people.names()], factor[:, 2], strict=True))
    assert by_name["old"] == pytest.approx(300 / 400, abs=0.02)
    assert by_name["young"] == pytest.approx(500 / 400, abs=0.02)
    few = replace(tests, asked=asked // 100, heard=heard // 100)
    drawn = among(people, WAYS, few, None)[:, 2]
    assert (np.abs(drawn[:2] - 1) < np.abs(factor[:2, 2] - 1) / 2).all(), "few are drawn to all"


def test_who_has_no_number_gets_a_warden_at_once() -> None:
    people = place((100, 100))
    shares, reach = np.full((3, 3), 0.8), np.zeros(3)
    begin = np.full((3, 3), np.inf)
    begin[:, 0] = 4.0
    policy = Policy(("voice", "doors"), wait=5, until=60)
    contacts = np.array([[100, 100, 100], [0, 0, 100], [0, 0, 0]])
    now = step(people, WAYS, shares, reach, policy, 5, begin, np.ones((3, 3)), contacts)
    assert [(o.cell, o.channel) for o in now.orders] == [(1, "doors")]
    waits = step(people, WAYS, shares, reach, policy, 5, begin, np.ones((3, 3)))
    assert waits.reason == "wait" and not waits.orders


def test_calls_made_before_their_messages_went_out_do_not_teach_for_them() -> None:
    """A gateway is dead: half of the messages wait, and calls go to these people first."""
    day = Day(0.7, 1.0, (2000,))
    sent = day.sent(calls=False, failures=True)
    waits = sent.person >= 1000
    sent = Sent(*(
        np.where(waits, NEVER, x) if name in ("handed", "proven", "failed") else x
        for name, x in vars(sent).items()
    ))  # fmt: skip
    who = np.arange(1000, 2000)
    got = day.answers[who]
    calls = Day._rows(1, who, 5, np.where(got, 6, NEVER), np.where(got, NEVER, 6))
    both = Sent(*(np.concatenate(x) for x in zip(vars(sent).values(), calls, strict=True)))
    known, shares = before(day.people, surveys())
    contacts = np.array([[2000] * 3, [0] * 3])
    factor, back = learned(day.people, WAYS, both, 15, known, shares, np.ones(shares.shape),
                           contacts=contacts)  # fmt: skip
    assert (shares * factor)[0, 0] == pytest.approx(0.7, abs=0.03)
    assert back[:2] == pytest.approx([1.0, 1.0], abs=0.1)
