"""The bundled cases are what they say they are, judged without the code that replays them."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from tests.shared import SHARED, needs_shared
from tongluo.config.models import Config, RuleIn
from tongluo.config.stations import SensorIn
from tongluo.core.times import parse_time
from tongluo.core.units import conversion, parse_value
from tongluo.core.words import Hazard, Level

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(path.parent for path in (ROOT / "replay_data").glob("*/case.yaml"))
PUBLISHED = [path for path in CASES if (path / "expected.csv").is_file()]
NAMES = {"ahr-2021", "guadalupe-2025", "venice-2019", "kuma-2020", "qijiang-2020"}
COLUMNS = ["time", "station", "quantity", "value", "received_at", "issued_at", "flag"]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
every_published = pytest.mark.parametrize("case", PUBLISHED, ids=lambda path: path.name)


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


COUNTY = Config.model_validate(yaml(ROOT / "stations.yaml"))


def config_of(case: Path) -> Config:
    return Config.model_validate(yaml((case / yaml(case / "case.yaml")["stations"]).resolve()))


def rows_of(case: Path) -> pd.DataFrame:
    rows = pd.read_csv(case / "readings.csv", dtype=str, keep_default_na=False)
    for column in ("received_at", "issued_at", "flag"):
        if column not in rows:
            rows[column] = ""
    rows["known"] = rows["received_at"].where(rows["received_at"] != "", rows["time"])
    return rows


def sensors_of(config: Config) -> dict[tuple[str, str], SensorIn]:
    """(station, sensor name) -> sensor with its profile's values filled in."""
    out = {}
    for station in config.stations:
        for sensor in (*(SensorIn(profile=p) for p in station.profiles), *station.sensors):
            base = config.profiles[sensor.profile] if sensor.profile else SensorIn()
            said = {k: getattr(sensor, k) for k in sensor.model_fields_set}
            whole = base.model_copy(update=said)
            assert whole.quantity is not None
            out[station.id, whole.name or whole.quantity] = whole
    return out


def first_highs(case: Path) -> list[tuple[str, str, str, str]]:
    """Each new highest level of an area and hazard: time known, area, hazard, level."""
    config, rows = config_of(case), rows_of(case)
    found = [
        row
        for rule in config.rules
        for area in config.areas
        if area.id in (rule.areas or ())
        for (station, name), sensor in sensors_of(config).items()
        if station in area.stations and bool(sensor.forecast) == rule.forecast
        for row in graded(
            config, rule, sensor, area.id, rows[(rows.station == station) & (rows.quantity == name)]
        )
    ]
    table = pd.DataFrame(found, columns=["known", "area", "hazard", "level"])
    table = table.sort_values("known", key=lambda k: k.map(parse_time), kind="stable")
    highest = table.groupby(["area", "hazard"])["level"].cummax()
    before = highest.groupby([table["area"], table["hazard"]]).shift(fill_value=0)
    highs = table[table["level"] > before].itertuples(index=False)
    return [(known, area, hazard, Level(level).word) for known, area, hazard, level in highs]


def graded(
    config: Config, rule: RuleIn, sensor: SensorIn, area: str, rows: pd.DataFrame
) -> list[Any]:
    """The level of each row that may raise one."""
    assert sensor.thresholds and sensor.quantity and sensor.unit
    chosen = config.thresholds[sensor.thresholds[rule.id]]
    assert chosen.datum == sensor.datum
    factor = conversion(sensor.quantity, sensor.unit)[0]
    limits = {w: parse_value(v, sensor.quantity) for w, v in chosen.levels.items()}
    cap = Level.parse(rule.cap_level or "red")
    out = []
    for row in rows[rows.flag != "3"].itertuples():
        value = float(row.value) * factor + 1e-9
        level = max((Level.parse(w) for w, v in limits.items() if value >= v), default=Level.NONE)
        out.append((row.known, area, str(rule.hazard), int(min(level, cap))))
    return out


def test_all_cases_are_here() -> None:
    names = {path.name for path in CASES}
    assert names == NAMES | {"flash-flood-night", "slow-river-flood", "faulty-gauge"}
    assert {path.name for path in PUBLISHED} == NAMES
    readme = (ROOT / "replay_data/README.md").read_text(encoding="utf-8")
    for case in CASES:
        count = f"{len(rows_of(case)):,}"
        assert re.search(rf"\| \[{case.name}\]\({case.name}/\) \|.*\| {count} \|", readme)


