"""Rain sums over several lengths of time against four levels.

    S_d(t) = sum of increments in (t - d, t],  level = max{k : S_d(t) >= threshold[k, d] for a d}

Use: warnings of rain, and the flash-flood table of a village; where the ground's wetness matters,
[critical_rain](critical_rain.md), where a forecast is at hand, [rain_forecast](rain_forecast.md).

Windows are continuous, not clock hours (National signals: 12 h, 6 h, 3 h; 中国气象局令第16号).
Sums are kept as whole micrometres, so that they never drift. `coverage[d]` is the share of the
window that readings account for: a reached level is told from whatever rain is known (a lower
bound), but NONE is told only when every window is covered, and a fall to a level only when the
windows of all higher levels are.

A reading that cannot be judged adds nothing: it never lowers a level and never tells NONE anew.
A running total's NaN (flag 1 or 2) says that counting starts, or starts again, at its time.

Units: mm, ms. Limits: more than 2000 mm in one reading is not judged. The ring holds at least the
declared readings of the longest window, and at most 2048; where readings come closer, cells are
merged, and rain may then leave a window later, by up to 4/3 of the longest window / cells.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"blue": {"10 min": "5 mm"}}, Sensor("rain", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], t * 300_000, v, 1)
...  for t, v in [(1, 1.0), (2, 1.0), (3, 4.0), (4, 0.0), (5, 0.0)]]
[-1, 0, 1, 0, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.options import grades
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import parse_duration, say_duration
from tongluo.core.units import parse_value

WINDOWS = 8
UM = 1000  # micrometres in a millimetre

PARAMS = np.dtype(
    [
        ("windows", "i8"),
        ("length", "i8", (WINDOWS,)),  # ms, ascending
        ("threshold", "i8", (WINDOWS, 4)),  # micrometres; -1 = none
        ("band", "i8"),  # micrometres
        ("coverage", "f8"),
        ("cadence", "i8"),  # ms
        ("running", "i8"),  # 1: an increment covers all the time since the one before
        ("worst", "i8"),
    ],
    align=True,
)

CELL = np.dtype([("t", "i8"), ("rain", "i4"), ("cover", "i4")])  # up to when; micrometres, ms

WHY = (
    "window_ms",
    "sum_mm",
    "threshold_mm",
    "next_window_ms",
    "next_sum_mm",
    "next_threshold_mm",
    "covered",
    "last_mm",
    "holding",  # bit 4 x window + grade of each sum that holds the level
)

MAX_CELLS = 2048
MOST = 2000.0  # mm in one reading: more than ever fell in a day is no rain
FULL = 2_147_483_647  # micrometres or ms: a cell holds no more


class Options(_Options):
    """Options of a rule with this detector."""

    coverage: float = Field(default=0.9, gt=0, le=1)
    dead_band: str = "0 mm"


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    wanted = [
        (parse_duration(window), grade, round(parse_value(rain, "rain") * UM))
        for grade, windows in grades(_as_windows(levels))
        for window, rain in windows.items()
    ]
    lengths = sorted({length for length, _, _ in wanted})
    if not 0 < len(lengths) <= WINDOWS:
        raise ValueError(f"give 1 to {WINDOWS} different windows, not {len(lengths)}")
    row["windows"] = len(lengths)
    row["length"][: len(lengths)] = lengths
    row["threshold"][:] = -1
    for length, grade, rain in wanted:
        known = row["threshold"][lengths.index(length)]
        if rain <= known[:grade].max(initial=-1):
            raise ValueError(f"sums in {say_duration(length)} must rise from blue to red")
        known[grade] = rain
    row["band"] = round(parse_value(options.dead_band, "rain") * UM)
    row["coverage"], row["worst"] = options.coverage, options.worst
    row["cadence"], row["running"] = sensor.cadence, int(sensor.running)


def _as_windows(levels: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    for word, windows in levels.items():
        if not isinstance(windows, Mapping) or not windows:
            raise ValueError(f"{word}: write windows and sums, like {{12 h: 50 mm}}")
        for rain in windows.values():
            if not isinstance(rain, str) or parse_value(rain, "rain") <= 0:
                raise ValueError(f"{word}: a sum must be more than 0 and have a unit, like '50 mm'")
    return levels


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window, ms."""
    return max(parse_duration(w) for windows in _as_windows(levels).values() for w in windows)


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: level, sums, tails and a ring of cells sized for the table's needs."""
    need = 64
    if len(table):
        need = int((table["length"].max(axis=1) // np.maximum(table["cadence"], 1)).max()) + 64
    cells = min(MAX_CELLS, need)
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("dry", "i8"),  # ms of nothing but dry readings a cadence apart; for `stay_dry`
            ("pushed", "i8"),  # cells pushed, less those merged
            ("known", "f8"),  # share that readings cover of the window they cover least
            ("sum", "i8", (WINDOWS,)),
            ("covered", "i8", (WINDOWS,)),
            ("tail", "i8", (WINDOWS,)),  # cells in each window
            ("why", "f8", (len(WHY),)),
            ("cells", CELL, (cells,)),
        ],
        align=True,
    )


