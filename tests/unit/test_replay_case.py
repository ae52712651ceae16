"""case.yaml is read as it is meant, and every fault is one line with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongluo.core.errors import CaseError
from tongluo.core.times import parse_time
from tongluo.replay.case import Case, check_names, load_case

GOOD = """\
title: 一场雨 / A rain
hazards: [rainstorm]
place: 某地 / Somewhere
timezone: Asia/Shanghai
start: 2026-07-01T08:00:00+08:00
end: "2026-07-01T20:00:00+08:00"
kind: measured
source: a book
licence: CC0
readings: [rain.csv, stage.csv.gz]
notes: one note
impacts:
  - {area: a, hazard: rainstorm, level: red, start: "2026-07-01T09:00Z", end: "2026-07-01T10:00Z"}
official:
  - {area: b, hazard: rainstorm, level: blue, time: "2026-07-01T09:00:00+08:00", note: n}
peak: {station: s, quantity: stage}
"""


def case(folder: Path, text: str = GOOD) -> Case:
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return load_case(folder)


def fault(folder: Path, old: str, new: str) -> str:
    assert old in GOOD
    with pytest.raises(CaseError) as error:
        case(folder, GOOD.replace(old, new))
    return str(error.value).replace(str(folder) + "/", "")


def test_a_whole_case(tmp_path: Path) -> None:
    read = case(tmp_path)
    assert read.start == parse_time("2026-07-01T00:00:00Z")
    assert read.readings == ("rain.csv", "stage.csv.gz") and read.notes == ("one note",)
    assert read.config_path == (tmp_path / "stations.yaml").resolve()
    assert read.titles == ("一场雨", "A rain")
    assert read.impacts[0].level == "red" and read.official[0].area == "b"
    assert read.peak is not None and read.peak.time is None


def test_a_configuration_elsewhere_and_a_title_of_its_own(tmp_path: Path) -> None:
    read = case(tmp_path, GOOD + "stations: ../other.yaml\ntitle_en: Other\n")
    assert read.config_path == (tmp_path.parent / "other.yaml").resolve()
    assert read.titles == ("一场雨 / A rain", "Other")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("kind: measured", "kind: real", "case.yaml:7: kind: Input should be"),
        ("source: a book\n", "", "case.yaml:1: source: is missing -> add it"),
        ("licence: CC0", "license: CC0", "case.yaml:9: license: is not a key"),
        ("start: 2026-07-01T08:00:00+08:00", "start: 2026-07-01T08:00:00",
         "case.yaml:5: start: time without offset"),
        ("start: 2026-07-01T08", "start: 2026-07-01T21", "end is not after start"),
        ("timezone: Asia/Shanghai", "timezone: Beijing", "case.yaml:4: timezone: 'Beijing' is not"),
        ("level: red", "level: crimson", "case.yaml:13: impacts[0].level: Input should be"),
        ('end: "2026-07-01T10:00Z"', 'end: "2026-07-01T09:00Z"',
         "case.yaml:13: impacts[0]: end is not after start"),
        ("peak: {station: s,", "peak: {", "case.yaml:16: peak.station: is missing"),
        ("hazards: [rainstorm]", "hazards: [rain", "case.yaml:"),
    ],
)  # fmt: skip
def test_a_fault_says_where_it_is(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert line in fault(tmp_path, old, new)


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("kind: measured", "kind: x").replace("licence: CC0\n", "")
    with pytest.raises(CaseError) as error:
        case(tmp_path, text)
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize("content", [b"", b"- a\n", b"\xff\xfe"])
def test_what_is_no_case_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "case.yaml").write_bytes(content)
    with pytest.raises(CaseError, match=r"case\.yaml"):
        load_case(tmp_path)


def test_a_folder_without_a_case(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="cannot be read: No such file"):
        load_case(tmp_path)


def test_areas_and_sensors_must_be_configured(tmp_path: Path) -> None:
    read = case(tmp_path)
    check_names(read, {"a", "b"}, {"s/stage"})
    with pytest.raises(CaseError, match=r"yaml:15: official\[0\]\.area: there is no area 'b'"):
        check_names(read, {"a"}, {"s/stage"})
    with pytest.raises(CaseError, match=r"yaml:16: peak: there is no sensor 's/stage'"):
        check_names(read, {"a", "b"}, {"s/rain"})
