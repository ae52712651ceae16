"""Faults of a rain gauge: too intense, clogged, partly clogged, water poured in.

Neighbours must be at least two, heard lately. Rain is local, so these are doubts, and the doubt
of rain at one gauge alone is lifted by itself: six wet readings of uneven rain are a shower, where
a test pour or a sprinkler runs evenly or is short.

    intense    above `rate` (suspect, fail) over the time since the reading before
    clogged    less than a tenth of what two or more neighbours had in 3 h, who had `pour` each;
               where levels are neighbours, one of them must rise too
    drizzle    six or more small tips in a row when all neighbours have been dry for 2 h, and the
               gauge itself has had less than 2 mm in the last hour
    isolated   `burst` in an hour while all neighbours have been dry for 3 h
"""

from __future__ import annotations

from typing import Any

from ingest.quality_near import fallen, fresh, rising
from ingest.quality_tables import LEVEL, RAIN
from ingest.quality_words import CLOGGED, DRIZZLE, ISOLATED, NONE
from tongluo.core.compiled import compiled

MINUTE = 60_000
TIPS = 6
DRIP = 2.0  # mm in an hour
CATCH = 0.1
UNEVEN = 1.5


@compiled
def intense(p: Any, s: Any, t: int, v: float) -> int:
    """3 or 4 when more fell than can fall in the time, else 1."""
    since = t - s["t"] if s["t"] > 0 else p["cadence"]
    least = min(p["cadence"], since) if since > 0 else p["cadence"]
    speed = v / float(max(since, least, MINUTE))
    if speed > p["rate_fail"]:
        return 4
    return 3 if speed > p["rate"] else 1


@compiled
def count_wet(p: Any, s: Any, t: int, v: float) -> None:
    """How many wet readings in a row, and how even they are."""
    if v <= 0.0 or (s["rain_t"] > 0 and t - s["rain_t"] > 4 * p["cadence"]):
        s["wet_n"] = 0
    if v > 0.0:
        if s["wet_n"] == 0:
            s["wet_low"], s["wet_high"] = v, v
        s["wet_low"], s["wet_high"] = min(s["wet_low"], v), max(s["wet_high"], v)
        s["wet_n"] += 1
        s["rain_t"] = t


@compiled
def gauges(params: Any, states: Any, p: Any, t: int, buckets: int, least: float) -> tuple[int, int]:
    """(neighbouring gauges that are heard, those that had at least so much rain)."""
    heard, wet = 0, 0
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if q["kind"] == RAIN and fresh(q, n, t):
            heard += 1
            if fallen(n, t, buckets) >= least:
                wet += 1
    return heard, wet


@compiled
def river_still(params: Any, states: Any, p: Any, t: int) -> bool:
    """Whether levels are neighbours and none of them rises."""
    heard = 0
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if q["kind"] == LEVEL and fresh(q, n, t):
            heard += 1
            if rising(n):
                return False
    return heard > 0


@compiled
def beside(params: Any, states: Any, p: Any, s: Any, t: int, v: float) -> int:
    """What the neighbours say of this rain, or of none: a test's code."""
    heard, poured = gauges(params, states, p, t, 6, p["pour"])
    if heard < 2:
        return NONE
    own = fallen(s, t, 6) + v
    if poured >= 2 and own < CATCH * p["pour"] and not river_still(params, states, p, t):
        return CLOGGED
    if v <= 0.0:
        return NONE
    lately = fallen(s, t, 2) + v
    wet = gauges(params, states, p, t, 4, 0.001)[1]
    if wet == 0 and s["wet_n"] >= TIPS and lately < DRIP:
        return DRIZZLE
    wet = gauges(params, states, p, t, 6, 0.001)[1]
    uneven = s["wet_n"] >= TIPS and s["wet_high"] > UNEVEN * s["wet_low"]
    if wet == 0 and lately >= p["burst"] and not uneven:
        return ISOLATED
    return NONE
