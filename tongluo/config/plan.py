"""A plan: the checked configuration as tables that the engine works with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from detectors import DETECTORS
from ingest import order
from tongluo.config.faults import Path
from tongluo.config.judged import sensors_of, set_name, view
from tongluo.config.models import AreaIn, Config, RuleIn
from tongluo.config.sensors import SensorSpec, declared, spec
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor
from tongluo.core.times import DAY, HOUR, MINUTE, to_ms
from tongluo.core.units import parse_value
from tongluo.core.warning import Area, Sender
from tongluo.core.words import Hazard, Status
from tongluo.warning.assess import Member, Question
from tongluo.warning.lifecycle import Occasion
from tongluo.warning.policy import Policy, policy_for

MAX_CELLS = 4096
SPARE_CELLS = 16


@dataclass(frozen=True)
class Task:
    """One rule on one sensor: a row of its detector's table."""

    rule: RuleIn
    sensor: int
    levels: Mapping[str, Any]
    source: str


@dataclass(frozen=True)
class Plan:
    """Everything the engine needs to know of a configuration."""

    config: Config
    digest: str
    sensors: tuple[SensorSpec | None, ...]
    """By sensor row; None = no longer declared, kept so that rows do not move."""
    order_params: Any
    tables: Mapping[str, Table]
    tasks: Mapping[str, tuple[Task, ...]]
    """By detector name, in the table's order."""
    questions: tuple[Question, ...]
    """What is to be assessed: one hazard in one area each."""
    areas: Mapping[str, Area]
    policies: tuple[Policy, ...]
    sender: Sender

    def occasion(self, n: int) -> Occasion | None:
        """What a warning on this question is made from; None without a policy."""
        question, site = self.questions[n], self.config.site
        policy = policy_for(self.policies, question.hazard)
        if policy is None:
            return None
        return Occasion(
            self.areas[question.area],
            question.hazard,
            self.sender,
            policy,
            site.timezone,
            site.languages,
            Status(site.status),
            site.note,
        )

    def row_of(self, key: str) -> int:
        """Row of the sensor `station/name`; KeyError when it is not declared."""
        for row, sensor in enumerate(self.sensors):
            if sensor is not None and sensor.key == key:
                return row
        raise KeyError(key)


def plan(config: Config, digest: str, known: Sequence[str] = ()) -> Plan:
    """Build the tables. `known`: sensor keys that already have rows, in row order."""
    named = {
        s.key: s for st in config.stations for s in (spec(config, st, x) for x in declared(st))
    }
    keys = list(dict.fromkeys([*known, *named]))
    sensors = tuple(named.get(key) for key in keys)
    tasks = _tasks(config, keys)
    tables = {name: _table(name, config, found, sensors) for name, found in tasks.items()}
    return Plan(
        config,
        digest,
        sensors,
        _order(config, sensors, tasks),
        tables,
        tasks,
        _questions(config, tasks, sensors),
        _area_map(config),
        _policies(config),
        _sender(config),
    )


def clock_row(config: Config) -> Any:
    """The clock's row, not yet started."""
    row = np.zeros(1, order.CLOCK)
    time = config.time
    row["tick"], row["stream"] = time.tick, int(time.clock == "stream")
    row["step"], row["future"], row["earliest"] = (
        time.stream_step,
        time.future,
        to_ms(time.earliest),
    )
    return row


def _tasks(config: Config, keys: list[str]) -> dict[str, tuple[Task, ...]]:
    row = {key: n for n, key in enumerate(keys)}
    every: list[tuple[Path, SensorSpec]] = [
        ((), spec(config, st, x)) for st in config.stations for x in declared(st)
    ]
    found: dict[str, list[Task]] = {name: [] for name in DETECTORS}
    for rule in config.rules:
        for _, sensor in sensors_of(config, rule, every):
            name = set_name(rule, sensor)
            assert name is not None  # checks_judging refuses a rule without thresholds
            given = config.thresholds[name]
            said = ", ".join(
                str(x) for x in (given.source.who, given.source.document, given.source.year) if x
            )
            found[rule.detector].append(Task(rule, row[sensor.key], given.levels, said))
    return {name: tuple(sorted(tasks, key=lambda t: t.sensor)) for name, tasks in found.items()}


def _table(
    name: str, config: Config, tasks: tuple[Task, ...], sensors: tuple[SensorSpec | None, ...]
) -> Table:
    detector = DETECTORS[name]
    params = np.zeros(len(tasks), detector.params)
    filled: dict[tuple[str, str, Sensor], Any] = {}  # most sensors of a network are alike
    for n, task in enumerate(tasks):
        sensor = sensors[task.sensor]
        assert sensor is not None
        given = set_name(task.rule, sensor)
        assert given is not None
        like = (task.rule.id, given, view(sensor, config.thresholds[given]))
        if like not in filled:
            options = detector.options.model_validate(task.rule.options)
            detector.fill(params[n], options, task.levels, like[2])
            filled[like] = params[n]
        params[n] = filled[like]
    return Table(detector, params, Links([(t.sensor,) for t in tasks], len(sensors)))