@compiled
def evict(p: Any, s: Any, t: int) -> None:
    """Take what is older than each window out of its sum."""
    ring, end = s["cells"], s["pushed"]
    for d in range(p["windows"]):
        start = t - p["length"][d]
        k = end - s["tail"][d]
        while k < end and ring[k % ring.shape[0]]["t"] <= start:
            s["sum"][d] -= ring[k % ring.shape[0]]["rain"]
            s["covered"][d] -= ring[k % ring.shape[0]]["cover"]
            k += 1
        s["tail"][d] = end - k


@compiled
def compact(p: Any, s: Any, t: int) -> None:
    """Merge neighbours in a full ring, each into the later one: no rain leaves a window early."""
    ring, longest = s["cells"], p["windows"] - 1
    cells = ring.shape[0]
    slot = p["length"][longest] * 4 // (cells * 3) + 1
    first = into = s["pushed"] - s["tail"][longest]
    rain = cover = 0
    for k in range(first, s["pushed"]):
        old, cell = ring[k % cells], ring[into % cells]
        at, v, c = old["t"], int(old["rain"]), int(old["cover"])
        if k > first and at // slot == cell["t"] // slot:
            rain -= int(cell["rain"])
            cover -= int(cell["cover"])
            v, c = min(v + int(cell["rain"]), FULL), min(c + int(cell["cover"]), FULL)
        elif k > first:
            into += 1
        cell = ring[into % cells]
        cell["t"], cell["rain"], cell["cover"] = at, v, c
        rain += v
        cover += c
    s["pushed"], s["dry"] = into + 1, 0
    for d in range(p["windows"]):
        s["tail"][d], s["sum"][d], s["covered"][d] = into + 1 - first, rain, cover
    evict(p, s, t)


@compiled
def push(p: Any, s: Any, t: int, rain: int, cover: int) -> None:
    """Add rain (micrometres) that covers `cover` ms up to `t` to every window."""
    ring = s["cells"]
    if s["tail"][p["windows"] - 1] >= ring.shape[0]:
        compact(p, s, t)
    cell = ring[s["pushed"] % ring.shape[0]]
    cell["t"], cell["rain"], cell["cover"] = t, rain, min(cover, FULL)
    s["pushed"] += 1
    for d in range(p["windows"]):
        s["sum"][d] += rain
        s["covered"][d] += min(cover, FULL)
        s["tail"][d] += 1


