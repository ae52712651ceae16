"""Speed of a movement, with rain where a level asks for it.

    S_d(t) = rain in (t - d, t]
    level = max{k : |v| >= velocity[k] for n of the last m judgements, and
                    S_d >= rain[k, d] for every d that level k names}

Use: slopes that rain drives. Source: none, site practice: the figures are the site's own.

Wet slopes that already move are the dangerous ones: both are needed for a level that names both,
so that the same speed means more after a storm. v is the robust slope over `window`. Velocities
must not fall from blue to red; where two are equal, the higher level must name rain. Rain is judged
when it arrives. A level that only missing rain keeps from being told makes NONE unsayable, and does
not end. Units: those of the quantity per min, h or d; mm of rain. Limits: rain leaves a window in
steps of 1/32 of its length, late rather than early; more than 2000 mm in a reading is no rain.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(persistence="1 of 1", window="4 h", points=3),
...      {"yellow": {"velocity": "5 mm/d"},
...       "orange": {"velocity": "5 mm/d", "rain": {"3 h": "50 mm"}}},
...      Sensor("displacement", 3_600_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for hour in range(1, 13):
...     for port, value in ((1, 30.0 if hour in (6, 7) else 0.0), (0, 0.3 * hour)):
...         state[0]["level"] = step(table[0], state[0], port, hour * 3_600_000, value, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import grades, kept
from detectors.rates import MOVEMENTS, parse_positive, parse_rate, short
from detectors.speed import (
    SPEED_PARAMS,
    SpeedOptions,
    explain_speed,
    fill_speed,
    speed_at,
    speed_level,
    speed_state,
)
from detectors.trend import CELLS, SLOTS, fresh, oldest
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration

WINDOWS = 4
MOST = 2000.0
PARAMS = np.dtype(
    [
        *SPEED_PARAMS,
        ("windows", "i8"),
        ("length", "i8", (WINDOWS,)),  # ms, ascending
        ("rain", "f8", (WINDOWS, 4)),  # mm; NaN = not asked for
        ("covered", "f8"),
        ("cadence", "i8"),  # of rain, ms
        ("running", "i8"),
    ],
    align=True,
)
WHY = ("level", "velocity", "resolution", "flag", "sum1", "sum2", "sum3", "sum4", "short_of_rain")


class Options(SpeedOptions):
    """Options of a rule with this detector."""

    rain_coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of a rain window that readings must account for before it counts as dry."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    told = _read(levels)
    row["speed"][:], row["rain"][:] = math.nan, math.nan
    wanted = [
        (parse_duration(d), g, mm) for g, one in told for d, mm in one.get("rain", {}).items()
    ]
    lengths = sorted({length for length, _, _ in wanted})
    if len(lengths) > WINDOWS:
        raise ValueError(f"give at most {WINDOWS} different rain windows, not {len(lengths)}")
    row["windows"], row["length"][: len(lengths)] = len(lengths), lengths
    for length, grade, mm in wanted:
        row["rain"][lengths.index(length), grade] = parse_positive(mm, "rain", "rain")
    for grade, one in told:
        row["speed"][grade] = parse_rate(one["velocity"], sensor.quantity)
    _check_rising(row, [grade for grade, _ in told])
    fill_speed(row, options, sensor)
    rain = sensor.others[0] if sensor.others else None
    if lengths and sensor.others and rain is None:
        raise ValueError("a level asks for rain, and no rain sensor stands at the input `rain`")
    row["covered"] = options.rain_coverage
    row["cadence"], row["running"] = (rain.cadence, rain.running) if rain else (sensor.cadence, 0)


def _read(levels: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    for word, one in levels.items():
        if not isinstance(one, Mapping) or "velocity" not in one or set(one) - {"velocity", "rain"}:
            raise ValueError(f"{word}: write {{velocity: 5 mm/d, rain: {{24 h: 50 mm}}}}")
        if "rain" in one and not (isinstance(one["rain"], Mapping) and one["rain"]):
            raise ValueError(f"{word}: write rain by length of time, like {{24 h: 50 mm}}")
    if not grades(levels):
        raise ValueError("give at least one level")
    return grades(levels)


def _check_rising(row: Any, known: list[int]) -> None:
    if row["speed"][known[0]] <= 0:
        raise ValueError("a velocity must be more than 0")
    for low, high in pairwise(known):
        slow, fast = row["speed"][low], row["speed"][high]
        less, more = row["rain"][:, low], row["rain"][:, high]
        if fast < slow or np.any(more < less) or np.any(~np.isnan(less) & np.isnan(more)):
            raise ValueError("velocities and rain must not fall from blue to red")
        if fast == slow and not np.any((more > less) | (np.isnan(less) & ~np.isnan(more))):
            raise ValueError("of two levels with one velocity the higher must ask for more rain")


def longest(levels: Mapping[str, Any]) -> int:
    """The longest rain window, and a day at least, ms."""
    return max([DAY, *(parse_duration(d) for _, one in _read(levels) for d in one.get("rain", ()))])


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: rings of the slope's window and of each rain window."""
    rings = 1 + int(table["windows"].max(initial=0))
    speed = [("speed_level", "i8"), ("known", "i8"), ("rain_last", "i8")]
    return np.dtype(
        [("level", "i8"), ("why", "f8", (len(WHY),)), *speed, *speed_state(rings)], align=True
    )


