"""What wardens answer by short message: received, done for so many, so many refuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dissemination.phones import hide

LONGEST = 200
MOST = 1_000_000
"""People: a larger number is no count."""
_WORDS = {
    "received": r"收到|received|ok\b|1(?!\d)",
    "done": r"完成|已通知|done|told|2(?!\d)",
    "refused": r"拒绝|refuse[ds]?|3(?!\d)",
}
_PART = re.compile(
    r"\s*(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _WORDS.items())
    + r")(?:(?:(?<=\d)[\s,，、+]*|(?<!\d)[\s:,.，、。+]*)(?P<count>\d+)\s*(?:户|人|people)?)?"
    r"[\s,.;，、。；!！]*"
)
"""`2:30` and `2.5` are a time and a figure, `2人` are two people: none of them is an answer."""
_COUNTED = re.compile(r"done(?: (\d+)(?:, refused(?: (\d+))?)?|, refused (\d+))?|refused (\d+)")


@dataclass(frozen=True)
class Answer:
    """One answer."""

    known: bool
    """Whether its words are among those asked for."""
    words: str
    """It in words that do not vary, "done 37, refused 3"; else as it came, numbers hidden."""


def read(said: str) -> Answer:
    """What a text answers.

    >>> read("收到").words, read("2 37").words, read("完成37人，拒绝3人").words, read("3 2").words
    ('received', 'done 37', 'done 37, refused 3', 'refused 2')
    >>> read("裂缝变宽"), read("237").known, read("Done").words
    (Answer(known=False, words='裂缝变宽'), False, 'done')
    """
    plain = " ".join(unicodedata.normalize("NFKC", said).split())[:LONGEST]
    parts, at = dict[str, str](), 0
    lower = plain.lower()
    while at < len(lower):
        part = _PART.match(lower, at)
        name = next((n for n in _WORDS if part and part[n] is not None), "")
        if part is None or int(part["count"] or 0) > MOST or name in parts:
            words = hide("".join(c for c in plain if c.isprintable()))
            taken = lower.startswith(("收到", "received"))
            return Answer(taken, f"received, and says: {words}" if taken else words)
        count = part["count"] if name != "received" else None
        parts[name] = name if count is None else f"{name} {int(count)}"
        at = part.end()
    if not parts:
        return Answer(False, "")
    if len(parts) > 1:
        parts.pop("received", None)
    return Answer(True, ", ".join(parts[name] for name in _WORDS if name in parts))


@dataclass(frozen=True)
class Count:
    """What an answer counts."""

    done: int | None
    """None: all of them."""
    refused: int


def count(words: str) -> Count | None:
    """What an answer counts, by its words as `read` gives them; None for all other words.

    >>> count("done 37, refused 3"), count("done"), count("refused 2")
    (Count(done=37, refused=3), Count(done=None, refused=0), Count(done=0, refused=2))
    >>> count("not done 37"), count("done, refused"), count("received")
    (None, None, None)
    """
    found = _COUNTED.fullmatch(words.strip().casefold())
    if found is None:
        return None
    done, *refused = found.groups()
    some = next((int(n) for n in refused if n), 0)
    if max(int(done or 0), some) > MOST:
        return None
    return Count(int(done) if done else 0 if words.strip().casefold()[0] == "r" else None, some)


def text(raw: bytes) -> str:
    """A text as gateways hand it on: UTF-8, or UTF-16 as it came over the air.

    >>> text("完成".encode()), text("完成".encode("utf-16-be")), text(b"\\0" + b"1")
    ('完成', '完成', '1')
    """
    try:
        plain = raw.decode("utf-8")
        if "\0" not in plain:
            return plain
    except UnicodeDecodeError:
        pass
    return raw.decode("utf-16-be" if len(raw) % 2 == 0 else "utf-8", "replace")


def numbers(sender: str, country: str) -> Iterator[str]:
    """The ways in which a sender's number may stand in the register.

    >>> list(numbers("+86 199-0000-0001", "86"))
    ['8619900000001', '19900000001', '868619900000001']
    """
    digits = re.sub(r"\D", "", sender).removeprefix("00")
    if digits:
        yield digits
        if country and digits.startswith(country):
            yield digits.removeprefix(country)
        if country:
            yield country + digits
