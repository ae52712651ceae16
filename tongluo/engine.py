"""The main path. One row in, its effects out; no clock, no I/O.

    row (readings, tick, configuration, act, command, notice)
      -> order    fate, flag, counter increments, stream clock           ingest.order
      -> derive   series made of others                                  ingest.derived
      -> detect   changes of single-sensor verdicts                      detectors, core.driver
      -> assess   level of each hazard in each area                      warning.assess
      -> approve  proposals, calls, what goes out at once                warning.approval
      -> life     versions of warnings                                   warning.lifecycle
      -> effects  what the driver commits together with the row          core.effects

Live, replay of a journal and replay of a case feed their rows to this engine and to nothing else.
Messages are decoded before (`ingest.decode`): the journal keeps what they said.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import numpy as np

from ingest.derived_stage import Rows, received
from ingest.quality_words import TESTS
from ingest.stage import Admitted
from tongluo.commanding import Commanding
from tongluo.config.carry import carry_answers, carry_derived, carry_order, carry_tables
from tongluo.config.plan import Plan
from tongluo.core.columns import Columns
from tongluo.core.driver import Order
from tongluo.core.effects import Act, Command, Effects, Notice, Readings, Tick
from tongluo.core.words import SILENT, Flag, Level
from tongluo.warning.reasons import Evidence
from tongluo.warning.shown import Showing


class Engine(Commanding):
    """Judges rows under one plan, which a configuration row may replace."""

    def feed(self, row: Readings | Tick | Act | Command | Notice | Plan) -> Effects:
        """One journal row; returns everything it caused."""
        self.effects = Effects()
        match row:
            case Readings():
                self._readings(row.columns)
            case Tick():
                self.pass_time(row.at)
            case Act():
                self._act(row)
            case Command():
                self.command(row)
            case Notice():
                self.notice(self.time_of(row.at), row.xml)
            case Plan():
                self._configure(row)
        return self.effects

    def _readings(self, columns: Columns) -> None:
        out = self.stage.blank(columns)
        self.begin(columns)
        start = 0
        while start < len(columns):
            stop = self.stage.admit(columns, out, start)
            for rows in self.plan.derived.expand(self.stage, received(columns, out), start, stop):
                self.judge(rows, out)
            if stop < len(columns):
                self.do_ticks(int(self.clock["want"]))
            start = stop
        self.settle()
        self.effects.admitted = out

    def judge(self, rows: Rows, out: Admitted | None = None) -> None:
        """All that follows from rows; out: what the order stage said of them as received."""
        order = Order.of(rows.judged, len(self.plan.sensors))
        showing, at = Showing(rows, order), 0
        every: list[tuple[int, int, tuple[Any, ...]]] = [
            *((row, 0, (test,)) for row, test in self._heard(rows, out)),
            *((found[0], 1, found[1:]) for found in self._found(order)),
        ]
        for row, judged, change in sorted(every, key=itemgetter(0, 1)):
            self.release(showing, at, row)
            at, now = row, int(rows.arrival[row])
            silent = rows.fate[row] == SILENT
            if judged:
                self._verdict(rows, row, now, *change)
            elif change[0] is None:
                if silent:
                    self.settle(now - 1)
                self.condition("silent", int(rows.sensor[row]), now, bool(silent))
            else:
                self.doubt(int(rows.sensor[row]), now, *change)
        self.release(showing, at, len(rows))

    def _verdict(
        self,
        rows: Rows,
        row: int,
        now: int,
        name: str,
        task: int,
        before: int,
        after: int,
        why: Any,
    ) -> None:
        if rows.fate[row] == SILENT:  # a reached level is held, anything else is UNKNOWN
            told = Evidence(now, float("nan"), Flag.MISSING, {})
            self.verdict(name, task, before, after, now, "silence", told)
            return
        self.settle(now)
        told = Evidence(int(rows.t[row]), float(rows.raw[row]), int(rows.flag[row]), why)
        self.verdict(name, task, before, after, now, "verdict", told)

    def _heard(self, rows: Rows, out: Admitted | None) -> Iterator[tuple[int, str | None]]:
        """(row, the test that stands from now on; None = silent, or heard again after silence)."""
        for row in np.flatnonzero((rows.back > 0) | (rows.fate == SILENT)).tolist():
            yield row, None
        if out is None or not len(rows):
            return
        first, last = int(rows.origin[0]), int(rows.origin[-1]) + 1
        for row in (np.flatnonzero(out.turn[first:last]) + first).tolist():
            stands = out.flag[row] > Flag.NOT_EVALUATED
            yield rows.place(row), TESTS[int(out.test[row])] if stands else ""

    def _found(self, order: Order) -> list[tuple[int, str, int, int, int, dict[str, float]]]:
        """Transitions of all detectors, in row order."""
        found = [
            (row, name, task, before, after, dict(zip(table.detector.why, why, strict=True)))
            for name, table in self.plan.tables.items()
            for t in table.judge_all(order)
            for row, task, before, after, why in t.each()
        ]
        found.sort(key=itemgetter(0, 1, 2))
        return found

    def _act(self, act: Act) -> None:
        for n, question in enumerate(self.plan.questions):
            if (question.area, question.hazard.value) == (act.area, act.hazard):
                change = self.assessor.set(n, int(Level.parse(act.level)), act.at)
                self.decide(change, self.reasons.acted(act))

    def _configure(self, plan: Plan) -> None:
        """Another plan: what is known of sensors, tasks, areas and warnings is carried over.

        A warning in force whose area or hazard is watched no more, or that no policy speaks of
        any more, is cancelled, and says why.
        """
        kept = {(q.area, q.hazard) for q in plan.questions}
        for n, question in enumerate(self.plan.questions):
            occasion = self.plan.occasion(n)
            stays = (question.area, question.hazard) in kept
            stays = stays and question.hazard.value in plan.policies_of
            if occasion is not None and not stays:
                cancel = self.lifecycle.withdraw(n, int(self.clock["now"]), occasion)
                if cancel is not None:
                    self.emit(n, cancel, occasion.policy)
        self.leave_notices(plan, int(self.clock["now"]))
        self.stage = carry_order(self.stage, plan)
        carry_derived(self.plan, plan)
        moved = carry_tables(self.plan, plan)
        self.assessor, self.lifecycle, self.reasons = carry_answers(
            self.assessor, self.lifecycle, self.reasons, plan, moved
        )
        self.plan, self.next_due = plan, None
        now = int(self.clock["now"])
        for sensor in [s for s in self.doubts if not plan.order_params["quality"][s]]:
            self.doubt(sensor, now, "")  # it is tested no more
        for change in self.assessor.resettle(now):
            self.decide(change, self.reasons.tell(self.assessor, change))
        self._desk_under_new_plan(now)

    def _desk_under_new_plan(self, now: int) -> None:
        """What waits for a person, or should, under other policies."""
        self.next_duty = None
        self.clear_desk(now)
        for n, answer in enumerate(self.assessor.answers):
            if answer.level >= Level.BLUE or self.plan.key(n) in self.desk.proposals:
                reason = self.reasons.standing(self.assessor, n, now)
                self.settle_warning(n, answer.level, now, {**reason, "cause": "configuration"})
