"""A publisher on a bare socket, fast enough to never be what is measured."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable
from types import TracebackType

WINDOW = 5000
"""Messages in flight before it waits for the broker's acknowledgements."""
PUBACK = 4  # bytes


class Publisher:
    """MQTT 3.1.1 at QoS 1; nothing is read of an acknowledgement but that it came."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05feeds")
        assert self._socket.recv(4) == b"\x20\x02\x00\x00", "the broker refused"
        self._sent = self._bytes = 0

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publish as fast as the broker takes them, and wait for its last acknowledgement."""
        waiting = bytearray()
        for topic, payload in messages:
            waiting += self._packet(topic, payload)
            if len(waiting) > 65536:
                self._socket.sendall(waiting)
                waiting.clear()
                self._settle(WINDOW)
        self._socket.sendall(waiting)
        self._settle(0)

    def one(self, topic: str, payload: bytes) -> None:
        """Publish one message now."""
        self._socket.sendall(self._packet(topic, payload))
        while select.select([self._socket], [], [], 0)[0]:
            self._receive()

    def _packet(self, topic: str, payload: bytes) -> bytes:
        name = topic.encode()
        self._sent += 1
        number = (self._sent - 1) % 65535 + 1
        length = 2 + len(name) + 2 + len(payload)
        head = bytearray(b"\x32")
        while length > 127:
            head.append(length & 127 | 128)
            length >>= 7
        head.append(length)
        ends = (len(name).to_bytes(2, "big"), name, number.to_bytes(2, "big"), payload)
        return bytes(head) + b"".join(ends)

    def _settle(self, most: int) -> None:
        while self._sent - self._bytes // PUBACK > most:
            self._receive()

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        assert data, "the broker hung up"
        self._bytes += len(data)
