"""A running rain total becomes increments by one rule, live and replayed.

Reports of a total (PT), of rain since 08:00 (PJ) or of tips all rise, start again, or are
replaced. What is between two totals fell between their two times; whatever cannot be explained
by a declared wrap or reset at a plausible rate counts as no rain and is not covered: phantom rain
would warn a village that nothing has happened to.

    rise          v - last, if plausible within the time between
    wrap          v + width - last, where `width` is declared and this is less than half of it
                  (a reset to zero after a long outage would else be rain of nearly the width)
    daily reset   v, when the reset hour lies between the two times; a total given at the hour
                  itself may still be the old day's, so a lower one after it is the new day's
    other         nothing; a total that stays plausible from there is the new base

SL 651-2014 names the totals PT and PJ; PJ starts again at 08:00 (Guangdong rules, appendix I).
"""

from __future__ import annotations

import math
from typing import Any

from tongluo.core.compiled import compiled

DAY = 86_400_000


@compiled
def plausible(p: Any, rain: float, since: int) -> bool:
    """Whether this much can fall in this time; one step of the gauge's resolution always can."""
    most = p["max_rate"] * max(since, 60_000) / 60_000.0 + p["resolution"]
    return bool(0.0 <= rain <= most)


@compiled
def rebase(s: Any, t: int, v: float) -> None:
    """Take this total as the one to count from."""
    s["total"], s["total_t"], s["odd_t"] = v, t, 0


@compiled
def increment(p: Any, s: Any, t: int, v: float) -> float:
    """Rain in mm since the last accepted total; NaN when this total cannot tell."""
    if s["total_t"] == 0:
        rebase(s, t, v)
        return math.nan
    since, last = t - s["total_t"], s["total"]
    rain = v - last
    if p["reset_every"] > 0:
        boundary = (t - p["reset_phase"]) // DAY * DAY + p["reset_phase"]
        passed = s["total_t"] < boundary < t
        if passed or (s["total_t"] <= boundary and rain < 0.0):
            rain, since = v, max(t - boundary, 60_000)
    if rain < 0.0 and rain + p["width"] < p["width"] / 2.0:
        rain += p["width"]
    if plausible(p, rain, since):
        rebase(s, t, v)
        return round_to(rain)
    # not explained: count from here only when the next total fits to this one
    if s["odd_t"] > 0 and plausible(p, v - s["odd"], t - s["odd_t"]):
        rain = v - s["odd"]
        rebase(s, t, v)
        return round_to(rain)
    s["odd"], s["odd_t"] = v, t
    return math.nan


@compiled
def round_to(rain: float) -> float:
    """To the micrometre: differences of decimal totals carry binary dust."""
    return math.floor(rain * 1000.0 + 0.5) / 1000.0
