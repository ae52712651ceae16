"""Docstrings and rows as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable


def prose(text: str | None, examples: bool = True) -> str:
    """A docstring as Markdown: indented parts become code, and so do examples, or are left out.

    >>> prose("What.\\n\\n    a = b")
    'What.\\n\\n```text\\na = b\\n```'
    """
    parts = (text or "").strip("\n").split("\n\n")
    return "\n\n".join(_block(p) for p in parts if examples or not p.startswith(">>>"))


def paragraph(text: str) -> str:
    """Lines of a length that people read."""
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def _block(part: str) -> str:
    if part.startswith(">>>"):
        return f"```python\n{part}\n```"
    if all(line.startswith("    ") for line in part.splitlines()):
        return f"```text\n{textwrap.dedent(part)}\n```"
    return part


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; bars in cells are escaped."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |"
        for line in lines
    )
