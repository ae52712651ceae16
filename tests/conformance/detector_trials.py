"""A registered detector run over made readings, usual and extreme."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise
from typing import Any

import numpy as np

from detectors import DETECTORS
from tests.build import START
from tests.conformance.detector_examples import EXAMPLES, Example
from tongluo.core.driver import Links, Table, Transitions

YEAR = 365 * 86_400_000
GROUPS, TASKS = 3, 4  # a group is a sensor with what stands at the further ports; the last has two
EXTREME = [
    *[math.inf, -math.inf, math.nan, 1e300, -1e300, 1e17, 1e9, -1e9, -1.0],
    *[5e-324, -0.0, 0.0, 2000.0, 2000.1],
]


def sensors_of(name: str) -> int:
    """Sensor s is of group s % GROUPS, at port s // GROUPS."""
    return GROUPS * (1 + len(DETECTORS[name].ports))


def table(name: str) -> Table:
    """Three groups of sensors with one, one and two tasks."""
    detector, example = DETECTORS[name], EXAMPLES[name]
    params = np.zeros(TASKS, detector.params)
    for row in params:
        options = detector.options.model_validate(example.options)
        detector.fill(row, options, example.levels, example.sensor)
    heard = [range(group, sensors_of(name), GROUPS) for group in (0, 1, 2, 2)]
    return Table(detector, params, Links(heard, sensors_of(name)))


def batch(name: str, seed: int, n: int, extreme: bool = False) -> Any:
    """(sensor, time, value, flag, fate): mostly regular, with gaps, NaN and every flag."""
    dice = np.random.default_rng(seed)  # noqa: TID251 - chance for tests, by a stated seed
    example, sensors = EXAMPLES[name], sensors_of(name)
    sensor = np.where(dice.random(n) < 0.97, np.arange(n), dice.integers(0, 9, n)) % sensors
    usual = example.pace // sensors
    gaps = dice.choice([1, usual, 45 * usual], n, p=[0.005, 0.99, 0.005])
    flag = dice.choice([1, 2, 3, 4, 9], n, p=[0.9, 0.04, 0.02, 0.02, 0.02])
    missing, odd = dice.random(n) < 0.02, dice.random(n) < 0.3
    if extreme:
        gaps[dice.random(n) < 0.01] = 10 * YEAR // n  # up to years of silence
        gaps[dice.random(n) < 0.01] = -3 * usual  # and times that go back
    fate = dice.choice([0, 1, 2, 3], n, p=[0.94, 0.02, 0.02, 0.02])
    t = START + np.cumsum(gaps)
    value = np.zeros(n)
    for s in range(sensors):
        value[sensor == s] = values(example, s // GROUPS, dice, t[sensor == s] - START)
    value[missing] = math.nan
    if extreme:
        value[odd] = dice.choice(EXTREME, int(odd.sum()))
    sensor, t, flag, fate = (x.astype(np.int64) for x in (sensor, t, flag, fate))
    return sensor, t, value, flag, fate


def values(example: Example, port: int, dice: Any, since: Any) -> Any:
    """Of one series."""
    made = [example.values, *example.port_values][port : port + 1]
    if made and made[0] is not None:
        return made[0](dice, since)
    low, high = [(example.low, example.high), *example.ports][port]
    wave = (np.sin(np.arange(len(since)) / 32) + 1) / 2
    out = np.round(low + (high - low) * wave * dice.random(len(since)), 3)
    out[wave < 0.6] = low
    return out


def told(found: list[Transitions]) -> list[tuple[Any, ...]]:
    return [
        (int(f.row[k]), int(f.task[k]), int(f.before[k]), int(f.after[k]), f.why[k].tobytes())
        for f in found
        for k in range(len(f.row))
    ]


def run(tb: Table, columns: Any, cuts: list[int]) -> list[tuple[Any, ...]]:
    n = len(columns[0])
    places = sorted({0, n, *(c for c in cuts if c < n)})
    return [x for a, b in pairwise(places) for x in told(tb.judge(columns, a, b))]


def digest(name: str) -> str:
    """Of a run with everything in it; printed by the test below in another process."""
    tb, out = table(name), []
    for seed, extreme in ((1, False), (2, True)):
        out.append(run(tb, batch(name, seed, 1200, extreme), []))
    n = 2000  # and crowded with more than 32 bits of anything hold
    sensor, t = np.arange(n) % sensors_of(name), START + 20 * YEAR + np.arange(n) * 50
    ones, zero = np.ones(n, np.int64), np.zeros(n, np.int64)
    out.append(run(tb, (sensor, t, np.full(n, 600 * EXAMPLES[name].high), ones, zero), []))
    return hashlib.sha256(repr(out).encode() + tb.state.tobytes()).hexdigest()
