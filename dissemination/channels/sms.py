"""What all channels of short messages share: options of the text, and the text of a warning."""

from __future__ import annotations

import threading
from typing import Literal

from pydantic import Field, field_validator

from dissemination import sms_text
from dissemination.channels.people import Recipients
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


class Texts:
    """The text of a warning version, made once."""

    def __init__(self, options: Messages, coding: Coding | None = None, signed: bool = True):
        self._options, self._coding, self._signed = options, coding, signed
        self._last = ("", "")
        self._lock = threading.Lock()

    def of(self, warning: WarningVersion) -> str:
        """The text; PermanentFailure when it does not fit."""
        o = self._options
        with self._lock:
            if self._last[0] != warning.identifier:
                signature = o.signature if self._signed else ""
                try:
                    text = sms_text.fit(
                        warning, o.language, o.parts, o.template, signature, self._coding
                    )
                except ValueError as error:
                    raise PermanentFailure(str(error)) from None
                self._last = (warning.identifier, text)
            return self._last[1]
