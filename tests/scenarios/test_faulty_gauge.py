"""A flood at a town whose only gauge fails in mid-rise: nothing falls, nothing is invented."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import MINUTE, columns
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.effects import Readings
from tongluo.core.times import to_ms
from tongluo.core.words import Level
from tongluo.engine import Engine

CASES = Path(__file__).resolve().parents[2] / "replay_data"
sys.path.insert(0, str(CASES))
import faulty_gauge as made  # noqa: E402 - lies beside the cases, which are no package

START = to_ms(datetime.fromisoformat("2026-06-21T00:00:00+08:00"))
STEP = 5 * MINUTE
SENSORS = {"u1": "u1/stage", "d1": "d1/stage", "z1": "z1/stage", "p1": "p1/rain"}


@dataclass(frozen=True)
class Told:
    """What an engine made of the case."""

    levels: list[tuple[int, Level]]
    """(time, level from then on) of the town."""
    conditions: list[tuple[int, str, bool]]
    """(time, kind, begins) of the town's gauge."""

    def first(self, level: Level) -> int:
        return next(t for t, its in self.levels if its >= level)

    @property
    def highest(self) -> Level:
        return max(level for _, level in self.levels)

    @property
    def first_fall(self) -> int:
        steps = zip(self.levels, self.levels[1:], strict=False)
        return next(b[0] for a, b in steps if b[1] < a[1])


@cache
def flood() -> dict[str, Any]:
    return made.flood(made.SEED)


def told(fault: made.Fault | None) -> Told:
    loaded = load(CASES / "faulty-gauge" / "stations.yaml")
    e = Engine(plan(loaded.config, loaded.digest))
    series = {name: np.round(flood()[name], 2) for name in ("u1", "d1", "z1")}
    series["p1"] = np.diff(flood()["rain"], prepend=0.0)
    if fault is not None:
        series["z1"] = made.spoiled(flood()["z1"], flood()["minutes"], fault)
    rows = [
        (e.plan.row_of(key), START + n * STEP, float(series[name][n]))
        for n in range(len(flood()["minutes"]))
        for name, key in SENSORS.items()
    ]
    out = e.feed(Readings(columns(rows)))
    mine = [c for c in out.conditions if c.sensor == "z1/stage"]
    return Told(
        [(d.time, Level.parse(d.after)) for d in out.decisions],
        [(c.time, c.kind, c.begins) for c in mine],
    )


@cache
def sound() -> Told:
    return told(None)


def moment(minute: float) -> int:
    """Time of the first reading at or after a minute of the case."""
    return START + -(-int(minute * MINUTE) // STEP) * STEP


def test_the_flood_itself_is_orange() -> None:
    assert sound().highest == Level.ORANGE


rising = st.floats(made.PEAK - 20, made.PEAK + 110)  # from blue to a little below the crest
lasts = st.floats(25, 300)


@settings(max_examples=60, deadline=None)
@given(rising, lasts, st.floats(0.5, 2.5))
def test_a_gauge_that_drops_and_freezes(start: float, length: float, drop: float) -> None:
    seen = told(made.Fault(start, length, drop))
    first = moment(start)
    assert seen.first_fall >= sound().first_fall, "nothing falls for the fault"
    assert seen.highest == Level.ORANGE, "no false top level, and no missed one"
    assert seen.first(Level.ORANGE) <= sound().first(Level.ORANGE), "the neighbours are used"
    named = [t for t, kind, begins in seen.conditions if begins and kind != "lost_in_hazard"]
    assert any(first <= t <= first + STEP for t in named), "named within its second reading"
    lost = [t for t, kind, begins in seen.conditions if begins and kind == "lost_in_hazard"]
    assert any(first <= t <= first + STEP for t in lost), "and that it is lost when needed"


@settings(max_examples=60, deadline=None)
@given(st.floats(2 * 24 * 60, made.PEAK + 110), lasts, st.floats(0.5, 6.0))
def test_a_gauge_that_jumps_up_and_freezes(start: float, length: float, rise: float) -> None:
    seen = told(made.Fault(start, length, -rise))
    assert seen.highest <= Level.ORANGE
    before = [level for t, level in seen.levels if t < sound().first(Level.BLUE) - 30 * MINUTE]
    assert max(before, default=Level.NONE) <= Level.YELLOW, "one doubtful gauge raises a watch"


def test_the_bundled_case() -> None:
    seen = told(made.Fault())
    kinds = [
        (kind, begins) for t, kind, begins in seen.conditions if t >= moment(made.Fault().start)
    ]
    assert kinds[:2] == [("spike", True), ("lost_in_hazard", True)]
    assert kinds[-1] == ("lost_in_hazard", False)


@pytest.mark.parametrize("seed", [made.OTHER + 9])
def test_the_estimate_is_as_good_as_is_said(seed: int) -> None:
    """On a flood that it was not fitted to."""
    other = made.flood(seed)
    back = made.LAG_TOWN // made.STEP
    told_level = 0.8838 * other["u1"][:-back] - 6.643
    assert float(np.abs(other["z1"][back:] - told_level).std()) < 0.03
