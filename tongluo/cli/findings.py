"""What a check of `tongluo doctor` found: one line, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from tongluo.cli.texts import say

State = Literal["OK", "WARN", "FAIL"]
STYLES = {"OK": "green", "WARN": "bold yellow", "FAIL": "bold red"}


@dataclass(frozen=True)
class Finding:
    """One line of `doctor`."""

    state: State
    what: str
    """What was looked at."""
    said: str
    todo: str = ""

    def line(self) -> Text:
        """The line as it is shown.

        >>> Finding("WARN", "disk", "1 GB free", "make room").line().plain
        'WARN  disk: 1 GB free -> make room'
        """
        told = f"{self.what}: {self.said}" + (f" -> {self.todo}" if self.todo else "")
        return Text.assemble((f"{self.state:<4}", STYLES[self.state]), "  ", told)


def ok(what: str, key: str, **values: object) -> Finding:
    """Nothing to do; `what` and `key` are keys of texts."""
    return Finding("OK", say(what), say(key, **values))


def warn(what: str, key: str, **values: object) -> Finding:
    """Works, and yet; `key.todo` says what to do."""
    return Finding("WARN", say(what), say(key, **values), say(f"{key}.todo", **values))


def fail(what: str, key: str, **values: object) -> Finding:
    """Does not work; `key.todo` says what to do."""
    return Finding("FAIL", say(what), say(key, **values), say(f"{key}.todo", **values))
