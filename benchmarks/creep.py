"""Invented creep for benchmarks: slopes that fail by Voight's law, steady ones, step-like ones.

Written before any setting of a detector was chosen by it. What is drawn for a series:

    sampling   10, 30 min, 1, 3, 6, 12 h or 1 d, each reading moved by up to 5 % of it
    rate       v0, 0.5 to 10 mm/d (log-uniform), steady for 15 to 40 d
    failure    v = v0 * (L / (t_f - t))^(1 / (alpha - 1)) from L before t_f on,
               L 6 to 45 d (log-uniform), alpha 1.7 to 2.3 (uniform)
    noise      white, sigma of a reading 1 to 10 % of the movement of a steady day (v0 * 1 d)
    steps      in 3 of 10 series one or two of the instrument, 5 to 50 sigma, up or down
    gaps       in 3 of 10 series one or two of 5 h to 3 d, anywhere

A steady series waves by up to 30 % around its rate; a step-like one has 2 to 5 pulses of 3 to 15
times its rate that rise over 0.1 to 2 d and decay over 1 to 6 d (rain, a falling reservoir).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
DAY = 86_400_000
START = 1_782_864_000_000
SAMPLING = (10, 30, 60, 180, 360, 720, 1440)


@dataclass(frozen=True)
class Series:
    """One slope."""

    t: NDArray[np.int64]
    mm: F8
    cadence: int
    fails: float
    """ms; infinite when it does not."""


def failing(dice: Any) -> Series:
    """A slope that fails."""
    steady, length = dice.uniform(15, 40), np.exp(dice.uniform(np.log(6), np.log(45)))
    v0, p = _rate(dice), 1 / (dice.uniform(1.7, 2.3) - 1)
    cadence, days = _times(dice, steady + length)
    left = np.minimum(steady + length - days, length)
    e = 1 - p
    moved = -np.log(left / length) if abs(e) < 1e-9 else (1 - (left / length) ** e) / e
    mm = v0 * (np.minimum(days, steady) + length * moved)
    return _measured(dice, cadence, days, mm, v0, START + (steady + length) * DAY)


def steady(dice: Any) -> Series:
    """A slope that creeps at a rate that waves a little."""
    v0 = _rate(dice)
    cadence, days = _times(dice, dice.uniform(40, 90))
    period, wave = dice.uniform(10, 90) / (2 * np.pi), dice.uniform(0, 0.3)
    mm = v0 * (days + wave * period * np.sin(days / period + dice.uniform(0, 6.28)))
    return _measured(dice, cadence, days, mm, v0, np.inf)


def stepping(dice: Any) -> Series:
    """A slope that creeps in steps."""
    v0 = _rate(dice)
    cadence, days = _times(dice, dice.uniform(40, 90))
    fine = np.linspace(0, days[-1], 20_000)
    v = np.full(len(fine), v0)
    for start in dice.uniform(5, days[-1], int(dice.integers(2, 6))):
        rise, decay, peak = dice.uniform(0.1, 2), dice.uniform(1, 6), dice.uniform(3, 15)
        since = np.maximum(fine - start, 0)
        v += v0 * peak * np.where(since < rise, since / rise, np.exp((rise - since) / decay))
    moved = np.concatenate([[0.0], np.cumsum((v[1:] + v[:-1]) / 2 * np.diff(fine))])
    return _measured(dice, cadence, days, np.interp(days, fine, moved), v0, np.inf)


def _rate(dice: Any) -> float:
    return float(np.exp(dice.uniform(np.log(0.5), np.log(10))))


def _times(dice: Any, end: float) -> tuple[int, F8]:
    """(cadence in ms, days of the readings before the end)."""
    step = dice.choice(SAMPLING) / 1440
    days = np.arange(dice.uniform(0, step), end - 0.01 * step, step)
    days = days + dice.uniform(0, 0.05, len(days)) * step
    return round(step * DAY), days[days < end]


def _measured(dice: Any, cadence: int, days: F8, mm: F8, v0: float, fails: float) -> Series:
    sigma = v0 * dice.uniform(0.01, 0.1)
    mm = mm + dice.normal(0, sigma, len(mm))
    if dice.random() < 0.3:
        for at in dice.uniform(0, days[-1], int(dice.integers(1, 3))):
            mm[days > at] += dice.choice([-1, 1]) * dice.uniform(5, 50) * sigma
    keep = np.ones(len(mm), bool)
    if dice.random() < 0.3:
        for at in dice.uniform(0, days[-1], int(dice.integers(1, 3))):
            keep &= (days < at) | (days > at + dice.uniform(0.2, 3))
    t = START + np.round(days * DAY).astype(np.int64)
    return Series(t[keep], mm[keep], cadence, fails)
