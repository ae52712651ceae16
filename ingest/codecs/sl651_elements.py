"""Elements of SL 651-2014 (its table C.1): identifier, definition byte, data.

The definition byte says the length in its high 5 bits and the decimals in its low 3; where the
identifier fixes the length (times, addresses, hourly groups), the definition is not looked at:
devices print several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ingest.codecs.sl651_table import (
    EXTENDED,
    FLOW_BATCH,
    MANUAL,
    OBSERVED,
    PICTURE,
    RAIN_GROUP,
    SLOTS,
    STATE,
    STATION,
    STEP,
    name,
)


@dataclass(frozen=True, slots=True)
class Bad:
    """What cannot be read: `code` is the reason, `raw` the bytes."""

    code: str
    raw: bytes


Value = float | Bad | None
"""None: the device says that it has no value."""
Content = Value | tuple[Value, ...] | str | bytes


class Element(NamedTuple):
    """One element of a frame.

    value: a number, None or Bad; a tuple of these (hourly group, list after a step); digits (TT,
    ST, DR); bytes (RGZS, PIC). category: the station's class byte, with ST only.
    """

    code: str
    definition: int
    value: Content
    raw: bytes
    category: int | None = None


def number(data: bytes, decimals: int) -> Value:
    """A BCD number; a leading FF is its minus sign; all F (some devices: all A) is no value.

    >>> number(bytes.fromhex("000550"), 3), number(bytes.fromhex("FF0123"), 2)
    (0.55, -1.23)
    >>> number(b"\\xff\\xff", 1), number(b"\\xaa\\xaa", 1), number(b"\\x1c", 0)
    (None, None, Bad(code='bcd', raw=b'\\x1c'))
    """
    digits = data.hex()
    if set(digits) in ({"f"}, {"a"}):
        return None
    negative = digits.startswith("ff")
    digits = digits[2:] if negative else digits
    if not digits.isdecimal():
        return Bad("bcd", data)
    value: float = int(digits) / 10**decimals
    return -value if negative and value else value


def elements(body: bytes) -> tuple[Element, ...]:
    """Every element of an uplink body, from behind the send time to the end.

    What stands behind an element that cannot be delimited is one last Bad element.

    >>> [(e.code, e.value) for e in elements(bytes.fromhex("20190001303812126839231C"))]
    [('PJ', 13.0), ('VT', 12.68), ('Z', Bad(code='short', raw=b'9#\\x1c'))]
    """
    found: list[Element] = []
    at, stepped = 0, False
    while at < len(body):
        element = _element(body[at:], stepped)
        found.append(element)
        at += len(element.raw)
        if element.code == name(STEP):
            stepped = element.value != "000000"
    return tuple(found)


def _element(rest: bytes, stepped: bool) -> Element:
    """The first element of `rest`; `stepped`: a time step came before, so a list follows."""
    identifier, definition = rest[0], rest[1] if len(rest) > 1 else 0
    if identifier in (OBSERVED, STATION, STEP):
        return _digits(rest, identifier, definition)
    if identifier in (MANUAL, PICTURE) and len(rest) > 1:
        return Element(name(identifier), definition, rest[2:], rest)
    if RAIN_GROUP <= identifier < FLOW_BATCH:
        return _group(rest, identifier, definition, stepped)
    return _defined(rest, identifier, definition, stepped)


def _defined(rest: bytes, identifier: int, definition: int, stepped: bool) -> Element:
    """An element whose definition byte says how long it is."""
    code, head = name(identifier), 2
    if identifier == EXTENDED and len(rest) > 2:
        code, head, definition = rest[:2].hex().upper(), 3, rest[2]
    length, decimals = definition >> 3, definition & 0x07
    if identifier == FLOW_BATCH or length == 0:
        return Element(code, definition, Bad("element", rest), rest)
    if len(rest) < head + length:
        return Element(code, definition, Bad("short", rest), rest)
    if stepped:
        return Element(code, definition, _list(code, rest[head:], length, decimals), rest)
    raw = rest[: head + length]
    return Element(code, definition, _value(code, raw[head:], decimals), raw)


def _digits(rest: bytes, identifier: int, definition: int) -> Element:
    """Observation time, station address with the class byte behind it, or time step."""
    end = 2 + (3 if identifier == STEP else 5)
    code = name(identifier)
    if len(rest) < end:
        return Element(code, definition, Bad("short", rest), rest)
    digits = rest[2:end].hex().upper()
    if identifier == STEP and not digits.isdecimal():  # the list behind it would have no times
        return Element(code, definition, Bad("bcd", rest), rest)
    # The class is left out by some before a time, a text or a picture, whose marks it cannot be.
    if identifier == STATION and len(rest) > end and rest[end] < OBSERVED:
        return Element(code, definition, digits, rest[: end + 1], category=rest[end])
    return Element(code, definition, digits, rest[:end])


def _group(rest: bytes, identifier: int, definition: int, stepped: bool) -> Element:
    """Twelve five-minute values, binary; after a step, as many whole hours as there are bytes."""
    code = name(identifier)
    size, divisor = (1, 10) if identifier == RAIN_GROUP else (2, 100)  # 0.1 mm; 0.01 m
    hour = SLOTS * size
    if len(rest) < 2 + hour:
        return Element(code, definition, Bad("short", rest), rest)
    hours = (len(rest) - 2) // hour if stepped and (len(rest) - 2) % hour == 0 else 1
    raw = rest[: 2 + hours * hour]
    return Element(code, definition, _slots(raw[2:], size, divisor), raw)


def _slots(data: bytes, size: int, divisor: int) -> tuple[Value, ...]:
    missing = 0x100**size - 1
    counts = [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)]
    return tuple(None if count == missing else count / divisor for count in counts)


def _value(code: str, data: bytes, decimals: int) -> Value:
    """One value; the status word ZT is bits, not digits."""
    if code != name(STATE):
        return number(data, decimals)
    return float(int.from_bytes(data, "big")) if data.strip(b"\xff") else None


def _list(code: str, data: bytes, length: int, decimals: int) -> tuple[Value, ...]:
    """Values of the same kind to the end of the frame."""
    whole = len(data) - len(data) % length
    values = [_value(code, data[at : at + length], decimals) for at in range(0, whole, length)]
    return (*values, Bad("short", data[whole:])) if whole < len(data) else tuple(values)
