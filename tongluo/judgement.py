"""What the engine knows, and what follows from one changed verdict: decision, warning, effects."""

from __future__ import annotations

from typing import Any

from ingest.stage import OrderStage
from tongluo.approving import Due
from tongluo.config.plan import Plan, clock_row
from tongluo.core.effects import Condition, Decision, Effects, Verdict
from tongluo.core.words import Level
from tongluo.relaying import Relaying
from tongluo.warning.agenda import Agenda
from tongluo.warning.assess import Assessor, Change
from tongluo.warning.desk import Desk
from tongluo.warning.lifecycle import Lifecycle
from tongluo.warning.reasons import Evidence, Reasons

LOST = "lost_in_hazard"
"""The condition of a sensor that fails while it is needed: held levels rest on others now."""


class Judgement(Relaying):
    """All state of the engine, under one plan, and the effects of the row at hand."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stage = OrderStage(plan.order_params, clock_row(plan.config), plan.quality)
        self.assessor = Assessor(plan.questions, chains=plan.chains)
        self.lifecycle = Lifecycle()
        self.desk = Desk()
        self.next_duty: Due | None = None
        self.reasons = Reasons(plan)
        self.effects = Effects()
        self.doubts: dict[int, str] = {}
        """Sensor -> the quality test that stands at it."""
        self.lost: set[int] = set()
        """Sensors that fell silent or into doubt while their area was at a level."""
        self.next_due: Agenda | None = None

    def verdict(
        self, name: str, task: int, before: int, after: int, now: int, cause: str, told: Evidence
    ) -> None:
        """One verdict changed: note why, and settle the assessments that ask for it."""
        self.reasons.note(name, task, told)
        sensor, rule = self.reasons.sensor(name, task), self.plan.tasks[name][task].rule.id
        self.effects.verdicts.append(Verdict(now, sensor, rule, before, after, cause, told.why))
        for change in self.assessor.verdict((name, task), after, now, cause):
            self.decide(change, self.reasons.tell(self.assessor, change))

    def decide(self, change: Change, reason: dict[str, Any]) -> None:
        """One assessment changed: a line of the log, and a version of a warning where due."""
        question = self.plan.questions[change.question]
        self.effects.decisions.append(
            Decision(
                change.time,
                question.area,
                question.hazard.value,
                Level(change.before).word,
                Level(change.after).word,
                reason,
            )
        )
        self.settle_warning(change.question, change.after, change.time, reason)
        for more in self.assessor.follow(change):
            self.decide(more, self.reasons.tell(self.assessor, more))

    # sensors that are silent or doubted

    def doubt(self, sensor: int, now: int, test: str) -> None:
        """Another quality test than before stands at a sensor; "" = none does any more."""
        before = self.doubts.pop(sensor, "")
        if test:  # first, so that a sensor that stays in doubt stays lost
            self.doubts[sensor] = test
        if before:
            self.condition(before, sensor, now, False)
        if test:
            self.condition(test, sensor, now, True)

    def condition(self, kind: str, sensor: int, now: int, begins: bool) -> None:
        """Something about a sensor that a duty officer must know began or ended."""
        self._tell(kind, sensor, now, begins)
        if begins and sensor not in self.lost and self._in_hazard(sensor):
            self.lost.add(sensor)
            self._tell(LOST, sensor, now, True)
        elif not begins and sensor in self.lost and sensor not in self.doubts:
            self.lost.discard(sensor)
            self._tell(LOST, sensor, now, False)

    def _tell(self, kind: str, sensor: int, now: int, begins: bool) -> None:
        spec = self.plan.sensors[sensor]
        if spec is not None:
            self.effects.conditions.append(Condition(kind, spec.key, now, begins))

    def _in_hazard(self, sensor: int) -> bool:
        """Whether an area that the sensor speaks for is at a level now."""
        return any(self.assessor.answers[n].level >= Level.BLUE for n in self.plan.speaks(sensor))
