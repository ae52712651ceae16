"""A short message as its parts, and the octets of a part (3GPP TS 23.038, TS 23.040).

The parts are the same that `sms_text.size` counts: neither a character of two septets nor one
beyond the basic plane is split.
"""

from __future__ import annotations

import hashlib

from dissemination.sms_text import ALPHABET, ESCAPE, ROOM, SECOND, Coding, size, width

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
        units = width(character, coding)
        if used + units > room:
            parts.append("")
            used = 0
        parts[-1] += character
        used += units
    return parts


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
            found += bytes((ALPHABET.index(ESCAPE), SECOND[character]))
        else:
            found.append(ALPHABET.index(character))
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