def _order(
    config: Config, sensors: tuple[SensorSpec | None, ...], tasks: Mapping[str, tuple[Task, ...]]
) -> Any:
    windows = [0] * len(sensors)
    for name, found in tasks.items():
        lengths = {id(task.levels): task.levels for task in found}
        longest = {key: DETECTORS[name].longest(levels) for key, levels in lengths.items()}
        for task in found:
            windows[task.sensor] = max(windows[task.sensor], longest[id(task.levels)])
    params = np.zeros(len(sensors), order.PARAMS)
    offset = 0
    for row, sensor, window in zip(params, sensors, windows, strict=True):
        row["offset"] = offset
        _order_row(row, config, sensor, window)
        offset += int(row["cells"])
    return params


def _order_row(row: Any, config: Config, sensor: SensorSpec | None, window: int) -> None:
    row["cells"] = 1
    row["fail_low"], row["fail_high"], row["low"], row["high"] = (
        -math.inf,
        math.inf,
        -math.inf,
        math.inf,
    )
    if sensor is None:
        return
    rewind = config.time.rewind if config.time.rewind is not None else max(window, HOUR)
    row["rewind"], row["silence"] = rewind, sensor.silence
    row["reach"] = max(rewind, window)
    row["cells"] = min(MAX_CELLS, max(rewind, window) // sensor.cadence + SPARE_CELLS)
    row["forecast"] = int(sensor.forecast)
    row["fail_low"], row["fail_high"] = sensor.fail
    row["low"], row["high"] = sensor.suspect
    if sensor.counter is not None:
        _counter_row(row, config, sensor)


def _counter_row(row: Any, config: Config, sensor: SensorSpec) -> None:
    counter = sensor.counter
    assert counter is not None
    row["counter"], row["resolution"] = 1, parse_value(counter.resolution, "rain")
    row["max_rate"] = parse_value(counter.max_rate, "rain")
    row["width"] = (counter.width or 0.0) * sensor.factor
    if counter.reset == "daily":
        hour, minute = map(int, counter.reset_at.split(":"))
        row["reset_every"] = DAY
        row["reset_phase"] = (hour * HOUR + minute * MINUTE - _zone_offset(config)) % DAY


def _zone_offset(config: Config) -> int:
    moment = datetime(2020, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(config.site.timezone))
    offset = moment.utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0


def _questions(
    config: Config, tasks: Mapping[str, tuple[Task, ...]], sensors: tuple[SensorSpec | None, ...]
) -> tuple[Question, ...]:
    members: dict[tuple[str, Hazard], list[Member]] = {}
    holds: dict[tuple[str, Hazard], int] = {}
    quorums: dict[tuple[str, Hazard], float] = {}
    areas = _areas_of(config)
    for name, found in tasks.items():
        for row, task in enumerate(found):
            sensor, rule = sensors[task.sensor], task.rule
            for area in areas.get(sensor.station, ()) if sensor else ():
                if rule.areas is not None and area not in rule.areas:
                    continue
                key = (area, rule.hazard)
                members.setdefault(key, []).append(Member(name, row, rule.id, _cap(rule)))
                holds[key] = max(holds.get(key, 0), rule.hold)
                quorums[key] = max(quorums.get(key, 0.0), rule.quorum)
    return tuple(
        Question(area, hazard, tuple(m), holds[area, hazard], quorums[area, hazard])
        for (area, hazard), m in sorted(members.items())
    )


def _areas_of(config: Config) -> dict[str, list[str]]:
    """Station -> the areas it speaks for."""
    areas: dict[str, list[str]] = {}
    for area in config.areas:
        for station in dict.fromkeys(area.stations):
            areas.setdefault(station, []).append(area.id)
    return areas


def _cap(rule: RuleIn) -> int:
    return {"blue": 1, "yellow": 2, "orange": 3, "red": 4, None: 4}[rule.cap_level]


def _area_map(config: Config) -> dict[str, Area]:
    return {a.id: _area(a) for a in config.areas}


def _area(area: AreaIn) -> Area:
    polygon = area.polygon or ()
    if polygon and polygon[0] != polygon[-1]:
        polygon = (*polygon, polygon[0])
    circle = (*area.circle.centre, area.circle.radius_km) if area.circle else None
    return Area(
        area.id,
        area.name,
        area.name_en,
        area.people,
        polygon,
        circle,
        area.code,
        area.parent or "",
        area.plan,
        area.plan_en,
    )


def _policies(config: Config) -> tuple[Policy, ...]:
    grade = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}
    return tuple(
        Policy(
            p.hazards,
            grade[p.from_level],
            p.issue == "automatic",
            p.by,
            p.channels,
            p.validity,
            p.renew,
        )
        for p in config.policies
    )


def _sender(config: Config) -> Sender:
    sender = config.site.sender
    return Sender(sender.id, sender.name, sender.name_en, sender.contact, config.site.name_en)
