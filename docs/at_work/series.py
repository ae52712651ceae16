"""Series for the pictures: of the bundled cases, and made ones. All chance is here, by a seed."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from docs.at_work.scene import DAY, F8, HOUR, I8

CASES = Path(__file__).resolve().parents[2] / "replay_data"
MINUTE = 60_000
START = 1_781_280_000_000  # a midnight of June 2026 at UTC+8


@cache
def rows(case: str) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """(station, quantity) -> (ms, value) by time, without doubles."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    with (CASES / case / "readings.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            t = round(datetime.fromisoformat(row["time"]).timestamp() * 1000)
            found.setdefault((row["station"], row["quantity"]), {})[t] = float(row["value"])
    return {key: sorted(series.items()) for key, series in found.items()}


def bundled(case: str, station: str, quantity: str) -> tuple[I8, F8]:
    """Times and values of a sensor of a bundled case."""
    t, value = zip(*rows(case)[station, quantity], strict=True)
    return np.array(t, np.int64), np.array(value)


def chance(seed: int) -> Any:
    """Its numbers stay the same from version to version of numpy."""
    return np.random.RandomState(seed)  # noqa: TID251 - invents readings, judges none


def every(step: int, length: int) -> I8:
    """Times from the start, without it."""
    return np.arange(START + step, START + length + 1, step, dtype=np.int64)


def days(t: I8) -> F8:
    """Days since the start."""
    return np.asarray((t - START) / DAY)


def bell(x: F8, at: float, width: float) -> F8:
    """A bell of height 1."""
    return np.asarray(np.exp(-(((x - at) / width) ** 2) / 2))


def wet_month() -> tuple[I8, F8]:
    """Hourly rain, mm, of 30 days: dry days, a wet fortnight, and a storm that ends it."""
    t = every(HOUR, 30 * DAY)
    x, dice = days(t), chance(1)
    mean = sum(mm * bell(x, at, w) for mm, at, w in ((2.2, 12, 0.5), (2, 15, 0.6), (2.6, 18, 0.5)))
    mean = mean + 19 * bell(x, 21.4, 0.17) + 3 * bell(x, 25, 0.3)
    rain = mean * (0.3 + 1.4 * dice.random_sample(len(t)))
    return t, np.where(rain < 0.3, 0.0, np.round(rain * 2) / 2)


def failing_slope() -> tuple[I8, F8]:
    """mm, every two hours for 85 days: steady creep of 1 mm/d, then a failure by Voight's law."""
    t = every(2 * HOUR, 85 * DAY - 4 * HOUR)
    x = days(t)
    left = np.maximum(85 - np.maximum(x, 60), 0.01)
    moved = np.minimum(x, 60) + 25 * np.log(25 / left)
    return t, np.round(moved + 0.3 * chance(2).standard_normal(len(t)), 1)


def stepping_slope() -> tuple[tuple[I8, F8], tuple[I8, F8]]:
    """Hourly displacement, mm, and rain, mm, of 24 days: a push without rain, one with it."""
    t = every(HOUR, 24 * DAY)
    x, dice = days(t), chance(3)
    rain = 9 * bell(x, 16, 0.25) * (0.4 + 1.2 * dice.random_sample(len(t)))
    speed = 0.6 + 7 * bell(x, 7, 1.0) + 7.5 * bell(x, 16.6, 1.1)
    moved = np.cumsum(speed) / 24 + 0.2 * dice.standard_normal(len(t))
    return (t, np.round(moved, 1)), (t, np.where(rain < 0.3, 0.0, np.round(rain, 1)))


def showers() -> tuple[tuple[I8, F8], tuple[I8, F8]]:
    """Rain, mm in 10 minutes, and soil moisture, %: the same shower on three days."""
    t = every(10 * MINUTE, 3 * DAY)
    x = days(t)
    shower = np.round(5.4 * sum(bell(x, at, 0.022) for at in (0.6, 1.6, 2.6)), 1)
    soil = 40 + 75 * np.cumsum(np.roll(shower, 24)) / shower.sum()  # it seeps in for 4 h
    return (t, np.where(shower < 0.1, 0.0, shower)), (t[2::3], np.round(np.minimum(soil, 96))[2::3])


def dry_autumn() -> tuple[I8, F8, F8, F8, F8]:
    """Hourly temperature, humidity, wind, rain of 45 days: rain on three of them."""
    t = every(HOUR, 45 * DAY)
    x, dice = days(t), chance(4)
    sun = np.cos(2 * np.pi * (x - 0.6))
    rain = np.round(4 * bell(x, 6, 0.2) + 3.5 * bell(x, 36.5, 0.25), 1)
    wet = sum(bell(x, at, 1.2) for at in (6, 36.5))
    warm = 19 + 7 * sun + 4 * bell(x, 28, 7) - 5 * wet + dice.standard_normal(len(t))
    damp = np.clip(62 - 22 * sun - 14 * bell(x, 28, 8) + 30 * wet, 12, 98)
    wind = np.clip(2.5 + 1.5 * sun + 3 * bell(x, 30, 3) + dice.standard_normal(len(t)), 0, 30)
    return t, np.round(warm, 1), np.round(damp), np.round(wind, 1), np.where(rain < 0.2, 0, rain)


def smoulder() -> tuple[I8, dict[str, F8]]:
    """A forest node, every 10 minutes for 3 days: a stove's smoke, then a fire on the last day."""
    t = every(10 * MINUTE, 3 * DAY)
    x, dice = days(t), chance(5)
    sun, fire = np.cos(2 * np.pi * (x - 0.6)), np.clip((x - 2.55) / 0.06, 0, 1)
    fire = fire * np.clip((2.85 - x) / 0.06, 0, 1)
    noise = [dice.standard_normal(len(t)) for _ in range(4)]
    return t, {
        "co": np.round(np.clip(0.4 + 0.05 * noise[0] + 16 * fire, 0, None), 2),
        "pm25": np.round(
            np.clip(22 + 3 * noise[1] + 320 * fire + 260 * bell(x, 1.8, 0.012), 0, None)
        ),
        "temperature": np.round(24 + 6 * sun + 0.2 * noise[2] + 3 * fire, 1),
        "humidity": np.round(np.clip(66 - 14 * sun + noise[3] - 26 * fire, 5, 99)),
    }


def odd_week() -> tuple[I8, F8]:
    """Temperature every 10 minutes for 16 days: a dip of an hour, and a lasting offset."""
    t = every(10 * MINUTE, 16 * DAY)
    x, dice = days(t), chance(6)
    usual = 22 + 6 * np.cos(2 * np.pi * (x - 0.6)) + 0.25 * dice.standard_normal(len(t))
    odd = -5 * ((x > 11.55) & (x < 11.6)) + 8.0 * bell(x, 14.0, 0.05)
    return t, np.round(usual + odd, 1)


def releases() -> tuple[I8, F8]:
    """Flow below a dam, m3/s, every 10 minutes for two days: two steps and one wrong reading."""
    t = every(10 * MINUTE, 2 * DAY)
    x, dice = days(t), chance(7)
    flow = 42 + 2 * dice.standard_normal(len(t)) + 95 * (x > 0.75) + 210 * (x > 1.45)
    flow[60] = 400.0
    return t, np.round(flow)


def storm_tide() -> tuple[I8, F8]:
    """The tide of a bundled case, with a surge of 1.2 m that was never there."""
    t, level = bundled("flash-flood-night", "t01", "tide")
    hours = (t - t[0]) / HOUR
    return t, np.round(level + 1.25 * bell(hours, 32, np.where(hours < 32, 5, 3)), 2)
