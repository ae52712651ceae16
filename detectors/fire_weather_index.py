"""The Canadian fire weather index of each noon, or one of its codes, against levels.

    FFMC, DMC, DC <- yesterday's, and T, RH, wind, rain;  ISI, BUI, FWI, DSR <- these
    level = max{k : index >= threshold[k]}, told once a day and kept until the next noon

Units: Cel, %, wind in m/s (turned to km/h), rain in mm over the 24 h to noon. Noon is of local
standard time. Of each series the last reading before noon counts, not older than `age`; the day
is judged when all four have come to noon, or a reading comes more than `wait` after it. The
equations are in `detectors/fwi_codes.py` (Van Wagner & Pickett 1985, Van Wagner 1987).

Levels are values of the index named by `of`, such as {yellow: 21.3, orange: 38, red: 50}. Bounds
in use, to be chosen from by place: EFFIS 5.2, 11.2, 21.3, 38, 50 (low, moderate, high, very high,
extreme; Joint Research Centre); Portugal 8.4, 17.2, 24.6, 38.3; Canada 2, 5, 9, 17, above 30;
Indonesia 3, 5, 10, 17, 28.

Limits: a day whose readings or rain are incomplete leaves the codes as they were and its rain
uncounted, which errs to the dry side; after `carry` such days nothing is told (a reached level is
held), after `restart` the codes begin anew. Codes carry a season in the state: the first weeks
after a start are those of the start-up codes. Snow and the overwintering of DC are not in it.

>>> table, rain = np.zeros(1, PARAMS), Sensor("rain", DAY, False)  # one reading a day
>>> warm = Sensor("temperature", DAY, False, others=(None, None, rain))
>>> fill(table[0], Options(), {"blue": 5, "yellow": 11.2}, warm)
>>> state = np.zeros(1, state_dtype(table))
>>> noon = 104 * DAY + DAY // 2  # of 15 April 1970
>>> weather = enumerate([17.0, 42.0, 25 / 3.6, 0.0])
>>> [int(step(table[0], state[0], port, noon, value, 1)) for port, value in weather]
[-1, -1, -1, 1]
>>> round(float(state[0]["code"][5]), 4)
10.0964
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import Field

from detectors import fwi_codes
from detectors.days import (
    bounds_into,
    day_end,
    fill_bounds,
    fill_days,
    highest_bound,
    level_of,
    month_of,
)
from detectors.options import Options as _Options
from detectors.options import ever, kept
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import DAY, parse_duration

CODES = ("ffmc", "dmc", "dc", "isi", "bui", "fwi", "dsr")
LOW = (-60.0, 0.0, 0.0, 0.0)  # no such weather below; in the ports' order
HIGH = (65.0, 105.0, 100.0, 2000.0)  # Cel, %, m/s, mm

PARAMS = np.dtype(
    [
        ("threshold", "f8", (4,)),
        ("of", "i8"),
        ("start", "f8", (3,)),
        ("constant", "f8"),
        ("latitude", "f8"),
        ("phase", "i8"),  # ms UTC of some noon
        ("zone", "i8"),
        ("age", "i8"),
        ("wait", "i8"),
        ("coverage", "f8"),
        ("cadence", "i8"),  # of rain, ms
        ("running", "i8"),  # 1: an increment of rain covers all the time since the one before
        ("carry", "i8"),
        ("restart", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)
WHY = (*CODES, "temperature", "humidity", "wind_kmh", "rain_mm", "threshold", "next", "missed")


class Options(_Options):
    """Options of a rule with this detector."""

    of: Literal["ffmc", "dmc", "dc", "isi", "bui", "fwi", "dsr"] = "fwi"
    """Which code the levels are values of."""
    noon: str = "12:00"
    """Local standard time at which a day is judged."""
    age: str = "3 h"
    """How old a reading of temperature, humidity or wind may be at noon."""
    wait: str = "1 h"
    """How long after noon a series that has not come to it is waited for."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of the 24 h that rain must account for."""
    latitude: float = Field(default=46.0, ge=-90, le=90)
    """Of the place, degrees north: chooses the day lengths; 46 is that of the published tables."""
    ffmc_constant: float = Field(default=147.2, ge=147, le=148)
    """Of the fine fuel scale: 147.2 as printed in the reports, 147.27723 as later programs have."""
    ffmc: float = Field(default=85.0, ge=0, le=101)
    """Fine fuel moisture code to start with."""
    dmc: float = Field(default=6.0, ge=0)
    """Duff moisture code to start with."""
    dc: float = Field(default=15.0, ge=0)
    """Drought code to start with."""
    carry: int = Field(default=2, ge=0)
    """Days with incomplete readings over which the last level stands."""
    restart: int = Field(default=60, ge=1)
    """Days with incomplete readings after which the codes start anew."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    fill_bounds(row, levels, "a value of the index")
    fill_days(row, options.noon, options.wait, sensor)
    row["of"], row["start"][:] = CODES.index(options.of), (options.ffmc, options.dmc, options.dc)
    row["constant"], row["latitude"] = options.ffmc_constant, options.latitude
    row["age"] = parse_duration(options.age)
    rain = (sensor.others[2] if len(sensor.others) > 2 else None) or sensor
    row["cadence"], row["running"] = rain.cadence, int(rain.running)
    row["coverage"], row["worst"] = options.coverage, options.worst
    row["carry"], row["restart"] = options.carry, options.restart


def longest(levels: Mapping[str, Any]) -> int:
    """A day is judged by the readings of the 24 h before; older days live in the codes."""
    return 2 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the codes, and what was read before the next noon and after it."""
    return np.dtype(
        [
            ("level", "i8"),
            ("told", "i8"),  # 1 + level of the last noon; 0 = cannot be told
            ("begun", "i8"),  # 1: `code` holds yesterday's codes
            ("missed", "i8"),  # days since a complete one
            ("noon", "i8"),  # the next one, ms UTC; 0 = no reading yet
            ("last", "i8", (4,)),  # time of the last good reading of each series
            ("code", "f8", (7,)),
            ("weather", "f8", (4,)),  # of the last complete noon
            ("at", "i8", (2, 3)),  # time of the last reading before the noon, and after it
            ("held", "f8", (2, 3)),
            ("rain", "f8", (2,)),
            ("cover", "i8", (2,)),  # ms of the 24 h that rain accounts for
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def place(p: Any, s: Any, port: int, t: int, value: float) -> None:
    """Keep a reading for the noon it belongs to: the next, or the one after."""
    later = 1 if t > s["noon"] else 0
    if port < 3:
        s["at"][later, port], s["held"][later, port] = t, value
    else:
        span = t - s["last"][3] if s["last"][3] > 0 else p["cadence"]
        if p["running"] == 0:
            span = min(span, p["cadence"])
        s["rain"][later] += value
        s["cover"][later] = min(s["cover"][later] + span, DAY)
    s["last"][port] = t


@compiled
def complete(p: Any, s: Any) -> bool:
    """Whether the noon can be judged: fresh weather, and rain of the whole day."""
    for k in range(3):
        if s["at"][0, k] == 0 or s["noon"] - s["at"][0, k] > p["age"]:
            return False
    return bool(s["cover"][0] >= p["coverage"] * DAY)


@compiled
def judge(p: Any, s: Any) -> None:
    """Codes and level of a complete day."""
    code, a = s["code"], p["constant"]
    if s["begun"] == 0:
        code[0], code[1], code[2] = p["start"][0], p["start"][1], p["start"][2]
    t, h, w, r = s["held"][0, 0], s["held"][0, 1], s["held"][0, 2] * 3.6, s["rain"][0]
    month = month_of((s["noon"] + p["zone"]) // DAY)
    code[0] = fwi_codes.ffmc(code[0], t, h, w, r, a)
    code[1] = fwi_codes.dmc(code[1], t, h, r, month, p["latitude"])
    code[2] = fwi_codes.dc(code[2], t, r, month, p["latitude"])
    code[3] = fwi_codes.isi(code[0], w, a)
    code[4] = fwi_codes.bui(code[1], code[2])
    code[5] = fwi_codes.fwi(code[3], code[4])
    code[6] = fwi_codes.dsr(code[5])
    s["weather"][0], s["weather"][1], s["weather"][2], s["weather"][3] = t, h, w, r
    s["begun"], s["missed"] = 1, 0
    s["told"] = 1 + level_of(p["threshold"], code[p["of"]])


@compiled
def miss(p: Any, s: Any, days: int) -> None:
    """Days that cannot be judged: the codes stay as they are, for a while."""
    s["missed"] = min(s["missed"] + days, 1_000_000)
    if s["missed"] > p["carry"]:
        s["told"] = 0
    if s["missed"] > p["restart"]:
        s["begun"] = 0


@compiled
def close(p: Any, s: Any) -> None:
    """End the day at its noon, and make what came after it the next day's."""
    if complete(p, s):
        judge(p, s)
    else:
        miss(p, s, 1)
    for k in range(3):
        if s["at"][1, k] > 0:
            s["at"][0, k], s["held"][0, k] = s["at"][1, k], s["held"][1, k]
        s["at"][1, k] = 0
    s["rain"][0], s["cover"][0] = s["rain"][1], s["cover"][1]
    s["rain"][1], s["cover"][1] = 0.0, 0
    s["noon"] += DAY


@compiled
def advance(p: Any, s: Any, t: int) -> None:
    """End the days whose wait is over at `t`; long silence in one stride."""
    if s["noon"] == 0:
        s["noon"] = day_end(t, p["phase"])
    for _ in range(2):  # the third can hold nothing that came before `t`
        if t > s["noon"] + p["wait"]:
            close(p, s)
    if t > s["noon"] + p["wait"]:
        noon = day_end(t - p["wait"], p["phase"])
        miss(p, s, (noon - s["noon"]) // DAY)
        s["noon"] = noon


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One reading of a port. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = level = s["level"]
    usable = flag <= p["worst"] and LOW[port] <= value <= HIGH[port]
    if usable and t > s["last"][port]:
        advance(p, s, t)
        place(p, s, port, t, value)
        if min(s["last"][0], s["last"][1], s["last"][2], s["last"][3]) >= s["noon"]:
            close(p, s)
        level = s["told"] - 1 if s["told"] > 0 else kept(before)
    if level != before:
        explain_into(p, s, level)
    return int(level)


@compiled
def explain_into(p: Any, s: Any, level: int) -> None:
    """Write the evidence: all codes, the weather, the bound reached and the next."""
    why = s["why"]
    for k in range(7):
        why[k] = s["code"][k]
    for k in range(4):
        why[7 + k] = s["weather"][k]
    bounds_into(why, 11, p["threshold"], level)
    why[13] = s["missed"]


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What the index came to, what it was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    name = CODES[int(row["of"])]
    capped = highest_bound(row, cap)
    value, need, more = round(why[name], 1), min(why["threshold"], capped), why["next"]
    if not math.isnan(why["threshold"]):
        weather = [round(why[k], 1) for k in ("temperature", "humidity", "wind_kmh", "rain_mm")]
        said = "{:g} °C, {:g} %, {:g} km/h, {:g} mm".format(*weather)
        out["en"] = f"{name.upper()} {value:g} (threshold {need:g}; at noon {said})"
        out["zh"] = f"火险天气指数{name.upper()}为{value:g}（阈值{need:g}；正午{said}）"
        out["lower_if"] = {f"{name}_below": need}
    if more <= capped:
        out["higher_if"] = {f"{name}_more": math.ceil((more - why[name]) * 10) / 10}
    if why["missed"]:
        out["missing"] = f"{int(why['missed'])} days without complete readings"
    return out


DETECTOR = Detector(
    name="fire_weather_index",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    past=ever,
    explain=explain,
    quantities=("temperature",),
    ports=(
        Port("humidity", ("humidity",)),
        Port("wind_speed", ("wind_speed",)),
        Port("rain", ("rain",)),
    ),
)
