"""What is wrong with text that is not YAML, in words for a person who never heard of YAML."""

from __future__ import annotations

import re
from typing import Any

from tongluo.config.faults import Fault

_FULL_WIDTH = {"：": ":", "［": "[", "］": "]", "｛": "{", "｝": "}"}
_MISTYPED = re.compile(r"^\s*(?:- )?[A-Za-z_]\w*\s*(?:(：)|:\s*([［｛]))")
"""A key followed by what a Chinese keyboard writes where YAML needs the plain sign."""

_KINDS = (
    # words of the parser (libyaml's or ruamel's own) -> code, whether the context's line is meant
    ("another document", "two_documents", False),
    ("undefined alias", "alias", False),
    ("unexpected end of stream", "quote", True),
    ("',' or ']'", "bracket", True),
    ("',' or '}'", "bracket", True),
    ("mapping values are not allowed", "second_colon", False),
    ("could not find expected ':'", "no_colon", True),
    ("cannot start any token", "sign", False),
    ("expected key", "indentation", False),
    ("<block end>", "indentation", False),
    ("sequence entries are not allowed", "indentation", False),
    ("mapping keys are not allowed", "sign", False),
    ("expected the node content", "sign", False),
    ("indentation indicator", "sign", False),
    ("a comment or a line break", "sign", False),
    ("expected alphabetic", "sign", False),
    ("expected URI", "sign", False),
    ("expected ' '", "sign", False),
    ("<document start>", "sign", False),
    ("unknown escape", "escape", False),
    ("control characters", "control", False),
    ("special characters", "control", False),
)


def syntax_fault(error: Exception, text: str) -> Fault:
    """The fault behind a parser's error."""
    if isinstance(error, RecursionError):
        return Fault((), "too_deep")
    problem = " ".join(str(getattr(error, "problem", "") or error).split())
    code, use_context = next(
        ((code, context) for words, code, context in _KINDS if words in problem),
        ("not_yaml", False),
    )
    line = _line(error, text, use_context)
    return _of_the_line(text, line) or Fault((), code, _values(code, problem, text, line), line)


def _line(error: Any, text: str, use_context: bool) -> int:
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    chosen = (context if use_context else mark) or mark or context
    if chosen is not None:
        return int(chosen.line) + 1
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        position = next((n for n, c in enumerate(text) if c < " " and c not in "\t\n\r"), 0)
    return text.count("\n", 0, position) + 1


def _of_the_line(text: str, line: int) -> Fault | None:
    """A fault that the line itself shows: a tab before its first sign, or a Chinese sign."""
    lines = text.splitlines()
    for number in (line, line - 1):
        said = lines[number - 1] if 0 < number <= len(lines) else ""
        if "\t" in said[: len(said) - len(said.lstrip())]:
            return Fault((), "tab", at=number)
        wrong = _MISTYPED.match(said)
        if wrong:
            sign = wrong[1] or wrong[2]
            return Fault((), "full_width", {"sign": sign, "plain": _FULL_WIDTH[sign]}, number)
    return None


def _values(code: str, problem: str, text: str, line: int) -> dict[str, object]:
    if code == "alias":
        said = text.splitlines()[line - 1]
        return {"name": said.split("*")[-1].split()[0].rstrip(",]}")}
    return {"detail": problem.partition(",")[0][:80]} if code == "not_yaml" else {}
