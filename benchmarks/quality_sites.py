"""Made-up sites with faults of instruments, by stated seeds: what quality control is developed on.

A site is some months of honest water, then faults of nine classes put in at random times, in
floods too. Sizes go from 40 times the usual noise to the height of a flood (log uniform), lengths
are given below. The label covers the readings a technician would mark: those that the fault has
moved away from the truth. Noise is as rough as that of real gauges: heavy tails (Student, 3
degrees), now more of it, now less, and on rivers spells of small waves that are no fault.

    creek        15 min, 1 mm, flash floods that rise within 1 to 6 readings
    coarse       the same read to the centimetre
    turbulent    a creek whose noise grows with the water
    melt         15 min, snow melt: a daily wave of centimetres to decimetres in season
    tide         10 min, two tides a day and surges
    gates        15 min, a regulated river: levels moved in one to three readings, and held
    river        60 to 90 min, floods that rise metres in a few readings
    conductivity 60 to 90 min, diluted by each flood, slow recovery
    turbidity    60 to 90 min, multiplicative noise, pulses over two decades
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tongluo.cli.qc_series import Series

MINUTE = 60_000
START = 1_700_000_000_000
N = 16_000


def chance(seed: int) -> Any:
    return np.random.default_rng(seed)  # noqa: TID251 - chance for made-up data, by a stated seed


@dataclass
class Site:
    """Readings, the truth below them, and the faults: class -> spans of readings."""

    quantity: str
    t: Any
    value: Any
    noise: float
    height: float
    grain: float
    faults: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def labelled(self) -> Any:
        mask = np.zeros(len(self.value), bool)
        for spans in self.faults.values():
            for a, b in spans:
                mask[a : b + 1] = True
        return mask

    def series(self) -> Series:
        value = np.round(self.value / self.grain) * self.grain
        return Series(self.t, value, self.labelled, self.quantity)


def floods(rng: Any, n: int, count: int, rise: tuple[float, float], height: float) -> Any:
    """Sum of waves that rise in so many readings and fall five to twenty times as slowly."""
    level = np.zeros(n)
    for at in rng.integers(300, n - 100, count):
        top, up = height * rng.uniform(0.1, 1.0) ** 2, rng.uniform(*rise)
        x = np.arange(n - at) + rng.uniform(0, 1)
        down = up * rng.uniform(5, 20)
        level[at:] += top * (1 - np.exp(-x / up * 2)) * np.exp(-x / down)
    return level


def wander(rng: Any, n: int, step: float) -> Any:
    """A slow walk that stays near its mean."""
    x, kept = np.zeros(n), 0.0
    for k, e in enumerate(rng.normal(0, step, n)):
        kept = 0.9995 * kept + e
        x[k] = kept
    return x


def rough_noise(rng: Any, n: int, tail: float = 3.0) -> Any:
    """Student's noise of usual size 1, its size wandering by a factor of two within days."""
    return rng.standard_t(tail, n) * np.exp(wander(rng, n, 0.6 * (2 * 0.0005) ** 0.5))


def regular(n: int, minutes: int) -> Any:
    return START + minutes * MINUTE * np.arange(n, dtype=np.int64)


def irregular(rng: Any, n: int) -> Any:
    return (
        START + np.cumsum(rng.choice([60, 75, 90], n, p=[0.6, 0.1, 0.3])).astype(np.int64) * MINUTE
    )


def creek(rng: Any, n: int) -> Site:
    level = 1.0 + floods(rng, n, 30, (1, 6), 2.0) + wander(rng, n, 4e-4)
    level += 0.01 * np.sin(np.arange(n) * 2 * np.pi / 96)
    return Site("stage", regular(n, 15), level + 0.001 * rough_noise(rng, n), 0.001, 2.0, 0.001)


def coarse(rng: Any, n: int) -> Site:
    site = creek(rng, n)
    site.grain = 0.01
    return site


def turbulent(rng: Any, n: int) -> Site:
    level = 0.5 + floods(rng, n, 25, (2, 12), 1.5) + wander(rng, n, 3e-4)
    noise = 0.002 + 0.015 * (level - level.min())
    return Site("stage", regular(n, 15), level + noise * rough_noise(rng, n), 0.004, 1.5, 0.001)


def melt(rng: Any, n: int) -> Site:
    k = np.arange(n)
    season = np.clip(np.sin(np.pi * (k / n - 0.1) / 0.6), 0, None) * 0.15
    day = season * (np.sin(k * 2 * np.pi / 96) + 0.3 * np.sin(k * 4 * np.pi / 96 + 1))
    level = 0.6 + 3 * season + day * rng.uniform(0.7, 1.3) + floods(rng, n, 6, (4, 20), 0.5)
    noise = 0.002 + 0.02 * season
    return Site(
        "stage", regular(n, 15), level + 0.5 * noise * rough_noise(rng, n), 0.004, 0.6, 0.001
    )


def tide(rng: Any, n: int) -> Site:
    hour = np.arange(n) / 6
    level = sum(a * np.cos(2 * np.pi * hour / period + rng.uniform(0, 6)) for a, period in
                ((1.0, 12.4206), (0.35, 12.0), (0.2, 23.93), (0.15, 25.82)))  # fmt: skip
    level = level + wander(rng, n, 2e-3) + floods(rng, n, 4, (60, 120), 0.8)
    return Site("stage", regular(n, 10), level + 0.005 * rough_noise(rng, n), 0.005, 1.5, 0.01)


