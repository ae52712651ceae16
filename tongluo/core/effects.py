"""Rows that feed the engine, and the effects that are committed together with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongluo.core.columns import Columns
from tongluo.core.warning import WarningVersion


@dataclass(frozen=True)
class Readings:
    """A batch of readings, in order of arrival."""

    columns: Columns


@dataclass(frozen=True)
class Tick:
    """The passing of time. at: ms since 1970 UTC."""

    at: int


@dataclass(frozen=True)
class Act:
    """A person sets a level: the only way down besides fresh, good readings."""

    at: int
    who: str
    area: str
    hazard: str
    level: str
    why: str


@dataclass(frozen=True)
class Command:
    """What an operator orders: the daemon has seen a valid token, the engine decides the rest."""

    at: int
    operator: str
    word: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Notice:
    """Another agency's message was heard that a policy speaks of: CAP as it came."""

    at: int
    xml: bytes


@dataclass(frozen=True)
class Verdict:
    """A single-sensor verdict changed. Levels -1 to 4."""

    time: int
    sensor: str
    rule: str
    before: int
    after: int
    cause: str
    why: Mapping[str, float]


@dataclass(frozen=True)
class Decision:
    """An assessment changed: one line of the decision log."""

    time: int
    area: str
    hazard: str
    before: str
    after: str
    reason: Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """Something about a sensor that a duty officer must know; `begins` False = it has ended."""

    kind: str
    sensor: str
    time: int
    begins: bool


@dataclass(frozen=True)
class Call:
    """A person is called (叫应), or told: a delivery to staff, about something not issued."""

    id: str
    time: int
    group: str
    person: str
    answer: bool
    """Whether an answer is required."""
    targets: Mapping[str, str]
    """Channel -> target."""
    draft: WarningVersion
    """What it is about: of status Draft, never among the warnings."""


@dataclass(frozen=True)
class Record:
    """An entry of the audit: a step of an approval, a call, an act or its refusal."""

    time: int
    what: str
    body: Mapping[str, Any]


@dataclass
class Effects:
    """All that one row caused, in the order in which it happened."""

    admitted: Any = None
    """What the order stage decided of the batch (`ingest.stage.Admitted`), None for other rows."""
    verdicts: list[Verdict] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    warnings: list[tuple[WarningVersion, tuple[str, ...]]] = field(default_factory=list)
    """(version, channels it goes out on)."""
    later: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """(identifier, channels) of an earlier version that goes out now on channels that held it."""
    calls: list[Call] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=dict)
    """What a command's operator is told: `done`, or `error` and its `code`."""
