"""Rain kept in cells of equal length, and what the detectors that look back for days share.

A reading at t stands for the time before it, so cell c holds the readings of
(anchor + c x cell, anchor + (c + 1) x cell]: what is read at 08:00 belongs to the day that ends.
Rain is kept as whole micrometres: sums over cells never drift. `cover` is the time of a cell that
readings account for: for increments at most the cadence before each, for a running total all since
the last. A running total's catch-up (after more than two cadences) is spread evenly over its time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from detectors.options import Options, grades
from detectors.rain_windows import MOST
from tongluo.core.compiled import compiled
from tongluo.core.ports import Sensor
from tongluo.core.units import parse_value

FIELDS: list[Any] = [
    ("cell", "i8"),  # ms
    ("anchor", "i8"),  # ms: a time at which a cell begins
    ("cadence", "i8"),  # ms
    ("running", "i8"),  # 1: an increment covers all the time since the one before
    ("worst", "i8"),
    ("coverage", "f8"),
]
DUST = 1e-6  # mm: decimal thresholds carry binary dust, and no gauge reads a nanometre
LEAST_CELLS = 32
_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def state_fields(cells: int) -> list[Any]:
    """Fields of a state with a ring of at least so many cells.

    Their number is a power of two: each number is another type of state, and compiled anew.
    """
    cells = 1 << (max(cells, LEAST_CELLS) - 1).bit_length()
    return [
        ("last", "i8"),  # time of the last good reading; 0 = none yet
        ("at", "i8"),  # the newest cell
        ("summed", "i8"),  # the cell as of which the detector summed up; -1 = has to anew
        ("rain", "i8", (cells,)),  # micrometres
        ("cover", "i8", (cells,)),  # ms
    ]


def fill_cells(row: Any, options: Options, sensor: Sensor, cell: int, anchor: int) -> None:
    """Write what every detector with cells needs; the options have `coverage`."""
    row["cell"], row["anchor"] = cell, anchor
    row["cadence"], row["running"] = sensor.cadence, int(sensor.running)
    row["worst"], row["coverage"] = options.worst, getattr(options, "coverage", 1.0)


def clock_time(text: str) -> int:
    """ms after midnight.

    >>> clock_time("08:00")
    28800000
    """
    match = _CLOCK.match(text)
    if match is None:
        raise ValueError(f"not a time of day: {text!r} (write for example '08:00')")
    return (int(match[1]) * 60 + int(match[2])) * 60_000


def thresholds(levels: Mapping[str, Any]) -> list[float]:
    """Four thresholds, mm, from one value a level; NaN = none.

    >>> thresholds({"blue": "60 mm", "red": "12 cm"})
    [60.0, nan, nan, 120.0]
    """
    out = [math.nan] * 4
    for grade, text in grades(levels):
        if not isinstance(text, str):
            raise ValueError(f"a level needs its unit: write '{text} mm'")
        out[grade] = parse_value(text, "rain")
    known = [x for x in out if not math.isnan(x)]
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)) or known[0] <= 0:
        raise ValueError("levels must be more than 0 and rise from blue to red")
    return out


@compiled
def cell_of(p: Any, t: int) -> int:
    """The cell of a reading at t."""
    return int((t - p["anchor"] - 1) // p["cell"])


@compiled
def advance(s: Any, c: int) -> None:
    """Begin empty cells up to c."""
    n = s["rain"].shape[0]
    for k in range(max(s["at"] + 1, c - n + 1), c + 1):
        s["rain"][k % n] = 0
        s["cover"][k % n] = 0
    s["at"] = max(s["at"], c)


@compiled
def put(p: Any, s: Any, t: int, rain: int, cover: int) -> None:
    """Add rain (micrometres) that covers `cover` ms up to t to the cell of t."""
    c, n = cell_of(p, t), s["rain"].shape[0]
    advance(s, c)
    if c > s["at"] - n:
        s["rain"][c % n] += rain
        s["cover"][c % n] += cover
    if c < s["at"]:
        s["summed"] = -1


@compiled
def spread(p: Any, s: Any, last: int, t: int, rain: int) -> None:
    """Add rain evenly over the time from `last` to t, as far back as cells reach."""
    span = t - last
    start = max(0, span - s["rain"].shape[0] * p["cell"])
    while start < span:
        c = cell_of(p, last + start + 1)
        end = min(span, p["anchor"] + (c + 1) * p["cell"] - last)
        put(p, s, last + end, rain * end // span - rain * start // span, end - start)
        start = end


@compiled
def covered(p: Any, last: int, t: int) -> int:
    """ms before t that a good reading at t accounts for, the good one before it being at `last`."""
    if last <= 0:
        return int(p["cadence"])
    return int(t - last if p["running"] > 0 else min(t - last, p["cadence"]))


@compiled
def of_newest(p: Any, s: Any, t: int) -> bool:
    """Whether a reading at t is of the newest cell: `cell_of`, without a division."""
    start = p["anchor"] + s["at"] * p["cell"]
    return bool(start < t <= start + p["cell"])


@compiled
def add(p: Any, s: Any, last: int, t: int, rain: int) -> None:
    """Give one good increment to its cell, or to all of a long time without one."""
    cover = covered(p, last, t)
    if p["running"] > 0 and cover > 2 * p["cadence"]:
        spread(p, s, last, t, rain)
    elif of_newest(p, s, t):
        k = s["at"] % s["rain"].shape[0]
        s["rain"][k] += rain
        s["cover"][k] += cover
    else:
        put(p, s, t, rain, cover)


@compiled
def take(p: Any, s: Any, t: int, value: float, flag: int) -> bool:
    """One increment, mm, into its cell. Whether it can be judged; if not, nothing is added."""
    later = t > s["last"]
    good = flag <= p["worst"] and 0.0 <= value <= MOST and later
    if good:
        add(p, s, s["last"], t, math.floor(value * 1000.0 + 0.5))
        s["last"] = t
    elif p["running"] > 0 and flag <= 2 and math.isnan(value) and later:
        s["last"] = t  # a running total starts, or starts again, here
    if not of_newest(p, s, t):
        advance(s, cell_of(p, t))
    return bool(good)


@compiled
def newest_known(p: Any, s: Any, t: int) -> bool:
    """Whether the newest cell misses no more time than a whole one may."""
    missing = t - (p["anchor"] + s["at"] * p["cell"]) - s["cover"][s["at"] % s["cover"].shape[0]]
    return bool(missing <= (1.0 - p["coverage"]) * p["cell"] + 0.5)


@compiled
def cell_known(p: Any, s: Any, c: int) -> bool:
    """Whether enough of a past cell is covered."""
    cover = s["cover"][c % s["cover"].shape[0]]
    return bool(cover >= p["coverage"] * p["cell"] - 0.5)


@compiled
def above(p: Any, value: float, slack: float) -> int:
    """The highest level whose threshold, lowered by the slack, a value in mm reaches."""
    level = 0
    for grade in range(4):
        if value + DUST >= p["threshold"][grade] - slack:
            level = grade + 1
    return level


@compiled
def settled(before: int, reached: int, held: int, sure: bool, good: bool) -> int:
    """The level, when known rain reaches `reached` and, with the dead band, `held`.

    Known rain is a lower bound: it tells what is reached, but without `sure` neither NONE nor a
    fall; and what cannot be judged lowers nothing.
    """
    level = max(reached, min(before, held))
    if level < before and before >= 1:
        return level if good and sure else before
    if level == 0 and (not sure or (not good and before < 0)):
        return -1
    return level


@compiled
def level_of(p: Any, before: int, value: float, sure: bool, good: bool) -> int:
    """The level that a value in mm, kept within the dead band, settles to."""
    reached = above(p, value, 0.0)
    held = above(p, value, p["band"]) if before > reached else reached
    return settled(before, reached, held, sure, good)


def told(row: Any, why: Mapping[str, float], cap: int, en: str, zh: str) -> dict[str, Any]:
    """Law 9 for a value in mm against one threshold a level; en, zh: what the value is called."""
    out: dict[str, Any] = {}
    value, level = why["value_mm"], min(int(why["level"]), cap)
    if level >= 1:
        need = max(float(x) for x in row["threshold"][:level] if not math.isnan(x))
        out["en"] = f"{en} {value:.1f} mm (threshold {need:g} mm)"
        out["zh"] = f"{zh}{value:.1f}毫米（阈值{need:g}毫米）"
        out["lower_if"] = {"mm_below": round(need - float(row["band"]), 3)}
    above = [float(x) for x in row["threshold"][max(level, 0) : cap] if not math.isnan(x)]
    if above and value < above[0]:
        out["higher_if"] = {"mm_more": math.ceil((above[0] - value) * 1000 - 0.001) / 1000}
    return out
