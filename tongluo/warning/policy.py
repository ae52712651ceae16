"""Who or what lets a warning out, from which level, by which channels, and who is called for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tongluo.core.words import Hazard, Level

Mode = Literal["automatic", "approve", "never"]
Authority = Literal["issue", "propose", "relay"]


@dataclass(frozen=True)
class Step:
    """One step of a ladder (叫应): who is called, how long after it was proposed."""

    after: int
    whom: tuple[str, ...]
    """Names of operators, or roles."""
    by: tuple[str, ...]
    """Channels."""
    answer: bool
    """Whether those called must answer: an answer puts the next step off."""


@dataclass(frozen=True)
class Approval:
    """How a level is approved: by whom, for how long it is waited, and what silence does."""

    who: tuple[str, ...]
    two: bool
    """Two different persons must approve."""
    wait: int
    ladder: tuple[Step, ...] = ()
    issues: bool = False
    """Whether silence lets it out: on the written `order`."""
    order: str = ""
    tell: Step | None = None
    """Staff and wardens who are told when it is proposed and when nobody has answered."""
    within: int = 300_000
    """An answered call puts the ladder off for so long; undecided by then, it goes on."""
    together: int = 1_800_000
    """Areas of one hazard proposed within this time belong to one storm."""
    lower: bool = False
    """Whether a lower level and the all-clear must be approved too."""

    @property
    def needed(self) -> int:
        """How many different persons."""
        return 2 if self.two else 1


@dataclass(frozen=True)
class Quiet:
    """Hours in which voice channels hold the all-clear of a low level until they end."""

    start: int
    """Minutes after local midnight, as `end`."""
    end: int
    up_to: int
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A declared policy; `hazards` None = all."""

    hazards: tuple[Hazard, ...] | None
    from_level: int
    automatic: bool
    """What is not said of a level by `modes`."""
    by: str
    channels: tuple[str, ...]
    validity: int
    renew: int
    authority: Authority = "issue"
    """What this site may do: issue, propose to whoever may, or relay."""
    to: str = ""
    """Who issues, where this site does not."""
    modes: tuple[Mode, ...] = ()
    """By level, 0 to 4; empty = as `automatic` says."""
    approvals: tuple[Approval | None, ...] = ()
    """By level, 0 to 4."""
    who: tuple[str, ...] = ()
    """Who may act on its warnings by hand; empty = whoever may approve, or has any role."""
    quiet: Quiet | None = None
    issuers: tuple[str, ...] = ()
    """CAP senders whose Notices count, where this site only relays or proposes."""

    def mode(self, level: int) -> Mode:
        """What lets a level out. Where this site may not issue, nothing does."""
        if self.authority == "relay" or level < self.from_level:
            return "never"
        mode: Mode = "automatic" if self.automatic else "never"
        mode = self.modes[level] if self.modes else mode
        return "approve" if self.authority == "propose" and mode == "automatic" else mode

    def approval(self, level: int) -> Approval | None:
        """How a level is approved; None where it is not."""
        return self.approvals[level] if self.approvals and level >= Level.BLUE else None

    def allowed(self, level: int) -> int:
        """The highest level at or below this one that is ever let out; 0 = none."""
        return next((k for k in range(level, 0, -1) if self.mode(k) != "never"), 0)


def policy_for(policies: Iterable[Policy], hazard: Hazard) -> Policy | None:
    """The first policy that fits a hazard; None for one that is never issued.

    >>> policy_for([], Hazard.LANDSLIDE) is None
    True
    """
    if not hazard.issued:
        return None
    return next((p for p in policies if p.hazards is None or hazard in p.hazards), None)


def names(said: Iterable[str], name: str, roles: Iterable[str]) -> bool:
    """Whether a list of names and roles names this person.

    >>> names(("duty", "li"), "wang", ("duty",)), names(("duty",), "li", ())
    (True, False)
    """
    return bool({name, *roles} & {*said})
