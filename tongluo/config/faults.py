"""A fault of a configuration file: where it is, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    path: Path
    reason: str
    hint: str

    def line(self, file: str, document: Any) -> str:
        """One line for a person: file:line: path: reason; hint.

        >>> Fault(("site", "name"), "is missing", "add it").line("a.yaml", {})
        'a.yaml:1: site.name: is missing -> add it'
        """
        where = f"{file}:{line_of(document, self.path)}: {dotted(self.path)}"
        return f"{where}: {self.reason} -> {self.hint}"


def dotted(path: Path) -> str:
    """The path as people write it.

    >>> dotted(("stations", 3, "sensors", 0, "unit"))
    'stations[3].sensors[0].unit'
    """
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.lstrip(".") or "file"


def line_of(document: Any, path: Sequence[str | int]) -> int:
    """Line (from 1) of the deepest part of the path that exists in a round-trip document."""
    line, node = 1, document
    for part in path:
        try:
            line = node.lc.data[part][0] + 1
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


HINTS = {
    "extra_forbidden": "remove this key or correct its spelling (`tongluo schema` lists the keys)",
    "missing": "add it",
    "string_pattern_mismatch": "use letters, digits, '_', '-' or '.', without spaces",
    "string_type": "write it as text, in quotes if it looks like a number",
    "enum": "use one of the words given",
    "literal_error": "use one of the words given",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "greater_than": "write a larger number",
    "greater_than_equal": "write a larger number (coordinates are latitude, longitude)",
    "less_than_equal": "write a smaller number (coordinates are latitude, longitude)",
    "tuple_type": "write a list: one '- ' line for each item",
    "dict_type": "write keys and values, one `key: value` a line",
    "model_type": "write keys and values, one `key: value` a line",
    "missing_argument": "give both values",
    "timezone_aware": "add the offset, like 2026-07-01T08:00:00+08:00",
    "date_from_datetime_parsing": "write a date like 2026-07-01",
    "too_short": "give more values",
    "too_long": "give fewer values",
    "bool_parsing": "write true or false",
}


def of_pydantic(error: Any, prefix: Path = ()) -> Fault:
    """The fault in one entry of `ValidationError.errors()`."""
    kind, path = error["type"], tuple(p for p in error["loc"] if p != "[key]")
    reason = error["msg"].removeprefix("Value error, ")
    if kind == "missing":
        reason = "is missing"
    elif kind == "extra_forbidden":
        reason = "is not a key that can stand here"
    if path and path[-1] in ("password", "token") and kind in ("model_type", "dict_type"):
        return Fault(
            prefix + path,
            "a secret must not stand in the file",
            "write {env: NAME} or {file: PATH}",
        )
    return Fault(prefix + path, reason, HINTS.get(kind, "correct the value as the reason says"))
