"""What two persons approved, one changes no more: a draft waits for the second.

Timelines in minutes. Blue goes out by itself; from yellow on two persons must approve.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dissemination.speech import hakka
from tests.scenarios.duty import APPROVE, PEOPLE, Duty, minute
from tests.unit.test_approval import MOVES, play, revive
from tongluo.core.effects import Act
from tongluo.core.words import Status
from tongluo.daemon.desk_view import proposals
from tongluo.warning.asked import asked
from tongluo.warning.desk import Proposal

TWO = {**APPROVE, "two": True}
RED = {"area": "A", "hazard": "river_flood", "level": "red", "why": "seen from the bridge"}
CHANGES: dict[str, dict[str, str]] = {
    "text": {"text": "The bridge is shut", "why": "bridge"},
    "lower": {"level": "yellow", "why": "levee holds"},
    "cancel": {"why": "over"},
}


def orange(**approve: Any) -> Duty:
    """Orange in force in A, by two persons' word."""
    duty = Duty(approve={**TWO, **approve})
    duty.at(1, A=3.5)
    for who in ("li", "ma"):
        duty.act(who, "approve", ids=[duty.group()])
    assert duty.out()[-1] == (1, "A", "update", "orange")
    return duty


def ask(duty: Duty, who: str, kind: str) -> Any:
    word = "cancel" if kind == "cancel" else "update"
    return duty.act(who, word, event=duty.event(), **CHANGES[kind])


def draft(duty: Duty) -> Proposal:
    (found,) = duty.engine.desk.drafts.values()
    return found


def own(duty: Duty) -> list[int]:
    """Levels that the sensors propose."""
    return [p.level for p in duty.engine.desk.proposals.values()]


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_waits_for_the_second_person(kind: str) -> None:
    duty, before = orange(), 2
    told = ask(duty, "li", kind)
    assert (told["issued"], told["id"]) == (False, draft(duty).id)
    assert len(duty.out()) == before
    assert duty.act("li", "approve", ids=[told["id"]]) == "signed"
    assert duty.act("wu", "approve", ids=[told["id"]])[0]["issued"]
    out = {
        "text": ("update", "orange"),
        "lower": ("update", "yellow"),
        "cancel": ("cancel", "none"),
    }
    assert [o[2:] for o in duty.out()[before:]] == [out[kind]]
    version = duty.warnings[-1][1]
    assert version.policy == "order 1 (Li, Wu)"
    assert version.reason["approved_by"] == ["li", "wu"]
    assert not duty.engine.desk.open() and not duty.engine.desk.groups
    duty.hold(20, A=3.5)  # and what the gauge says all along does not raise it again
    assert len(duty.out()) == before + 1


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_that_is_rejected_leaves_all_as_it_was(kind: str) -> None:
    duty = orange()
    ask(duty, "li", kind)
    before = repr(duty.engine.lifecycle.events)
    assert duty.act("qi", "reject", ids=[draft(duty).id], why="w") == "not_allowed"
    duty.act("wu", "reject", ids=[draft(duty).id], why="not yet")
    assert duty.steps()[-1] == (1, "rejected")
    assert not duty.engine.desk.declined and not duty.engine.desk.open()
    assert repr(duty.engine.lifecycle.events) == before
    duty.hold(20, A=0.2)  # sensors lower as the policy says
    assert duty.out()[-1] == (7, "A", "cancel", "none")


@pytest.mark.parametrize("kind", CHANGES)
def test_silence_changes_nothing_and_the_ladder_is_climbed(kind: str) -> None:
    duty = orange(on_silence="issue", order="order 7")
    ask(duty, "li", kind)
    calls = len(duty.calls)
    duty.until(100)
    assert [o[3] for o in duty.out()] == ["blue", "orange"]
    assert duty.steps()[-1] == (16, "unanswered")
    assert {c.person for _, c in duty.calls[calls:]} >= {"wu", "he"}


def test_a_false_alarm_is_still_taken_back_in_one_act() -> None:
    duty = orange()
    ask(duty, "li", "cancel")
    assert duty.act("li", "retract", event=duty.event(), why="a boat")["issued"]
    assert duty.warnings[-1][1].mistaken
    assert not duty.engine.desk.drafts


