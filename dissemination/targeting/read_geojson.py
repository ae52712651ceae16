"""Areas and people as GeoJSON (RFC 7946): a FeatureCollection of areas, of houses, or of both.

An area is a Polygon, a Point with `radius_km`, or no geometry at all (a list: it lies wherever its
parent does). Of its properties `id` must be given; `name`, `parent`, `code`, `river` with
`from_km` and `to_km`, and `selects` (of `below`, `code`, `shape`, `reach`) may be. `people` is how
many live there where there is no register by name, and `strata` what is known of some of them:
`[{people: 40, age: old, needs_help: true}, ..]`; the rest are people of whom nothing is known.
A hole in a polygon is not kept: who lives in it is warned too.

Any other Point is a house or a person: its properties are the columns of the CSV form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dissemination.targeting.fields import unknown
from dissemination.targeting.places import SELECTS, USUAL, Place, Reach
from dissemination.targeting.refused import Bad, Refused
from dissemination.targeting.shapes import Shape
from tongluo.core.errors import RegisterError

OF_AREAS = ("id", "name", "parent", "code", "river", "from_km", "to_km", "selects", "radius_km",
            "people", "strata")  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What one feature says: an area, rows of people by column, or both."""

    number: int
    """Of the feature, from 1."""
    place: Place | None
    rows: tuple[dict[str, Any], ...]
    raw: str


def read_geojson(path: Path) -> Iterator[Found | Bad]:
    """The features of a file, in order; RegisterError when it is no collection of them."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RegisterError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise RegisterError(f"{path} is no GeoJSON: {error}") from None
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        raise RegisterError(f"{path} is no FeatureCollection: it has no list `features`")
    for number, feature in enumerate(features, 1):
        raw = json.dumps(feature, ensure_ascii=False)
        try:
            yield _found(number, feature, raw)
        except Refused as error:
            yield Bad(number, error.code, error.values, (raw,), _id(feature))


def _found(number: int, feature: Any, raw: str) -> Found:
    said = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(said, dict):
        raise Refused("missing", column="properties")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "Point" and "radius_km" not in said:
        lat, lon = _point(_coordinates(geometry))
        _known(said, unknown(list(said)))
        return Found(number, None, ({**said, "lat": lat, "lon": lon},), raw)
    _known(said, [name for name in said if name not in OF_AREAS and not name.startswith("_")])
    place = _place(said, _shape(kind, geometry, said))
    return Found(number, place, tuple(_counts(said, place.id)), raw)


def _known(said: Mapping[str, Any], odd: list[str]) -> None:
    if odd:
        raise Refused("fields", wanted=", ".join(OF_AREAS), found=", ".join(odd))


def _coordinates(geometry: Mapping[str, Any]) -> Any:
    return geometry.get("coordinates")


def _point(given: Any) -> tuple[float, float]:
    """GeoJSON says longitude first."""
    if not isinstance(given, list) or len(given) < 2 or not all(map(_number, given[:2])):
        raise Refused("not_degrees")
    lon, lat = float(given[0]), float(given[1])
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Refused("not_degrees")
    return lat, lon


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shape(kind: str | None, geometry: Any, said: Mapping[str, Any]) -> Shape:
    if kind is None:
        return Shape()
    if kind == "Point":
        radius = said["radius_km"]
        if not _number(radius) or not 0 < radius <= 1000:
            raise Refused("circle")
        return Shape(circle=(*_point(_coordinates(geometry)), float(radius)))
    rings = _coordinates(geometry)
    if kind != "Polygon" or not isinstance(rings, list) or not rings:
        raise Refused("shape", kind=kind)
    if not isinstance(rings[0], list):
        raise Refused("shape", kind=kind)
    corners = tuple(_point(corner) for corner in rings[0])
    if len(set(corners)) < 3:
        raise Refused("few_corners")
    return Shape(corners)


def _place(said: Mapping[str, Any], shape: Shape) -> Place:
    name = _words(said, "id")
    if not name:
        raise Refused("missing", column="id")
    selects = said.get("selects", list(USUAL))
    if not isinstance(selects, list) or not all(one in SELECTS for one in selects):
        raise Refused("one_of", column="selects", known=", ".join(SELECTS))
    words, parent, code = (_words(said, key) for key in ("name", "parent", "code"))
    return Place(name, words, parent, code, shape, _reach(said), tuple(selects))


def _words(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    text = "" if value is None else " ".join(str(value).split())
    if isinstance(value, dict | list | bool) or not text.isprintable():
        raise Refused("not_text", column=key)
    return text


def _reach(said: Mapping[str, Any]) -> Reach | None:
    given = [said.get(key) for key in ("river", "from_km", "to_km")]
    if given == [None] * 3:
        return None
    river, start, end = given
    if not river or not isinstance(river, str) or not _number(start) or not _number(end):
        raise Refused("reach")
    assert start is not None and end is not None
    return Reach(river, float(start), float(end))


def _counts(said: Mapping[str, Any], area: str) -> Iterator[dict[str, Any]]:
    """Rows of counts: those with a stratum, then the rest."""
    people, strata = said.get("people", 0), said.get("strata", [])
    whole = isinstance(people, int) and not isinstance(people, bool) and people >= 0
    if not whole or not isinstance(strata, list):
        raise Refused("people" if not whole else "strata")
    rest = people
    for one in strata:
        if not isinstance(one, dict) or not isinstance(one.get("people"), int):
            raise Refused("strata")
        if odd := unknown([name for name in one if name != "people"]):
            raise Refused("fields", wanted="people, age, where, needs_help, ..", found=odd[0])
        said_of_them = {k: v for k, v in one.items() if k != "people"}
        rest -= one["people"]
        yield {**said_of_them, "area": area, "sort": "count", "size": one["people"]}
    if rest < 0:
        raise Refused("people")
    if rest:
        yield {"area": area, "sort": "count", "size": rest}


def _id(feature: Any) -> str:
    said = feature.get("properties") if isinstance(feature, dict) else None
    return str(said.get("id", "")) if isinstance(said, dict) else ""
