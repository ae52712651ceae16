"""How fast a gateway is fed: a token bucket as a pure function of the time it is told.

A gateway that allows N messages in a period counts them in its own way; so in no span of that
length do more than N go out. The bucket holds a fiftieth of N (at least what one delivery needs)
and fills with the rest of N over the period, which costs a fiftieth of the speed. It starts empty:
what went out before a crash counts too. Counts are whole numbers of tokens * period: no rounding.

Times are ms.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongluo.core.rate import Rate

SHARE = 50
"""The bucket holds one part in so many of a period's messages."""


@dataclass(frozen=True)
class Bucket:
    """What may go out now."""

    rate: Rate
    at: int
    """When `level` was so."""
    level: int = 0
    """Tokens * period."""
    least: int = 1
    """What it must be able to hold: the most that is asked for at once."""

    @property
    def room(self) -> int:
        """Tokens that it holds when it is full."""
        return max(self.least, self.rate.count // SHARE)

    @property
    def fill(self) -> int:
        """Tokens that come in a period."""
        return max(1, self.rate.count - self.room + 1)


def filled(bucket: Bucket, now: int) -> Bucket:
    """The bucket as it is at `now`; a clock that goes back gives nothing, and takes nothing.

    >>> from tongluo.core.rate import Rate
    >>> filled(Bucket(Rate(300, 60_000), at=0), 10**9).level // 60_000
    6
    """
    gained = max(0, now - bucket.at) * bucket.fill
    full = bucket.room * bucket.rate.period
    return Bucket(bucket.rate, now, min(full, bucket.level + gained), bucket.least)


def ready(bucket: Bucket) -> int:
    """How many messages may go out, of a bucket that has been filled."""
    return max(0, bucket.level // bucket.rate.period)


def spent(bucket: Bucket, count: int) -> Bucket:
    """The bucket after `count` messages."""
    level = bucket.level - count * bucket.rate.period
    return Bucket(bucket.rate, bucket.at, level, bucket.least)


def patience(bucket: Bucket, count: int) -> int:
    """ms from `bucket.at` until `count` messages may go out.

    >>> from tongluo.core.rate import Rate
    >>> patience(Bucket(Rate(10, 1000), at=0), 1)
    100
    """
    lacking = count * bucket.rate.period - bucket.level
    return max(0, -(-lacking // bucket.fill))
