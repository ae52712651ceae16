"""Days of a forest node, made up: weather, fog, traffic, cooking, dust, welding, and some fires.

One reading a minute of CO, smoke, temperature, humidity and flame. Everything beside fire is what
the method must not be fooled by; what each does to which sensor is said beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

MINUTES = 1440
F8 = NDArray[np.float64]
NAMES = ("co", "pm25", "temperature", "humidity", "flame")


@dataclass
class NodeDays:
    """values: (minutes, 5) of NAMES, and the mean of the neighbours' smoke; fires: first minute."""

    values: F8
    around: F8
    fires: list[int]


def red_noise(dice: Any, n: int, sigma: float, minutes: float) -> F8:
    """Noise that forgets itself in so many minutes."""
    keep = np.exp(-1 / minutes)
    shocks = dice.normal(0, sigma * np.sqrt(1 - keep * keep), n)
    return np.asarray(lfilter([1.0], [1.0, -keep], shocks))


def bump(n: int, start: int, rise: int, last: int) -> F8:
    """0 to 1 within `rise` minutes from `start`, and back after `last`."""
    k = np.arange(n, dtype=float)
    return np.clip((k - start) / rise, 0, 1) * np.clip((start + last - k) / rise, 0, 1)


def made(seed: int, days: int, fires: int) -> NodeDays:  # noqa: PLR0915 - a list of happenings
    """The days of one node; fires begin after the first week."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    n = days * MINUTES
    hour = np.arange(n) / 60 % 24
    sun = np.sin((hour - 9) / 24 * 2 * np.pi)
    temperature = 18 + 7 * sun + red_noise(dice, n, 2.0, 600)
    humidity = 65 - 20 * sun + red_noise(dice, n, 8.0, 600)
    smoke = 25 + 8 * np.sin(hour / 12 * np.pi) + red_noise(dice, n, 8.0, 300)
    co = 0.4 + red_noise(dice, n, 0.15, 200)
    around, flame = smoke + red_noise(dice, n, 4.0, 200), np.zeros(n)
    for day in range(days):
        first = day * MINUTES
        if dice.random() < 0.2:  # fog of the morning: wet air, droplets read as smoke, everywhere
            fog = bump(n, first + int(dice.integers(180, 360)), 40, int(dice.integers(120, 360)))
            humidity += fog * (99 - humidity)
            smoke += fog * dice.uniform(50, 400)
            around += fog * dice.uniform(50, 400)
        if dice.random() < 0.05:  # dust: smoke here and around, and dry wind
            dust = bump(n, first + int(dice.integers(600, 1000)), 20, int(dice.integers(60, 300)))
            much = dice.uniform(100, 500)
            smoke, around = smoke + dust * much, around + dust * much * dice.uniform(0.6, 1.2)
            humidity -= dust * dice.uniform(0, 12)
        for _ in range(int(dice.poisson(1.0))):  # a lorry: CO and soot for some minutes
            lorry = bump(n, first + int(dice.integers(360, 1200)), 1, int(dice.integers(3, 12)))
            co += lorry * dice.uniform(0.5, 4.0)
            smoke += lorry * dice.uniform(5, 80)
        if dice.random() < 0.5:  # cooking of the rangers' hut at its hours
            at = first + (690 if dice.random() < 0.5 else 1080) + int(dice.integers(0, 40))
            kitchen = bump(n, at, 10, int(dice.integers(30, 60)))
            co += kitchen * dice.uniform(0.3, 2.0)
            smoke += kitchen * dice.uniform(20, 120)
        if dice.random() < 0.1:  # sun on the flame sensor, welding, lightning
            k = first + int(dice.integers(0, MINUTES))
            flame[k : k + int(dice.integers(1, 6))] = 1
        if dice.random() < 0.1:  # a shower: cold, and wet at once
            shower = bump(n, first + int(dice.integers(700, 1200)), 10, 120)
            temperature -= 6 * shower
            humidity += shower * (95 - humidity)
        if dice.random() < 0.1:  # the sun comes out on the housing
            housing = bump(n, first + int(dice.integers(480, 900)), 5, 60)
            temperature += dice.uniform(3, 8) * housing
            humidity -= 5 * housing
    begun = sorted(dice.choice(np.arange(8, days), fires, replace=False).tolist())
    started = []
    for day in begun:
        start = int(day * MINUTES + dice.integers(0, MINUTES - 240))
        started.append(start)
        near = dice.uniform(0.4, 1.5)  # how much of it reaches the node
        fire = bump(n, start, int(dice.integers(10, 40)), 200)
        puffs = np.clip(1 + red_noise(dice, n, 0.4, 3), 0.1, 3)  # wind takes it here and away
        co += 25 * near * fire * puffs
        smoke += 900 * near * fire * puffs
        temperature += 12 * near * fire
        humidity -= 15 * near * fire
        if dice.random() < 0.5:
            flame[start + 20 : start + 200] = dice.random(180) < 0.5
    values = np.column_stack(
        [
            np.clip(co + dice.normal(0, 0.1, n), 0, None),
            np.clip(smoke + dice.normal(0, 3, n), 0, None),
            temperature + dice.normal(0, 0.1, n),
            np.clip(humidity + dice.normal(0, 0.5, n), 1, 100),
            flame,
        ]
    )
    return NodeDays(values, np.clip(around, 0, None), started)
