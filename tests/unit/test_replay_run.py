"""A replay decides what independent arithmetic says, however it is cut, and writes it down."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from random import Random

import msgspec
import pandas as pd
import pytest
from lxml import etree

from dissemination import cap_read
from tests.shared import needs_shared
from tests.swindale import SERIES, build
from tongluo.core.effects import Act, Effects, Readings, Tick
from tongluo.core.errors import CaseError, ConfigError
from tongluo.core.times import parse_time
from tongluo.engine import Engine
from tongluo.replay import run
from tongluo.replay.case import load_case
from tongluo.replay.log import DecisionHash
from tongluo.replay.result import Result
from tongluo.replay.run import replay

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = sorted((ROOT / "replay_data").glob("*/expected.csv"))
SIGNALS = {"blue": ("12h", 50), "yellow": ("6h", 50), "orange": ("3h", 50), "red": ("3h", 100)}


@pytest.fixture(scope="module")
def swindale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("swindale"))


def first_times(result: Result) -> dict[str, int]:
    """When each level or a higher one was first reached."""
    words = ["blue", "yellow", "orange", "red"]
    found: dict[str, int] = {}
    for decision in result.decisions:
        if decision.after in words:
            for word in words[: words.index(decision.after) + 1]:
                found.setdefault(word, decision.time)
    return found


@needs_shared
def test_first_crossings_are_those_of_rolling_sums(swindale: Path) -> None:
    rain = pd.read_csv(SERIES, parse_dates=["time_utc"]).set_index("time_utc")["rain_mm"]
    expected = {}
    for word, (window, limit) in SIGNALS.items():
        over = rain.rolling(window).sum() >= limit - 1e-6  # (t - window, t]
        if over.any():
            expected[word] = f"{over.idxmax():%Y-%m-%dT%H:%MZ}"
    assert expected == {"blue": "2009-11-19T05:15Z", "yellow": "2009-11-19T10:15Z"}
    found = first_times(replay(load_case(swindale)))
    assert found == {word: parse_time(time) for word, time in expected.items()}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.parent.name)
def test_the_bundled_events_reach_the_grades_worked_out_by_hand(expected: Path) -> None:
    result = replay(load_case(expected.parent))
    highest: dict[tuple[str, str], int] = {}
    found = []
    grades = ["unknown", "none", "blue", "yellow", "orange", "red"]
    for d in result.decisions:
        grade = grades.index(d.after)
        if grade > max(1, highest.get((d.area, d.hazard), 0)):
            highest[d.area, d.hazard] = grade
            found.append((d.time, d.area, d.hazard, d.after))
    with expected.open(encoding="utf-8") as file:
        rows = [(parse_time(t), *rest) for t, *rest in list(csv.reader(file))[1:]]
    assert EXPECTED and found == rows


@needs_shared
def test_pieces_make_no_difference(swindale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replay(load_case(swindale))
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(run, "PIECE", 37)
    pieces = replay(load_case(swindale), progress=lambda *n: told.append(n))
    assert pieces.hash.hexdigest() == whole.hash.hexdigest()
    assert pieces.decisions == whole.decisions and pieces.fates == whole.fates == {"fed": 546}
    assert told[0] == (37, 546) and told[-1] == (546, 546) and len(told) == 15


@needs_shared
def test_what_comes_later_changes_nothing_earlier(swindale: Path, tmp_path: Path) -> None:
    """A cut case decides the same up to its cut: the replay never looks ahead."""
    whole = replay(load_case(swindale))
    lines = (swindale / "readings.csv").read_text(encoding="utf-8").splitlines()
    said = (swindale / "case.yaml").read_text(encoding="utf-8").splitlines()
    (tmp_path / "stations.yaml").write_bytes((swindale / "stations.yaml").read_bytes())
    for cut in Random(2009).sample(range(1, len(lines)), 20):
        end = lines[cut].split(",")[0]
        case = [f'end: "{end}"' if line.startswith("end:") else line for line in said]
        case = ['start: "2009-11-18T00:00Z"' if x.startswith("start:") else x for x in case]
        (tmp_path / "case.yaml").write_text("\n".join(case), encoding="utf-8")
        (tmp_path / "readings.csv").write_text("\n".join(lines[: cut + 1]), encoding="utf-8")
        part = replay(load_case(tmp_path))
        assert part.readings == cut
        before = [d for d in whole.decisions if d.time < parse_time(end)]
        assert part.decisions[: len(before)] == before
        assert all(d.time == parse_time(end) for d in part.decisions[len(before) :])


@needs_shared
def test_the_clock_is_the_stream_whatever_the_file_says(swindale: Path, tmp_path: Path) -> None:
    text = (swindale / "stations.yaml").read_text(encoding="utf-8")
    other = tmp_path / "system.yaml"
    other.write_text(text.replace("clock: stream", "clock: system"), encoding="utf-8")
    case = load_case(swindale)
    one, two = replay(case), replay(case, config=other)
    assert one.plan.digest != two.plan.digest
    assert one.hash.hexdigest() == two.hash.hexdigest()


@needs_shared
def test_another_configuration_decides_otherwise(swindale: Path, tmp_path: Path) -> None:
    text = (swindale / "stations.yaml").read_text(encoding="utf-8")
    other = tmp_path / "lower.yaml"
    other.write_text(text.replace("orange: {3 h: 50 mm}", "orange: {3 h: 20 mm}"), encoding="utf-8")
    case = load_case(swindale)
    assert "orange" in first_times(replay(case, config=other))
    assert replay(case).hash.hexdigest() != replay(case, config=other).hash.hexdigest()
    other.write_text(text.replace("quantity: rain, unit: mm", "quantity: rain, unit: m3"), "utf-8")
    with pytest.raises(ConfigError):
        replay(case, tmp_path / "out", other)
    assert not (tmp_path / "out").exists()


@needs_shared
def test_another_judge_may_be_given(swindale: Path) -> None:
    fed: list[str] = []

    class Watched(Engine):
        def feed(self, row: Readings | Tick | Act | object) -> Effects:
            fed.append(type(row).__name__)
            return super().feed(row)

    replay(load_case(swindale), judge=Watched)
    assert fed == ["Readings", "Tick"]


def lines(path: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


@needs_shared
def test_the_folder_holds_all_of_it(swindale: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = replay(load_case(swindale), out)
    decisions = lines(out / "decisions.jsonl")
    assert [set(d) for d in decisions] == [{"time", "area", "hazard", "from", "to", "reason"}] * 5
    assert decisions[1]["time"] == "2009-11-19T05:15:00+00:00" and decisions[1]["to"] == "blue"
    assert lines(out / "conditions.jsonl") == []
    ids = [version.identifier for version, _ in result.warnings]
    assert len(ids) == 6
    assert {p.stem for p in (out / "warnings").iterdir()} == set(ids)
    for name in ids:
        notice = cap_read.read((out / "warnings" / f"{name}.xml").read_bytes())
        assert notice.identifier == name and notice.status == "Exercise"
    deliveries = lines(out / "deliveries.jsonl")
    assert [d["key"] for d in deliveries] == [f"{name}:record" for name in ids]
    scores = json.loads((out / "scores.json").read_text(encoding="utf-8"))
    assert scores["decision_hash"] == result.hash.hexdigest()
    assert etree.parse(out / "warnings" / f"{ids[0]}.xml").getroot() is not None


@needs_shared
def test_coverage_claims_nothing(swindale: Path, tmp_path: Path) -> None:
    text = (swindale / "stations.yaml").read_text(encoding="utf-8")
    other = tmp_path / "people.yaml"
    other.write_text(text.replace("people: 0", "people: 9"), encoding="utf-8")
    result = replay(load_case(swindale), tmp_path / "out", other)
    with (tmp_path / "out" / "coverage.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(result.warnings) == 6
    for row in table:
        assert (row["people"], row["reached_confirmed"], row["reached_unknown"]) == ("9", "0", "9")
        assert row["state"] == "unknown" and row["handed_over_to"] == "record"
        assert row["estimated_likely"] == row["minutes_to_90"] == ""


@needs_shared
def test_what_the_plan_foretells_stands_beside_it(swindale: Path, tmp_path: Path) -> None:
    text = (swindale / "stations.yaml").read_text(encoding="utf-8")
    text = re.sub(r"\{kind: recording.*", "{kind: mqtt}", text.replace("people: 0", "people: 900"))
    believed = "coverage: {channels: {record: {reach: 0.95, rate: 30/min}}}"
    other = tmp_path / "people.yaml"
    other.write_text(f"{text}\n{believed}\n", encoding="utf-8")
    replay(load_case(swindale), tmp_path / "out", other)
    with (tmp_path / "out" / "coverage.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    for row in table:
        assert row["reached_confirmed"] == "0" and row["state"] == "unknown"
        assert 0.4 < float(row["estimated_low"]) < float(row["estimated_likely"]) < 1


@needs_shared
def test_a_second_replay_replaces_the_first(swindale: Path, tmp_path: Path) -> None:
    case = load_case(swindale)
    (tmp_path / "warnings").mkdir()
    (tmp_path / "warnings" / "tongluo.old.v1.xml").write_text("old", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")

    def written() -> dict[str, bytes]:
        files = sorted(p for p in tmp_path.rglob("*") if p.is_file())
        return {str(p.relative_to(tmp_path)): p.read_bytes() for p in files}

    replay(case, tmp_path)
    first = written()
    replay(case, tmp_path)
    assert written() == first  # pictures and all: the same bytes
    assert "warnings/tongluo.old.v1.xml" not in first and "mine.txt" in first


@needs_shared
def test_a_folder_that_cannot_be_written(swindale: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(CaseError, match="cannot be written to"):
        replay(load_case(swindale), tmp_path / "out")


@needs_shared
def test_the_hash_counts_decisions_and_warnings(swindale: Path) -> None:
    result = replay(load_case(swindale))
    hashes = set()
    for decisions, warnings in ((1, 1), (1, 0), (0, 1), (0, 0)):
        some = DecisionHash()
        for decision in result.decisions * decisions:
            some.add(decision)
        for version, _ in result.warnings * warnings:
            some.add_warning(version)
        hashes.add(some.hexdigest())
    assert len(hashes) == 4 and result.hash.hexdigest() in hashes