@every_case
def test_case_file_is_whole(case: Path) -> None:
    said = yaml(case / "case.yaml")
    assert set(said) == {
        "title",
        "hazards",
        "place",
        "timezone",
        "start",
        "end",
        "kind",
        "source",
        "licence",
        "stations",
        "readings",
        "notes",
        "impacts",
        "official",
    }
    assert said["kind"] == ("published" if case.name in NAMES else "synthetic")
    assert all(said[key] for key in ("title", "place", "source", "licence", "notes"))
    assert all(isinstance(note, str) for note in said["notes"])
    assert all(Hazard(hazard) for hazard in said["hazards"])
    assert parse_time(said["start"]) < parse_time(said["end"])
    assert (case / "README.md").is_file()
    assert (case / "readings.csv").stat().st_size < 1_000_000


@every_case
def test_what_happened_and_what_was_warned(case: Path) -> None:
    said, areas = yaml(case / "case.yaml"), {area.id for area in config_of(case).areas}
    start, end = parse_time(said["start"]), parse_time(said["end"])
    for item in said["impacts"]:
        assert item["area"] in areas and Hazard(item["hazard"]) and item["note"]
        assert Level.parse(item["level"]) >= Level.BLUE
        assert start <= parse_time(item["start"]) < parse_time(item["end"]) <= end
    for item in said["official"]:
        assert item["area"] in areas and Hazard(item["hazard"]) and item["note"]
        assert Level.parse(item["level"]) >= Level.BLUE
        assert start <= parse_time(item["time"]) <= end


