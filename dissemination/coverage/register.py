"""Who of a register was reached: an exact union, by bitmaps.

People lie side by side by cell (one area, one stratum), each cell from a word of 64 bits on, so
that people reached in a cell are the bits of whole words. The union over channels is an OR; nobody
counts twice, however many receipts came. Beside the bits stands the minute of each person's first
proof on each channel: late and out-of-order receipts change the past, and the curve is true again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.known import F8, I8

WORD, SHIFT = 64, 6
NEVER = np.iinfo(np.uint16).max
"""No proof; minutes go up to one less: 45 days."""


@dataclass(frozen=True)
class Register:
    """Where each person lies: built once, from the area and the stratum of each."""

    area: I8
    """(cells)"""
    stratum: I8
    """(cells)"""
    people: I8
    """(cells)"""
    slot: I8
    """(people) the bit of each person, in the order of the register."""
    start: I8
    """(cells) first word of each cell."""
    words: int

    @classmethod
    def of(cls, area: I8, stratum: I8) -> Register:
        """Register of people by the number of their area and stratum (from 0).

        >>> Register.of(np.array([1, 0, 1, 1]), np.array([0, 0, 0, 2])).people
        array([1, 2, 1])
        """
        if not len(area):
            raise ValueError("a register without people")
        strata = int(stratum.max()) + 1
        cells, cell, people = np.unique(
            area * strata + stratum, return_inverse=True, return_counts=True
        )
        lengths = -(-people // WORD)
        start = np.concatenate([[0], np.cumsum(lengths)])
        order = np.argsort(cell, kind="stable")
        first = np.repeat(np.cumsum(people) - people, people)
        slot = np.empty(len(cell), np.int64)
        slot[order] = start[cell[order]] * WORD + np.arange(len(cell)) - first
        return cls(cells // strata, cells % strata, people, slot, start[:-1], int(start[-1]))

    def count(self, bits: NDArray[np.uint64]) -> I8:
        """(cells) people whose bit is set."""
        ones = np.bitwise_count(bits)
        return np.add.reduceat(ones, self.start, dtype=np.int64)


class Reached:
    """Proofs of one warning."""

    def __init__(self, register: Register, channels: tuple[str, ...]) -> None:
        self.register, self.channels = register, channels
        self._bits = np.zeros((len(channels), register.words), np.uint64)
        self._first = np.full((len(channels), register.words * WORD), NEVER, np.uint16)

    def add(self, channel: str, person: I8, minute: NDArray[np.integer]) -> None:
        """Proofs of a channel, in any order; a person's again changes only the time, if earlier.

        person: numbers in the register. minute: since the warning was sent; before that is 0.
        """
        row = self.channels.index(channel)
        slot = self.register.slot[person]
        at = np.clip(minute, 0, NEVER - 1).astype(np.uint16)
        np.minimum.at(self._first[row], slot, at)
        mask = np.uint64(1) << (slot & (WORD - 1)).astype(np.uint64)
        np.bitwise_or.at(self._bits[row], slot >> SHIFT, mask)

    def bits(self, *channels: str) -> NDArray[np.uint64]:
        """Union of the channels named (none: of all), a bit a person."""
        rows = [self.channels.index(name) for name in channels or self.channels]
        return np.asarray(np.bitwise_or.reduce(self._bits[rows], axis=0))

    def confirmed(self, *channels: str) -> I8:
        """(cells) people reached by now, by the channels named (none: by any)."""
        return self.register.count(self.bits(*channels))

    def curve(self, minutes: int) -> I8:
        """(minutes, cells) people reached by the end of each minute, by any channel."""
        cells = len(self.register.people)
        first = self._first.min(axis=0)
        lengths = np.diff(np.append(self.register.start, self.register.words))
        cell = np.repeat(np.arange(cells), lengths * WORD)
        seen = first < minutes
        at = first[seen].astype(np.int64) * cells + cell[seen]
        return np.cumsum(np.bincount(at, minlength=minutes * cells).reshape(minutes, cells), axis=0)

    def unreached(self) -> I8:
        """Numbers of the people without any proof, for the wardens' list."""
        slot = self.register.slot
        bit = self.bits()[slot >> SHIFT] >> (slot & (WORD - 1)).astype(np.uint64) & np.uint64(1)
        return np.flatnonzero(bit == 0)


def shares(people: I8, reached: I8, group: I8) -> F8:
    """Reached share by area or by stratum; NaN where there is nobody.

    >>> shares(np.array([10, 30, 60]), np.array([5, 30, 0]), np.array([0, 0, 1]))
    array([0.875, 0.   ])
    """
    whole = np.bincount(group, people)
    out = np.full(len(whole), np.nan)
    np.divide(np.bincount(group, reached), whole, out=out, where=whole > 0)
    return out
