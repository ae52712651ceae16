"""Law 7: handed over is not delivered. For every channel that is registered, through the real lane.

The liar stands in an adapter's place and calls a hand-over whatever it likes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from dissemination.channels import CHANNELS
from dissemination.coverage.proof import proves, share_reached
from tests.laws.test_law6_exercise import House
from tests.warned import BASE
from tongluo.core.errors import UnknownOutcome
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import DeliveryState as D
from tongluo.daemon.deliveries import Planned
from tongluo.daemon.lane import SAID, Lane
from tongluo.daemon.proof import RANK, after

STEPS = (D.QUEUED, D.HANDED_OVER, D.ACCEPTED, D.PLAYED, D.DELIVERED, D.ACKNOWLEDGED)
PROOFS = (D.PLAYED, D.DELIVERED, D.ACKNOWLEDGED)


class Liar:
    """An adapter that says what it is told to."""

    def __init__(self, state: str) -> None:
        self.state = state

    def send(self, delivery: Delivery) -> Handed:
        if self.state == D.UNKNOWN:
            raise UnknownOutcome("the connection broke")
        return Handed(self.state)

    def close(self) -> None:
        pass


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.deliveries.close()


def handed(house: House, name: str, state: str) -> tuple[str, str]:
    """(key, state) of a delivery whose adapter said so; blue, so that nothing is repeated."""
    house.channel(name, enrolled=False)
    house.say(BASE, name)
    key = f"id-1:{name}:{house.target(name)}"
    row = Planned(key, BASE.identifier, BASE.event, name, house.target(name), 1)
    house.deliveries.plan([row], 1, 0)
    Lane(house, name)._some(Liar(state))
    ((found, _),) = house.states()
    return key, found


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("said", PROOFS)
def test_a_hand_over_is_no_proof_whatever_it_calls_itself(house: House, name: str, said: D) -> None:
    _, state = handed(house, name, said)
    wanted = said if said in CHANNELS[name].proves else D.ACCEPTED
    assert state == wanted
    assert not proves(state)


def test_only_a_loudspeaker_proves_by_its_hand_over_and_only_that_it_played() -> None:
    assert {n: k.proves for n, k in CHANNELS.items() if k.proves} == {"loudspeaker": (D.PLAYED,)}


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("said", [D.HANDED_OVER, D.ACCEPTED])
def test_what_is_handed_over_reaches_nobody_until_a_receipt_says_so(
    house: House, name: str, said: D
) -> None:
    key, state = handed(house, name, said)
    assert state == said and share_reached(state) == 0
    house.deliveries.receive(key, D.DELIVERED, 5, "the handset", 6)
    assert proves(house.states()[0][0])


@pytest.mark.parametrize("name", sorted(n for n, k in CHANNELS.items() if not k.honours_keys))
def test_unknown_is_its_own_state_and_counts_as_nobody(house: House, name: str) -> None:
    """Of kinds that honour keys it is repeated at once, which is harmless."""
    key, state = handed(house, name, D.UNKNOWN)
    assert state == D.UNKNOWN and not proves(state) and math.isnan(share_reached(state))
    house.deliveries.receive(key, D.UNKNOWN, 5, "who knows", 6)
    assert house.states()[0][0] == D.UNKNOWN


def test_the_steps_are_in_the_order_of_what_is_proven() -> None:
    ranks = [RANK[step] for step in STEPS]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)
    assert RANK[D.UNKNOWN] == RANK[D.QUEUED]
    for lower in STEPS:
        for higher in STEPS[STEPS.index(lower) :]:
            assert after(higher, lower) is higher


def test_of_all_states_only_these_count() -> None:
    assert {state for state in D if proves(state)} == {D.DELIVERED, D.ACKNOWLEDGED}
    assert all(share_reached(state) == 0 for state in D if state not in (*PROOFS, D.UNKNOWN))
    assert math.isnan(share_reached(D.PLAYED)) and share_reached(D.PLAYED, 0.6) == 0.6
    assert not {*SAID} & {*PROOFS}
