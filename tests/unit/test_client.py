"""Our reading of incoming packets against stock paho's: same bytes, cut at the same places."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.packets import (
    LOST,
    V3,
    V5,
    by_ours,
    by_stock,
    cut,
    feed,
    message,
    packet,
    read_by_ours,
    reader,
    written,
)
from tongluo.daemon.client import Client

# -- streams

topics = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
small, any_length = st.binary(max_size=40), st.integers(0, 20_000)


@st.composite
def properties(draw: st.DrawFn) -> bytes:
    """Of a PUBLISH on MQTT 5; the length takes one byte, two or three."""
    said: Any = Properties(PacketTypes.PUBLISH)
    if draw(st.booleans()):
        said.MessageExpiryInterval = draw(st.integers(0, 2**32 - 1))
    if draw(st.booleans()):
        said.ContentType = draw(topics)
    if draw(st.booleans()):
        said.CorrelationData = draw(small)
    for _ in range(draw(st.integers(0, 2))):
        said.UserProperty = ("k", "v" * draw(any_length))
    return bytes(said.pack())


@st.composite
def publishes(draw: st.DrawFn, version: Any) -> bytes:
    payload = draw(st.one_of(small, any_length.map(lambda n: b"\x30\x00" * n)))
    flags = draw(st.sampled_from([0x30, 0x31, 0x38, 0x39]))
    mid = draw(st.sampled_from([0, 1, 127, 128, 0x3000, 65535]))
    more = draw(properties()) if version == V5 else b""
    return message(draw(topics).encode(), payload, mid, flags, more)


def others(version: Any) -> st.SearchStrategy[bytes]:
    """Packets that come in between: PINGRESP, PINGREQ, SUBACK, UNSUBACK, PUBACK."""
    nothing = b"\0" if version == V5 else b""
    granted = b"\x00\x01" + nothing + b"\x01"
    left = b"\x00\x02" + (b"\0\0" if version == V5 else b"")
    return st.sampled_from(
        [packet(0xD0, b""), packet(0xC0, b""), packet(0x90, granted), packet(0xB0, left),
         packet(0x40, b"\x00\x07")]
    )  # fmt: skip


@st.composite
def streams(draw: st.DrawFn) -> tuple[Any, list[bytes]]:
    """(version, pieces)."""
    version = draw(st.sampled_from([V3, V5]))
    data = b"".join(draw(st.lists(st.one_of(publishes(version), others(version)), max_size=12)))
    return version, cut(data, draw(st.lists(st.integers(0, max(1, len(data))), max_size=30)))


@given(streams())
@settings(deadline=None, max_examples=150)
def test_the_same_messages_and_the_same_answers_as_stock_paho(stream: tuple[Any, Any]) -> None:
    version, pieces = stream
    assert by_ours(version, pieces) == by_stock(version, pieces)


@pytest.mark.parametrize("version", [V3, V5])
def test_cut_at_every_byte(version: Any) -> None:
    more = b"\x05\x01\x01\x23\x00\x07" if version == V5 else b""
    data = message("水/位".encode(), b"", 9, 0x38, more) + packet(0xD0, b"")
    data += message(b"a", b"x" * 200, 0, 0x31, more and b"\0")
    pieces = [data[n : n + 1] for n in range(len(data))]
    assert by_ours(version, pieces) == by_stock(version, pieces)
    assert len(by_ours(version, pieces)[0]) == 2


@given(st.lists(st.integers(0, 65535), max_size=50))
@settings(deadline=None)
def test_acknowledgements_are_these_bytes_in_this_order(ids: list[int]) -> None:
    with reader(Client, V5) as (client, far):
        client.acknowledge(ids)
        assert written(far) == b"".join(b"\x40\x02" + struct.pack("!H", n) for n in ids if n)


def test_acknowledgements_survive_a_full_socket() -> None:
    """What the socket does not take at once follows later, nothing twice."""
    ids = [n % 65535 + 1 for n in range(200_000)]
    with reader(Client, V3) as (client, far):
        client.acknowledge(ids)
        assert client.want_write()
        got = b""
        while client.want_write():
            got += written(far)
            client.loop_write()
        assert got + written(far) == b"".join(b"\x40\x02" + struct.pack("!H", n) for n in ids)


@given(streams(), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=5))
@settings(deadline=None, max_examples=150)
def test_altered_bytes_never_raise(stream: tuple[Any, Any], changes: list[Any]) -> None:
    version, pieces = stream
    data = bytearray(b"".join(pieces))
    for place, byte in changes:
        if data:
            data[place % len(data)] = byte
    result, _ = read_by_ours(version, bytes(data))
    assert isinstance(result, MQTTErrorCode)


# -- the connection


def test_the_end_of_the_connection() -> None:
    with reader(Client, V3) as (client, far):
        far.sendall(message(b"a", b"1", 4)[:3])
        assert client._packet_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        assert not client.dry
        assert client._packet_read() == MQTTErrorCode.MQTT_ERR_AGAIN
        assert client.dry
        far.close()
        assert client._packet_read() == LOST
        assert client.inbox == []


def test_only_the_answer_to_our_own_ping_counts() -> None:
    """paho pings too, by its keepalive: that answer proves nothing about what was said later."""
    pong = packet(0xD0, b"")
    with reader(Client, V3) as (client, far):
        client._send_pingreq()
        client.ping()
        feed(client, far, [pong])
        assert client.pongs == 0
        feed(client, far, [pong])
        assert client.pongs == 1
        feed(client, far, [pong])
        assert client.pongs == 1
        assert written(far) == packet(0xC0, b"") * 2
