"""Quality control in the engine: flags of a configured site, snapshots, reloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.faults import QUARTER, START
from tests.unit.test_quality import calm
from tongluo.config.load import load
from tongluo.config.plan import Plan, plan
from tongluo.core.columns import Columns
from tongluo.core.effects import Readings
from tongluo.engine import Engine
from tongluo.memory import fits, restore, save

SITE = """
site:
  name: 示例县
  name_en: Example County
  sender: {id: warning@example.org, name: 示例, name_en: Example}
time: {clock: stream}
stations:
  - id: z01
    name: 一号水位站
    sensors:
      - {quantity: stage, datum: "1985", cadence: 15 min, quality: {learn: 64%s}}
  - {id: r01, name: 雨量站, sensors: [{quantity: rain, cadence: 15 min}]}
  - {id: r02, name: 雨量站, sensors: [{quantity: rain, cadence: 15 min}]}
"""


def planned(tmp_path: Path, more: str = "", known: tuple[str, ...] = ()) -> Plan:
    path = tmp_path / "stations.yaml"
    path.write_text(SITE % more, encoding="utf-8")
    return plan(load(path).config, f"digest{more}", known)


def level(start: int, stop: int, values: Any) -> Readings:
    t = [START + QUARTER * n for n in range(start, stop)]
    return Readings(Columns.of([0] * len(t), t, [float(v) for v in values[start:stop]], arrival=t))


def flags(engine: Engine, row: Readings) -> list[int]:
    admitted = engine.feed(row).admitted
    assert admitted is not None
    return [int(x) for x in admitted.flag]


def test_a_site_without_blocks_has_no_rows(tmp_path: Path) -> None:
    made = planned(tmp_path)
    assert made.order_params["quality"].tolist() == [1, 0, 0]
    near = planned(tmp_path, ", neighbours: [r02/rain]")
    assert near.order_params["quality"].tolist() == [1, 0, 2]
    assert near.quality[0]["near"][0] == 1
    assert near.quality["on"].tolist() == [1, 0]


def test_a_snapshot_holds_what_was_learned(tmp_path: Path) -> None:
    values = calm(n=300)
    values[250] += 2.0
    one, two = Engine(planned(tmp_path)), Engine(planned(tmp_path))
    one.feed(level(0, 200, values))
    saved = save(one)
    assert fits(two, saved)
    restore(two, saved)
    found = flags(one, level(200, 300, values))
    assert flags(two, level(200, 300, values)) == found
    assert np.flatnonzero(np.array(found) == 3).tolist() == [50]
    assert save(one)["quality"].tobytes() == save(two)["quality"].tobytes()


def test_a_snapshot_holds_nothing_that_lay_in_memory_before(tmp_path: Path) -> None:
    one = Engine(planned(tmp_path))
    one.feed(level(0, 50, calm(n=50)))
    said = set()
    for n in range(50):
        dirt = [np.full(one.stage.minds.nbytes, n, np.uint8) for _ in range(20)]
        del dirt
        said.add(save(one)["quality"].tobytes())
    assert len(said) == 1


def test_a_doubt_ends_with_the_tests_that_raised_it(tmp_path: Path) -> None:
    values = calm(n=300)
    values[250:] += 2.0
    engine = Engine(planned(tmp_path))
    told = engine.feed(level(0, 251, values)).conditions
    assert [(c.kind, c.begins) for c in told if c.kind != "silent"] == [("spike", True)]
    path = tmp_path / "stations.yaml"
    untested = path.read_text(encoding="utf-8").replace(", quality: {learn: 64}", "")
    path.write_text(untested, encoding="utf-8")
    ended = engine.feed(plan(load(path).config, "untested")).conditions
    assert [(c.kind, c.sensor, c.begins) for c in ended] == [("spike", "z01/stage", False)]


def test_a_reload_keeps_what_was_learned_and_takes_the_new_limits(tmp_path: Path) -> None:
    values = calm(n=300)
    values[250] += 2.0
    engine = Engine(planned(tmp_path))
    engine.feed(level(0, 200, values))
    engine.feed(planned(tmp_path, ', neighbours: [r01/rain], spike: "5 m"'))
    assert set(flags(engine, level(200, 300, values))) == {1}
    seen = int(engine.stage.minds[0]["seen"])
    assert seen > 250
