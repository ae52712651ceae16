"""Notices of other agencies: relayed as they are, in place of proposals, once, until they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dissemination import cap, cap_read, cap_rules, sms_text, texts
from tests.build import MINUTE, START
from tests.unit.notices import DO, HEADLINE, MET, TEXT, desk, hear
from tests.unit.test_approval import revive
from tongluo.core.words import Act, Level
from tongluo.warning import relay


def test_a_notice_goes_out_in_its_issuers_words_in_each_area_that_it_names() -> None:
    duty = desk()
    hear(duty, 3, "n-1")
    assert duty.out() == [(3, "A", "issue", "orange"), (3, "B", "issue", "orange")]
    _, version, channels = duty.warnings[0]
    assert channels == ("record", "speakers")
    assert version.expires == START + 360 * MINUTE
    around = "转发市水文局发布于7月1日08:00的预警（A）："
    assert texts.headline(version, "zh-CN") == around + HEADLINE.format("橙色")
    assert texts.description(version, "zh-CN") == TEXT
    assert texts.instruction(version, "zh-CN") == DO
    english = texts.headline(version, "en-US")
    assert english.startswith("Relayed from 市水文局, issued 2026-07-01 08:00, for A: ")
    assert english.endswith(HEADLINE.format("橙色"))


def test_its_cap_names_the_original_and_keeps_its_judgement() -> None:
    duty = desk()
    hear(duty, 3, "n-1")
    hear(duty, 5, "n-2", "Cancel", "n-1", at=4, info=False)
    for _, version, _ in duty.warnings:
        message = cap.render(version)
        assert not cap_rules.check(message, own=True)
        back = cap_read.read(message)
        assert back.sender == "a@example.org"
        assert f"<source>市水文局 ({MET})</source>" in message.decode()
        original = f"{MET},{'n-1' if version.act is Act.ISSUE else 'n-2'},2026-07-01T08:0"
        assert original in dict(back.infos[0].parameters)[relay.MARK]
        assert original in back.note
    first = cap_read.read(cap.render(duty.warnings[0][1])).infos[0]
    assert (first.urgency, first.severity, first.certainty) == ("Expected", "Severe", "Likely")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_a_short_message_says_whose_it_is_and_as_much_as_fits(language: str, parts: int) -> None:
    duty = desk()
    hear(duty, 3, "n-1")
    version = duty.warnings[0][1]
    assert version.relayed is not None
    long = replace(version.relayed.said[0], description="水位继续上涨。" * 15, headline="洪" * 60)
    version = replace(version, relayed=replace(version.relayed, said=(long,)))
    text = sms_text.fit(version, language, parts)
    assert sms_text.size(text).parts <= parts
    assert text.startswith(("转发市水文局发布于", "Relayed from 市水文局, issued"))
    assert ("洪" * 60 in text) == (parts > 1)
    assert (DO in text) == (parts > 1)
    assert ("水位继续上涨。" * 15 in text) == (parts > (2 if language == "zh-CN" else 3))
    assert "{" not in sms_text.fit(version, language, parts, "{news}{action}")


def test_a_headline_too_long_for_cap_stands_whole_in_the_description() -> None:
    duty = desk()
    hear(duty, 3, "n-1")
    version = duty.warnings[0][1]
    assert version.relayed is not None
    long = replace(version.relayed.said[0], headline="洪" * 200)
    version = replace(version, relayed=replace(version.relayed, said=(long,)))
    assert not cap_rules.check(cap.render(version), own=True)
    assert "洪" * 200 in texts.description(version, "zh-CN")


def test_it_is_relayed_once_however_often_it_is_heard() -> None:
    duty = desk()
    for minute in (1, 2, 3):
        hear(duty, minute, "n-1")
    hear(duty, 4, "n-2", "Cancel", "n-1", at=3.5)
    for minute in (5, 6, 400):
        hear(duty, minute, "n-1")
        hear(duty, minute, "n-2", "Cancel", "n-1", at=3.5)
    assert [act for _, area, act, _ in duty.out() if area == "A"] == ["issue", "cancel"]


def test_its_update_and_its_cancel_follow_in_the_issuers_words() -> None:
    duty = desk()
    hear(duty, 1, "n-1")
    hear(duty, 2, "n-2", "Update", "n-1", at=2, level="red", until=500)
    hear(duty, 3, "n-3", "Update", "n-2", at=3, level="red", until=600)
    hear(duty, 4, "n-4", "Cancel", "n-1", "n-2", "n-3", at=4, level="red")
    own = [w for _, w, _ in duty.warnings if w.area.id == "A"]
    assert [(w.act.value, w.level.word) for w in own] == [
        ("issue", "orange"), ("update", "red"), ("update", "red"), ("cancel", "none"),
    ]  # fmt: skip
    assert len({w.event for w in own}) == 1
    assert own[1].expires == START + 500 * MINUTE
    assert own[3].references
    assert HEADLINE.format("红色") in texts.headline(own[3], "zh-CN")
    assert [w for _, w in duty.steps("relay")] == ["relayed"] * 3 + ["cancelled"]


def test_a_cancel_without_words_says_that_the_issuer_has_ended_it() -> None:
    duty = desk()
    hear(duty, 1, "n-1")
    hear(duty, 2, "n-2", "Cancel", "n-1", at=2, info=False)
    _, version, channels = duty.warnings[-1]
    assert (version.act, channels) == (Act.CANCEL, ("record", "speakers"))
    said = texts.headline(version, "zh-CN")
    assert said.endswith("发布单位已解除：" + HEADLINE.format("橙色"))
    assert DO not in texts.instruction(version, "zh-CN")


def test_what_comes_out_of_order_does_not_bring_back_what_is_over() -> None:
    duty = desk()
    hear(duty, 1, "n-3", "Cancel", "n-1", "n-2", at=0.9, info=False)
    hear(duty, 2, "n-2", "Update", "n-1", at=0.5)
    hear(duty, 3, "n-1", at=0)
    assert not duty.out()
    hear(duty, 4, "m-1", at=1)
    hear(duty, 5, "m-3", "Update", "m-1", at=3, level="red")
    hear(duty, 6, "m-2", "Update", "m-1", at=2, level="blue")
    assert [level for _, area, _, level in duty.out() if area == "A"] == ["orange", "red"]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "Exercise"}, {"status": "Test"}, {"status": "Draft"}, {"status": "System"},
        {"scope": "Private"}, {"scope": "Restricted"}, {"sender": "else@example.org"},
        {"event": "台风"}, {"until": 0.5}, {"where": "<circle>40.0,100.0 5</circle>"},
        {"extra": f"<parameter><valueName>{relay.MARK}</valueName><value>x</value></parameter>"},
        {"kind": "Ack"},
    ],
)  # fmt: skip
def test_what_is_not_meant_for_us_or_for_the_public_is_not_relayed(more: dict[str, Any]) -> None:
    duty = desk()
    hear(duty, 1, "n-1", **more)
    assert not duty.out()


def test_an_exercise_or_another_sender_does_not_end_what_is_actual() -> None:
    duty = desk()
    hear(duty, 1, "n-1")
    hear(duty, 2, "n-2", "Cancel", "n-1", at=2, status="Exercise")
    hear(duty, 3, "n-2", "Cancel", "n-1", at=2, sender="else@example.org")
    assert {act for _, _, act, _ in duty.out()} == {"issue"}


def test_at_its_expiry_it_ends_without_an_all_clear() -> None:
    duty = desk()
    hear(duty, 1, "n-1", until=30)
    duty.until(29)
    assert duty.engine.desk.relays
    duty.until(31)
    assert not duty.engine.desk.relays
    assert [word for _, word in duty.steps("relay")] == ["relayed", "expired"]
    assert {act for _, _, act, _ in duty.out()} == {"issue"}


def test_below_the_policys_level_none_begins_and_what_has_begun_is_followed_down() -> None:
    duty = desk(from_level="yellow")
    hear(duty, 1, "n-0", level="blue")
    assert not duty.out()
    hear(duty, 2, "n-1", level="yellow")
    hear(duty, 3, "n-2", "Update", "n-1", at=2, level="blue")
    assert [level for _, area, _, level in duty.out() if area == "A"] == ["yellow", "blue"]


def test_an_update_that_leaves_an_area_out_ends_it_there() -> None:
    duty = desk()
    hear(duty, 1, "n-1")
    hear(duty, 2, "n-2", "Update", "n-1", at=2, where="<circle>40.0,100.0 5</circle>")
    assert [act for _, _, act, _ in duty.out()] == ["issue", "issue", "cancel", "cancel"]
    assert "不再包括本地" in texts.headline(duty.warnings[-1][1], "zh-CN")


def test_what_sensors_hold_is_the_same_with_and_without_notices() -> None:
    def levels(notices: bool) -> list[tuple[str, int]]:
        duty = desk()
        duty.at(1, A=4.5)
        if notices:
            hear(duty, 2, "n-1", level="blue")
            hear(duty, 3, "n-2", "Cancel", "n-1", at=3)
        duty.hold(5, A=4.5)
        answers = duty.engine.assessor.answers
        return [(duty.engine.plan.key(n), a.level) for n, a in enumerate(answers)]

    assert levels(True) == levels(False)
    assert ("A/river_flood", Level.RED) in levels(True)


def test_a_kill_forgets_nothing() -> None:
    whole, killed = desk(), desk()
    for duty in (whole, killed):
        hear(duty, 1, "n-1")
        if duty is killed:
            revive(duty)
        hear(duty, 2, "n-1")
        hear(duty, 3, "n-2", "Update", "n-1", at=3, level="red")
        if duty is killed:
            revive(duty)
        hear(duty, 4, "n-3", "Cancel", "n-2", at=4)
    assert [w for _, w, _ in whole.warnings] == [w for _, w, _ in killed.warnings]
    assert whole.engine.desk == killed.engine.desk


def test_another_policy_that_does_not_relay_it_ends_it_and_says_so() -> None:
    duty = desk()
    hear(duty, 1, "n-1")
    duty.policy["from"] = ["else@example.org"]
    duty.feed(duty.plan())
    assert [act for _, _, act, _ in duty.out()] == ["issue", "issue", "cancel", "cancel"]
    assert "不再转发" in texts.headline(duty.warnings[-1][1], "zh-CN")
    hear(duty, 2, "n-2", "Cancel", "n-1", at=2)
    assert len(duty.out()) == 4


# in place of a proposal


def test_the_authoritys_own_takes_a_proposal_over() -> None:
    duty = desk("propose")
    duty.at(1, A=3.5)
    assert [p.level for p in duty.engine.desk.proposals.values()] == [3]
    hear(duty, 2, "n-1", level="orange")
    assert duty.steps()[-1] == (2, "taken_over")
    assert not duty.engine.desk.proposals
    assert not duty.out()
    duty.hold(6, A=3.6)
    assert not duty.engine.desk.proposals
    duty.at(7, A=4.5)  # more than the authority has said
    assert [p.level for p in duty.engine.desk.proposals.values()] == [4]


@pytest.mark.parametrize(
    "more", [{"level": "yellow"}, {"event": "山洪"}, {"where": "<circle>40.0,100.0 5</circle>"}]
)
def test_a_lower_one_or_one_elsewhere_leaves_it_open(more: dict[str, Any]) -> None:
    duty = desk("propose")
    duty.at(1, A=3.5)
    hear(duty, 2, "n-1", **more)
    assert [p.level for p in duty.engine.desk.proposals.values()] == [3]


@pytest.mark.parametrize("cancelled", [True, False])
def test_when_it_is_over_what_sensors_still_hold_is_proposed_again(cancelled: bool) -> None:
    duty = desk("propose")
    duty.at(1, A=3.5)
    hear(duty, 2, "n-1", until=4)
    assert not duty.engine.desk.proposals
    if cancelled:
        hear(duty, 3, "n-2", "Cancel", "n-1", at=3)
    else:
        duty.hold(6, A=3.5)
    assert [p.level for p in duty.engine.desk.proposals.values()] == [3]
