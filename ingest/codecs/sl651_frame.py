"""One SL 651-2014 frame (HEX/BCD encoding): its head, its body, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.codecs.sl651_crc import crc16
from ingest.codecs.sl651_elements import Element, elements
from ingest.codecs.sl651_stream import HEAD, MARK, MULTI, frame_end
from tongluo.core.errors import BadMessage

KEEPALIVE = 0x2F
_STAMP = 8  # serial (2), send time (6)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame says. Texts of digits are as printed, unchecked: BCD, or hexadecimal."""

    direction: Literal["up", "down"]
    centre: int
    station: str
    password: str
    function: int
    length: int
    """Bytes between the start and the end character."""
    start: int
    end: int
    crc: int
    part: int
    """Number of this packet, from 1; 1 of 1 for a frame that stands alone."""
    parts: int
    serial: int | None
    """None in a later packet, which has neither serial nor send time."""
    sent: str
    """YYMMDDhhmmss; "" in a later packet."""
    elements: tuple[Element, ...]
    """Of an uplink frame."""
    rest: bytes
    """What stands behind the send time of a downlink frame; all of a later packet."""

    @property
    def body_station(self) -> str | None:
        """Address in the body, where there is one."""
        found = [one.value for one in self.elements if one.code == "ST"]
        return found[0] if found and isinstance(found[0], str) else None

    @property
    def category(self) -> int | None:
        """The station's class byte: 50H rain, 48H river, 4BH reservoir, 54H tide, ..."""
        return next((one.category for one in self.elements if one.code == "ST"), None)


def read_frame(frame: bytes) -> Frame:
    """Read one whole frame, up or down; BadMessage when it is none ("garbage") or "crc".

    Elements that cannot be read are `Bad` values among the others.

    >>> frame = read_frame(bytes.fromhex("7E7E01001234567812342F0008020003591011155111036BCA"))
    >>> frame.direction, frame.station, frame.centre, hex(frame.function), frame.serial, frame.sent
    ('up', '0012345678', 1, '0x2f', 3, '591011155111')
    """
    if frame[:2] != MARK or frame_end(frame, 0) != len(frame):
        raise BadMessage("garbage", frame[:16].hex())
    if crc16(frame[:-2]) != int.from_bytes(frame[-2:], "big"):
        raise BadMessage("crc", frame[:16].hex())
    return checked_frame(frame)


def checked_frame(frame: bytes) -> Frame:
    """Read a frame whose head, length and CRC have been found right by `cut` or `read_frame`."""
    up = frame[11] < 0x80
    centre, station = (frame[2], frame[3:8]) if up else (frame[7], frame[2:7])
    part, parts, body = _packet(frame)
    stamped = part == 1 and len(body) >= _STAMP
    rest = body[_STAMP:] if stamped else body
    whole = up and stamped
    return Frame(
        direction="up" if up else "down",
        centre=centre,
        station=station.hex().upper(),
        password=frame[8:10].hex().upper(),
        function=frame[10],
        length=(frame[11] & 0x0F) << 8 | frame[12],
        start=frame[13],
        end=frame[-3],
        crc=int.from_bytes(frame[-2:], "big"),
        part=part,
        parts=parts,
        serial=int.from_bytes(body[:2], "big") if stamped else None,
        sent=body[2:_STAMP].hex().upper() if stamped else "",
        elements=elements(rest) if whole else (),
        rest=b"" if whole else rest,
    )


def _packet(frame: bytes) -> tuple[int, int, bytes]:
    """(number, total, body); the total comes first in the frame, 12 bits each."""
    body = frame[HEAD:-3]
    if frame[13] != MULTI:
        return 1, 1, body
    numbers = int.from_bytes(body[:3], "big")
    return numbers & 0xFFF, numbers >> 12, body[3:]
