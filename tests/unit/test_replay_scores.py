"""Scores against hand-made levels: events, not messages, are counted, and nothing is claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.build import SITE
from tongluo.config.models import Config
from tongluo.config.plan import plan
from tongluo.core.effects import Decision
from tongluo.core.times import HOUR, iso, parse_time
from tongluo.replay.case import Case, CaseFile
from tongluo.replay.result import Result
from tongluo.replay.scores import scores

START = parse_time("2026-07-01T00:00:00Z")
AREA = {"name": "区", "name_en": "Area", "people": 5, "circle": {"centre": [1, 2], "radius_km": 1}}
CONFIG = Config.model_validate(
    {
        "site": SITE,
        "stations": [
            {"id": "s", "name": "站", "sensors": [{"quantity": "rain", "cadence": "5 min"}]}
        ],
        "areas": [
            {**AREA, "id": "county"},
            {**AREA, "id": "town", "parent": "county", "stations": ["s"]},
            {**AREA, "id": "village", "parent": "town"},
            {**AREA, "id": "far"},
        ],
        "thresholds": {"t": {"source": {"who": "test"}, "levels": {"blue": {"1 h": "1 mm"}}}},
        "rules": [
            {"id": "r", "hazard": "rainstorm", "detector": "rain_windows", "quantity": "rain",
             "thresholds": "t"}
        ],
    }
)  # fmt: skip


def at(hour: float) -> str:
    return iso(START + round(hour * HOUR))


def impact(area: str, level: str, start: float, end: float) -> dict[str, Any]:
    return {"area": area, "hazard": "rainstorm", "level": level, "start": at(start), "end": at(end)}


def scored(
    changes: list[tuple[float, str]],
    impacts: list[dict[str, Any]],
    official: list[dict[str, Any]] | None = None,
    kind: str = "measured",
) -> dict[str, Any]:
    """Scores of a town whose level changed at these hours."""
    said = CaseFile.model_validate(
        {"title": "t", "hazards": ["rainstorm"], "place": "p", "timezone": "UTC", "start": at(0),
         "end": at(100), "kind": kind, "source": "s", "licence": "l", "impacts": impacts,
         "official": official or []}
    )  # fmt: skip
    result = Result(Case.model_construct(**dict(said), folder=Path()), plan(CONFIG, "digest"), 0)
    before = "unknown"
    for hour, level in changes:
        time = START + round(hour * HOUR)
        result.decisions.append(Decision(time, "town", "rainstorm", before, level, {}))
        before = level
    return scores(result)


STORM = [(1.0, "none"), (10.0, "blue"), (11.0, "yellow"), (12.0, "orange"), (14.0, "yellow"),
         (20.0, "none")]  # fmt: skip


def test_many_changes_in_one_event_are_one_hit() -> None:
    told = scored(STORM, [impact("town", "yellow", 13, 15)])
    grade = told["by_grade"]["yellow"]
    assert (grade["hits"], grade["misses"], grade["false_alarms"]) == (1, 0, 0)
    assert grade["POD"] == {"value": 1.0, "formula": "H / (H + M)"}
    assert told["lead_time"]["each_min"] == [120.0] and told["events"][0]["reached"] == at(11)


def test_hits_misses_and_false_alarms_with_their_formulas() -> None:
    changes = [*STORM, (40.0, "orange"), (42.0, "none"), (60.0, "blue"), (61.0, "none")]
    told = scored(changes, [impact("town", "orange", 13, 15), impact("town", "red", 80, 82),
                            impact("far", "orange", 13, 14)])  # fmt: skip
    orange, blue = told["by_grade"]["orange"], told["by_grade"]["blue"]
    assert (orange["hits"], orange["misses"], orange["false_alarms"]) == (1, 2, 1)
    assert [orange[n]["value"] for n in ("POD", "FAR", "CSI", "bias")] == [
        round(1 / 3, 4), 0.5, 0.25, round(2 / 3, 4)]  # fmt: skip
    assert orange["FAR"]["formula"] == "F / (H + F)"
    assert (blue["hits"], blue["false_alarms"]) == (1, 2)
    assert [e["judged"] for e in told["events"]] == [True, True, False]
    assert told["lead_time"]["each_min"] == [60.0, 0.0, 0.0]  # misses count as 0
    assert told["lead_time"]["median_min"] == 0.0
    assert told["lead_time"]["share_30_min"] == told["lead_time"]["share_60_min"] == 1 / 3
    assert "a miss counts as 0" in told["lead_time"]["definition"]


def test_a_level_after_the_start_is_a_late_hit_and_its_lead_is_negative() -> None:
    told = scored(STORM, [impact("town", "orange", 11, 15)])
    assert told["events"][0]["hit"] and told["lead_time"]["each_min"] == [-60.0]


def test_a_warning_that_ended_before_the_harm_is_a_miss_and_false() -> None:
    told = scored(STORM, [impact("town", "yellow", 21, 22)])
    grade = told["by_grade"]["yellow"]
    assert (grade["hits"], grade["misses"], grade["false_alarms"]) == (0, 1, 1)


def test_an_area_covers_those_within_it_and_not_the_other_way_round() -> None:
    inside = scored(STORM, [impact("village", "yellow", 13, 15)])
    assert inside["events"][0]["hit"] and inside["by_grade"]["yellow"]["false_alarms"] == 0
    around = scored(STORM, [impact("county", "yellow", 13, 15)])
    assert not around["events"][0]["hit"] and around["by_grade"]["yellow"]["false_alarms"] == 1


def test_unknown_is_not_an_end() -> None:
    changes = [(5.0, "yellow"), (6.0, "unknown"), (7.0, "yellow"), (20.0, "none")]
    told = scored(changes, [impact("town", "yellow", 8, 9)])
    assert told["lead_time"]["each_min"] == [180.0]
    assert told["by_grade"]["yellow"]["false_alarms"] == 0


def test_published_cases_claim_nothing_about_false_alarms() -> None:
    told = scored(STORM, [impact("town", "yellow", 40, 41)], kind="published")
    grade = told["by_grade"]["yellow"]
    assert grade["false_alarms"] is None and grade["misses"] == 1
    assert [grade[n]["value"] for n in ("FAR", "CSI", "bias")] == [None] * 3
    assert grade["FAR"]["note"].startswith("not shown: published figures are sparse")
    assert grade["POD"]["value"] == 0.0


def test_without_impacts_there_is_nothing_to_score() -> None:
    told = scored(STORM, [])
    assert told["by_grade"] == {} and told["lead_time"]["median_min"] is None
    assert told["note"].startswith("case.yaml names no impacts")


def test_what_cannot_be_divided_is_not_a_number() -> None:
    told = scored([(1.0, "none")], [impact("town", "yellow", 8, 9)])
    assert told["by_grade"]["yellow"]["FAR"]["value"] is None
    assert told["by_grade"]["red"]["POD"] == {
        "value": None, "formula": "H / (H + M)", "note": "not defined: nothing to divide by"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "hour", "minutes"), [("yellow", 12.0, -60.0), ("orange", 10.0, 120.0),
                                   ("blue", 10.0, 0.0), ("red", 10.0, None)],
)  # fmt: skip
def test_against_what_was_warned_then(level: str, hour: float, minutes: float | None) -> None:
    warned = {"area": "county", "hazard": "rainstorm", "level": level, "time": at(hour)}
    told = scored(STORM, [], [warned])["official"][0]
    assert told["difference_min"] == minutes and told["judged"]
    assert told["our_area"] == ("" if minutes is None else "town")


def test_a_hazard_that_no_rule_judges() -> None:
    warned = {"area": "town", "hazard": "landslide", "level": "red", "time": at(5)}
    told = scored(STORM, [], [warned])["official"][0]
    assert not told["judged"] and told["ours"] is None


def test_first_crossings() -> None:
    told = scored([(1.0, "none"), (10.0, "yellow")], [])["first_crossings"]
    assert [(c["level"], c["time"]) for c in told] == [("blue", at(10)), ("yellow", at(10))]
