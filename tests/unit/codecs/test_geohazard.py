from __future__ import annotations

import math

import pytest

from ingest.codecs.geohazard import Geohazard
from tests.shared import needs_shared
from tests.unit.codecs.shared_samples import geohazard
from tests.unit.codecs.sink import RecordingSink, decode

T0 = 1_782_864_000_000  # 2026-07-01T00:00:00Z
CRACK = b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00Z":10.86}}}'
READ = [("D1", "L1_LF_1.value", T0, 10.86, "mm", 1, 0)]


def read(payload: bytes) -> RecordingSink:
    return decode(Geohazard(), payload, "$dp")


def code(payload: bytes) -> str:
    sink = read(payload)
    assert (sink.readings, sink.reports) == ([], [])
    ((one, _, raw),) = sink.rejects
    assert raw == payload
    return one


def envelope(kind: int, text: bytes, rest: bytes = b"") -> bytes:
    return bytes([kind]) + len(text).to_bytes(2, "big") + text + rest


@needs_shared
@pytest.mark.parametrize(
    ("note", "device", "expected"),
    [
        (
            "bare number and object",
            "DEV000000001",
            [
                ("L3_YL_1.value", T0, 0.5, "mm"),
                ("L3_YL_1.totalValue", T0, 132.5, "mm"),
                ("L3_YL_1.value", T0 + 300_000, 1.0, "mm"),
                ("L3_YL_1.totalValue", T0 + 300_000, 133.5, "mm"),
                ("L3_YL_2.value", T0, 0.4, "mm"),
            ],
        ),
        ("crack meter", "DEV000000002", [("L1_LF_1.value", T0, 10.86, "mm")]),
        (
            "GNSS",
            "DEV000000003",
            [
                ("L1_GP_1.gpsTotalX", T0, 12.4, "mm"),
                ("L1_GP_1.gpsTotalY", T0, -3.1, "mm"),
                ("L1_GP_1.gpsTotalZ", T0, -8.8, "mm"),
            ],
        ),
        (
            "tilt and acceleration",
            "DEV000000004",
            [
                ("L1_QJ_1.X", T0, -0.04, "deg"),
                ("L1_QJ_1.Y", T0, -0.06, "deg"),
                ("L1_QJ_1.Z", T0, -0.03, "deg"),
                ("L1_QJ_1.angle", T0, 83.0, "deg"),
                ("L1_QJ_1.AZI", T0, -8.7, "deg"),
                ("L1_JS_1.gX", T0, -0.2, "mg"),
                ("L1_JS_1.gY", T0, -1.2, "mg"),
                ("L1_JS_1.gZ", T0, -0.3, "mg"),
            ],
        ),
        (
            "device status",
            "DEV000000004",
            [
                ("S1_ZT_1.ext_power_volt", T0, 12.1, "V"),
                ("S1_ZT_1.battery_dump_energy", T0, 86.0, ""),
                ("S1_ZT_1.temp", T0, 31.0, ""),
                ("S1_ZT_1.humidity", T0, 77.0, ""),
                ("S1_ZT_1.signal_4g", T0, -71.0, ""),
                ("S1_ZT_1.signal_NB", T0, 22.0, ""),
                ("S1_ZT_1.sensor_state.L1_QJ_1", T0, 0.0, ""),
                ("S1_ZT_1.sensor_state.L1_JS_1", T0, 1.0, ""),
            ],
        ),
    ],
)
def test_samples(note: str, device: str, expected: list[tuple[str, int, float, str]]) -> None:
    sink = read(geohazard(note))
    assert sink.readings == [
        (device, element, time, value, unit, 1, 0) for element, time, value, unit in expected
    ]
    assert sink.rejects == []


@needs_shared
def test_sample_with_a_broken_time_keeps_the_good() -> None:
    sink = read(geohazard("broken time"))
    assert sink.readings == [("DEV000000006", "L1_LF_1.value", T0, 3.3, "mm", 1, 0)]
    ((one, _, raw),) = sink.rejects
    assert (one, raw) == ("time", b'{"DEV000000005":{"L1_LF_1":{"2026":3.2}}}')


