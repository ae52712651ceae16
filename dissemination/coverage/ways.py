"""What is said of each channel: its reach, its proof, its pace, and what it depends on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dissemination.coverage.conditions import HOURS, hour_factor, working
from dissemination.coverage.known import F8, I8
from dissemination.coverage.people import People
from dissemination.coverage.predict import Pace

Proof = Literal["person", "played", "none"]


@dataclass(frozen=True)
class Way:
    """One channel. NaN where nobody has said it."""

    name: str
    reach: float = math.nan
    """Share of the people whom it reaches, where it works."""
    audibility: float = math.nan
    """Of a loudspeaker: share of those within earshot who understand it."""
    proof: Proof = "none"
    """person: each who is reached can be proven; played: only that it sounded; none: nothing."""
    pace: Pace = field(default_factory=lambda: Pace(math.inf))
    apart: bool = False
    """Each area has a queue of its own (wardens), in place of one for all (a gateway)."""
    crew: int = 0
    """With `apart`: one warden for so many people, and the pace is each one's; 0 = the area's."""
    hours: F8 = field(default_factory=lambda: np.ones(HOURS))
    tested: float = 12.0
    """Local hour for which `reach` holds."""
    needs: tuple[str, ...] = ()
    """Supplies: power, mobile, ..."""
    returned: tuple[int, int] = (0, 0)
    """On test days: people known to be reached, and those of them whose proof came."""

    @property
    def share(self) -> float:
        """Share that counts once it is out: of a sound the audibility, and nothing else."""
        return self.audibility if self.proof == "played" else self.reach


Ways = Sequence[Way]


@dataclass(frozen=True)
class Tests:
    """Surveys after test days. d days, s rows of (area, stratum), c channels; -1 = not asked."""

    cells: tuple[tuple[str, str], ...] = ()
    asked: I8 = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    heard: I8 = field(default_factory=lambda: np.zeros((0, 0, 0), np.int64))
    anyone: I8 = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    both: I8 | None = None
    """(d, s, c, c) by both of two channels; None where no survey was kept that finely."""


def hours(ways: Ways, hour: float) -> F8:
    """(c) reach at a local hour against that of the tests."""
    return np.array([hour_factor(way.hours, hour, way.tested) for way in ways])


def supplied(ways: Ways, people: People, states: Mapping[tuple[str, str], float]) -> F8:
    """(cells, channels) what works; states: (supply, area) -> 1 there, 0 out, NaN nobody knows.

    A supply that is told of nowhere is there.
    """
    names = tuple(way.name for way in ways)
    needs = {way.name: way.needs for way in ways}
    wanted = sorted({supply for way in ways for supply in way.needs})
    if not wanted:
        return np.ones((len(people.people), len(names)))
    by_area = {
        supply: np.array([states.get((supply, area), 1.0) for area in people.areas])
        for supply in wanted
    }
    return working(names, needs, {s: state[people.area] for s, state in by_area.items()})


def tested(tests: Tests, people: People) -> dict[str, I8]:
    """Surveys by the cells of these people; answers from elsewhere stand in their last cell.

    That cell has nobody in it: what was heard elsewhere tells of the channels, not of its people.
    """
    places = {pair: cell for cell, pair in enumerate(people.names())}
    days, cells = len(tests.asked), len(people.people)
    channels = tests.heard.shape[2] if days else 0
    out = {
        "asked": np.zeros((days, cells), np.int64),
        "heard": np.full((days, cells, channels), -1, np.int64),
        "anyone": np.full((days, cells), -1, np.int64),
        "both": np.full((days, cells, channels, channels), -1, np.int64),
    }
    both = np.full((days, len(tests.cells), channels, channels), -1, np.int64)
    both = both if tests.both is None else tests.both
    for s, pair in enumerate(tests.cells):
        cell = places.get(pair, cells - 1)
        out["asked"][:, cell] += tests.asked[:, s]
        for name, given in (("heard", tests.heard[:, s]), ("anyone", tests.anyone[:, s]),
                            ("both", both[:, s])):  # fmt: skip
            into = out[name][:, cell]
            into[:] = np.where(given >= 0, np.maximum(into, 0) + np.maximum(given, 0), into)
    return out
