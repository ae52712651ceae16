"""There and back: a small spike, told by the reading that returns.

A spike no larger than what floods bring cannot be doubted at once: it may be a rise that begins.
It is told afterwards, for water does not come back as suddenly as it left. So the reading that
returns is the suspect one here (what was said of the readings before it stands: a live flag is
never taken back), and the next is good again.

    e     = value - (value before + slope), slope a running mean of the changes of some 4 readings
    leap  : |e| > limit
    told  : within `settle` a leap the other way, of the same size within 0.3 and the noise, with
            none in between of half its size
    limit = max(5 x still, what z hardly ever exceeds, 3 steps of reading)
    z     = min(|e|, |e before|) where they have opposite signs, else 0, against the noise of the
            moment: the larger of a running mean of |e| over some 16 readings, of `still` (the same
            over some 512), and of half of the largest |e| of late
    hardly ever: once in a year of quarter hours (`quality_scale.seldom`)

What stays away for more than 4 readings must also be a leap beyond all that the sensor does out of
such a calm (`quality_jump`): gates move water so, and move it back. What was told once is told
again only when it is twice as large, fading over 1000 readings: boats, gusts and locks come in
spells, and a sensor whose manner they are is doubted once for it.

This is QARTOD's spike test in its differential form, scaled by the noise of the moment. Of
independent normal noise with deviation s, |e| is 1.1 s in the mean, and z above 5.6 s needs a
second difference of 4.6 sigma: once in 200,000 readings. The tail of what was seen is for noise
that is not like that; floods do not raise it, as they do not zigzag.
"""

from __future__ import annotations

from typing import Any

from ingest.quality_jump import EARLY
from ingest.quality_scale import BINS, learn
from tongluo.core.compiled import compiled

SHARE, LONG, SLOPE = 1.0 / 16.0, 1.0 / 512.0, 0.25
WILD = 0.97  # the largest of late fades by this
CAPPED = 4.0  # times the noise: more teaches no more
LEAST, STEPS = 5.0, 3.0
LIKE = 0.3
FEW = 4
AGAIN, FADES, FAR = 2.0, 0.999, 16.0


@compiled
def local_noise(s: Any, e: float, learning: bool) -> float:
    """The noise of the moment before this reading; then the reading is learned."""
    n = float(s["hops"][BINS])
    local = float(max(s["sway"], s["still"], 0.5 * s["wild"]))
    size, z = abs(e), 0.0
    if local > 0.0 and e * s["sprung"] < 0.0:
        z = min(size, abs(s["sprung"])) / local
    size = min(size, CAPPED * max(local, s["usual"]))
    if learning:
        learn(s["hops"], z)
    s["sway"] += max(SHARE, 1.0 / (n + 1.0)) * (size - s["sway"])
    s["still"] += max(LONG, 1.0 / (n + 1.0)) * (size - s["still"])
    s["wild"] = max(WILD * s["wild"], size)
    s["sprung"] = e
    return local


@compiled
def undone(p: Any, s: Any, t: int, e: float, local: float) -> bool:
    """Whether this change takes back the leap that is held in mind, which else may be forgotten."""
    s["hop_n"] += 1
    back = e * s["hop"] < 0.0 and abs(e) > s["hop_limit"]
    found = bool(back and abs(e + s["hop"]) <= LIKE * abs(s["hop"]) + local)
    if found or abs(e) > 0.5 * abs(s["hop"]) or t - s["hop_t"] > p["settle"]:
        s["hop_t"] = 0
    if s["hop_n"] > FEW and (s["seen"] < EARLY or abs(s["hop"]) <= s["hop_far"]):
        return False
    return found


@compiled
def hopped(p: Any, s: Any, t: int, v: float, quiet: float, wide: float, learning: bool) -> bool:
    """Whether the reading comes back from a leap as suddenly as it left.

    quiet: what changed before it; wide: how much more may change in the pause before it.
    """
    steps = float(t - s["raw_t"]) / float(p["cadence"])
    e = (v - s["raw"] - s["slope"] * steps) / wide
    local = local_noise(s, e, learning)
    if local <= 0.0:
        return False
    s["slope"] += SLOPE * max(-2.0 * local, min(2.0 * local, e)) / max(steps, 1.0)
    s["hush"] *= FADES
    most = max(LEAST * s["still"], s["hop_most"] * local, s["hush"], STEPS * s["grain"])
    if s["hop_t"] > 0 and undone(p, s, t, e, local):
        told = min(abs(e), abs(s["hop"]), FAR * s["hop_limit"])
        s["hush"] = max(s["hush"], AGAIN * told)
        return True
    if s["hop_t"] == 0 and abs(e) > most:
        s["hop"], s["hop_t"], s["hop_n"], s["hop_limit"] = e, t, 0, most
        s["hop_far"] = quiet * (s["leap_up"] if e > 0.0 else s["leap_down"])
    return False
