"""The words for every fault, in both languages: `texts_en` and `texts_zh`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tongluo.config.texts_en import EN
from tongluo.config.texts_zh import DETAILS_ZH, LISTS_ZH, ZH

LANGUAGES = ("en-US", "zh-CN")
MOST = 24
"""Of a longer list of names only so many are shown."""
WORDED = ("detail", "kind", "word")
"""Values that are words themselves, not names out of the file."""


@dataclass(frozen=True)
class Choice:
    """A name that is not among the known ones: becomes "did you mean" or the list of them."""

    word: str
    known: tuple[str, ...]

    @property
    def near(self) -> str | None:
        """The known name that was probably meant.

        >>> Choice("Timezon", ("timezone", "name")).near
        'timezone'
        """
        lower = {name.lower(): name for name in reversed(self.known)}
        found = get_close_matches(self.word.lower(), lower, n=1, cutoff=0.6)
        return lower[found[0]] if found else None

    def said(self, chinese: bool) -> str:
        """What to do, in words."""
        near = self.near
        if near is not None:
            return f"是不是“{near}”？" if chinese else f"did you mean '{near}'?"
        if not self.known:
            return "这里还没有可用的名称：请先添加" if chinese else "there are none yet: add one"
        names = ", ".join(self.known[:MOST]) + (", ..." if len(self.known) > MOST else "")
        return f"可用：{names}" if chinese else f"use one of: {names}"


def choice(word: object, known: Iterable[str]) -> Choice:
    """A `Choice` from any word and names.

    >>> choice("rian", ["rain", "tide"]).said(chinese=False)
    "did you mean 'rain'?"
    """
    return Choice(str(word), tuple(known))


def say(code: str, values: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(reason, hint) of a code; unknown languages are told in English.

    >>> say("empty", {}, "zh-CN")
    ('是空的', '填写内容，或者删去这一项')
    """
    chinese = language.startswith("zh")
    reason, hint = (ZH if chinese else EN)[code]
    told = {key: _told(key, value, chinese) for key, value in values.items()}
    return reason.format(**told), hint.format(**told)


def _told(key: str, value: Any, chinese: bool) -> str:
    if isinstance(value, Choice):
        return value.said(chinese)
    return _detail_zh(str(value)) if chinese and key in WORDED else str(value)


def _detail_zh(text: str) -> str:
    """What another part of the program said in English, in Chinese where its words are known."""
    if text in LISTS_ZH:
        return LISTS_ZH[text]
    for pattern, chinese in DETAILS_ZH:
        match = re.fullmatch(pattern, text)
        if match:
            return match.expand(chinese)
    return text
