"""How fast water rises: the rise within windows of time against four levels.

    m(t) = median of the last three good readings
    R_d(t) = m(t) - min{m(u) : t - d <= u <= t},  level = max{k : R_d(t) >= threshold[k, d] for a d}

The median of three keeps a single spike, up or down, out of both ends of the rise; it costs the
delay of one reading. The least m of each window is kept in a monotone queue, so that a reading
costs no search through the window.

A rise that is known is told at once, NONE only when every window is known: readings without a
longer gap than (1 - `coverage`) of it (or three cadences), over at least `coverage` of it. A level
falls only when the windows that could hold it are known.

Units: m, or m3/s for flow. Use: no national number exists; a percentile of the station's own rises
and an absolute alarm, for example 0.5 m in 30 min on small streams. Limits: the queue has at most
512 places; where readings come closer than the longest window / 510, a low value may stay in its
window that much longer.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"yellow": {"30 min": "0.5 m"}}, Sensor("stage", 600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([1.0, 1.0, 1.0, 9.0, 1.0, 1.1, 1.5, 1.9, 1.9, 1.9, 1.9, 1.9], 1):
...     state[0]["level"] = step(table[0], state[0], t * 600_000, v, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, -1, -1, -1, 0, 0, 2, 2, 2, 0, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.heights import DUST, HEIGHTS, judgeable, option, parse_difference, units
from detectors.options import Options as _Options
from detectors.options import grades, kept
from detectors.points import POINT
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import parse_duration, say_duration
from tongluo.core.units import inner_unit, parse_value

WINDOWS = 8
MAX_CELLS = 512
PARAMS = np.dtype(
    [
        ("windows", "i8"),
        ("length", "i8", (WINDOWS,)),  # ms, ascending
        ("threshold", "f8", (WINDOWS, 4)),  # NaN = none
        ("band", "f8"),
        ("coverage", "f8"),
        ("cadence", "i8"),  # ms
        ("flow", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)
WHY = (
    "level",
    "value",
    "window_ms",
    "rise",
    "threshold",
    "next_window_ms",
    "next_rise",
    "next_threshold",
    "holding",  # bit 4 x window + grade of each rise that holds the level
)


class Options(_Options):
    """Options of a rule with this detector."""

    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a window that must be known for NONE, and for a level to fall."""
    dead_band: str = ""
    """How far below a threshold the rise must go for its level to end, like "0.1 m"; empty: not
    at all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    wanted = [
        (parse_duration(window), grade, parse_value(rise, sensor.quantity))
        for grade, windows in grades(_as_windows(levels, sensor.quantity))
        for window, rise in windows.items()
    ]
    lengths = sorted({length for length, _, _ in wanted})
    if not 0 < len(lengths) <= WINDOWS:
        raise ValueError(f"give 1 to {WINDOWS} different windows, not {len(lengths)}")
    if lengths[0] < sensor.cadence:
        raise ValueError(f"a window of {say_duration(lengths[0])} holds no two readings")
    row["windows"] = len(lengths)
    row["length"][: len(lengths)] = lengths
    row["threshold"][:] = math.nan
    for length, grade, rise in wanted:
        known = row["threshold"][lengths.index(length)]
        if any(rise <= lower for lower in known[:grade]):
            raise ValueError(f"rises in {say_duration(length)} must rise from blue to red")
        known[grade] = rise
    band = options.dead_band
    row["band"] = (
        option("dead_band", lambda: parse_difference(band, sensor.quantity)) if band else 0
    )
    row["coverage"], row["worst"], row["cadence"] = options.coverage, options.worst, sensor.cadence
    row["flow"] = int(inner_unit(sensor.quantity) == "m3/s")


def _as_windows(levels: Mapping[str, Any], quantity: str) -> Mapping[str, Mapping[str, str]]:
    for word, windows in levels.items():
        if not isinstance(windows, Mapping) or not windows:
            raise ValueError(f"{word}: write windows and rises, like {{30 min: 0.5 m}}")
        for rise in windows.values():
            if not isinstance(rise, str) or parse_value(rise, quantity) <= 0:
                raise ValueError(f"{word}: a rise must be more than 0 and have a unit")
    return levels


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window, ms."""
    return max(parse_duration(w) for windows in levels.values() for w in windows)


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the last three readings and a monotone queue of their medians."""
    need = 16
    if len(table):
        need = int((table["length"].max(axis=1) // np.maximum(table["cadence"], 1)).max()) + 16
    cells = min(MAX_CELLS, 1 << (need - 1).bit_length())
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("count", "i8"),  # good readings since the last long gap
            ("head", "i8"),
            ("pushed", "i8"),
            ("trio", "f8", (3,)),
            ("since", "i8", (WINDOWS,)),  # from when readings come without a long gap
            ("rise", "f8", (WINDOWS,)),
            ("why", "f8", (len(WHY),)),
            ("queue", POINT, (cells,)),
        ],
        align=True,
    )


@compiled
def begin(p: Any, s: Any, t: int) -> None:
    """Notice gaps: after one longer than every window nothing before it counts."""
    gap = t - s["last"]
    if s["last"] == 0 or gap > p["length"][p["windows"] - 1]:
        s["count"], s["head"], s["pushed"] = 0, 0, 0
    for d in range(p["windows"]):
        most = max((1.0 - p["coverage"]) * p["length"][d], 3.0 * p["cadence"])
        if s["count"] < 3 or gap > most:
            s["since"][d] = t


@compiled
def push(p: Any, s: Any, t: int, m: float) -> None:
    """Put a value at the end of the queue, whose values rise from the oldest to the newest."""
    queue, longest = s["queue"], p["length"][p["windows"] - 1]
    n = queue.shape[0]
    slot = longest // (n - 2) + 1
    while s["head"] < s["pushed"] and queue[s["head"] % n]["t"] < t - longest:
        s["head"] += 1
    while s["pushed"] > s["head"] and queue[(s["pushed"] - 1) % n]["v"] >= m:
        s["pushed"] -= 1
    newest = queue[(s["pushed"] - 1) % n]
    if s["pushed"] > s["head"] and newest["t"] // slot == t // slot:
        newest["t"] = t  # the lower value stays for both: a rise is never made smaller
        return
    cell = queue[s["pushed"] % n]
    cell["t"], cell["v"] = t, m
    s["pushed"] += 1


@compiled
def least(s: Any, since: int) -> float:
    """The least value not older than `since`: the queue's first in that time."""
    queue, low, high = s["queue"], s["head"], s["pushed"] - 1
    while low < high:
        half = (low + high) // 2
        if queue[half % queue.shape[0]]["t"] < since:
            low = half + 1
        else:
            high = half
    return float(queue[low % queue.shape[0]]["v"])


