from __future__ import annotations

from typing import cast

import pytest

from ingest.codecs.senml import SenML
from tests.shared import needs_shared
from tests.unit.codecs.shared_samples import iot
from tests.unit.codecs.sink import decode

T0 = 1_782_864_000_000  # 2026-07-01T00:00:00Z


def code(payload: bytes) -> str:
    sink = decode(SenML(), payload)
    assert sink.readings == []
    ((one, _, raw),) = sink.rejects
    assert raw == payload
    return one


@needs_shared
def test_sample() -> None:
    payload, topic = iot("senml-json")
    sink = decode(SenML(), payload, topic)
    device = "urn:dev:mac:0024befffe804ff1"
    assert sink.readings == [
        (device, "rain", T0, 0.5, "mm", 1, 0),
        (device, "level", T0 - 5000, 12.345, "m", 1, 0),
        (device, "door", T0, 1.0, "", 1, 0),
    ]
    assert sink.rejects == []


def test_base_fields_hold_until_changed() -> None:
    sink = decode(
        SenML(),
        b'[{"bn":"a/","bt":1782864000.5,"bu":"m","bv":10},{"n":"x","v":1},'
        b'{"bn":"b:","bu":"mm","n":"y","v":2,"t":1},{"bv":0,"bt":0,"n":"z","v":3}]',
    )
    assert sink.readings == [
        ("a", "x", T0 + 500, 11.0, "m", 1, 0),
        ("b", "y", T0 + 1500, 12.0, "mm", 1, 0),
        ("b", "z", None, 3.0, "mm", 1, 0),
    ]


@pytest.mark.parametrize(
    ("split", "name", "expected"),
    [
        ("/:", "urn:dev:ow:10e2:voltage", ("urn:dev:ow:10e2", "voltage")),
        ("/:", "site/gauge//level", ("site/gauge", "level")),
        ("/:", "level", ("", "level")),
        ("/:", "urn:dev:ow:10e2:", ("urn:dev:ow:10e2", "")),
        (".", "gauge.level", ("gauge", "level")),
        ("", "urn:dev:ow:10e2", ("urn:dev:ow:10e2", "")),
    ],
)
def test_names(split: str, name: str, expected: tuple[str, str]) -> None:
    sink = decode(SenML(split=split), b'[{"n":"%s","v":1}]' % name.encode())
    assert sink.readings[0][:2] == expected


def test_relative_time_is_rejected_and_the_rest_kept() -> None:
    sink = decode(SenML(), b'[{"bn":"a/","n":"x","v":1},{"n":"y","v":2,"t":-60}]')
    assert sink.readings == [("a", "x", None, 1.0, "", 1, 0)]
    assert sink.rejects == [("relative_time", "-60.0 s from now", b'{"n":"y","v":2,"t":-60}')]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"[]", "empty"),
        (b'[{"n":"fw","vs":"1.0"}]', "empty"),
        (b'{"n":"x","v":1}', "shape"),
        (b"[1]", "shape"),
        (b'[{"n":"x","v":1},{"bver":11}]', "version"),
        (b'[{"n":"x","v":1,"bver":"5"}]', "version"),
        (b'[{"n":"x","v":1,"new_":1}]', "must_understand"),
        (b'[{"n":"x","v":1,"t":-5}]', "relative_time"),
        (b'[{"n":"x","v":1,"t":1782864000000}]', "time"),
        (b'[{"n":"x","v":1,"t":"now"}]', "time"),
        (b'[{"n":"x","v":"1"}]', "value"),
        (b'[{"n":"x","v":null}]', "value"),
        (b'[{"n":"x","v":1' + b"0" * 400 + b"}]", "value"),
        (b'[{"n":"x","v":1e400}]', "value"),
        (b'[{"n":"x","v":1,"vb":true}]', "value"),
        (b'[{"n":"x","vb":1}]', "value"),
        (b'[{"v":1}]', "name"),
        (b'[{"n":1,"v":1}]', "name"),
        (b'[{"bn":"%s","n":"x","v":1}]' % (b"a" * 201), "name"),
        (b'[{"n":"x","v":1,"u":1}]', "unit"),
        (b"[" * 100_000, "deep"),
        (b" " * 300_000, "too_big"),
        (b"\xff", "json"),
    ],
)
def test_refused(payload: bytes, expected: str) -> None:
    assert code(payload) == expected


def test_wrong_option() -> None:
    with pytest.raises(ValueError, match="split: 3 is not a text"):
        SenML(split=cast("str", 3))
