"""Effective antecedent rain: what has fallen on past days, each day weighing less, and today.

    Pa = 0 before the first of the `days` past days, then day by day, oldest first:
    Pa <- min(Wm, k x (Pa + R_n)),  n = days, ..., 1  (R_n = rain of the day n days ago)
    value = Pa + R_0                                  (R_0 = rain of today so far)

Without the cap Wm (`capacity`) this is the sum R_0 + k R_1 + k^2 R_2 + ... + k^days R_days that
landslide practice in China calls effective rain (有效降雨量; k = 0.84 or 0.8, 5 to 15 days); with
it, Pa is the antecedent rain index of flash-flood practice (前期影响雨量 Pa; k = 0.80 to 0.95 and
Wm = 80 to 120 mm in the humid parts of China), begun anew at each day from `days` days before. The
cap is on Pa, not on what falls today. The value is judged against one threshold a level.

Days begin at `day_start`, local standard time, and a reading at that time belongs to the day that
ends. Rain is summed as whole micrometres. A day of which readings leave out more than
(1 - `coverage`) is not known: what is known may still reach a level (it is a lower bound), but
NONE, and a fall, are told only when `days` known days have passed again.

Units: mm. Limits: days are compared as wholes, so that the value drops at `day_start`; snow and
drainage are not seen; at most 366 days. A total after a long silence is spread over its time.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> day, start = 86_400_000, 20_000 * 86_400_000
>>> sensor = Sensor("rain", day, False, zone=8 * 3_600_000)  # the day ends at 00:00 UTC
>>> fill(table[0], Options(k=0.5, days=2), {"blue": "60 mm"}, sensor)
>>> state, out = np.zeros(1, state_dtype(table)), []
>>> for n, mm in enumerate([0.0, 0.0, 40.0, 40.0, 0.0]):
...     state[0]["level"] = step(table[0], state[0], start + n * day, mm, 1)
...     out.append((int(state[0]["level"]), float(state[0]["pa"]) + mm))
>>> out  # the third: 40; the fourth: 40 + 20; the fifth: 0 + 20 + 10
[(-1, 0.0), (-1, 0.0), (0, 40.0), (1, 60.0), (0, 30.0)]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.rain_cells import (
    FIELDS,
    cell_known,
    clock_time,
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
from tongluo.core.times import DAY
from tongluo.core.units import parse_value

PARAMS = np.dtype(
    [
        *FIELDS,
        ("days", "i8"),
        ("k", "f8"),
        ("capacity", "f8"),  # mm; infinite = none
        ("threshold", "f8", (4,)),  # mm; NaN = none
        ("band", "f8"),  # mm
    ],
    align=True,
)
WHY = ("value_mm", "today_mm", "level", "known")
DAYS = 15


class Options(_Options):
    """Options of a rule with this detector."""

    k: float = Field(default=0.84, gt=0, lt=1)
    """Share of the effective rain that is left after a day."""
    days: int = Field(default=DAYS, ge=1, le=366)
    """Past days that count."""
    capacity: str | None = None
    """Most that the ground keeps from past days (Wm), like `100 mm`; none = no cap."""
    day_start: str = "08:00"
    """When a day begins, local standard time."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a day that readings must account for."""
    dead_band: str = "0 mm"
    """How far below its threshold a reached level is kept."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what cannot be used."""
    row["threshold"][:] = thresholds(levels)
    row["band"] = parse_value(options.dead_band, "rain")
    row["capacity"] = math.inf
    if options.capacity is not None:
        row["capacity"] = parse_value(options.capacity, "rain")
        if row["capacity"] <= 0:
            raise ValueError("capacity must be more than 0")
    row["k"], row["days"] = options.k, options.days
    fill_cells(row, options, sensor, DAY, clock_time(options.day_start) - sensor.zone)


def longest(levels: Mapping[str, Any]) -> int:
    """The default days and today, ms."""
    return (DAYS + 1) * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: level, the ring of days, and Pa as of the newest."""
    days = int(table["days"].max(initial=1))
    fields = [("level", "i8"), ("pa", "f8"), ("known", "i8"), ("why", "f8", (len(WHY),))]
    return np.dtype([*fields, *state_fields(days + 1)], align=True)


@compiled
def weigh(p: Any, s: Any) -> None:
    """Pa of the newest day, mm, and whether all days before it are known."""
    s["pa"], s["known"] = 0.0, 1
    for n in range(p["days"], 0, -1):
        c = s["at"] - n
        rain = s["rain"][c % s["rain"].shape[0]] / 1000.0
        s["pa"] = min(p["capacity"], p["k"] * (s["pa"] + rain))
        if not cell_known(p, s, c):
            s["known"] = 0
    s["summed"] = s["at"]


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    good = take(p, s, t, value, flag)
    if s["summed"] != s["at"]:
        weigh(p, s)
    today = s["rain"][s["at"] % s["rain"].shape[0]] / 1000.0
    total = s["pa"] + today
    sure = s["known"] > 0 and newest_known(p, s, t)
    before = int(s["level"])
    level = level_of(p, before, total, sure, good)
    if level != before:
        why = s["why"]
        why[0], why[1], why[2] = total, today, float(level)
        why[3] = 1.0 if sure else 0.0
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The effective rain, what it was held against, and what would have changed it."""
    out = told(row, why, cap, "effective rain", "有效降雨量")
    if not why["known"]:
        days = int(row["days"])
        out["missing"] = f"readings do not account for enough of the last {days} days and today"
    return out


DETECTOR = Detector(
    name="antecedent_rain",
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