@compiled
def median3(a: float, b: float, c: float) -> float:
    """The middle one of three."""
    return max(min(a, b), min(max(a, b), c))


@compiled
def reached(p: Any, s: Any, slack: float) -> int:
    """The highest level any window reaches, with thresholds lowered by `slack`."""
    level = 0
    for d in range(p["windows"]):
        for grade in range(4):
            if s["rise"][d] + DUST >= p["threshold"][d, grade] - slack and grade + 1 > level:
                level = grade + 1
    return level


@compiled
def doubted(p: Any, s: Any, t: int, level: int) -> int:
    """The highest level above this one that cannot be ruled out: a window of it is not known."""
    for grade in range(3, level - 1, -1):
        for d in range(p["windows"]):
            short = t - s["since"][d] < p["coverage"] * p["length"][d]
            if short and not math.isnan(p["threshold"][d, grade]):
                return grade + 1
    return level


@compiled
def explain_into(p: Any, s: Any, level: int, value: float) -> None:
    """Write the evidence: the window that decides, and the one that lacks least to rise."""
    why = s["why"]
    why[:] = 0.0
    why[0], why[1] = level, value
    best = more = -1.0
    for d in range(p["windows"]):
        for grade in range(4):
            need, rise = p["threshold"][d, grade], s["rise"][d]
            if math.isnan(need):
                continue
            if grade + 1 == level and rise / need > best:
                best = rise / need
                why[2], why[3], why[4] = p["length"][d], rise, need
            if grade + 1 == level and rise + DUST >= need - p["band"]:
                why[8] += 1 << (4 * d + grade)
            if grade + 1 > level and (more < 0.0 or need - rise < more):
                more = max(need - rise, 0.0)
                why[5], why[6], why[7] = p["length"][d], rise, need


@compiled
def judge(p: Any, s: Any, t: int, value: float) -> int:
    """The level after one good reading."""
    begin(p, s, t)
    s["last"] = t
    s["trio"][s["count"] % 3] = value
    s["count"] += 1
    before = s["level"]
    if s["count"] < 3:
        return kept(before)
    m = median3(s["trio"][0], s["trio"][1], s["trio"][2])
    push(p, s, t, m)
    for d in range(p["windows"]):
        s["rise"][d] = m - least(s, t - p["length"][d])
    level = reached(p, s, 0.0)
    level = max(level, min(before, reached(p, s, p["band"])))
    if level < before and before >= 1:
        return int(min(before, doubted(p, s, t, level)))
    if level == 0 and doubted(p, s, t, 0) > 0:
        return -1
    return int(level)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One level (m) or flow (m3/s). Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = judge(p, s, t, value) if judgeable(p, s, t, value, flag) else kept(before)
    if level != before:
        explain_into(p, s, level, value if math.isfinite(value) else 0.0)
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How much it rose, what that was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    unit, zh = units(row)
    if why["threshold"]:
        window, rise = say_duration(int(why["window_ms"])), round(why["rise"], 3)
        need = why["threshold"]
        out["en"] = f"rise of {rise:g} {unit} within {window} (threshold {need:g} {unit})"
        out["zh"] = f"{window}内上涨{rise:g}{zh}（阈值{need:g}{zh}）"
        holding = _holding(row, int(why["holding"]), unit)
        out["lower_if"] = holding[0] if len(holding) == 1 else {"all": holding}
    if cap < 4:  # the evidence is of the level reached: what ends the capped one it cannot say
        out.pop("lower_if", None)
    elif why["next_threshold"]:
        more = max(round(why["next_threshold"] - why["next_rise"], 3), 0.0)
        window = say_duration(int(why["next_window_ms"]))
        out["higher_if"] = {"window": window, f"{unit}_more": more}
    return out


def _holding(row: Any, bits: int, unit: str) -> list[dict[str, Any]]:
    """Every rise that holds the level, and what it must fall below for the level to fall."""
    return [
        {
            "window": say_duration(int(row["length"][d])),
            f"{unit}_below": round(float(row["threshold"][d, grade] - row["band"]), 3),
        }
        for d in range(WINDOWS)
        for grade in range(4)
        if bits >> (4 * d + grade) & 1
    ]


DETECTOR = Detector(
    name="rate_of_rise",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=(*HEIGHTS, "flow"),
    shape="windows",
)
