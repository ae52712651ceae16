"""MQTT packets written by hand, and clients that read them from a local connection."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from tongluo.daemon.client import Client

V3, V5 = paho.MQTTv311, paho.MQTTv5
LOST, WRONG = MQTTErrorCode.MQTT_ERR_CONN_LOST, MQTTErrorCode.MQTT_ERR_PROTOCOL
PIECE = 60_000
"""Bytes that a socket takes at once without anybody reading."""
Message = tuple[str, bytes, int, bool]


# -- packets, written without paho's help


def packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + varint(len(body)) + body


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (128 if value else 0))
        if not value:
            return bytes(out)


def message(
    topic: bytes, payload: bytes, mid: int = 0, first: int = 0x30, properties: bytes = b""
) -> bytes:
    """A PUBLISH; at QoS 1 when it has a packet id."""
    head = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", mid) if mid else b"")
    return packet(first | (2 if mid else 0), head + properties + payload)


# -- the two readers


@contextmanager
def reader(kind: type[paho.Client], version: Any) -> Iterator[tuple[Any, socket.socket]]:
    """A client at one end of a local connection, and the other end."""
    client = kind(CallbackAPIVersion.VERSION2, client_id="x", protocol=version, manual_ack=True)
    ours, far = socket.socketpair()
    with ours, far:
        ours.setblocking(False)
        far.setblocking(False)
        client._sock = ours
        yield client, far
        client._sock = None


def feed(client: Any, far: socket.socket, pieces: Iterable[bytes]) -> MQTTErrorCode:
    """Send piece by piece, each read until the socket is dry; the first error ends it."""
    for piece in pieces:
        far.sendall(piece)
        result: MQTTErrorCode = client._packet_read()
        while result == MQTTErrorCode.MQTT_ERR_SUCCESS:
            result = client._packet_read()
        if result != MQTTErrorCode.MQTT_ERR_AGAIN:
            return result
    return MQTTErrorCode.MQTT_ERR_SUCCESS


def by_stock(version: Any, pieces: list[bytes]) -> tuple[list[Message], bytes]:
    """What stock paho hands to `on_message`, and what it writes."""
    heard: list[Message] = []
    with reader(paho.Client, version) as (client, far):
        client.on_message = lambda _, __, m: heard.append((m.topic, bytes(m.payload), m.mid, m.dup))
        assert feed(client, far, pieces) == MQTTErrorCode.MQTT_ERR_SUCCESS
        for _, _, mid, _ in heard:
            if mid:
                client.ack(mid, 1)
        return heard, written(far)


def by_ours(version: Any, pieces: list[bytes]) -> tuple[list[Message], bytes]:
    with reader(Client, version) as (client, far):
        assert feed(client, far, pieces) == MQTTErrorCode.MQTT_ERR_SUCCESS
        assert {m[4] for m in client.inbox} <= {0}
        client.acknowledge([m[2] for m in client.inbox])
        return [m[:4] for m in client.inbox], written(far)


def read_by_ours(version: Any, data: bytes) -> tuple[MQTTErrorCode, list[Any]]:
    with reader(Client, version) as (client, far):
        return feed(client, far, cut(data, [])), client.inbox


def written(far: socket.socket) -> bytes:
    """All that has come out at the far end."""
    out = b""
    while True:
        try:
            out += far.recv(1 << 20)
        except BlockingIOError:
            return out


def cut(data: bytes, at: Iterable[int]) -> list[bytes]:
    """Pieces of a stream: cut at these places, and where a piece would be too long."""
    places = sorted({0, len(data), *(a for a in at if a < len(data)), *range(0, len(data), PIECE)})
    return [data[a:b] for a, b in pairwise(places)]
