"""How things look: colours of levels, tables, local times. Text from messages is never markup."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tongluo.cli.texts import level_word, say
from tongluo.core.times import iso
from tongluo.core.words import Level

STYLES = {
    Level.UNKNOWN: "dim",
    Level.NONE: "green",
    Level.BLUE: "bold blue",
    Level.YELLOW: "bold yellow",
    Level.ORANGE: "bold orange3",
    Level.RED: "bold red",
}
WIDE = 240
"""Columns where nobody's terminal sets a limit: a line of a file is not folded."""


def console() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDE)


def level(value: Level) -> Text:
    """A level in its colour.

    >>> level(Level.RED).style
    'bold red'
    """
    return Text(level_word(value), STYLES[value])


def clean(text: object) -> str:
    """Text from outside without control characters: a topic must not steer a terminal.

    >>> clean("a\\x1b[2Jb")
    'a�[2Jb'
    """
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in str(text))


def local(ms: int | None, zone: str) -> str:
    """Local time with offset, to the second; empty for none.

    >>> local(1_782_864_000_000, "Asia/Shanghai"), local(None, "UTC")
    ('2026-07-01 08:00:00 +08:00', '')
    """
    if ms is None:
        return ""
    text = iso(ms - ms % 1000, zone).replace("T", " ")
    return f"{text[:19]} {text[19:]}"


def number(value: float | None, unit: str = "") -> str:
    """A value with its unit; a dash when it is missing.

    >>> number(3.25, "m"), number(None, "m")
    ('3.25 m', '—')
    """
    if value is None or math.isnan(value):
        return "—"
    return f"{value:.6g} {unit}".rstrip()


def table(title: str, *columns: str) -> Table:
    """A table; `columns` are keys of texts."""
    made = Table(title=Text(title), title_justify="left", header_style="bold")
    for key in columns:
        made.add_column(say(key), overflow="fold")
    return made


def row(to: Table, cells: Iterable[object]) -> None:
    """Add a row; what is not yet styled is shown as it is, never read as markup."""
    to.add_row(*(c if isinstance(c, Text) else Text(clean(c)) for c in cells))
