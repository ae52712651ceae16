"""Write SL 651-2014 frames: for tests, and to publish what a station would have sent."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.codecs.sl651_crc import crc16


def encode_frame(
    body: bytes = b"",
    *,
    function: int = 0x32,
    station: str = "0012345678",
    centre: int = 1,
    password: str = "1234",
    serial: int = 1,
    sent: str = "240701090000",
    down: bool = False,
    end: int = 0x03,
) -> bytes:
    """A frame that stands alone; `body` is what follows the send time."""
    stamped = serial.to_bytes(2, "big") + bytes.fromhex(sent) + body
    return _frame(b"\x02", stamped, function, station, centre, password, down, end)


def encode_packet(
    data: bytes, part: int, parts: int, *, function: int = 0x36, station: str = "0012345678"
) -> bytes:
    """One packet of several; the first one's data begin with serial and send time."""
    numbers = (parts << 12 | part).to_bytes(3, "big")
    end = 0x03 if part == parts else 0x17
    return _frame(b"\x16", numbers + data, function, station, 1, "1234", False, end)


def _frame(
    start: bytes,
    text: bytes,
    function: int,
    station: str,
    centre: int,
    password: str,
    down: bool,
    end: int,
) -> bytes:
    addresses = [bytes([centre]), bytes.fromhex(station)]
    length = len(text) | (0x8000 if down else 0)
    head = b"".join([b"\x7e\x7e", *addresses[:: -1 if down else 1], bytes.fromhex(password)])
    whole = head + bytes([function]) + length.to_bytes(2, "big") + start + text + bytes([end])
    return whole + crc16(whole).to_bytes(2, "big")


def station(address: str, category: int = 0x48) -> bytes:
    """F1: address and class byte."""
    return b"\xf1\xf1" + bytes.fromhex(address) + bytes([category])


def observed(digits: str) -> bytes:
    """F0: observation time YYMMDDhhmm."""
    return b"\xf0\xf0" + bytes.fromhex(digits)


def number(identifier: int, value: float | None, length: int, decimals: int) -> bytes:
    """A BCD number with its identifier and definition; None is all F."""
    return bytes([identifier, length << 3 | decimals]) + digits(value, length, decimals)


def digits(value: float | None, length: int, decimals: int) -> bytes:
    """The data of a number: BCD, a negative one begins with FF."""
    if value is None:
        return b"\xff" * length
    sign = "ff" if value < 0 else ""
    count = 2 * length - len(sign)
    return bytes.fromhex(f"{sign}{round(abs(value) * 10**decimals):0{count}d}")


def rain_group(values: Iterable[float | None]) -> bytes:
    """F4: five-minute rain, mm."""
    return b"\xf4\x60" + bytes(0xFF if one is None else round(one * 10) for one in values)


def level_group(values: Iterable[float | None], index: int = 1) -> bytes:
    """F5 to FC: five-minute relative level, m."""
    counts = (0xFFFF if one is None else round(one * 100) for one in values)
    return bytes([0xF4 + index, 0xC0]) + b"".join(one.to_bytes(2, "big") for one in counts)