def gates(rng: Any, n: int) -> Site:
    level = 3.0 + floods(rng, n, 8, (10, 40), 1.5) + wander(rng, n, 5e-4)
    for at in rng.integers(100, n - 100, 120):
        size, takes = rng.normal(0, 0.12), int(rng.integers(1, 4))
        held = int(rng.integers(12, 90))
        level[at : at + held] += size * np.minimum(
            1.0, (1 + np.arange(len(level[at : at + held]))) / takes
        )
    return Site("stage", regular(n, 15), level + 0.003 * rough_noise(rng, n), 0.003, 1.5, 0.001)


def river(rng: Any, n: int) -> Site:
    level = 14.0 + floods(rng, n, 10, (2, 15), 6.0) + wander(rng, n, 2e-3)
    return Site("stage", irregular(rng, n), level + 0.005 * rough_noise(rng, n), 0.005, 4.0, 0.01)


def conductivity(rng: Any, n: int) -> Site:
    wet = floods(rng, n, 12, (2, 20), 2.0)
    value = 300 / (1 + wet) + 20 * wander(rng, n, 0.01) + 3 * np.sin(np.arange(n) / 19 * 2 * np.pi)
    return Site(
        "conductivity", irregular(rng, n), value + 0.3 * rough_noise(rng, n), 0.4, 150.0, 0.01
    )


def turbidity(rng: Any, n: int) -> Site:
    wet = floods(rng, n, 12, (1, 10), 4.5)
    value = np.exp(1.0 + wet + wander(rng, n, 0.01) + 0.04 * rough_noise(rng, n, 8.0))
    return Site("turbidity", irregular(rng, n), value, 0.5, 60.0, 0.01)


def chatter(rng: Any, site: Site) -> None:
    """Spells of boats, gusts or locks: small honest waves of one or two readings, for days."""
    for at in rng.integers(800, len(site.value) - 1000, 3):
        for k in np.flatnonzero(rng.random(int(rng.integers(200, 800))) < 1 / 40) + at:
            wave = site.noise * np.exp(rng.uniform(np.log(10), np.log(60))) * rng.choice([-1, 1])
            site.value[k : k + int(rng.integers(1, 3))] += wave


SITES: dict[str, Callable[[Any, int], Site]] = {
    f.__name__: f
    for f in (creek, coarse, turbulent, melt, tide, gates, river, conductivity, turbidity)
}


def size(rng: Any, site: Site) -> float:
    """From 40 times the noise (or 4 steps of reading) to the height of a flood, either way."""
    least = max(40 * site.noise, 4 * site.grain)
    far = float(np.exp(rng.uniform(np.log(least), np.log(max(site.height, 2 * least)))))
    return far * float(rng.choice([-1.0, 1.0]))


def spike(rng: Any, site: Site, at: int) -> int:
    """One reading."""
    site.value[at] += size(rng, site)
    return at


def spikes(rng: Any, site: Site, at: int) -> int:
    """Some of up to a dozen readings, each by another size."""
    last = at + int(rng.integers(5, 13))
    for k in range(at, last + 1):
        if k in (at, last) or rng.random() < 0.5:
            site.value[k] += size(rng, site)
    return last


def offset(rng: Any, site: Site, at: int) -> int:
    """All of 2 to 40 readings by the same."""
    last = at + int(np.exp(rng.uniform(np.log(2), np.log(40)))) - 1
    site.value[at : last + 1] += size(rng, site)
    return last


def shift(rng: Any, site: Site, at: int) -> int:
    """For days: a sensor that slipped, until somebody comes."""
    last = at + int(rng.integers(96, 300))
    site.value[at : last + 1] += size(rng, site)
    return last


def stuck(rng: Any, site: Site, at: int) -> int:
    """The same value for hours to days."""
    last = at + int(rng.integers(24, 200))
    site.value[at : last + 1] = site.value[at]
    return last


def dull(rng: Any, site: Site, at: int) -> int:
    """Hardly any movement for days."""
    last = at + int(rng.integers(200, 400))
    part = site.value[at : last + 1]
    site.value[at : last + 1] = part.mean() + 0.05 * (part - part.mean())
    return last


def rough(rng: Any, site: Site, at: int) -> int:
    """Ten to sixty times the noise for hours."""
    last = at + int(rng.integers(8, 60))
    n = last + 1 - at
    site.value[at : last + 1] += rng.normal(0, site.noise * np.exp(rng.uniform(2.3, 4.1)), n)
    return last


def drift(rng: Any, site: Site, at: int) -> int:
    """Slowly away for days, until it is cleaned."""
    last = at + int(rng.integers(200, 500))
    site.value[at : last + 1] += size(rng, site) * np.linspace(0, 1, last + 1 - at)
    return last


def zero(rng: Any, site: Site, at: int) -> int:
    """An exact zero, once or a few times."""
    last = at + int(rng.integers(0, 4))
    site.value[at : last + 1] = 0.0
    return last


FAULTS: dict[str, Callable[[Any, Site, int], int]] = {
    f.__name__: f for f in (spike, spikes, offset, shift, stuck, dull, rough, drift, zero)
}
MIX = {"spike": 4, "spikes": 1, "offset": 2, "shift": 1, "stuck": 1, "dull": 1, "rough": 1,
       "drift": 1, "zero": 1}  # fmt: skip
"""How many of each a site has."""


def made(name: str, seed: int, n: int = N) -> Site:
    """A site with its faults; every fault has 100 sound readings after it."""
    rng = chance(seed)
    site = SITES[name](rng, n)
    if site.quantity == "stage":
        chatter(rng, site)
    kinds = [kind for kind, count in MIX.items() for _ in range(count)]
    rng.shuffle(kinds)
    room = (n - 800) // len(kinds)
    for k, kind in enumerate(kinds):
        at = 800 + k * room + int(rng.integers(0, max(1, room - 600)))
        last = FAULTS[kind](rng, site, at)
        site.faults.setdefault(kind, []).append((at, last))
    return site
