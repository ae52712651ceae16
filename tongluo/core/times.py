"""Times at the edges: text with an offset outside, milliseconds since 1970 UTC inside."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CLOCK_TOPIC = "tongluo/clock"
"""In stream time a message here, {"time": "..."}, is a tick: the end of a stream says so."""

_UNITS = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$")


def parse_time(text: str) -> int:
    """Milliseconds of an ISO 8601 time with offset; ValueError without one.

    >>> parse_time("2026-07-01T08:00:00+08:00") == parse_time("2026-07-01T00:00:00Z")
    True
    >>> parse_time("2026-07-01T08:00:00")
    Traceback (most recent call last):
        ...
    ValueError: time without offset: '2026-07-01T08:00:00' (write ...+08:00 or ...Z)
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without offset: {text!r} (write ...+08:00 or ...Z)")
    return to_ms(moment)


def to_ms(moment: datetime) -> int:
    """Milliseconds of an aware datetime, cut (not rounded) below the millisecond.

    >>> to_ms(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000
    """
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(ms: int, zone: str = "UTC") -> datetime:
    """Aware datetime in the named zone."""
    return (
        datetime.fromtimestamp(ms // 1000, UTC)
        .replace(microsecond=ms % 1000 * 1000)
        .astimezone(ZoneInfo(zone))
    )


def iso(ms: int, zone: str = "UTC") -> str:
    """Local time with offset, to the second (milliseconds only where there are any).

    >>> iso(1_782_864_000_000, "Asia/Shanghai"), iso(1_782_864_000_000)
    ('2026-07-01T08:00:00+08:00', '2026-07-01T00:00:00+00:00')
    """
    spec = "milliseconds" if ms % 1000 else "seconds"
    return to_datetime(ms, zone).isoformat(timespec=spec)


def parse_duration(text: str) -> int:
    """Milliseconds of a length of time with its unit: ms, s, min, h or d.

    >>> parse_duration("3 h"), parse_duration("1.5 min")
    (10800000, 90000)
    """
    match = _DURATION.match(text)
    if not match:
        raise ValueError(f"not a length of time: {text!r} (write for example '5 min' or '3 h')")
    return round(float(match[1]) * _UNITS[match[2]])


def say_duration(ms: int) -> str:
    """The shortest exact writing of a length of time.

    >>> say_duration(10_800_000), say_duration(90_000), say_duration(0)
    ('3 h', '90 s', '0 s')
    """
    if ms == 0:
        return "0 s"
    for unit in ("d", "h", "min", "s", "ms"):
        if ms % _UNITS[unit] == 0:
            return f"{ms // _UNITS[unit]} {unit}"
    raise AssertionError("every integer is a multiple of 1 ms")
