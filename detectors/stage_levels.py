"""A water level against four levels of its gauge, with a dead band.

    level = max{k : v >= threshold[k]};  once reached, k is kept until v < threshold[k] - band

Units: m above the threshold set's datum (readings are shifted to it when the plan is built).
National use: 警戒水位 and 保证水位 as yellow and orange, a margin below as blue, the historical
maximum as red (水情预警; SL 76 practice). A limit that holds in one part of the year only, such as
a reservoir's in the flood season (汛限水位), has a rule of its own with `season`: outside it the
rule tells NONE of a good reading, whatever the level. Limits: it judges the present level only.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(dead_band="0.2 m"), {"blue": "3 m", "yellow": "3.5 m"},
...      Sensor("stage", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([2.9, 3.0, 3.6, 3.4, 3.2, 2.9, 2.7]):
...     state[0]["level"] = step(table[0], state[0], t, v, 1)
...     out.append(int(state[0]["level"]))
>>> out
[0, 1, 2, 2, 1, 1, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.options import Options as _Options
from detectors.options import grades, kept
from detectors.season import SEASON, fill_season, in_season
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.units import parse_value

PARAMS = np.dtype(
    [("threshold", "f8", (4,)), ("band", "f8"), ("shift", "f8"), ("worst", "i8"), *SEASON],
    align=True,
)
DUST = 1e-6  # m: sums of decimal heights carry binary dust, and no gauge reads a micrometre
WHY = ("value_m", "threshold_m", "next_threshold_m", "flag")


class Options(_Options):
    """Options of a rule with this detector."""

    dead_band: str = "0 m"
    """How far below a threshold the level must fall for its level to end."""
    season: str = ""
    """First and last day of each year on which the levels hold, in local standard time, like
    "06-01/09-30" or "10-01/05-31"; empty: all year."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["threshold"][:] = math.nan
    known = []
    for grade, text in grades(levels):
        if not isinstance(text, str):
            raise ValueError(f"a level threshold needs its unit: write '{text} m'")
        row["threshold"][grade] = parse_value(text, sensor.quantity)
        known.append(row["threshold"][grade])
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError("thresholds must rise from blue to red")
    row["band"] = parse_value(options.dead_band, sensor.quantity)
    row["shift"], row["worst"] = sensor.shift, options.worst
    fill_season(row, options.season, sensor.zone)


def longest(levels: Mapping[str, Any]) -> int:
    """No window: 0 ms."""
    return 0


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the level and its evidence."""
    return np.dtype([("level", "i8"), ("why", "f8", (len(WHY),))], align=True)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One level, m. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    if flag > p["worst"] or not math.isfinite(value):
        level = kept(before)
    else:
        v = value + p["shift"] + DUST
        level, season = 0, in_season(p, t)
        for grade in range(4):
            need = p["threshold"][grade]
            if season and (v >= need or (grade + 1 <= before and v >= need - p["band"])):
                level = grade + 1
    if level != before:
        s["why"][0], s["why"][3] = value + p["shift"], flag
        s["why"][1], s["why"][2] = math.nan, math.nan
        for grade in range(3, -1, -1):
            if not math.isnan(p["threshold"][grade]):
                if grade + 1 <= level and math.isnan(s["why"][1]):
                    s["why"][1] = p["threshold"][grade]
                if grade + 1 > level:
                    s["why"][2] = p["threshold"][grade]
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What was measured, what it was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    value, need, capped = round(why["value_m"], 3), why["threshold_m"], _capped(row, cap)
    if not math.isnan(need):
        need = min(need, capped)
        out["en"] = f"level {value:g} m (threshold {need:g} m)"
        out["zh"] = f"水位{value:g}米（阈值{need:g}米）"
        out["lower_if"] = {"m_below": round(need - float(row["band"]), 3)}
    more = why["next_threshold_m"] - why["value_m"]
    if math.isfinite(more) and why["next_threshold_m"] <= capped:
        out["higher_if"] = {"m_more": math.ceil(more * 1000 - 0.001) / 1000}
    if why["flag"] > row["worst"]:
        out["missing"] = f"reading flagged {int(why['flag'])}, not judged"
    return out


def _capped(row: Any, cap: int) -> float:
    """The highest threshold that counts under a cap, m."""
    return max((float(x) for x in row["threshold"][:cap] if not math.isnan(x)), default=math.inf)


DETECTOR = Detector(
    name="stage_levels",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("stage", "tide", "reservoir_stage", "water_depth"),
    shape="value",
)
