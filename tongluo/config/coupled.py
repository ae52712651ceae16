"""Blocks of `stations.yaml` that join things: derived series, and chains between hazards."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tongluo.config.types import Duration, LevelWord, Measure, Model, Text, Validity, Word
from tongluo.core.words import Hazard


def _named(value: Any) -> Any:
    return {"sensor": value} if isinstance(value, str) else value


class InputIn(Model):
    """One series that a derived one is made of."""

    sensor: Text = Field(description="station/sensor")
    weight: float = 1.0
    lag: Duration = Field(default=0, description="travel time: its readings count this much later")
    age: Duration | None = Field(
        default=None, description="an older value does not count; default: two of its cadences"
    )


class DerivedIn(Model):
    """How a derived series is made from others; its own cadence is the grid it is told on."""

    method: Literal["weighted_mean", "linear", "resultant", "since", "rate"]
    of: tuple[Annotated[InputIn, BeforeValidator(_named)], ...] = Field(
        min_length=1, max_length=16, description="station/sensor, or with weight, lag and age"
    )
    weights: Literal["given", "inverse_distance", "thiessen"] = Field(
        default="given", description="of a mean: as said, by distance, or by nearest gauge"
    )
    area: Word | None = Field(default=None, description="whose polygon the gauges speak for")
    share: float = Field(
        default=0.5, gt=0, le=1, description="of the weights that must be heard for a mean"
    )
    plus: Measure | None = Field(
        default=None,
        description="added to a linear sum, like '-12.3 m' for the depth above a crest",
    )
    wait: Duration | None = Field(
        default=None, description="how long slower inputs are waited for; default: one cadence"
    )
    at: str = Field(
        default="08:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="local time at which the day of `since` begins",
    )
    over: Duration = Field(default=86_400_000, description="length of time of a rate")


class WhenIn(Model):
    """An assessment that a chain asks for."""

    hazard: Hazard
    level: LevelWord = Field(description="this level or a higher one")
    area: Word | None = Field(default=None, description="default: the area that the chain acts on")


class WarnIn(Model):
    """A chain that raises another hazard's level."""

    hazard: Hazard
    level: LevelWord


class LowerIn(Model):
    """A chain that lets rules judge by lower thresholds."""

    rules: tuple[Word, ...] = Field(min_length=1)
    by: float | None = Field(default=None, gt=0, lt=1, description="thresholds times this")
    thresholds: Word | None = Field(default=None, description="or a threshold set of its own")


class ChainIn(Model):
    """One hazard's assessment acts on another's: it warns, or it lowers thresholds."""

    id: Word
    when: tuple[WhenIn, ...] = Field(
        default=(), description="all of these; none: for as long as it is valid"
    )
    areas: tuple[Word, ...] | None = Field(
        default=None, description="areas it acts on; default: wherever it can"
    )
    warn: WarnIn | None = None
    lower: LowerIn | None = None
    travel: Duration | None = Field(
        default=None, description="how long until it arrives; told, not waited for"
    )
    valid: Validity = Validity()
    why: Text
    why_en: Text
