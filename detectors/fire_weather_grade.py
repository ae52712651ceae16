"""The Chinese forest-fire weather grade: a sum of points for a day's weather (LY/T 1172-95).

    HTZ = A(highest temperature) + B(lowest humidity) + C(days without rain) + D(wind) - E(month)
    level = max{k : HTZ >= bound[k]}, told once a day and kept until the next

Units: Cel, %, m/s (10 m), mm. A day ends at `at`, local standard time, and is judged when every
series has come to it or a reading comes more than `wait` after it. The wind is the day's
strongest. A day with at least `rain_day` of rain sets the count of days without to 0.

Points are options, each a table {bound: points} of which the last bound met counts; the defaults
restate LY/T 1172-95 《全国森林火险天气等级》 as quoted by meteorological services: its humidity
edges, green-up table (E) and effective rain day were not to be seen there, so E is 0 and the rain
day 1 mm until an operator sets them. Its grades: up to 25 one, 26 two, 51 three, 73 four, 91 five;
with 2 to 5 as blue to red: {blue: 26, yellow: 51, orange: 73, red: 91} (国家预警信号 森林火险).

Limits: a day whose weather is incomplete is not judged, and after `carry` such days nothing is
told (a reached level is held); a day of which the rain is not wholly known, and rained less than
`rain_day` as far as known, counts as dry: that errs to the side of danger.

>>> table, rain = np.zeros(1, PARAMS), Sensor("rain", DAY, False)
>>> warm = Sensor("temperature", DAY, False, others=(rain, rain, rain))
>>> fill(table[0], Options(at="00:00"), {"blue": 26, "yellow": 51}, warm)
>>> state = np.zeros(1, state_dtype(table))
>>> for day in range(3):
...     for port, value in enumerate([26.0, 30.0, 4.0, 0.0]):
...         level = step(table[0], state[0], port, day * DAY + DAY, value, 1)
...         state[0]["level"] = level
>>> int(level), state[0]["points"].tolist()  # three days without rain
(2, [20.0, 16.0, 15.0, 15.0, 0.0])
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

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
from tongluo.core.times import DAY
from tongluo.core.units import parse_value

STEPS = 16  # bounds of a table, at most
LOW = (-60.0, 0.0, 0.0, 0.0)  # no such weather below; in the ports' order
HIGH = (65.0, 105.0, 100.0, 2000.0)  # Cel, %, m/s, mm
NEVER = 1_000_000  # days: counts stop here

PARAMS = np.dtype(
    [
        ("threshold", "f8", (4,)),
        ("bound", "f8", (4, STEPS)),  # of A, B, C, D; NaN = no more
        ("points", "f8", (4, STEPS)),
        ("green", "f8", (12,)),
        ("rain_day", "f8"),
        ("dry", "i8"),  # days without rain at the start
        ("phase", "i8"),  # ms UTC of some day's end
        ("zone", "i8"),
        ("wait", "i8"),
        ("coverage", "f8"),
        ("cadence", "i8", (4,)),
        ("running", "i8"),
        ("carry", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)
PARTS = ("temperature_points", "humidity_points", "dry_points", "wind_points", "green_points")
SEEN = ("highest_temperature", "lowest_humidity", "strongest_wind", "rain_mm", "dry_days")
WHY = ("htz", *PARTS, *SEEN, "threshold", "next", "missed")


class Options(_Options):
    """Options of a rule with this detector."""

    at: str = "14:00"
    """Local standard time at which a day ends and is judged."""
    wait: str = "1 h"
    """How long after that a series that has not come to it is waited for."""
    coverage: float = Field(default=0.8, gt=0, le=1)
    """Share of the day that the readings of each series must account for."""
    temperature: dict[float, float] = Field(default={5: 4, 10: 8, 15: 12, 20: 16, 25: 20})
    """A: points of a highest temperature above so many Cel."""
    humidity: dict[float, float] = Field(default={65: 4, 55: 8, 45: 12, 35: 16, 25: 20})
    """B: points of a lowest humidity below so many %."""
    dry_days: dict[float, float] = Field(default={n: 5.0 * n for n in range(1, 11)})
    """C: points after so many days without rain."""
    wind: dict[float, float] = Field(
        default={0.3: 5, 1.6: 10, 3.4: 15, 5.5: 20, 8.0: 25, 10.8: 30, 13.9: 35, 17.2: 40}
    )
    """D: points of a wind of so many m/s or more (the bounds are those of Beaufort 1 to 8)."""
    green_up: dict[int, float] = Field(default={})
    """E: points taken off in a month (1 to 12)."""
    rain_day: str = "1 mm"
    """Rain of a day that ends a dry spell."""
    dry_days_at_start: int = Field(default=0, ge=0)
    """Days without rain before the first reading."""
    carry: int = Field(default=2, ge=0)
    """Days with incomplete readings over which the last level stands."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    fill_bounds(row, levels, "a sum of points")
    fill_days(row, options.at, options.wait, sensor)
    tables = (options.temperature, options.humidity, options.dry_days, options.wind)
    for k, given in enumerate(tables):
        _table(row, k, given)
    for month, points in options.green_up.items():
        if not 1 <= month <= 12:
            raise ValueError("green_up: a month is a number from 1 to 12")
        row["green"][month - 1] = points
    row["rain_day"], row["dry"] = parse_value(options.rain_day, "rain"), options.dry_days_at_start
    series = [sensor, *(one or sensor for one in sensor.others)]
    series += [sensor] * (4 - len(series))
    row["cadence"][:] = [one.cadence for one in series]
    row["running"], row["coverage"] = int(series[3].running), options.coverage
    row["carry"], row["worst"] = options.carry, options.worst


