"""A plan: the checked configuration as tables that the engine works with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingest.derived_stage import DerivedStage
from tongluo.config.areas import AreaIn
from tongluo.config.models import Config
from tongluo.config.nesting import around, shape_of
from tongluo.config.plan_derived import derived_of
from tongluo.config.plan_duty import operators_of, policies_of
from tongluo.config.plan_order import clock_row, order_params, windows_of
from tongluo.config.plan_quality import quality_params
from tongluo.config.plan_questions import questions_of
from tongluo.config.plan_tasks import Task, table_of, tasks_of
from tongluo.config.reach import Reaches
from tongluo.config.sensors import SensorSpec, declared, spec
from tongluo.core.driver import Table
from tongluo.core.warning import Area, Sender
from tongluo.core.words import Hazard, Status
from tongluo.warning.ladder import Operator
from tongluo.warning.lifecycle import Occasion
from tongluo.warning.policy import Policy, policy_for
from tongluo.warning.question import Chain, Question

__all__ = ["Plan", "Task", "clock_row", "plan"]


@dataclass(frozen=True)
class Plan:
    """Everything the engine needs to know of a configuration."""

    config: Config
    digest: str
    sensors: tuple[SensorSpec | None, ...]
    """By sensor row; None = no longer declared, kept so that rows do not move."""
    order_params: Any
    quality: Any
    """The parameters of quality control; `order_params["quality"]` says whose row is whose."""
    tables: Mapping[str, Table]
    tasks: Mapping[str, tuple[Task, ...]]
    """By detector name, in the table's order."""
    derived: DerivedStage
    questions: tuple[Question, ...]
    """What is to be assessed: one hazard in one area each."""
    chains: tuple[Chain, ...]
    """How one assessment acts on another."""
    areas: Mapping[str, Area]
    policies: tuple[Policy, ...]
    sender: Sender
    operators: Mapping[str, Operator]

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

    def key(self, n: int) -> str:
        """A question by names: `area/hazard`."""
        question = self.questions[n]
        return f"{question.area}/{question.hazard.value}"

    @cached_property
    def places(self) -> dict[str, int]:
        """Key -> number of the question."""
        return {self.key(n): n for n in range(len(self.questions))}

    @cached_property
    def policies_of(self) -> dict[str, Policy]:
        """Hazard -> the policy that counts for it."""
        found = {h.value: policy_for(self.policies, h) for h in Hazard}
        return {h: p for h, p in found.items() if p is not None}

    def speaks(self, sensor: int) -> frozenset[int]:
        """The questions that a sensor has a say in, itself or through derived series."""
        return self._said.get(sensor, frozenset())

    @cached_property
    def _said(self) -> dict[int, frozenset[int]]:
        said: dict[int, set[int]] = {}
        for n, question in enumerate(self.questions):
            for m in question.members:
                for sensor in (
                    self.tasks[m.detector][m.row].heard if m.detector in self.tasks else ()
                ):
                    for source in self.derived.sources(sensor):
                        said.setdefault(source, set()).add(n)
        return {sensor: frozenset(found) for sensor, found in said.items()}

    @cached_property
    def reaches(self) -> Reaches:
        """What late readings of each sensor reach."""
        return Reaches(self.order_params, self.derived, self.tasks, self.tables)

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
    tasks, made = tasks_of(config, sensors), derived_of(config, sensors)
    questions, chains = questions_of(config, tasks, sensors, made)
    params = order_params(config, sensors, windows_of(sensors, tasks, made))
    return Plan(
        config,
        digest,
        sensors,
        params,
        quality_params(sensors, params),
        {name: table_of(name, config, found, sensors) for name, found in tasks.items()},
        tasks,
        made,
        questions,
        chains,
        _area_map(config),
        policies_of(config),
        _sender(config),
        operators_of(config),
    )


def _area_map(config: Config) -> dict[str, Area]:
    return {a.id: _area(config, a) for a in config.areas}


def _area(config: Config, area: AreaIn) -> Area:
    polygon = area.polygon or ()
    if polygon and polygon[0] != polygon[-1]:
        polygon = (*polygon, polygon[0])
    circle = shape_of(area).circle
    if not polygon and circle is None:
        circle = around(config, area)
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


def _sender(config: Config) -> Sender:
    sender = config.site.sender
    return Sender(sender.id, sender.name, sender.name_en, sender.contact, config.site.name_en)
