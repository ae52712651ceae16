"""A short message as its parts, and the octets of a part (3GPP TS 23.038, TS 23.040).

The parts are the same that `sms_text.size` counts: neither a character of two septets nor one
beyond the basic plane is split.
"""

from __future__ import annotations

import hashlib

from dissemination.sms_text import EXTENSION, ROOM, Coding, size

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM-7's default alphabet, in the order of its codes."""
SECOND = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D,
          "]": 0x3E, "|": 0x40, "€": 0x65}  # fmt: skip
ESCAPE = 0x1B
JOINED = b"\x05\x00\x03"
"""A header of concatenation with a reference of 8 bits; reference, parts, part follow."""


def split(text: str, coding: Coding) -> list[str]:
    """The texts of the parts.

    >>> [len(part) for part in split("雨" * 140, "ucs2")]
    [67, 67, 6]
    """
    if size(text, coding).parts == 1:
        return [text]
    room, parts, used = ROOM[coding][1], [""], 0
    for character in text:
        width = _width(character, coding)
        if used + width > room:
            parts.append("")
            used = 0
        parts[-1] += character
        used += width
    return parts


def _width(character: str, coding: Coding) -> int:
    return 2 if (character in EXTENSION and coding == "gsm7") or character > "\uffff" else 1


def octets(text: str, coding: Coding) -> bytes:
    """As gateways take it: UTF-16 big end first, or one septet an octet.

    >>> octets("雨", "ucs2").hex(), octets("@{€", "gsm7").hex()
    ('96e8', '001b281b65')
    """
    if coding == "ucs2":
        return text.encode("utf-16-be")
    found = bytearray()
    for character in text:
        if character in SECOND:
            found += bytes((ESCAPE, SECOND[character]))
        else:
            found.append(BASIC.index(character))
    return bytes(found)


def joined(part: int, parts: int, reference: int) -> bytes:
    """The header before a part; part from 1.

    >>> joined(2, 3, 0x2A).hex()
    '0500032a0302'
    """
    return JOINED + bytes((reference & 0xFF, parts, part))


def reference(key: str) -> int:
    """A delivery's number for its parts (16 bits): the same at every attempt."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=2).digest())
