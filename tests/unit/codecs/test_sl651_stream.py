"""SL 651-2014: frames in a stream: noise, halves, damage, digits."""

from __future__ import annotations

import pytest

from ingest.codecs.sl651 import LIMIT, SL651
from ingest.codecs.sl651_elements import Bad
from ingest.codecs.sl651_frame import read_frame
from tests.unit.codecs.samples_sl651 import (
    CODEC,
    HOURLY,
    KEEPALIVE,
    MANUAL,
    TIMED,
)
from tests.unit.codecs.sink import RecordingSink, decode
from tests.unit.codecs.sl651_encode import (
    encode_frame,
)
from tongluo.core.errors import BadMessage


def codes(sink: RecordingSink) -> list[str]:
    return [code for code, _, _ in sink.rejects]


def test_trailing_7e_is_tolerated() -> None:
    sink = decode(CODEC, (TIMED + b"\x7e") * 3)
    assert (len(sink.readings), sink.rejects, sink.kept) == (6, [], b"\x7e")
    decode(CODEC, KEEPALIVE, sink=sink)
    assert (len(sink.readings), sink.rejects, sink.kept) == (7, [], b"")


def test_garbage_before_between_and_behind_frames() -> None:
    sink = decode(CODEC, b"AT+OK\r\n" + TIMED + b"\x00\x7e\x7e\x01" + KEEPALIVE + b"bye")
    assert [one[1] for one in sink.readings] == ["PJ", "Z", "keepalive"]
    assert sink.rejects == [
        ("garbage", b"AT+OK\r\n".hex(), b"AT+OK\r\n"),
        ("garbage", "007e7e01", b"\x00\x7e\x7e\x01"),
        ("garbage", b"bye".hex(), b"bye"),
    ]


def test_wrong_crc_is_rejected_and_the_next_frame_is_found() -> None:
    broken = TIMED[:-1] + bytes([TIMED[-1] ^ 1])
    sink = decode(CODEC, KEEPALIVE + broken + KEEPALIVE)
    assert [one[1] for one in sink.readings] == ["keepalive"] * 2
    assert sink.rejects == [("crc", broken[:16].hex(), broken)]


def test_frame_inside_a_broken_one_is_found() -> None:
    lost = TIMED[:30]  # its end never came: the length now reaches into the next frame
    sink = decode(CODEC, lost + HOURLY)
    assert len(sink.readings) == 26
    assert sink.rejects == [("crc", lost[:16].hex(), lost)]


def test_half_frames_are_held_until_their_end_comes() -> None:
    sink = RecordingSink()
    for at in range(0, len(HOURLY), 7):
        decode(CODEC, HOURLY[at : at + 7], sink=sink)
    assert (len(sink.readings), sink.rejects, sink.kept) == (26, [], b"")


def test_end_that_never_comes_takes_no_good_frame_with_it() -> None:
    promise = bytes.fromhex("7E7E0100123456781234320FFF02") + b"x" * 100
    sink = decode(CODEC, promise)
    assert (sink.rejects, sink.kept) == ([], promise)
    decode(CODEC, KEEPALIVE, sink=sink)
    assert [one[1] for one in sink.readings] == ["keepalive"]
    assert sink.rejects == [("garbage", promise[:16].hex(), promise)]


def test_impossible_head_is_not_held() -> None:
    sink = decode(CODEC, bytes.fromhex("7E7E0100123456781234327FFF02"))
    assert (codes(sink), sink.kept) == (["garbage"], b"")


def test_frames_written_as_digits() -> None:
    text = TIMED.hex().upper().encode() + b"\r\n" + KEEPALIVE.hex().encode()
    sink = decode(CODEC, text)
    assert ([one[1] for one in sink.readings], sink.rejects) == (["PJ", "Z", "keepalive"], [])
    assert codes(decode(SL651(text="binary"), text)) == ["garbage"]


@pytest.mark.parametrize("at", range(1, 50))
def test_half_frames_written_as_digits(at: int) -> None:
    text = KEEPALIVE.hex().encode()
    sink = decode(CODEC, text[:at])
    decode(CODEC, text[at:], sink=sink)
    assert ([one[1] for one in sink.readings], sink.rejects) == (["keepalive"], [])


def test_text_after_bytes_is_read_too() -> None:
    sink = decode(CODEC, TIMED + b"\x7e")
    decode(CODEC, KEEPALIVE.hex().encode(), sink=sink)
    assert (len(sink.readings), sink.rejects) == (3, [])


def test_longest_half_frame_as_text_is_too_long_to_hold() -> None:
    promise = bytes.fromhex("7E7E0100123456781234320FFF02") + b"x" * 4097
    text = promise.hex().encode()
    sink = decode(CODEC, text)
    assert (codes(sink), sink.rejects[0][2], sink.kept) == (["garbage"], text, b"")


def test_too_big_or_empty_a_payload_is_refused() -> None:
    for payload, code in ((bytes(LIMIT + 1), "too_big"), (b"", "empty")):
        with pytest.raises(BadMessage) as bad:
            CODEC.decode(payload, "t", RecordingSink())
        assert bad.value.code == code


def test_refusal_loses_nothing_held_back() -> None:
    sink = decode(CODEC, TIMED[:20])
    decode(CODEC, b"", sink=sink)
    assert (codes(sink), sink.kept) == (["empty"], TIMED[:20])
    decode(CODEC, bytes(LIMIT + 1), sink=sink)
    assert (codes(sink), sink.kept) == (["empty", "too_big", "garbage"], b"")
    assert sink.rejects[-1][2] == TIMED[:20]


@pytest.mark.parametrize("raw", [b"", b"hello", KEEPALIVE[:-1], KEEPALIVE + b"\x7e", MANUAL[1:]])
def test_what_is_no_frame_is_not_read_as_one(raw: bytes) -> None:
    with pytest.raises(BadMessage, match="garbage"):
        read_frame(raw)


def test_frame_with_a_wrong_crc_is_not_read() -> None:
    with pytest.raises(BadMessage, match="crc"):
        read_frame(KEEPALIVE[:-2] + b"\x00\x00")


def test_bad_elements_are_values_of_the_frame() -> None:
    frame = read_frame(encode_frame(b"\x39\x23\x00"))
    assert [one.value for one in frame.elements] == [Bad("short", b"\x39\x23\x00")]
