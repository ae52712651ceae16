"""What a sensor's `quality:` block may say. All of it may be left out: `quality: {}` tests by what
the sensor itself has shown to be usual."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from ingest.quality_tables import NEAR, WINDOWS
from ingest.quality_words import CHOSEN
from tongluo.config.types import Duration, Measure, Model, Text, refuse

TestWord = Annotated[str, Field(json_schema_extra={"enum": list(CHOSEN)})]
Key = Text
"""A sensor as `station/sensor`."""


class RateIn(Model):
    """How fast a value may change, per length of time."""

    suspect: Measure | None = None
    fail: Measure | None = None
    per: Duration = 3_600_000


class FlatIn(Model):
    """How long a value may stand still."""

    suspect: Duration | None = Field(default=None, description="default: learned")
    fail: Duration | None = None
    tolerance: Measure | None = Field(default=None, description="default: the very same value")


class VirtualIn(Model):
    """The value as its neighbours foretell it: intercept + sum of weight x neighbour."""

    weights: dict[Key, float] = Field(min_length=1)
    intercept: Measure
    sigma: Measure = Field(description="standard deviation of what was left over when fitted")


class WindowIn(Model):
    """A time in which somebody works at the sensor."""

    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime
    note: str = ""

    @model_validator(mode="after")
    def _order(self) -> WindowIn:
        if self.from_ >= self.to:
            raise refuse("from_after_to", start=self.from_, end=self.to)
        return self


class QualityIn(Model):
    """How the readings of a sensor are tested, beyond its range."""

    tests: Literal["auto"] | tuple[TestWord, ...] = "auto"
    learn: int = Field(
        default=96, ge=16, le=10_000, description="readings before it is judged by its own past"
    )
    settle: Duration = Field(
        default=6 * 3_600_000, description="a jump that stays is doubted for so long"
    )
    spike: Measure | None = Field(default=None, description="default: learned")
    rate: RateIn | None = None
    flat: FlatIn = FlatIn()
    noise: Measure | None = Field(default=None, description="width of noise; default: learned")
    bottom: Measure | None = Field(default=None, description="at or below: out of the water")
    top: Measure | None = Field(default=None, description="at or above: it measures no higher")
    pour: Measure = Field(default="10 mm", description="neighbours' rain in 3 h, own bucket dry")
    burst: Measure = Field(default="10 mm", description="rain in 1 h at this gauge alone")
    wet: Measure = Field(default="5 mm", description="rain nearby in 6 h that explains a rise")
    neighbours: tuple[Key, ...] = ()
    virtual: VirtualIn | None = None
    maintenance: tuple[WindowIn, ...] = ()

    @model_validator(mode="after")
    def _few(self) -> QualityIn:
        if len(self.heard) > NEAR or len(self.maintenance) > WINDOWS:
            raise refuse("quality_many", neighbours=NEAR, windows=WINDOWS)
        return self

    @property
    def heard(self) -> tuple[str, ...]:
        """Every neighbour that is named, those of the virtual gauge first."""
        weights = self.virtual.weights if self.virtual else {}
        return tuple(dict.fromkeys([*weights, *self.neighbours]))
