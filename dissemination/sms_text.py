"""A warning as a short message: parts counted, rules of a template, the text fitted to N parts.

A part holds 160 septets of GSM-7 or 70 units of UCS-2; of several parts each gives some to its
header and holds 153 or 67 (3GPP TS 23.038, TS 23.040). A character of GSM-7's extension table takes
two septets, one beyond the basic plane two units, and neither is split between parts.

A template is pieces parted by `|`. Those that name the place or what to do are always said; the
others are left out from the last to the first when there is no room.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dissemination import texts, texts_relay
from tongluo.core.times import to_datetime
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act

Coding = Literal["gsm7", "ucs2"]

ESCAPE = "\x1b"
ALPHABET = (
    f"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ{ESCAPE}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM-7's default alphabet, in the order of its codes."""
SECOND = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D,
          "]": 0x3E, "|": 0x40, "€": 0x65}  # fmt: skip
"""Its extension table: the codes behind an escape."""
BASIC = frozenset(ALPHABET) - {ESCAPE}
EXTENSION = frozenset(SECOND)
ROOM: dict[Coding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}
"""Units in a single message, and in each of several parts."""

DEFAULT = {
    "zh": "{news}：{action}|{why}|（{sender}）",
    "en": "{news}: {action}| {why}| ({sender})",
}
FIELDS = {
    "news": "place, hazard, level and what became of it, in one sentence",
    "place": "name of the area",
    "hazard": "what threatens",
    "level": "the level's word",
    "action": "what to do, with the area's own plan; shortened when there is no room",
    "why": "the reason",
    "sender": "who says so",
    "until": "local time until which it holds",
}
PLACES, ACTIONS = ("news", "place"), ("action",)
SHORTEST_PLACE = 4
"""Characters of a place's name that are never cut."""


@dataclass(frozen=True)
class Size:
    """What a text takes."""

    coding: Coding
    units: int
    parts: int


def coding_of(text: str) -> Coding:
    """The smallest coding that can carry it.

    >>> coding_of("50 €"), coding_of("甲村")
    ('gsm7', 'ucs2')
    """
    return "gsm7" if all(c in BASIC or c in EXTENSION for c in text) else "ucs2"


def size(text: str, coding: Coding | None = None) -> Size:
    """Units and parts of a text; coding: what it will be sent in (default: the smallest).

    >>> size("a" * 160).parts, size("a" * 161).parts, size("雨" * 70).parts, size("雨" * 71).parts
    (1, 2, 1, 2)
    """
    coding = coding or coding_of(text)
    widths = [width(c, coding) for c in text]
    single, shared = ROOM[coding]
    if sum(widths) <= single:
        return Size(coding, sum(widths), 1)
    parts, used = 1, 0
    for units in widths:
        if used + units > shared:
            parts, used = parts + 1, 0
        used += units
    return Size(coding, sum(widths), parts)


def width(character: str, coding: Coding) -> int:
    """Units that a character takes."""
    if coding == "gsm7":
        return 2 if character in EXTENSION else 1
    return 2 if character > "\uffff" else 1


