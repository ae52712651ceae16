"""Readings become columns in order of arrival; every fault names file and row."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from tongluo.config.plan import Plan
from tongluo.core.columns import Columns
from tongluo.core.errors import CaseError
from tongluo.core.times import parse_time
from tongluo.replay.case import load_case
from tongluo.replay.readings import Rows, read_columns, read_rows
from tongluo.replay.run import prepare

CASE = """\
title: t
hazards: [river_flood]
place: p
timezone: Asia/Shanghai
start: "2026-07-01T08:00:00+08:00"
end: "2026-07-01T20:00:00+08:00"
kind: synthetic
source: none
licence: CC0
readings: [{files}]
"""
STATIONS = """\
site: {name: 试, name_en: Trial, sender: {id: a@example.org, name: 试, name_en: Trial}}
stations:
  - id: a
    name: 甲
    sensors:
      - {quantity: stage, unit: cm, datum: d, cadence: 5 min}
      - {quantity: stage, name: fc, unit: cm, datum: d, cadence: 1 h, forecast: true}
  - {id: b, name: 乙, sensors: [{quantity: rain, unit: mm, cadence: 5 min}]}
"""
HEAD = "time,station,quantity,value"
T = "2026-07-01T08:00:00+08:00"


def plan_of(folder: Path, **files: str) -> Plan:
    names = [name.replace("__", ".") for name in files]
    (folder / "case.yaml").write_text(CASE.format(files=", ".join(names)), encoding="utf-8")
    (folder / "stations.yaml").write_text(STATIONS, encoding="utf-8")
    for name, text in zip(names, files.values(), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return prepare(load_case(folder))


def columns(folder: Path, **files: str) -> Columns:
    plan = plan_of(folder, **files)
    return read_columns(load_case(folder), plan)


def rows(folder: Path, **files: str) -> Rows:
    plan = plan_of(folder, **files)
    return read_rows(load_case(folder), plan)


def test_values_are_in_inner_units_and_an_empty_one_is_missing(tmp_path: Path) -> None:
    text = f"{HEAD},flag\n{T},a,stage,314.1,\n{T},b,rain,,1\n{T},a,stage,7,3\n"
    got = columns(tmp_path, readings__csv=text)
    assert got.sensor.tolist() == [0, 2, 0]
    assert got.t.tolist() == [parse_time(T)] * 3
    assert got.value[[0, 2]].tolist() == [3.141, 0.07] and np.isnan(got.value[1])
    assert got.flag.tolist() == [1, 9, 3]
    assert got.arrival.tolist() == got.issued.tolist() == [0, 0, 0]


def test_arrival_and_issue_are_told_or_zero(tmp_path: Path) -> None:
    text = (
        f"{HEAD},received_at,issued_at\n"
        "2026-07-01T18:00:00+08:00,a,fc,300,2026-07-01T08:10:00+08:00,2026-07-01T08:00:00+08:00\n"
        "2026-07-01T08:15:00+08:00,b,rain,1,,\n"
    )
    got = rows(tmp_path, readings__csv=text)
    assert got.columns.arrival.tolist() == [parse_time("2026-07-01T08:10:00+08:00"), 0]
    assert got.columns.issued.tolist() == [parse_time(T), 0]
    assert got.known.tolist() == [
        parse_time("2026-07-01T08:10:00+08:00"), parse_time("2026-07-01T08:15:00+08:00")
    ]  # fmt: skip


def test_every_writing_of_a_time_is_the_same_time(tmp_path: Path) -> None:
    same = [T, "2026-07-01T00:00:00Z", "2026-07-01 08:00+08", "2026-07-01T00:00:00.000000Z",
            "20260701T080000+0800"]  # fmt: skip
    got = columns(tmp_path, readings__csv="\n".join([HEAD, *(f"{t},b,rain,1" for t in same)]))
    assert set(got.t.tolist()) == {parse_time(T)} and len(got) == len(same)


def test_the_order_of_one_file_is_kept(tmp_path: Path) -> None:
    late = "2026-07-01T07:00:00+08:00"
    got = rows(tmp_path, readings__csv=f"{HEAD}\n{T},b,rain,1\n{late},b,rain,2\n")
    assert got.columns.value.tolist() == [1.0, 2.0]
    assert got.known.tolist() == [parse_time(T)] * 2


def test_several_files_are_merged_by_arrival(tmp_path: Path) -> None:
    def at(minute: int) -> str:
        return f"2026-07-01T08:{minute:02}:00+08:00"

    rain = f"{HEAD}\n{at(0)},b,rain,1\n{at(20)},b,rain,2\n{at(5)},b,rain,3\n{at(30)},b,rain,4\n"
    stage = f"{HEAD}\n{at(10)},a,stage,100\n{at(25)},a,stage,200\n"
    got = columns(tmp_path, rain__csv=rain, stage__csv=stage)
    # the late rain of 08:05 came after that of 08:20 and stays there
    assert got.value.tolist() == [1.0, 1.0, 2.0, 3.0, 2.0, 4.0]
    assert got.sensor.tolist() == [2, 0, 2, 2, 0, 2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEAD}\n{T},b,rain,1\n{T},c,rain,1\n", "readings.csv:3: c/rain: no such station"),
        (f"{HEAD}\n{T},b,stage,1\n", "readings.csv:2: b/stage: no such station and sensor"),
        (f"{HEAD}\n{T},b,rain,1\n2026-07-01T08:00:00,b,rain,1\n",
         "readings.csv:3: time: time without offset"),
        (f"{HEAD}\n{T},b,rain,1\nyesterday,b,rain,1\n", "readings.csv:3: time: Invalid isoformat"),
        (f"{HEAD}\n,b,rain,1\n", "readings.csv:2: time: "),
        (f"{HEAD}\n{T},b,rain,1\n{T},b,rain,1.5mm\n",
         "readings.csv:3: value: '1.5mm' is not a number"),
        (f"{HEAD}\n{T},b,rain,inf\n", "readings.csv:2: value: inf cannot be measured"),
        (f"{HEAD},flag\n{T},b,rain,1,5\n", "readings.csv:2: flag: '5' is not a flag"),
        (f"{HEAD}\n{T},b,rain\n", "Row #2: Expected 4 columns, got 3"),
        (f"time,station,value\n{T},b,1\n", "readings.csv:1: header: missing ['quantity']"),
        (f"{HEAD},unit\n{T},b,rain,1,mm\n", "header: missing [], unknown or twice ['unit']"),
        (f"{HEAD}\n{T},b,rain,1\n\n{T},b,rain,2\n", "readings.csv:3: "),
        ("", "readings.csv: cannot be read"),
        (f"{HEAD},received_at\n{T},b,rain,1,2026-07-01T09:00:00Z\n{T},b,rain,1,\n"
         f"{T},b,rain,1,2026-07-01T08:59:00Z\n", "readings.csv:4: received at 2026-07-01T08:59"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_row(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(CaseError) as error:
        columns(tmp_path, readings__csv=text)
    assert line in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, readings__csv=HEAD)
    (tmp_path / "readings.csv").unlink()
    with pytest.raises(CaseError, match=r"readings\.csv: cannot be read"):
        read_columns(load_case(tmp_path), plan)


def test_a_header_alone_is_a_case_without_readings(tmp_path: Path) -> None:
    assert len(columns(tmp_path, readings__csv=HEAD + "\n")) == 0


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert columns(tmp_path, readings__csv=f"\ufeff{HEAD}\n{T},b,rain,2\n").value.tolist() == [2.0]


def same(one: Columns, two: Columns) -> bool:
    return all(
        np.array_equal(getattr(one, n), getattr(two, n), equal_nan=True)
        for n in Columns.__dataclass_fields__
    )


def test_gz_and_parquet_say_the_same_as_csv(tmp_path: Path) -> None:
    text = f"{HEAD},issued_at,flag\n{T},a,stage,314.1,,\n{T},a,fc,,{T},3\n{T},b,rain,2.5,,2\n"
    plain = columns(tmp_path, readings__csv=text)
    plan = plan_of(tmp_path, r__csv__gz="")
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert same(read_columns(load_case(tmp_path), plan), plain)
    table = csv.read_csv(tmp_path / "readings.csv")  # typed: timestamps, numbers, nulls
    assert pa.types.is_timestamp(table.schema.field("time").type)
    plan = plan_of(tmp_path, r__parquet="")
    parquet.write_table(table, tmp_path / "r.parquet")
    assert same(read_columns(load_case(tmp_path), plan), plain)


def test_parquet_without_a_zone_is_refused(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, r__parquet="")
    table = pa.table({"time": pa.array([0], pa.timestamp("ms")), "station": ["b"],
                      "quantity": ["rain"], "value": [1.0]})  # fmt: skip
    parquet.write_table(table, tmp_path / "r.parquet")
    with pytest.raises(CaseError, match=r"r\.parquet:1: time: a timestamp without time zone"):
        read_columns(load_case(tmp_path), plan)
