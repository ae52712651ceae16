"""Nobody answers: the ladder is climbed in order, and silence ends as the policy says.

Timelines in minutes. Blue goes out by itself; from yellow on a person must approve.
"""

from __future__ import annotations

import pytest

from tests.scenarios.duty import APPROVE, PEOPLE, Duty

ORDER = "county order 7 of 2026, article 3"


def asleep(**approve: object) -> Duty:
    duty = Duty(approve={**APPROVE, **approve})
    duty.at(1, A=3.5)
    duty.until(20)
    return duty


def test_at_once_goes_out_only_what_needs_nobody() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    assert duty.out() == [(1, "A", "issue", "blue")]
    assert duty.steps() == [(1, "proposed")]


def test_the_ladder_is_climbed_in_order_and_its_times_are_in_the_audit() -> None:
    duty = asleep()
    assert duty.steps("call") == [(1, "told"), (1, "s1"), (6, "s2"), (9, "s3"), (16, "silence")]
    assert duty.called()[:5] == [(1, "qi"), (1, "li"), (1, "ma"), (6, "wu"), (9, "he")]
    assert {p for m, p in duty.called() if m == 16} == {"li", "ma", "wu", "he", "qi"}


def test_held_nothing_goes_out_and_staff_are_told() -> None:
    duty = asleep()
    duty.until(600)
    assert {level for _, _, _, level in duty.out()} == {"blue"}  # renewed, and no more
    assert duty.steps() == [(1, "proposed"), (16, "unanswered")]
    assert len(duty.engine.desk.proposals) == 1  # it can still be approved in the morning
    duty.act("li", "approve", ids=[duty.group()])
    assert duty.out()[-1] == (600, "A", "update", "orange")


def test_issued_by_the_written_order_and_the_warning_says_so() -> None:
    duty = asleep(on_silence="issue", order=ORDER)
    assert duty.out() == [(1, "A", "issue", "blue"), (16, "A", "update", "orange")]
    assert duty.warnings[-1][1].policy == ORDER
    assert duty.steps() == [(1, "proposed"), (16, "issued_by_order")]
    assert {p for m, p in duty.called() if m == 16} == {"li", "ma", "wu", "he", "qi"}
    assert not duty.engine.desk.proposals
    assert duty.act("li", "approve", ids=["A.river_flood.p1"]) == "no_proposal"


def test_who_answers_puts_the_next_step_off_and_who_then_sleeps_does_not_end_the_ladder() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.until(4)
    call = next(c.id for _, c in duty.calls if c.person == "ma")
    assert duty.act("li", "answer", call=call) == "no_call"  # it was Ma who was called
    assert duty.act("ma", "answer", call=call)["group"] == duty.group()
    duty.until(20)
    assert duty.steps("call")[1:4] == [(1, "s1"), (9, "s2"), (12, "s3")]
    assert duty.steps("answer") == [(4, "")]


def test_the_wardens_deputy_is_called_when_the_warden_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, prefix in (("qi", "register"), ("xu", "deputy")):
        whom = {"name": name, "roles": [], "contacts": {"phone": f"{prefix}:村支书"}}
        monkeypatch.setitem(PEOPLE, name, whom)
    ladder = ({"whom": "qi", "by": "phone"}, {"after": "5 min", "whom": "xu", "by": "phone"})

    def phoned(answers: bool) -> list[tuple[float, str]]:
        duty = Duty(approve={**APPROVE, "ladder": ladder})
        duty.at(1, A=3.5)
        duty.until(2)
        if answers:
            duty.act("qi", "answer", call=duty.calls[-1][1].id)
        duty.until(6)
        return [(m, c.targets["phone"]) for m, c in duty.calls if "phone" in c.targets]

    assert phoned(answers=False) == [(1, "register:村支书"), (6, "deputy:村支书")]
    assert phoned(answers=True) == [(1, "register:村支书")]


def test_approved_in_time_nobody_else_is_called() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.until(3)
    duty.act("li", "approve", ids=[duty.group()])
    duty.until(60)
    assert duty.out() == [(1, "A", "issue", "blue"), (3, "A", "update", "orange")]
    assert duty.steps("call") == [(1, "told"), (1, "s1")]
    assert "Li" in duty.warnings[-1][1].policy