def _table(row: Any, k: int, given: Mapping[float, float]) -> None:
    """Bounds in the order in which points rise: humidity falls."""
    if len(given) > STEPS:
        raise ValueError(f"a table of points has at most {STEPS} bounds")
    ordered = sorted(given.items(), reverse=k == 1)
    if [points for _, points in ordered] != sorted(given.values()):
        raise ValueError("points must rise with the danger")
    row["bound"][k, :] = math.nan
    for n, (bound, points) in enumerate(ordered):
        row["bound"][k, n], row["points"][k, n] = bound, points


def longest(levels: Mapping[str, Any]) -> int:
    """A day is judged by its own readings; of older days only the count of dry ones is left."""
    return 2 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: extremes of the day under way, and of what came after its end."""
    return np.dtype(
        [
            ("level", "i8"),
            ("told", "i8"),  # 1 + level of the last day; 0 = cannot be told
            ("missed", "i8"),  # days since a complete one
            ("dry", "i8"),  # days without rain
            ("end", "i8"),  # of the day under way, ms UTC; 0 = no reading yet
            ("last", "i8", (4,)),  # time of the last good reading of each series
            ("points", "f8", (5,)),
            ("seen", "f8", (5,)),  # of the last complete day, as in SEEN
            ("most", "f8", (2, 4)),  # highest, lowest, strongest, sum: this day, the next
            ("cover", "i8", (2, 4)),  # ms that readings account for; 0 = none yet
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def points_of(p: Any, k: int, value: float) -> float:
    """Points of table k: of the last bound that the value meets."""
    found = 0.0
    for n in range(STEPS):
        bound = p["bound"][k, n]
        if (
            (k == 0 and value > bound)
            or (k == 1 and value < bound)
            or (k >= 2 and value >= bound - 1e-9)
        ):
            found = p["points"][k, n]
    return found


@compiled
def place(p: Any, s: Any, port: int, t: int, value: float) -> None:
    """Count a reading for the day under way, or for the next."""
    later = 1 if t > s["end"] else 0
    cadence = p["cadence"][port]
    span = t - s["last"][port] if s["last"][port] > 0 else cadence
    if port < 3 or p["running"] == 0:
        span = min(span, cadence)
    old, first = s["most"][later, port], s["cover"][later, port] == 0
    if port == 3:
        s["most"][later, 3] = value if first else old + value
    elif first or (port == 1 and value < old) or (port != 1 and value > old):
        s["most"][later, port] = value
    s["cover"][later, port] = min(s["cover"][later, port] + max(span, 1), DAY)
    s["last"][port] = t


@compiled
def judge(p: Any, s: Any) -> None:
    """Points and level of a complete day, whose rain is counted already."""
    seen, points = s["seen"], s["points"]
    for k in range(4):
        seen[k] = s["most"][0, k]
    seen[4] = s["dry"]
    points[0], points[1] = points_of(p, 0, seen[0]), points_of(p, 1, seen[1])
    points[2], points[3] = points_of(p, 2, seen[4]), points_of(p, 3, seen[2])
    points[4] = p["green"][month_of((s["end"] + p["zone"]) // DAY) - 1]
    htz = points[0] + points[1] + points[2] + points[3] - points[4]
    s["told"], s["missed"] = 1 + level_of(p["threshold"], htz), 0


@compiled
def miss(p: Any, s: Any, days: int) -> None:
    """Days that cannot be judged: the level stands, for a while."""
    s["missed"] = min(s["missed"] + days, NEVER)
    if s["missed"] > p["carry"]:
        s["told"] = 0


@compiled
def close(p: Any, s: Any) -> None:
    """End the day, and make what came after its end the next one."""
    whole = True
    for k in range(4):
        if s["cover"][0, k] < p["coverage"] * DAY:
            whole = False
    wet = s["cover"][0, 3] > 0 and s["most"][0, 3] >= p["rain_day"]
    s["dry"] = 0 if wet else min(s["dry"] + 1, NEVER)
    if whole:
        judge(p, s)
    else:
        miss(p, s, 1)
    for k in range(4):
        s["most"][0, k], s["cover"][0, k] = s["most"][1, k], s["cover"][1, k]
        s["cover"][1, k] = 0
    s["end"] += DAY


@compiled
def advance(p: Any, s: Any, t: int) -> None:
    """End the days whose wait is over at `t`; long silence in one stride."""
    if s["end"] == 0:
        s["end"], s["dry"] = day_end(t, p["phase"]), p["dry"]
    for _ in range(2):  # the third can hold nothing that came before `t`
        if t > s["end"] + p["wait"]:
            close(p, s)
    if t > s["end"] + p["wait"]:
        end = day_end(t - p["wait"], p["phase"])
        miss(p, s, (end - s["end"]) // DAY)
        s["dry"] = min(s["dry"] + (end - s["end"]) // DAY, NEVER)
        s["end"] = end


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One reading of a port. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = level = s["level"]
    usable = flag <= p["worst"] and LOW[port] <= value <= HIGH[port]
    if usable and t > s["last"][port]:
        advance(p, s, t)
        place(p, s, port, t, value)
        if min(s["last"][0], s["last"][1], s["last"][2], s["last"][3]) >= s["end"]:
            close(p, s)
        level = s["told"] - 1 if s["told"] > 0 else kept(before)
    if level != before:
        explain_into(p, s, level)
    return int(level)


@compiled
def explain_into(p: Any, s: Any, level: int) -> None:
    """Write the evidence: the sum, its parts, what was seen, the bound reached and the next."""
    why, points = s["why"], s["points"]
    why[0] = points[0] + points[1] + points[2] + points[3] - points[4]
    for k in range(5):
        why[1 + k], why[6 + k] = points[k], s["seen"][k]
    bounds_into(why, 11, p["threshold"], level)
    why[13] = s["missed"]


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What the points came to, what they were held against, and what would have changed it."""
    out: dict[str, Any] = {}
    capped = highest_bound(row, cap)
    need, parts = min(why["threshold"], capped), [round(why[k], 1) for k in PARTS]
    if not math.isnan(why["threshold"]):
        said = "{:g} + {:g} + {:g} + {:g} - {:g}".format(*parts)
        dry = int(why["dry_days"])
        out["en"] = (
            f"fire weather {why['htz']:g} points = {said} (threshold {need:g}); {dry} dry days"
        )
        out["zh"] = f"森林火险气象指数{why['htz']:g} = {said}（阈值{need:g}）；连续无降雨{dry}天"
        out["lower_if"] = {"points_below": need}
    if why["next"] <= capped:
        out["higher_if"] = {"points_more": round(why["next"] - why["htz"], 3)}
    if why["missed"]:
        out["missing"] = f"{int(why['missed'])} days without complete readings"
    return out


DETECTOR = Detector(
    name="fire_weather_grade",
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
