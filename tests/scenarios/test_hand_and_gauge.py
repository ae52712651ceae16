"""What persons raise, reject and lower by hand never silences what the gauges say later.

Timelines in minutes. Blue goes out by itself; from yellow on a person must approve.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.duty import APPROVE, Duty

RED = {"area": "A", "hazard": "river_flood", "level": "red", "why": "seen from the bridge"}


def proposed(duty: Duty) -> list[int]:
    return [p.level for p in duty.engine.desk.proposals.values()]


def test_a_rejected_warning_by_hand_does_not_silence_the_gauge() -> None:
    duty = Duty(approve={**APPROVE, "two": True})
    duty.act("li", "issue", **RED)
    duty.act("wu", "reject", ids=[duty.group()], why="another village")
    assert not duty.engine.desk.declined
    duty.at(600, A=3.5)
    assert proposed(duty) == [3]
    assert duty.called()[-1][0] == 600
    duty.at(605, A=4.5)
    assert proposed(duty) == [4]


def test_a_rejection_declines_what_the_gauge_says_and_no_more() -> None:
    duty = Duty(approve={**APPROVE, "two": True})
    duty.at(1, A=2.5)
    duty.act("li", "issue", **RED)
    duty.act("wu", "reject", ids=[duty.group()], why="no higher than the road")
    assert proposed(duty) == []
    duty.at(30, A=3.5)
    assert proposed(duty) == [3]


def test_a_warning_by_hand_that_is_cancelled_does_not_silence_the_real_one() -> None:
    duty = Duty()
    duty.at(1, A=1.2)
    duty.act("li", "issue", **RED)
    duty.act("li", "cancel", event=duty.event(), why="a mistake")
    duty.at(20, A=1.3)
    assert duty.out()[-1][2] == "cancel"  # blue is known, and was set aside
    duty.at(30, A=4.5)
    assert proposed(duty) == [4]
    assert duty.out()[-1] == (30, "A", "issue", "blue")


def test_a_warning_by_hand_that_is_lowered_does_not_silence_the_real_one() -> None:
    duty = Duty()
    duty.at(1, A=1.2)
    duty.act("li", "issue", **RED)
    duty.act("li", "update", event=duty.event(), level="orange", why="less than feared")
    duty.at(30, A=4.5)
    assert proposed(duty) == [4]


def test_after_a_fall_each_rise_is_new() -> None:
    automatic: dict[str, Any] = {"issue": "automatic"}
    duty = Duty(levels={"blue": automatic, "yellow": automatic})
    duty.at(1, A=3.5)
    duty.act("li", "reject", ids=[duty.group()], why="the gauge was knocked")
    duty.hold(200, A=1.2)
    assert duty.out()[-1][3] == "blue"
    duty.at(201, A=2.5)
    assert duty.out()[-1] == (201, "A", "update", "yellow")
    duty.at(230, A=3.5)
    assert proposed(duty) == [3]


def test_a_warning_whose_policy_is_taken_away_ends_with_its_all_clear() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.act("li", "approve", ids=[duty.group()])
    duty.policy = {**duty.policy, "hazards": ["landslide"]}
    duty.feed(duty.plan())
    assert duty.out()[-1] == (1, "A", "cancel", "none")
    assert set(duty.warnings[-1][2]) == {"record", "speakers"}
    before = len(duty.out())
    duty.until(1000)
    assert len(duty.out()) == before


@pytest.mark.parametrize("word", ["cancel", "retract"])
def test_what_is_in_force_may_be_ended_whatever_the_site_may_issue(word: str) -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.act("li", "approve", ids=[duty.group()])
    duty.policy = {**duty.policy, "authority": "propose", "to": "city bureau"}
    duty.feed(duty.plan())
    event = duty.event()
    assert duty.act("li", "update", event=event, text="more", why="w") == "authority"
    assert duty.act("li", word, event=event, why="over")["issued"]
    assert duty.out()[-1][2:] == ("cancel", "none")
