"""Who or what lets a warning out, from which level, by which channels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tongluo.core.words import Hazard


@dataclass(frozen=True)
class Policy:
    """A declared policy; `hazards` None = all."""

    hazards: tuple[Hazard, ...] | None
    from_level: int
    automatic: bool
    by: str
    channels: tuple[str, ...]
    validity: int
    renew: int


def policy_for(policies: Iterable[Policy], hazard: Hazard) -> Policy | None:
    """The first policy that fits a hazard; None for one that is never issued.

    >>> policy_for([], Hazard.LANDSLIDE) is None
    True
    """
    if not hazard.issued:
        return None
    return next((p for p in policies if p.hazards is None or hazard in p.hazards), None)