@pytest.mark.parametrize("kind", [1, 2])
def test_envelope(kind: int) -> None:
    assert read(envelope(kind, CRACK)).readings == READ


def test_envelope_with_file() -> None:
    sink = read(envelope(3, CRACK, b"\0\3\xd3\0\1"))
    assert sink.readings == READ
    assert sink.reports == [("D1", "file", None, {"picture": b"\xd3\0\1"})]
    assert sink.rejects == []


@pytest.mark.parametrize(
    ("kind", "rest"), [(3, b""), (3, b"\0"), (3, b"\0\4abc"), (3, b"\0\2abc"), (1, b"abc")]
)
def test_envelope_of_another_length_keeps_the_readings(kind: int, rest: bytes) -> None:
    sink = read(envelope(kind, CRACK, rest))
    assert sink.readings == READ
    assert sink.reports == []
    assert [(one, raw) for one, _, raw in sink.rejects] == [("length", rest)]


def test_vendor_wrap() -> None:
    assert read(b'{"header":{"appId":"x"},"bodies":{"body":' + CRACK + b"}}").readings == READ


def body(value: str) -> bytes:
    return b'{"D1":{"S1_ZT_1":{"2026-07-01T00:00:00Z":%s}}}' % value.encode()


def test_texts_beside_numbers_are_passed_over() -> None:
    sink = read(body('{"sw_version":"1.2","temp":"31.5","gpsInitial":"0xD3"}'))
    assert [reading[1:4] for reading in sink.readings] == [("S1_ZT_1.temp", T0, 31.5)]
    assert sink.rejects == []


def test_position() -> None:
    sink = read(body('{"lon":"113.25","lat":23.1}'))
    assert [reading[1::2] for reading in sink.readings] == [
        ("S1_ZT_1.lon", 113.25, 1),
        ("S1_ZT_1.lat", 23.1, 1),
    ]
    assert code(body('{"lon":"0.000000","lat":0}')) == "empty"


def test_null_is_missing() -> None:
    (reading,) = read(body("null")).readings
    assert math.isnan(reading[3])
    assert reading[5] == 9


def test_one_bad_field_costs_no_other() -> None:
    sink = read(body('{"temp":31,"humidity":1e30}'))
    assert [reading[1] for reading in sink.readings] == ["S1_ZT_1.temp"]
    assert [(one, raw) for one, _, raw in sink.rejects] == [
        ("value", b'{"D1":{"S1_ZT_1":{"2026-07-01T00:00:00Z":{"humidity":1e30}}}}')
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00":1}}}', "time"),
        (b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00Z":"n/a"}}}', "value"),
        (b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00Z":{"note":"n/a"}}}}', "value"),
        (b'{"D1":{"L1_LF_1":{"2026-07-01T00:00:00Z":{}}}}', "value"),
        (body("1" + "0" * 400), "value"),
        (body("1" + "0" * 5000), "value"),
        (body('"1' + "0" * 400 + '"'), "value"),
        (body('"1_0"'), "value"),
        (body("[" * 500 + "1" + "]" * 500), "deep"),
        (b'{"D1":3}', "shape"),
        (CRACK.replace(b"D1", b"D" * 200), "name"),
        (body('{"%s":{"a":1}}' % ("a" * 201)), "name"),
        (b'{"D1":{"L1_LF_1":3}}', "shape"),
        (b"{}", "empty"),
        (b'{"D1":{}}', "empty"),
        (b'{"header":{},"bodies":{"body":"8f3aQ=="}}', "encrypted"),
        (b'{"header":{},"bodies":{}}', "shape"),
        (b"\1\0", "length"),
        (b"\1\xff\xff{}", "length"),
        (b"\1\0\2[]", "shape"),
        (b"$cmd=reqtime", "shape"),
        (b"", "shape"),
        (b'{"a":' * 40_000, "deep"),
        (b"{" + b" " * 300_000, "too_big"),
    ],
)
def test_refused(payload: bytes, expected: str) -> None:
    assert code(payload) == expected
