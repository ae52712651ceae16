"""What `stations.yaml` may say of a station: its sensors, and how their readings are taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tongluo.config.coupled import DerivedIn
from tongluo.config.quality import QualityIn
from tongluo.config.types import Duration, Measure, Model, Names, Point, Text, Word


class Counter(Model):
    """How a running rain total is turned into increments."""

    resolution: Measure = Field(
        default="0.1 mm", description="rain of one count or one step of the total"
    )
    counts: bool = Field(
        default=False, description="the value is a number of tips, not millimetres"
    )
    width: float | None = Field(
        default=None, gt=0, description="total at which it starts again, same unit as the value"
    )
    reset: Literal["none", "daily"] = "none"
    reset_at: str = Field(default="08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    max_rate: Measure = Field(default="10 mm", description="largest plausible rain in a minute")


class Range(Model):
    """Values outside are flagged: `fail` = cannot be measured, `suspect` = unlikely."""

    fail: tuple[Measure, Measure] | None = None
    suspect: tuple[Measure, Measure] | None = None


class SensorIn(Model):
    """One measured quantity at a station. A profile gives what is not said here."""

    profile: Word | None = None
    name: Word | None = Field(default=None, description="default: the quantity")
    quantity: str | None = None
    unit: str | None = Field(default=None, description="unit of the values as they arrive")
    element: Text | None = Field(
        default=None, description="how the message names it; default: the name"
    )
    cadence: Duration | None = None
    silence: Duration | None = Field(default=None, description="default: three cadences")
    forecast: bool | None = None
    datum: str | None = None
    offsets: dict[str, Measure] | None = Field(
        default=None, description="this datum's zero above another's: other datum -> height"
    )
    counter: Counter | None = None
    range: Range | None = None
    thresholds: dict[str, Word] | None = Field(
        default=None, description="rule id -> name of a threshold set"
    )
    quality: QualityIn | None = Field(
        default=None, description="how readings are tested, beyond their range"
    )
    derived: DerivedIn | None = Field(
        default=None, description="made from other sensors instead of received"
    )


class StationIn(Model):
    """A place with sensors."""

    id: Word
    name: Text
    name_en: str = ""
    at: Point | None = None
    owner: str = ""
    device: Names = Field(default=(), description="how its messages name it, if not by id")
    profiles: tuple[Word, ...] = Field(
        default=(), description="shorthand: one sensor for each profile"
    )
    sensors: tuple[SensorIn, ...] = ()
