"""Too little movement: the same value again and again (flat), or a range too small (attenuated).

Flat: QARTOD's rule with a duration. Where none is given it is learned, once `learn` readings have
shown how finely the sensor reads: the longest of a floor by kind (`flat`), 12 readings, 20 x the
mean run of equal values (independent repeats are that many once in 10^9) and 2 x the longest run
of the past. A river at base flow read to the centimetre stands for days, a pressure sensor read to
the tenth of a millimetre never.

Attenuated: the range in a block of a day or 48 readings, whichever is longer, is below a tenth of
what 95 % of 14 or more earlier blocks had. It is told from the end of the block on, until the
value has moved again by more.
"""

from __future__ import annotations

from typing import Any

from ingest.quality_scale import BINS, FULL, learn, quantile
from ingest.quality_tables import RAIN
from tongluo.core.compiled import compiled

RUN = 12
MEAN_RUNS = 20
NEVER = 1 << 40
FEW = 8  # runs that tell no mean yet
DAY = 86_400_000
BLOCK = 48  # readings
BLOCKS = 14
DULL = 0.1


@compiled
def run_limit(s: Any) -> int:
    """How many repeats in a row are beyond what the sensor does."""
    usual = 0
    if s["runs"] < FEW and 10 * s["repeats"] > s["seen"]:
        return NEVER  # it reads coarsely; how long it stands is not known yet
    if s["runs"] >= FEW:
        usual = MEAN_RUNS * s["repeats"] // s["runs"]
    return int(max(RUN, usual, 2 * s["longest"]))


@compiled
def end_run(s: Any) -> None:
    """Learn how long a run of one value was; of eight too long ones one, and only as allowed."""
    if s["run"] == 0:
        return
    length = min(s["run"], run_limit(s))
    if s["run"] > length:
        s["overlong"] += 1
        if s["overlong"] % 8 != 0:
            return
    if s["runs"] >= FULL:
        s["runs"], s["repeats"] = s["runs"] // 2, s["repeats"] // 2
    s["repeats"] += length
    s["runs"] += 1
    s["longest"] = max(length, s["longest"] - s["longest"] // 256)


@compiled
def flat(p: Any, s: Any, t: int, v: float, learning: bool) -> int:
    """3 or 4 when the value has stood still too long, else 1."""
    if s["same_t"] == 0 or not abs(v - s["same"]) <= p["tolerance"]:
        if learning:
            end_run(s)
        s["same"], s["same_t"], s["run"] = v, t, 0
        return 1
    s["run"] += 1
    stood = t - s["same_t"]
    if p["kind"] == RAIN and v == 0.0:
        return 1
    if p["flat_fail"] > 0 and stood >= p["flat_fail"] and s["run"] >= 2:
        return 4
    if p["flat_given"] > 0:
        return 3 if stood >= p["flat"] and s["run"] >= 2 else 1
    known = s["seen"] >= p["learn"]
    return 3 if known and stood >= p["flat"] and s["run"] >= run_limit(s) else 1


@compiled
def begin_block(s: Any, t: int, v: float) -> None:
    """A new block of time."""
    s["block_t"], s["block_n"], s["low"], s["high"] = t, 0, v, v


@compiled
def end_block(s: Any, learning: bool) -> None:
    """Judge the range of a block by those before it, and learn it."""
    span = s["high"] - s["low"]
    least = DULL * quantile(s["spans"], 0.05)
    s["dull"] = 0.0
    if s["spans"][BINS] >= BLOCKS and 0.0 < span < least:
        s["dull"] = least
    if learning and span > 0.0:
        learn(s["spans"], span)
        s["swing"] = quantile(s["spans"], 0.75)


@compiled
def attenuated(p: Any, s: Any, t: int, v: float, learning: bool) -> bool:
    """Whether the value moves too little since the block before."""
    if s["block_t"] == 0:
        begin_block(s, t, v)
    elif t - s["block_t"] >= DAY and s["block_n"] >= BLOCK:
        end_block(s, learning)
        begin_block(s, t, v)
    s["block_n"] += 1
    s["low"], s["high"] = min(s["low"], v), max(s["high"], v)
    if s["dull"] > 0.0 and s["high"] - s["low"] > s["dull"]:
        s["dull"] = 0.0
    return bool(s["dull"] > 0.0)
