"""Short messages: parts as 3GPP counts them, place and action never lost, templates refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination import texts
from dissemination.sms_text import (
    BASIC,
    DEFAULT,
    EXTENSION,
    ROOM,
    check_signature,
    check_template,
    coding_of,
    fit,
    size,
)
from tests.unit.test_cap_property import warnings
from tests.warned import BASE
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level, Status

LANGUAGE = st.sampled_from(["zh-CN", "en-US"])


def test_the_tables_have_the_size_the_standard_gives() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)  # 128 codes, one of them is the escape
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "coding", "units", "parts"),
    [
        ("", "gsm7", 0, 1),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 306, 3),  # the escape stays with its character
        ("雨" * 134, "ucs2", 134, 2),
        ("雨" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("😀" * 66, "ucs2", 132, 2),
        ("😀" * 67, "ucs2", 134, 3),  # a pair is not split: 33 of them in a part of 67
        ("é" * 160, "gsm7", 160, 1),
        ("ê", "ucs2", 1, 1),
    ],
)
def test_parts_at_their_edges(text: str, coding: str, units: int, parts: int) -> None:
    found = size(text)
    assert (found.coding, found.units, found.parts) == (coding, units, parts)


def test_a_forced_coding_is_counted_as_it_will_be_sent() -> None:
    assert size("a" * 71).parts == 1
    assert size("a" * 71, "ucs2").parts == 2


@given(st.text(max_size=700))
def test_parts_are_what_packing_by_hand_gives(text: str) -> None:
    coding = coding_of(text)
    if coding == "gsm7":
        units = [2 if c in EXTENSION else 1 for c in text]
    else:
        units = [len(c.encode("utf-16-be", "surrogatepass")) // 2 for c in text]
    packed = [0]
    for width in units:
        if packed[-1] + width > ROOM[coding][1]:
            packed.append(0)
        packed[-1] += width
    wanted = 1 if sum(units) <= ROOM[coding][0] else len(packed)
    found = size(text)
    assert (found.units, found.parts) == (sum(units), wanted)


@settings(deadline=None, max_examples=300)
@given(warnings(), LANGUAGE, st.integers(1, 3), st.sampled_from(["", "澜湾应急"]))
def test_any_warning_fits_with_its_place_and_action(
    warning: WarningVersion, language: str, parts: int, signature: str
) -> None:
    parts = max(parts, 2) if language == "en-US" else parts  # 70 units are too few for English
    text = fit(warning, language, parts, signature=signature, coding="ucs2")
    assert size(text, "ucs2").parts <= parts
    assert texts.clean(texts.place(warning, language))[:4].rstrip() in text
    ways = (texts.asked(warning, language), texts.told(warning, language))
    assert any(texts.clean(way) in text for way in ways)
    assert text.startswith(f"【{signature}】" if signature else "")
    if warning.status is Status.EXERCISE:
        mark = "【演练】" if language == "zh-CN" else "EXERCISE"
        assert text.removeprefix(f"【{signature}】").startswith(mark) and text.endswith(mark)


def test_what_is_left_out_as_room_shrinks() -> None:
    """First the sender, then the reason, then the long advice for the area's own plan."""
    plan = replace(BASE, level=Level.RED, area=replace(BASE.area, plan="到青溪小学操场集合"))
    told = [fit(plan, "zh-CN", parts, coding="ucs2") for parts in (3, 2, 1)]
    full, _, least = told
    assert "示例县" in full and "过去3小时雨量56毫米" in full and "立即转移到安全处" in full
    assert "青溪镇" in least and "立即转移" in least and "青溪小学" in least
    assert [len(text) for text in told] == sorted((len(text) for text in told), reverse=True)
    assert size(least, "ucs2").units <= 70


def test_a_long_name_is_cut_last_and_never_to_nothing() -> None:
    long = replace(BASE, area=replace(BASE.area, name="青溪镇" * 60, plan=""))
    text = fit(long, "zh-CN", 1, coding="ucs2")
    assert text.startswith("青溪镇青") and "…" in text and "请做好准备" in text
    with pytest.raises(ValueError, match="do not fit"):
        fit(long, "zh-CN", 1, "{place}{action}" + "啊" * 70, coding="ucs2")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{place}有险情", "what to do"),
        ("请转移：{action}", "the place"),
        ("{news}{action}{town}", "no {town}"),
        ("{news}{action", "cannot be read"),
        ("{news}{action!r}", "stands alone"),
        ("{news}{action:>9}", "stands alone"),
        ("", "the place"),
    ],
)
def test_a_template_that_leaves_out_what_matters_is_refused(template: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_template(template)


@given(st.text(st.sampled_from("{}!:|.[]newsaction ") | st.characters(), max_size=40))
def test_a_template_is_refused_in_words_or_fits(template: str) -> None:
    try:
        check_template(template)
    except ValueError:
        return
    assert fit(BASE, "zh-CN", 9, template)


def test_own_templates_and_signatures() -> None:
    check_template(DEFAULT["zh"])
    check_template(DEFAULT["en"])
    text = fit(BASE, "en-US", 3, "{place} ({level}) until {until}: {action}")
    assert text.startswith("Qingxi (orange) until 14:00: On low ground")
    over = replace(BASE, act=Act.CANCEL, level=Level.NONE, previous=Level.RED)
    assert "红色" in fit(over, "zh-CN", 3, "{place}{level}{action}")
    check_signature("澜湾应急")
    with pytest.raises(ValueError, match="without brackets"):
        check_signature("【澜湾应急】")
