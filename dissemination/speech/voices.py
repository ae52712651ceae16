"""The voices: how each is given its text, and the check that it says it.

A voice that meets a character it does not know says it in English, or names it a "Chinese
letter". So no voice is given a text before its phonemes have been looked at: no switch of
language, and in a Chinese voice one syllable a character. Characters that fail are left out of
the speech and told.

| voice | language | given to espeak-ng as |
| --- | --- | --- |
| `zh-CN` | Mandarin | pinyin (by pypinyin, with tone sandhi) to `cmn-latn-pinyin` |
| `yue` | Cantonese reading of the written text | characters to `yue-latn-jyutping` |
| `hak` | Hakka reading of the written text | phonemes by a table of readings to `hak` |
| `en` | English | words to `en-gb`; names in characters as pinyin |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dissemination.speech import espeak, hakka
from dissemination.speech.wording import HAN
from tongluo.core.errors import SpeechError

Readings = Mapping[str, str]
"""Word -> its syllables with tone numbers, set apart by spaces: pinyin, Jyutping, Pha̍k-fa-sṳ."""

MOST_UNREAD = 0.1
"""Share of a text's characters that may be left out; beyond it the voice is not used."""
NO_PINYIN = "pypinyin is not installed: pip install 'tongluo[speech]'"


@dataclass(frozen=True)
class Ready:
    """A text as its voice takes it."""

    voice: str
    given: str
    syllables: int | None
    """None where they cannot be counted."""
    unread: str
    """Characters left out."""


@dataclass(frozen=True)
class Voice:
    """One voice: its name in espeak-ng, the tongue of its texts, and how a run of text is spelt."""

    name: str
    tongue: str
    spell: Callable[[str], list[str]]
    """Characters -> one spelling each; "" = it has none."""
    own: Callable[[str], str] = str
    """A syllable of a site's readings, as the voice takes it."""


def ready(language: str, text: str, readings: Readings) -> Ready:
    """The text (in words) as the voice takes it, checked; SpeechError when it cannot say it."""
    voice = VOICES[language]
    if voice.tongue == "en":
        given = re.sub(f"[{HAN}]+", lambda m: "".join(pinyin(m[0], "plain")).capitalize(), text)
        if espeak.switches(espeak.phonemes(voice.name, given)):
            raise SpeechError(f"voice {language} would change its language in {given!r}")
        return Ready(voice.name, given, None, "")
    found = _spelt(voice, text, readings)
    if not _says(voice, found):
        each = {word: parts for word, parts in found if parts}
        bad = {word for word, parts in each.items() if not _says(voice, [(word, parts)])}
        found = [(word, [] if word in bad else parts) for word, parts in found]
    unread = "".join(word for word, parts in found if not parts and _characters(word))
    if len(unread) > MOST_UNREAD * max(1, _characters(text)) or not _says(voice, found):
        raise SpeechError(f"voice {language} has no reading of: {''.join(dict.fromkeys(unread))}")
    return Ready(voice.name, _joined(found), sum(len(parts) for _, parts in found), unread)


def _spelt(voice: Voice, text: str, readings: Readings) -> list[tuple[str, list[str]]]:
    """(word, its spelt syllables): a site's readings first, the longest first."""
    words = "|".join(map(re.escape, sorted(readings, key=len, reverse=True)))
    pattern = f"{words}|[{HAN}]+?(?={words}|[^{HAN}]|$)" if words else f"[{HAN}]+"
    found, at = list[tuple[str, list[str]]](), 0
    for m in re.finditer(pattern, text):
        found += [(pause, []) for pause in text[at : m.start()]]
        if m[0] in readings:
            found.append((m[0], [voice.own(part) for part in readings[m[0]].split()]))
        else:
            spelt = zip(m[0], voice.spell(m[0]), strict=True)
            found += [(char, [said] if said else []) for char, said in spelt]
        at = m.end()
    return found + [(pause, []) for pause in text[at:]]


def _joined(found: list[tuple[str, list[str]]]) -> str:
    return " ".join(" ".join(parts) if parts else _pause(word) for word, parts in found)


def _pause(word: str) -> str:
    return {"，": ",", "。": ".\n"}.get(word, "")


def _says(voice: Voice, found: list[tuple[str, list[str]]]) -> bool:
    said = espeak.phonemes(voice.name, _joined(found))
    wanted = sum(len(parts) for _, parts in found)
    return not espeak.switches(said) and espeak.syllables(said) == wanted


def _characters(text: str) -> int:
    return len(re.findall(f"[{HAN}]", text))


def pinyin(text: str, style: str = "numbered") -> list[str]:
    """Pinyin of characters, "" for one that has none; of a name in English text "plain".

    >>> pinyin("重庆两点"), pinyin("青溪", "plain")
    (['chong2', 'qing4', 'liang3', 'dian3'], ['qing', 'xi'])
    """
    try:
        import pypinyin  # noqa: PLC0415 - an extra
    except ImportError:
        raise SpeechError(NO_PINYIN) from None
    plain = style == "plain"
    said = pypinyin.lazy_pinyin(
        text,
        style=pypinyin.Style.NORMAL if plain else pypinyin.Style.TONE3,
        errors=lambda chars: [""] * len(chars),  # type: ignore[arg-type,return-value] # as its text
        neutral_tone_with_five=True,
        tone_sandhi=not plain,
    )
    shape = re.compile("[a-zü]+" if plain else "[a-zü]{2,}[1-5]|[aeo][1-5]")
    return [part if shape.fullmatch(part) else "" for part in said]


def _hakka(text: str) -> list[str]:
    known = hakka.readings()
    return [_quoted(known[char]) if char in known else "" for char in text]


def _quoted(syllable: str) -> str:
    return f"[[{hakka.phonemes(syllable)}]]"


VOICES = {
    "zh-CN": Voice("cmn-latn-pinyin", "zh", pinyin),
    "yue": Voice("yue-latn-jyutping", "zh", list),
    "hak": Voice("hak", "zh", _hakka, _quoted),
    "en": Voice("en-gb", "en", list),
}
