"""A series of positions on the way to failure: filtered speeds, steps taken out, thinned cells.

`take` decides what a reading is: one more of the movement, a spike, or a step of the instrument (a
jump that is not followed by movement), which is taken out of all that follows. `filter` gives the
short and the long average speed. `store` keeps means of readings, the finer the newer they are.
Times are days since the first reading.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tongluo.core.compiled import compiled

CELLS = 128
CELL = np.dtype([("t", "f8"), ("v", "f8"), ("w", "f8")], align=True)
LEARNED = 50.0
"""Readings that the noise is a mean of."""
FIELDS: list[Any] = [
    ("origin", "i8"),  # time of day 0, ms
    ("last", "i8"),
    ("day", "f8"),
    ("value", "f8"),  # the last taken, steps taken out
    ("offset", "f8"),
    ("rate", "f8"),  # of the last two taken
    ("pending", "i8"),  # 1: a jump waits for what follows
    ("pending_day", "f8"),
    ("pending_value", "f8"),
    ("scatter", "f8"),  # mean size of what a reading is beside the movement
    ("scattered", "f8"),
    ("mean", "f8", (2, 2)),  # short and long; once and twice averaged
    ("fast", "f8"),
    ("slow", "f8"),
    ("n", "i8"),
    ("cells", CELL, (CELLS,)),
]


@compiled
def begin(s: Any, t: int, value: float) -> None:
    """Forget all, and start at a reading."""
    s["origin"], s["day"], s["value"], s["offset"] = t, 0.0, value, 0.0
    s["rate"], s["pending"], s["n"] = 0.0, 0, 1
    s["scatter"], s["scattered"], s["fast"], s["slow"] = 0.0, 0.0, 0.0, 0.0
    for k in range(2):
        s["mean"][k, 0] = s["mean"][k, 1] = value
    cell = s["cells"][0]
    cell["t"], cell["v"], cell["w"] = 0.0, value, 1.0


@compiled
def noise_of(p: Any, s: Any) -> float:
    """Standard deviation of a reading: declared, or from how readings lie beside the movement."""
    if p["noise"] > 0.0:
        return float(p["noise"])
    return float(1.2533 * s["scatter"] / math.sqrt(2.0))


@compiled
def reach(p: Any, s: Any, span: float) -> float:
    """How far a reading may lie from the movement, after so many days, before it is a jump."""
    usual = 4.0 * max(abs(s["fast"]), abs(s["rate"])) * span
    return float(1.4142 * p["jump"] * noise_of(p, s) + usual)


@compiled
def learn_noise(s: Any, away: float) -> None:
    """Fold one distance from the movement into the mean of them; a wild one counts as usual."""
    n = s["scattered"]
    if n >= 4.0:
        away = min(away, 4.0 * s["scatter"])
    n = min(n + 1.0, LEARNED)
    s["scatter"] += (away - s["scatter"]) / n
    s["scattered"] = n


@compiled
def take(p: Any, s: Any, day: float, raw: float) -> bool:
    """One good reading; False while a jump waits for the next to say what it was."""
    value = raw - s["offset"]
    span = day - s["day"]
    away = abs(value - s["value"] - s["fast"] * span)
    if s["pending"] == 0:
        if s["scattered"] >= 10.0 and away > reach(p, s, span):
            s["pending"], s["pending_day"], s["pending_value"] = 1, day, value
            return False
    else:
        s["pending"] = 0
        waited, between = s["pending_value"], day - s["pending_day"]
        on = abs(value - waited - s["fast"] * between)
        if away > reach(p, s, span):
            before = s["pending_day"] - s["day"]
            if on <= reach(p, s, between):  # a step: the movement went on as before beside it
                step = 0.5 * (value + waited - s["fast"] * (span + before)) - s["value"]
                s["offset"] += step
                waited -= step
                value -= step
            accept(p, s, s["pending_day"], waited)
    accept(p, s, day, value)
    return True


@compiled
def accept(p: Any, s: Any, day: float, value: float) -> None:
    """Take a position as one of the movement."""
    span = day - s["day"]
    if s["moving"] == 0:  # what speeds up lies beside its average speed without being noise
        learn_noise(s, abs(value - s["value"] - s["fast"] * span))
    rate = (value - s["value"]) / span
    for k in range(2):
        tau = p["short"] if k == 0 else p["long"]
        ease = math.exp(-span / tau)
        old = s["mean"][k, 0]
        new = value - rate * tau + (old - s["value"] + rate * tau) * ease
        slope = (new - old) / span
        second = s["mean"][k, 1]
        s["mean"][k, 0] = new
        s["mean"][k, 1] = new - slope * tau + (second - old + slope * tau) * ease
        filled = 1.0 - math.exp(-day / tau) * (1.0 + day / tau)
        speed = (s["mean"][k, 0] - s["mean"][k, 1]) / (tau * max(filled, 1e-9))
        if k == 0:
            s["fast"] = speed
        else:
            s["slow"] = speed
    s["rate"], s["day"], s["value"] = rate, day, value
    store(p, s, day, value)


@compiled
def store(p: Any, s: Any, day: float, value: float) -> None:
    """Append a cell; when all are full, merge neighbours, the more the older they are."""
    share = 1.0 / 24.0
    while s["n"] >= CELLS:
        thin(s, day, share, p["memory"])
        share *= 1.4
    cell = s["cells"][s["n"]]
    cell["t"], cell["v"], cell["w"] = day, value, 1.0
    s["n"] += 1


@compiled
def thin(s: Any, day: float, share: float, memory: float) -> None:
    """Merge pairs that together are not longer than this share of their age; drop the too old."""
    cells = s["cells"]
    into, k = 0, 0
    while k < s["n"] and day - cells[k]["t"] > memory:
        k += 1
    paired = False
    while k < s["n"]:
        t, v, w = cells[k]["t"], cells[k]["v"], cells[k]["w"]
        if into > 0 and not paired and t - cells[into - 1]["t"] <= share * (day - t):
            last = cells[into - 1]
            both = last["w"] + w
            last["t"] += (t - last["t"]) * w / both
            last["v"] += (v - last["v"]) * w / both
            last["w"] = both
            paired = True
        else:
            cells[into]["t"], cells[into]["v"], cells[into]["w"] = t, v, w
            into += 1
            paired = False
        k += 1
    s["n"] = into
