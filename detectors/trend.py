"""Trends of a series in bounded memory: slopes with their error, changes, persistence.

A ring keeps the means of equal slots of a window (`push`); `slope` fits a line to them by weighted
least squares with Huber's weights (Huber 1964; four passes), so that one wild reading turns it
little; `persist` asks for n of the last m judgements.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tongluo.core.compiled import compiled

CELLS = 34
SLOTS = 32
"""Slots of a window; a ring has room for the ones at both ends too."""
RECENT = 16
LIMIT = 1e6
"""Greater values are no measurement of anything judged here (1 km in mm)."""
DAY = 86_400_000.0
CELL = np.dtype([("slot", "i8"), ("t", "f8"), ("v", "f8"), ("w", "f8")], align=True)
"""Which slot; mean time, ms; mean value; readings."""


def ring_fields(rings: int) -> list[Any]:
    """State fields that `push`, `slope` and `change` use."""
    return [("last", "i8"), ("pushed", "i8", (rings,)), ("cells", CELL, (rings, CELLS))]


def persist_fields() -> list[Any]:
    """State fields that `persist` uses."""
    return [("seen", "i8"), ("reached", "i8", (RECENT,)), ("held", "i8", (RECENT,))]


@compiled
def push(s: Any, ring: int, window: int, t: int, value: float) -> None:
    """Add a reading; what shares a slot with the one before becomes a mean with it."""
    slot = t // (window // SLOTS + 1)
    pushed = s["pushed"][ring]
    cells = s["cells"][ring]
    if pushed > 0:
        newest = cells[(pushed - 1) % CELLS]
        if newest["slot"] == slot:
            w = newest["w"] + 1.0
            newest["t"] += (float(t) - newest["t"]) / w
            newest["v"] += (value - newest["v"]) / w
            newest["w"] = w
            return
    cell = cells[pushed % CELLS]
    cell["slot"], cell["t"], cell["v"], cell["w"] = slot, float(t), value, 1.0
    s["pushed"][ring] = pushed + 1


@compiled
def oldest(s: Any, ring: int, window: int, t: int) -> int:
    """The first cell not older than the window."""
    k = max(s["pushed"][ring] - CELLS, 0)
    while k < s["pushed"][ring] and float(t) - s["cells"][ring][k % CELLS]["t"] > float(window):
        k += 1
    return int(k)


@compiled
def slope(s: Any, ring: int, window: int, t: int, noise: float) -> tuple[float, float, float, int]:
    """(slope per day, its standard error, days spanned, cells) of a window up to t.

    The error is that of the scatter about the line, and no smaller than that of `noise`, the
    standard deviation of a reading. Fewer than two cells: slope 0, error infinite.
    """
    first, end = oldest(s, ring, window, t), s["pushed"][ring]
    cells = s["cells"][ring]
    b = mean = scale = 0.0
    middle = sxx = 0.0
    spread, weight = 0.0, 0.0
    for turn in range(4):
        sw = sx = sy = 0.0
        for k in range(first, end):
            c = cells[k % CELLS]
            x = (c["t"] - float(t)) / DAY
            w = c["w"] * huber(c["v"] - mean - b * (x - middle), scale)
            sw += w
            sx += w * x
            sy += w * c["v"]
        if end - first < 2 or sw <= 0.0:
            return 0.0, math.inf, 0.0, int(end - first)
        before, at, old = b, middle, mean
        middle, mean = sx / sw, sy / sw
        sxx = sxy = 0.0
        for k in range(first, end):
            c = cells[k % CELLS]
            x = (c["t"] - float(t)) / DAY
            w = c["w"] * huber(c["v"] - old - before * (x - at), scale)
            sxx += w * (x - middle) * (x - middle)
            sxy += w * (x - middle) * (c["v"] - mean)
        b = sxy / sxx if sxx > 0.0 else 0.0
        spread = weight = square = 0.0
        for k in range(first, end):
            c = cells[k % CELLS]
            r = c["v"] - mean - b * ((c["t"] - float(t)) / DAY - middle)
            h = huber(r, scale) if turn > 0 else 1.0
            spread += h * abs(r)
            weight += h
            square += h * r * r * c["w"]
        scale = max(1.2533 * spread / weight, noise)
        spread = square
    free = max(float(end - first) - 2.0, 1.0)
    sigma = max(math.sqrt(max(spread, 0.0) / free), noise)
    error = sigma / math.sqrt(sxx) if sxx > 0.0 else math.inf
    span = (cells[(end - 1) % CELLS]["t"] - cells[first % CELLS]["t"]) / DAY
    return b, error, span, int(end - first)


@compiled
def huber(r: float, scale: float) -> float:
    """Weight of a residual: 1 within 1.5 scales, less beyond."""
    far = 1.5 * scale
    if scale <= 0.0 or abs(r) <= far:
        return 1.0
    return far / abs(r)


@compiled
def change(s: Any, ring: int, window: int, t: int, value: float) -> tuple[float, float]:
    """(change since the oldest cell of the window, its age as a share of the window)."""
    first = oldest(s, ring, window, t)
    if first >= s["pushed"][ring]:
        return 0.0, 0.0
    cell = s["cells"][ring][first % CELLS]
    return value - cell["v"], (float(t) - cell["t"]) / float(window)


@compiled
def enough(s: Any, least: int, of: int, grade: int, held: bool) -> bool:
    """Whether so many of the last judgements came to a grade (or would have held it)."""
    found = 0
    for back in range(1, min(of, s["seen"]) + 1):
        k = (s["seen"] - back) % RECENT
        if (s["held"][k] if held else s["reached"][k]) >= grade:
            found += 1
    return found >= least


@compiled
def persist(p: Any, s: Any, before: int, reached: int, held: int) -> int:
    """The level by n of the last m: what is reached, and what of the one before is held.

    reached, held: the level this reading comes to, and the one it would let stand (no lower).
    p["least"], p["of"]: n and m. UNKNOWN before n judgements.
    """
    place = s["seen"] % RECENT
    s["reached"][place], s["held"][place] = reached, held
    s["seen"] += 1
    for grade in range(4, 0, -1):
        if enough(s, p["least"], p["of"], grade, False):
            return grade
        if grade <= before and enough(s, p["least"], p["of"], grade, True):
            return grade
    if s["seen"] < p["least"]:
        return int(before) if before >= 1 else -1
    return 0


@compiled
def raised(p: Any, s: Any, before: int, reached: int, held: int) -> int:
    """As `persist` where too little is known to lower a level or to say NONE."""
    found = persist(p, s, before, reached, held) if reached > 0 else -1
    return max(before, found) if before >= 1 else (found if found >= 1 else -1)


@compiled
def fresh(p: Any, s: Any, t: int, value: float, flag: int) -> bool:
    """Whether a reading may be judged: good, finite, of this world and newer than the last."""
    return bool(flag <= p["worst"] and abs(value) <= LIMIT and t > s["last"])
