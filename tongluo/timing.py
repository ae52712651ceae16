"""The engine's time: ticks, silences, late readings judged anew, holds and renewals that fall due.

In system time a recorded tick row does all that is due at it. In stream time ticks fall due at
fixed multiples as arriving rows raise the clock, inside a batch too; only ticks at which
something can happen are done. A hold ends at the good reading that shows it may, not at a tick.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ingest.derived_stage import Rows
from tongluo.again import Again
from tongluo.approving import NEVER
from tongluo.core.columns import Columns
from tongluo.core.words import SILENT, Flag
from tongluo.reporting import Reporting
from tongluo.warning.agenda import Agenda
from tongluo.warning.question import CHAIN
from tongluo.warning.shown import Showing


class Timing(Reporting):
    """The part of the engine that time moves."""

    @property
    def clock(self) -> Any:
        """The clock's row."""
        return self.stage.clock[0]

    def time_of(self, at: int) -> int:
        """The engine's time of an order or a Notice; what fell due before it is done first."""
        if self.stage.stream:
            self.settle()
            return int(self.clock["now"]) or at
        if not self.clock["now"]:
            self.stage.start(at)
        at = max(at, int(self.clock["now"]))
        self.clock["now"] = at
        self._due(at)
        return at

    def begin(self, columns: Columns) -> None:
        """System time starts with the first row; stream time starts itself."""
        if len(columns) and not self.clock["now"] and not self.stage.stream:
            self.stage.start(int(columns.arrival[0]))

    def pass_time(self, now: int) -> None:
        """A tick row: the recorded passing of time."""
        if not self.clock["now"]:
            self.stage.start(now)
        if self.stage.stream:
            self.do_ticks(now - now % self.stage.tick)
            self.settle()
        else:
            self._tick(now)
            self.clock["ticked"] = now
        self.clock["now"] = max(int(self.clock["now"]), now)

    def do_ticks(self, until: int) -> None:
        """Do every stream tick up to `until` at which something can happen."""
        step = self.stage.tick
        while self.clock["ticked"] < until:
            following = int(self.clock["ticked"]) + step
            if not self.clock["dirty"]:
                following = max(following, _ceil(int(self.clock["bound"]), step))
            following = min(following, until)
            self._due(following - 1)
            self._tick(following)
            self.clock["ticked"] = following

    def settle(self, now: int | None = None) -> None:
        """In stream time, do what fell due at the ticks up to now (default: all that passed)."""
        if self.stage.stream:
            at = int(self.clock["ticked"]) if now is None else now
            self._due(at - at % self.stage.tick)

    def _tick(self, now: int) -> None:
        for sensor in self.stage.dirty():
            self._judge_anew(sensor, now)
        silent = self.stage.newly_silent(now)
        if silent:
            self._silent(silent, now)
        self._due(now)

    # holds and renewals

    def release(self, showing: Showing, start: int, stop: int) -> None:
        """End the holds that good readings in rows start..stop end, earliest first."""
        while over := showing.due(self.assessor, start, stop):
            row, n = showing.end(self.assessor, over, self._sensor_of, start, stop)
            if row >= stop:
                return
            now = showing.time(row)
            self.settle(now)
            change = self.assessor.release(n, now)
            self.decide(change, self.reasons.tell(self.assessor, change))

    def _sensor_of(self, n: int, k: int) -> int:
        member = self.plan.questions[n].members[k]
        if member.detector == CHAIN:
            return -1
        return self.plan.tasks[member.detector][member.row].sensor

    def _due(self, now: int) -> None:
        """Do what is due on the desk and renew warnings, earliest first."""
        if self.next_due is None:
            self.next_due = Agenda()
            for n in self.lifecycle.events:
                self.plan_renewal(n)
        while True:
            duty, renewal = self.first_duty(), self.next_due.first() or NEVER[:2]
            first = min(duty[0], renewal[0])
            at = self._on_grid(first, now) if first <= now else first
            if at > now:
                return
            if duty[0] <= renewal[0]:
                self.do_duty(duty[1], duty[2], at)
            else:
                self._renew(renewal[1], at)

    def _on_grid(self, at: int, now: int) -> int:
        """The tick at which something due at `at` is done."""
        if self.stage.stream:
            return _ceil(at, self.stage.tick)
        return max(at, now)

    def _renew(self, n: int, now: int) -> None:
        occasion = self.plan.occasion(n)
        assert occasion is not None  # only what has a policy has a warning in force
        reason = self.reasons.standing(self.assessor, n, now)
        version = self.lifecycle.renew(n, now, occasion, reason)
        self.emit(n, version, occasion.policy)

    # silence and late readings

    def judge(self, rows: Rows) -> None:
        """What follows from rows that came, or from sensors that fell silent."""
        raise NotImplementedError

    def _silent(self, sensors: list[int], now: int) -> None:
        """The deadline of some sensors has passed."""
        at, nothing = np.full(len(sensors), now), np.full(len(sensors), np.nan)
        flag, fate, back = (np.full(len(sensors), x) for x in (Flag.MISSING, SILENT, 0))
        who = np.array(sensors, np.int64)
        self.judge(Rows(who, at, nothing, nothing, flag, fate, at, back, back))

    def _judge_anew(self, sensor: int, now: int) -> None:
        """Late readings came: judge what is kept in time order; a level may rise, not fall."""
        again = Again(self.plan, self.stage, sensor)
        for name, task, old, new, told in again.risen():
            self.verdict(name, task, old, new, now, "late", told)


def _ceil(at: int, step: int) -> int:
    return -(-at // step) * step
