"""What lies on the duty desk: proposals, calls, rejections, mutes, held all-clears. Data only.

Everything is kept by names, so that a reload and a newer version of the software find it again.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tongluo.core.warning import Relayed
from tongluo.warning.lifecycle import Event

UNANSWERED = -1
"""In place of a level: silence has ended, and nothing goes out by it."""


Kind = Literal["", "raise", "text", "lower", "cancel"]
"""What a draft changes; "" = a proposal of the sensors'."""

Sort = Literal["rise", "fall", "change"]
"""What a group asks for: more; less, by what the sensors say; a person's lowering or rewording."""


class Proposal(msgspec.Struct):
    """A level that waits for a person: one hazard in one area. One that a person asks for is a
    draft, and stands beside what the sensors propose there."""

    id: str
    area: str
    hazard: str
    group: str
    level: int
    """What is proposed; 0 = the all-clear."""
    rung: int
    """The level by whose approval it goes: the proposed one, or of a lowering the one in force."""
    at: int
    """When it was proposed first, ms."""
    since: list[int]
    """By level: since when that level, or a higher one, has been proposed. Of a lowering: [0]."""
    version: int = 1
    reason: dict[str, Any] = {}
    approved: list[tuple[str, int]] = []
    """(who, when), of this version."""
    unanswered: int = 0
    """When silence ended with nothing gone out; 0 = it has not."""
    kind: Kind = ""
    by: str = ""
    """Who asks for it; "" = the sensors do."""
    event: str = ""
    """The warning that a draft changes; "" = one that begins by it."""
    seen: int = 0
    """What was assessed when it was drafted, or the least since: above that is a rise."""

    @property
    def key(self) -> str:
        """Its place on the desk."""
        return f"{self.area}/{self.hazard}"

    @property
    def sort(self) -> Sort:
        """Which groups it may be in."""
        if self.kind in ("", "raise"):
            return "fall" if self.level < self.rung else "rise"
        return "change"

    @property
    def asked(self) -> int:
        """Since when the present level has been proposed."""
        return self.since[self.level if self.level == self.rung else 0]


class Group(msgspec.Struct):
    """Proposals of one storm, called for together: one hazard, one span of time.

    Who approves a rise does not lower anything by the same word, and a call about an all-clear is
    no call about a rise: what a person wants lowered or reworded is a group of its own.
    """

    id: str
    hazard: str
    at: int
    level: int
    """The highest that has been proposed in it: its ladder is climbed."""
    since: int
    """When the ladder began."""
    version: int = 1
    """One more with each ladder."""
    revision: int = 0
    """One more with each proposal that comes or changes: what an approver has seen."""
    step: int = 0
    """The next step of the ladder."""
    called: int = 0
    """When the last step was taken."""
    answered: int = 0
    """When one who had to answer did; 0 = since the last step nobody has."""
    calls: dict[str, str] = {}
    """Calls that wait for an answer -> who was called."""
    silent: bool = False
    """Whether staff have been told that nobody answered."""
    sort: Sort = "rise"


class Declined(msgspec.Struct):
    """A level that a person does not want out: until the assessment rises above it or is over.

    It falls with the assessment, so that only what the sensors said all along stays silent.
    """

    level: int
    who: str
    why: str
    at: int


class Mute(msgspec.Struct):
    """A channel, or one endpoint of it, that is silent for low levels (law 8)."""

    what: str
    """`CHANNEL`, or `CHANNEL:TARGET`."""
    who: str
    why: str
    at: int
    until: int


class Held(msgspec.Struct):
    """An all-clear that waits for the morning on channels that would wake people."""

    due: int
    key: str
    identifier: str
    channels: list[str]


class Drill(msgspec.Struct):
    """An exercise that runs; its versions are no actual warning's."""

    ends: int
    kind: str
    event: Event
    channels: list[str]
    who: str
    why: str


class Relay(msgspec.Struct):
    """Another agency's Notice that counts here: relayed, or in place of a proposal."""

    sender: str
    hazard: str
    names: list[str]
    """Its identifiers, of all its versions that were heard."""
    sent: int
    """When its newest version was."""
    expires: int
    until: int
    """Until then it is remembered, so that no version of it counts twice."""
    events: dict[str, Event] = {}
    """Area -> the warning that relays it there."""
    words: dict[str, Relayed] = {}
    """Area -> what was said there last."""
    taken: list[str] = []
    """Places whose proposals it closed."""
    over: bool = False


class Desk(msgspec.Struct):
    """All of it. Keys are `area/hazard`."""

    proposals: dict[str, Proposal] = {}
    drafts: dict[str, Proposal] = {}
    """What persons ask for, and a further person must approve."""
    groups: dict[str, Group] = {}
    declined: dict[str, Declined] = {}
    mutes: list[Mute] = []
    held: list[Held] = []
    exercises: dict[str, Drill] = {}
    """A channel test: `area/hazard/channel`."""
    relays: dict[str, Relay] = {}
    """By sender and first identifier."""
    numbered: int = 0
    """How many proposals, groups and exercises there have been."""

    def number(self) -> int:
        """The next number."""
        self.numbered += 1
        return self.numbered

    def open(self) -> list[Proposal]:
        """All that waits for a person."""
        return [*self.proposals.values(), *self.drafts.values()]

    def of_group(self, group: str) -> list[Proposal]:
        """The open proposals of a group."""
        return [p for p in self.open() if p.group == group]
