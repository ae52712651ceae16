"""Every voice says every text: no switch of language, one syllable a character."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dissemination.speech import espeak, hakka
from dissemination.speech.numerals import number
from dissemination.speech.voices import VOICES, Ready, pinyin, ready
from dissemination.speech.wording import HAN, words
from tests.speech import every_text, needs_espeak
from tongluo.core.errors import SpeechError

PLACES_ZH = (
    "青溪镇3号点", "G325国道K12+300", "2号隐患点", "东江村第10组", "南山A区", "石龙水库10.5米处",
    "重庆路110号", "西湖站（2026年设）",
)  # fmt: skip
PLACES_EN = ("Qingxi site 3", "G325 road at K12+300", "slope No.2", "青溪镇 No. 7", "ward 10")
CHINESE = [language for language, voice in VOICES.items() if voice.tongue == "zh"]


def said(found: Ready) -> str:
    return espeak.phonemes(found.voice, found.given)


def one_a_character(language: str, text: str) -> None:
    """The phonemes of a text in words, counted anew."""
    found = ready(language, text, {})
    assert not found.unread, found.unread
    spoken = said(found)
    assert "(en)" not in spoken and not espeak.switches(spoken), spoken
    assert espeak.syllables(spoken) == len(re.findall(f"[{HAN}]", text)), (text, spoken)


@needs_espeak
@pytest.mark.parametrize("language", CHINESE)
def test_every_template_text(language: str) -> None:
    texts = every_text("zh-CN")
    assert len(texts) > 300
    sentences = {part for text in texts for part in re.split("[，。]", words(text, "zh")) if part}
    ordered = sorted(sentences)
    for first in range(0, len(ordered), 10):  # some together, for the sake of time
        one_a_character(language, "。".join(ordered[first : first + 10]))


@needs_espeak
@pytest.mark.parametrize("language", CHINESE)
@pytest.mark.parametrize("place", PLACES_ZH)
def test_place_names_with_digits(language: str, place: str) -> None:
    readings = {"隐患": "yun3 fam4"} if language == "hak" else {}
    text = words(f"{place}暴雨橙色预警", "zh")
    found = ready(language, text, readings)
    assert not found.unread, found.unread
    assert espeak.syllables(said(found)) == len(re.findall(f"[{HAN}]", text))


@needs_espeak
def test_english_stays_english() -> None:
    sentences = {part for text in every_text("en-US") for part in re.split(r"[.;\n] ", text)}
    ordered = [*sorted(sentences), *(f"Warning for {place}: leave now" for place in PLACES_EN)]
    for first in range(0, len(ordered), 20):
        text = ". ".join(ordered[first : first + 20])
        found = ready("en", words(text, "en"), {})
        assert not espeak.switches(said(found))
        assert not re.search(r"[0-9\u3400-\u9fff]", found.given), found.given


@needs_espeak
def test_the_plain_voices_would_have_failed() -> None:
    """What the check is there for: both do it on an ordinary warning."""
    assert espeak.switches(espeak.phonemes("cmn", "橙色预警"))
    assert espeak.switches(espeak.phonemes("hak", "橙色预警"))


@needs_espeak
def test_every_hakka_reading_is_spoken_as_written() -> None:
    syllables = sorted(set(hakka.readings().values()))
    given = "\n\n".join(f"[[{hakka.phonemes(syllable)}]]." for syllable in syllables)
    lines = [line.strip() for line in espeak.phonemes("hak", given).splitlines() if line.strip()]
    assert lines == [hakka.phonemes(syllable) for syllable in syllables]


def test_a_wrong_hakka_syllable_is_refused() -> None:
    with pytest.raises(SpeechError, match="not a Hakka syllable"):
        hakka.phonemes("xyz")


def test_characters_with_several_readings() -> None:
    assert pinyin("重庆银行行人涨水") == [
        "chong2", "qing4", "yin2", "hang2", "xing2", "ren2", "zhang2", "shui3",
    ]  # fmt: skip


@needs_espeak
def test_a_sites_reading_goes_first_and_the_longest_of_them() -> None:
    readings = {"番禺": "pan1 yu2", "番": "fan1", "番禺村": "pan1 yu2 cun5"}
    assert ready("zh-CN", "番禺村在番地", readings).given.split() == [
        "pan1", "yu2", "cun5", "zai4", "fan1", "di4",
    ]  # fmt: skip


@needs_espeak
def test_what_cannot_be_read_is_left_out_and_told_or_the_voice_refused() -> None:
    found = ready("zh-CN", "大家请注意这里有暴雨预警\U0003fffd", {})
    assert found.unread == "\U0003fffd" and found.syllables == 12
    with pytest.raises(SpeechError, match="voice hak has no reading of: 鑫"):
        ready("hak", "鑫鑫村", {})


@needs_espeak
@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_words_or_refused(text: str) -> None:
    said_zh = words(text, "zh")
    assert re.fullmatch(f"[{HAN}，。]*", said_zh)
    assert re.fullmatch(f"[A-Za-z',. {HAN}-]*", words(text, "en"))
    if said_zh:
        try:
            found = ready("zh-CN", said_zh, {})
        except SpeechError:
            return
        assert espeak.syllables(said(found)) == found.syllables


def read_zh(text: str) -> int:
    """A Chinese number as a value: the way back, written apart."""
    for name, size in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if name in text:
            head, tail = text.split(name, 1)
            return (read_zh(head) or 1) * size + read_zh(tail)
    digits = text.lstrip("零")
    return int(unicodedata.numeric(digits)) if digits else 0


@given(st.integers(0, 10**12 - 1) | st.integers(0, 30000))
def test_chinese_numbers_read_back(n: int) -> None:
    assert read_zh(number(str(n), "zh")) == n
