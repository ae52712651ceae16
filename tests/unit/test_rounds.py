"""Further messages of one version to one endpoint: each goes out once, and all are to that one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.rounds import endpoint, numbered
from tests.laws.test_law6_exercise import DRILL, House, Spy
from tests.warned import BASE
from tongluo.core.words import DeliveryState, Level
from tongluo.daemon.deliveries import OVERTAKEN, Deliveries, Outcome, Planned
from tongluo.daemon.lane import Lane
from tongluo.warning.desk import Mute

ONE, TWO = "0f" * 12, "1f" * 12
QUEUED = DeliveryState.QUEUED


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Deliveries]:
    made = Deliveries(tmp_path / "deliveries.db")
    yield made
    made.close()


def fan(version: int) -> Planned:
    return Planned(f"e.v{version}:tasks:a", f"e.v{version}", "e", "tasks", "a", 4)


def taken(rows: Deliveries, now: int = 1) -> list[str]:
    return [row.key for row in rows.take("tasks", 16, now, sure=True)]


def state(rows: Deliveries, key: str) -> tuple[str, str]:
    found = rows._read("SELECT state, detail FROM deliveries WHERE key = ?", key)
    return tuple(found[0])


def test_each_round_has_a_key_of_its_own_and_its_errands(rows: Deliveries) -> None:
    assert rows.give(fan(1), 4, {ONE: [(7, 1)], TWO: [(8, 2)]}, [], 0) == 2
    assert rows.give(fan(1), 4, {ONE: [(9, 1), (10, 1)]}, [("tasks", "a", "any")], 5) == 1
    assert rows.give(fan(1), 4, {ONE: [(0, 1)], "": [(11, 0)]}, [], 6) == 0
    assert taken(rows) == [f"e.v1:tasks:{t}" for t in (ONE, TWO, numbered(ONE, 2))]
    found = rows._read("SELECT target, entry, warden, at FROM errands ORDER BY at, entry")
    assert found == [(ONE, 7, 1, 0), (TWO, 8, 2, 0), (f"{ONE}~2", 9, 1, 5), (f"{ONE}~2", 10, 1, 5),
                     ("", 11, 0, 6)]  # fmt: skip
    assert rows.escalations("e", 3, 5) == [("tasks", "a", "any", 5)]
    assert rows.escalations("e", 4, 6) == []
    assert rows.receive(f"e.v1:tasks:{ONE}~2", DeliveryState.DELIVERED, 0, "raw", 9)
    assert state(rows, f"e.v1:tasks:{ONE}")[0] == "attempted"


def test_rounds_of_one_version_do_not_hold_one_another_up(rows: Deliveries) -> None:
    rows.give(fan(1), 4, {ONE: [(7, 1)]}, [], 0)
    assert taken(rows) == [f"e.v1:tasks:{ONE}"]
    rows.settle([Outcome(f"e.v1:tasks:{ONE}", QUEUED, 1, "the limit", due=90_000)])
    rows.give(fan(1), 4, {ONE: [(9, 1)]}, [], 5)
    assert taken(rows) == [f"e.v1:tasks:{ONE}~2"]
    assert taken(rows, 90_000) == [f"e.v1:tasks:{ONE}"]


def test_a_later_version_overtakes_every_round_that_was_put_off(rows: Deliveries) -> None:
    for _ in range(2):
        rows.give(fan(1), 4, {ONE: [(7, 1)], TWO: [(8, 2)]}, [], 0)
    assert len(taken(rows)) == 4
    rows.settle([Outcome(f"e.v1:tasks:{ONE}~2", QUEUED, 1, "the limit", due=90_000)])
    rows.settle([Outcome(f"e.v1:tasks:{ONE}", DeliveryState.ACCEPTED, 1)])
    rows.spread(fan(2), [ONE, TWO], 2)
    assert taken(rows) == [f"e.v2:tasks:{ONE}"], "the first of the other one may be going out"
    assert state(rows, f"e.v1:tasks:{ONE}~2") == ("expired", OVERTAKEN)


def test_who_was_told_stands_without_rounds(rows: Deliveries) -> None:
    for _ in range(3):
        rows.give(fan(1), 4, {ONE: [(7, 1)], TWO: [(8, 2)]}, [], 0)
    told = rows.told(fan(2))
    assert {target for target, _ in told} == {ONE, TWO}
    rows.spread(fan(2), told, 1)
    found = rows._read("SELECT target FROM deliveries WHERE identifier = 'e.v2'")
    assert found == [(ONE,), (TWO,)]


@pytest.mark.parametrize("enrolled", [True, False])
def test_an_exercise_goes_further_to_who_is_enrolled_alone(tmp_path: Path, enrolled: bool) -> None:
    house = House(tmp_path)
    house.channel("wardens", enrolled=enrolled)
    house.say(DRILL, "wardens")
    further = numbered(house.target("wardens"), 2)
    sent = house.sent(DRILL, "wardens", further)
    assert [d.target for d in sent] == ([further] if enrolled else [])
    house.deliveries.close()


def test_a_mute_of_an_endpoint_is_of_all_its_rounds(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.channel("wardens", enrolled=True)
    low = replace(BASE, level=Level.YELLOW, previous=Level.NONE)
    house.say(low, "wardens")
    further = numbered(house.target("wardens"), 2)
    lane, spy = Lane(house, "wardens"), Spy()
    mute = Mute(f"wardens:{endpoint(further)}", "li", "on leave", low.sent, low.sent + 1)
    lane._mutes._known[mute.what] = mute
    row = Planned(f"{low.identifier}:wardens:{further}", low.identifier, low.event, "wardens",
                  further, 2)  # fmt: skip
    house.deliveries.plan([row], 1, 0)
    while lane._some(spy):
        continue
    assert spy.handed == [] and "muted by li" in house.states()[0]
    house.deliveries.close()
