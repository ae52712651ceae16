"""What is known of the channels in a place, before and during a warning.

A cell is one area and one stratum of its people; a place is its cells. Rows are cells, columns are
channels. What nobody knows is NaN (or -1 in a count): it is never taken for zero or for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
NOT_ASKED = -1


@dataclass(frozen=True)
class Known:
    """Everything an estimate may rest on. Shapes: d test days, i cells, c channels."""

    channels: tuple[str, ...]
    people: I8
    """(i) people in each cell."""
    declared: F8
    """(i, c) share that somebody stated; NaN where nobody did."""
    asked: I8
    """(d, i) people asked after a test day."""
    heard: I8
    """(d, i, c) of these, who got it by a channel; -1 where the channel was not tested."""
    anyone: I8
    """(d, i) of these, who got it by any of the tested channels; -1 where that was not asked."""
    both: I8
    """(d, i, c, c) of these, who got it by both of two channels (upper half); -1: not asked."""
    up: F8
    """(i, c) 1 works, 0 does not, between: the part that works; NaN nobody knows."""
    hour: F8
    """(c) reach at the hour of the warning, against the hours of the tests."""
    confirmed: I8
    """(i, c) people of this warning with proof by a channel; -1 where it gives none."""
    proven: I8
    """(i) people with proof by any channel, each counted once."""
    returned: I8
    """(c, 2) on test days: people known to be reached, and those of them whose proof came."""

    among: F8
    """(i, c) share of each channel in a cell against that in the whole place, by what is known of
    its people; 1 where nothing is."""

    @property
    def total(self) -> int:
        """All people of the place."""
        return int(self.people.sum())


def known(channels: tuple[str, ...], people: I8, **said: NDArray[np.generic]) -> Known:
    """What is known, where all that is not said is not known.

    >>> known(("sms", "siren"), np.array([1200, 300]), up=np.array([[1.0, 0], [1, 1]])).total
    1500
    """
    i, c, days = len(people), len(channels), len(said.get("asked", ()))
    nothing = {
        "declared": np.full((i, c), np.nan),
        "asked": np.zeros((days, i), np.int64),
        "heard": np.full((days, i, c), NOT_ASKED, np.int64),
        "anyone": np.full((days, i), NOT_ASKED, np.int64),
        "both": np.full((days, i, c, c), NOT_ASKED, np.int64),
        "up": np.ones((i, c)),
        "hour": np.ones(c),
        "confirmed": np.full((i, c), NOT_ASKED, np.int64),
        "proven": np.zeros(i, np.int64),
        "returned": np.zeros((c, 2), np.int64),
        "among": np.ones((i, c)),
    }
    for name, value in said.items():
        if value.shape != nothing[name].shape:
            raise ValueError(f"{name}: shape {value.shape}, want {nothing[name].shape}")
    return Known(channels, people, **{**nothing, **said})
