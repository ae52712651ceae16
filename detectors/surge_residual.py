"""Storm surge: what the sea stands above its astronomical tide, or will stand in all.

    tide(t) = mean + sum of A_i cos(speed_i (t - epoch) - phase_i)
    residual(t) = median of observed(u) - tide(u) over [t - smooth, t]
    of: residual    the residual against four levels
    of: total       residual(t) + max{tide(u) : t <= u <= t + ahead} against four levels

The total takes the surge to last as it is now; u goes in steps of ten minutes. Residuals are taken
at the first reading of each sixteenth of `smooth`. At a tide gauge anomalies have to be looked for
in the residual, else every spring tide is one.

Units: m, degrees per hour, degrees; `mean` and residual are of the sensor's own zero, totals are
shifted to the thresholds' datum. The phase is that of the constituent at `epoch`, with astronomical
argument and nodal correction in it: `tongluo fit tide` prints constants in this form. At most 37
constituents, as many as the usual analysis of a year has (P. Schureman, Manual of Harmonic Analysis
and Prediction of Tides, 1958). Limits: nodal corrections are not made here, so constants hold for
about the year they were fitted for; over 18.6 years M2 swings by 4 % either way, O1 by 19 %.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> m2 = {"name": "M2", "speed_deg_h": 28.9841042, "amplitude": "2 m", "phase_deg": 0.0}
>>> fill(table[0], Options(constituents=[m2], epoch="1970-01-01T00:00:00Z", smooth="0 min"),
...      {"yellow": "0.5 m", "red": "1 m"}, Sensor("tide", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> hours = np.arange(1, 7)
>>> tide = 2 * np.cos(np.radians(28.9841042 * hours))
>>> [step(table[0], state[0], int(h) * 3_600_000, float(v), 1)
...  for h, v in zip(hours, tide + [0.1, 0.2, 0.6, 0.8, 1.2, 0.3])]
[0, 0, 2, 2, 4, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from detectors.heights import (
    SCALE,
    bounds,
    fill_scale,
    graded,
    judgeable,
    option,
    parse_difference,
    read_levels,
    threshold_of,
    unjudged,
)
from detectors.options import Options as _Options
from detectors.options import kept
from detectors.points import HOUR, POINT, add_point, median_since
from detectors.time_to_level import say_span
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration, parse_time
from tongluo.core.units import parse_value

CONSTITUENTS = 37
POINTS = 16
GRID = 600_000  # ms: steps at which high water is looked for
PARAMS = np.dtype(
    [
        *SCALE,
        ("constituents", "i8"),
        ("speed", "f8", (CONSTITUENTS,)),  # degrees per hour
        ("amplitude", "f8", (CONSTITUENTS,)),  # m
        ("phase", "f8", (CONSTITUENTS,)),  # degrees
        ("mean", "f8"),
        ("epoch", "i8"),
        ("smooth", "i8"),  # ms
        ("ahead", "i8"),  # ms
        ("total", "i8"),
        ("shift", "f8"),
    ],
    align=True,
)
WHY = ("level", "observed_m", "tide_m", "residual_m", "judged_m", "hours", "threshold", "flag")


class Constituent(BaseModel):
    """One harmonic constituent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    speed_deg_h: float = Field(gt=0, le=400)
    amplitude: str
    phase_deg: float = Field(ge=-360, le=360)


