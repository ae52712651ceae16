"""A step of released flow: the rise over the median of the last hours against four levels.

    rise(t) = min of the last n good readings - median over [t - window, t)
    level = max{k : rise >= threshold[k]};  once reached, k is kept until rise < threshold[k] - band

Use: below a dam or a sluice whose outflow is measured. Source: none, a plain test for a step.

The least of the last n (`confirm`) keeps single spikes out, and the median what the gates did
before. It is a cause of danger downstream: the water comes while the river there is still low.
When the release stays, the median follows after half the window and the level ends; by then it has
to be told downstream by the stage. Units: m3/s. The window is thinned to at most 25 points, the
first reading of each. UNKNOWN until five points span half the window.

Limits: a slow natural rise through the window is told too; a release in small steps may not be.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(window="6 h"), {"yellow": "50 m3/s"}, Sensor("flow", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([40, 40, 42, 41, 40, 300, 40, 95, 95, 95, 95, 95], 1):
...     state[0]["level"] = step(table[0], state[0], t * 3_600_000, float(v), 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, -1, -1, -1, 0, 0, 0, 2, 0, 0, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.heights import (
    SCALE,
    bounds,
    fill_scale,
    graded,
    judgeable,
    option,
    positive,
    read_levels,
    threshold_of,
    unjudged,
)
from detectors.options import Options as _Options
from detectors.options import kept
from detectors.points import POINT, add_point, median_since
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration

POINTS = 25
RECENT = 5
PARAMS = np.dtype([*SCALE, ("window", "i8"), ("confirm", "i8")], align=True)
WHY = ("level", "flow", "rise", "median", "threshold", "flag")


class Options(_Options):
    """Options of a rule with this detector."""

    window: str = "6 h"
    """How far back the median goes; at most 3 d."""
    confirm: int = Field(default=2, ge=1, le=RECENT)
    """How many readings in a row must show the rise."""
    dead_band: str = ""
    """How far below a threshold the rise must go for its level to end, like "5 m3/s"; empty: not at
    all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    read = positive(read_levels(levels, sensor.quantity))
    fill_scale(row, read, options.dead_band, sensor.quantity, options.worst)
    row["window"] = option("window", lambda: parse_duration(options.window))
    if not 5 * sensor.cadence <= row["window"] <= 3 * DAY:
        raise ValueError("window: between five cadences of the sensor and 3 d")
    row["confirm"] = options.confirm


def longest(levels: Mapping[str, Any]) -> int:
    """The longest window there may be: three days, ms."""
    return 3 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the points of the window and the last readings."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("pushed", "i8"),
            ("count", "i8"),  # good readings in a row without a gap of the window
            ("recent", "f8", (RECENT,)),
            ("why", "f8", (len(WHY),)),
            ("ring", POINT, (POINTS + 1,)),
            ("room", "f8", (POINTS + 1,)),
        ],
        align=True,
    )


@compiled
def lowest(p: Any, s: Any) -> float:
    """The least of the last readings that must show the rise."""
    out = math.inf
    for back in range(1, p["confirm"] + 1):
        out = min(out, float(s["recent"][(s["count"] - back) % RECENT]))
    return out


@compiled
def spans(p: Any, s: Any, t: int, n: int) -> bool:
    """Whether the newest n points are enough, and old enough, for a median."""
    oldest = s["ring"][(s["pushed"] - n) % s["ring"].shape[0]]["t"]
    return bool(n >= 5 and 2 * (t - oldest) >= p["window"])


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One flow, m3/s. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = kept(before)
    rise = median = math.nan
    if judgeable(p, s, t, value, flag):
        if t - s["last"] > p["window"]:
            s["count"] = 0
        s["last"] = t
        s["recent"][s["count"] % RECENT] = value
        s["count"] += 1
        usual, n = median_since(s["ring"], s["pushed"], t - p["window"], s["room"])
        if s["count"] >= p["confirm"] and spans(p, s, t, n):
            median, rise = usual, lowest(p, s) - usual
            level = graded(p, before, rise)
        s["pushed"] = add_point(s["ring"], s["pushed"], p["window"] // (POINTS - 1) + 1, t, value)
    if level != before:
        s["why"][0], s["why"][1], s["why"][2], s["why"][3] = level, value, rise, median
        s["why"][4], s["why"][5] = math.nan, flag
        for grade in range(level):
            if not math.isnan(p["threshold"][grade]):
                s["why"][4] = p["threshold"][grade]
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How much more is released, what follows from it, and what would have changed the level."""
    level = min(int(why["level"]), cap)
    out: dict[str, Any] = bounds(row, why["rise"], level, cap)
    if level >= 1:
        rise, usual, need = round(why["rise"], 3), round(why["median"], 3), threshold_of(row, level)
        window = say_duration(int(row["window"]))
        out["en"] = (
            f"release {rise:g} m3/s above the {usual:g} m3/s of the last {window} "
            f"(threshold {need:g} m3/s): the water downstream will rise"
        )
        out["zh"] = (
            f"下泄流量比近{window}中值{usual:g}立方米每秒增大{rise:g}立方米每秒"
            f"（阈值{need:g}），下游水位将上涨"
        )
    out.update(unjudged(why, int(row["worst"])))
    return out


DETECTOR = Detector(
    name="gate_release",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("flow",),
    shape="value",
)
