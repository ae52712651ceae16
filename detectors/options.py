"""What the options of every detector share, and how a held level is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from tongluo.core.compiled import compiled
from tongluo.core.words import GRADES, Level


class Options(BaseModel):
    """Options of one rule; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accept_suspect: bool = False
    """Whether a reading flagged suspect (3) may raise or lower a level by itself."""

    @property
    def worst(self) -> int:
        """The worst flag that is judged: 2, or 3 with `accept_suspect`."""
        return 3 if self.accept_suspect else 2


def ever(_: object) -> int:
    """For `Detector.past`: the method remembers all that came, so a late reading is left out."""
    return 1 << 50


def grades(levels: Mapping[str, Any]) -> list[tuple[int, Any]]:
    """(index 0 to 3, what is declared) of each declared level, blue first.

    >>> grades({"red": 2, "blue": 1})
    [(0, 1), (3, 2)]
    """
    return [(g - Level.BLUE, levels[g.word]) for g in GRADES if g.word in levels]


@compiled
def kept(level: int) -> int:
    """The level when nothing can be told: a reached one is held, anything else is UNKNOWN.

    >>> kept(2), kept(0), kept(-1)
    (2, -1, -1)
    """
    if level >= 1:
        return level
    return -1
