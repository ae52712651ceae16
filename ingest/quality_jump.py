"""Jumps: spikes, steps, changes too fast.

A live system cannot know whether a jump will come back. So a jump far beyond what the sensor does
by itself is doubted at once (spike), and the next readings settle it:

    back at where it was           it was a spike; the reading that came back is good
    goes on rising, or moves as    it is the water: good, and the new place to count from
    water moves
    stays, as still as before      a step (datum, mounting): doubted until it has stood `settle`
                                   long, or comes back
    rain or neighbours explain it  the limit is four times as wide

What the sensor does by itself, upward and downward apart (water rises fast and falls slowly):

    limit = max(8 x median |change|, 3 x q99 |change|), 3 x size of the latest changes at least

of readings `cadence` apart; it grows with the root of a longer pause. Where events drive a value
(`day`: rivers, not tides), a jump no larger than the range of three days in four is not doubted
either: gates and small floods do that, and it can hardly mislead a warning. Elsewhere changes do
not come out of a calm: there a jump is no larger than 2 x q99 of what |change| was of the changes
just before it. With fewer than 1000 changes seen, q99 counts as no more than 4 x q90: an early
fault must not set the limit. The form (a jump against both neighbours in time) is QARTOD's spike
test; that it can only be told a reading later is why the doubt is lifted again.
"""

from __future__ import annotations

import math
from typing import Any

from ingest.quality_scale import BINS, learn, quantile
from ingest.quality_tables import LEVEL
from ingest.quality_words import NONE, SPIKE, STEP
from tongluo.core.compiled import compiled

PAUSE = 16  # cadences without a reading: what comes then is a new beginning
EXPLAINED = 4.0
EVERY = 32  # limits are taken from the counts so often
EARLY = 1000


@compiled
def tail(counts: Any) -> float:
    """What a change of this direction hardly exceeds."""
    most = quantile(counts, 0.99)
    if counts[BINS] < EARLY:
        most = min(most, 4.0 * quantile(counts, 0.9))
    return most


@compiled
def measure(s: Any) -> None:
    """Take the limits from the counts."""
    s["usual"] = max(quantile(s["up"], 0.5), quantile(s["down"], 0.5))
    s["most_up"] = max(8.0 * s["usual"], 3.0 * tail(s["up"]))
    s["most_down"] = max(8.0 * s["usual"], 3.0 * tail(s["down"]))
    s["leap_up"] = 2.0 * tail(s["leaps_up"])
    s["leap_down"] = 2.0 * tail(s["leaps_down"])


@compiled
def calm(s: Any) -> float:
    """What changes lately; in the deepest calm, twice what is usual."""
    return float(max(s["lively"], 2.0 * s["usual"]))


@compiled
def stretch(p: Any, pause: int) -> float:
    """How much more may change in a longer pause."""
    if pause <= p["cadence"]:
        return 1.0
    return math.sqrt(float(pause) / float(p["cadence"]))


@compiled
def limit(p: Any, s: Any, change: float, pause: int, explained: bool) -> float:
    """How large a change in this direction may be."""
    most = s["most_up"] if change > 0.0 else s["most_down"]
    if p["day"] > 0:
        most = max(most, s["swing"])
    else:
        leap = s["leap_up"] if change > 0.0 else s["leap_down"]
        most = min(most, max(8.0 * s["usual"], leap * calm(s)))
    if p["spike"] > 0.0:
        most = p["spike"]
    if explained and change > 0.0:
        most *= EXPLAINED
    return float(max(most * stretch(p, pause), 3.0 * s["lively"]))


@compiled
def accept(p: Any, s: Any, t: int, v: float, learning: bool) -> None:
    """The reading is where the water is."""
    if s["base_t"] > 0:
        pause = t - s["base_t"]
        change = (v - s["base"]) / stretch(p, pause)
        if learning and pause <= PAUSE * p["cadence"]:
            if change > 0.0:
                learn(s["up"], change)
                learn(s["leaps_up"], change / max(calm(s), 1e-9))
            elif change < 0.0:
                learn(s["down"], -change)
                learn(s["leaps_down"], -change / max(calm(s), 1e-9))
            s["seen"] += 1
            if s["seen"] % EVERY == 0:
                measure(s)
        s["lively"] = max(abs(change), 0.7 * s["lively"])
    s["base"], s["base_t"], s["away_n"] = v, t, 0


