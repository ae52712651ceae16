"""paho's client with its own reading of incoming PUBLISH packets.

Stock paho asks the kernel for every packet's first two bytes one by one and makes an object of
each message: 50,000 messages a second on MQTT 5. This reads what the socket has, takes PUBLISH
packets apart in place, and leaves every other packet to paho. Decision and measurement:
docs/adr/0002-own-publish-reader.md; `tests/unit/test_client.py` holds it against stock paho.
"""

from __future__ import annotations

from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MalformedPacket

CHUNK = 1 << 18
LARGEST = 1 << 20
"""A longer message is cut: its head is kept as a reject, the rest is read over."""
HEAD = 1 << 16
TOPICS = 1 << 20

Incoming = tuple[str, bytes, int, bool, int]
"""(topic, payload, packet id, duplicate flag, bytes cut off); packet id 0 at QoS 0."""


class Client(paho.Client):
    """A client whose incoming messages are appended to `inbox` in order of arrival."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inbox: list[Incoming] = []
        self.pongs = 0
        self.dry = True
        """Whether the last read emptied the socket."""
        self._bytes = bytearray()
        self._skip = 0
        self._names: dict[bytes, str] = {}

    def reconnect(self) -> MQTTErrorCode:
        """Forget half a packet of the connection before."""
        self._bytes.clear()
        self._skip = 0
        return super().reconnect()

    def acknowledge(self, ids: list[int]) -> None:
        """PUBACK for packet ids, in this order, in one write."""
        packets = b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in ids if mid)
        if packets:
            self._packet_queue(0x40, packets, 0, 0)

    def ping(self) -> None:
        """Ask for a sign of life now; its answer proves that earlier acknowledgements arrived."""
        self._send_pingreq()

    def _packet_read(self) -> MQTTErrorCode:
        try:
            data = self._sock_recv(CHUNK)
        except BlockingIOError:
            self.dry = True
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if not data:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        self.dry = False
        self._last_bytes_received = paho.time_func()
        if self._skip:
            over = min(self._skip, len(data))
            self._skip -= over
            data = data[over:]
        self._bytes += data
        return self._take_apart()

    def _take_apart(self) -> MQTTErrorCode:
        """Handle every whole packet in the buffer."""
        buffer, at, end = self._bytes, 0, len(self._bytes)
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length > 127:
                length, start = _length(buffer, at + 1, end)
                if start == 0:
                    break
                if start < 0:
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
            stop = start + length
            if length > LARGEST and buffer[at] >> 4 == 3:
                if end - start < min(length, HEAD):
                    break
                kept = min(stop, start + HEAD)
                self._publish(buffer, at, start, kept, stop - kept)
                self._skip = max(0, stop - end)
                at = min(stop, end)
                continue
            if stop > end:
                break
            if buffer[at] >> 4 == 3:
                self._publish(buffer, at, start, stop, 0)
            else:
                result = self._other(buffer[at], bytes(buffer[start:stop]))
                if result:
                    return result
            at = stop
        del buffer[:at]
        return result

    def _publish(self, buffer: bytearray, at: int, start: int, stop: int, cut: int) -> None:
        head = buffer[at]
        size = (buffer[start] << 8) | buffer[start + 1]
        place = start + 2 + size
        raw = bytes(buffer[start + 2 : place])
        topic = self._names.get(raw)
        if topic is None:
            topic = raw.decode("utf-8", "backslashreplace")
            if len(self._names) < TOPICS:
                self._names[raw] = topic
        mid = 0
        if head & 6:
            mid = (buffer[place] << 8) | buffer[place + 1]
            place += 2
        if self._protocol == paho.MQTTv5:
            length = buffer[place]
            place += 1
            if length > 127:
                length, place = _length(buffer, place - 1, stop)
            place += length
        self.inbox.append((topic, bytes(buffer[place:stop]), mid, bool(head & 8), cut))

    def _other(self, command: int, packet: bytes) -> MQTTErrorCode:
        """Hand a packet that is not PUBLISH to paho."""
        if command & 0xF0 == 0xD0:
            self.pongs += 1
        self._in_packet = {
            "command": command,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(packet),
            "packet": bytearray(packet),
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        except MalformedPacket:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL


def _length(buffer: bytearray, at: int, end: int) -> tuple[int, int]:
    """(value, first byte after it) of a variable byte integer; (0, 0) unfinished, (0, -1) wrong.

    >>> _length(bytearray([0x80, 0x01]), 0, 2)
    (128, 2)
    """
    value = 0
    for n in range(4):
        if at + n >= end:
            return 0, 0
        byte = buffer[at + n]
        value |= (byte & 127) << (7 * n)
        if byte < 128:
            return value, at + n + 1
    return 0, -1
