"""What the `areas:` block may say: where people are warned, and what lies in what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tongluo.config.types import Model, Point, Text, Word

PlaceKind = Literal["school", "campsite", "construction_site", "scenic_spot", "hazard_point"]
Selects = Literal["below", "code", "shape", "reach"]


class CircleIn(Model):
    """A circle on the ground."""

    centre: Point
    radius_km: float = Field(gt=0, le=1000)


class ReachIn(Model):
    """A stretch of a river."""

    river: Text
    from_km: float = Field(description="km along the river, from wherever the site counts")
    to_km: float


class AreaIn(Model):
    """Where people are warned."""

    id: Word
    name: Text
    name_en: Text
    people: int = Field(ge=0)
    code: str = ""
    parent: Word | None = None
    polygon: tuple[Point, ...] | None = None
    circle: CircleIn | None = None
    areas: tuple[Word, ...] = Field(
        default=(), description="of a list: the areas it stands for; it needs no shape of its own"
    )
    stations: tuple[Word, ...] = ()
    plan: str = Field(
        default="", description="what to do here: the point's own plan, one or two sentences"
    )
    plan_en: str = ""
    reach: ReachIn | None = Field(default=None, description="the river it lies along")
    selects: tuple[Selects, ...] = Field(
        default=("below", "code"),
        description="whom of the register a warning for it reaches: areas below it by parent, or by"
        " code; areas its shape overlaps; areas along its reach of the river",
    )
    kind: PlaceKind | None = Field(default=None, description="a place that is warned often")
    manager: str = Field(
        default="", description="id, in the register, of who is in charge of this place"
    )
