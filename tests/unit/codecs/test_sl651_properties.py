"""SL 651-2014 under random frames, splits, noise and damage."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.codecs import sl651_crc, sl651_stream
from ingest.codecs.sl651 import LIMIT, SL651
from ingest.codecs.sl651_stream import Span, cut
from tests.unit.codecs.samples_sl651 import CODEC, SAMPLES, TIMED
from tests.unit.codecs.sink import RecordingSink, decode
from tests.unit.codecs.sl651_encode import (
    digits,
    encode_frame,
    encode_packet,
    number,
    observed,
    rain_group,
    station,
)
from tongluo.core.errors import BadMessage

LONGEST = 4112
NAMES = {0x20: "PJ", 0x22: "PN05", 0x26: "PT", 0x38: "VT", 0x39: "Z"}

values = st.none() | st.integers(-99_999, 999_999).map(lambda one: one / 1000)
pairs = st.lists(st.tuples(st.sampled_from(sorted(NAMES)), values), min_size=1, max_size=6)
rain = st.lists(st.none() | st.integers(0, 254).map(lambda one: one / 10), min_size=12, max_size=12)
addresses = st.integers(0, 10**10 - 1).map(lambda one: f"{one:010d}")
numbers = st.lists(values, min_size=1, max_size=20)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    address = draw(addresses)
    body = station(address) + observed("2407010900")
    kind = draw(st.sampled_from(["plain", "hour", "list", "text"]))
    if kind == "list":
        several = [digits(one, 4, 3) for one in draw(numbers)]
        body += bytes.fromhex("04180000053923") + b"".join(several)
    elif kind == "text":
        body += b"\xf2\xf2" + draw(st.text("水位上涨0123 abc")).encode("gbk")
    else:
        body += rain_group(draw(rain)) if kind == "hour" else b""
        body += b"".join(number(code, value, 4, 3) for code, value in draw(pairs))
    return encode_frame(body, station=address, serial=draw(st.integers(0, 0xFFFF)))


@st.composite
def pieces(draw: st.DrawFn, whole: bytes) -> list[bytes]:
    places = sorted(draw(st.sets(st.integers(1, max(1, len(whole) - 1)), max_size=8)))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


def told(sink: RecordingSink) -> str:
    return repr((sink.readings, sink.reports))  # repr: NaN equals itself in it


def feed(parts: list[bytes], codec: SL651 = CODEC) -> RecordingSink:
    sink = RecordingSink()
    for part in parts:
        decode(codec, part, sink=sink)
    return sink


@given(addresses, pairs)
def test_what_was_written_is_read(address: str, written: list[tuple[int, float | None]]) -> None:
    body = b"".join(number(code, value, 4, 3) for code, value in written)
    sink = decode(CODEC, encode_frame(body, station=address))
    assert not sink.rejects
    read = [(one[0], one[1], None if one[5] == 9 else one[3]) for one in sink.readings]
    assert read == [(address, NAMES[code], value) for code, value in written]


@given(st.data(), st.lists(frames(), min_size=1, max_size=4), st.booleans())
def test_any_split_gives_the_same_readings(
    data: st.DataObject, sent: list[bytes], text: bool
) -> None:
    whole = b"".join(sent)
    whole = whole.hex().encode() if text else whole
    split = feed(data.draw(pieces(whole)))
    assert (split.rejects, split.kept) == ([], b"")
    assert told(split) == told(decode(CODEC, whole))
    assert split.readings or split.reports


@given(st.data(), st.lists(frames() | st.binary(max_size=30), min_size=1, max_size=5))
def test_any_split_of_a_noisy_stream_gives_the_same_readings(
    data: st.DataObject, sent: list[bytes]
) -> None:
    whole = b"".join(sent) + TIMED
    codec = SL651(text="binary")
    assert told(feed(data.draw(pieces(whole)), codec)) == told(decode(codec, whole))


@given(st.lists(frames() | st.binary(max_size=30) | st.just(b"\x7e"), max_size=5))
def test_every_byte_is_in_a_span_or_held(sent: list[bytes]) -> None:
    whole = b"".join(sent)
    spans, hold = cut(whole)
    assert [one.start for one in spans] + [hold] == [0, *(one.end for one in spans)]
    assert len(whole) - hold < LONGEST


@given(frames(), st.integers(min_value=0), st.integers(1, 255))
def test_any_damaged_byte_is_noticed(frame: bytes, place: int, change: int) -> None:
    at = place % len(frame)
    damaged = frame[:at] + bytes([frame[at] ^ change]) + frame[at + 1 :]
    sink = feed([damaged, TIMED])
    assert len(sink.readings) == 2  # those of the good frame behind it
    assert sum(len(raw or b"") for _, _, raw in sink.rejects) >= len(damaged) - 1


def heads(size: int) -> bytes:
    """Overlapping heads at every seventh byte, each of a frame of 4 KB: the most there can be."""
    one = bytearray(7)
    one[0:2] = sl651_stream.MARK
    one[4], one[5], one[6] = 0x0F, 0x02, sl651_stream.SINGLE  # direction, length, start of text
    return bytes(one) * (size // 7)


@pytest.mark.parametrize("payload", [b"\x7e" * 65_536, heads(65_536), b"\x7e\x7e\x01" * 21_000])
def test_false_marks_cost_little_and_are_told_once(payload: bytes) -> None:
    with patch.object(sl651_stream, "span_crc", wraps=sl651_crc.span_crc) as check:
        sink = decode(SL651(), payload)
    assert check.call_count <= len(payload) / 7
    assert sum(len(raw or b"") for _, _, raw in sink.rejects) + len(sink.kept) == len(payload)
    assert len(sink.rejects) <= len(payload) / 1500 + 2
    assert len(sink.kept) < LONGEST


def test_heads_of_the_hostile_stream_are_heads() -> None:
    spans, _ = cut(heads(20_000))
    assert spans[0] == Span("crc", 0, 14 + 0xF02 + 3)


@given(st.binary(max_size=300), st.integers(0, 250), st.integers(0, 300))
def test_check_of_a_span_is_that_of_its_bytes(data: bytes, start: int, size: int) -> None:
    start = min(start, len(data))
    end = min(start + size, len(data))
    states = sl651_crc.running(data)
    assert sl651_crc.span_crc(states, start, end) == sl651_crc.crc16(data[start:end])


def damaged(rng: random.Random) -> bytes:
    """A sample, or two, with bytes changed, cut out or put in, and sometimes a right CRC again."""
    raw = bytearray(b"".join(rng.sample(SAMPLES, rng.choice([1, 1, 2]))))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(raw))
        kind = rng.randrange(4)
        if kind < 2:
            raw[at] = rng.choice([0x00, 0x7E, 0xFF, 0xF0, 0xAA, rng.randrange(256)])
        elif kind == 2 and len(raw) > 30:
            del raw[at : at + rng.randint(1, 8)]
        else:
            raw[at:at] = rng.randbytes(rng.randint(1, 8))
    if rng.random() < 0.6:
        raw[-2:] = sl651_crc.crc16(bytes(raw[:-2])).to_bytes(2, "big")
    return bytes(raw)


def repaired(rng: random.Random) -> bytes:
    """A frame whose body is random but whose length and CRC are right: it reaches the elements."""
    body = rng.randbytes(rng.randint(0, 60))
    if rng.random() < 0.2:
        return encode_packet(body, rng.randint(0, 4), rng.randint(0, 4), function=0x38)
    if rng.random() < 0.7:
        body = station("0012345678") + observed("2407010900") + body
    return encode_frame(body, function=rng.choice([0x31, 0x34, 0x36, 0x38]))


def fuzz(rounds: int, seed: int) -> set[str]:
    rng = random.Random(seed)
    sink, seen = RecordingSink(), set()
    for _ in range(rounds):
        payload = repaired(rng) if rng.random() < 0.3 else damaged(rng)
        kept, sink = sink.kept, RecordingSink(kept=sink.kept)
        try:
            CODEC.decode(payload, "t", sink)
        except BadMessage as bad:
            seen.add(bad.code)
        assert sink.said()
        assert len(sink.held[-1] if sink.held else b"") <= 8192
        size = sum(len(raw or b"") for _, _, raw in sink.rejects)
        assert size <= len(payload) + len(kept)
        seen |= {code for code, _, _ in sink.rejects}
        sink = RecordingSink(kept=sink.held[-1] if sink.held else b"")
    return seen


REASONS = {"garbage", "crc", "downlink", "part", "time", "bcd", "short", "element", "text"}


def test_damage_raises_nothing_and_reaches_every_reason() -> None:
    assert fuzz(4_000, seed=651) >= REASONS


@pytest.mark.long
def test_a_hundred_thousand_damaged_payloads_raise_nothing() -> None:
    assert fuzz(100_000, seed=2014) >= REASONS


def test_biggest_payload_is_read() -> None:
    payload = TIMED * (LIMIT // len(TIMED))
    assert len(decode(CODEC, payload).readings) == 2 * (LIMIT // len(TIMED))
