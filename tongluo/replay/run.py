"""Replay of a case: the engine that runs live, in stream time, from first reading to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tongluo.config.load import load
from tongluo.config.plan import Plan, plan
from tongluo.core.columns import Columns
from tongluo.core.effects import Readings, Tick
from tongluo.engine import Engine
from tongluo.replay.approving import Approve, assumed
from tongluo.replay.case import Case, check_names
from tongluo.replay.outputs import Folder
from tongluo.replay.readings import read_columns
from tongluo.replay.result import Judged, Result

PIECE = 100_000
"""Readings a batch; how many makes no difference but to how often progress is told (law 1)."""

Progress = Callable[[int, int], None]
"""Called with (readings fed, readings in all)."""


def prepare(case: Case, config: Path | None = None) -> Plan:
    """The plan a case is replayed with: its own configuration or another, in stream time.

    ConfigError when the configuration is refused, CaseError when the case names an area or
    a sensor that it does not have.
    """
    loaded = load(config or case.config_path)
    time = loaded.config.time.model_copy(update={"clock": "stream"})
    made = plan(loaded.config.model_copy(update={"time": time}), loaded.digest)
    check_names(case, set(made.areas), {s.key for s in made.sensors if s is not None})
    return made


def replay(
    case: Case,
    out: Path | None = None,
    config: Path | None = None,
    progress: Progress | None = None,
    judge: Callable[[Plan], Engine] = Engine,
    approve: Approve = "at-once",
) -> Result:
    """Judge a case; with `out`, write everything it caused there (see `outputs`).

    approve: what becomes of that which a person must approve (see `approving`).

    ConfigError or CaseError when something of it cannot be used; nothing is written then.
    """
    made = prepare(case, config)
    made = assumed(made) if approve == "at-once" else made
    columns = read_columns(case, made)
    result = Result(case, made, len(columns), Judged.blank(columns) if out else None)
    said = load(config or case.config_path).config if out else None
    folder = Folder(out, case.timezone, said) if out else None
    try:
        _feed(judge(made), columns, result, folder, progress)
        if folder:
            folder.finish(result)
    finally:
        if folder:
            folder.close()
    return result


def _feed(
    engine: Engine,
    columns: Columns,
    result: Result,
    folder: Folder | None,
    progress: Progress | None,
) -> None:
    for start in range(0, len(columns), PIECE):
        stop = min(start + PIECE, len(columns))
        effects = engine.feed(Readings(columns.part(start, stop)))
        result.add(effects, start)
        if folder:
            folder.add(effects)
        if progress:
            progress(stop, len(columns))
    effects = engine.feed(Tick(result.case.end))
    result.add(effects)
    if folder:
        folder.add(effects)
