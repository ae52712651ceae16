"""What neighbours say: whether they explain a rise, contradict a value, or foretell it.

Neighbours are read from their rows of the state table as they stand when the reading comes, in
order of arrival. One that is silent, or whose latest reading is not good, says nothing.

Explained: rain of `wet` at a neighbouring gauge within 6 h, or a neighbouring level that stands
above its own mean of the last hours by more than 6 x its median change.

Contradicted (only quantities that differ little in space, like temperature): the difference to
the mean of two or more neighbours, less its usual bias, exceeds 4 x q99 of what it was.

Foretold (virtual gauge): intercept + sum of weight x neighbour, all of them fresh; suspect beyond
5 sigma, and within 3 sigma a jump is explained.
"""

from __future__ import annotations

import math
from typing import Any

from ingest.quality_scale import BINS, learn, quantile
from ingest.quality_tables import BUCKET, BUCKETS, LEVEL, RAIN, TEMPERATURE
from tongluo.core.compiled import compiled

FRESH = 4  # cadences
HOURS_2 = 7_200_000.0
BIAS = 1.0 / 256.0


@compiled
def fresh(q: Any, n: Any, t: int) -> bool:
    """Whether a neighbour's latest reading is good and of now."""
    return bool(n["t"] > 0 and n["flag"] <= 2 and abs(t - n["t"]) <= FRESH * q["cadence"])


@compiled
def fallen(n: Any, t: int, buckets: int) -> float:
    """Rain of a gauge in its last half hours, mm; the running one counts whole."""
    now, rain = t // BUCKET, 0.0
    for k in range(buckets):
        b = now - k
        if n["bucket"] - BUCKETS < b <= n["bucket"]:
            rain += n["sums"][b % BUCKETS]
    return rain


@compiled
def note(p: Any, s: Any, t: int, v: float, flag: int) -> None:
    """Keep the latest reading for those whose neighbour this is."""
    if p["kind"] == RAIN:
        if flag <= 3:
            pour(s, t, v)
    elif flag <= 2:
        if s["t"] == 0:
            s["slow"] = v
        else:
            share = min(1.0, max(0.0, float(t - s["t"])) / HOURS_2)
            s["slow"] += share * (v - s["slow"])
    s["t"], s["value"], s["flag"] = t, v, flag


@compiled
def pour(s: Any, t: int, v: float) -> None:
    """Add rain to its half hour."""
    b = t // BUCKET
    for k in range(max(s["bucket"] + 1, b - BUCKETS + 1), b + 1):
        s["sums"][k % BUCKETS] = 0.0
    s["bucket"] = max(s["bucket"], b)
    s["sums"][b % BUCKETS] += max(v, 0.0)


@compiled
def rising(n: Any) -> bool:
    """Whether a level stands well above its own last hours."""
    return bool(n["usual"] > 0.0 and n["value"] - n["slow"] > 6.0 * n["usual"])


@compiled
def explained(params: Any, states: Any, p: Any, t: int) -> bool:
    """Whether rain or a rise at a neighbour gives cause for a rise."""
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if fresh(q, n, t):
            if q["kind"] == RAIN and fallen(n, t, BUCKETS) >= p["wet"]:
                return True
            if q["kind"] == LEVEL and rising(n):
                return True
    return False


@compiled
def frost(params: Any, states: Any, p: Any, t: int) -> bool:
    """Whether a neighbouring thermometer stands at zero or below."""
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if q["kind"] == TEMPERATURE and fresh(q, n, t) and n["value"] <= 0.0:
            return True
    return False


@compiled
def foretold(params: Any, states: Any, p: Any, t: int, v: float) -> float:
    """How many sigma a value is from the virtual gauge; NaN when that cannot be told."""
    if p["sigma"] <= 0.0:
        return math.nan
    told = p["intercept"] + 0.0
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if p["weight"][k] != 0.0:
            if not fresh(q, n, t):
                return math.nan
            told += p["weight"][k] * n["value"]
    return float(abs(v - told) / p["sigma"])


@compiled
def differs(params: Any, states: Any, p: Any, s: Any, t: int, v: float) -> bool:
    """Whether a value contradicts its neighbours of the same kind."""
    mean, count = 0.0, 0
    for k in range(p["nears"]):
        q, n = params[p["near"][k]], states[p["near"][k]]
        if q["kind"] == p["kind"] and fresh(q, n, t):
            mean += n["value"]
            count += 1
    if count < 2:
        return False
    apart = v - mean / count
    if s["apart"][BINS] == 0:
        s["bias"] = apart
    off = abs(apart - s["bias"])
    known = s["apart"][BINS] >= 2 * p["learn"]
    wrong = known and off > max(4.0 * quantile(s["apart"], 0.99), 8.0 * s["usual"])
    learn(s["apart"], off)
    if not wrong:
        s["bias"] += BIAS * (apart - s["bias"])
    return bool(wrong)