def test_where_one_person_is_enough_one_still_is() -> None:
    duty = Duty()
    duty.act("li", "issue", **RED)
    assert ask(duty, "li", "cancel")["issued"]
    duty = Duty(approve=TWO)
    duty.at(1, A=1.5)
    assert ask(duty, "li", "text")["issued"]  # blue goes out by itself


@pytest.mark.parametrize("kind", CHANGES)
def test_a_rise_wins_over_what_was_drafted_before_it(kind: str) -> None:
    duty = orange()
    ask(duty, "li", kind)
    name = draft(duty).id
    duty.at(4, A=4.5)
    assert (own(duty), duty.engine.desk.drafts) == ([4], {})
    assert duty.steps()[-2:] == [(4, "overtaken"), (4, "proposed")]
    assert duty.act("wu", "approve", ids=[name]) == "no_proposal"


def test_a_rise_that_goes_out_by_itself_wins_too() -> None:
    automatic = {"issue": "automatic"}
    duty = Duty(approve=TWO, levels={"blue": automatic, "red": automatic})
    duty.at(1, A=3.5)
    for who in ("li", "ma"):
        duty.act(who, "approve", ids=[duty.group()])
    ask(duty, "li", "cancel")
    duty.at(4, A=4.5)
    assert duty.out()[-1] == (4, "A", "update", "red")
    assert not duty.engine.desk.open()


def test_after_a_fall_a_rise_to_what_was_seen_wins() -> None:
    duty = Duty(approve=TWO)
    duty.act("li", "issue", **{**RED, "level": "orange"})
    duty.act("wu", "approve", ids=[duty.group()])  # by hand: sensors do not lower it
    duty.at(1, A=2.5)
    ask(duty, "li", "cancel")
    duty.hold(10, A=1.5)
    assert duty.engine.desk.drafts
    duty.at(11, A=2.5)
    assert not duty.engine.desk.drafts
    assert duty.out()[-1][3] == "orange"


def test_what_the_sensors_end_meanwhile_needs_no_draft() -> None:
    duty = orange()
    ask(duty, "li", "lower")
    duty.hold(20, A=0.2)
    assert duty.out()[-1][2] == "cancel"
    assert not duty.engine.desk.open()


def test_one_draft_at_a_time_but_a_raise_comes_first() -> None:
    duty = orange()
    ask(duty, "li", "cancel")
    assert ask(duty, "ma", "text") == "waits"
    assert not duty.act("ma", "update", event=duty.event(), level="red", why="more")["issued"]
    assert (draft(duty).kind, draft(duty).level) == ("raise", 4)
    assert ask(duty, "li", "cancel") == "waits"
    duty.act("li", "approve", ids=[draft(duty).id])
    assert duty.out()[-1] == (1, "A", "update", "red")


def test_one_act_does_not_approve_up_and_down() -> None:
    duty = orange()
    duty.at(2, A=4.5)
    ask(duty, "li", "cancel")  # in the face of the gauge
    assert duty.act("wu", "approve", ids=[*duty.engine.desk.groups]) == "apart"
    assert [p.approved[0][0] for p in duty.engine.desk.open() if p.approved] == ["li"]
    duty.act("wu", "approve", ids=[draft(duty).id])
    assert duty.out()[-1] == (2, "A", "cancel", "none")
    assert not duty.engine.desk.open()


def test_a_draft_beside_the_sensors_own_all_clear() -> None:
    duty = orange(lower="approve")
    duty.hold(20, A=0.2)
    assert own(duty) == [0]
    assert ask(duty, "li", "cancel") == "waits"  # that is what the sensors ask for
    assert not ask(duty, "li", "lower")["issued"]
    duty.act("wu", "approve", ids=[draft(duty).id])
    assert duty.out()[-1] == (20, "A", "update", "yellow")