@compiled
def add(p: Any, s: Any, t: int, rain: int) -> None:
    """One good increment: spread evenly over a gap when it is a running total's catch-up."""
    cadence = p["cadence"]
    span = t - s["last"] if s["last"] > 0 else cadence
    if p["running"] == 0 or span <= 2 * cadence:
        push(p, s, t, rain, min(span, cadence) if p["running"] == 0 else span)
        return
    longest = p["length"][p["windows"] - 1]
    start = max(0, span - (longest // cadence + 1) * cadence)  # before: out of every window
    while start < span:
        end = min(start + cadence, span)
        push(p, s, s["last"] + end, rain * end // span - rain * start // span, end - start)
        evict(p, s, s["last"] + end)
        start = end


@compiled
def reached(p: Any, s: Any, slack: int) -> int:
    """The highest level any window reaches, with thresholds lowered by `slack` micrometres."""
    level = 0
    for d in range(p["windows"]):
        for grade in range(4):  # thresholds of a window rise, so the first missed ends it
            need = p["threshold"][d, grade]
            if need >= 0 and s["sum"][d] < need - slack:
                break
            if need >= 0 and grade + 1 > level:
                level = grade + 1
    return level


@compiled
def doubted(p: Any, s: Any, level: int) -> int:
    """The highest level above this one that cannot be ruled out: a window of it is not covered."""
    for grade in range(3, level - 1, -1):
        for d in range(p["windows"]):
            short = s["covered"][d] < p["coverage"] * p["length"][d]
            if short and p["threshold"][d, grade] >= 0:
                return grade + 1
    return level


@compiled
def explain_into(p: Any, s: Any, level: int, share: float, value: float) -> None:
    """Write the evidence: the window that decides, and the one that lacks least to rise."""
    why = s["why"]
    why[:] = 0.0
    why[6], why[7] = share, value
    best, least = -1.0, -1
    for d in range(p["windows"]):
        for grade in range(4):
            need = p["threshold"][d, grade]
            if need <= 0:
                continue
            ratio = s["sum"][d] / need
            if grade + 1 == level and ratio > best:
                best = ratio
                why[0], why[1], why[2] = p["length"][d], s["sum"][d] / 1000.0, need / 1000.0
            if grade + 1 == level and s["sum"][d] >= need - p["band"]:
                why[8] += 1 << (4 * d + grade)
            if grade + 1 > level and (least < 0 or need - s["sum"][d] < least):
                least = need - s["sum"][d]
                why[3], why[4], why[5] = p["length"][d], s["sum"][d] / 1000.0, need / 1000.0


@compiled
def usual(p: Any, s: Any, t: int) -> bool:
    """Whether a good increment needs neither a gap filled nor cells merged."""
    near = p["running"] == 0 or t - s["last"] <= 2 * p["cadence"]
    held = s["tail"][p["windows"] - 1]
    return bool(s["last"] > 0 and near and held < s["cells"].shape[0])


@compiled
def roll(p: Any, s: Any, t: int, rain: int, cover: int) -> None:
    """`evict` and `push` in one pass: half the time of nearly every wet reading."""
    ring, cells = s["cells"], s["cells"].shape[0]
    newest = s["pushed"] % cells
    cell = ring[newest]
    cell["t"], cell["rain"], cell["cover"] = t, rain, cover
    for d in range(p["windows"]):
        total, covered, held = s["sum"][d] + rain, s["covered"][d] + cover, s["tail"][d]
        start = t - p["length"][d]
        k = newest - held if newest >= held else newest - held + cells
        while held > 0 and ring[k]["t"] <= start:
            total -= ring[k]["rain"]
            covered -= ring[k]["cover"]
            held -= 1
            k = k + 1 if k + 1 < cells else 0
        s["sum"][d], s["covered"][d], s["tail"][d] = total, covered, held + 1
    s["pushed"] += 1


@compiled
def share_of(p: Any, s: Any) -> float:
    """The share that readings cover of the window they cover least."""
    share = 1.0
    for d in range(p["windows"]):
        if s["covered"][d] < p["length"][d]:
            share = min(share, s["covered"][d] / p["length"][d])
    return share


@compiled
def stay_dry(p: Any, s: Any, t: int, value: float) -> bool:
    """Count a dry reading where all windows hold such a cadence apart; whether that was so.

    Then one comes into each window and one leaves it: all sums stand.
    """
    span, longest = t - s["last"], p["windows"] - 1
    if value != 0.0 or span != p["cadence"]:
        s["dry"] = 0
        return False
    if s["dry"] < p["length"][longest] or s["dry"] < s["tail"][longest] * span:
        s["dry"] += span
        return False
    cell = s["cells"][s["pushed"] % s["cells"].shape[0]]
    cell["t"], cell["rain"], cell["cover"] = t, 0, min(span, FULL)
    s["pushed"] += 1
    return True


@compiled
def take(p: Any, s: Any, t: int, value: float, flag: int) -> bool:
    """Let time pass to `t` and count one increment, mm; whether it could be judged."""
    good = flag <= p["worst"] and 0.0 <= value <= MOST and t > s["last"]
    if not good:
        s["dry"] = 0
        evict(p, s, t)
        if p["running"] > 0 and flag <= 2 and math.isnan(value):
            s["last"] = t
    elif stay_dry(p, s, t, value):
        s["last"] = t
        return True
    else:
        rain, span = math.floor(value * 1000.0 + 0.5), t - s["last"]
        if usual(p, s, t):
            roll(p, s, t, rain, min(min(span, p["cadence"]) if p["running"] == 0 else span, FULL))
        else:
            evict(p, s, t)
            add(p, s, t, rain)
        s["last"] = t
    s["known"] = share_of(p, s)
    return bool(good)


@compiled
def settled(p: Any, s: Any, level: int, good: bool, share: float) -> int:
    """The level after a reading whose sums say `level`; a reached one is not lost for nothing."""
    before = s["level"]
    if level < before and before >= 1:
        return int(min(before, doubted(p, s, level)) if good else before)
    if level == 0 and (share < p["coverage"] or (not good and before < 0)):
        return -1
    return level


@compiled
def judged(p: Any, s: Any, good: bool, share: float) -> int:
    """The level that the sums say, kept within the dead band, and settled."""
    level, before = reached(p, s, 0), s["level"]
    if before > level:
        level = max(level, min(before, reached(p, s, p["band"])))
    return settled(p, s, int(level), good, share)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    good = take(p, s, t, value, flag)
    level = judged(p, s, good, s["known"])
    if level != s["level"]:
        explain_into(p, s, level, s["known"], value)
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What was summed, what it was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    if why["threshold_mm"]:
        window = say_duration(int(why["window_ms"]))
        out["en"] = (
            f"{why['sum_mm']:g} mm of rain in {window} (threshold {why['threshold_mm']:g} mm)"
        )
        out["zh"] = f"{window}累计降雨{why['sum_mm']:g}毫米（阈值{why['threshold_mm']:g}毫米）"
        holding = _holding(row, int(why["holding"]))
        out["lower_if"] = holding[0] if len(holding) == 1 else {"all": holding}
    if cap < 4:  # the evidence is of the level reached: what ends the capped one it cannot say
        out.pop("lower_if", None)
    elif why["next_threshold_mm"]:
        short = round(why["next_threshold_mm"] - why["next_sum_mm"], 3)
        out["higher_if"] = {"window": say_duration(int(why["next_window_ms"])), "mm_more": short}
    if why["covered"] < row["coverage"]:
        out["missing"] = f"readings cover {why['covered']:.0%} of a window"
    return out


def _holding(row: Any, bits: int) -> list[dict[str, Any]]:
    """Every sum that holds the level, and what it must fall below for the level to fall."""
    return [
        {
            "window": say_duration(int(row["length"][d])),
            "mm_below": int(row["threshold"][d, grade] - row["band"]) / UM,
        }
        for d in range(WINDOWS)
        for grade in range(4)
        if bits >> (4 * d + grade) & 1
    ]


DETECTOR = Detector(
    name="rain_windows",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
    shape="windows",
)