@every_case
def test_every_row_is_declared_and_in_order_of_arrival(case: Path) -> None:
    said, rows, sensors = yaml(case / "case.yaml"), rows_of(case), sensors_of(config_of(case))
    header = (case / "readings.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    assert header == [c for c in COLUMNS if c in header] and header[:4] == COLUMNS[:4]
    assert set(zip(rows.station, rows.quantity, strict=True)) <= set(sensors)
    assert rows.value.map(float).notna().all()
    assert set(rows.flag) <= {"", "3"}
    arrival = rows.known.map(parse_time)  # refuses a time without offset
    assert rows.time.map(parse_time).notna().all()
    assert arrival.is_monotonic_increasing
    assert parse_time(said["start"]) <= arrival.min() <= arrival.max() <= parse_time(said["end"])


@every_case
def test_a_forecast_arrives_when_it_is_issued_and_not_after_its_time(case: Path) -> None:
    rows, sensors = rows_of(case), sensors_of(config_of(case))
    for row in rows[rows.issued_at != ""].itertuples():
        assert sensors[row.station, row.quantity].forecast
        assert row.received_at == row.issued_at
        assert parse_time(row.issued_at) <= parse_time(row.time)
    for row in rows[rows.issued_at == ""].drop_duplicates(["station", "quantity"]).itertuples():
        assert not sensors[row.station, row.quantity].forecast


@pytest.mark.parametrize("case", [*CASES, ROOT], ids=lambda path: path.name)
def test_names_in_the_configuration_meet(case: Path) -> None:
    config = COUNTY if case == ROOT else config_of(case)
    stations, areas = {s.id for s in config.stations}, {a.id for a in config.areas}
    rules = {rule.id: rule for rule in config.rules}
    assert len(stations) == len(config.stations) and len(areas) == len(config.areas)
    for area in config.areas:
        assert set(area.stations) <= stations and (area.parent is None or area.parent in areas)
        assert (area.polygon is None) != (area.circle is None)
        assert area.polygon is None or area.polygon[0] == area.polygon[-1]
    for rule in config.rules:
        assert rule.thresholds is None or rule.thresholds in config.thresholds
        assert set(rule.areas or ()) <= areas
    for policy in config.policies:
        assert set(policy.channels) <= set(config.channels)
    for sensor in sensors_of(config).values():
        for rule_id, name in (sensor.thresholds or {}).items():
            assert rules[rule_id].quantity == sensor.quantity
            known = {sensor.datum, *(sensor.offsets or {})}
            assert config.thresholds[name].datum in known


def test_the_county_is_invented_and_says_so() -> None:
    config = COUNTY
    assert config.site.synthetic
    assert len(config.stations) == 40 and len(config.areas) >= 12
    assert {source.codec for source in config.sources} == {
        "native",
        "sl651",
        "geohazard",
        "chirpstack",
        "senml",
        "cap",
    }
    quantities = {s.quantity for s in sensors_of(config).values()}
    assert {
        "rain",
        "stage",
        "reservoir_stage",
        "tide",
        "crack",
        "displacement_x",
        "tilt",
        "pore_pressure",
        "temperature",
        "humidity",
        "co",
        "pm25",
    } <= quantities
    assert all(area.plan and area.plan_en for area in config.areas if area.parent)
    assert "yellow" not in config.thresholds["rain_guangdong"].levels


@every_published
def test_expected_grades_follow_from_rows_and_thresholds(case: Path) -> None:
    with (case / "expected.csv").open(encoding="utf-8") as file:
        expected = [tuple(row) for row in csv.reader(file)]
    assert expected[0] == ("time", "area", "hazard", "level")
    assert first_highs(case) == expected[1:]


@needs_shared
@every_published
def test_every_published_row_stands_in_the_notes_it_was_typed_from(case: Path) -> None:
    text = (SHARED / "events" / f"{case.name}.md").read_text(encoding="utf-8")
    table = text.split("```csv\n")[1].split("```")[0]
    facts = [line.split(",", 5) for line in table.splitlines()[1:]]
    printed = {(parse_time(t.strip("~")), v): note for t, _, _, v, _, note in facts if "T" in t}
    ranges = {"4": "4..4.5", "5.7": "5.7..6.3"}  # the lower bound of a forecast range
    for row in rows_of(case).itertuples():
        key = parse_time(row.issued_at or row.time)
        note = printed.get((key, row.value)) or printed[key, ranges[row.value]]
        assert (row.flag == "3") == note.startswith("[C]")


def test_the_peak_that_was_published_later_is_not_fed() -> None:
    assert "37.52" not in set(rows_of(ROOT / "replay_data/guadalupe-2025").value)
    assert "7.25" not in set(rows_of(ROOT / "replay_data/kuma-2020").value)


def night() -> pd.DataFrame:
    rows = rows_of(ROOT / "replay_data/flash-flood-night")
    rows["value"] = rows.value.map(float)
    rows["at"] = pd.to_datetime(rows.time)
    return rows


@pytest.mark.parametrize(
    ("gauge", "window", "mm", "when"),
    [
        ("r01", "3h", 50, "09 23:35"),
        ("r03", "3h", 50, "09 23:50"),
        ("r01", "3h", 100, "10 00:30"),
        ("r01", "3h", 120, "10 01:05"),
        ("r08", "3h", 50, "10 00:35"),
    ],
)
def test_rain_of_the_night_reaches_what_its_page_says(
    gauge: str, window: str, mm: float, when: str
) -> None:
    rows = night()
    rain = rows[rows.station == gauge].set_index("at").value.sort_index()
    sums = rain.rolling(window).sum()  # (t - window, t], as the detector has it
    assert f"{sums[sums >= mm - 1e-6].index[0]:%d %H:%M}" == when


@pytest.mark.parametrize(
    ("gauge", "level", "when"),
    [
        ("z01", 189.5 - 186.3, "10 00:10"),
        ("z03", 65.0, "10 03:20"),
        ("z04", 37.0, "10 04:30"),
        ("z05", 27.0, "10 04:55"),
        ("z07", 11.5, "10 07:00"),
    ],
)
def test_rivers_of_the_night_reach_what_its_page_says(gauge: str, level: float, when: str) -> None:
    rows = night()
    mine = rows[(rows.station == gauge) & (rows.value >= level - 1e-6) & (rows.value < 900)]
    assert f"{mine['at'].iloc[0]:%d %H:%M}" == when


def test_the_night_is_dirty_as_its_page_says() -> None:
    rows = night()
    gaps = rows[rows.station == "r06"]["at"].diff().max()
    assert gaps == pd.Timedelta("5h20min")
    late = rows[(rows.station == "r08") & (rows.received_at != "")]
    assert len(late) == 21 and set(late.received_at) == {"2026-07-10T02:15:00+08:00"}
    z04 = rows[rows.station == "z04"]
    assert z04.duplicated(["time", "value"]).sum() == 7
    ahead = rows[(rows.station == "g07") & (rows.received_at != "")]
    assert set(ahead["at"] - pd.to_datetime(ahead.received_at)) == {pd.Timedelta("3h")}
    assert (rows.value == 999.99).sum() == 1
    assert (rows[rows.station == "r04"].value.diff() < 0).sum() == 1


def test_the_slow_flood_loses_its_gauge_at_a_rising_yellow() -> None:
    rows = rows_of(ROOT / "replay_data/slow-river-flood")
    s2 = rows[rows.station == "s2"].reset_index(drop=True)
    at = pd.to_datetime(s2.time)
    back = at.diff().idxmax()
    before, after = float(s2.value[back - 1]), float(s2.value[back])
    assert (s2.time[back - 1], s2.time[back]) == (
        "2026-06-11T18:15:00+08:00",
        "2026-06-12T13:00:00+08:00",
    )
    assert 20.0 <= before < 21.5 <= after < 23.0


def test_the_generator_writes_the_committed_files() -> None:
    script = ROOT / "replay_data/generate.py"
    ran = subprocess.run(
        [sys.executable, str(script), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("same") == 3
