"""Rendering: what stands in the message, element by element."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dissemination import cap, cap_names, cap_rules, texts
from dissemination.cap_read import read
from tests.warned import BASE, EARLIER, SENT, SQUARE, make, parts, valid, values
from tongluo.core.errors import CapError
from tongluo.core.warning import Area, Sender
from tongluo.core.words import GRADES, Act, Exercise, Hazard, Level, Status

ISSUED = [hazard for hazard in Hazard if hazard.issued]


def test_one_complete_info_for_each_language() -> None:
    xml = cap.render(BASE)
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert values(xml, "language") == ["zh-CN", "en-US"]
    assert values(xml, "event") == ["暴雨", "Rainstorm"]
    assert values(xml, "senderName") == ["示例县", "Example County"]
    assert values(xml, "areaDesc") == ["青溪镇", "Qingxi"]
    for name in ("polygon", "urgency", "severity", "onset", "expires", "contact"):
        one, other = values(xml, name)
        assert one == other, name


def test_same_warning_same_bytes_whatever_the_order_of_extra() -> None:
    assert cap.render(BASE) == cap.render(make(extra={"a": "1", "b": "2"}))


def test_parameters() -> None:
    assert parts(cap.render(make(languages=("en-US",))), "parameter") == [
        ("CN-LEVEL", "orange"),
        ("TONGLUO-EVENT", "e-1"),
        ("TONGLUO-VERSION", "1"),
        ("TONGLUO-POLICY", "policy-7"),
        ("a", "1"),
        ("b", "2"),
    ]


@pytest.mark.parametrize(
    ("level", "urgency", "severity", "response"),
    [
        (Level.BLUE, "Future", "Minor", "Monitor"),
        (Level.YELLOW, "Expected", "Moderate", "Prepare"),
        (Level.ORANGE, "Immediate", "Severe", "Prepare"),
        (Level.RED, "Immediate", "Extreme", "Evacuate"),
        (Level.UNKNOWN, "Unknown", "Unknown", "Prepare"),
    ],
)
def test_grades(level: Level, urgency: str, severity: str, response: str) -> None:
    xml = cap.render(make(level=level, languages=("zh-CN",)))
    assert valid(xml)
    assert values(xml, "urgency") == [urgency]
    assert values(xml, "severity") == [severity]
    assert values(xml, "responseType") == [response]


def test_orange_flash_flood_says_leave() -> None:
    xml = cap.render(make(hazard=Hazard.FLASH_FLOOD, languages=("en-US",)))
    assert values(xml, "responseType") == ["Evacuate"]
    assert "leave now" in (values(xml, "headline")[0] or "")


def test_cancel_is_past_all_clear_and_names_the_colour_it_ends() -> None:
    cancel = make(
        act=Act.CANCEL,
        level=Level.NONE,
        previous=Level.ORANGE,
        references=(EARLIER,),
        languages=("zh-CN",),
        expires=SENT - 1,
    )
    xml = cap.render(cancel)
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert values(xml, "msgType") == ["Cancel"]
    assert values(xml, "urgency") == ["Past"] and values(xml, "responseType") == ["AllClear"]
    assert values(xml, "expires") == values(xml, "sent")
    assert ("CN-LEVEL", "orange") in parts(xml, "parameter")


RETRACTION = make(
    act=Act.CANCEL,
    level=Level.NONE,
    previous=Level.RED,
    references=(EARLIER,),
    reason={"zh": "雨量计校验时误发。", "en": "Sent while a gauge was being calibrated."},
    mistaken=True,
)


def test_a_retraction_says_that_the_warning_was_a_mistake_and_recommends_nothing() -> None:
    xml = cap.render(RETRACTION)
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert values(xml, "msgType") == ["Cancel"] and values(xml, "responseType") == ["None"] * 2
    zh, en = values(xml, "headline")
    assert zh == "更正：撤回青溪镇暴雨红色预警：不必按其行动"
    assert en == "Red rainstorm warning for Qingxi withdrawn, issued in error: do not act on it"
    zh, en = values(xml, "description")
    assert zh and "误发" in zh and en and en.endswith("calibrated.") and "in error" in en
    zh, en = values(xml, "instruction")
    assert zh and "其他预警仍然有效" in zh and en and en.endswith("All other warnings stand.")


def test_the_all_clear_is_no_retraction() -> None:
    xml = cap.render(replace(RETRACTION, mistaken=False)).decode()
    for word in ("更正", "误发，", "in error", "mistake", "<responseType>None"):
        assert word not in xml


def test_only_a_cancel_takes_back_and_only_an_exercise_has_a_kind() -> None:
    with pytest.raises(ValueError, match="only a cancel"):
        make(mistaken=True)
    with pytest.raises(ValueError, match="both Actual and drill"):
        make(exercise=Exercise.DRILL)


@pytest.mark.parametrize("kind", [None, *Exercise])
def test_the_note_of_an_exercise_says_so_first_and_last(kind: Exercise | None) -> None:
    (note,) = values(
        cap.render(make(status=Status.EXERCISE, exercise=kind, note="七月例行")), "note"
    )
    named = kind or Exercise.DRILL
    assert note and note.startswith(named.zh) and "七月例行" in note
    assert note.endswith(f"Exercise ({named.value}), not an actual warning.")


def test_references_are_triples() -> None:
    xml = cap.render(make(act=Act.UPDATE, references=(EARLIER, replace(EARLIER, identifier="x"))))
    assert values(xml, "references") == [
        "demo@example.org,id-0,2026-07-01T07:59:00+08:00 "
        "demo@example.org,x,2026-07-01T07:59:00+08:00"
    ]


def test_exercise_has_a_note_and_says_so_first_and_last() -> None:
    xml = cap.render(make(status=Status.EXERCISE))
    assert values(xml, "status") == ["Exercise"] and values(xml, "note")[0]
    for name in ("headline", "description", "instruction"):
        zh, en = values(xml, name)
        assert zh and zh.startswith("【演练】") and zh.endswith("【演练】"), name
        assert en and en.startswith("EXERCISE") and en.endswith("EXERCISE"), name


def test_an_actual_never_says_exercise() -> None:
    text = cap.render(BASE).decode()
    assert "演练" not in text and "xercise" not in text.lower()


def test_utc_is_written_with_a_minus() -> None:
    assert values(cap.render(make(zone="UTC")), "sent") == ["2026-07-01T00:00:00-00:00"]


def test_event_codes_only_where_they_are_sure() -> None:
    for hazard in ISSUED:
        codes = dict(parts(cap.render(make(hazard=hazard)), "eventCode"))
        assert codes.get("CN-EVENT") == cap.CN_EVENT.get(hazard)
        assert codes["OET:v1.2"] == cap.OET[hazard]
    assert Hazard.FLASH_FLOOD not in cap.CN_EVENT


def test_circle_and_small_numbers_have_no_exponent() -> None:
    area = Area("a", "x", "x", 1, circle=(-0.0000001, 0.000012, 5.0))
    assert values(cap.render(make(area=area)), "circle") == ["0,0.000012 5"] * 2


def test_illegal_characters_are_replaced() -> None:
    odd = "a\x00b\x0b\ud800\ufffe<&]]>"
    area = replace(BASE.area, name=odd, name_en=odd)
    xml = cap.render(make(area=area, reason={"zh": odd, "en": odd}, extra={odd: odd}, policy=odd))
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert values(xml, "areaDesc") == ["a\ufffdb \ufffd\ufffd<&]]>"] * 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"identifier": "a b"}, "not a CAP identifier: 'a b'"),
        ({"identifier": ""}, "not a CAP identifier"),
        ({"identifier": "a\x00"}, "not a CAP identifier"),
        ({"sender": Sender("a,b", "x", "x")}, "not a CAP identifier: 'a,b'"),
        ({"act": Act.UPDATE}, "names no earlier message"),
        ({"expires": SENT - 1}, "expires before it is sent"),
        ({"languages": ("fr-FR",)}, "no warning texts in language 'fr-FR'"),
        ({"languages": ()}, "no language"),
        ({"hazard": Hazard.WET_SOIL}, "nobody is warned of wet soil by itself"),
    ],
)
def test_what_cap_cannot_say_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(CapError, match=says):
        cap.render(make(**changes))


def test_texts_name_place_and_action_for_every_hazard_level_and_act() -> None:
    for hazard in ISSUED:
        for act in Act:
            for level in Level:
                warning = make(hazard=hazard, act=act, level=level, previous=Level.YELLOW)
                for language, place in (("zh-CN", "青溪镇"), ("en-US", "Qingxi")):
                    headline = texts.headline(warning, language)
                    action = texts._DO[texts.tongue(language)][texts.step(warning)]
                    assert place in headline and headline.endswith(action)
                    assert place in texts.description(warning, language)
                    assert len(texts.instruction(warning, language)) > 10


def test_every_hazard_has_its_own_words_in_each_step() -> None:
    said = [
        text for steps in texts._INSTRUCTION.values() for pair in steps.values() for text in pair
    ]
    assert set(texts._INSTRUCTION) == set(ISSUED)
    assert len(said) == len(set(said)) == (len(ISSUED) * 3 - 1) * 2


def test_fire_danger_asks_nobody_to_leave_and_a_fire_does() -> None:
    asked = [texts.step(make(hazard=Hazard.FIRE_DANGER, level=level)) for level in GRADES]
    assert asked == [texts.Step.WATCH, texts.Step.WATCH, texts.Step.READY, texts.Step.READY]
    fire = make(hazard=Hazard.FOREST_FIRE, level=Level.RED)
    assert "森林火灾" in texts.headline(fire, "zh-CN")
    assert texts.step(fire) is texts.Step.LEAVE


def test_english_texts_hold_no_chinese_and_the_reverse() -> None:
    for hazard in ISSUED:
        for level in GRADES:
            warning = make(hazard=hazard, level=level, status=Status.EXERCISE)
            for say in (texts.headline, texts.description, texts.instruction):
                assert say(warning, "en-US").isascii(), say(warning, "en-US")
                assert not say(warning, "zh-CN").isascii()


@pytest.mark.parametrize(
    ("level", "told"), [(Level.BLUE, False), (Level.YELLOW, True), (Level.RED, True)]
)
def test_the_plan_of_the_area_follows_the_general_text(level: Level, told: bool) -> None:
    area = replace(BASE.area, plan="去青溪小学。", plan_en="Go to Qingxi school.")
    warning = make(level=level, area=area)
    general = texts.instruction(make(level=level), "en-US")
    plan = " Local plan: Go to Qingxi school." if told else ""
    assert texts.instruction(warning, "en-US") == general + plan
    assert texts.instruction(warning, "zh-CN").endswith("本地预案：去青溪小学。") is told


@pytest.mark.parametrize(
    ("level", "previous", "zh", "en"),
    [
        (
            Level.RED,
            Level.YELLOW,
            "青溪镇暴雨预警升级为红色：请立即转移",
            "Rainstorm warning for Qingxi raised to red: leave now",
        ),
        (
            Level.BLUE,
            Level.YELLOW,
            "青溪镇暴雨预警降级为蓝色：请留意",
            "Rainstorm warning for Qingxi lowered to blue: stay alert",
        ),
        (
            Level.BLUE,
            Level.BLUE,
            "青溪镇暴雨蓝色预警更新：请留意",
            "Blue rainstorm warning for Qingxi updated: stay alert",
        ),
    ],
)
def test_update_headlines(level: Level, previous: Level, zh: str, en: str) -> None:
    warning = make(act=Act.UPDATE, level=level, previous=previous)
    assert texts.headline(warning, "zh-CN") == zh
    assert texts.headline(warning, "en-US") == en


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_long_place_is_cut_and_nothing_else(language: str) -> None:
    area = replace(BASE.area, name="长" * 400, name_en="L" * 400)
    headline = texts.headline(make(area=area, status=Status.EXERCISE), language)
    assert len(headline) == 160 and "…" in headline
    assert headline.endswith(("：请做好准备【演练】", ": get ready - EXERCISE"))


def test_a_nameless_area_still_has_a_place() -> None:
    area = Area("", " ", "\x1f", 0)
    assert texts.headline(make(area=area), "zh-CN").startswith("预警区暴雨")
    assert "the warned area" in texts.headline(make(area=area), "en-US")
    assert texts.place(make(area=replace(area, name_en="Qingxi")), "zh-CN") == "Qingxi"


def test_a_missing_reason_is_said() -> None:
    said = texts.description(make(reason={}), "en-US")
    assert said.endswith("No reasons came with this message.")


def test_round_trip_of_national_identifiers() -> None:
    text = cap_names.cn_identifier("441999", "416", SENT + 999, 7, unit="001", extension="02")
    assert text == "44199941600102_20260701080000_7" and len(text) == 31
    assert cap_names.read_cn_identifier(text) == cap_names.CnIdentifier(
        "441999", "416", "001", "02", SENT, 7
    )
    assert cap_names.read_cn_identifier(text[:-2]).serial is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "44199941600102_20260701080000_",
        "44199941600102_20261301080000_1",
        "44199941600102_20260701080000_10",
        "４4199941600102_20260701080000_1",
    ],
)
def test_what_is_no_national_identifier_is_refused(text: str) -> None:
    with pytest.raises(CapError, match="national identifier"):
        cap_names.read_cn_identifier(text)


def test_parts_of_the_wrong_length_are_refused_even_if_the_sum_fits() -> None:
    with pytest.raises(CapError, match="agency 3"):
        cap_names.cn_identifier("44199", "9416", SENT, 0)
    with pytest.raises(CapError, match="serial 0 to 9"):
        cap_names.cn_identifier("441999", "416", SENT, 10)


def test_our_own_message_reads_back() -> None:
    notice = read(cap.render(BASE))
    assert (notice.sender, notice.identifier, notice.sent) == ("demo@example.org", "id-1", SENT)
    assert notice.infos[0].level == "orange" and notice.odd == ()
    assert notice.infos[1].areas[0].polygons == (SQUARE,)
    assert notice.infos[1].areas[0].geocodes == (("CN-GB/T2260", "441999"),)
