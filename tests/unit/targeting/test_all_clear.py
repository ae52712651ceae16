"""The end of a warning goes to everybody who got it, wherever he is registered by then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dissemination.targeting import changes
from tests.laws.test_law6_exercise import House, Spy
from tests.unit.targeting.people import NOW, WARNING, number, person, register
from tongluo.core.words import Act, DeliveryState, Level
from tongluo.daemon.deliveries import Outcome, Planned
from tongluo.daemon.lane import Lane

OPTIONS = {"username": "u", "password": {"file": "password"}, "recipients": "register"}
OVER = replace(WARNING, identifier="upper.flash_flood.1.v2", version=2, act=Act.CANCEL,
               level=Level.NONE, previous=Level.RED)  # fmt: skip


def test_who_moved_away_and_who_came_hear_that_it_is_over(tmp_path: Path) -> None:
    made = register(tmp_path, *(person(n) for n in range(1, 5)))
    house = House(tmp_path)
    house.channel("kannel", enrolled=False)
    house.channels["kannel"]["options"] = OPTIONS
    house.config = house.config.model_validate(
        house.config.model_dump(include={"site"}) | {"time": {"clock": "stream"},
                                                    "channels": house.channels})  # fmt: skip

    def sent(version: object) -> list[str]:
        assert isinstance(version, type(WARNING))
        house.say(version, "kannel")
        fan = Planned(f"{version.identifier}:kannel:upper", version.identifier, version.event,
                      "kannel", "upper", 4)  # fmt: skip
        house.deliveries.plan([], version.version, NOW, [fan])
        spy, lane = Spy(), Lane(house, "kannel")
        while lane._some(spy):
            continue
        return sorted(made.address(d.target) for d in spy.handed)

    assert sent(WARNING) == [number(n) for n in range(1, 5)]
    failed = f"{WARNING.identifier}:kannel:{made.vault.target(number(4))}"
    assert house.deliveries.receive(failed, DeliveryState.FAILED, 1, "no such number", NOW)
    house.deliveries.settle([Outcome("nobody's", DeliveryState.FAILED, NOW)])
    moved = [person(2, "away"), person(4, "away"), person(5), person(6, "lower")]
    changes.put(made, "list", moved, "duty", NOW)
    update = replace(OVER, act=Act.UPDATE, level=Level.YELLOW)
    assert sent(update) == [number(n) for n in (1, 3, 5)]
    over = replace(OVER, identifier="upper.flash_flood.1.v3", version=3)
    assert sent(over) == [number(n) for n in (1, 2, 3, 5)]
