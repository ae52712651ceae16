"""The level of one hazard in one area: the highest of its verdicts; raised at once, lowered late.

A level falls only when the verdicts have stayed lower for the whole hold, and to the highest they
showed in that time. Verdicts themselves never fall on silence, so neither does a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from tongluo.core.words import Hazard

UNKNOWN, NONE = -1, 0


@dataclass(frozen=True)
class Member:
    """One verdict that counts for a question: a row of a detector's table."""

    detector: str
    row: int
    rule: str
    cap: int = 4
    """This rule alone raises no higher."""


@dataclass(frozen=True)
class Question:
    """What is to be assessed: one hazard in one area."""

    area: str
    hazard: Hazard
    members: tuple[Member, ...]
    hold: int
    """ms"""
    quorum: float
    """Share of the members that must be known before NONE is said."""


class Answer(msgspec.Struct):
    """Where a question stands."""

    level: int = UNKNOWN
    since: int = 0
    below: int = 0
    """Since when the verdicts have been lower than the level; 0 = they are not."""
    highest: int = NONE
    """Their highest since then."""


@dataclass(frozen=True)
class Change:
    """One assessment changed."""

    question: int
    time: int
    before: int
    after: int
    cause: str
    """verdict, hold, silence, late, act"""


@dataclass
class Assessor:
    """All questions and where they stand."""

    questions: Sequence[Question]
    answers: list[Answer] = field(default_factory=list)
    verdicts: dict[tuple[str, int], int] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    """Questions whose hold is running."""

    def __post_init__(self) -> None:
        self.answers = self.answers or [Answer() for _ in self.questions]
        self.asked: dict[tuple[str, int], list[int]] = {}
        for n, question in enumerate(self.questions):
            for m in question.members:
                self.asked.setdefault((m.detector, m.row), []).append(n)

    def level_of(self, question: Question) -> int:
        """What its verdicts say together, now."""
        levels = [
            min(self.verdicts.get((m.detector, m.row), UNKNOWN), m.cap) for m in question.members
        ]
        highest = max(levels)
        if highest >= 1:
            return highest
        known = sum(level == NONE for level in levels)
        return NONE if known and known >= question.quorum * len(levels) else UNKNOWN

    def verdict(self, key: tuple[str, int], level: int, time: int, cause: str) -> list[Change]:
        """A verdict changed; returns the assessments that changed with it."""
        self.verdicts[key] = level
        found = (self._settle(n, time, cause) for n in self.asked.get(key, ()))
        return [change for change in found if change is not None]

    def _settle(self, n: int, time: int, cause: str) -> Change | None:
        answer = self.answers[n]
        level = self.level_of(self.questions[n])
        if level > answer.level or answer.level <= NONE:
            return self._move(n, level, time, cause) if level != answer.level else None
        if level in (answer.level, UNKNOWN):  # reached again, or nobody can tell: the hold ends
            answer.below = 0
            self.waiting.discard(n)
        elif not answer.below:
            answer.below, answer.highest = time, level
            self.waiting.add(n)
        else:
            answer.highest = max(answer.highest, level)
        return None

    def _move(self, n: int, level: int, time: int, cause: str) -> Change:
        answer = self.answers[n]
        change = Change(n, time, answer.level, level, cause)
        answer.level, answer.since, answer.below = level, time, 0
        self.waiting.discard(n)
        return change

    def due(self, n: int) -> int:
        """When a running hold ends, ms."""
        return self.answers[n].below + self.questions[n].hold

    def release(self, n: int, time: int) -> Change:
        """A hold has ended: the level falls to the highest seen in it."""
        change = self._move(n, self.answers[n].highest, time, "hold")
        self._settle(n, time, "hold")  # verdicts lower still start the next hold
        return change

    def set(self, n: int, level: int, time: int) -> Change:
        """A person's act: the level is set; the verdicts may raise it again at once."""
        return self._move(n, level, time, "act")
