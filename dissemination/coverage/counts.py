"""Counts that wardens report ("37 of 40 told"): how many people are reached, beside those by name.

A count names nobody. Those whom it counts may be the ones who have a proof, or others: so there is
a least and a most, and both can really be so. `least`: everybody counted is, as far as there is
room, outside the group asked for or has a proof already. `most`: as few as can be, up to the people
there are. Two counts of one area may count the same people; counts of parts of an area do not.

People lie in atoms: all of an atom are in the same areas and at the same warden's doors. The groups
that counts speak of are nested or apart, as areas and doors are; of a count whose group lies across
another's, the most still holds, and the least leaves it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.known import I8

Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Count:
    """People told in a group, as somebody counted them."""

    atoms: Bits
    """(atoms) the group."""
    least: int
    most: int


@dataclass(frozen=True)
class Node:
    """A group with those that lie in it."""

    atoms: Bits
    least: tuple[int, ...]
    most: tuple[int, ...]
    inside: tuple[Node, ...]
    alone: Bits
    """Atoms that are in none inside it."""


def bounds(people: I8, proven: I8, counts: Sequence[Count], chosen: Bits) -> tuple[int, int]:
    """(least, most) people reached among the chosen atoms.

    people, proven: (atoms) all, and those with a proof.

    >>> one = Count(np.array([True]), 37, 37)
    >>> bounds(np.array([40]), np.array([10]), [one], np.array([True]))
    (37, 40)
    """
    return ends(tree(counts, len(people)), people, proven, chosen)


def tree(counts: Sequence[Count], size: int) -> Node:
    """All counts of so many atoms, group in group: made once for many questions."""
    return _tree(np.ones(size, bool), _nested(list(counts), size))


def ends(root: Node, people: I8, proven: I8, chosen: Bits) -> tuple[int, int]:
    """`bounds` by a tree."""
    return _least(root, people, proven, chosen), _most(root, people, proven, chosen)


def _nested(counts: list[Count], size: int) -> list[Count]:
    """Counts of which none lies across another, the largest group first. One that does counts for
    the smallest group around it that fits, with a least of nothing."""
    kept: list[Count] = []
    for count in sorted(counts, key=lambda c: -int(c.atoms.sum())):
        if any(_across(count.atoms, other.atoms) for other in kept):
            around = [o.atoms for o in kept if not (count.atoms & ~o.atoms).any()]
            home = around[-1] if around else np.ones(size, bool)
            kept.append(Count(home, 0, count.most))
            kept.sort(key=lambda c: -int(c.atoms.sum()))
        else:
            kept.append(count)
    return kept


def _across(a: Bits, b: Bits) -> bool:
    both = a & b
    return bool(both.any() and (a & ~b).any() and (b & ~a).any())


def _tree(atoms: Bits, counts: Sequence[Count]) -> Node:
    """The group of these atoms, and in it those of the counts (all within it, largest first)."""
    own = [c for c in counts if (c.atoms == atoms).all()]
    rest = [c for c in counts if (c.atoms != atoms).any()]
    inside: list[Node] = []
    while rest:
        first = rest[0].atoms
        within = [c for c in rest if not (c.atoms & ~first).any()]
        inside.append(_tree(first, within))
        rest = [c for c in rest if (c.atoms & ~first).any()]
    alone = atoms.copy()
    for one in inside:
        alone &= ~one.atoms
    ends_ = tuple(c.least for c in own), tuple(c.most for c in own)
    return Node(atoms, *ends_, tuple(inside), alone)


def _least(node: Node, people: I8, proven: I8, chosen: Bits) -> int:
    """Whoever is counted is outside the chosen first; the proven are where they are."""
    if not (node.atoms & chosen).any():
        return 0
    own = int(proven[node.alone & chosen].sum())
    below = own + sum(_least(one, people, proven, chosen) for one in node.inside)
    room = int(people[node.atoms & ~chosen].sum())
    there = int(people[node.atoms & chosen].sum())
    return max(below, min(there, max((n - room for n in node.least), default=0)))


def _most(node: Node, people: I8, proven: I8, chosen: Bits) -> int:
    """Each count adds people of its own, as far as there are any."""
    if not (node.atoms & chosen).any():
        return 0
    own = int(proven[node.alone & chosen].sum())
    below = own + sum(_most(one, people, proven, chosen) for one in node.inside)
    return min(int(people[node.atoms & chosen].sum()), below + sum(node.most))
