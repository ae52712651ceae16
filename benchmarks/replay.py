"""Readings/s through the whole chain, against the five window sums alone in pandas and in river.

The chain flags, orders, detects and assesses (`Engine.feed`) columns that lie in memory, on one
core, in the order in which they would arrive: all stations at one time, then the next time. pandas
is given the same readings as it likes them best, sorted by station, and only sums; river is given
a part of them. `full_set` asks more: every part of the engine, over a year.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from bench import WINDOWS, Result, Site, finish, middle, missing
from full_set import full_set
from rain import F8, series

from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.columns import Columns
from tongluo.core.effects import Effects, Readings
from tongluo.core.times import parse_duration
from tongluo.engine import Engine

try:
    import pandas as pd
    from river import stats, utils
except ImportError as error:
    missing(error.name or "a peer", "pip install -e .[test]")

START = 1_577_836_800_000  # 2020-01-01T00:00Z
CADENCE = 300_000
SHAPES = {"few_long": (4, 500_000), "many_short": (4_000, 500)}
REPEATS = 5
RIVER_ROWS = 20_000


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU that some work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def chain(config: Path, columns: Columns) -> tuple[float, Effects]:
    """Readings/s of a fresh engine."""
    loaded = load(config)
    engine = Engine(plan(loaded.config, loaded.digest))
    effects: list[Effects] = []
    seconds = timed(lambda: effects.append(engine.feed(Readings(columns))))
    return len(columns) / seconds, effects[0]


def arriving(rain: F8) -> Columns:
    """All stations at one time, then the next time."""
    stations, steps = rain.shape
    sensor = np.tile(np.arange(stations), steps)
    t = np.repeat(START + CADENCE * np.arange(steps), stations)
    zeros = np.zeros(len(t), np.int64)
    return Columns(sensor, t, rain.T.ravel().copy(), zeros + 1, zeros, zeros)


def pandas_loop(rain: F8) -> float:
    """Readings/s, station by station."""
    index = pd.to_datetime(START + CADENCE * np.arange(rain.shape[1]), unit="ms")
    every = [pd.Series(row, index) for row in rain]

    def work() -> None:
        for one, window in itertools.product(every, WINDOWS):
            one.rolling(window.replace(" ", "")).sum()

    return rain.size / timed(work)


def pandas_groups(rain: F8) -> float:
    """Readings/s, all stations in one frame."""
    stations, steps = rain.shape
    index = pd.to_datetime(np.tile(START + CADENCE * np.arange(steps), stations), unit="ms")
    frame = pd.DataFrame({"s": np.repeat(np.arange(stations), steps), "v": rain.ravel()}, index)
    groups = frame.groupby("s")["v"]

    def work() -> None:
        for window in WINDOWS:
            groups.rolling(window.replace(" ", "")).sum()

    return rain.size / timed(work)


def river(rain: F8) -> float:
    """Readings/s, one by one, on a part of the stations and times."""
    steps = min(rain.shape[1], RIVER_ROWS)
    part = rain[: max(1, RIVER_ROWS // steps), :steps]
    lengths = [timedelta(milliseconds=parse_duration(w)) for w in WINDOWS]
    times = [datetime.fromtimestamp((START + CADENCE * n) / 1000, UTC).replace(tzinfo=None)
             for n in range(steps)]  # fmt: skip
    sums = [[utils.TimeRolling(stats.Sum, length) for length in lengths] for _ in part]
    rows = part.T.tolist()

    def work() -> None:
        for t, row in zip(times, rows, strict=True):
            for value, windows in zip(row, sums, strict=True):
                for window in windows:
                    window.update(value, t=t)

    return part.size / timed(work)


def measure(name: str, stations: int, steps: int, folder: Path) -> list[Result]:
    """One shape: the chain and its peers in turn, several times."""
    rain = series(stations, steps, 288)
    config = Site(rain=stations).write(folder)
    columns = arriving(rain)
    chain(config, columns.part(0, 1000))  # compile before anything is timed
    to_pandas, to_river = [], []
    for _ in range(REPEATS):
        ours, effects = chain(config, columns)
        theirs = max(pandas_loop(rain), pandas_groups(rain))
        to_pandas.append(ours / theirs)
        to_river.append(ours / river(rain))
    fates = np.bincount(effects.admitted.fate, minlength=7)
    assert fates[0] == len(columns), f"not all were judged: {fates}"
    changed = f"{len(effects.verdicts)} verdicts and {len(effects.decisions)} assessments changed"
    print(f"{name}: {stations} stations x {steps} readings, {changed}, {ours / 1e6:.2f} M/s")
    pandas_ratio, every = middle(to_pandas)
    print(f"  to pandas: {every}")
    river_ratio, every = middle(to_river)
    print(f"  to river: {every}")
    return [
        Result(f"replay_{name}_pandas", pandas_ratio, 0.2, 1.0),
        Result(f"replay_{name}_river", river_ratio, 20.0, 20.0),
    ]


def main() -> None:
    options = ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="only the full set")
    options.add_argument("--days", type=int, default=365, help="of the full set")
    chosen = options.parse_args()
    results = full_set(chosen.days)
    for name, (stations, steps) in SHAPES.items():
        if chosen.full:
            break
        with tempfile.TemporaryDirectory() as folder:
            results += measure(name, stations, steps, Path(folder))
    finish(results)


if __name__ == "__main__":
    sys.exit(main())
