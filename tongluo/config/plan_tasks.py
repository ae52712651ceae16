"""The tasks of a plan: which rule judges which sensor, by what, and the tables they fill."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detectors import DETECTORS
from tongluo.config.coupled import ChainIn
from tongluo.config.judged import at_ports, sensors_of, set_name, view, zone_offset
from tongluo.config.models import Config, RuleIn
from tongluo.config.sensors import SensorSpec
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

Specs = tuple[SensorSpec | None, ...]


@dataclass(frozen=True)
class Task:
    """One rule on one sensor: a row of its detector's table."""

    rule: RuleIn
    sensor: int
    given: str
    """Its threshold set."""
    levels: Mapping[str, Any]
    source: str
    others: tuple[int, ...] = ()
    """Sensors at the detector's further ports; -1 = none."""
    doubtful: bool = False
    """Judges suspect readings too, and counts only so far without a second witness."""
    chain: str = ""
    """Counts only while this chain holds."""
    past: int = 0
    """ms of past readings that it looks at."""

    @property
    def key(self) -> tuple[int, str, bool, str]:
        """What makes it the same task under another plan."""
        return self.sensor, self.rule.id, self.doubtful, self.chain

    @property
    def heard(self) -> tuple[int, ...]:
        """The sensors it hears, by port."""
        return (self.sensor, *self.others)


def tasks_of(config: Config, specs: Specs) -> dict[str, tuple[Task, ...]]:
    """By detector name, in the order of their sensors."""
    row = {s.key: n for n, s in enumerate(specs) if s is not None}
    every = [((), s) for s in specs if s is not None]
    by_key = {s.key: s for _, s in every}
    at: dict[str, dict[str, SensorSpec]] = {}
    for key, spec in by_key.items():
        at.setdefault(spec.station, {})[key] = spec
    found: dict[str, list[Task]] = {name: [] for name in DETECTORS}
    for rule in config.rules:
        named = {key: by_key[key] for key in rule.inputs.values() if key in by_key}
        for _, sensor in sensors_of(config, rule, every):
            ports = at_ports(rule, sensor, {**at[sensor.station], **named})
            others = tuple(row[s.key] if s is not None else -1 for s in ports)
            for task in _variants(config, rule, sensor, row[sensor.key]):
                past = past_of(rule, task.levels)
                found[rule.detector].append(replace(task, others=others, past=past))
    return {name: tuple(sorted(tasks, key=lambda t: t.sensor)) for name, tasks in found.items()}


def past_of(rule: RuleIn, levels: Mapping[str, Any]) -> int:
    """ms of past readings that a rule looks at."""
    detector = DETECTORS[rule.detector]
    options = detector.options.model_validate(rule.options)
    return max(detector.longest(levels), detector.past(options))


def _variants(config: Config, rule: RuleIn, sensor: SensorSpec, row: int) -> Iterator[Task]:
    """The rule itself, and with each chain that lowers it; each again for suspect readings."""
    name = set_name(rule, sensor)
    assert name is not None  # checks_judging refuses a rule without thresholds
    plain = Task(rule, row, name, config.thresholds[name].levels, _source(config, name))
    lowered = [
        _lowered(config, plain, c) for c in config.chains if c.lower and rule.id in c.lower.rules
    ]
    for task in [plain, *lowered]:
        yield task
        if _may_be_doubtful(rule, sensor):
            yield replace(task, doubtful=True)


def _lowered(config: Config, task: Task, chain: ChainIn) -> Task:
    assert chain.lower is not None
    if chain.lower.thresholds is not None:
        name = chain.lower.thresholds
        levels = config.thresholds[name].levels
        return replace(
            task, given=name, levels=levels, source=_source(config, name), chain=chain.id
        )
    return replace(task, levels=scaled(task.levels, chain.lower.by or 1.0), chain=chain.id)


def _source(config: Config, name: str) -> str:
    source = config.thresholds[name].source
    return ", ".join(str(x) for x in (source.who, source.document, source.year) if x)


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def scaled(levels: Any, by: float) -> Any:
    """Every value of a threshold set times a factor; windows stay as they are.

    >>> scaled({"blue": {"1 h": "35 mm"}, "red": "3.2 m"}, 0.8)
    {'blue': {'1 h': '28 mm'}, 'red': '2.56 m'}
    """
    if isinstance(levels, Mapping):
        return {key: scaled(value, by) for key, value in levels.items()}
    if isinstance(levels, str):
        return _NUMBER.sub(lambda m: f"{round(float(m[0]) * by, 9):g}", levels, count=1)
    return round(levels * by, 9) if isinstance(levels, (int, float)) else levels


def _may_be_doubtful(rule: RuleIn, sensor: SensorSpec) -> bool:
    """Whether suspect readings of the sensor are judged for themselves."""
    if rule.doubtful == "none" or rule.options.get("accept_suspect"):
        return False
    ranged = sensor.suspect != (-math.inf, math.inf)
    return ranged or sensor.derived is not None or getattr(sensor, "quality", None) is not None


def table_of(name: str, config: Config, tasks: Sequence[Task], specs: Specs) -> Table:
    """The parameters of one detector's tasks, and who hears what."""
    detector, zone = DETECTORS[name], zone_offset(config)
    params = np.zeros(len(tasks), detector.params)
    filled: dict[tuple[str, str, str, bool, Sensor], Any] = {}  # most sensors are alike
    for n, task in enumerate(tasks):
        sensor = specs[task.sensor]
        assert sensor is not None
        others = tuple(specs[row] if row >= 0 else None for row in task.others)
        seen = view(sensor, config.thresholds[task.given], others, zone)
        like = (task.rule.id, task.given, task.chain, task.doubtful, seen)
        if like not in filled:
            given = {**task.rule.options, **({"accept_suspect": True} if task.doubtful else {})}
            options = detector.options.model_validate(given)
            detector.fill(params[n], options, task.levels, seen)
            filled[like] = params[n]
        params[n] = filled[like]
    second = {n: task.past for n, task in enumerate(tasks) if task.doubtful}
    links = Links([t.heard for t in tasks], len(specs), second)
    return Table(detector, params, links, second)
