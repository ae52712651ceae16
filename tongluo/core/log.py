"""Structured log lines on standard error: one JSON object a line; a lasting trouble is told once.

Values are never phone numbers or names of people: callers pass counts, ids of stations, reasons.
"""

from __future__ import annotations

import sys
from typing import Any, TextIO

import msgspec

from tongluo.core.clock import now_ms
from tongluo.core.times import iso


class Log:
    """Writes lines, and remembers which troubles are going on."""

    def __init__(self, part: str, stream: TextIO | None = None) -> None:
        self._part = part
        self._stream = stream or sys.stderr
        self._going_on: dict[str, str] = {}

    def say(self, event: str, **fields: Any) -> None:
        """One line."""
        line = {"time": iso(now_ms()), "part": self._part, "event": event, **fields}
        print(msgspec.json.encode(line).decode(), file=self._stream, flush=True)

    def trouble(self, kind: str, reason: str, **fields: Any) -> None:
        """A trouble: told when it begins or its reason changes."""
        if self._going_on.get(kind) != reason:
            self._going_on[kind] = reason
            self.say(kind, state="trouble", reason=reason, **fields)

    def over(self, kind: str, **fields: Any) -> None:
        """The trouble has ended: told once."""
        if self._going_on.pop(kind, None) is not None:
            self.say(kind, state="recovered", **fields)
