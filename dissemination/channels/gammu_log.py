"""What the log of gammu-smsd tells: by which reference the network took each part, and what became
of it. Its files alone do not say which message a delivery report is of; its log does.

    ... gammu-smsd[7]: Transmitted NAME (total: 1) to 8613800138000, message reference 0x1f
    ... gammu-smsd[7]: Delivery report: Delivered to +8613800138000, message reference 0x1f

A modem counts references to 255 and begins anew: two messages to one number that wait with the same
reference cannot be told apart, and then nothing is proven.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tongluo.core.words import DeliveryState

HEAD = r"^\w{3} \d{4}/\d\d/\d\d \d\d:\d\d:\d\d \S+\[\d+\]: "
SENT = re.compile(
    HEAD + r"Transmitted (\S+) \((part|total): (\d+)\) to (\S+), message reference 0x([0-9a-f]+)$"
)
REPORT = re.compile(HEAD + r"Delivery report: (\w+) to (\S+), message reference 0x([0-9a-f]+)$")
STATES = {"Delivered": DeliveryState.DELIVERED, "Failed": DeliveryState.FAILED}
"""Pending and all else prove nothing."""
KEPT = 20_000
"""Messages and parts that are still waited for."""
LONGEST = 8 << 20
"""Octets read of a log that is there already."""
SAME = 8
"""Last digits by which a report's number is known: networks write the rest as they like."""

Told = tuple[str, DeliveryState]
"""(name of the file, state)."""


@dataclass
class Message:
    """What is known of one file."""

    parts: int = 0
    """0 = the last one has not gone out yet."""
    delivered: set[int] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether every part has come."""
        return 0 < self.parts == len(self.delivered)


class Pairs:
    """Which report is of which part of which message."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], tuple[str, int] | None] = {}
        """(number, reference) -> (name, part); None = it could be of two."""
        self._messages: dict[str, Message] = {}

    def read(self, line: str) -> Told | None:
        """What a line of the log proves."""
        if found := SENT.match(line):
            name, kind, part, number, reference = found.groups()
            return self._sent(name, int(part), kind == "total", _key(number, reference))
        if found := REPORT.match(line):
            word, number, reference = found.groups()
            return self._report(STATES.get(word), _key(number, reference))
        return None

    def _sent(self, name: str, part: int, last: bool, key: tuple[str, int]) -> Told | None:
        before = self._waiting.get(key, (name, part))
        self._waiting[key] = (name, part) if before == (name, part) else None
        message = self._messages.setdefault(name, Message())
        if last:
            message.parts = part
        _shorten(self._waiting)
        _shorten(self._messages)
        return (name, DeliveryState.DELIVERED) if message.whole else None

    def _report(self, state: DeliveryState | None, key: tuple[str, int]) -> Told | None:
        if state is None or self._waiting.get(key) is None:
            return None
        name, part = self._waiting.pop(key) or ("", 0)
        if state is not DeliveryState.DELIVERED:
            return name, state
        message = self._messages.setdefault(name, Message())
        message.delivered.add(part)
        return (name, state) if message.whole else None


def _shorten(kept: dict[Any, Any]) -> None:
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def _key(number: str, reference: str) -> tuple[str, int]:
    return number[-SAME:], int(reference, 16)


class Log:
    """The file, as it grows; one that is begun anew is read from its start."""

    def __init__(self, path: Path) -> None:
        self._path, self._pairs = path, Pairs()
        self._at, self._rest, self._file = -1, b"", 0

    def news(self) -> Iterator[Told]:
        """What has been proven since the last look; nothing while there is no log."""
        try:
            fresh = self._fresh()
        except OSError:
            return
        yield from self._read(fresh)

    def _fresh(self) -> bytes:
        with self._path.open("rb") as file:
            size, number = file.seek(0, 2), self._path.stat().st_ino
            if self._at < 0:
                self._at = max(0, size - LONGEST)
            elif size < self._at or number != self._file:
                self._at, self._rest = 0, b""
            self._file = number
            file.seek(self._at)
            found = file.read(LONGEST)
        self._at += len(found)
        return found

    def _read(self, fresh: bytes) -> Iterable[Told]:
        *lines, self._rest = (self._rest + fresh).split(b"\n")
        for line in lines:
            told = self._pairs.read(line.decode("utf-8", "replace").rstrip("\r"))
            if told is not None:
                yield told
