"""Invented towns with known truth, for the estimate of coverage.

Written before the estimator, which assumes none of these families. A person has a score in 0..1 for
each channel; a channel whose share in a cell is p on a day reaches who scores below p. How scores
hang together is the family:

    factor       one heavy-tailed propensity (Student, 3), loads -0.5 to 1.5
    classes      3 to 5 kinds of people, each with its own liking for each channel
    households   most of a household hears the same; households as `factor`
    plane        distance to the channel's sites on a map, sites shared or apart
    nested       who has the rarer channel has the more common one too
    substitutes  everybody has a favourite: channels reach different people
    dead_zone    a part is beyond every channel, the others are independent

Shares differ by cell (logit, sd 0 to 0.6) and by day (logit, sd 0.05 to 0.45, half of it common
to all channels); 15 to 50 % of a score is drawn anew each day. Surveys ask 30 to 600 people a test
day, 0 to 4 days, of whom the unreached answer less in one town of four. Stated shares are wrong
(logit, sd 0.8). At the warning another hour counts, its factor is known within 10 %; a channel may
be out in some cells, and that is known. Proof per person comes back of 55 to 98 %, which moves by
day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dissemination.coverage.known import F8, NOT_ASKED, Known, known

Bits = NDArray[np.bool_]
FAMILIES = (
    "factor", "classes", "households", "plane", "nested", "substitutes", "dead_zone",
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """What is known, and what is true."""

    family: str
    known: Known
    truth: float
    """Share of the people who were reached."""
    sum_of_receipts: float
    """The baseline: receipts of all channels added up, over the people."""


def town(dice: Any, family: str) -> Town:
    """One town of a family."""
    n, c, cells = int(dice.integers(1500, 12_000)), int(dice.integers(2, 6)), int(
        dice.integers(1, 9)
    )  # fmt: skip
    cell = np.sort(dice.choice(cells, n, p=dice.dirichlet(np.full(cells, 4.0))))
    people = np.bincount(cell, minlength=cells)
    scores = np.argsort(np.argsort(SCORES[family](dice, n, c), axis=0), axis=0) / n
    scores = (scores + dice.random((n, c)) / n).clip(0, 1 - 1e-12)
    share = _logit(dice.uniform(0.15, 0.85, c)) + dice.uniform(0, 0.6) * dice.normal(
        0, 1, (cells, c)
    )
    days = _Days(dice, cell, scores, share)
    asked, heard, anyone, returned, q = _tests(dice, days, people)
    declared = _expit(share + 0.8 * dice.normal(0, 1, c))
    declared[:, dice.random(c) < 0.2] = np.nan
    night = dice.uniform(0.3, 1.0, c) if dice.random() < 0.4 else np.ones(c)
    up = np.where(dice.random((cells, c)) < (0.15 if dice.random() < 0.3 else 0), 0.0, 1.0)
    reached = days.draw(night * dice.uniform(0.9, 1.1, c), up)
    proof = reached & (dice.random((n, c)) < _move(dice, q, 0.15))
    gives = dice.random(c) < 0.4
    sums = [np.bincount(cell, proof[:, k], cells) for k in range(c)]
    confirmed = np.where(gives, np.stack(sums, 1), NOT_ASKED).astype(np.int64)
    proven = np.bincount(cell, (proof & gives).any(1), cells).astype(np.int64)
    told = known(
        tuple(f"c{k}" for k in range(c)), people, declared=declared, asked=asked, heard=heard,
        anyone=anyone, up=up, hour=night, confirmed=confirmed, proven=proven, returned=returned,
    )  # fmt: skip
    handed = np.where(gives, proof.sum(0), (days.usable() * up[cell]).sum(0)).sum() / n
    return Town(family, told, float(reached.any(1).mean()), float(handed))


class _Days:
    """Draws who is reached on a day."""

    def __init__(self, dice: Any, cell: NDArray[np.int64], scores: F8, share: F8) -> None:
        self.dice, self.cell, self.scores, self.share = dice, cell, scores, share
        self.fresh, self.sd = dice.uniform(0.15, 0.5), dice.uniform(0.05, 0.45)

    def draw(self, hour: F8 | float = 1.0, up: F8 | float = 1.0) -> Bits:
        """(people, channels)"""
        shape = self.scores.shape
        moved = self.sd * 0.7 * (self.dice.normal() + self.dice.normal(0, 1, shape[1]))
        p = _expit(self.share + moved) * hour * up
        anew = self.dice.random(shape) < self.fresh
        score = np.where(anew, self.dice.random(shape), self.scores)
        return np.asarray(score < p[self.cell])

    def usable(self) -> F8:
        """The shares, as the operator of a channel would count its hand-overs."""
        return np.asarray(_expit(self.share)[self.cell])


def _tests(dice: Any, days: _Days, people: NDArray[np.int64]) -> tuple[Any, ...]:
    """(asked, heard, anyone, returned, share of proof that comes back)"""
    count, cells, c = int(dice.integers(0, 5)), len(people), days.share.shape[1]
    q = dice.uniform(0.55, 0.98, c)
    shy = dice.uniform(0.7, 0.95) if dice.random() < 0.25 else 1.0
    together = dice.random() < 0.6
    asked, heard = np.zeros((count, cells), np.int64), np.zeros((count, cells, c), np.int64)
    anyone, returned = np.full((count, cells), NOT_ASKED), np.zeros((c, 2), np.int64)
    for d in range(count):
        reached = days.draw()
        answers = dice.random(len(reached)) < np.where(reached.any(1), 1.0, shy)
        some = dice.permutation(np.flatnonzero(answers))[: int(dice.integers(30, 600))]
        asked[d] = np.bincount(days.cell[some], minlength=cells)
        for k in range(c):
            heard[d, :, k] = np.bincount(days.cell[some], reached[some, k], cells)
        if together:
            anyone[d] = np.bincount(days.cell[some], reached[some].any(1), cells)
        got = reached[some].sum(0)
        returned += np.stack([got, dice.binomial(got, _move(dice, q, 0.15))], 1)
    return asked, heard, anyone, returned, q


def _factor(dice: Any, n: int, c: int) -> F8:
    load = dice.uniform(-0.5, 1.5, c)
    return np.asarray(load * dice.standard_t(3, (n, 1)) + dice.normal(0, 1, (n, c)))


def _classes(dice: Any, n: int, c: int) -> F8:
    kinds = int(dice.integers(3, 6))
    kind = dice.choice(kinds, n, p=dice.dirichlet(np.full(kinds, 2.0)))
    return np.asarray(dice.uniform(0, 1.5) * dice.normal(0, 1, (kinds, c))[kind]
                      + dice.random((n, c)))  # fmt: skip


def _households(dice: Any, n: int, c: int) -> F8:
    home = np.sort(dice.integers(0, n // 3, n))
    of_home = _factor(dice, n, c)[home]
    alone = dice.random((n, 1)) < dice.uniform(0.1, 0.4)
    return np.where(alone, dice.normal(0, 1, (n, c)), of_home)


def _plane(dice: Any, n: int, c: int) -> F8:
    at, out = dice.random((n, 2)), np.empty((n, c))
    common = dice.random((6, 2))
    for k in range(c):
        sites = common if dice.random() < 0.4 else dice.random((int(dice.integers(2, 8)), 2))
        away = ((at[:, None] - sites[None]) ** 2).sum(2).min(1) ** 0.5
        out[:, k] = away + dice.uniform(0.02, 0.3) * dice.normal(0, 1, n)
    return out


def _nested(dice: Any, n: int, c: int) -> F8:
    return np.asarray(dice.random((n, 1)) + dice.uniform(0.02, 0.4) * dice.normal(0, 1, (n, c)))


def _substitutes(dice: Any, n: int, c: int) -> F8:
    return -np.asarray(dice.dirichlet(np.full(c, dice.uniform(0.5, 3)), n))


def _dead_zone(dice: Any, n: int, c: int) -> F8:
    dead = dice.random((n, 1)) < dice.uniform(0.03, 0.25)
    return np.asarray(dice.random((n, c)) + 2.0 * dead)


SCORES: dict[str, Callable[[Any, int, int], F8]] = {
    "factor": _factor, "classes": _classes, "households": _households, "plane": _plane,
    "nested": _nested, "substitutes": _substitutes, "dead_zone": _dead_zone,
}  # fmt: skip


def _logit(p: F8) -> F8:
    return np.asarray(np.log(p / (1 - p)))


def _expit(x: F8) -> F8:
    return np.asarray(1 / (1 + np.exp(-x)))


def _move(dice: Any, p: F8, sd: float) -> F8:
    """Shares as they are on another day."""
    return _expit(_logit(p) + sd * dice.normal(0, 1, len(p)))
