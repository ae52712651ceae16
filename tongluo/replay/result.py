"""What a replay came to. It grows with changes of level, not with readings.

Only where a report is to be drawn are the judged readings kept beside the columns they came in.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from tongluo.config.plan import Plan
from tongluo.core.columns import F8, I8, Columns
from tongluo.core.effects import Condition, Decision, Effects, Record
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Fate
from tongluo.replay.case import Case
from tongluo.replay.log import DecisionHash


@dataclass(frozen=True)
class Judged:
    """The readings of the case, and what the order stage made of them, row by row."""

    columns: Columns
    value: F8
    flag: I8
    fate: I8

    @classmethod
    def blank(cls, columns: Columns) -> Judged:
        """Room for what will be decided of the columns."""
        n = len(columns)
        return cls(columns, np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64))


@dataclass
class Result:
    """Everything that was decided, in the order in which it was."""

    case: Case
    plan: Plan
    readings: int
    judged: Judged | None = None
    """None when nothing is to be drawn."""
    decisions: list[Decision] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    warnings: list[tuple[WarningVersion, tuple[str, ...]]] = field(default_factory=list)
    """(version, channels it goes out on)."""
    records: list[Record] = field(default_factory=list)
    """Steps of approval: what would have been proposed, and who called."""
    fates: Counter[str] = field(default_factory=Counter)
    """How many readings met each fate, by its lower-case word."""
    flags: Counter[int] = field(default_factory=Counter)
    """Of the readings that were judged: how many carried each quality flag."""
    hash: DecisionHash = field(default_factory=DecisionHash)

    def add(self, effects: Effects, start: int = 0) -> None:
        """What one row caused; a batch's first reading is reading number `start`."""
        self.decisions += effects.decisions
        self.conditions += effects.conditions
        self.warnings += effects.warnings
        for decision in effects.decisions:
            self.hash.add(decision)
        for version, _ in effects.warnings:
            self.hash.add_warning(version)
        self.records += effects.records
        for record in effects.records:
            self.hash.add_record(record)
        if effects.admitted is not None:
            self._admitted(effects.admitted, start)

    def _admitted(self, admitted: object, start: int) -> None:
        fate, flag, value = (getattr(admitted, name) for name in ("fate", "flag", "value"))
        for code, count in zip(*np.unique(fate, return_counts=True), strict=True):
            self.fates[Fate(int(code)).name.lower()] += int(count)
        fed = flag[fate == Fate.FED]
        for code, count in zip(*np.unique(fed, return_counts=True), strict=True):
            self.flags[int(code)] += int(count)
        if self.judged is not None:
            rows = slice(start, start + len(fate))
            self.judged.fate[rows], self.judged.flag[rows] = fate, flag
            self.judged.value[rows] = value
