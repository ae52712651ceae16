"""Soil water index: the water in three tanks, one above the other, that rain fills.

    q1 = a1 max(S1 - L1, 0) + a2 max(S1 - L2, 0),  q2 = a3 max(S2 - L3, 0),  q3 = a4 max(S3 - L4, 0)
    S1 <- S1 + R - (q1 + b1 S1) h
    S2 <- S2 + (b1 S1 - q2 - b2 S2) h
    S3 <- S3 + (b2 S2 - q3 - b3 S3) h              (old S on the right; h = hours of the step)
    index = S1 + S2 + S3, against one threshold a level

The form and default figures of the Japan Meteorological Agency's index (土壌雨量指数; tanks of
Ishihara and Kobatake 1979; Okada et al. 2001): outlets at 15 and 60 mm (first tank), 15 mm
(second) and 15 mm (third); a = 0.10, 0.15, 0.05, 0.01 per hour; percolation b = 0.12, 0.05, 0.01
per hour. Levels are a place's own: percentiles or return periods of its index, not one figure for
a country.

Steps: the time since the last good reading is cut into the fewest equal steps of at most `step`
(default 1 h, as the index is defined) and rates are scaled by h; so hourly readings give the hourly
formula, and five-minute readings steps of 5 minutes, whose index differs by a little (a shower's
rain drains while it falls). Rain is added evenly over the time that the reading stands for: all
since the last for a running total, at most the cadence for an increment; time without a reading
before that passes dry.

The tanks start empty, so NONE is told only after `warm_up` of known days, and again after a day of
which readings left out more than (1 - `coverage`); a reached level is told at once (dry tanks are
a lower bound), and is kept while days are not known. A silence longer than `warm_up` empties the
tanks; of a total that ends one, the last `warm_up` is computed.

Units: mm. Limits: one soil for all places; snow and evaporation are not seen.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> hour, start = 3_600_000, 480_000 * 3_600_000
>>> fill(table[0], Options(warm_up="1 d"), {"blue": "90 mm"}, Sensor("rain", hour, False))
>>> state, out = np.zeros(1, state_dtype(table)), []
>>> for n, mm in enumerate([80.0, 20.0, 0.0]):
...     state[0]["level"] = step(table[0], state[0], start + n * hour, mm, 1)
...     out.append((int(state[0]["level"]), round(float(state[0]["tank"].sum()), 3)))
>>> out  # 80 mm; then 80 + 20 - 6.5 - 3 mm; the level is kept, for the day before is not known
[(-1, 80.0), (1, 90.5), (1, 80.775)]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from detectors.options import Options as _Options
from detectors.rain_cells import (
    FIELDS,
    cell_known,
    covered,
    fill_cells,
    level_of,
    newest_known,
    state_fields,
    take,
    thresholds,
    told,
)
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration
from tongluo.core.units import parse_value

PARAMS = np.dtype(
    [
        *FIELDS,
        ("outlet", "f8", (4,)),  # mm: L1 to L4
        ("runoff", "f8", (4,)),  # per hour: a1 to a4
        ("percolation", "f8", (3,)),  # per hour: b1 to b3
        ("step", "i8"),  # ms
        ("warm_up", "i8"),  # ms
        ("days", "i8"),  # of the warm-up
        ("threshold", "f8", (4,)),  # mm; NaN = none
        ("band", "f8"),  # mm
    ],
    align=True,
)
WHY = ("value_mm", "upper_mm", "middle_mm", "lower_mm", "level", "known")
WARM_UP = 15  # days
MAX_STEPS = 20_000  # of one reading


class Options(_Options):
    """Options of a rule with this detector."""

    outlets: tuple[str, str, str, str] = ("15 mm", "60 mm", "15 mm", "15 mm")
    """Heights L1 to L4: two of the first tank, one each of the others."""
    runoff: tuple[float, float, float, float] = (0.1, 0.15, 0.05, 0.01)
    """What leaves by each outlet, per hour and mm above it: a1 to a4."""
    percolation: tuple[float, float, float] = (0.12, 0.05, 0.01)
    """What seeps from each tank, per hour and mm in it: b1 to b3."""
    step: str = "1 h"
    """Longest step of the computation."""
    warm_up: str = f"{WARM_UP} d"
    """Whole days that must be known before NONE is told."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a day that readings must account for."""
    dead_band: str = "0 mm"
    """How far below its threshold a reached level is kept."""

    @model_validator(mode="after")
    def _stable(self) -> Options:
        """No tank may lose more than it holds in a step."""
        if min(*self.runoff, *self.percolation) < 0:
            raise ValueError("runoff and percolation must be 0 or more")
        a, b = self.runoff, self.percolation
        if max(a[0] + a[1] + b[0], a[2] + b[1], a[3] + b[2]) * _hours(self.step) > 1:
            raise ValueError("a tank would lose more than it holds in one step: shorten `step`")
        if parse_duration(self.step) <= 0 or not DAY <= parse_duration(self.warm_up) <= 366 * DAY:
            raise ValueError("step must be more than 0, and warm_up 1 d to 366 d")
        if parse_duration(self.warm_up) > MAX_STEPS * parse_duration(self.step):
            raise ValueError(f"warm_up is more than {MAX_STEPS} steps: lengthen `step`")
        return self


