"""Lists of phone numbers, and how a number is spoken of without telling it.

A list is read from a file or an environment variable: one number an entry, digits as the gateway
wants them, followed by the areas it is warned for (`8613800138000,A1,A2`; none = every area).
Entries are parted by white space, `#` begins a remark. Whatever is written down of a person is the
keyed digest of the number; the key lies beside it, so the digest hides numbers from who reads a
table or a log, not from who holds the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_FILL = str.maketrans("", "", "-()+")
_NUMBER = re.compile(r"(?<!\bid:)(?<!\bdate:)(?<!\w)\+?\d{7,15}(?!\w)", re.I)
KEY_FILE = "recipients.key"


@dataclass(frozen=True)
class Book:
    """A list that was read."""

    areas: dict[str, tuple[str, ...]]
    """number -> the areas it is warned for; none = all."""
    bad: tuple[int, ...]
    """Entries (from 1) that are no phone numbers; the rest of the list holds."""

    def numbers(self, area: str) -> list[str]:
        """Who is warned for an area, in the order of the list."""
        return [n for n, areas in self.areas.items() if not areas or area in areas]


def book(text: str) -> Book:
    """Read a list; a number that stands twice is warned for the areas of both entries.

    >>> found = book("8613800138000,A1 # a warden\\n+86-13800138001\\nnobody")
    >>> found.numbers("A2"), found.bad
    (['8613800138001'], (3,))
    """
    found: dict[str, tuple[str, ...]] = {}
    bad = []
    entries = [e for line in text.splitlines() for e in line.partition("#")[0].split()]
    for n, entry in enumerate(entries, 1):
        written, *areas = entry.split(",")
        number = written.translate(_FILL)
        if not re.fullmatch(r"[0-9]{5,15}", number):
            bad.append(n)
            continue
        before = found.get(number)
        everywhere = not areas or before == ()
        found[number] = () if everywhere else (*(before or ()), *areas)
    return Book(found, tuple(bad))


def mask(number: str) -> str:
    """A number that can be recognised by who knows it, and not rung up.

    >>> mask("8613800138000"), mask("12345")
    ('861********00', '*****')
    """
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def hide(text: str) -> str:
    """A text of others with everything that may be a phone number masked.

    >>> hide("to:8613800138000 refused"), hide("id:0123456789 done date:2607010801")
    ('to:861********00 refused', 'id:0123456789 done date:2607010801')
    """
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def digest(number: str, key: bytes) -> str:
    """The name under which a number is written down.

    >>> digest("8613800138000", b"k") == digest("8613800138000", b"k") != digest("1", b"k")
    True
    """
    return hashlib.blake2b(number.encode(), key=key, digest_size=12).hexdigest()


def key_of(folder: Path, name: str = KEY_FILE) -> bytes:
    """The folder's key of 32 bytes in that file; made at its first use, whole or not there."""
    path = folder / name
    with suppress(FileNotFoundError):
        return path.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{name}.{secrets.token_hex(4)}"
    fresh.touch(0o600)
    with fresh.open("wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another thread's was first: that one holds
        path.hardlink_to(fresh)
    fresh.unlink()
    return path.read_bytes()
