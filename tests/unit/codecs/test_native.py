from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.codecs.json_payload import LIMIT
from ingest.codecs.native import Native
from tests.unit.codecs.sink import Reading, RecordingSink, decode
from tongluo.core.times import to_ms

T0 = 1_782_864_000_000  # 2026-07-01T00:00:00Z
CODEC = Native()


def read(text: str | bytes) -> RecordingSink:
    return decode(CODEC, text.encode() if isinstance(text, str) else text)


def only(text: str) -> Reading:
    sink = read(text)
    assert sink.rejects == []
    (reading,) = sink.readings
    return reading


def code(text: str | bytes) -> str:
    """The code of a message that is refused as a whole."""
    sink = read(text)
    assert sink.readings == []
    assert sink.reports == []
    ((one, _, raw),) = sink.rejects
    assert raw == (text.encode() if isinstance(text, str) else text)
    return one


def test_full_reading() -> None:
    assert only(
        '{"station":"R01","quantity":"rain","time":"2026-07-01T08:00:00+08:00","value":0.5,'
        '"unit":"mm","flag":3,"issued_at":"2026-07-01T06:00:00+08:00","sim":"460"}'
    ) == ("R01", "rain", T0, 0.5, "mm", 3, T0 - 7_200_000)


def test_only_value_is_needed() -> None:
    assert only(' \n{"value": 2}') == ("", "", None, 2.0, "", 1, 0)


@pytest.mark.parametrize(
    ("time", "ms"),
    [
        ('"2026-07-01T00:00:00Z"', T0),
        ('"2026-07-01T00:00:00.250Z"', T0 + 250),
        ('"2026-06-30T19:30:00-04:30"', T0),
        ('"2026-07-01 08:00:00+08:00"', T0),
        ('"2026-07-01T08:00+08:00"', T0),  # ISO 8601 outside RFC 3339, from here on
        ('"2026-07-01T08:00:00+08"', T0),
        ('"20260701T000000Z"', T0),
        ('"2026-07-01T08:05:43+08:05:43"', T0),
        ("1782864000", T0),
        ("1782864000.125", T0 + 125),
        ("1782864000000", T0),
        ("-1", -1000),
        ("null", None),
    ],
)
def test_times(time: str, ms: int | None) -> None:
    assert only(f'{{"value":1,"time":{time}}}')[2] == ms
    assert only(f'{{"value":1,"readings":[[{time},1]]}}'.replace('"value":1,', ""))[2] == ms


@given(st.datetimes())
def test_naive_time_is_refused_always(moment: datetime) -> None:
    assert code(json.dumps({"value": 1, "time": moment.isoformat()})) == "time"


@given(st.datetimes(), st.integers(-23 * 60, 23 * 60))
def test_time_equals_the_one_of_core(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert only(json.dumps({"value": 1, "time": aware.isoformat()}))[2] == to_ms(aware)


def test_missing_value_is_nan_with_flag_9() -> None:
    reading = only('{"value": null, "flag": 1}')
    assert math.isnan(reading[3])
    assert reading[5] == 9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "json"),
        ("{", "json"),
        ('{"value": NaN}', "json"),
        ('{"value": -Infinity}', "json"),
        (b'{"value": 1, "station": "\xff"}', "json"),
        ('{"value": "0.5"}', "value"),
        ('{"value": true}', "value"),
        ('{"value": 1e13}', "value"),
        ('{"value": 1e400}', "value"),
        ('{"value": 1' + "0" * 400 + "}", "value"),
        ('{"value": 1, "time": "2026-07-01T08:00:00"}', "time"),
        ('{"value": 1, "time": "yesterday"}', "time"),
        ('{"value": 1, "time": 1e17}', "time"),
        ('{"value": 1, "time": 1' + "0" * 400 + "}", "time"),
        ('{"value": 1, "time": {}}', "time"),
        ('{"value": 1, "issued_at": "2026-07-01T08:00:00"}', "time"),
        ('{"value": 1, "flag": 5}', "flag"),
        ('{"value": 1, "flag": "1"}', "flag"),
        ('{"value": 1, "unit": 3}', "unit"),
        ('{"value": 1, "station": 3}', "shape"),
        ('{"station": "R01"}', "empty"),
        ('{"readings": []}', "empty"),
        ('{"readings": {}}', "shape"),
        ("[]", "empty"),
        ("3", "shape"),
        ('{"report": {"text": "no kind"}}', "shape"),
        ('{"report": {"kind": "crack", "picture": "%"}}', "shape"),
        ('{"report": null}', "shape"),
        ("[" * 100_000, "deep"),
        ('{"x": ' + "[" * 100_000 + "]" * 100_000 + ', "value": 1}', "deep"),
        (" " * (LIMIT + 1), "too_big"),
    ],
)
def test_refused_as_a_whole(text: str | bytes, expected: str) -> None:
    assert code(text) == expected


