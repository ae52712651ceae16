"""Who of the people found is sent a warning, and in which order: pure functions.

First who has to act for others, then who cannot leave alone, then the nearest. An address stands
once, whoever has it; of a person's several addresses of a kind the best is taken, of a household's
all: they are different people's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dissemination.targeting.entries import AUDIENCES, Audience
from dissemination.targeting.places import Chosen
from dissemination.targeting.shapes import Point, Shape, contains

ACTING = frozenset({"staff", "responders", "contacts"})
"""Audiences that hear of what happens further down, too."""


class Recipient(NamedTuple):
    """Whom one message goes to."""

    target: str
    """Keyed digest of the address."""
    audience: Audience


class Candidate(NamedTuple):
    """One address of an entry in one of the areas of a warning: a tuple, for there may be many."""

    target: str
    entry: int
    area: str
    audience: Audience
    household: bool = False
    needs_help: bool = False
    at: Point | None = None
    doubtful: bool = False
    confirmed: int | None = None
    position: int = 0


def recipients(
    found: Iterable[Candidate],
    chosen: Chosen,
    shape: Shape,
    away: Callable[[Candidate], float] = lambda _: math.inf,
) -> list[Recipient]:
    """Who is sent it, in order; whatever the order of what was found.

    away: kilometres from the middle of the warning; inf = not known.
    """
    ranked: dict[str, tuple[tuple[int, bool, float, str], Audience]] = {}
    for c in best(c for c in found if concerned(c, chosen, shape)):
        rank = (AUDIENCES.index(c.audience), not c.needs_help, away(c), c.target)
        if c.target not in ranked or rank < ranked[c.target][0]:
            ranked[c.target] = (rank, c.audience)
    order = sorted(ranked, key=lambda target: ranked[target][0])
    return [Recipient(target, ranked[target][1]) for target in order]


def concerned(c: Candidate, chosen: Chosen, shape: Shape) -> bool:
    """Whether a warning is for this one: who may live outside its shape is not left out."""
    if c.area in chosen.whole:
        return True
    if c.area in chosen.part:
        return c.at is None or contains(shape, c.at) or c.audience in ACTING
    return c.area in chosen.above and c.audience in ACTING


def best(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Of each person the one address that is surest; of households all."""
    first: dict[int, Candidate] = {}
    for c in found:
        if c.household:
            yield c
        elif c.entry not in first or _sureness(c) < _sureness(first[c.entry]):
            first[c.entry] = c
    yield from first.values()


def _sureness(c: Candidate) -> tuple[bool, float, int, str]:
    age = math.inf if c.confirmed is None else -c.confirmed
    return c.doubtful, age, c.position, c.target
