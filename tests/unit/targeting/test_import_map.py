"""Maps of people and areas: what is read, what is refused and kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.targeting.lists import take
from tests.unit.targeting.people import UPPER, found, number, register, warning
from tongluo.core.errors import RegisterError


def feature(kind: str | None, coordinates: Any, **said: Any) -> dict[str, Any]:
    geometry = None if kind is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": said}


def collection(path: Path, *features: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


RING = [[113.0, 22.5], [113.1, 22.5], [113.1, 22.6], [113.0, 22.6], [113.0, 22.5]]


def test_areas_houses_and_counts_of_a_map(tmp_path: Path) -> None:
    made = register(tmp_path)
    path = collection(
        tmp_path / "map.geojson",
        feature("Point", [113.05, 22.55], id="h1", area="new", sms=number(1), needs_help=True),
        feature("Polygon", [RING], id="new", parent="upper", people=90,
                strata=[{"people": 30, "age": "old", "where": "rural"}],
                river="连江", from_km=3, to_km=7.5),
        feature("Point", [113.2, 22.7], id="camp", parent="new", radius_km=0.3, selects=["below"]),
        feature(None, None, id="upper", people=7),
    )  # fmt: skip
    _, told, bad = take(made, path, source="maps")
    assert not bad and told.areas == ("new", "camp") and told.added == 4
    assert made.counts() == [("new", "any", 60), ("new", "old.rural", 30), ("upper", "any", 7)]
    assert found(made, warning(UPPER)) == [number(1)]
    new = made.places()["new"]
    assert new.shape.polygon[0] == (22.5, 113.0) and new.reach is not None
    assert new.reach.to_km == 7.5
    _, again, _ = take(made, path, source="maps")
    assert again.same == 4 and not again.areas
    _, gone, _ = take(made, collection(path, feature(None, None, id="alone")), source="maps",
                      remove=True)  # fmt: skip
    assert gone.areas_absent == ("camp", "new") and gone.absent == 4


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (feature("Polygon", [RING], id=""), "missing"),
        (feature("Polygon", [RING], id="upper"), "area_elsewhere"),
        (feature("Polygon", [RING], id="n", parent="nowhere"), "no_area"),
        (feature("Polygon", [RING], id="n", colour="red"), "fields"),
        (feature("Polygon", [RING[:2]], id="n"), "few_corners"),
        (feature("Polygon", [[[1, 2], [3, "4"], [5, 6]]], id="n"), "not_degrees"),
        (feature("Polygon", [[[200, 2], [3, 4], [5, 6]]], id="n"), "not_degrees"),
        (feature("Polygon", [], id="n"), "shape"),
        (feature("MultiPolygon", [[RING]], id="n"), "shape"),
        (feature("Point", [1, 2], id="n", radius_km=-1), "circle"),
        (feature(None, None, id="n", river="x", from_km=1), "reach"),
        (feature(None, None, id="n", people=1, strata=[{"people": 2}]), "people"),
        (feature(None, None, id="n", people=-1), "people"),
        (feature(None, None, id="n", strata=[{"people": "2"}]), "strata"),
        (feature(None, None, id="n", selects=["all"]), "one_of"),
        (feature("Point", [1, 2], id="n", area="upper", shoes=3), "fields"),
        (feature("Point", [1, 2], id="n", area="upper", sms="x"), "not_number"),
        ({"type": "Feature", "properties": None}, "missing"),
        (7, "missing"),
    ],
)
def test_wrong_features_are_kept_with_a_reason(tmp_path: Path, wrong: Any, code: str) -> None:
    made = register(tmp_path)
    right = feature(None, None, id="right", parent="upper")
    _, told, bad = take(made, collection(tmp_path / "m.geojson", wrong, right))
    assert [b.code for b in bad] == [code] and told.areas == ("right",)
    assert json.loads(bad[0].raw[0]) == wrong


@pytest.mark.parametrize("text", ["{", "[]", '{"features": 3}', "[" * 100_000])
def test_no_map_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.geojson").write_text(text)
    with pytest.raises(RegisterError, match="no "):
        take(register(tmp_path), tmp_path / "m.geojson")