@compiled
def moves(p: Any, s: Any, v: float) -> bool:
    """Whether readings away from the base move as water or ground does, not as a still step."""
    jump = s["first"] - s["base"]
    if jump < 0.0 and p["kind"] == LEVEL:
        return False  # water does not fall so fast: the sensor does
    on = v - s["away"] if jump > 0.0 else s["away"] - v
    if on > max(4.0 * s["usual"], 0.1 * abs(jump)) or (s["away_n"] >= 2 and on > 4.0 * s["usual"]):
        return True
    far = max(6.0 * s["usual"], 0.1 * abs(jump))
    return bool(s["away_n"] >= 3 and abs(v - s["first"]) > far)


@compiled
def doubt(p: Any, s: Any, t: int, v: float) -> int:
    """A reading far from the base: the first, or one more."""
    if s["away_n"] == 0:
        s["first"], s["away_t"] = v, t
    s["away"] = v
    s["away_n"] += 1
    return SPIKE if s["away_n"] < 3 else STEP


@compiled
def back(s: Any, v: float, most: float) -> bool:
    """Whether a reading is where it was before it jumped, or before the step it has settled on."""
    near = abs(v - s["base"]) <= max(most, 0.3 * abs(s["away"] - s["base"]))
    return bool(near and abs(v - s["base"]) < abs(v - s["away"]))


@compiled
def settle(p: Any, s: Any, t: int, v: float, learning: bool) -> None:
    """Stand by the new level; the old one is remembered, should it come back."""
    s["old"], s["old_held"] = s["base"], 1
    accept(p, s, t, v, learning)
    s["lively"] = 0.0


@compiled
def begins(p: Any, s: Any, t: int) -> bool:
    """Whether there is nothing to compare with: no past, or a long pause."""
    if s["base_t"] == 0 or (s["away_n"] == 0 and t - s["base_t"] > PAUSE * p["cadence"]):
        s["lively"] = 0.0
        return True
    return bool(s["seen"] < p["learn"] and p["spike"] <= 0.0)


@compiled
def returned(s: Any, v: float, most: float) -> bool:
    """Whether the sensor came back from a step that it had settled on."""
    near = abs(v - s["old"]) <= max(most, 0.3 * abs(s["old"] - s["base"]))
    if s["old_held"] > 0 and near:
        s["old_held"], s["base_t"] = 0, 0
        return True
    return False


@compiled
def cleared(p: Any, s: Any, v: float, most: float, explained: bool) -> bool:
    """Whether a reading after a jump shows where the water is: back, or truly there."""
    if s["away_n"] == 0:
        return False
    if back(s, v, most):
        s["away_n"] = -1
        return True
    jump = s["away"] - s["base"]
    share = 1.5 if (v - s["away"]) * jump > 0.0 else 0.5  # a rise may go on as fast and faster
    together = abs(v - s["away"]) <= max(most, share * abs(jump))
    return bool(together and (explained or moves(p, s, v)))


@compiled
def jump(p: Any, s: Any, t: int, v: float, explained: bool, learning: bool) -> int:
    """SPIKE, STEP or NONE; the base moves with what is accepted."""
    if begins(p, s, t):
        accept(p, s, t, v, learning)
        return NONE
    change = v - s["base"]
    most = limit(p, s, change, min(t - s["base_t"], PAUSE * p["cadence"]), explained)
    if abs(change) <= most:
        accept(p, s, t, v, learning)
    elif returned(s, v, most):
        accept(p, s, t, v, False)
    elif cleared(p, s, v, most, explained):
        accept(p, s, t, v, learning and s["away_n"] > 0)
    elif s["away_n"] > 0 and t - s["away_t"] >= p["settle"]:
        settle(p, s, t, v, learning)
    else:
        return doubt(p, s, t, v)
    return NONE


@compiled
def rate(p: Any, s: Any, t: int, v: float) -> int:
    """3 or 4 when the value is farther from the last accepted one than the given rates allow."""
    if s["base_t"] == 0 or t <= s["base_t"]:
        return 1
    speed = abs(v - s["base"]) / float(t - s["base_t"])
    if speed > p["rate_fail"]:
        return 4
    return 3 if speed > p["rate"] else 1
