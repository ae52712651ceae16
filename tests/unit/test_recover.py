"""Starting with what another version of the software left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.build import (
    MINUTE,
    RAIN,
    RAIN_RULE,
    STAGE,
    STAGE_RULE,
    START,
    columns,
    config,
    level,
)
from tongluo import memory
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.effects import Effects, Readings
from tongluo.core.words import Act, Level
from tongluo.engine import Engine
from tongluo.recover import recover
from tongluo.store import snapshot
from tongluo.store.journal import Journal
from tongluo.store.retention import trim

TEXT = """
site:
  name: 试
  name_en: Trial
  sender: {id: a@example.org, name: 试, name_en: Trial}
time: {clock: stream}
thresholds:
  z: {source: {who: test}, datum: d, levels: {blue: 1 m, yellow: 2 m, orange: 3 m, red: 4 m}}
stations:
  - {id: z, name: z, sensors: [{quantity: stage, datum: d, cadence: 1 min}]}
areas:
  - {id: v, name: v, name_en: v, people: 9, stations: [z],
     circle: {centre: [22.5, 113.0], radius_km: 1}}
rules:
  - {id: r, hazard: river_flood, detector: stage_levels, quantity: stage, thresholds: z,
     hold: 5 min}
policies:
  - {by: order 1, channels: [record]}
channels:
  record: {kind: recording}
"""


def flood(folder: Path, layout: str) -> Journal:
    """An orange flood, whose readings have been trimmed away behind a snapshot."""
    journal = Journal(folder / "journal.db")
    (folder / "stations.yaml").write_text(TEXT, encoding="utf-8")
    loaded = load(folder / "stations.yaml")
    engine = Engine(plan(loaded.config, loaded.digest))
    with journal.transaction():
        journal.configuration(loaded.text, [(0, "z/stage", "stage", "m")], Effects(), START)
        for n in range(6):
            batch = columns([(0, START + n * MINUTE, 3.5)])
            journal.readings(batch, engine.feed(Readings(batch)), START + n * MINUTE)
    arrays: dict[str, Any] = memory.save(engine)
    if layout == "another":
        arrays["order"] = np.zeros(len(arrays["order"]), [("last", "i8")])
    saved = journal.seq
    snapshot.write(folder, saved, arrays)
    with journal.transaction():
        batch = columns([(0, START + 6 * MINUTE, 3.5)])
        journal.readings(batch, engine.feed(Readings(batch)), START + 6 * MINUTE)
        assert trim(journal.db, START + 99 * MINUTE, saved, 10**9) == 6
    return journal


def test_a_snapshot_that_fits_is_whole(tmp_path: Path) -> None:
    journal = flood(tmp_path, "the same")
    found = recover(journal.db, tmp_path)
    assert found is not None
    assert found.whole
    assert level(found.engine) == Level.ORANGE


def test_a_warning_outlives_another_layout_and_trimmed_readings(tmp_path: Path) -> None:
    journal = flood(tmp_path, "another")
    found = recover(journal.db, tmp_path)
    assert found is not None
    assert not found.whole
    assert level(found.engine) == Level.ORANGE, "not forgotten"
    rows = [(0, START + n * MINUTE, 0.5) for n in range(10, 20)]
    out = found.engine.feed(Readings(columns(rows)))
    assert [d.after for d in out.decisions] == ["none"], "good readings after a hold lower it"
    (cancel,) = [w for w, _ in out.warnings]
    assert cancel.act is Act.CANCEL
    assert [r.identifier for r in cancel.references] == [
        "tongluo.v.river_flood.1.20260701T000000Z.v1"
    ]


def test_what_was_taken_over_is_lowered_by_nothing_but_knowledge() -> None:
    """The rain window is forgotten; the river gauge alone cannot say NONE."""
    built = config(
        {"r": [RAIN], "z": [STAGE]}, [RAIN_RULE, {**STAGE_RULE, "hazard": "flash_flood"}]
    )
    e, f = (Engine(plan(built, digest)) for digest in ("one", "two"))
    for minute in range(40):
        at = START + minute * MINUTE
        e.feed(Readings(columns([(0, at, 2.5), (1, at, 0.5)])))
    assert level(e) == Level.RED
    assert not memory.fits(f, memory.save(e))
    assert memory.bring(f, memory.save(e))
    seen = []
    for minute in range(40, 90):
        at = START + minute * MINUTE
        f.feed(Readings(columns([(0, at, 0.0), (1, at, 0.5)])))
        seen.append(level(f))
    assert seen[:20] == [Level.RED] * 20, "the hold is over, the rain is not known yet"
    assert seen[-1] == Level.NONE