@pytest.mark.parametrize("whom", ["group", "id"])
def test_a_raise_by_hand_stands_beside_the_sensors_own(whom: str) -> None:
    duty = Duty(approve=TWO)
    duty.at(1, A=3.5)
    duty.act("ma", "approve", ids=[duty.group()])
    before = dict(duty.engine.desk.proposals)
    duty.act("li", "issue", **RED)
    assert draft(duty).level == 4
    duty.act("wu", "reject", ids=[draft(duty).id], why="no higher than the road")
    assert duty.engine.desk.proposals == before  # with Ma's word
    duty.act("li", "approve", ids=[duty.group() if whom == "group" else "A.river_flood.p1"])
    assert duty.out()[-1] == (1, "A", "update", "orange")


def test_a_raise_by_hand_puts_nothing_off_that_silence_lets_out() -> None:
    duty = Duty(approve={**TWO, "on_silence": "issue", "order": "order 7"})
    duty.at(1, A=3.5)
    duty.act("li", "issue", **RED)
    duty.until(30)
    assert duty.out()[-1] == (16, "A", "update", "orange")
    assert draft(duty).level == 4


def test_a_raise_by_hand_that_is_approved_takes_the_sensors_own_along() -> None:
    duty = Duty(approve=TWO)
    duty.at(1, A=3.5)
    duty.act("li", "issue", **RED)
    (told,) = duty.act("wu", "approve", ids=[duty.group()])  # both at once: one version
    assert told["level"] == "red"
    assert [o[3] for o in duty.out()] == ["blue", "red"]
    assert not duty.engine.desk.open()


def test_what_was_rejected_stays_so_when_a_raise_by_hand_is() -> None:
    duty = Duty(approve=TWO)
    duty.at(1, A=3.5)
    duty.act("li", "reject", ids=[duty.group()], why="a boat")
    duty.act("ma", "issue", **RED)
    duty.act("li", "reject", ids=[duty.group()], why="a boat")
    assert duty.engine.desk.declined["A/river_flood"].level == 3
    duty.hold(20, A=3.6)
    assert not duty.engine.desk.open()


def test_a_level_set_by_one_person_lowers_nothing_that_two_approved() -> None:
    duty = orange()
    duty.feed(Act(duty.warnings[-1][1].sent, "li", "A", "river_flood", "none", "no water there"))
    assert duty.out()[-1][3] == "orange"
    assert own(duty) == [0]
    duty.feed(duty.plan())  # nor does another configuration
    assert duty.out()[-1][3] == "orange"
    for who in ("li", "wu"):
        duty.act(who, "approve", ids=[duty.group()])
    assert duty.out()[-1][2] == "cancel"


def test_a_draft_shows_what_is_asked_and_survives_a_kill_and_another_plan() -> None:
    duty = orange()
    ask(duty, "li", "lower")
    revive(duty)
    duty.feed(duty.plan())
    (group,) = proposals(duty.engine)["groups"]
    (shown,) = group["proposals"]
    assert (shown["by"], shown["level"], shown["in_force"]) == ("li", "yellow", "orange")
    assert shown["asked"]["zh"] == "人工提请降为黄色"
    assert (shown["approved"], shown["needed"]) == (["li"], 2)
    called = [c for _, c in duty.calls if c.group == group["id"]][-1].draft
    assert "down to yellow, asked for by hand; levee holds" in called.reason["en"]
    assert called.status is Status.DRAFT
    duty.policy = {**duty.policy, "hazards": ["landslide"]}
    duty.feed(duty.plan())
    assert not duty.engine.desk.open()


@pytest.mark.parametrize("kind", CHANGES)
def test_what_is_asked_can_be_said_in_every_voice(kind: str) -> None:
    duty = orange()
    ask(duty, "li", kind)
    said = asked(draft(duty))[1]
    assert not {*said} - {*hakka.readings()}