def test_a_storm_over_two_villages_is_one_ladder_and_one_approval() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.at(2, B=3.2)
    assert duty.steps("call") == [(1, "told"), (1, "s1")]
    assert len(duty.act("li", "approve", ids=[duty.group()])) == 2
    assert duty.out()[2:] == [(2, "A", "update", "orange"), (2, "B", "update", "orange")]


def test_a_higher_level_calls_anew_and_what_was_seen_cannot_be_approved_any_more() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.at(4, A=4.5)
    assert duty.steps() == [(1, "proposed"), (4, "renewed")]
    assert duty.steps("call") == [(1, "told"), (1, "s1"), (4, "told"), (4, "s1")]
    assert duty.act("li", "approve", ids=[f"{duty.group()}@1"]) == "other_version"
    assert duty.act("li", "approve", ids=["A.river_flood.p1@1"]) == "other_version"
    duty.act("li", "approve", ids=[f"{duty.group()}@2"])
    assert duty.out()[-1] == (4, "A", "update", "red")


def test_rising_levels_do_not_put_the_written_order_off() -> None:
    duty = Duty(approve={**APPROVE, "on_silence": "issue", "order": ORDER})
    duty.at(1, A=2.5)
    duty.at(14, A=4.5)
    duty.until(40)
    assert [(m, level) for m, _, _, level in duty.out()] == [
        (1, "blue"), (16, "yellow"), (29, "red")]  # fmt: skip


def test_what_falls_before_anybody_looked_is_withdrawn() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.hold(20, A=0.2)
    assert duty.steps()[-1][1] == "withdrawn"
    assert duty.out()[-1][2:] == ("cancel", "none")
    assert not duty.engine.desk.groups


def test_a_false_alarm_is_taken_back_on_all_channels_in_one_act() -> None:
    duty = Duty()
    duty.at(1, A=3.5)
    duty.act("li", "approve", ids=[duty.group()])
    duty.hold(5, A=3.5)
    alarm = {c for _, _, channels in duty.warnings for c in channels}
    duty.act("wu", "retract", event=duty.event(), why="a boat hung on the gauge")
    _, version, channels = duty.warnings[-1]
    assert set(channels) == alarm == {"record", "speakers"}
    assert (version.act.value, version.mistaken, version.note) == (
        "cancel", True, "a boat hung on the gauge")  # fmt: skip
    assert [r.identifier for r in version.references] == [w.identifier for _, w, _ in
                                                          duty.warnings[:-1]]  # fmt: skip
    before = len(duty.warnings)
    duty.hold(30, A=3.5)  # the gauge still says so: no second alarm
    assert len(duty.warnings) == before
    duty.at(31, A=4.5)  # it says more
    assert duty.steps()[-1][1] == "proposed"


def test_an_alarm_that_has_ended_can_still_be_taken_back_once() -> None:
    duty = Duty()
    duty.at(1, A=1.5)
    duty.hold(20, A=0.2)
    assert [act for _, _, act, _ in duty.out()] == ["issue", "cancel"]
    duty.act("wu", "retract", event=duty.event(), why="mistaken")
    assert duty.warnings[-1][1].mistaken
    assert duty.warnings[-1][1].version == 3
    assert duty.act("wu", "retract", event=duty.event(), why="again") == "no_event"


def test_a_false_alarm_taken_back_in_the_night_is_not_called_off_again_in_the_morning() -> None:
    night = {"from": "00:00", "until": "23:59", "up_to": "yellow", "channels": ["speakers"]}
    duty = Duty(quiet=night)
    duty.at(1, A=1.5)
    duty.hold(20, A=0.2)
    assert [h.channels for h in duty.engine.desk.held] == [["speakers"]]
    duty.act("wu", "retract", event=duty.event(), why="mistaken")
    assert set(duty.warnings[-1][2]) == {"record", "speakers"}  # at once
    duty.until(3000)
    assert not duty.later
    assert [r.what for _, r in duty.records].count("held_dropped") == 1
