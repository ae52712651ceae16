"""What all channels of short messages share: options of the text, and the text of a warning."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator

from dissemination import messages, sms_text, texts
from dissemination.channels.people import Recipients
from dissemination.messages import RESIDENT, Spoken, Template
from dissemination.sms_text import Coding
from tongluo.core.errors import PermanentFailure
from tongluo.core.warning import WarningVersion


class Messages(Recipients):
    """Whom a channel sends short messages to, and how their text is made."""

    language: Literal["zh-CN", "en-US"] = "zh-CN"
    """Of the text."""
    parts: int = Field(default=2, ge=1, le=10)
    """Longest message, in parts of 67 characters (one alone: 70), or of 153 (160) where a text
    goes out in GSM-7."""
    template: str = ""
    """Pieces parted by `|`, with {news}, {place}, {hazard}, {level}, {action}, {why}, {sender},
    {until}; must name the place ({news} or {place}) and {action}. Empty = the project's own."""
    signature: str = ""
    """Registered signature, without its brackets 【】; it counts towards the length."""

    @field_validator("template")
    @classmethod
    def _template(cls, template: str) -> str:
        if template:
            sms_text.check_template(template)
        return template

    @field_validator("signature")
    @classmethod
    def _signature(cls, signature: str) -> str:
        sms_text.check_signature(signature)
        return signature


Extra = tuple[str, str]
"""Some words of one recipient's own: (Chinese, English); ways to say them a line each."""
NOTHING: Extra = ("", "")


class Texts:
    """The text of a warning version, made once for each audience, and place with a plan."""

    def __init__(
        self,
        options: Messages,
        coding: Coding | None = None,
        signed: bool = True,
        templates: Sequence[Template] = (),
        kind: str = "",
    ):
        """templates: the site's own templates; kind: of the channel, as these name it."""
        self._options, self._coding, self._signed = options, coding, signed
        self._templates, self._kind = templates, kind
        self._made: tuple[str, dict[tuple[Spoken, Extra], str]] = ("", {})
        self._lock = threading.Lock()

    def of(self, warning: WarningVersion, to: Spoken = RESIDENT, extra: Extra = NOTHING) -> str:
        """The text; PermanentFailure when it does not fit. extra: said behind what to do."""
        with self._lock:
            if self._made[0] != warning.identifier:
                self._made = (warning.identifier, {})
            made = self._made[1]
            if (to, extra) not in made:
                made[to, extra] = self._fitted(warning, to, extra)
            return made[to, extra]

    def _fitted(self, warning: WarningVersion, to: Spoken, extra: Extra) -> str:
        o = self._options
        own = messages.own(self._templates, warning, self._kind, to, o.language)
        template = own or o.template or sms_text.DEFAULT[texts.tongue(o.language)]
        ways = extra[texts.tongue(o.language) == "en"].splitlines()
        signature = o.signature if self._signed else ""
        for one in (*(_behind(template, words) for words in ways), template):
            try:
                return sms_text.fit(
                    to.hears(warning), o.language, o.parts, one, signature, self._coding,
                    to.audience,
                )  # fmt: skip
            except ValueError as error:
                refused = error
        raise PermanentFailure(str(refused)) from None


def _behind(template: str, words: str) -> str:
    """A template that says some words behind what to do.

    >>> _behind("{news}: {action}| {why}", "2 doors")
    '{news}: {action} 2 doors| {why}'
    """
    plain = words.replace("{", "{{").replace("}", "}}").replace("|", "/")
    space = " " if plain.isascii() else ""
    return "|".join(
        f"{piece}{space}{plain}" if "{action}" in piece else piece for piece in template.split("|")
    )