def rung_up(duty: Duty, since: int) -> list[tuple[float, str, str]]:
    """(minute, person, what it says) of calls about B."""
    said = [(m, c.person, c.draft.reason["en"]) for m, c in duty.calls[since:]]
    return [s for s in said if "area(s): B" in s[2]]


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("kind", CHANGES)
def test_a_rise_calls_as_if_no_draft_waited(kind: str, answered: bool) -> None:
    heard = []
    for drafted in (False, True):
        duty = orange()
        duty.at(2, A=3.5, B=0.2)
        if drafted:
            ask(duty, "li", kind)
            call = next(c.id for _, c in duty.calls[::-1] if c.person == "ma" and c.answer)
            if answered:
                duty.act("ma", "answer", call=call)
        before = len(duty.calls)
        duty.at(3, A=3.5, B=3.5)
        duty.until(40)
        heard.append(rung_up(duty, before))
    assert heard[0] == heard[1]
    assert {"li", "ma", "wu", "he", "qi"} == {who for _, who, _ in heard[0]}


@pytest.mark.parametrize("word", ["approve", "reject"])
@pytest.mark.parametrize("kind", CHANGES)
def test_a_word_on_a_rise_is_none_on_a_draft(kind: str, word: str) -> None:
    duty = orange()
    duty.at(2, A=3.5, B=0.2)
    own = ask(duty, "li", kind)["id"]
    duty.at(3, A=3.5, B=4.5)
    (rise,) = duty.engine.desk.proposals.values()
    assert rise.group != draft(duty).group
    before = len(duty.out())
    duty.act("wu", word, ids=[rise.group], **({"why": "w"} if word == "reject" else {}))
    assert (draft(duty).id, draft(duty).approved[1:]) == (own, [])
    assert len(duty.out()) == before
    duty.act("wu", "approve", ids=[draft(duty).group])  # by its own
    assert len(duty.out()) == before + 1


def test_areas_whose_sensors_fall_are_one_group_and_no_rise_joins_them() -> None:
    duty = Duty(approve={**TWO, "lower": "approve"})
    duty.at(1, A=3.5, B=3.5)
    for who in ("li", "ma"):
        duty.act(who, "approve", ids=[duty.group()])
    duty.hold(12, A=0.2, B=0.2)
    assert own(duty) == [0, 0]
    down = duty.group()
    before = len(duty.calls)
    duty.at(13, A=4.5, B=0.2)  # what is asked for turns round, and leaves the group
    up, still = (duty.engine.desk.proposals[f"{a}/river_flood"] for a in "AB")
    assert (up.level, still.level, still.group) == (4, 0, down)
    assert up.group != down
    assert {c.person for _, c in duty.calls[before:]} == {"li", "ma", "qi"}
    assert {c.group for _, c in duty.calls[before:]} == {up.group}


def test_who_may_ask_but_not_approve_has_not_signed() -> None:
    duty = Duty(approve={**TWO, "who": ["chief", "mayor"]}, who=["duty", "chief"])
    duty.at(1, A=3.5)
    for who in ("wu", "he"):
        duty.act(who, "approve", ids=[duty.group()])
    told = ask(duty, "li", "cancel")
    assert (told["issued"], told["signed"], draft(duty).approved) == (False, False, [])
    assert draft(duty).by == "li"
    assert duty.act("li", "approve", ids=[told["id"]]) == "not_allowed"
    assert not duty.act("wu", "approve", ids=[told["id"]])[0]["issued"]
    assert duty.act("he", "approve", ids=[told["id"]])[0]["issued"]
    assert duty.warnings[-1][1].policy == "order 1 (Wu, He)"
    assert duty.out()[-1] == (1, "A", "cancel", "none")


def test_nobody_is_called_for_what_one_person_decides() -> None:
    duty = Duty()
    duty.at(1, A=0.2, B=3.5)
    (other,) = duty.engine.desk.groups.values()
    before, calls, ladder = repr(other), len(duty.calls), len(duty.steps("call"))
    assert duty.act("li", "issue", **RED)["issued"]
    assert duty.out()[-1] == (1, "A", "issue", "red")
    assert (len(duty.calls), len(duty.steps("call"))) == (calls, ladder)
    assert [repr(g) for g in duty.engine.desk.groups.values()] == [before]  # nor B's anew
    assert [s for _, s in duty.steps(area="A")] == ["proposed", "issued"]


