"""A warning version, the area and the sender it speaks of: data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongluo.core.words import Act, Exercise, Hazard, Level, Status


@dataclass(frozen=True)
class Area:
    """Where people are warned. Points are (latitude, longitude) in WGS 84 degrees."""

    id: str
    name: str
    name_en: str
    people: int
    polygon: tuple[tuple[float, float], ...] = ()
    """Closed: the first point is repeated as the last. Empty when `circle` is given."""
    circle: tuple[float, float, float] | None = None
    """(latitude, longitude, radius in km)."""
    code: str = ""
    """Administrative code (GB/T 2260 in China)."""
    parent: str = ""
    plan: str = ""
    """What to do here, in the area's own words; empty = the general text."""
    plan_en: str = ""


@dataclass(frozen=True)
class Sender:
    """Who issues, as CAP wants it said."""

    id: str
    """CAP `sender`: no space, comma, < or &."""
    name: str
    name_en: str
    contact: str = ""
    source: str = ""


@dataclass(frozen=True)
class Reference:
    """An earlier message, as CAP `references` names it."""

    sender: str
    identifier: str
    sent: int


@dataclass(frozen=True)
class Said:
    """An issuer's own words in one language."""

    language: str
    headline: str
    description: str = ""
    instruction: str = ""


@dataclass(frozen=True)
class Relayed:
    """Of a warning that is another agency's: whose, and what it says."""

    original: Reference
    issuer: str
    said: tuple[Said, ...]
    judged: tuple[str, str, str] = ("", "", "")
    """CAP `urgency`, `severity` and `certainty`, as the issuer has them; "" = not said."""
    ended: str = ""
    """Why it is over, where the issuer has no words of its own for that: `cancelled`, `left`
    (an update does not name this area any more), `stopped` (it is relayed here no longer)."""


@dataclass(frozen=True)
class WarningVersion:
    """One version of one warning: one hazard in one area."""

    identifier: str
    event: str
    """The same for all versions from issue to cancel."""
    version: int
    act: Act
    status: Status
    hazard: Hazard
    level: Level
    """Level of this version; of a cancel, NONE."""
    previous: Level
    """Level of the version before; NONE for an issue."""
    area: Area
    sender: Sender
    sent: int
    """ms since 1970 UTC; with `onset` and `expires` the only times in it."""
    onset: int
    """When the level was reached by measurement."""
    expires: int
    zone: str
    """Time zone in which times are written."""
    reason: Mapping[str, Any]
    """Law 9: {"en": str, "zh": str, "sensor": ..., "rule": ..., "values": ..., "config": ...}."""
    references: tuple[Reference, ...] = ()
    """All earlier live versions of the event, oldest first."""
    policy: str = ""
    """The declared policy or the person on whose authority it goes out."""
    note: str = ""
    languages: tuple[str, ...] = ("zh-CN", "en-US")
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further CAP parameters, name to value."""
    mistaken: bool = False
    """Of a cancel: the warning is taken back, it should never have been issued."""
    exercise: Exercise | None = None
    """What kind of exercise; None of an Actual. An exercise that does not say is a drill."""
    relayed: Relayed | None = None
    """Whose warning it is, where it is not this site's own."""

    @property
    def weight(self) -> Level:
        """How much depends on it: its level; of a cancel, the level that it ends."""
        return max(self.level, self.previous) if self.act is Act.CANCEL else self.level

    @property
    def urgency(self) -> Level:
        """Before what it goes: by its weight; an exercise stands behind every Actual."""
        return Level.NONE if self.status is Status.EXERCISE else self.weight

    def __post_init__(self) -> None:
        if self.exercise is not None and self.status is not Status.EXERCISE:
            raise ValueError(f"{self.identifier} is both {self.status} and {self.exercise}")
        if self.mistaken and self.act is not Act.CANCEL:
            raise ValueError(f"{self.identifier}: only a cancel takes a warning back")