def _hours(text: str) -> float:
    return parse_duration(text) / 3_600_000


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what cannot be used."""
    row["threshold"][:] = thresholds(levels)
    row["band"] = parse_value(options.dead_band, "rain")
    row["outlet"][:] = [parse_value(x, "rain") for x in options.outlets]
    if row["outlet"].min() < 0:
        raise ValueError("outlets must be 0 mm or more")
    row["runoff"][:], row["percolation"][:] = options.runoff, options.percolation
    row["step"], row["warm_up"] = parse_duration(options.step), parse_duration(options.warm_up)
    row["days"] = -(-int(row["warm_up"]) // DAY)
    fill_cells(row, options, sensor, DAY, -sensor.zone)


def longest(levels: Mapping[str, Any]) -> int:
    """The default warm-up and today, ms."""
    return (WARM_UP + 1) * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: level, tanks, and the ring of days that tells what is known."""
    days = int(table["days"].max(initial=1))
    fields = [("level", "i8"), ("tank", "f8", (3,)), ("known", "i8"), ("why", "f8", (len(WHY),))]
    return np.dtype([*fields, *state_fields(days + 1)], align=True)


@compiled
def flow(p: Any, s: Any, rain: float, h: float) -> None:
    """One step of h hours in which `rain` mm falls."""
    tank, outlet, a, b = s["tank"], p["outlet"], p["runoff"], p["percolation"]
    s1, s2, s3 = tank[0], tank[1], tank[2]
    q1 = a[0] * max(s1 - outlet[0], 0.0) + a[1] * max(s1 - outlet[1], 0.0)
    q2 = a[2] * max(s2 - outlet[2], 0.0)
    q3 = a[3] * max(s3 - outlet[3], 0.0)
    tank[0] = s1 + rain - (q1 + b[0] * s1) * h
    tank[1] = s2 + (b[0] * s1 - q2 - b[1] * s2) * h
    tank[2] = s3 + (b[1] * s2 - q3 - b[2] * s3) * h


@compiled
def run(p: Any, s: Any, length: int, rain: float) -> None:
    """Let `length` ms pass while `rain` mm falls evenly."""
    if length <= 0:
        return
    if length <= p["step"]:
        flow(p, s, rain, length / 3_600_000.0)
        return
    steps = (length + p["step"] - 1) // p["step"]
    h = length / 3_600_000.0 / steps
    for _ in range(steps):
        flow(p, s, rain / steps, h)


@compiled
def fed(p: Any, s: Any, last: int, t: int, rain: float) -> None:
    """From the last good reading to this one: dry where nothing is known, then with its rain."""
    cover = covered(p, last, t)
    gap = t - last - cover if last > 0 else 0
    if last > 0 and t - last > p["warm_up"]:
        for k in range(3):
            s["tank"][k] = 0.0
        gap = 0
    run(p, s, gap, 0.0)
    length = min(cover, p["warm_up"])
    run(p, s, length, rain if length == cover else rain * (length / max(cover, 1)))


@compiled
def look_back(p: Any, s: Any) -> None:
    """Whether the days of the warm-up are known."""
    s["known"] = 1
    for n in range(1, p["days"] + 1):
        if not cell_known(p, s, s["at"] - n):
            s["known"] = 0
    s["summed"] = s["at"]


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    last = int(s["last"])
    good = take(p, s, t, value, flag)
    if good:
        fed(p, s, last, t, value)
    if s["summed"] != s["at"]:
        look_back(p, s)
    tank = s["tank"]
    index = tank[0] + tank[1] + tank[2]
    sure = s["known"] > 0 and newest_known(p, s, t)
    before = int(s["level"])
    level = level_of(p, before, index, sure, good)
    if level != before:
        why = s["why"]
        why[0], why[1], why[2], why[3] = index, tank[0], tank[1], tank[2]
        why[4], why[5] = float(level), 1.0 if sure else 0.0
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The index, what it was held against, and what would have changed it."""
    out = told(row, why, cap, "soil water index", "土壤雨量指数")
    if not why["known"]:
        days = int(row["days"])
        out["missing"] = f"readings do not account for enough of the last {days} days and today"
    return out


DETECTOR = Detector(
    name="soil_water_index",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
    shape="value",
)
