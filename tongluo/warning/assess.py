"""The level of one hazard in one area: the highest of its verdicts; raised at once, lowered late.

Suspect readings count up to a grade, and further only beside a second station; a rule may ask
for the votes of several stations; and chains let one assessment raise another, or let members
count that judge by lower thresholds.

A level falls only when the verdicts have stayed lower for the whole hold, and to the highest they
showed in that time; and only once every member that had reached it has shown, by a good reading
at or after the end of the hold, that it is lower. Verdicts themselves never fall on silence. A
level that a person has set is moved by a verdict that rises above it, and else by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, count
from operator import ne
from typing import Any

import msgspec

from tongluo.warning.question import CHAIN, NONE, UNKNOWN, Chain, Question
from tongluo.warning.votes import voted, witnessed


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
    """verdict, hold, silence, late, act, chain, configuration"""
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
    chains: Sequence[Chain] = ()

    def __post_init__(self) -> None:
        self.answers = self.answers or [Answer() for _ in self.questions]
        self.asked: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self._of: object = None
        """The verdicts that `levels` was made of."""
        self.levels: list[list[int]] = []
        """Of each question, what each member says: no more than its rule's cap."""
        self._standing: dict[int, tuple[Any, list[int]]] = {}
        """Of each question, what `standing` last found, and from what."""
        self._turns = [0] * len(self.questions)
        """How often the verdicts of each have changed."""
        self.counted: list[list[int]] = []
        self.simple: list[bool] = []
        self.armed: dict[int, list[int]] = {}
        for n, question in enumerate(self.questions):
            plain = [k for k, m in enumerate(question.members) if m.plain]
            self.counted.append(plain or list(range(len(question.members))))
            self.simple.append(len(plain) == len(question.members) and not question.votes)
            for k, m in enumerate(question.members):
                self.asked.setdefault((m.detector, m.row), []).append((n, k))
                if m.armed >= 0 and n not in self.armed.setdefault(m.armed, []):
                    self.armed[m.armed].append(n)
        self._arming = [sorted({m.armed for m in q.members} - {-1}) for q in self.questions]

    def standing(self, n: int, time: int) -> Sequence[int]:
        """What each member of a question counts for, among the others and the chains."""
        said = self._said()
        whence = self._whence(n, time)
        kept = self._standing.get(n)
        if kept is None or kept[0] != whence:
            kept = self._standing[n] = (whence, self._weighed(n, said[n], time))
        return kept[1]

    def _whence(self, n: int, time: int) -> tuple[int, ...]:
        """Changes whenever what the members of a question count for may have."""
        if not self._arming[n]:
            return (self._turns[n],)
        return (self._turns[n], *[self.holds(c, time) for c in self._arming[n]])

    def state(self, n: int, time: int) -> tuple[int, ...]:
        """Changes whenever who has yet to show that they are lower may have."""
        a = self.answers[n]
        return (*self._whence(n, time), a.level, a.since, a.below, len(a.reached), len(a.shown))

    def _weighed(self, n: int, said: Sequence[int], time: int) -> list[int]:
        question, levels = self.questions[n], list(said)
        if self.simple[n] or max(levels) < 1:
            return levels
        there = [k for k, its in enumerate(levels) if its >= 1]
        for k in there:
            armed = question.members[k].armed
            if armed >= 0 and not self.holds(armed, time):
                levels[k] = NONE
        for judged in (voted, witnessed):
            for k, level in zip(there, judged(question, levels, there), strict=True):
                levels[k] = level
        return levels

    def _said(self) -> list[list[int]]:
        """`levels`, made anew when other verdicts have been put in."""
        if self._of is not self.verdicts:
            known, self._of = self.verdicts, self.verdicts
            self.levels = [
                [min(known.get((m.detector, m.row), UNKNOWN), m.cap) for m in q.members]
                for q in self.questions
            ]
            self._standing.clear()
        return self.levels

    def level_of(self, n: int, time: int) -> int:
        """What the verdicts of a question say together."""
        return self._together(n, self.standing(n, time))

    def _together(self, n: int, levels: Sequence[int]) -> int:
        highest = max(levels)
        if highest >= 1:
            return highest
        counted = self.counted[n]
        known = sum([levels[k] == NONE for k in counted])
        return NONE if known and known >= self.questions[n].quorum * len(counted) else UNKNOWN

    def verdict(self, key: tuple[str, int], level: int, time: int, cause: str) -> list[Change]:
        """A verdict changed; returns the assessments that changed with it."""
        asked = self.asked.get(key, ())
        before = [self.standing(n, time) for n, _ in asked]
        self.verdicts[key] = int(level)
        for n, k in asked:
            self.levels[n][k] = min(level, self.questions[n].members[k].cap)
            self._turns[n] += 1
        found = (
            self._settle(n, self.standing(n, time), was, time, cause)
            for (n, _), was in zip(asked, before, strict=True)
        )
        return [change for change in found if change is not None]

    def _settle(
        self, n: int, levels: Sequence[int], before: Sequence[int], time: int, cause: str
    ) -> Change | None:
        """Members have changed: the level rises with them, or a hold begins, goes on or ends."""
        answer, level = self.answers[n], self._together(n, levels)
        there = [] if levels == before else [*compress(count(), map(ne, levels, before))]
        lifting = [k for k in there if levels[k] > before[k]] if answer.pinned else there
        lift = max([levels[k] for k in lifting], default=UNKNOWN)
        if lift > max(answer.level, NONE):
            return self._move(n, lift, time, cause)
        if answer.level <= NONE:
            settled = level <= NONE and level != answer.level and not answer.pinned
            return self._move(n, level, time, cause) if settled else None
        new = {k for k in there if levels[k] >= answer.level}
        if new - set(answer.reached):
            answer.reached = [*answer.reached, *sorted(new - set(answer.reached))]
        self._hold(n, level, time)
        return None

    # chains

    def holds(self, c: int, time: int) -> bool:
        """Whether what a chain asks for is there, by the assessments as they stand."""
        chain = self.chains[c]
        there = all(n >= 0 and self.answers[n].level >= level for n, level in chain.when)
        return there and chain.start <= time < chain.end

    def follow(self, change: Change) -> list[Change]:
        """The assessments that change because another has, by the chains from it."""
        found: list[Change] = []
        for c, chain in enumerate(self.chains):
            if all(n != change.question for n, _ in chain.when):
                continue
            if chain.level:
                level = self._told(c, change.time)
                if level != self.verdicts.get((CHAIN, c), UNKNOWN):
                    found += self.verdict((CHAIN, c), level, change.time, CHAIN)
            for n in self.armed.get(c, ()):
                found += self._armed(n, c, change)
        return found

    def _told(self, c: int, time: int) -> int:
        """A chain's verdict: its level; NONE when something it asks for is known not to be."""
        if self.holds(c, time):
            return self.chains[c].level
        asked = [(self.answers[n].level if n >= 0 else NONE, low) for n, low in self.chains[c].when]
        return NONE if any(UNKNOWN < level < low for level, low in asked) else UNKNOWN

    def retell(self, time: int) -> None:
        """Put every chain's verdict in as it stands, without settling what follows."""
        for c, chain in enumerate(self.chains):
            if chain.level:
                self.verdicts[CHAIN, c] = self._told(c, time)
        self._of = None  # `levels` must be made anew

    def resettle(self, time: int) -> Iterator[Change]:
        """Under other rules: raise what its members, as they are known, say is higher."""
        self.retell(time)
        for n, answer in enumerate(self.answers):
            level = self.level_of(n, time)
            if level > max(answer.level, NONE) and not answer.pinned:
                yield self._move(n, level, time, "configuration")

    def _armed(self, n: int, c: int, change: Change) -> list[Change]:
        """A chain that lets members count may have begun or ended."""
        after = self.standing(n, change.time)
        answer = self.answers[change.question]
        answer.level = change.before
        before = self.standing(n, change.time)
        answer.level = change.after
        settled = self._settle(n, after, before, change.time, CHAIN) if after != before else None
        return [settled] if settled is not None else []

    # holds

    def _hold(self, n: int, level: int, time: int) -> None:
        answer = self.answers[n]
        if answer.pinned or level in (answer.level, UNKNOWN) or level > answer.level:
            answer.below, answer.shown = 0, []  # reached again, or nobody can tell
            self.waiting.discard(n)
        elif not answer.below:
            answer.below, answer.highest, answer.highest_by, answer.shown = time, NONE, -1, []
            self._seen(n, time)
            self.waiting.add(n)
        else:
            self._seen(n, time)

    def _seen(self, n: int, time: int) -> None:
        """Note the highest verdict of a running hold, and whose it is."""
        answer = self.answers[n]
        for k, level in enumerate(self.standing(n, time)):
            if level > answer.highest:
                answer.highest, answer.highest_by = level, k

    def _move(self, n: int, level: int, time: int, cause: str, *, pinned: bool = False) -> Change:
        answer, levels = self.answers[n], self.standing(n, time)
        change = Change(n, time, answer.level, level, cause)
        there = {k for k, its in enumerate(levels) if level >= 1 and its >= level}
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

    def lower(self, n: int, members: Sequence[int], time: int) -> list[int]:
        """Which of some members are known to be lower than the level: UNKNOWN shows nothing."""
        level, levels = self.answers[n].level, self.standing(n, time)
        return [k for k in members if UNKNOWN < levels[k] < level]

    def release(self, n: int, time: int) -> Change:
        """A hold has ended: the level falls to the highest seen in it."""
        answer = self.answers[n]
        by = answer.highest_by if answer.highest >= 1 else -1
        change = replace(self._move(n, answer.highest, time, "hold"), by=by)
        level = self.level_of(n, time)
        if answer.level >= 1 and UNKNOWN < level < answer.level:  # lower still: the next hold
            self._hold(n, level, time)
        return change

    def set(self, n: int, level: int, time: int) -> Change:
        """A person's act: the level is set; a verdict that rises above it raises it again."""
        return self._move(n, level, time, "act", pinned=True)
