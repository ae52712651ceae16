from __future__ import annotations

import math

import pytest

from ingest.codecs.chirpstack import ChirpStack
from tests.shared import needs_shared
from tests.unit.codecs.shared_samples import iot
from tests.unit.codecs.sink import decode

T0 = 1_782_864_000_000  # 2026-07-01T00:00:00Z
HEAD = b'{"time":"2026-07-01T00:00:00Z","deviceInfo":{"devEui":"01"},"object":'


def code(payload: bytes, topic: str = "") -> str:
    sink = decode(ChirpStack(), payload, topic)
    assert sink.readings == []
    ((one, _, raw),) = sink.rejects
    assert raw == payload
    return one


@needs_shared
@pytest.mark.parametrize(
    ("option", "device"),
    [("devEui", "0101010101010101"), ("deviceName", "RG-001"), ("tag:station", "ST001")],
)
def test_sample(option: str, device: str) -> None:
    payload, topic = iot("chirpstack-v4-up")
    sink = decode(ChirpStack(device=option), payload, topic)
    assert sink.readings == [
        (device, "tips", T0 + 123, 2.0, "", 1, 0),
        (device, "battery_v", T0 + 123, 3.61, "", 1, 0),
    ]
    assert sink.rejects == []


def test_nested_object() -> None:
    sink = decode(
        ChirpStack(), HEAD + b'{"p":[{"t":"21.5"},{"t":1e99}],"alarm":true,"model":"X","w":null}}'
    )
    assert [reading[1:4:2] for reading in sink.readings[:2]] == [("p.0.t", 21.5), ("alarm", 1.0)]
    assert sink.readings[2][1] == "w"
    assert math.isnan(sink.readings[2][3])
    assert sink.readings[2][5] == 9
    assert [(one, raw) for one, _, raw in sink.rejects] == [("value", b'{"p.1.t":1e99}')]


def test_without_time_arrival_is_taken() -> None:
    sink = decode(ChirpStack(), b'{"deviceInfo":{"devEui":"01"},"object":{"a":1}}')
    assert sink.readings == [("01", "a", None, 1.0, "", 1, 0)]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"deviceInfo":{"devEui":"01"},"data":"AA=="}', "no_object"),
        (HEAD + b"null}", "no_object"),
        (HEAD + b"{}}", "empty"),
        (HEAD + b'{"model":"X"}}', "empty"),
        (HEAD + b"3}", "shape"),
        (HEAD + b'{"a":1' + b"0" * 400 + b"}}", "value"),
        (HEAD + b'{"a":' + b"[" * 500 + b"]" * 500 + b"}}", "deep"),
        (HEAD + b'{"%s":[1]}}' % (b"a" * 201), "name"),
        (b'{"object":{"a":1}}', "device"),
        (b'{"deviceInfo":{"devEui":""},"object":{"a":1}}', "device"),
        (HEAD.replace(b"Z", b"") + b'{"a":1}}', "time"),
        (HEAD.replace(b'"2026-07-01T00:00:00Z"', b"null") + b'{"a":1}}', "time"),
        (b"[]", "shape"),
        (b"[" * 100_000, "deep"),
        (b" " * 300_000, "too_big"),
        (b"\x0a\x10", "json"),
    ],
)
def test_refused(payload: bytes, expected: str) -> None:
    assert code(payload) == expected


@pytest.mark.parametrize("event", ["join", "status", "ack", "txack", "log", "location"])
def test_other_events_are_refused(event: str) -> None:
    assert code(b"{}", f"application/1/device/01/event/{event}") == "not_an_uplink"


def test_tag_that_is_not_there() -> None:
    payload = HEAD + b'{"a":1}}'
    ((one, detail, _),) = decode(ChirpStack(device="tag:station"), payload).rejects
    assert (one, detail) == ("device", "no tag:station in deviceInfo")


@pytest.mark.parametrize("option", ["DevEUI", "tag:", "tag", "tags:x", 3])
def test_wrong_option(option: str) -> None:
    with pytest.raises(ValueError, match="is none of"):
        ChirpStack(device=option)
