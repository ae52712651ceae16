"""The engine as timelines: silence, late news, holds, renewals, acts, another configuration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.build import (
    HOUR,
    MINUTE,
    RAIN,
    RAIN_RULE,
    STAGE,
    STAGE_RULE,
    START,
    columns,
    config,
    engine,
    level,
    stage_engine,
)
from tongluo.config.plan import plan
from tongluo.core.effects import Act as Command
from tongluo.core.effects import Effects, Readings, Tick
from tongluo.core.words import Act, Level
from tongluo.engine import Engine


class Line:
    """Times in minutes after START."""

    def __init__(self, e: Engine) -> None:
        self.e, self.all = e, list[Effects]()

    def push(self, minute: float, value: float, sensor: int = 0, arrived: float = 0) -> Effects:
        at = START + int(minute * MINUTE)
        row = (sensor, at, value, 1, START + int((arrived or minute) * MINUTE))
        return self._feed(Readings(columns([row])))

    def tick(self, minute: float) -> Effects:
        return self._feed(Tick(START + int(minute * MINUTE)))

    def act(self, minute: float, level: str) -> Effects:
        at = START + int(minute * MINUTE)
        return self._feed(Command(at, "officer", "village", "river_flood", level, "seen"))

    def _feed(self, row: Any) -> Effects:
        self.all.append(self.e.feed(row))
        return self.all[-1]

    @property
    def decisions(self) -> list[tuple[float, str, str]]:
        return [
            ((d.time - START) / MINUTE, d.before, d.after) for x in self.all for d in x.decisions
        ]

    @property
    def acts(self) -> list[tuple[float, Act]]:
        return [((w.sent - START) / MINUTE, w.act) for x in self.all for w, _ in x.warnings]


both = pytest.mark.parametrize("clock", ["stream", "system"])


def river(clock: str = "stream", **rule: Any) -> Line:
    return Line(engine(config({"z": [STAGE]}, [{**STAGE_RULE, **rule}], clock=clock)))


@both
def test_a_flood_from_end_to_end(clock: str) -> None:
    z = river(clock)
    for minute, height in [(0, 0.5), (1, 1.5), (2, 2.5), (3, 0.5), (4, 0.5)]:
        z.push(minute, height)
    for minute in range(5, 12):
        z.push(minute, 0.5)
        z.tick(minute)
    assert z.decisions == [
        (0, "unknown", "none"),
        (1, "none", "blue"),
        (2, "blue", "yellow"),
        (8, "yellow", "none"),
    ]
    assert z.acts == [(1, Act.ISSUE), (2, Act.UPDATE), (8, Act.CANCEL)]


@both
def test_silence_is_told_once_and_ends_with_the_next_reading(clock: str) -> None:
    z = river(clock)
    z.push(0, 0.5)
    for minute in range(1, 20):
        z.tick(minute)
    z.push(20, 0.6)
    told = [(c.kind, (c.time - START) / MINUTE, c.begins) for x in z.all for c in x.conditions]
    assert told == [("silent", 4, True), ("silent", 20, False)]
    assert z.decisions == [(0, "unknown", "none"), (4, "none", "unknown"), (20, "unknown", "none")]


@both
def test_a_station_that_never_spoke_is_silent_too(clock: str) -> None:
    z = Line(engine(config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE], clock=clock)))
    z.push(0, 0.5, sensor=0)
    z.push(3, 0.5, sensor=0)
    z.tick(4)
    assert [(c.sensor, c.begins) for x in z.all for c in x.conditions] == [("z/stage", True)]


@both
def test_a_late_reading_raises_at_the_next_tick(clock: str) -> None:
    e = engine(config({"r": [RAIN]}, [RAIN_RULE], clock=clock))
    r = Line(e)
    for minute in (0, 1, 2, 4):
        r.push(minute, 1.0)
    assert r.push(3, 3.0, arrived=4.5).decisions == []
    assert level(e) == -1
    assert r.tick(5).decisions[0].after == "blue"


@both
def test_a_late_low_reading_lowers_nothing(clock: str) -> None:
    z = river(clock)
    z.push(0, 3.5)
    z.push(2, 3.5)
    z.push(1, 0.1, arrived=2.5)
    assert z.tick(3).verdicts == []
    assert level(z.e) == 3


@both
def test_after_late_readings_ticks_are_passed_over_again(clock: str) -> None:
    """A sensor judged anew no longer waits: once it did for ever, and every tick was walked."""
    z = river(clock)
    z.push(0, 0.5)
    z.push(2, 0.5)
    z.push(1, 0.5, arrived=2.5)
    z.tick(3)
    assert z.e.clock["dirty"] == 0
    assert z.e.stage.state[0]["dirty"] == 0


def test_a_hold_ends_at_its_own_tick_inside_a_batch() -> None:
    z = stage_engine()
    rows = [(0, START, 2.5), (0, START + 90_000, 0.5), (0, START + 5 * HOUR, 0.5)]
    told = z.feed(Readings(columns(rows)))
    at = [((d.time - START) / MINUTE, d.after) for d in told.decisions]
    assert at[0] == (0, "yellow")  # and silence at 5.5 ends the hold that would end at 6.5
    assert level(z) == 2


@both
def test_a_warning_is_renewed_before_it_expires(clock: str) -> None:
    z = river(clock)
    z.push(0, 2.5)
    for minute in range(1, 70):
        z.push(minute, 2.5)
        z.tick(minute)
    assert z.acts == [
        (0, Act.ISSUE),
        (20, Act.UPDATE),
        (40, Act.UPDATE),
        (60, Act.UPDATE),
    ]
    renewed = z.all[-1].warnings or [w for x in z.all for w in x.warnings]
    assert renewed[-1][0].reason["cause"] == "renewal"
    assert renewed[-1][1] == ("record",)


@both
def test_identifiers_are_unique_over_events(clock: str) -> None:
    z = river(clock, hold="0 s")
    for minute in range(60):
        z.push(minute, 2.5 if minute % 4 < 2 else 0.5)
        z.tick(minute + 0.5 if clock == "system" else minute)
    names = [w.identifier for x in z.all for w, _ in x.warnings]
    assert len(names) > 20
    assert len(set(names)) == len(names)


def test_a_person_may_raise_and_lower() -> None:
    z = river()
    z.push(0, 0.5)
    z.act(1, "red")
    z.act(2, "none")
    z.push(3, 1.5)
    assert z.decisions[1:] == [(1, "none", "red"), (2, "red", "none"), (3, "none", "blue")]
    assert z.acts == [(1, Act.ISSUE), (2, Act.CANCEL), (3, Act.ISSUE)]


def test_empty_batches_and_old_ticks_do_nothing() -> None:
    z = river()
    z.push(0, 2.5)
    before = z.e.clock.copy()
    assert z._feed(Readings(columns([]))).decisions == []
    z.tick(-100)
    assert z.e.clock["now"] == before["now"]
    assert z.e.clock["ticked"] == before["ticked"]


def test_two_areas_share_a_gauge() -> None:
    areas = {"upper": ["z"], "lower": ["y", "z"]}
    e = engine(config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE], areas))
    told = e.feed(Readings(columns([(1, START, 2.5)])))
    assert sorted((d.area, d.after) for d in told.decisions) == [
        ("lower", "yellow"),
        ("upper", "yellow"),
    ]
    assert len({w.identifier for w, _ in told.warnings}) == 2


def test_another_configuration_keeps_what_is_known() -> None:
    z = river()
    z.push(0, 2.5)
    z.push(1, 2.4)
    more = config({"x": [RAIN], "z": [STAGE]}, [RAIN_RULE, STAGE_RULE])
    keys = [s.key for s in z.e.plan.sensors if s]
    z._feed(plan(more, "another", keys))
    assert z.e.plan.row_of("z/stage") == 0
    at = next(n for n, q in enumerate(z.e.plan.questions) if q.hazard == "river_flood")
    assert level(z.e, at) == 2
    assert z.push(1, 2.4).admitted.fate.tolist() == [1]
    assert z.push(2, 3.5).decisions[0].reason["config"] == "another"
    z.push(3, 0.5)
    assert level(z.e, at) == 3
    assert [a for _, a in z.acts] == [Act.ISSUE, Act.UPDATE]


def test_a_smaller_ring_keeps_the_newest() -> None:
    z = river()
    for minute in range(50):
        z.push(minute, 0.5)
    small = config({"z": [STAGE]}, [STAGE_RULE], time={"rewind": "1 min"})
    z._feed(plan(small, "small", ["z/stage"]))
    t, _, _ = z.e.stage.recall(0)
    cells = int(z.e.stage.params[0]["cells"])
    assert [(int(x) - START) // MINUTE for x in t] == list(range(50 - cells, 50))


def test_the_values_told_are_those_judged() -> None:
    z = river()
    told = z.push(0, 2.5)
    assert told.admitted.value.tolist() == [2.5]
    assert [v.after for v in told.verdicts] == [2]
    assert dict(told.verdicts[0].why)["value_m"] == 2.5
    assert z.push(1, math.nan).admitted.flag.tolist() == [9]
    assert np.isnan(z.all[-1].admitted.value[0])


def test_a_reload_that_drops_an_area_cancels_its_warning() -> None:
    e = stage_engine()
    e.feed(Readings(columns([(0, START, 3.5)])))
    names = {q.area for q in e.plan.questions}
    bare = e.plan.config.model_copy(update={"areas": (), "rules": ()})
    effects = e.feed(plan(bare, "bare", ["z/stage"]))
    cancelled = [(w.area.id, w.act, w.level) for w, _ in effects.warnings]
    assert cancelled == [(name, Act.CANCEL, Level.NONE) for name in sorted(names)]
    assert "no longer watched" in effects.warnings[0][0].reason["en"]


def test_a_reload_in_a_hold_keeps_who_must_show_that_it_is_lower() -> None:
    """Members are named by their place: a reload that takes some away must not mix them up."""
    three = config({"x": [STAGE], "y": [STAGE], "z": [STAGE]}, [STAGE_RULE])
    e = engine(three)
    quiet = [(n, START, 0.5) for n in range(2)]
    e.feed(Readings(columns([*quiet, (2, START, 2.5), (2, START + MINUTE, 0.5)])))
    (question,) = {q.area for q in e.plan.questions}
    (area,) = three.areas
    less = three.model_copy(update={"areas": (area.model_copy(update={"stations": ("z",)}),)})
    e.feed(plan(less, "less", ["x/stage", "y/stage", "z/stage"]))
    later = [(2, START + n * MINUTE, 0.5) for n in range(2, 60)]
    told = e.feed(Readings(columns(later)))
    assert [(d.area, d.before, d.after) for d in told.decisions] == [(question, "yellow", "none")]


def test_a_reload_that_takes_the_gauge_away_leaves_the_level_to_the_others() -> None:
    two = config({"y": [STAGE], "z": [STAGE]}, [STAGE_RULE])
    e = engine(two)
    e.feed(Readings(columns([(0, START, 0.5), (1, START, 2.5)])))
    (area,) = two.areas
    less = two.model_copy(update={"areas": (area.model_copy(update={"stations": ("y",)}),)})
    e.feed(plan(less, "less", ["y/stage", "z/stage"]))
    assert level(e) == Level.YELLOW
    e.feed(Readings(columns([(0, START + n * MINUTE, 0.5) for n in range(1, 120)])))
    assert level(e) == Level.YELLOW  # nobody said that it fell: a person's act ends it
