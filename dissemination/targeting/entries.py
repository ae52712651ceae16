"""One entry of the register: a person, a household, people by count, a device; its stratum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Audience = Literal["staff", "responders", "contacts", "schools", "residents"]
Kind = Literal["sms", "voice", "speaker", "app", "email"]
Sort = Literal["person", "household", "count", "device"]
Rank = Literal["", "county", "town", "village", "group", "point"]
Age = Literal["", "child", "adult", "old"]
Where = Literal["", "urban", "rural"]

AUDIENCES: tuple[Audience, ...] = get_args(Audience)
"""In the order in which they are told: who has to act for others comes first."""
KINDS: tuple[Kind, ...] = get_args(Kind)
SORTS: tuple[Sort, ...] = get_args(Sort)
RANKS: tuple[Rank, ...] = get_args(Rank)
AGES: tuple[Age, ...] = get_args(Age)
WHERE: tuple[Where, ...] = get_args(Where)


@dataclass(frozen=True)
class Stratum:
    """What decides by which way people can be reached. "" and False = nothing known of it."""

    age: Age = ""
    """child (under 15), adult, old (60 and over)."""
    where: Where = ""
    visitor: bool = False
    needs_help: bool = False
    """Cannot leave without help."""
    deaf: bool = False
    blind: bool = False
    no_phone: bool = False

    @property
    def word(self) -> str:
        """In one word.

        >>> Stratum("old", "rural", needs_help=True).word, Stratum().word
        ('old.rural.needs_help', 'any')
        """
        flags = [name for name in FLAGS if getattr(self, name)]
        return ".".join([w for w in (self.age, self.where) if w] + flags) or "any"


FLAGS = ("visitor", "needs_help", "deaf", "blind", "no_phone")


@dataclass(frozen=True)
class Contact:
    """One way to a person."""

    kind: Kind
    address: str
    """A number in digits, an e-mail address, the name of a speaker: never in clear on disk."""
    confirmed: int | None = None
    """Days since 1970 when somebody last made sure of it."""


@dataclass(frozen=True)
class Entry:
    """A person, a household, people by count, or a device that stands for nobody, in one area."""

    id: str
    """As its source names it; unlike any other in the register."""
    area: str
    sort: Sort = "person"
    size: int = 1
    """People."""
    name: str = ""
    audience: Audience = "residents"
    role: str = ""
    """Of a responsible person, in the site's own words."""
    rank: Rank = ""
    """Level of a responsible person; point = of one hazard point."""
    deputy_of: str = ""
    """Id of the entry that this one stands in for."""
    stratum: Stratum = Stratum()
    at: tuple[float, float] | None = None
    """(latitude, longitude)."""
    enrolled: bool = False
    """For exercises: nobody else is ever sent one."""
    contacts: tuple[Contact, ...] = ()


def canonical(entry: Entry) -> str:
    """The whole entry in one text: two entries are the same when their texts are."""
    return repr(entry)


def strata(words: Iterable[str]) -> dict[str, int]:
    """Number of each stratum, in the order of their words.

    >>> strata(["old", "any", "old"])
    {'any': 0, 'old': 1}
    """
    return {word: n for n, word in enumerate(sorted(set(words)))}
