"""SL 651-2014, the water ministry's telemetry protocol (水文监测数据通信规约), HEX/BCD frames.

A payload is a piece of a byte stream: several frames, half frames, noise. The ASCII variant of
the standard (frames that begin with 01H) is not read; HEX/BCD frames written as a text of
hexadecimal digits are. A resent frame gives the same readings again: the order stage drops them
by sensor and time, so nothing is remembered here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal, get_args

from ingest.codecs.sl651_elements import Bad, Value
from ingest.codecs.sl651_frame import KEEPALIVE, Frame, checked_frame
from ingest.codecs.sl651_stream import MARK, cut
from ingest.codecs.sl651_table import GROUPS, UNITS
from ingest.codecs.sl651_times import GroupTime, digits_ms, group_times, offset_ms, step_ms
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink
from tongluo.core.words import Flag

LIMIT = 256 * 1024
"""Longest payload, bytes."""
_HOLD = 8 * 1024  # longest rest; a frame has at most 4112 bytes, twice that as text
_PICTURE = 0x36
_DATA = frozenset({KEEPALIVE, *range(0x30, 0x3B)})  # 3A is the last; the rest is configuration
_TEXT = re.compile(rb"\s*7[Ee]\s*7[Ee][0-9A-Fa-f\s]*")
_HALF_MARK = re.compile(rb"\s*7([Ee]\s*7?)?")


class SL651:
    """Codec of SL 651-2014. Options, all with a default:

    offset: offset from UTC of the stations' clocks. drp_time: what the observation time of a
    group of five-minute values means: auto, first, last or hour (see `group_times`). text: auto
    also reads frames written as hexadecimal digits; binary never does.

    The device of a reading is the address in the body, or else the one in the frame's head.
    Elements have the standard's codes ("PJ", "Z", "DRP", "ZT"); one that has none has its
    identifier ("90", "FF05"). A keepalive gives the element "keepalive", 1.0. Manual texts and
    pictures are reports "manual" and "picture". Without an observation time the send time counts.

    Rejected: "garbage", "crc", "downlink", "not_data" (a function that carries no readings),
    "part" (a packet that cannot be read alone), "no_elements", "time", "bcd", "short", "element"
    (cannot be delimited), "text" (reported all the same, with marks for what is unreadable),
    "too_big", "empty".

    >>> from unittest.mock import Mock
    >>> sink = Mock(kept=b"")
    >>> frame = bytes.fromhex("7E7E01001234567812342F0008020003591011155111036BCA")
    >>> SL651().decode(b"noise" + frame, "t", sink)
    >>> sink.reading.call_args.args, sink.reject.call_args.args
    (('0012345678', 'keepalive', 2833084271000, 1.0, ''), ('garbage', '6e6f697365'))
    """

    def __init__(
        self,
        offset: str = "+08:00",
        drp_time: GroupTime = "auto",
        text: Literal["auto", "binary"] = "auto",
    ) -> None:
        if drp_time not in get_args(GroupTime):
            raise ValueError(f"drp_time: {drp_time!r} is none of {', '.join(get_args(GroupTime))}")
        if text not in ("auto", "binary"):
            raise ValueError(f"text: {text!r} is none of auto, binary")
        self._offset = offset_ms(offset)
        self._form: GroupTime = drp_time
        self._text = text == "auto"

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:
        """Read a piece of a stream; BadMessage ("empty", "too_big") when it is not looked at."""
        if not payload or len(payload) > LIMIT:
            _refuse(payload, sink)
            return
        data, odd, text = self._join(sink.kept, payload)
        spans, hold = cut(data)
        for kind, start, end in spans:
            raw = data[start:end]
            if kind == "frame":
                self._frame(raw, sink)
            elif raw != MARK[:1]:  # some devices send one 7E behind each frame
                sink.reject(kind, raw[:16].hex(), raw=raw)
        rest = data[hold:].hex().encode() + odd if text else data[hold:]
        if len(rest) > _HOLD:
            sink.reject("garbage", rest[:16].hex(), raw=rest)
        elif rest:
            sink.keep(rest)

    def _join(self, kept: bytes, payload: bytes) -> tuple[bytes, bytes, bool]:
        """(bytes, odd last digit, all is text): a stream of digits is held back as digits."""
        whole = kept + payload
        if self._text and (_TEXT.fullmatch(whole) or _HALF_MARK.fullmatch(whole)):
            return *_unhex(whole), True
        if self._text and _TEXT.fullmatch(payload):
            data, odd = _unhex(payload)
            return kept + data + odd, b"", False
        return whole, b"", False

    def _frame(self, raw: bytes, sink: Sink) -> None:
        frame = checked_frame(raw)
        where = f"{frame.station} {frame.function:02X}"
        if frame.direction == "down":
            sink.reject("downlink", where, raw=raw)
        elif frame.function not in _DATA:
            sink.reject("not_data", where, raw=raw)
        elif 1 == frame.part <= frame.parts:
            self._first(frame, raw, sink)
        elif 1 < frame.part <= frame.parts and frame.function == _PICTURE:
            _picture(frame, frame.station, None, frame.rest, sink)
        else:
            sink.reject("part", f"{where}: {frame.part} of {frame.parts}", raw=raw)

    def _first(self, frame: Frame, raw: bytes, sink: Sink) -> None:
        """A frame with its send time: all but the later packets."""
        where = f"{frame.station} {frame.function:02X}"
        sent = digits_ms(frame.sent, self._offset)
        if frame.function == KEEPALIVE and sent is not None:
            sink.reading(frame.station, "keepalive", sent, 1.0, "")
        elif frame.function == KEEPALIVE:
            sink.reject("time", f"{where} at {frame.sent}", raw=raw)
        elif all(isinstance(one.value, str) for one in frame.elements):
            sink.reject("no_elements", where, raw=raw)
        else:
            self._elements(frame, sent, sink)

    def _elements(self, frame: Frame, sent: int | None, sink: Sink) -> None:
        """Walk the elements; address (ST), time (TT) and step (DR) hold for what follows them."""
        device, time, step = frame.station, sent, 0
        for one in frame.elements:
            value = one.value
            if isinstance(value, str):
                time = digits_ms(value, self._offset) if one.code == "TT" else time
                device = value if one.code == "ST" else device
                step = step_ms(value) if one.code == "DR" else step
            elif isinstance(value, bytes) and one.code == "PIC":
                _picture(frame, device, time, value, sink)
            elif isinstance(value, bytes):
                _manual(device, time, value, sink)
            elif time is None and not isinstance(value, Bad):
                sink.reject("time", f"{device} {one.code}", raw=one.raw)
            else:
                timed = self._timed(one.code, value, time or 0, sent, step)
                _readings(device, one.code, timed, sink)

    def _timed(
        self,
        code: str,
        value: Value | tuple[Value, ...],
        time: int,
        sent: int | None,
        step: int,
    ) -> Iterable[tuple[int, Value]]:
        """Every value of an element with its own time."""
        if not isinstance(value, tuple):
            return [(time, value)]
        if code in GROUPS:
            return group_times(value, time, sent, self._offset, self._form)
        return [(time + place * step, one) for place, one in enumerate(value)]


def _readings(device: str, code: str, timed: Iterable[tuple[int, Value]], sink: Sink) -> None:
    unit = UNITS.get(code, "")
    for time, value in timed:
        if isinstance(value, Bad):
            sink.reject(value.code, f"{device} {code}", raw=value.raw)
        elif value is None:
            sink.reading(device, code, time, math.nan, unit, Flag.MISSING)
        else:
            sink.reading(device, code, time, value, unit)


def _picture(frame: Frame, device: str, time: int | None, data: bytes, sink: Sink) -> None:
    sink.report(device, "picture", time, picture=data, part=frame.part, parts=frame.parts)


def _manual(device: str, time: int | None, data: bytes, sink: Sink) -> None:
    """A person's words, in GBK or its part ASCII; what cannot be read of them is marked."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
        sink.reject("text", f"{device} RGZS", raw=data)
    sink.report(device, "manual", time, text=text)


def _unhex(text: bytes) -> tuple[bytes, bytes]:
    """(bytes, odd last digit) of hexadecimal digits with any white space between them."""
    digits = b"".join(text.split())
    even = len(digits) - len(digits) % 2
    return bytes.fromhex(digits[:even].decode("ascii")), digits[even:]


def _refuse(payload: bytes, sink: Sink) -> None:
    """Refuse a payload by its length; what earlier messages left is not lost with it."""
    code, detail = "empty", "no bytes"
    if payload:
        code, detail = "too_big", f"{len(payload)} bytes, at most {LIMIT} are read"
    if not sink.kept:
        raise BadMessage(code, detail)
    sink.reject(code, detail, raw=payload)
    if payload:  # the end of what was held back is in there, if anywhere
        sink.reject("garbage", sink.kept[:16].hex(), raw=sink.kept)
    else:
        sink.keep(sink.kept)
