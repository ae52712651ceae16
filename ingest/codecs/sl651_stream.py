"""Cut a stream of bytes into SL 651-2014 frames and what lies between them.

Gateways hand on what a socket gave them: half frames, several frames, noise. A frame is known by
7E7E, a possible head, its length and its CRC, and by nothing less.
"""

from __future__ import annotations

from typing import NamedTuple

from ingest.codecs.sl651_crc import running, span_crc

MARK = b"\x7e\x7e"
HEAD = 14  # mark, centre, station, password, function, direction and length, start of text
SINGLE, MULTI = 0x02, 0x16  # start of text: STX, SYN
_LEAST = {SINGLE: 8, MULTI: 3}  # serial and send time; packet numbers


class Span(NamedTuple):
    """data[start:end] is a "frame" (CRC right), a frame with a wrong "crc", or "garbage"."""

    kind: str
    start: int
    end: int


def frame_end(data: bytes, start: int) -> int:
    """Where the frame with its mark at `start` ends; 0 when no frame can begin there.

    The end lies beyond the data when the frame, or its head, is unfinished.

    >>> frame_end(bytes.fromhex("7E7E01001234567812342F0008020003591011155111036BCA"), 0)
    25
    >>> frame_end(b"~~~~~~~~~~~~~~", 0), frame_end(b"~~", 0)
    (0, 3)
    """
    head = data[start : start + HEAD]
    if len(head) > 11 and head[11] & 0x70:  # the high nibble is 0 (up) or 8 (down)
        return 0
    if len(head) < HEAD:
        return len(data) + 1
    length = (head[11] & 0x0F) << 8 | head[12]
    if length < _LEAST.get(head[13], 0x1000):
        return 0
    return start + HEAD + length + 3  # the end character and the CRC


def cut(data: bytes) -> tuple[list[Span], int]:
    """Spans that partition data[:hold], and `hold`, where an unfinished frame may begin.

    An unfinished head is held only while no whole frame follows it, so a frame whose end never
    comes takes nothing with it. `len(data) - hold` is less than the longest frame (4112 bytes).

    >>> frame = bytes.fromhex("7E7E01001234567812342F0008020003591011155111036BCA")
    >>> cut(b"noise" + frame + frame[:20])
    ([Span(kind='garbage', start=0, end=5), Span(kind='frame', start=5, end=30)], 30)
    """
    spans: list[Span] = []
    broken: list[Span] = []  # wrong CRC, apart from one another, since the last good frame
    done, hold = 0, len(data)
    states = running(data)
    at = data.find(MARK)
    while at >= 0:
        end, after = frame_end(data, at), at + 1
        if end > len(data):
            hold = min(hold, at)
        elif end and span_crc(states, at, end - 2) == int.from_bytes(data[end - 2 : end], "big"):
            spans += [*_gap(done, at, broken), Span("frame", at, end)]
            broken, done, hold, after = [], end, len(data), end
        elif end and (not broken or at >= broken[-1].end):
            broken.append(Span("crc", at, end))
        at = data.find(MARK, after)
    if hold == len(data) and hold > done and data.endswith(MARK[:1]):
        hold -= 1  # perhaps the first half of a mark
    return spans + _gap(done, hold, broken), hold


def _gap(start: int, end: int, broken: list[Span]) -> list[Span]:
    """What lies between two good frames: garbage, and frames with a wrong CRC."""
    spans = []
    for span in broken:
        if span.start >= end:
            break
        if start < span.start:
            spans.append(Span("garbage", start, span.start))
        spans.append(span._replace(end=min(span.end, end)))
        start = spans[-1].end
    return [*spans, Span("garbage", start, end)] if start < end else spans
