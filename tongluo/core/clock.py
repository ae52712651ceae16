"""The only module that knows what time it is. Everything else is told."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Wall time: milliseconds since 1970-01-01T00:00Z.

    >>> now_ms() > 1_700_000_000_000
    True
    """
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds of a clock that never steps; for pacing and time-outs only."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait. Drivers only; rules never wait."""
    time.sleep(seconds)
