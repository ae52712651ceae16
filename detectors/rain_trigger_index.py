"""Rain trigger index of debris flows: how hard it rains, times how much has rained.

    RTI = I Rt,  Rt = sum over i = 0 ... 6 of alpha^i R_i
    level = max{k : RTI >= I0 R[k]}

I is the rain of the last hour (mm/h), R_0 that of the last 24 h, R_i that of the 24 h which ended
i days ago (mm); alpha 0.7 to 0.8. A level is written as the effective rain R that reaches it while
it rains I0 = `intensity` (10 mm/h): so does Taiwan's practice for potential debris-flow torrents,
which quotes for each place the 70 % threshold R70 in steps of 50 mm, and lowers it after a strong
earthquake. Evidence and dead band are in mm of the same kind: RTI / I0.

Hours are kept as cells of whole micrometres (7 days of them) and days end with the present clock
hour (UTC), so that R_i reaches back to a whole hour; I is a sum over exactly one hour. A level is
told from whatever rain is known (a lower bound). NONE, and a fall, are told only when readings
cover `coverage` of the hour and of the 7 days, days weighing as in Rt.

Units: mm, mm/h. Limits: as soon as the rain pauses for an hour the index is 0, however much has
fallen: give the rule a hold. The coefficient and what counts as the begin of a rain event differ
from agency to agency; here no event has to begin. After a running total's silence its rain is
spread evenly, which hides how hard it rained.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"red": "100 mm"}, Sensor("rain", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], t * 3_600_000, v, 1)  # 30 x 30 = 900; 20 x 50 = 1000 mm mm/h
...  for t, v in [(1, 30.0), (2, 20.0)]]
[-1, 4]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors import rain_windows
from detectors.options import Options as _Options
from detectors.rain_cells import (
    FIELDS,
    add,
    advance,
    cell_of,
    fill_cells,
    level_of,
    newest_known,
    of_newest,
    state_fields,
    thresholds,
    told,
)
from detectors.rain_windows import WINDOWS, take
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, HOUR
from tongluo.core.units import parse_value

DAYS = 7
PARAMS = np.dtype(
    [
        *FIELDS,
        ("windows", "i8"),  # one: the hour
        ("length", "i8", (WINDOWS,)),
        ("alpha", "f8"),
        ("intensity", "f8"),  # mm/h
        ("threshold", "f8", (4,)),  # mm of Rt at that intensity; NaN = none
        ("band", "f8"),  # the same
    ],
    align=True,
)
WHY = ("value_mm", "hour_mm", "effective_mm", "level", "covered")


class Options(_Options):
    """Options of a rule with this detector."""

    alpha: float = Field(default=0.8, gt=0, lt=1)
    """Weight of a day's rain against that of the day after."""
    intensity: str = "10 mm"
    """Rain in an hour for which the levels are written."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of the hour, and of the 7 days, that readings must account for."""
    dead_band: str = "0 mm"
    """How far below its R a reached level is kept."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what cannot be used."""
    row["threshold"][:] = thresholds(levels)
    row["band"] = parse_value(options.dead_band, "rain")
    row["alpha"], row["intensity"] = options.alpha, parse_value(options.intensity, "rain")
    if row["intensity"] <= 0:
        raise ValueError("`intensity` must be more than 0")
    fill_cells(row, options, sensor, HOUR, 0)
    row["windows"], row["length"][0] = 1, HOUR


def longest(levels: Mapping[str, Any]) -> int:
    """Seven days, ms."""
    return DAYS * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the ring of the last hour, and the hours of seven days."""
    hour = rain_windows.state_dtype(table)
    return np.dtype(
        [
            *((name, hour[name]) for name in hour.names or () if name not in ("last", "why")),
            *state_fields(24 * DAYS),
            ("past", "f8"),  # Rt without the present clock hour, mm
            ("share", "f8"),  # of the same time covered
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def weigh(p: Any, s: Any) -> None:
    """Rt of the hours before the present one, and how much of them is covered."""
    rain = cover = whole = 0.0
    weight = 1.0
    for i in range(DAYS):
        fell = known = hours = 0
        for n in range(24 * i, 24 * i + 24):
            if n > 0:
                c = (s["at"] - n) % s["rain"].shape[0]
                fell += s["rain"][c]
                known += min(s["cover"][c], p["cell"])
                hours += 1
        rain += weight * (fell / 1000.0)
        cover += weight * float(known)
        whole += weight * float(hours * p["cell"])
        weight *= p["alpha"]
    s["past"], s["share"] = rain, cover / whole
    s["summed"] = s["at"]


@compiled
def count(p: Any, s: Any, last: int, t: int, rain: int) -> None:
    """Put the rain (micrometres) of one good reading into its hours."""
    add(p, s, last, t, rain)
    if not of_newest(p, s, t):
        advance(s, cell_of(p, t))
    if s["summed"] != s["at"]:
        weigh(p, s)


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    last, before = s["last"], s["level"]
    good = take(p, s, t, value, flag)
    if good:
        count(p, s, last, t, math.floor(value * 1000.0 + 0.5))
    hour = s["sum"][0] / 1000.0
    effective = s["past"] + s["rain"][s["at"] % s["rain"].shape[0]] / 1000.0
    index = hour * effective / p["intensity"]
    share = min(s["known"], s["share"])
    sure = share >= p["coverage"] and newest_known(p, s, max(s["last"], 0))
    level = level_of(p, before, index, sure, good)
    if level != before:
        why = s["why"]
        why[0], why[1], why[2], why[3], why[4] = index, hour, effective, float(level), share
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The index, what it is made of, and what would have changed it."""
    at = f"{float(row['intensity']):g}"
    made = f"{why['hour_mm']:g} mm/h x {why['effective_mm']:.1f} mm"
    out = told(
        row,
        why,
        cap,
        f"rain trigger index {made}, at {at} mm/h as good as",
        f"降雨驱动指标{made}，折合雨强{at}毫米/小时下有效累积雨量",
    )
    if why["covered"] < row["coverage"]:
        out["missing"] = f"readings cover {why['covered']:.0%} of the hour or of {DAYS} days"
    return out


DETECTOR = Detector(
    name="rain_trigger_index",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
)
