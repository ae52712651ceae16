"""What each operator may do, and that nothing exceeds the site's authority."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.build import STAGE, STAGE_RULE, config
from tests.scenarios.duty import APPROVE, CHANNELS, LADDER, PEOPLE, Duty
from tongluo import memory
from tongluo.config.plan import plan
from tongluo.engine import Engine
from tongluo.warning.acts import ORDERS
from tongluo.warning.refusals import TEXTS, Refused

ISSUE = {"area": "A", "hazard": "river_flood", "level": "orange", "why": "seen from the bridge"}


def raised(**approve: Any) -> Duty:
    duty = Duty(approve={**APPROVE, **approve})
    duty.at(1, A=3.5)
    return duty


def refusals(duty: Duty) -> list[str]:
    return [r.body["code"] for _, r in duty.records if r.what == "refused"]


def test_only_who_is_named_may_approve_or_reject() -> None:
    duty = raised()
    ids = [duty.group()]
    assert duty.act("he", "approve", ids=ids) == "not_allowed"
    assert duty.act("xu", "approve", ids=ids) == "no_roles"
    assert duty.act("nobody", "approve", ids=ids) == "unknown_operator"
    assert duty.act("qi", "reject", ids=ids, why="w") == "not_allowed"
    assert duty.act("li", "reject", ids=ids, why="  ") == "no_why"
    assert duty.act("li", "approve", ids=[]) == "no_proposal"
    assert duty.act("li", "approve", ids=[*ids, "nothing"]) == "no_proposal"  # all or nothing
    assert duty.act("li", "shout") == "unknown_command"
    assert duty.act("li", "approve") == "unreadable"
    assert duty.act("li", "approve", ids=ids, force=True) == "unreadable"
    assert len(duty.engine.desk.proposals) == 1
    assert len(refusals(duty)) == 10
    assert len(duty.out()) == 1


def test_two_persons_are_two() -> None:
    duty = raised(two=True)
    (told,) = duty.act("li", "approve", ids=[duty.group()])
    assert not told["issued"]
    assert duty.act("li", "approve", ids=[duty.group()]) == "signed"
    assert duty.out()[-1][3] == "blue"
    (told,) = duty.act("ma", "approve", ids=[duty.group()])
    assert told["issued"]
    assert "Li, Ma" in duty.warnings[-1][1].policy
    assert duty.warnings[-1][1].reason["approved_by"] == ["li", "ma"]


def test_the_second_signature_is_for_what_the_first_saw() -> None:
    duty = raised(two=True)
    duty.act("li", "approve", ids=[duty.group()])
    duty.at(3, A=4.5)
    (told,) = duty.act("ma", "approve", ids=[duty.group()])
    assert not told["issued"]
    duty.act("li", "approve", ids=[duty.group()])
    assert duty.out()[-1] == (3, "A", "update", "red")


def test_a_warning_by_hand_goes_as_far_as_the_policy_lets_it() -> None:
    duty = Duty()
    assert duty.act("he", "issue", **ISSUE) == "not_allowed"
    assert duty.act("he", "issue", **{**ISSUE, "level": "blue"})["issued"]  # automatic: any role
    assert duty.act("li", "issue", **ISSUE)["issued"]  # one approver is enough
    assert duty.out() == [(0, "A", "issue", "blue"), (0, "A", "update", "orange")]
    duty.hold(30, A=0.2)  # the gauge never said so, and does not lower it
    assert len(duty.out()) == 2
    assert duty.act("li", "issue", **ISSUE) == "already"
    duty.act("li", "cancel", event=duty.event(), why="over")
    assert duty.out()[-1] == (30, "A", "cancel", "none")


def test_a_warning_by_hand_waits_for_the_second_person() -> None:
    duty = Duty(approve={**APPROVE, "two": True})
    told = duty.act("li", "issue", **ISSUE)
    assert not told["issued"]
    assert duty.act("ma", "issue", **ISSUE) == "proposed"
    duty.hold(3, A=0.2)  # no gauge withdraws what a person asks for
    assert duty.act("ma", "approve", ids=[told["id"]])[0]["issued"]
    assert duty.out() == [(3, "A", "issue", "orange")]


def test_a_lower_level_by_hand_is_not_raised_again_by_what_was_known() -> None:
    duty = raised()
    duty.act("li", "approve", ids=[duty.group()])
    duty.act("wu", "update", event=duty.event(), level="yellow", why="levee holds", text="Stay in")
    _, version, _ = duty.warnings[-1]
    assert (version.level.word, version.reason["en"]) == ("yellow", "Stay in")
    duty.hold(10, A=3.6)
    assert duty.out()[-1][3] == "yellow"
    duty.hold(40, A=0.2)
    assert duty.out()[-1][2] == "cancel"


def test_more_is_said_of_a_warning_at_the_same_level() -> None:
    duty = raised()
    name = duty.warnings[-1][1].identifier
    duty.act("li", "update", identifier=name, why="road cut", text="The road is cut")
    assert duty.out()[-1] == (1, "A", "update", "blue")
    assert duty.warnings[-1][1].reason["zh"] == "The road is cut"
    assert duty.act("li", "update", event="no.such", why="w") == "no_event"


def reasons(duty: Duty) -> list[tuple[str, str, str]]:
    return [(w.act.value, w.level.word, w.reason["en"]) for _, w, _ in duty.warnings]


def test_what_a_person_said_of_a_level_is_said_again_when_it_is_renewed() -> None:
    duty = Duty()
    duty.act("li", "issue", **ISSUE)
    duty.hold(6 * 60, A=0.2)
    assert reasons(duty) == [("issue", "orange", ISSUE["why"]), ("update", "orange", ISSUE["why"])]
    assert duty.warnings[-1][1].reason["who"] == "li"
    duty.act("li", "update", event=duty.event(), why="road cut", text="The road is cut")
    duty.hold(12 * 60, A=0.2)
    assert reasons(duty)[-1] == ("update", "orange", "The road is cut"), "the newest word alone"
    duty.act("li", "cancel", event=duty.event(), why="over")
    duty.hold(12 * 60 + 10, A=2.5)
    assert reasons(duty)[-1][:2] == ("issue", "blue") and "road" not in reasons(duty)[-1][2]


def test_a_level_that_sensors_change_has_their_reason() -> None:
    duty = Duty()
    duty.at(1, A=1.5)
    duty.act("li", "update", event=duty.event(), why="road cut", text="The road is cut")
    duty.hold(6 * 60, A=1.5)
    assert reasons(duty)[-1] == ("update", "blue", "The road is cut")
    duty.at(6 * 60 + 1, A=2.5)
    duty.act("li", "approve", ids=[duty.group()])
    duty.hold(7 * 60, A=1.5)
    assert [r[1] for r in reasons(duty)[-2:]] == ["yellow", "blue"]
    assert not any("road" in words for _, _, words in reasons(duty)[-2:])


def test_a_level_that_a_person_holds_has_that_person_s_reason_after_a_rise_too() -> None:
    duty = Duty()
    duty.act("li", "issue", **ISSUE)
    duty.at(1, A=4.5)
    duty.act("li", "approve", ids=[duty.group()])
    duty.hold(60, A=0.2)
    assert [r[1] for r in reasons(duty)] == ["orange", "red", "orange"]
    assert reasons(duty)[-1][2] == ISSUE["why"] != reasons(duty)[-2][2]
    duty.hold(8 * 60, A=0.2)
    assert reasons(duty)[-1] == ("update", "orange", ISSUE["why"])


@pytest.mark.parametrize("authority", ["propose", "relay"])
def test_no_command_exceeds_what_the_site_may_do(authority: str) -> None:
    duty = Duty(authority=authority, to="city bureau", levels={})
    duty.at(1, A=4.5)
    assert not duty.out()
    assert duty.act("li", "issue", **ISSUE) == "authority"
    for group in list(duty.engine.desk.groups):
        assert duty.act("li", "approve", ids=[group]) == "authority"
    assert [s for _, s in duty.steps()] == (["proposed"] if authority == "propose" else [])
    assert bool(duty.calls) == (authority == "propose")
    duty.until(60)
    assert not duty.out()


def test_a_level_that_is_never_issued_is_not_issued_by_hand() -> None:
    duty = Duty(levels={"red": {"issue": "never"}, "blue": {"issue": "automatic"}})
    assert duty.act("li", "issue", **{**ISSUE, "level": "red"}) == "never"
    assert duty.act("li", "issue", **{**ISSUE, "area": "C"}) == "no_question"
    assert duty.act("li", "issue", **{**ISSUE, "level": "none"}) == "no_level"
    duty.at(1, A=4.5)
    assert [p.level for p in duty.engine.desk.proposals.values()] == [3]


def test_the_all_clear_waits_for_approval_where_the_policy_says_so() -> None:
    duty = raised(lower="approve", ladder=LADDER)
    duty.act("li", "approve", ids=[duty.group()])
    duty.hold(20, A=0.2)
    assert duty.out()[-1][3] == "orange"
    (proposal,) = duty.engine.desk.proposals.values()
    assert (proposal.level, proposal.rung) == (0, 3)
    duty.until(100)  # silence lowers nothing
    assert duty.out()[-1][3] == "orange"
    duty.act("wu", "approve", ids=[proposal.id])
    assert duty.out()[-1] == (100, "A", "cancel", "none")


def test_an_all_clear_that_is_rejected_leaves_the_warning_to_persons() -> None:
    duty = raised(lower="approve")
    duty.act("li", "approve", ids=[duty.group()])
    duty.hold(20, A=0.2)
    duty.act("li", "reject", ids=[duty.group()], why="the dam upstream is watched")
    duty.hold(40, A=0.3)
    assert not duty.engine.desk.proposals
    assert duty.out()[-1][3] == "orange"
    duty.act("li", "cancel", event=duty.event(), why="over")
    assert duty.out()[-1][2] == "cancel"


def test_a_reload_under_another_policy_settles_what_waits() -> None:
    duty = raised()
    duty.policy = {**duty.policy, "issue": "automatic", "levels": {}}
    duty.feed(duty.plan())
    assert duty.out()[-1][3] == "orange"
    assert not duty.engine.desk.proposals
    duty = raised()
    duty.policy = {**duty.policy, "by": "order 2"}
    duty.feed(duty.plan())
    assert [s for _, s in duty.steps()] == ["proposed"]
    duty.act("li", "approve", ids=[duty.group()])
    assert duty.warnings[-1][1].policy == "order 2 (Li)"


def test_in_system_time_too() -> None:
    duty = Duty(clock="system")
    duty.at(1, A=3.5)
    for minutes in range(2, 20):
        duty.until(minutes)
    assert duty.steps("call") == [(1, "told"), (1, "s1"), (6, "s2"), (9, "s3"), (16, "silence")]


def test_every_refusal_is_said_in_both_languages() -> None:
    names = [n for _, english, _ in TEXTS.values() for n in re.findall(r"{(\w+)}", english)]
    values = dict.fromkeys(names, "x")
    for code in TEXTS:
        told = Refused(code, **values).answer()
        assert told["error"] and told["error_zh"] and 400 <= told["status"] < 500
    assert len(ORDERS) == 10


def test_what_an_older_snapshot_cannot_fit_still_brings_the_desk() -> None:
    duty = raised()
    duty.at(2, B=3.5)
    saved = memory.save(duty.engine)
    fewer = config(
        {"a": [STAGE]}, [STAGE_RULE], areas={"A": ["a"]}, policy=duty.policy, operators=PEOPLE,
        channels=CHANNELS,
    )  # fmt: skip
    duty.engine = Engine(plan(fewer, "another"))
    assert not memory.fits(duty.engine, saved)
    assert memory.bring(duty.engine, saved)
    assert [p.area for p in duty.engine.desk.proposals.values()] == ["A"]
    duty.until(30)
    assert duty.act("li", "approve", ids=[duty.group()])[0]["issued"]


def test_an_exercise_whose_policy_is_gone_ends_without_a_word() -> None:
    duty = Duty()
    duty.act("li", "exercise", areas=["A"], hazard="river_flood", level="red", kind="drill",
             minutes=30, why="w")  # fmt: skip
    duty.policy = {**duty.policy, "hazards": ["landslide"]}
    duty.feed(duty.plan())
    duty.until(60)
    assert not duty.engine.desk.exercises


def test_an_area_named_twice_is_exercised_once_and_ends() -> None:
    duty = Duty()
    told = duty.act("wu", "exercise", areas=["A", "A"], hazard="river_flood", level="red",
                    kind="drill", minutes=10, why="w")  # fmt: skip
    duty.until(60)
    assert len(told) == 1
    assert [(w.event, w.act.value) for _, w, _ in duty.warnings] == [
        (told[0], "issue"), (told[0], "cancel")]  # fmt: skip
