"""Streams with known anomalies, made by a stated seed: to develop and to try detectors on.

Kinds of background and kinds of anomaly are crossed; the windows are laid as NAB lays them: one
tenth of the rows, shared by the anomalies, each in the middle of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
START = 1_782_864_000_000
"""2026-07-01T00:00:00Z."""


@dataclass(frozen=True)
class Stream:
    name: str
    time: NDArray[np.int64]
    """ms."""
    value: F8
    windows: list[tuple[int, int]]
    """First and last row of each anomaly's window."""


def _hours(t: Any) -> Any:
    return (t / 3_600_000.0) % 24.0


def _ar(dice: Any, n: int, keep: float) -> F8:
    out, x = np.empty(n), 0.0
    for i, e in enumerate(dice.normal(0.0, math.sqrt(1 - keep * keep), n)):
        x = keep * x + e
        out[i] = x
    return out


def flat(dice: Any, t: Any) -> F8:
    """A load that hardly moves."""
    return 40.0 + dice.normal(0.0, 1.0, len(t))


def smooth(dice: Any, t: Any) -> F8:
    """A temperature: slow, its noise is remembered."""
    return 70.0 + 6.0 * _ar(dice, len(t), 0.995) + 0.5 * dice.normal(0.0, 1.0, len(t))


def daily(dice: Any, t: Any) -> F8:
    """A smooth day."""
    wave = np.sin(2 * np.pi * _hours(t) / 24.0)
    return 100.0 + 30.0 * wave + 4.0 * _ar(dice, len(t), 0.9)


def shift_work(dice: Any, t: Any) -> F8:
    """High by day, low by night, a step between."""
    high = (_hours(t) >= 9.0) & (_hours(t) < 18.0)
    return 20.0 + 60.0 * high + dice.normal(0.0, 2.0, len(t))


