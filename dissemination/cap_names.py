"""The names of messages: China's national form, and who gives out its numbers.

Source: the profile of GB/T 34283-2017, `ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`: area (GB/T 2260), agency
(GB/T 4657), unit, extension, Beijing time, a serial from 0 to 9.

Ten messages a second is little when one storm warns forty villages of one county: the eleventh is
given a number of the next second. So the time in a name is the second from which its number was
free, never earlier than `sent`, which is what holds.
"""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from tongluo.core.errors import CapError
from tongluo.core.times import parse_time, to_datetime

_CN = re.compile(r"([0-9]{6})([0-9]{3})([0-9]{3})([0-9]{2})_([0-9]{14})(?:_([0-9]))?")
SERIALS = 10


@dataclass(frozen=True)
class CnIdentifier:
    """The parts of an identifier of the Chinese national profile."""

    area_code: str
    agency: str
    unit: str
    extension: str
    sent: int
    """ms since 1970 UTC; written in Beijing time."""
    serial: int | None
    """None when the sender left it out."""


def cn_identifier(
    area_code: str, agency: str, sent: int, serial: int, unit: str = "000", extension: str = "00"
) -> str:
    """`ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N`: area (GB/T 2260), agency (GB/T 4657), Beijing time.

    CapError when a part has the wrong number of digits.

    >>> cn_identifier("441999", "416", 1_782_864_000_000, 0)
    '44199941600000_20260701080000_0'
    """
    moment = to_datetime(sent, "Asia/Shanghai")
    text = f"{area_code}{agency}{unit}{extension}_{moment:%Y%m%d%H%M%S}_{serial}"
    parts = CnIdentifier(area_code, agency, unit, extension, sent // 1000 * 1000, serial)
    if not _CN.fullmatch(text) or read_cn_identifier(text) != parts:
        raise CapError(
            f"not a national identifier: {text!r} (area 6 digits, agency 3, "
            "unit 3, extension 2, serial 0 to 9)"
        )
    return text


def read_cn_identifier(text: str) -> CnIdentifier:
    """The parts of a national identifier, with or without its serial; CapError when it is none.

    >>> read_cn_identifier("65402641600000_20261006212927").agency
    '416'
    """
    match = _CN.fullmatch(text)
    if not match:
        raise CapError(f"not a national identifier: {text!r}")
    area_code, agency, unit, extension, local, serial = match.groups()
    try:
        sent = parse_time(f"{local[:8]}T{local[8:]}+08:00")
    except ValueError:
        raise CapError(f"no such time in national identifier: {text!r}") from None
    return CnIdentifier(area_code, agency, unit, extension, sent, int(serial) if serial else None)


class Names(Protocol):
    """What a message is called outside of this site."""

    def of(self, identifier: str, sent: int, code: str) -> str:
        """The name of a version sent at that time (ms) for an area of that code."""

    def known(self, identifier: str) -> str:
        """The name that was given to an earlier version; its own when none was."""


class National:
    """Names in the national form. A name is on disk before it is used, and the same ever after.

    One process gives out the names of a site; others may read them (`writes=False`), and call what
    has none yet by its own identifier.
    """

    def __init__(
        self, agency: str, area: str, unit: str = "000", extension: str = "00",
        path: Path | None = None, *, writes: bool = True,
    ) -> None:  # fmt: skip
        self._agency, self._area, self._unit, self._extension = agency, area, unit, extension
        self._path, self._writes = path, writes
        self._lock = threading.Lock()
        self._given = dict[str, str]()
        self._used = set[str]()
        self._read()

    def of(self, identifier: str, sent: int, code: str) -> str:
        """The name; the area's own code where it begins with six digits, else the site's."""
        with self._lock:
            if identifier not in self._given and not self._writes:
                self._read()
                return self._given.get(identifier, identifier)
            if identifier not in self._given:
                self._give(identifier, self._free(sent, self._code(code)))
            return self._given[identifier]

    def known(self, identifier: str) -> str:
        """The name given before."""
        with self._lock:
            return self._given.get(identifier, identifier)

    def _code(self, code: str) -> str:
        return code[:6] if re.match("[0-9]{6}", code) else self._area

    def _free(self, sent: int, code: str) -> str:
        second, serial = sent // 1000 * 1000, 0
        while True:
            name = cn_identifier(code, self._agency, second, serial, self._unit, self._extension)
            if name not in self._used:
                return name
            serial += 1
            if serial == SERIALS:
                second, serial = second + 1000, 0

    def _give(self, identifier: str, name: str) -> None:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                # a line that a crash cut short is ended first
                whole = not file.tell() or self._path.read_bytes().endswith(b"\n")
                file.write((b"" if whole else b"\n") + msgspec.json.encode((identifier, name)))
                file.write(b"\n")
                file.flush()
                os.fdatasync(file.fileno())
        self._given[identifier] = name
        self._used.add(name)

    def _read(self) -> None:
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                identifier, name = msgspec.json.decode(line, type=tuple[str, str])
            except msgspec.DecodeError:
                continue
            self._given.setdefault(identifier, name)
            self._used.add(name)
