"""How rare a statistic's value is, learned from the statistic itself (for `anomaly`).

Peaks over a threshold: u follows the quantile 1 - TAIL by stochastic approximation, and what lies
above it is a generalised Pareto law by its first two moments (Siffer, A. et al. 2017: Anomaly
detection in streams with extreme value theory, KDD; moments: Hosking and Wallis 1987):

    P(R > r) = TAIL (1 + xi (r - u) / sigma)^(-1 / xi),   S = -log10 P

Until some dozens of peaks are known, xi leans to a light tail and sigma is taken wider, so that
little is called rare by one who has seen little. `floor` is the smallest difference that matters.
"""

from __future__ import annotations

import math
from typing import Any

from tongluo.core.compiled import compiled

TAIL = 0.05  # share of readings above u
PEAKS = 60.0  # peaks at which the sample and the first guess of xi weigh the same
GUESS, LIGHT, HEAVY = 0.1, 0.02, 0.45  # xi: first guess, least, most
WIDER = 30.0  # sigma is taken (1 + WIDER / peaks) as wide
MEMORY, PEAK_MEMORY = 1.0 / 2000.0, 1.0 / 300.0
BINS, PER_DECADE = 64, 4.0  # bins of the history of S
LN10 = math.log(10.0)


@compiled
def decades(u: float, m1: float, m2: float, peaks: float, r: float, floor: float) -> float:
    """S of the value r: 3 = one reading in a thousand; 0 when it is no peak."""
    start, mean = max(u, floor), max(m1, floor)
    if peaks < 3.0 or r <= start or mean <= 0.0:
        return 0.0
    xi, spread = GUESS, m2 - m1 * m1
    if spread > 0.0:
        xi = min(max(0.5 * (1.0 - mean * mean / spread), LIGHT), HEAVY)
    share = peaks / (peaks + PEAKS)
    xi = share * xi + (1.0 - share) * GUESS
    sigma = mean * (1.0 - xi) * (1.0 + WIDER / (peaks + 1.0))
    return -math.log10(TAIL) + math.log(1.0 + xi * (r - start) / sigma) / xi / LN10


@compiled
def learn(s: Any, k: int, r: float) -> None:
    """Take the value r of statistic k into u, the peaks and the scale."""
    tails = s["tails"][k]
    size = abs(r)
    if tails["scale"] == 0.0:
        tails["scale"] = size
    if r > tails["u"]:
        y = r - tails["u"]
        if tails["m1"] > 0.0:
            y = min(y, 20.0 * tails["m1"])
        pace = max(1.0 / (tails["peaks"] + 1.0), PEAK_MEMORY)
        tails["m1"] += pace * (y - tails["m1"])
        tails["m2"] += pace * (y * y - tails["m2"])
        tails["peaks"] += 1.0
    if tails["scale"] > 0.0:
        size = min(size, 10.0 * tails["scale"])
    pace = max(1.0 / (s["n"] + 20.0), MEMORY)
    tails["scale"] += pace * (size - tails["scale"])
    above = 1.0 - TAIL if r > tails["u"] else -TAIL
    tails["u"] += 8.0 * tails["scale"] * pace * above


@compiled
def judged(s: Any, k: int, r: float, floor: float) -> float:
    """S of statistic k's value, which is then learned."""
    tails = s["tails"][k]
    found = decades(tails["u"], tails["m1"], tails["m2"], tails["peaks"], r, floor)
    learn(s, k, r)
    return found


@compiled
def against_history(s: Any, surprise: float) -> float:
    """S less the decades that earlier surprises of at least this size take from it."""
    first = int(min(max(0.85 * surprise - 0.25, 0.0) * PER_DECADE, BINS - 1.0))
    before = 0.0
    for j in range(first, BINS):
        before += s["history"][j]
    if surprise > 1.0 and surprise > s["crest"]:
        s["history"][int(min(surprise * PER_DECADE, BINS - 1.0))] += 1.0
    s["crest"] = max(s["crest"] - 0.02, surprise)
    return surprise - math.log10(1.0 + before)


@compiled
def onset(s: Any, surprise: float) -> float:
    """What of a surprise is new: all of it if it tops the last one, which fades with time."""
    last = s["last_surprise"]
    s["last_surprise"] = max(last - 0.04, surprise)
    return surprise if surprise > 1.15 * last else max(surprise - last, 0.0)