def weekly(dice: Any, t: Any) -> F8:
    """Counts of people: days, and days of rest."""
    rest = (t // 86_400_000) % 7 >= 5
    rate = 400.0 + 350.0 * np.sin(2 * np.pi * (_hours(t) - 8) / 24.0)
    return dice.poisson(rate * np.where(rest, 0.6, 1.0)) * 1.0 + 10.0 * _ar(dice, len(t), 0.9)


def bursts(dice: Any, t: Any) -> F8:
    """Nearly nothing, and short peaks of any height."""
    out = 2.0 + 0.2 * dice.normal(0.0, 1.0, len(t))
    at = dice.random(len(t)) < 0.02
    out[at] += 8.0 * np.exp(0.5 * dice.normal(0.0, 1.0, int(at.sum())))
    return out


def counts(dice: Any, t: Any) -> F8:
    """Messages: few, by day more, with a heavy tail."""
    rate = 12.0 * (1.2 + np.sin(2 * np.pi * (_hours(t) - 9) / 24.0))
    return dice.poisson(rate * dice.gamma(3.0, 1 / 3.0, len(t))) * 1.0


def costs(dice: Any, t: Any) -> F8:
    """Prices: a heavy tail around a level that wanders."""
    return np.exp(0.3 * _ar(dice, len(t), 0.98) + 0.5 * dice.normal(0.0, 1.0, len(t)))


def regimes(dice: Any, t: Any) -> F8:
    """Two levels, changed now and then."""
    high = np.cumsum(dice.random(len(t)) < 0.02) % 2
    return 10.0 + 20.0 * high + dice.normal(0.0, 1.0, len(t))


def teeth(dice: Any, t: Any) -> F8:
    """A sawtooth with a period of its own (a store that fills and is emptied)."""
    return (np.arange(len(t)) * 1.0 % 70) + 2.0 * dice.normal(0.0, 1.0, len(t))


def cron(dice: Any, t: Any) -> F8:
    """A job every night, not always at the minute, and some load beside it."""
    late = dice.normal(0.0, 0.1, 1 + int((t[-1] - t[0]) // 86_400_000))[(t - t[0]) // 86_400_000]
    at = np.abs(_hours(t) - 3.0 - late) < 0.4
    return 5.0 + 50.0 * at * dice.uniform(0.8, 1.2, len(t)) + np.abs(dice.normal(0.0, 1.0, len(t)))


def exact(dice: Any, t: Any) -> F8:
    """The very same every day, without noise."""
    return np.where((_hours(t) >= 9.0) & (_hours(t) < 18.0), 80.0, 20.0)


def traffic(dice: Any, t: Any) -> F8:
    """Times of travel: two rush hours, and jams of some readings."""
    hour = _hours(t)
    rush = np.exp(-((hour - 8) ** 2) / 2) + np.exp(-((hour - 17.5) ** 2) / 3)
    jam = np.convolve(dice.pareto(2.0, len(t)) * (dice.random(len(t)) < 0.02), [1, 0.7, 0.4])
    return np.round(300 + 150 * rush * dice.gamma(4, 0.25, len(t)) + 150 * jam[: len(t)])


def blocks(dice: Any, t: Any) -> F8:
    """Nothing, and now and then a block of writing."""
    on = _ar(dice, len(t), 0.9) > 1.3
    return np.where(on, 1e6 * np.exp(0.7 * dice.normal(0.0, 1.0, len(t))), 0.0)


def wander(dice: Any, t: Any) -> F8:
    """A load that goes where it likes between bounds, in whole per cent."""
    walk = np.cumsum(dice.normal(0.0, 1.0, len(t)))
    return np.round(50.0 + 45.0 * np.sin(walk / 30.0) + 2.0 * dice.normal(0.0, 1.0, len(t)))


BACKGROUNDS: dict[str, tuple[Callable[[Any, Any], F8], int, int]] = {
    # name: (how, rows, minutes from row to row)
    "flat": (flat, 4000, 5),
    "smooth": (smooth, 8000, 15),
    "daily": (daily, 4000, 5),
    "shift_work": (shift_work, 4000, 5),
    "weekly": (weekly, 8000, 30),
    "bursts": (bursts, 4000, 5),
    "counts": (counts, 10000, 5),
    "costs": (costs, 1600, 60),
    "regimes": (regimes, 4000, 5),
    "teeth": (teeth, 4000, 5),
    "cron": (cron, 4000, 5),
    "exact": (exact, 4000, 5),
    "traffic": (traffic, 2500, 10),
    "blocks": (blocks, 4000, 5),
    "wander": (wander, 4000, 5),
}


def spike(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """Up, beyond what was."""
    x[at : at + 4] += size * (np.quantile(x, 0.999) - np.quantile(x, 0.1))


def drop(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """Down, beyond what was, for a while."""
    x[at : at + wide // 8] -= size * (np.quantile(x, 0.99) - np.quantile(x, 0.01))


def shift(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """Another level from here on."""
    x[at:] += size * (np.quantile(x, 0.95) - np.quantile(x, 0.05))


def restless(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """The noise is some times as large for a while."""
    rough = float(np.median(np.abs(np.diff(x)))) + 1e-9
    part = x[at : at + wide // 2]
    part += 4.0 * size * rough * dice.normal(0.0, 1.0, len(part))


def stuck(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """The same value for a while."""
    x[at : at + wide // 2] = x[at]


def drift(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """Slowly away, and back at once."""
    n = len(x[at : at + wide])
    x[at : at + n] += 1.5 * size * (np.quantile(x, 0.95) - np.quantile(x, 0.05)) * np.arange(n) / n


def displaced(x: F8, dice: Any, at: int, wide: int, size: float) -> None:
    """Half a day in the place of another: each value usual, its time is not."""
    n = len(x[at : at + wide])
    x[at : at + n] = x[at - n - wide // 3 : at - wide // 3]


ANOMALIES = (spike, drop, shift, restless, stuck, drift, displaced)


def stream(background: str, seed: int) -> Stream:
    """One stream with none, one, two or three anomalies."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    make, n, minutes = BACKGROUNDS[background]
    t = START + np.arange(n, dtype=np.int64) * minutes * 60_000
    x = make(dice, t)
    many = int(dice.choice([0, 1, 2, 3], p=[0.1, 0.3, 0.3, 0.3]))
    wide = n // 10 // max(many, 1)
    places = np.linspace(0.3, 0.95, many + 1)
    windows = []
    for k in range(many):
        lo, hi = int(places[k] * n) + wide, int(places[k + 1] * n) - wide
        at = int(dice.integers(lo, max(hi, lo + 1)))
        ANOMALIES[int(dice.integers(len(ANOMALIES)))](
            x, dice, at, wide, float(dice.uniform(0.5, 2.0))
        )
        windows.append((at - wide // 2, min(at + wide // 2, n - 1)))
    return Stream(f"{background}-{seed}", t, np.round(x, 4), windows)


def corpus(first: int = 0, each: int = 5) -> list[Stream]:
    """Several streams of every background."""
    return [stream(b, first + k) for b in BACKGROUNDS for k in range(each)]
