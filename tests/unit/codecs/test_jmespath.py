from __future__ import annotations

from typing import Any

import pytest

from ingest.codecs.jmespath_ import JMESPath
from tests.shared import needs_shared
from tests.unit.codecs.shared_samples import iot
from tests.unit.codecs.sink import decode

T0 = 1_782_864_000_000  # 2026-07-01T00:00:00Z


@needs_shared
def test_meshtastic() -> None:
    codec = JMESPath(
        device="sender",
        time="timestamp",
        time_format="s",
        values={
            "rain_1h": "payload.rainfall_1h",
            "voltage": "payload.voltage",
            "temperature": "payload.temperature",
        },
        unit={"rain_1h": "mm", "voltage": "V"},
    )
    sink = decode(codec, *iot("meshtastic-json"))
    assert sink.readings == [
        ("!7efeee00", "rain_1h", T0, 3.2, "mm", 1, 0),
        ("!7efeee00", "voltage", T0, 4.22, "V", 1, 0),
    ]
    assert sink.rejects == []


@needs_shared
def test_sensorthings() -> None:
    codec = JMESPath(time="phenomenonTime", values={"level": "result"}, unit={"level": "m"})
    sink = decode(codec, *iot("sensorthings-mqtt"))
    assert sink.readings == [("", "level", T0, 12.345, "m", 1, 0)]
    assert sink.rejects == []


LIST = JMESPath(
    each="data[]", device="dev", time="t", time_format="ms", values={"rain": "r", "wind": "w.v"}
)


def test_items_fall_back_to_the_message_for_device_and_time() -> None:
    sink = decode(
        LIST,
        b'{"dev":7,"t":1782864000000,"data":[{"r":0.5},{"dev":"B","t":1782864001000,"r":"1","w":'
        b'{"v":true}}]}',
    )
    assert sink.readings == [
        ("7", "rain", T0, 0.5, "", 1, 0),
        ("B", "rain", T0 + 1000, 1.0, "", 1, 0),
        ("B", "wind", T0 + 1000, 1.0, "", 1, 0),
    ]


def test_bad_parts_are_rejected_alone() -> None:
    sink = decode(
        LIST, b'{"dev":"A","data":[{"t":0,"r":"x","w":{"v":2}},{"r":1},{"t":0,"dev":[],"r":1}]}'
    )
    assert sink.readings == [("A", "wind", 0, 2.0, "", 1, 0)]
    assert [(code, raw) for code, _, raw in sink.rejects] == [
        ("value", b'{"rain":"x"}'),
        ("time", b'{"r":1}'),
        ("device", b'{"t":0,"dev":[],"r":1}'),
    ]


ROOT = {"dev": "A", "t": 0}


@pytest.mark.parametrize(
    ("options", "payload", "expected"),
    [
        ({"values": {"a": "x"}}, b"{}", "empty"),
        ({"values": {"a": "x"}, "each": "data"}, b"{}", "empty"),
        ({"values": {"a": "x"}, "each": "data"}, b'{"data":[]}', "empty"),
        ({"values": {"a": "x"}}, b'{"x":[1]}', "value"),
        ({"values": {"a": "x"}}, b'{"x":1' + b"0" * 400 + b"}", "value"),
        ({"values": {"a": "x"}, "device": "d"}, b'{"x":1}', "device"),
        ({"values": {"a": "x"}, "time": "t"}, b'{"x":1}', "time"),
        ({"values": {"a": "x"}, "time": "t"}, b'{"x":1,"t":"2026-07-01T00:00:00"}', "time"),
        ({"values": {"a": "x"}, "time": "t", "time_format": "s"}, b'{"x":1,"t":"soon"}', "time"),
        ({"values": {"a": "x"}, "time": "t", "time_format": "s"}, b'{"x":1,"t":1e12}', "time"),
        ({"values": {"a": "abs(x)"}}, b'{"x":"text"}', "expression"),
        ({"values": {"a": "abs(x)"}, "each": "keys(@)"}, b"[]", "expression"),
        ({"values": {"a": "x"}}, b"[" * 100_000, "deep"),
        ({"values": {"a": "x"}}, b" " * 300_000, "too_big"),
        ({"values": {"a": "x"}}, b"\xff", "json"),
    ],
)
def test_refused(options: dict[str, Any], payload: bytes, expected: str) -> None:
    sink = decode(JMESPath(**options), payload)
    assert sink.readings == []
    ((code, _, raw),) = sink.rejects
    assert (code, raw) == (expected, payload)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": {}}, "values: name at least one"),
        ({"values": "x"}, "values: name at least one"),
        ({"values": {"rain": "a["}}, r"values\.rain: 'a\[' is not a JMESPath expression: "),
        ({"values": {"rain": 3}}, "values.rain: 3 is not a text"),
        ({"values": {"rain": "a"}, "each": "?"}, "each: '\\?' is not a JMESPath expression"),
        ({"values": {"rain": "a"}, "time_format": "iso8601"}, "none of iso, s, ms"),
        ({"values": {"rain": "a"}, "unit": {"rian": "mm"}}, "unit: rian is not among the values"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        JMESPath(**options)