@pytest.mark.parametrize("kind", ["raise", *CHANGES])
@pytest.mark.parametrize("wait", ["15 min", "8 h"])
def test_a_draft_lapses_with_the_validity_of_what_it_asks_for(kind: str, wait: str) -> None:
    duty = Duty(approve={**TWO, "wait": wait}) if kind == "raise" else orange(wait=wait)
    told = duty.act("li", "issue", **RED) if kind == "raise" else ask(duty, "li", kind)
    ends = duty.minute + (480 if wait == "8 h" else 360)
    out = [o[3] for o in duty.out()]
    duty.until(ends - 1)
    ((shown,),) = [g["proposals"] for g in proposals(duty.engine)["groups"]]
    assert minute(shown["lapses"]) == ends
    revive(duty)
    duty.until(ends + 1)
    assert duty.steps()[-1] == (ends, "lapsed")
    assert not duty.engine.desk.drafts and not duty.engine.desk.groups
    assert duty.act("wu", "approve", ids=[told["id"]]) == "no_proposal"
    assert {*[o[3] for o in duty.out()]} == {*out}
    again = Duty(approve=duty.policy["approve"])
    for row in duty.rows[1:]:
        again.feed(row)
    assert again.records == duty.records


def test_what_the_sensors_propose_does_not_lapse() -> None:
    duty = Duty(approve=TWO)
    duty.at(1, A=3.5)
    duty.until(2 * 24 * 60)
    assert own(duty) == [3]
    ((shown,),) = [g["proposals"] for g in proposals(duty.engine)["groups"]]
    assert shown["lapses"] == 0


def test_drafts_of_two_areas_are_two_groups() -> None:
    duty = Duty(approve=TWO)
    duty.at(1, A=3.5, B=3.5)
    for who in ("li", "ma"):
        duty.act(who, "approve", ids=[duty.group()])
    for area in "AB":
        duty.act("li", "cancel", event=duty.event(area), why="over")
    first, second = duty.engine.desk.drafts.values()
    assert first.group != second.group
    duty.act("wu", "approve", ids=[first.group])
    assert [o[1:3] for o in duty.out()][4:] == [("A", "cancel")]
    assert draft(duty) == second


def needed(duty: Duty, level: int) -> int:
    rules = duty.engine.plan.policies_of["river_flood"].approval(level)
    return rules.needed if rules is not None else 1


@settings(max_examples=60)
@given(st.sampled_from([{}, {"lower": "approve"}]), st.lists(MOVES, max_size=30))
@example({}, [("gauge", "A", 3.5), ("approve", "li"), ("approve", "ma"), ("cancel", "li", "A")])
def test_whatever_persons_do_two_have_approved_it(
    style: dict[str, Any], moves: list[tuple[Any, ...]]
) -> None:
    duty = Duty(approve={**TWO, **style})
    play(duty, moves)
    for _, version, _ in duty.warnings:
        if version.reason.get("cause") != "act" or version.mistaken:
            continue
        who = version.reason.get("approved_by", [version.reason["who"]])
        assert len(set(who)) >= needed(duty, max(version.level, version.previous))
        assert set(who) <= {*PEOPLE}


@settings(max_examples=60)
@given(st.lists(MOVES, max_size=25), st.sampled_from(["orange", "red"]))
@example([("gauge", "A", 2.5)], "red")
def test_a_raise_by_hand_that_is_rejected_at_once_leaves_no_trace(
    moves: list[tuple[Any, ...]], level: str
) -> None:
    duty = Duty(approve=TWO)
    play(duty, moves)
    desk = duty.engine.desk
    before = {k: (p.level, p.version, p.approved) for k, p in desk.proposals.items()}
    declined, drafts = dict(desk.declined), {*desk.drafts}
    told = duty.act("li", "issue", **{**RED, "level": level})
    if isinstance(told, dict) and "A/river_flood" not in drafts:
        duty.act("wu", "reject", ids=[told["id"]], why="w")
        assert {k: (p.level, p.version, p.approved) for k, p in desk.proposals.items()} == before
        assert desk.declined == declined