def test_packed_array_keeps_the_good() -> None:
    sink = read('[{"station":"A","value":1},{"station":"B","value":"x"}, {"value":2,"time":0}]')
    assert sink.readings == [("A", "", None, 1.0, "", 1, 0), ("", "", 0, 2.0, "", 1, 0)]
    ((fault, _, raw),) = sink.rejects
    assert (fault, raw) == ("value", b'{"station":"B","value":"x"}')


def test_packed_object() -> None:
    sink = read(
        '{"station":"R01","quantity":"rain","unit":"mm","readings":[["2026-07-01T08:00:00+08:00",'
        "0.5],[1782864060,null],[1782864120000,1,3],[1782864180,2,null,1782864000]]}"
    )
    head = ("R01", "rain")
    assert sink.readings[0] == (*head, T0, 0.5, "mm", 1, 0)
    assert sink.readings[1][2:3] + sink.readings[1][4:] == (T0 + 60_000, "mm", 9, 0)
    assert math.isnan(sink.readings[1][3])
    assert sink.readings[2] == (*head, T0 + 120_000, 1.0, "mm", 3, 0)
    assert sink.readings[3] == (*head, T0 + 180_000, 2.0, "mm", 1, T0)
    assert sink.rejects == []


def test_faulty_rows_are_rejected_by_their_own_bytes() -> None:
    bad = ['["2026-07-01T08:00:00", 1]', "[0, 1e13]", "[0, 1, 7]", "[0]", '{"t": 0}', "[0,1,1,{}]"]
    sink = read('{"readings": [[0, 1], ' + ", ".join(bad) + ', ["2026-07-01T08:00+08:00", 2]]}')
    assert [reading[2:4] for reading in sink.readings] == [(0, 1.0), (T0, 2.0)]
    assert [fault for fault, _, _ in sink.rejects] == [
        "time", "value", "flag", "shape", "shape", "time",
    ]  # fmt: skip
    assert [raw.decode() for _, _, raw in sink.rejects if raw] == bad


def test_packet_without_a_good_row_is_refused_whole() -> None:
    assert code('{"readings": [["2026-07-01T08:00:00", 1], [0, "x"]]}') == "time"


def test_report() -> None:
    sink = read(
        '{"station":"V7","report":{"kind":"crack","text":"墙裂","time":1782864000,"place":"村东",'
        '"reporter":"李","id":"7","picture":"/9j/4A==","weather":"rain"}}'
    )
    content = {"text": "墙裂", "place": "村东", "reporter": "李", "id": "7"}
    assert sink.reports == [("V7", "crack", T0, {**content, "picture": b"\xff\xd8\xff\xe0"})]
    assert (sink.readings, sink.rejects) == ([], [])


def test_report_takes_the_time_beside_it_and_leaves_out_what_is_not_said() -> None:
    sink = read('{"time": 1782864000, "report": {"kind": "all_clear"}, "value": 3}')
    assert sink.reports == [("", "all_clear", T0, {})]
    assert sink.readings == [("", "", T0, 3.0, "", 1, 0)]
