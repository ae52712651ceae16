"""The text of the file as a tree that knows its lines, and the plain values in it.

YAML 1.2 by ruamel.yaml, in pure Python: its optional C parser is eight times as fast, but refuses
some files (a time with colons in braces) that the other reads, and a file must not depend on what
else is installed. The tree is kept for the line of every fault. Dates stay text here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tongluo.config.faults import Fault, Path, dotted
from tongluo.config.syntax import syntax_fault

_TAG = "tag:yaml.org,2002:"
_WORDS = {"true": True, "false": False}
_PLAIN = {_TAG + kind for kind in ("str", "null", "bool", "int", "float", "timestamp", "merge")}


@dataclass
class Listed:
    """The station list beside the file: where its rows stand."""

    name: str
    first: int
    """Index of its first station among all."""
    lines: tuple[int, ...]


@dataclass
class Document:
    """A parsed file."""

    name: str
    root: Node | None = None
    plain: Any = None
    faults: list[Fault] = field(default_factory=list)
    listed: Listed | None = None

    def line(self, fault: Fault, language: str = "en-US") -> str:
        """One line for a person: file:line: path: reason -> hint."""
        file, line, path = self.place(fault)
        reason, hint = fault.words(language)
        return f"{file}:{line}: {path}: {reason} -> {hint}"

    def place(self, fault: Fault) -> tuple[str, int, str]:
        """(file, line from 1, path) of a fault; what is missing is at its block's line."""
        path, row = fault.path, self._row(fault.path)
        if fault.file is not None:
            return fault.file, fault.at or 1, dotted(path)
        if self.listed is not None and row is not None:
            return self.listed.name, self.listed.lines[row], _column(path)
        return self.name, fault.at or self.line_of(path), dotted(path)

    def line_of(self, path: Path) -> int:
        """Line of the deepest part of the path that is in the file."""
        line, node = 1, self.root
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line

    def lines(self, faults: list[Fault], language: str = "en-US") -> list[str]:
        """In the order of the file (the station list after it), one fault for each place: what
        is said of it first explains what follows from it."""
        places: dict[tuple[str, int, str], Fault] = {}
        for fault in faults:
            places.setdefault(self.place(fault), fault)
        order = sorted(places, key=lambda place: (place[0] != self.name, place[1]))
        return [self.line(places[place], language) for place in order]

    def _row(self, path: Path) -> int | None:
        if self.listed is None or path[:1] != ("stations",) or len(path) < 2:
            return None
        assert isinstance(path[1], int)
        return path[1] - self.listed.first if path[1] >= self.listed.first else None


def _column(path: Path) -> str:
    """The column of the station list that a path within a station means."""
    if path[2:3] == ("at",):
        return {0: "lat", 1: "lon"}.get(int(path[3]), "lat") if len(path) > 3 else "lat"
    return str(path[2]) if len(path) > 2 else "station"


def parse(name: str, text: str) -> Document:
    """The document with its plain values, or with the one fault that made it unreadable."""
    document = Document(name)
    try:
        document.root = YAML(typ="safe", pure=True).compose(text)
        document.plain = _Reader(document.faults).value(document.root, ())
    except (YAMLError, RecursionError, ValueError) as error:
        document.root, document.plain = None, None
        document.faults = [syntax_fault(error, text)]
    return document


def _child(node: Node | None, part: str | int) -> tuple[int, Node] | None:
    """(line, node) of an item or key; keys merged in with `<<` are found where they stand."""
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    if not isinstance(node, MappingNode):
        return None
    for key, value in node.value:
        if isinstance(key, ScalarNode) and key.value == str(part):
            return key.start_mark.line + 1, value
    return next(filter(None, (_child(merged, part) for merged in _merges(node))), None)


def _merges(node: MappingNode) -> list[Node]:
    found: list[Node] = []
    for key, value in node.value:
        if key.tag == _TAG + "merge":
            found += value.value if isinstance(value, SequenceNode) else [value]
    return found


class _Reader:
    """Plain values of a tree; a block named by `&` and used again is read once."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()

    def value(self, node: Node | None, path: Path) -> Any:
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            self._faults.append(Fault(path, "round"))
            return None
        self._open.add(id(node))
        value = self._block(node, path) if isinstance(node, MappingNode) else self._list(node, path)
        self._open.remove(id(node))
        self._done[id(node)] = value
        return value

    def _list(self, node: Node, path: Path) -> list[Any]:
        return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]

    def _block(self, node: MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for other in reversed(_merges(node)):
            value = self.value(other, path)
            merged.update(value if isinstance(value, dict) else {})
        own: dict[str, int] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._faults.append(Fault(path, "odd_key", at=line))
            elif key.tag == _TAG + "merge":
                continue
            elif key.value in own:
                first = {"first": own[key.value]}
                self._faults.append(Fault((*path, key.value), "duplicate", first, line))
            else:
                own[key.value] = line
                merged[key.value] = self.value(item, (*path, key.value))
        return merged

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        text, tag = node.value, str(node.tag)
        kind = tag.removeprefix(_TAG)
        if tag not in _PLAIN:
            self._faults.append(Fault(path, "odd_tag", {"tag": tag.replace(_TAG, "!!")}))
        if kind == "null":
            return None
        if kind == "bool":
            return _WORDS.get(text.lower(), text)
        return _number(text, kind) if kind in ("int", "float") else text


def _number(text: str, kind: str) -> Any:
    """A number as YAML 1.2 writes it; the text itself when Python cannot read it.

    >>> _number("010", "int"), _number("0x1F", "int"), _number(".inf", "float")
    (10, 31, inf)
    """
    digits = text.replace("_", "")
    try:
        if kind == "float":
            return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
        return int(digits, 0 if digits.lstrip("+-")[1:2] in ("x", "o", "b") else 10)
    except ValueError:
        return text
