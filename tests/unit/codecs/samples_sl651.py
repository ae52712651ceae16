"""Payloads of SL 651-2014 for the fuzz test of every codec."""

from __future__ import annotations

from ingest.codecs.sl651 import SL651
from tests.unit.codecs.sl651_encode import (
    encode_frame,
    encode_packet,
    level_group,
    number,
    observed,
    rain_group,
    station,
)

CODEC = SL651()
_STATION = "0012345678"
_HEAD = station(_STATION) + observed("2407010900")
KEEPALIVE = encode_frame(function=0x2F)
TIMED = encode_frame(_HEAD + number(0x20, 13.0, 3, 1) + number(0x39, -0.55, 4, 3))
HOURLY = encode_frame(
    _HEAD
    + rain_group([0.0] * 11 + [None])
    + level_group([1.25] * 12)
    + number(0x26, 234.5, 3, 1)
    + number(0x38, 12.5, 2, 2),
    function=0x34,
)
UNIFORM = encode_frame(
    station(_STATION) + observed("2407010805") + bytes.fromhex("0418000005")
    + number(0x39, 28.96, 4, 3) + bytes.fromhex("00028970FFFFFFFF"),
    function=0x31,
)  # fmt: skip
MANUAL = encode_frame(b"\xf2\xf2" + "水位上涨".encode("gbk"), function=0x35)
PICTURE = [
    encode_packet(b"\x00\x07" + bytes.fromhex("240701090000") + _HEAD + b"\xf3\xf3\xff\xd8", 1, 2),
    encode_packet(bytes(range(200)), 2, 2),
]
DOWNLINK = encode_frame(function=0x37, down=True, end=0x05)

SAMPLES: list[bytes] = [
    KEEPALIVE,
    TIMED,
    HOURLY,
    UNIFORM,
    MANUAL,
    b"".join(PICTURE),
    DOWNLINK,
    b"noise" + TIMED + b"\x7e" + HOURLY[:40],
    TIMED.hex().upper().encode(),
]
