"""What an invented county measures: mostly dry, a storm every sixth day, in order of arrival.

Made some days at a time, so that a year never lies in memory. A value at a time depends on that
time and the sensor alone, but for noise. One reading in 50,000 comes late, one in 5,000 is missing,
one in 20,000 is a spike, and each station is silent for some hours now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from county import START
from numpy.typing import NDArray

from tongluo.config.plan import Plan
from tongluo.core.columns import Columns

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
DAY = 86_400_000
HOUR = 3_600_000.0
EVERY = 6  # days from storm to storm
LATE, MISSING, SPIKES = 50_000, 5_000, 20_000
Maker = Callable[[F8, F8, Any], F8]
"""(hours since the start, times x 1; number of the station, 1 x stations; chance) -> values."""


def severity(number: F8) -> F8:
    """Of five storms one is severe, as one in a month is."""
    return np.where(number % 5 == 2, 1.0, 0.4)


def storms(hours: F8, station: F8) -> F8:
    """0 to 1: how hard it rains; each storm reaches each station at its own time and strength."""
    number = np.floor(hours / (24.0 * EVERY))
    hit = np.sin(12.9898 * station + 78.233 * number) * 43758.5453
    strength = (hit - np.floor(hit)) ** 3 * severity(number)
    since = hours - 24.0 * EVERY * number - 12.0 - (station % 7)
    return strength * np.where((since > 0) & (since < 8), np.sin(np.pi * since / 8), 0.0)


def response(hours: F8, station: F8) -> F8:
    """0 to 1: a flood wave that rises in six hours after each storm, and ebbs."""
    number = np.floor(hours / (24.0 * EVERY))
    hit = np.sin(4.898 * station + 23.14 * number) * 2375.85
    since = np.maximum(hours - 24.0 * EVERY * number - 15.0, 0.0) / 6.0
    return (hit - np.floor(hit)) ** 2 * severity(number) * since * np.exp(1.0 - since)


def day_wave(hours: F8, phase: float) -> F8:
    """-1 to 1 over a day."""
    return np.sin(2 * np.pi * (hours - phase) / 24.0)


def rain(hours: F8, station: F8, dice: Any) -> F8:
    """mm in five minutes, in tips of 0.2 mm."""
    mm = 2.5 * storms(hours, station)
    wet = np.flatnonzero(mm)
    mm.ravel()[wet] *= dice.gamma(2.0, 0.5, len(wet))
    return np.round(mm / 0.2) * 0.2


def stage(hours: F8, station: F8, dice: Any) -> F8:
    """m, by the centimetre."""
    return np.round(
        1 + 2.2 * response(hours, station) + dice.normal(0, 0.006, _shape(hours, station)), 2
    )


def creep(hours: F8, station: F8, dice: Any) -> F8:
    """mm: 1 to 3 mm a month, faster after storms, noise of 1 mm."""
    mm = (1 + station % 3) * hours / 720.0 + 2 * response(hours, station)
    return np.round(mm + dice.normal(0, 1.0, _shape(hours, station)), 2)


def tide(hours: F8, station: F8, dice: Any) -> F8:
    """m: two constituents and some surge."""
    m = 0.8 * np.cos(np.radians(28.9841042 * hours)) + 0.3 * np.cos(np.radians(30.0 * hours))
    return np.round(
        m + 0.3 * response(hours, station) + dice.normal(0, 0.02, _shape(hours, station)), 3
    )


def waving(mean: float, swing: float, noise: float, storm: float, digits: int) -> Maker:
    """A daily wave about a mean, with noise, and so much more when it has rained."""

    def made(hours: F8, station: F8, dice: Any) -> F8:
        wave = mean + station % 5 / 10 * swing + swing * day_wave(hours, 9.0)
        wave = wave + storm * response(hours, station)
        return np.round(wave + dice.normal(0, noise, _shape(hours, station)), digits)

    return made


def _shape(hours: F8, station: F8) -> tuple[int, int]:
    return len(hours), station.shape[1]


MAKERS: dict[str, Maker] = {
    "rain": rain,
    "stage": stage,
    "tide": tide,
    "reservoir_stage": waving(95, 0.2, 0.005, 2.5, 2),
    "flow": waving(30, 3, 1, 30, 1),
    "displacement_x": creep,
    "displacement_y": creep,
    "displacement_z": creep,
    "crack": creep,
    "tilt": waving(0.5, 0.05, 0.01, 0.1, 3),
    "pore_pressure": waving(30, 1, 0.2, 20, 2),
    "temperature": waving(18, 6, 0.4, -4, 1),
    "humidity": waving(80, -10, 2, 10, 0),
    "wind_speed": waving(3, 2, 0.6, 4, 1),
}


class Days:
    """The readings of a plan's received sensors, some days at a time."""

    def __init__(self, plan: Plan) -> None:
        alike: dict[tuple[str, int], list[int]] = {}
        for row, spec in enumerate(plan.sensors):
            if spec is not None and spec.derived is None:
                alike.setdefault((spec.quantity, spec.cadence), []).append(row)
        self.alike = {key: np.array(rows) for key, rows in alike.items()}
        self.number = np.array([int(s.station[1:]) if s else 0 for s in plan.sensors], float)

    def columns(self, first: int, days: int) -> Columns:
        """The readings of days first to first + days, in order of arrival."""
        dice = np.random.default_rng(first)  # noqa: TID251 - invented readings, the same every run
        parts = [self._part(*key, rows, first, days, dice) for key, rows in self.alike.items()]
        sensor, t, value, comes = (np.concatenate(x) for x in zip(*parts, strict=True))
        kept = dice.random(len(t)) >= 1 / MISSING
        kept &= (t // DAY + 7 * sensor) % 40 != 0  # its day of trouble: from 03:00 to 07:00 UTC
        kept |= (t % DAY < 3 * HOUR) | (t % DAY > 7 * HOUR)
        order = np.flatnonzero(kept)
        order = order[np.argsort(comes[order], kind="stable")]
        ones = np.ones(len(order), np.int64)
        return Columns(sensor[order], t[order], value[order], ones, 0 * ones, 0 * ones)

    def _part(
        self, quantity: str, cadence: int, rows: I8, first: int, days: int, dice: Any
    ) -> tuple[I8, I8, F8, I8]:
        times = START + first * DAY + cadence * np.arange(1, days * DAY // cadence + 1)
        hours = ((times - START) / HOUR)[:, None]
        value = MAKERS[quantity](hours, self.number[rows][None, :], dice)
        value = value.ravel() * (cadence / 300_000 if quantity == "rain" else 1.0)
        odd = dice.integers(0, len(value), len(value) // SPIKES)
        value[odd] = value[odd] * 3 + 5
        t = np.repeat(times, len(rows))
        comes = t.copy()
        comes[dice.integers(0, len(t), len(t) // LATE)] += 2 * cadence + 1
        return np.tile(rows, len(times)), t, value, comes
