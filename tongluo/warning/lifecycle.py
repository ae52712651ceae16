"""The life of a warning: issue, update while its level moves or it must be renewed, cancel.

Every version refers to the earlier ones of its event that have not expired, and at least to the
last (CAP 1.2 `references`: a warning renewed for months must not grow). A warning whose
level cannot be told any more stays in force and is renewed: silence never ends a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from tongluo.core.times import to_datetime
from tongluo.core.warning import Area, Reference, Sender, WarningVersion
from tongluo.core.words import Act, Exercise, Hazard, Level, Status
from tongluo.warning.policy import Policy

BY_HAND = "act"
"""The cause of what a person says."""
WORD = ("en", "zh", "who", "why")


class Event(msgspec.Struct):
    """One warning from issue to cancel, and the numbering of the ones before it."""

    number: int = 0
    version: int = 0
    """0 = none in force."""
    level: int = 0
    name: str = ""
    onset: int = 0
    expires: int = 0
    earlier: list[tuple[str, int, int]] = []
    """(identifier, sent, expires) of the versions that the next one refers to."""
    channels: list[str] = []
    """All that the event has gone out on: whoever got the alarm gets the all-clear."""
    highest: int = 0
    """The highest level it has had."""
    manual: int = 0
    """The level that a person issued: sensors do not lower it; 0 = none."""
    last: int = 0
    """The version it ended with; 0 while it is in force."""
    words: dict[int, dict[str, str]] = {}
    """What a person said (`en`, `zh`, `who`, `why`) of the level in force, and of `manual`."""


@dataclass(frozen=True)
class Occasion:
    """What a version is made from, beside the event itself."""

    area: Area
    hazard: Hazard
    sender: Sender
    policy: Policy
    zone: str
    languages: tuple[str, ...]
    status: Status
    note: str = ""
    exercise: Exercise | None = None


@dataclass
class Lifecycle:
    """The events of all questions, by question number."""

    events: dict[int, Event] = field(default_factory=dict)

    def live(self, n: int) -> int:
        """The level in force; 0 = none."""
        event = self.events.get(n)
        return event.level if event is not None and event.version else 0

    def follow(
        self, n: int, level: int, time: int, occasion: Occasion, reason: Mapping[str, Any]
    ) -> WarningVersion | None:
        """The version that brings the warning to a level, if any; 0 ends it."""
        event = self.events.setdefault(n, Event())
        if level < 0 or level == self.live(n):
            return None
        if not level:
            return self._next(event, Act.CANCEL, 0, time, occasion, reason)
        if event.version:
            return self._next(event, Act.UPDATE, level, time, occasion, reason)
        begun = Event(event.number + 1, onset=time)
        stamp = to_datetime(time).strftime("%Y%m%dT%H%M%SZ")
        begun.name = f"{occasion.area.id}.{occasion.hazard.value}.{begun.number}.{stamp}"
        self.events[n] = begun
        return self._next(begun, Act.ISSUE, level, time, occasion, reason)

    def retract(
        self, n: int, time: int, occasion: Occasion, reason: Mapping[str, Any]
    ) -> WarningVersion:
        """The cancel that takes a warning back as mistaken, whether in force or ended."""
        event = self.events[n]
        if not event.version:
            event.version, event.level = event.last, event.highest
        version = replace(self._next(event, Act.CANCEL, 0, time, occasion, reason), mistaken=True)
        event.last = 0  # once
        return version

    def withdraw(self, n: int, time: int, occasion: Occasion) -> WarningVersion | None:
        """The cancel of a warning whose area or hazard is no longer watched here, if one is due."""
        event = self.events.get(n)
        if event is None or not event.version:
            return None
        said = {
            "cause": "configuration",
            "en": "this area and hazard are no longer watched or warned of here",
            "zh": "本系统不再监测该区域的此类灾害，或不再发布其预警",
        }
        return self._next(event, Act.CANCEL, 0, time, occasion, said)

    def renewal(self, n: int, policy: Policy) -> int:
        """When the warning in force must be renewed, ms; 0 when none is."""
        event = self.events.get(n)
        return event.expires - policy.renew if event is not None and event.version else 0

    def renew(
        self, n: int, time: int, occasion: Occasion, reason: Mapping[str, Any]
    ) -> WarningVersion:
        """The same level again, with a later end."""
        event = self.events[n]
        return self._next(event, Act.UPDATE, event.level, time, occasion, reason)

    def said(self, n: int, channels: Iterable[str]) -> list[str]:
        """Note where the newest version goes out; all that its event has gone out on."""
        event = self.events[n]
        event.channels = list(dict.fromkeys([*event.channels, *channels]))
        return event.channels

    def _next(
        self,
        event: Event,
        act: Act,
        level: int,
        time: int,
        occasion: Occasion,
        reason: Mapping[str, Any],
    ) -> WarningVersion:
        event.version += 1
        reason = _in_words(event, level, reason)
        previous, event.level = event.level if event.version > 1 else 0, level
        event.expires = time + occasion.policy.validity
        sender, live = occasion.sender, [e for e in event.earlier if e[2] > time]
        earlier = live or event.earlier[-1:]
        warning = WarningVersion(
            identifier=f"tongluo.{event.name}.v{event.version}",
            event=event.name,
            version=event.version,
            act=act,
            status=occasion.status,
            hazard=occasion.hazard,
            level=Level(level),
            previous=Level(previous),
            area=occasion.area,
            sender=sender,
            sent=time,
            onset=event.onset,
            expires=event.expires,
            zone=occasion.zone,
            reason=reason,
            references=tuple(Reference(sender.id, i, sent) for i, sent, _ in earlier),
            policy=occasion.policy.by,
            note=occasion.note,
            languages=occasion.languages,
            exercise=occasion.exercise,
        )
        event.highest = max(event.highest, level)
        event.earlier = [*earlier, (warning.identifier, time, event.expires)]
        if act is Act.CANCEL:
            event.last, event.version, event.level, event.manual = event.version, 0, 0, 0
        return warning


def _in_words(event: Event, level: int, reason: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reason of a version; what a person said of its level is said again until it changes, and
    when it falls back to the one that stands by a person's word alone."""
    if reason.get("cause") == BY_HAND:
        event.words[level] = {key: reason[key] for key in WORD if key in reason}
    kept = {level, event.manual} if level else set[int]()
    event.words = {known: word for known, word in event.words.items() if known in kept}
    return {**reason, **event.words.get(level, {})}
