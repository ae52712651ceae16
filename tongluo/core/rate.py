"""A rate as people write it: "300/min", "20/s"."""

from __future__ import annotations

import re
from dataclasses import dataclass

PERIODS = {"s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_FORM = re.compile(r"\s*([1-9][0-9]{0,8})\s*/\s*(s|min|h|d)\s*")


@dataclass(frozen=True)
class Rate:
    """At most `count` in any span of `period` ms."""

    count: int
    period: int


def parse_rate(text: str) -> Rate:
    """Read a rate; ValueError when it is none.

    >>> parse_rate("300/min"), parse_rate("20 / s")
    (Rate(count=300, period=60000), Rate(count=20, period=1000))
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("this is no rate like 300/min or 20/s")
    return Rate(int(found[1]), PERIODS[found[2]])
