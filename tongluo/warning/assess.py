"""The level of one hazard in one area: the highest of its verdicts; raised at once, lowered late.

A level falls only when the verdicts have stayed lower for the whole hold, and to the highest they
showed in that time; and only once every member that had reached it has shown, by a good reading
at or after the end of the hold, that it is lower. Verdicts themselves never fall on silence. A
level that a person has set is moved by a verdict that rises above it, and else by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
    highest_by: int = -1
    """The member that showed it."""
    reached: list[int] = []
    """Members whose verdict has been at the level since it was raised."""
    shown: list[int] = []
    """Those of them that have shown, since the hold ended, that they are lower."""
    pinned: bool = False
    """A person set it: good readings do not lower it."""


@dataclass(frozen=True)
class Change:
    """One assessment changed."""

    question: int
    time: int
    before: int
    after: int
    cause: str
    """verdict, hold, silence, late, act"""
    by: int = -1
    """The member that showed the highest verdict of a hold; -1 = no hold, or none did."""


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
        self.asked: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for n, question in enumerate(self.questions):
            for k, m in enumerate(question.members):
                self.asked.setdefault((m.detector, m.row), []).append((n, k))

    def member_level(self, member: Member) -> int:
        """What one verdict counts for: no more than its rule's cap."""
        return min(self.verdicts.get((member.detector, member.row), UNKNOWN), member.cap)

    def level_of(self, question: Question) -> int:
        """What its verdicts say together, now."""
        levels = [self.member_level(m) for m in question.members]
        highest = max(levels)
        if highest >= 1:
            return highest
        known = sum(level == NONE for level in levels)
        return NONE if known and known >= question.quorum * len(levels) else UNKNOWN

    def verdict(self, key: tuple[str, int], level: int, time: int, cause: str) -> list[Change]:
        """A verdict changed; returns the assessments that changed with it."""
        rose = level > self.verdicts.get(key, UNKNOWN)
        self.verdicts[key] = level
        found = (self._settle(n, k, time, cause, rose) for n, k in self.asked.get(key, ()))
        return [change for change in found if change is not None]

    def _settle(self, n: int, k: int, time: int, cause: str, rose: bool) -> Change | None:
        """Member k has changed: the level rises with it, or a hold begins, goes on or ends."""
        question, answer = self.questions[n], self.answers[n]
        own, level = self.member_level(question.members[k]), self.level_of(question)
        if own > max(answer.level, NONE) and (rose or not answer.pinned):
            return self._move(n, own, time, cause)
        if answer.level <= NONE:
            settled = level <= NONE and level != answer.level and not answer.pinned
            return self._move(n, level, time, cause) if settled else None
        if own >= answer.level and k not in answer.reached:
            answer.reached = [*answer.reached, k]
        self._hold(n, level, time)
        return None

    def _hold(self, n: int, level: int, time: int) -> None:
        answer = self.answers[n]
        if answer.pinned or level in (answer.level, UNKNOWN) or level > answer.level:
            answer.below, answer.shown = 0, []  # reached again, or nobody can tell
            self.waiting.discard(n)
        elif not answer.below:
            answer.below, answer.highest, answer.highest_by, answer.shown = time, NONE, -1, []
            self._seen(n)
            self.waiting.add(n)
        else:
            self._seen(n)

    def _seen(self, n: int) -> None:
        """Note the highest verdict of a running hold, and whose it is."""
        answer = self.answers[n]
        for k, member in enumerate(self.questions[n].members):
            if self.member_level(member) > answer.highest:
                answer.highest, answer.highest_by = self.member_level(member), k

    def _move(self, n: int, level: int, time: int, cause: str, *, pinned: bool = False) -> Change:
        answer, members = self.answers[n], self.questions[n].members
        change = Change(n, time, answer.level, level, cause)
        there = {k for k, m in enumerate(members) if level >= 1 and self.member_level(m) >= level}
        before = set(answer.reached) if 1 <= level < change.before else set()
        answer.level, answer.since, answer.below = level, time, 0
        answer.reached, answer.shown, answer.pinned = sorted(there | before), [], pinned
        self.waiting.discard(n)
        return change

    def due(self, n: int) -> int:
        """When a running hold ends, ms: good readings from then on can lower the level."""
        return self.answers[n].below + self.questions[n].hold

    def unshown(self, n: int) -> list[int]:
        """Members that have yet to show, by a good reading after the hold, that they are lower."""
        answer = self.answers[n]
        return [k for k in answer.reached if k not in answer.shown]

    def release(self, n: int, time: int) -> Change:
        """A hold has ended: the level falls to the highest seen in it."""
        answer = self.answers[n]
        by = answer.highest_by if answer.highest >= 1 else -1
        change = replace(self._move(n, answer.highest, time, "hold"), by=by)
        level = self.level_of(self.questions[n])
        if answer.level >= 1 and UNKNOWN < level < answer.level:  # lower still: the next hold
            self._hold(n, level, time)
        return change

    def set(self, n: int, level: int, time: int) -> Change:
        """A person's act: the level is set; a verdict that rises above it raises it again."""
        return self._move(n, level, time, "act", pinned=True)
