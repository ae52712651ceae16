"""Another agency's warning in its own words, with whose it is and of when around them.

Words are the issuer's in the language that is asked for, else in the first that it has: nothing is
translated. Where a message leaves out what to do, people are sent to the issuer, not told by us.
"""

from __future__ import annotations

from collections.abc import Iterator

from tongluo.core.times import to_datetime
from tongluo.core.warning import Relayed, Said, WarningVersion

_FOLLOW = {
    "zh": "请按发布单位和当地的要求行动。",
    "en": "Do as the issuer and those on site say.",
}
_ENDED = {
    "cancelled": ("发布单位已解除：", "The issuer has ended it: "),
    "left": ("已更新，不再包括本地：", "Updated, and not for this place any more: "),
    "stopped": ("本系统不再转发，以发布单位消息为准：",
                "Relayed here no longer, the issuer's own messages count: "),
}  # fmt: skip
_STOPS = "。！？；.!?;"


def words(other: Relayed, key: str) -> Said:
    """The issuer's words in a language ("zh" or "en"), or in the first that it has."""
    fitting = [s for s in other.said if s.language.partition("-")[0].lower() == key]
    return next(iter([*fitting, *other.said]), Said(key, ""))


def around(warning: WarningVersion, other: Relayed, key: str, name: str) -> str:
    """Whose it is, of when, and for which place."""
    at = to_datetime(other.original.sent, warning.zone)
    if key == "zh":
        day = f"{at.month}月{at.day}日{at:%H:%M}"
        return f"转发{other.issuer}发布于{day}的预警（{name}）："
    return f"Relayed from {other.issuer}, issued {at:%Y-%m-%d %H:%M}, for {name}: "


def news(warning: WarningVersion, other: Relayed, key: str, name: str) -> str:
    """The issuer's headline, with whose it is."""
    return around(warning, other, key, name) + _headline(warning, other, key)


def headline(warning: WarningVersion, other: Relayed, key: str, name: str, room: int) -> str:
    """The same in so many characters; where it is too long, the description has it whole."""
    text = news(warning, other, key, name)
    return text if len(text) <= room else text[: room - 1] + "…"


def description(warning: WarningVersion, other: Relayed, key: str, name: str, room: int) -> str:
    """The issuer's description; its headline where it has none, or too long a one."""
    said = words(other, key).description
    whole = news(warning, other, key, name)
    return said if said and len(whole) <= room else _joined([whole, said], key)


def told(other: Relayed, key: str) -> str:
    """What the issuer says to do."""
    own = "" if other.ended else words(other, key).instruction
    return own or _FOLLOW[key]


def shorter(warning: WarningVersion, other: Relayed, key: str, name: str) -> Iterator[str]:
    """Texts from the fullest to the shortest; whose it is, and of when, is never left out."""
    said, first = words(other, key), news(warning, other, key, name)
    yield _joined([first, told(other, key), said.description], key)
    yield _joined([first, told(other, key)], key)
    yield first
    least, dots = len(around(warning, other, key, name)), "…" if key == "zh" else "..."
    for length in range(len(first) - 1, least, -1):
        yield first[:length] + dots


def _headline(warning: WarningVersion, other: Relayed, key: str) -> str:
    hazard = warning.hazard.zh if key == "zh" else f"{warning.hazard.en} warning"
    own = words(other, key).headline or hazard
    return _ENDED[other.ended][key == "en"] + own if other.ended else own


def _joined(parts: list[str], key: str) -> str:
    stop = "。" if key == "zh" else "."
    full = [p if p[-1] in _STOPS else p + stop for p in parts if p]
    return ("" if key == "zh" else " ").join(full)
