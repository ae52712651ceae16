"""Improved tangent angle of the displacement curve against four levels.

    T(i) = S(i) / v0,  alpha = atan(dT / dt) = atan(v / v0)
    reached = max{k : alpha >= level[k]}, told when n of the last m judgements came to it

v0 is the mean rate of the uniform (secondary) stage; by it both axes get the dimension of time, so
that alpha = 45 deg is uniform creep whatever the scale (Xu Qiang et al. 2009, 改进切线角).
Practice: 45 deg blue or yellow, 80 deg orange, 85 deg red, that is v / v0 = 1, 5.67 and 11.4.
v is the robust slope over `window`, not a difference of readings: raw ones give false reds.

alpha leans heavily on the choice of v0. So red is told only with a `record`: who approved v0, and
from when to when the stage lasted. Without one orange is the highest, and the reason says so.
Limits: slopes that move in steps with rain or a reservoir pass 80 deg without failing.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(v0="1 mm/d", window="4 d", points=3, persistence="1 of 1"),
...      {"yellow": "50 deg", "orange": "80 deg", "red": "85 deg"},
...      Sensor("displacement", 86_400_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out, mm = [], 0.0
>>> for day, v in enumerate([1.0] * 6 + [3.0] * 4 + [9.0] * 4 + [20.0] * 4, 1):
...     mm += v
...     state[0]["level"] = step(table[0], state[0], day * 86_400_000, mm, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, 0, 0, 0, 0, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3]
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.options import grades, kept
from detectors.rates import MOVEMENTS, fill_rising, parse_rate
from detectors.speed import (
    SPEED_PARAMS,
    SpeedOptions,
    explain_speed,
    fill_speed,
    speed_at,
    speed_level,
    speed_state,
)
from detectors.trend import fresh
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY
from tongluo.core.units import parse_value

PARAMS = np.dtype([*SPEED_PARAMS, ("v0", "f8"), ("recorded", "i8")], align=True)
WHY = ("level", "velocity", "resolution", "flag", "angle_deg")
ORANGE = 3
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


class Options(SpeedOptions):
    """Options of a rule with this detector."""

    v0: str = ""
    """Mean rate of the uniform stage, like "0.8 mm/d"; must be given."""
    record: str = ""
    """Who approved v0, and from when to when that stage lasted, with dates as 2024-03-01;
    red is told only with it."""
    window: str = "5 d"
    """Length of time over which the curve is smoothed by a slope."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    v0 = parse_rate(options.v0, sensor.quantity) if options.v0 else 0.0
    if v0 <= 0:
        raise ValueError("v0: give the mean rate of the uniform stage, like '0.8 mm/d'")
    angles = {word: _angle(word, text) for word, text in levels.items()}
    fill_rising(row["speed"], {word: math.tan(math.radians(a)) for word, a in angles.items()})
    if options.record and len(_DATE.findall(options.record)) < 2:
        raise ValueError("record: say who approved v0, and two dates, as 2024-03-01")
    row["v0"], row["recorded"] = v0, int(bool(options.record))
    if "red" in angles and not options.record:
        if "orange" not in angles:
            raise ValueError("red: needs a `record`, or an orange level to stop at")
        row["speed"][ORANGE] = math.nan
    fill_speed(row, options, sensor)


def _angle(word: str, text: Any) -> float:
    if not isinstance(text, str):
        raise ValueError(f"{word}: write an angle with its unit, like '80 deg'")
    angle = parse_value(text, "tilt")
    if not 0 < angle < 90:
        raise ValueError(f"{word}: must lie between 0 and 90 deg, not {text!r}")
    return angle


def longest(levels: Mapping[str, Any]) -> int:
    """The usual window, ms."""
    if not grades(levels):
        raise ValueError("give at least one level")
    return 5 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the ring of the window."""
    return np.dtype([("level", "i8"), ("why", "f8", (len(WHY),)), *speed_state(1)], align=True)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One position. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = kept(before)
    why = s["why"]
    if fresh(p, s, t, value, flag):
        s["last"] = t
        v, resolution, told = speed_at(p, s, t, value)
        if told:
            level = speed_level(p, s, before, v, resolution, p["v0"])
            why[1], why[2], why[4] = v, resolution, math.degrees(math.atan(abs(v) / p["v0"]))
    if level != before:
        why[0], why[3] = level, flag
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The angle, the rate behind it, and what would have changed it."""
    v0, angle = float(row["v0"]), why["angle_deg"]
    out = explain_speed(row, why, cap, v0, (f", v0 {v0:g} per day", f"，匀速阶段速率每天{v0:g}"))
    if "en" in out:
        out["en"] = f"tangent angle {angle:.1f} deg: {out['en']}"
        out["zh"] = f"改进切线角{angle:.1f}度：{out['zh']}"
    if not row["recorded"] and why["level"] == ORANGE and cap > ORANGE:
        out["missing"] = "no approved record of the uniform stage: red is not told"
        out["higher_if"] = {"record": "who approved v0, and the dates of its stage"}
    return out


DETECTOR = Detector(
    name="tangent_angle",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=MOVEMENTS,
)
