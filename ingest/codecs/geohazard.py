"""Geological-hazard devices of the common kind (普适型): crack, tilt, GNSS, rain, soil water."""

from __future__ import annotations

import math
from typing import Any

from ingest.codecs.json_payload import (
    Fault,
    check_name,
    check_size,
    flat,
    is_numeric,
    iso_ms,
    load_object,
    number,
    settle,
    written,
)
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

UNITS = {
    "L1_LF.value": "mm",  # crack
    "L1_GP.gpsTotalX": "mm", "L1_GP.gpsTotalY": "mm", "L1_GP.gpsTotalZ": "mm",  # GNSS
    "L1_SW.dispsX": "mm", "L1_SW.dispsY": "mm",  # deep displacement
    "L1_JS.gX": "mg", "L1_JS.gY": "mg", "L1_JS.gZ": "mg",  # acceleration
    "L1_QJ.X": "deg", "L1_QJ.Y": "deg", "L1_QJ.Z": "deg",  # tilt
    "L1_QJ.angle": "deg", "L1_QJ.AZI": "deg",
    "L1_ZD.value": "mm",  # vibration
    "L3_YL.value": "mm", "L3_YL.totalValue": "mm",  # rain
    "S1_ZT.ext_power_volt": "V", "S1_ZT.solar_volt": "V",  # device status
}  # fmt: skip
"""Unit by sensor method and field, where the technical requirements name one."""

_FIELDS = {"singal_NB": "signal_NB"}  # a misspelling that devices in the field have
_POSITION = ("lon", "lat")
_WORDS = ("sw_version",)  # looks like a number in some releases, never is one


class Geohazard:
    """JSON {device: {sensor code: {time: value or {field: value}}}}, bare or in a `$dp` envelope.

    An element is named by sensor code and field: "L3_YL_1.totalValue"; a bare value is named
    "L3_YL_1.value", so that both writings are one sensor. Deeper objects add further dots
    ("S1_ZT_1.sensor_state.L1_QJ_1"). Numbers may be written as text. Texts beside numbers
    (software version, RTCM) are passed over, and so is a position of zero: no satellite fix.

    Times are ISO 8601 with offset; a broken one rejects its own readings only.

    The `$dp` envelope: type (1, 2 or 3), length of the JSON (two bytes, big-endian), JSON; type 3
    adds a two-byte length and a file, which becomes a report of kind "file". A vendor's wrap
    {"header": ..., "bodies": {"body": {...}}} is taken off; an encrypted body is refused.

    Source: 地质灾害监测数据通信技术要求.

    >>> from unittest.mock import Mock
    >>> sink = Mock()
    >>> Geohazard().decode(b'{"D1": {"L1_LF_1": {"2026-07-01T00:00:00Z": 10.86}}}', "$dp", sink)
    >>> sink.reading.call_args.args
    ('D1', 'L1_LF_1.value', 1782864000000, 10.86, 'mm', 1)
    """

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:  # noqa: D102 - see Codec
        check_size(payload)
        text, file, faults = _open(payload)
        devices = _unwrap(load_object(text))
        read = sum(_device(name, sensors, sink, faults) for name, sensors in devices.items())
        if file is not None:
            sink.report(next(iter(devices), ""), "file", None, picture=file)
            read += 1
        settle(read, faults, sink)


def _open(payload: bytes) -> tuple[bytes, bytes | None, list[Fault]]:
    """(JSON, file, faults) of a bare or enveloped message."""
    if payload.lstrip()[:1] == b"{":
        return payload, None, []
    if payload[:1] not in {b"\1", b"\2", b"\3"}:
        raise BadMessage("shape", "neither JSON nor a $dp envelope")
    end = 3 + int.from_bytes(payload[1:3], "big")
    if len(payload) < end:
        raise BadMessage("length", f"{len(payload)} of {end} bytes of a $dp envelope")
    text, rest = payload[3:end], payload[end:]
    if payload[0] == 3:
        size = int.from_bytes(rest[:2], "big")
        if len(rest) == 2 + size:
            return text, rest[2:], []
        return text, None, [("length", "the file has another length than said", rest)]
    return text, None, [("length", "bytes after the end", rest)] if rest else []


def _unwrap(fields: dict[str, Any]) -> dict[str, Any]:
    if "bodies" not in fields:
        return fields
    bodies = fields["bodies"]
    body = bodies.get("body") if isinstance(bodies, dict) else bodies
    if isinstance(body, str):
        raise BadMessage("encrypted", "ask the vendor for plain bodies")
    if not isinstance(body, dict):
        raise BadMessage("shape", "no object in bodies.body")
    return body


def _device(device: str, sensors: object, sink: Sink, faults: list[Fault]) -> int:
    """How many readings were read."""
    if not isinstance(sensors, dict):
        faults.append(("shape", "no sensors", written({device: sensors})))
        return 0
    read = 0
    for code, times in sensors.items():
        check_name(device + code)
        if not isinstance(times, dict):
            faults.append(("shape", "no times", written({device: {code: times}})))
            continue
        for time, value in times.items():
            try:
                read += _fields(device, code, time, value, sink, faults)
            except BadMessage as bad:
                faults.append((bad.code, bad.detail, written({device: {code: {time: value}}})))
    return read


def _fields(
    device: str, code: str, time: str, value: object, sink: Sink, faults: list[Fault]
) -> int:
    """Read the fields of one sensor at one time; how many."""
    fields = value if isinstance(value, dict) else {"value": value}
    leaves = [leaf for leaf in flat(fields, "") if not _passed_over(*leaf, fields is value)]
    if not leaves and not any(key in fields for key in _POSITION):
        raise BadMessage("value", "no number in it")
    ms, method, read = iso_ms(time), code.rpartition("_")[0], 0
    for name, leaf in leaves:
        try:
            one = number(leaf)
        except BadMessage as bad:
            part = written({device: {code: {time: {name: leaf}}}})
            faults.append((bad.code, bad.detail, part))
            continue
        field = _FIELDS.get(name, name)
        unit, flag = UNITS.get(f"{method}.{field}", ""), 9 if math.isnan(one) else 1
        sink.reading(device, f"{code}.{field}", ms, one, unit, flag)
        read += 1
    return read


def _passed_over(name: str, leaf: object, beside_numbers: bool) -> bool:
    if name in _POSITION:
        return leaf == 0 or (isinstance(leaf, str) and is_numeric(leaf) and not float(leaf))
    return beside_numbers and isinstance(leaf, str) and (name in _WORDS or not is_numeric(leaf))
