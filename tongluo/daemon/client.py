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
HEAD = 1 << 17
"""So much of it: the longest topic, the packet id and some payload fit."""
TOPICS = 1 << 20

Incoming = tuple[str, bytes, int, bool, int]
"""(topic, payload, packet id, duplicate flag, bytes cut off); packet id 0 at QoS 0."""


class Client(paho.Client):
    """A client whose incoming messages are appended to `inbox` in order of arrival."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inbox: list[Incoming] = []
        self.pongs = 0
        """Answers to `ping`."""
        self.trouble = ""
        """Why the connection was lost, as far as the system told."""
        self._sent = self._answered = self._asked = 0
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
        self._asked = self._sent

    def hang_up(self) -> None:
        """Close a connection that does not answer, as if it had been lost."""
        self.trouble = "it took the connection and said nothing"
        self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)

    def _send_pingreq(self) -> MQTTErrorCode:
        """Counted, since paho also pings by itself and an answer to that one proves less."""
        self._sent += 1
        return super()._send_pingreq()

    def _sock_send(self, buf: bytes | bytearray) -> int:
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError as error:
            self.trouble = self._last_words() or str(error)
            raise

    def _last_words(self) -> str:
        """What a TLS server said as it hung up: it may want a certificate."""
        try:
            if self._ssl:
                self._sock_recv(1)
        except OSError as error:
            return str(error)
        return ""

    def _packet_read(self) -> MQTTErrorCode:
        try:
            data = self._sock_recv(CHUNK)
        except BlockingIOError:
            self.dry = True
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError as error:
            self.trouble = str(error)
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
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length > 127:
                length, start = _length(buffer, at + 1, end)
                if start < 0:
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
                if start == 0:
                    break
            stop = start + length
            kept = stop if length <= LARGEST else start + HEAD
            if kept > end:
                break
            if buffer[at] >> 4 == 3:
                if not self._publish(buffer, at, start, kept, stop - kept):
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
            elif kept < stop:
                return MQTTErrorCode.MQTT_ERR_PROTOCOL
            elif result := self._other(buffer[at], bytes(buffer[start:stop])):
                return result
            at = stop
            if at > end:
                self._skip, at = at - end, end
        del buffer[:at]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _publish(self, buffer: bytearray, at: int, start: int, stop: int, cut: int) -> bool:
        """Append the message to the inbox; False when the packet contradicts itself.

        It lies in start <= byte < stop, and `cut` bytes of it are still to come or left out.
        """
        head, five, mid = buffer[at], self._protocol == paho.MQTTv5, 0
        try:
            size = (buffer[start] << 8) | buffer[start + 1]
            place = named = start + 2 + size
            if head & 6:
                mid = (buffer[place] << 8) | buffer[place + 1]
                place += 2
            if five:
                length = buffer[place]
                place += 1
                if length > 127:
                    length, place = _length(buffer, place - 1, stop)
                place += length
        except IndexError:
            return False
        # beyond its end, QoS 2 or 3 (never subscribed to), or no topic where there must be one
        if not 0 < place <= stop + cut or head & 4 or not (size or five):
            return False
        raw = bytes(buffer[start + 2 : named])
        topic = self._names.get(raw) or self._name(raw)
        rest = cut if place <= stop else stop + cut - place
        self.inbox.append((topic, bytes(buffer[place:stop]), mid, bool(head & 8), rest))
        return True

    def _name(self, raw: bytes) -> str:
        """A topic seen for the first time, remembered."""
        topic = raw.decode("utf-8", "backslashreplace")
        if len(self._names) < TOPICS:
            self._names[raw] = topic
        return topic

    def _other(self, command: int, packet: bytes) -> MQTTErrorCode:
        """Hand a packet that is not PUBLISH to paho."""
        if command & 0xF0 == 0xD0:
            self._pong()
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

    def _pong(self) -> None:
        self._answered += 1
        if self._asked and self._answered >= self._asked:
            self.pongs += 1
            self._asked = 0


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
