"""Messages that are too long, and packets that contradict themselves: cut or refused, no crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTErrorCode

from tests.packets import PIECE, V3, V5, WRONG, message, packet, read_by_ours, varint
from tongluo.daemon.client import HEAD, LARGEST

# -- too long


@pytest.mark.parametrize("version", [V3, V5])
@pytest.mark.parametrize("over", [1, 3 * PIECE, 5 * LARGEST])
def test_a_message_beyond_the_largest_is_cut_and_says_by_how_much(version: Any, over: int) -> None:
    none = b"\0" if version == V5 else b""
    payload = bytes(range(256)) * ((LARGEST + over) // 256 + 1)
    data = message(b"a/b", payload, 7, 0x38, none) + message(b"c", b"next", 8, 0x30, none)
    result, inbox = read_by_ours(version, data)
    assert result == MQTTErrorCode.MQTT_ERR_SUCCESS
    (topic, kept, mid, dup, left_out), following = inbox
    assert (topic, mid, dup) == ("a/b", 7, True)
    assert len(kept) <= HEAD
    assert payload.startswith(kept)
    assert len(kept) + left_out == len(payload)
    assert following == ("c", b"next", 8, False, 0)


def test_the_largest_whole_message_is_not_cut() -> None:
    payload = b"p" * (LARGEST - 3)
    assert read_by_ours(V3, message(b"a", payload))[1] == [("a", payload, 0, False, 0)]


def test_the_longest_topic_of_a_message_that_is_cut() -> None:
    """Its packet id lies behind the topic: without it the message could not be acknowledged."""
    topic, payload = b"t" * 65535, b"p" * LARGEST
    ((name, kept, mid, _, left_out),) = read_by_ours(V5, message(topic, payload, 5, 0x30, b"\0"))[1]
    assert (len(name), mid, len(kept) + left_out) == (65535, 5, LARGEST)


def test_properties_longer_than_what_is_kept_are_not_payload() -> None:
    filler = (b"\x26\0\1k" + b"\xff\xff" + b"v" * 65535) * 20
    properties = varint(len(filler)) + filler
    result, inbox = read_by_ours(V5, message(b"a", b"payload", 3, 0x30, properties))
    assert result == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert inbox == [("a", b"", 3, False, len(b"payload"))]


@pytest.mark.parametrize("first", [0x90, 0xD0, 0x40])
def test_no_other_packet_may_be_that_long(first: int) -> None:
    """Else a broker gone wrong would have it all kept in memory."""
    assert read_by_ours(V5, bytes([first]) + varint(LARGEST + 1) + b"\0" * HEAD)[0] == WRONG


# -- wrong packets end the connection, never the daemon


@pytest.mark.parametrize(
    ("version", "data"),
    [
        pytest.param(V3, b"\x30\xff\xff\xff\xff\x01", id="length-of-five-bytes"),
        pytest.param(V5, b"\xd0\x80\x80\x80\x80", id="length-of-five-bytes-not-publish"),
        pytest.param(V3, packet(0x30, b""), id="nothing"),
        pytest.param(V3, packet(0x30, b"\x00"), id="half-a-topic-length"),
        pytest.param(V3, packet(0x30, b"\x00\x05abcd"), id="topic-beyond"),
        pytest.param(V5, packet(0x30, b"\xff\xffa"), id="topic-far-beyond"),
        pytest.param(V3, packet(0x32, b"\x00\x01a"), id="no-packet-id"),
        pytest.param(V3, packet(0x32, b"\x00\x01a\x00"), id="half-a-packet-id"),
        pytest.param(V5, packet(0x30, b"\x00\x01a"), id="no-properties"),
        pytest.param(V5, packet(0x32, b"\x00\x01a\x00\x01"), id="no-properties-qos-1"),
        pytest.param(V5, packet(0x30, b"\x00\x01a\x05bc"), id="properties-beyond"),
        pytest.param(V5, packet(0x30, b"\x00\x01a\x80"), id="properties-length-unfinished"),
        pytest.param(
            V5, packet(0x30, b"\x00\x01a\xff\xff\xff\xff\x7f"), id="properties-length-of-five-bytes"
        ),
        pytest.param(V3, packet(0x34, b"\x00\x01a\x00\x01"), id="qos-2"),
        pytest.param(V3, packet(0x36, b"\x00\x01a\x00\x01"), id="qos-3"),
        pytest.param(V3, packet(0x30, b"\x00\x00payload"), id="empty-topic-on-3.1.1"),
        pytest.param(V5, packet(0x90, b"\x00"), id="half-a-suback"),
        pytest.param(V3, packet(0xF0, b""), id="unknown-packet"),
        pytest.param(V3, packet(0x20, b"\x00"), id="half-a-connack"),
    ],
)
@pytest.mark.parametrize("following", [b"", message(b"a", b"next" * 50, 0, 0x30, b"\0")])
def test_a_packet_that_contradicts_itself(version: Any, data: bytes, following: bytes) -> None:
    """Also with good bytes behind it, into which it must not read."""
    assert read_by_ours(version, data + following) == (WRONG, [])


def test_what_came_before_a_wrong_packet_is_kept() -> None:
    result, inbox = read_by_ours(V3, message(b"a", b"1", 4) + packet(0x30, b"\x00\x09a"))
    assert (result, inbox) == (WRONG, [("a", b"1", 4, False, 0)])


@given(st.sampled_from([V3, V5]), st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_noise_never_raises(version: Any, data: bytes) -> None:
    result, _ = read_by_ours(version, data)
    assert isinstance(result, MQTTErrorCode)


def test_a_topic_that_is_not_utf_8_is_shown_by_its_bytes() -> None:
    assert read_by_ours(V3, message(b"a/\xff", b"1"))[1] == [("a/\\xff", b"1", 0, False, 0)]
