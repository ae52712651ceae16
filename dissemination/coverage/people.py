"""Whom a warning is for: people by name out of a register, and the rest by count, cell by cell.

A cell is one area and one stratum. The last cell is nobody's: it takes what surveys heard
elsewhere. A household is as many people as it has; it is reached as a whole, once one of its
contacts has a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dissemination.coverage.known import I8
from dissemination.coverage.register import Register

REST = "unnamed"
"""Stratum of people of whom only the number is known."""
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class People:
    """Everybody in the areas of a warning."""

    areas: tuple[str, ...]
    strata: tuple[str, ...]
    area: I8
    """(cells)"""
    stratum: I8
    """(cells)"""
    people: I8
    """(cells)"""
    register: Register | None
    """Of those by name; its cells are some of these."""
    named: I8
    """(cells of the register) the cell here."""
    entry: I8
    """(people by name, rising) number of the entry that each belongs to."""
    cell: I8
    """(people by name)"""

    @classmethod
    def of(
        cls,
        entries: tuple[I8, Sequence[str], Sequence[str], I8],
        counts: Iterable[tuple[str, str, int]],
    ) -> People:
        """People from entries (number, area, stratum, size) in rising order and from counts.

        >>> one = (np.array([7, 9]), ["A", "B"], ["any", "any"], np.array([1, 3]))
        >>> found = People.of(one, [("A", REST, 40)])
        >>> [(a, s, int(n)) for (a, s), n in zip(found.names(), found.people)]
        [('A', 'any', 1), ('A', 'unnamed', 40), ('B', 'any', 3), ('elsewhere', 'elsewhere', 0)]
        """
        number, area, stratum, size = entries
        counted = [(a, s, n) for a, s, n in counts if n > 0]
        pairs = {*zip(area, stratum, strict=True), *((a, s) for a, s, _ in counted)}
        order = [*sorted(pairs), (ELSEWHERE, ELSEWHERE)]
        place = {pair: n for n, pair in enumerate(order)}
        areas = tuple(dict.fromkeys(a for a, _ in order))
        strata = tuple(dict.fromkeys(s for _, s in order))
        of_entry = np.array([place[pair] for pair in zip(area, stratum, strict=True)], np.int64)
        cell, entry = np.repeat(of_entry, size), np.repeat(number, size)
        people = np.bincount(cell, minlength=len(order))
        for a, s, n in counted:
            people[place[a, s]] += n
        register = Register.of(cell, np.zeros_like(cell)) if len(cell) else None
        return cls(
            areas, strata, np.array([areas.index(a) for a, _ in order]),
            np.array([strata.index(s) for _, s in order]), people, register,
            np.unique(cell), entry, cell,
        )  # fmt: skip

    def names(self) -> list[tuple[str, str]]:
        """(area, stratum) of each cell."""
        return [
            (self.areas[a], self.strata[s]) for a, s in zip(self.area, self.stratum, strict=True)
        ]

    @property
    def total(self) -> int:
        """All people."""
        return int(self.people.sum())

    def members(self, entries: I8) -> tuple[I8, I8]:
        """(which of the entries given, person) for every person of entries, by their numbers."""
        first = np.searchsorted(self.entry, entries, "left")
        count = np.searchsorted(self.entry, entries, "right") - first
        which = np.repeat(np.arange(len(entries)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return which, np.repeat(first, count) + within