class Options(_Options):
    """Options of a rule with this detector."""

    constituents: tuple[Constituent, ...] = ()
    """1 to 37 of {name, speed_deg_h, amplitude: "1.2 m", phase_deg}."""
    epoch: str = "2000-01-01T00:00:00Z"
    """The time at which the phases hold."""
    mean: str = "0 m"
    """The mean level, in the sensor's own datum."""
    of: Literal["residual", "total"] = "residual"
    """What the levels are of: the residual, or the highest water expected in the time ahead."""
    smooth: str = "30 min"
    """The residual is the median of so long; at most 24 h."""
    ahead: str = "12 h"
    """How far ahead high water is looked for; at most 48 h."""
    dead_band: str = ""
    """How far below a threshold it must go for its level to end, like "0.1 m"; empty: not at
    all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    read = read_levels(levels, sensor.quantity)
    fill_scale(row, read, options.dead_band, sensor.quantity, options.worst)
    row["total"], row["shift"] = int(options.of == "total"), sensor.shift
    row["epoch"] = option("epoch", lambda: parse_time(options.epoch))
    row["mean"] = option("mean", lambda: parse_value(options.mean, "tide"))
    row["smooth"] = option("smooth", lambda: parse_duration(options.smooth))
    row["ahead"] = option("ahead", lambda: parse_duration(options.ahead))
    if row["smooth"] > DAY or row["ahead"] > 2 * DAY:
        raise ValueError("smooth: at most 24 h; ahead: at most 48 h")
    if not 0 < len(options.constituents) <= CONSTITUENTS:
        raise ValueError(f"constituents: give 1 to {CONSTITUENTS}")
    row["constituents"] = len(options.constituents)
    for n, one in enumerate(options.constituents):
        row["speed"][n], row["phase"][n] = one.speed_deg_h, one.phase_deg
        row["amplitude"][n] = parse_difference(one.amplitude, "tide")


def longest(levels: Mapping[str, Any]) -> int:
    """The longest time a residual may be smoothed over: a day, ms."""
    return DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: residuals, and the highest tide of the time ahead."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("pushed", "i8"),
            ("until", "i8"),  # the last step ahead that was looked at
            ("peak", "f8"),
            ("peak_t", "i8"),
            ("why", "f8", (len(WHY),)),
            ("ring", POINT, (POINTS + 2,)),
            ("room", "f8", (POINTS + 2,)),
        ],
        align=True,
    )


@compiled
def tide(p: Any, t: int) -> float:
    """The astronomical tide, m above the sensor's zero."""
    hours = float(t - p["epoch"]) / HOUR
    out = float(p["mean"])
    for n in range(p["constituents"]):
        angle = p["speed"][n] * hours - p["phase"][n]
        angle -= 360.0 * math.floor(angle / 360.0)
        out += p["amplitude"][n] * math.cos(angle * (math.pi / 180.0))
    return out


@compiled
def look_ahead(p: Any, s: Any, t: int) -> None:
    """Find the highest tide of the steps in (t, t + ahead]; each step is computed about once."""
    first, last = t // GRID + 1, (t + p["ahead"]) // GRID
    if s["peak_t"] <= t or s["until"] < first - 1:
        s["peak"], s["peak_t"], s["until"] = -math.inf, 0, first - 1
    for k in range(s["until"] + 1, last + 1):
        high = tide(p, k * GRID)
        if high >= s["peak"]:
            s["peak"], s["peak_t"] = high, k * GRID
    s["until"] = max(s["until"], last)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One height of the sea, m. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = kept(before)
    usual = residual = judged = math.nan
    hours = 0.0
    if judgeable(p, s, t, value, flag):
        s["last"] = t
        usual = tide(p, t)
        slot = p["smooth"] // POINTS + 1
        s["pushed"] = add_point(s["ring"], s["pushed"], slot, t, value - usual)
        since = t - max(p["smooth"], slot)
        residual, _ = median_since(s["ring"], s["pushed"], since, s["room"])
        judged = residual
        if p["total"] > 0:
            look_ahead(p, s, t)
            judged = usual + residual + p["shift"]
            if s["peak"] > usual:
                judged = s["peak"] + residual + p["shift"]
                hours = float(s["peak_t"] - t) / HOUR
        level = graded(p, before, judged)
    if level != before:
        s["why"][0], s["why"][1], s["why"][2], s["why"][3] = level, value, usual, residual
        s["why"][4], s["why"][5], s["why"][6], s["why"][7] = judged, hours, math.nan, flag
        for grade in range(level):
            if not math.isnan(p["threshold"][grade]):
                s["why"][6] = p["threshold"][grade]
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What tide and surge are, what they were held against, what would have changed the level."""
    level = min(int(why["level"]), cap)
    out: dict[str, Any] = bounds(row, why["judged_m"], level, cap)
    if level >= 1:
        need, surge = threshold_of(row, level), round(why["residual_m"], 2)
        if row["total"]:
            high, (en, zh) = round(why["judged_m"], 2), say_span(why["hours"])
            out["en"] = (
                f"high water of {high:g} m expected in {en}, with the present surge of {surge:g} m "
                f"(threshold {need:g} m)"
            )
            out["zh"] = f"按当前增水{surge:g}米，预计{zh}后高潮位{high:g}米（阈值{need:g}米）"
        else:
            seen, usual = round(why["observed_m"], 2), round(why["tide_m"], 2)
            out["en"] = (
                f"surge of {surge:g} m: {seen:g} m where the tide alone gives {usual:g} m "
                f"(threshold {need:g} m)"
            )
            out["zh"] = f"增水{surge:g}米：实测{seen:g}米，天文潮{usual:g}米（阈值{need:g}米）"
    out.update(unjudged(why, int(row["worst"])))
    return out


DETECTOR = Detector(
    name="surge_residual",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("tide", "stage"),
)
