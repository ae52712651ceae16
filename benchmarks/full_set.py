"""The full set on 1,000 stations over a year: readings/s, flat in history, linear, and memory.

Quality control, derived series, chains, votes and nearly every method are at work (`county`); the
columns of some days at a time are fed to one engine on one core. Only `feed` is timed, in CPU time.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench import Result  # first: it sets the path
from county import write
from county_days import Days

from tongluo.config.load import load
from tongluo.config.plan import Plan, plan
from tongluo.core.effects import Readings
from tongluo.daemon.start import compile_now
from tongluo.engine import Engine

STEP = 5  # days fed at once
MONTH = 30
WARM = 15  # days before anything is timed: effective rain is known, limits are learned


def of_file(scale: int) -> tuple[Plan, float, float]:
    """A plan, and the seconds of CPU to check the file and to make the plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), scale)
        before = time.process_time()
        loaded = load(path)
        between = time.process_time()
        made = plan(loaded.config, loaded.digest)
        return made, between - before, time.process_time() - between


class Run:
    """One engine on its way through time."""

    def __init__(self, scale: int) -> None:
        self.plan, checked, planned = of_file(scale)
        print(f"{50 * scale} stations: checked in {checked:.1f} s, planned in {planned:.1f} s")
        self.engine, self.days, self.day = Engine(self.plan), Days(self.plan), 0
        self.told = [0, 0]
        compile_now(self.engine)

    def on(self, days: int) -> tuple[int, float]:
        """(readings, seconds of CPU) of so many further days."""
        rows, seconds = 0, 0.0
        for first in range(self.day, self.day + days, STEP):
            columns = self.days.columns(first, min(STEP, self.day + days - first))
            before = time.process_time()
            effects = self.engine.feed(Readings(columns))
            seconds += time.process_time() - before
            rows += len(columns)
            self.told[0] += len(effects.verdicts)
            self.told[1] += len(effects.warnings)
        self.day += days
        return rows, seconds


def year(days: int) -> tuple[Run, float, float]:
    """(the run, million readings/s, last quarter against the first)."""
    run = Run(20)
    run.on(WARM)
    months: list[tuple[int, float]] = []
    for start in range(0, days, MONTH):
        rows, seconds = run.on(min(MONTH, days - start))
        months.append((rows, seconds))
        said = f"{run.told[0]} verdicts, {run.told[1]} warnings"
        print(f"  day {run.day}: {rows / seconds / 1e6:.2f} M/s, {said} so far", flush=True)
    quarter = max(1, len(months) // 4)
    return run, speed(months), speed(months[-quarter:]) / speed(months[:quarter])


def speed(months: list[tuple[int, float]]) -> float:
    """Million readings/s."""
    return sum(n for n, _ in months) / sum(s for _, s in months) / 1e6


def halved(whole: Run) -> float:
    """Cost of a reading among 1,000 stations, in that among 500; in turn, over a month."""
    half = Run(10)
    half.on(WARM)
    turns = [(half.on(STEP), whole.on(STEP)) for _ in range(MONTH // STEP)]
    return speed([a for a, _ in turns]) / speed([b for _, b in turns])


def memory(run: Run) -> float:
    """kB a received sensor: every table's state; prints it by kind and by table."""
    engine, kinds, count = run.engine, defaultdict[str, int](int), defaultdict[str, int](int)
    stage, made = engine.stage, run.plan.derived
    order = stage.state.itemsize + stage.params.itemsize
    tested = stage.minds.itemsize + stage.tests.itemsize
    for row, spec in enumerate(run.plan.sensors):
        assert spec is not None
        p = stage.params[row]
        kind = f"{spec.quantity}{' (derived)' if spec.derived else ''}"
        kind += f" every {spec.cadence // 60_000} min"
        count[kind] += 1
        kinds[kind] += order + int(p["cells"]) * stage.ring.itemsize + tested * bool(p["quality"])
        kinds[kind] += (made.state.itemsize + made.params.itemsize) * bool(spec.derived)
        for name, table in engine.plan.tables.items():
            own = sum(task.sensor == row for task in run.plan.tasks[name])
            kinds[kind] += own * (table.state.itemsize + table.params.itemsize)
    for kind, n in count.items():
        print(f"  {kind}: {n} sensors, {kinds[kind] / n / 1000:.1f} kB each")
    for name, table in sorted(engine.plan.tables.items(), key=lambda e: -e[1].state.nbytes)[:6]:
        print(f"  {name}: {len(table.state)} tasks, {table.state.itemsize / 1000:.1f} kB each")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"  the process: {peak:.0f} MB at its peak, with {STEP} days of readings in memory")
    return (
        sum(kinds.values())
        / sum(s is not None and s.derived is None for s in run.plan.sensors)
        / 1000
    )


def full_set(days: int = 365) -> list[Result]:
    """All of it."""
    run, fast, flat = year(days)
    print(f"full set: {fast:.2f} M/s in {days} days; last quarter to the first: {flat:.2f}")
    kilobytes = memory(run)
    linear = halved(run)
    print(f"  cost of a reading among 1,000 stations to that among 500: {linear:.2f}")
    return [
        Result("replay_full_set", fast, 1.0, 1.5),
        Result("replay_full_set_flat", flat, 0.8, 1.0),
        Result("replay_full_set_linear", linear, 1.5, 1.0, most=True),
        Result("replay_full_set_memory_kb", kilobytes, 64.0, 16.0, most=True),
    ]