@compiled
def fall(p: Any, s: Any, t: int, mm: float) -> None:
    """Add rain to every window's ring: a cell's mean is its sum, its weight the ms it covers."""
    span = t - s["rain_last"] if s["rain_last"] > 0 else p["cadence"]
    if p["running"] == 0:
        span = min(span, p["cadence"])
    s["rain_last"] = t
    for d in range(p["windows"]):
        slot, pushed = t // (p["length"][d] // SLOTS + 1), s["pushed"][d + 1]
        newest = s["cells"][d + 1][(pushed + CELLS - 1) % CELLS]
        cell = s["cells"][d + 1][pushed % CELLS]
        if pushed > 0 and newest["slot"] == slot:
            newest["t"], newest["v"], newest["w"] = float(t), newest["v"] + mm, newest["w"] + span
        else:
            cell["slot"], cell["t"], cell["v"], cell["w"] = slot, float(t), mm, float(span)
            s["pushed"][d + 1] = pushed + 1


@compiled
def sums(p: Any, s: Any, d: int, t: int) -> tuple[float, bool]:
    """(rain of a window, mm; whether readings account for enough of it)."""
    mm = cover = 0.0
    for k in range(oldest(s, d + 1, p["length"][d], t), s["pushed"][d + 1]):
        cell = s["cells"][d + 1][k % CELLS]
        if float(t) - cell["t"] < float(p["length"][d]):
            mm += cell["v"]
            cover += cell["w"]
    return mm, cover >= p["covered"] * float(p["length"][d])


@compiled
def wet(p: Any, s: Any, grade: int, t: int, share: float) -> int:
    """Whether the rain that a grade asks for has fallen: 1 yes, 0 no, -1 cannot be told."""
    found = 1
    for d in range(p["windows"]):
        need = p["rain"][d, grade]
        if math.isnan(need):
            continue
        mm, covered = sums(p, s, d, t)
        if mm < need * share:
            if covered:
                return 0
            found = -1
    return found


@compiled
def combined(p: Any, s: Any, t: int) -> int:
    """The level of the present speed level with the present rain."""
    before, speed = s["level"], s["speed_level"]
    if speed < 0:
        return kept(before)
    level, doubt = 0, 0
    for grade in range(speed):
        if math.isnan(p["speed"][grade]):
            continue
        found = wet(p, s, grade, t, p["release"] if grade < before else 1.0)
        if found > 0:
            level = grade + 1
        elif found < 0:
            doubt = grade + 1
    if doubt > level:
        return int(max(level, min(before, doubt))) if before >= 1 else (level if level > 0 else -1)
    return level


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """A position (port 0) or rain (port 1). Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    level = before
    if port == 0:
        level = kept(before)
        if fresh(p, s, t, value, flag):
            s["last"] = t
            v, resolution, told = speed_at(p, s, t, value)
            s["why"][1], s["why"][2] = v, resolution
            s["known"] = int(told)
            if told:
                held = s["speed_level"] if s["seen"] > 0 else -1
                s["speed_level"] = speed_level(p, s, held, v, resolution, 1.0)
                if s["seen"] >= p["least"]:
                    level = combined(p, s, t)
    elif flag <= p["worst"] and 0.0 <= value <= MOST and t > s["rain_last"]:
        fall(p, s, t, value)
        if s["known"] > 0 and s["seen"] >= p["least"] and before != -1:
            level = combined(p, s, max(t, s["last"]))
    if level != before:
        why = s["why"]
        why[0], why[3], why[8] = level, flag, 1.0 if level < s["speed_level"] else 0.0
        for d in range(p["windows"]):
            why[4 + d], _ = sums(p, s, d, t)
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """How fast, with how much rain, and what would have changed it."""
    level = min(int(why["level"]), cap)
    out = explain_speed(row, why, cap, 1.0)
    fallen = [(d, say_duration(int(row["length"][d]))) for d in range(int(row["windows"]))]
    asked = [(d, name) for d, name in fallen if level >= 1 and _asks(row, d, level - 1)]
    for d, name in asked:
        out["en"] += f" with {short(why[f'sum{d + 1}']):g} mm of rain in {name}"
        out["zh"] += f"，{name}累计降雨{short(why[f'sum{d + 1}']):g}毫米"
    if asked:
        share = float(row["release"])
        dry = [
            {"window": name, "rain_below": short(float(row["rain"][d][level - 1]) * share)}
            for d, name in asked
        ]
        out["lower_if"] = {"any": [out["lower_if"], *dry]}
    more = [(d, name) for d, name in fallen if level < cap and _asks(row, d, level)]
    if more and "higher_if" in out:
        rain = [{"window": n, "rain_at_least": float(row["rain"][d][level])} for d, n in more]
        out["higher_if"] = {"all": [out["higher_if"], *rain]}
    return out


def _asks(row: Any, d: int, grade: int) -> bool:
    return not math.isnan(row["rain"][d][max(grade, 0)])


DETECTOR = Detector(
    name="creep_with_rain",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=MOVEMENTS,
    ports=(Port("rain", ("rain",), optional=True),),
)
