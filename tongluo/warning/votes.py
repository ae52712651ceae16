"""What verdicts count for beside others: votes of stations, witnesses of suspect readings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tongluo.warning.question import NONE, UNKNOWN, Question


def voted(question: Question, levels: Sequence[int], among: Sequence[int]) -> list[int]:
    """Levels of the members that are at any, among the votes of their rules: the highest that
    enough stations show."""
    rules = {question.members[k].rule for k in among} & question.votes.keys()
    upheld = {rule: _upheld(question, levels, rule, among) for rule in rules}
    return [
        upheld[rule][levels[k]] if (rule := question.members[k].rule) in upheld else levels[k]
        for k in among
    ]


def _upheld(
    question: Question, levels: Sequence[int], rule: str, among: Sequence[int]
) -> list[int]:
    """Of each level from NONE up, the highest not above it that enough stations show."""
    members = question.members
    said = [(members[k].stations, levels[k]) for k in among if members[k].rule == rule]
    out = [NONE]
    for level, votes in enumerate(question.votes[rule], 1):
        enough = witnesses(frozenset(who for who, its in said if its >= level)) >= votes
        out.append(level if enough else out[-1])
    return out


@lru_cache(10_000)
def witnesses(voters: frozenset[frozenset[str]]) -> int:
    """How many of them rest on stations of their own; a series made of others adds none.

    >>> witnesses(frozenset({frozenset("a"), frozenset("ab"), frozenset("b")}))
    2
    """
    counted: set[str] = set()
    found = 0
    for stations in sorted(voters, key=lambda s: (len(s), sorted(s))):
        if not stations & counted:
            found += 1
            counted |= stations
    return found


def witnessed(question: Question, levels: Sequence[int], among: Sequence[int]) -> list[int]:
    """Levels of some members, of whom one that judges suspect readings is believed, beyond its own
    grade, as far as another station shows the same that is not part of what it is made of."""
    return [
        levels[k] if levels[k] <= question.members[k].doubt else _believed(question, levels, k)
        for k in among
    ]


def _believed(question: Question, levels: Sequence[int], k: int) -> int:
    member = question.members[k]
    others = zip(question.members, levels, strict=True)
    shown = max((i for m, i in others if not m.stations & member.stations), default=UNKNOWN)
    return min(levels[k], max(member.doubt, shown))