class BadTemplate(ValueError):
    """A template that cannot be used; `code` is a word for it, the text says it to a person."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def check_template(template: str) -> None:
    """BadTemplate, in words for a person, when a template leaves out the place or what to do.

    >>> check_template("{news}")
    Traceback (most recent call last):
    dissemination.sms_text.BadTemplate: the template does not say what to do: it needs {action}
    """
    names = _names(template)
    unknown = next((n for n in names if n not in FIELDS), None)
    if unknown is not None:
        raise BadTemplate("field", f"there is no {{{unknown}}}; there are: {', '.join(FIELDS)}")
    if not any(n in PLACES for n in names):
        raise BadTemplate(
            "place", "the template does not name the place: it needs {news} or {place}"
        )
    if not any(n in ACTIONS for n in names):
        raise BadTemplate("action", "the template does not say what to do: it needs {action}")


def _names(template: str) -> list[str]:
    try:
        found = list(string.Formatter().parse(template))
    except ValueError as error:
        raise BadTemplate("braces", f"the template cannot be read: {error}") from None
    if any(form or conversion for _, _, form, conversion in found):
        words = "a name in braces stands alone: no colon, no exclamation mark"
        raise BadTemplate("braces", words)
    return [name for _, name, _, _ in found if name is not None]


def check_signature(signature: str) -> None:
    """ValueError when a registered signature is written with its brackets, or over lines."""
    if any(c in "【】[]" or not c.isprintable() for c in signature):
        raise ValueError("write the signature without brackets: they are added")


def fit(
    warning: WarningVersion,
    language: str,
    parts: int = 2,
    template: str = "",
    signature: str = "",
    coding: Coding | None = None,
    audience: str = "residents",
) -> str:
    """The fullest text that fits; place, what to do, signature and exercise marks are never lost.

    ValueError when even the shortest does not fit: the template's own words are too many.
    """
    template = template or DEFAULT[texts.tongue(language)]
    shorter_ones = shorter(warning, language, template, audience)
    if warning.relayed is not None:  # the issuer's own words, whatever the template
        name = texts.place(warning, language)
        shorter_ones = texts_relay.shorter(warning, warning.relayed, texts.tongue(language), name)
    for text in shorter_ones:
        whole = _signed(texts.marked(warning, language, text), signature)
        if size(whole, coding).parts <= parts:
            return whole
    raise ValueError(f"place and what to do do not fit into {parts} parts with this template")


def shorter(warning: WarningVersion, language: str, template: str, audience: str) -> Iterator[str]:
    """Texts from the fullest to the shortest, without marks; the place's name is cut last."""
    pieces = template.split("|")
    extras = [n for n, piece in enumerate(pieces) if not {*PLACES, *ACTIONS} & {*_names(piece)}]
    actions = _actions(warning, language, audience)
    for action in actions:
        for left_out in range(len(extras) + 1):
            gone = extras[len(extras) - left_out :]
            yield _filled([p for n, p in enumerate(pieces) if n not in gone], warning, language,
                          texts.place(warning, language), action)  # fmt: skip
    needed = [p for n, p in enumerate(pieces) if n not in extras]
    name = texts.place(warning, language)
    dots = "…" if texts.tongue(language) == "zh" else "..."
    for length in range(len(name) - len(dots) - 1, SHORTEST_PLACE - 1, -1):
        yield _filled(needed, warning, language, name[:length] + dots, actions[-1])


def _actions(warning: WarningVersion, language: str, audience: str) -> list[str]:
    """What to do: in full; in short with the area's own plan; in short."""
    short, plan = texts.asked(warning, language, audience), texts.plan(warning, language)
    stop = "。" if texts.tongue(language) == "zh" else ". "
    ways = [
        texts.told(warning, language, audience),
        *([short + stop + plan] if plan else []),
        short,
    ]
    return [way if way[-1] in "。.!！" else way + stop.strip() for way in ways]


def _filled(
    pieces: list[str], warning: WarningVersion, language: str, name: str, action: str
) -> str:
    key = texts.tongue(language)
    level = warning.previous if warning.act is Act.CANCEL else warning.level
    values = {
        "news": texts.news(warning, language, name),
        "place": name,
        "hazard": texts.event(warning, language),
        "level": level.zh if key == "zh" else level.word,
        "action": action,
        "why": texts.clean(str(warning.reason.get(key, ""))),
        "sender": texts.sender_name(warning, language),
        "until": to_datetime(warning.expires, warning.zone).strftime("%H:%M"),
    }
    said = (p for p in pieces if all(values[n] for n in _names(p)))
    return texts.clean("".join(p.format_map(values) for p in said))


def _signed(text: str, signature: str) -> str:
    return f"【{signature}】{text}" if signature else text
