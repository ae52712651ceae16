"""A Config, an Engine or a batch in a few lines, and what an engine knows as bytes to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tongluo.config.models import Config
from tongluo.config.plan import plan
from tongluo.core.columns import Columns
from tongluo.core.effects import Effects
from tongluo.engine import Engine

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
START = 1_782_864_000_000
"""2026-07-01T00:00:00Z, 08:00 in Asia/Shanghai."""

SITE = {
    "name": "试",
    "name_en": "Trial",
    "sender": {"id": "a@example.org", "name": "试", "name_en": "Trial"},
}
RAIN = {"quantity": "rain", "unit": "mm", "cadence": "1 min", "silence": "4 min"}
TOTAL = {
    **RAIN,
    "name": "total",
    "counter": {"resolution": "0.1 mm", "width": 200.0, "max_rate": "5 mm"},
}
STAGE = {"quantity": "stage", "unit": "m", "datum": "d", "cadence": "1 min", "silence": "4 min"}
RAIN_LEVELS = {
    "blue": {"10 min": "5 mm", "30 min": "10 mm"},
    "yellow": {"10 min": "10 mm"},
    "orange": {"10 min": "15 mm", "30 min": "25 mm"},
    "red": {"10 min": "20 mm"},
}
STAGE_LEVELS = {"blue": "1 m", "yellow": "2 m", "orange": "3 m", "red": "4 m"}
SOURCE = {"who": "test", "document": "table 1", "year": 2020}
THRESHOLDS = {
    "rain": {"source": SOURCE, "levels": RAIN_LEVELS},
    "stage": {"source": SOURCE, "levels": STAGE_LEVELS, "datum": "d"},
}
RAIN_RULE = {
    "id": "rain",
    "hazard": "flash_flood",
    "detector": "rain_windows",
    "quantity": "rain",
    "thresholds": "rain",
    "hold": "5 min",
    "options": {"coverage": 0.8, "dead_band": "1 mm"},
}
STAGE_RULE = {
    "id": "stage",
    "hazard": "river_flood",
    "detector": "stage_levels",
    "quantity": "stage",
    "thresholds": "stage",
    "hold": "5 min",
    "options": {"dead_band": "0.2 m"},
}
POLICY = {"by": "order 1", "channels": ["record"], "validity": "30 min", "renew": "10 min"}


def config(
    stations: dict[str, list[dict[str, Any]]],
    rules: Sequence[dict[str, Any]] = (RAIN_RULE, STAGE_RULE),
    areas: dict[str, list[str]] | None = None,
    clock: str = "stream",
    time: dict[str, Any] | None = None,
    policy: dict[str, Any] = POLICY,
    thresholds: dict[str, Any] = THRESHOLDS,
    **more: Any,
) -> Config:
    """A configuration: station -> its sensors; one area of all stations unless `areas` says."""
    areas = areas or {"village": list(stations)}
    circle = {"centre": [22.5, 113.0], "radius_km": 1.0}
    return Config.model_validate(
        {
            "site": SITE,
            "time": {"clock": clock, "rewind": "40 min", **(time or {})},
            "thresholds": thresholds,
            "stations": [{"id": s, "name": s, "sensors": x} for s, x in stations.items()],
            "areas": [
                {"id": a, "name": a, "name_en": a, "people": 9, "circle": circle, "stations": s}
                for a, s in areas.items()
            ],
            "rules": list(rules),
            "policies": [policy],
            **more,
        }
    )


def engine(built: Config) -> Engine:
    """A fresh engine (a plan holds its tables' state, so each engine has its own)."""
    return Engine(plan(built, "0123456789ab"))


def rain_engine(levels: dict[str, Any] = RAIN_LEVELS, **rule: Any) -> Engine:
    """One rain gauge, one rule, stream clock."""
    sets = {**THRESHOLDS, "rain": {"source": SOURCE, "levels": levels}}
    return engine(config({"r": [RAIN]}, [{**RAIN_RULE, **rule}], thresholds=sets))


def stage_engine(**rule: Any) -> Engine:
    """One river gauge, one rule, stream clock."""
    return engine(config({"z": [STAGE]}, [{**STAGE_RULE, **rule}]))


def columns(rows: Iterable[tuple[Any, ...]]) -> Columns:
    """Rows of (sensor, time, value[, flag[, arrival[, issued]]]) as a batch."""
    full = [(*r, *(1, 0, 0)[len(r) - 3 :]) for r in rows]
    return Columns.of(*([row[k] for row in full] for k in range(6)))


SCRATCH = ("want",)
"""Of the clock: set anew by a call of the order stage and read right after it, so what is left in
it after a batch depends on where the batch ended and on nothing that is remembered."""


def knows(e: Engine) -> dict[str, Any]:
    """All that an engine remembers. `next_due` is left out: it is looked up from the rest."""
    clock = e.stage.clock.copy()
    for name in SCRATCH:
        clock[name] = 0
    return {
        "order": e.stage.state.tobytes(),
        "ring": kept_readings(e),
        "clock": clock.tobytes(),
        **{name: table.state.tobytes() for name, table in e.plan.tables.items()},
        "answers": repr((e.assessor.answers, sorted(e.assessor.waiting))),
        "verdicts": repr(sorted(e.assessor.verdicts.items())),
        "events": repr(sorted(e.lifecycle.events.items())),
        "evidence": repr(sorted(e.reasons.evidence.items())),
        "derived": e.plan.derived.state.tobytes(),
        "quality": e.stage.minds.tobytes(),
        "desk": repr(e.desk),
        "doubted": repr((sorted(e.doubts.items()), sorted(e.lost))),
    }


def kept_readings(e: Engine) -> bytes:
    """The ring as it lies in memory."""
    return bytes(e.stage.ring.tobytes())


def said(effects: Iterable[Effects]) -> dict[str, Any]:
    """Everything a run told, its batches joined; floats in full (repr), NaN equal to NaN."""
    every = list(effects)
    out: dict[str, Any] = {
        name: [repr(x) for e in every for x in getattr(e, name)]
        for name in ("verdicts", "decisions", "conditions", "warnings", "later", "calls", "records")
    }
    told = [e.admitted for e in every if e.admitted is not None]
    for name in ("value", "flag", "fate", "back", "arrival", "test", "turn"):
        out[name] = b"".join(np.ascontiguousarray(getattr(a, name)).tobytes() for a in told)
    return out


def digest(e: Engine, effects: Iterable[Effects]) -> str:
    """One line for a whole run: all that was told and all that is known after it."""
    return hashlib.sha256(repr((said(effects), knows(e))).encode()).hexdigest()


def level(e: Engine, question: int = 0) -> int:
    """The assessment now."""
    return e.assessor.answers[question].level
