"""What is assessed: the questions, the verdicts that count for each, the chains between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongluo.core.words import Hazard

UNKNOWN, NONE = -1, 0
CHAIN = "chain"
"""Stands for a detector where a chain is a member: its row is the chain's number."""


@dataclass(frozen=True)
class Member:
    """One verdict that counts for a question: a row of a detector's table, or a chain."""

    detector: str
    row: int
    rule: str
    cap: int = 4
    """This rule alone raises no higher."""
    stations: frozenset[str] = frozenset()
    """The stations whose readings it is made of: a derived series is no other witness than its
    inputs."""
    doubt: int = 4
    """It judges suspect readings: no higher than this without a second witness."""
    armed: int = -1
    """It counts only while this chain holds; -1 = always."""

    @property
    def plain(self) -> bool:
        """Whether it is known by good readings of its own, and always."""
        return self.doubt == 4 and self.armed < 0 and self.detector != CHAIN


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
    votes: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)
    """Rule -> how many stations must show blue, yellow, orange, red."""


@dataclass(frozen=True)
class Chain:
    """One assessment, or several together, that act on another: see `chains` in the file."""

    id: str
    area: str
    when: tuple[tuple[int, int], ...]
    """(question, level at least); a question that is not asked (-1) never has it."""
    level: int
    """What it warns of; 0 = it only lets members count."""
    start: int
    end: int
    travel: int
    why: str
    why_en: str
