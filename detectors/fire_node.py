"""Signs of fire at one node: how many of several hold at once, each against the node's own days.

    on(co)   : v - mean[h] >= max(co_rise, deviations x dev[h]);  pm25 likewise, not in fog
    on(RH)   : mean[h] - v >= max(humidity_drop, deviations x dev[h])
    on(T)    : (v - v_before) / minutes >= temperature_rate;      on(flame) : v >= 0.5
    score = signs that held for `samples` readings on end, within the last `window`
    level = max{k : score >= needed[k] - less[danger class]};  flame alone never counts

Multi-criteria practice for forest nodes (survey arXiv 2312.10919): two or more of CO, smoke,
temperature rate (5 to 8 Cel/min), humidity and flame, held for two or three samples; one alone is
upset by traffic, cooking, fog, dust, sun or welding. mean[h] and dev[h] (mean absolute deviation)
belong to the hour of the local day: learnt slowly (`learn`), a single reading pulling no further
than 4 deviations and a rise, and not while a level stands (after `relearn` all the same, so that
a drift cannot hold one for ever). Until an hour's cell holds two hours of readings, the mean of
all hours stands in; until that holds `settle`, the sign cannot be told. Smoke does not count while
humidity is above `fog`, nor while the neighbours' mean (port `neighbours`) has risen by `common`
of its own rise: fog and dust move several nodes.

Levels are numbers of signs, like {yellow: 2, orange: 3, red: 4}. Units: ppm, ug/m3, Cel, %.
What is silent might be on: NONE is told, and a level lowered, only when that would not matter.
Limits: a camera or a person should confirm before the public is warned. What shows as many signs
as a level needs every day is never learnt, and warns every day: move the node, or ask for more.

>>> from tongluo.core.ports import Sensor
>>> table, also = np.zeros(1, PARAMS), Sensor("pm25", 60_000, False)
>>> node = Sensor("co", 60_000, False, others=(None, also))
>>> fill(table[0], Options(settle="10 min"), {"yellow": 2}, node)
>>> state, out = np.zeros(1, state_dtype(table)), []
>>> for minute in range(1, 31):
...     smoke = 400.0 if minute > 20 else 20.0
...     for port, value in ((0, smoke / 20), (2, smoke)):
...         state[0]["level"] = step(table[0], state[0], port, minute * 60_000, value, 1)
...     out.append(int(state[0]["level"]))
>>> out.index(0) + 1, out.index(2) + 1  # minutes: it knows the node, and it tells of fire
(11, 22)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detectors.fire_node_days import CELLS, baseline, learn
from detectors.fire_node_options import (
    DANGER,
    FLAME,
    HUMIDITY,
    NEIGHBOURS,
    PARAMS,
    PM,
    ROLES,
    SIGNS,
    TEMPERATURE,
    Options,
    fill,
)
from detectors.options import ever
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port
from tongluo.core.times import DAY, say_duration

LOW = (0.0, 0.0, -60.0, 0.0, 0.0, 0.0, 0.0)  # by role: not judged below
HIGH = (10_000.0, 100_000.0, 1000.0, 105.0, 1e6, 9.0, 100_000.0)
WHY = (
    *("score", "signs", "needed", "next", "silent", "less"),  # signs: bit of each role that is on
    *("co_rise", "pm25_rise", "temperature_rate", "humidity_drop", "flame"),
)


def longest(levels: Mapping[str, Any]) -> int:
    """What decides is minutes old; what is learnt of the node's days lives in the state."""
    return DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: each role's last reading and run, and its baseline by hour."""
    return np.dtype(
        [
            ("level", "i8"),
            ("since", "i8"),  # since when a level stands; 0 = none does
            ("last", "i8", (7,)),
            ("value", "f8", (7,)),
            ("excess", "f8", (7,)),  # rise, drop or rate of the last reading
            ("told", "i8", (7,)),  # 1: the sign could be told of the last reading
            ("run", "i8", (7,)),  # readings on end that showed the sign
            ("on", "i8", (7,)),  # when the sign held last; 0 = never
            ("mean", "f8", (7, CELLS)),
            ("dev", "f8", (7, CELLS)),
            ("count", "i8", (7, CELLS)),
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def fresh(p: Any, s: Any, role: int, t: int) -> bool:
    """Whether the last reading of a role still says something of now."""
    age = max(p["window"], 3 * p["cadence"][role])
    return bool(s["last"][role] > 0 and abs(t - s["last"][role]) <= age)


@compiled
def gated(p: Any, s: Any, t: int, rise: float) -> bool:
    """Whether smoke is fog, or something that the neighbours have as well."""
    if fresh(p, s, HUMIDITY, t) and s["value"][HUMIDITY] > p["fog"]:
        return True
    known = fresh(p, s, NEIGHBOURS, t) and s["told"][NEIGHBOURS] > 0
    return bool(known and s["excess"][NEIGHBOURS] >= p["common"] * rise)


@compiled
def excess_of(p: Any, s: Any, role: int, t: int, value: float) -> float:
    """How far a reading goes towards fire, in its own unit; NaN = it cannot be told."""
    if role == FLAME:
        return value
    if role == TEMPERATURE:
        if not fresh(p, s, role, t):
            return math.nan
        rise = float(value - s["value"][role])
        return float(rise / max((t - s["last"][role]) / 60_000.0, 1.0))
    cell = baseline(p, s, role, t)
    if cell < 0:
        return math.nan
    if role == HUMIDITY:
        return float(s["mean"][role, cell] - value)
    return float(value - s["mean"][role, cell])


@compiled
def shows(p: Any, s: Any, role: int, t: int, excess: float) -> bool:
    """Whether a reading shows the sign of its role."""
    need = p["rise"][role]
    if role not in (TEMPERATURE, FLAME):
        cell = baseline(p, s, role, t)
        if cell >= 0:
            need = max(need, p["deviations"] * s["dev"][role, cell])
    return bool(excess >= need) and not (role == PM and gated(p, s, t, excess))


@compiled
def take(p: Any, s: Any, role: int, t: int, value: float) -> None:
    """One good reading of a role: its sign, its run, its baseline."""
    excess = excess_of(p, s, role, t, value)
    told = not math.isnan(excess)
    if not fresh(p, s, role, t):
        s["run"][role] = 0
    if told and shows(p, s, role, t, excess):
        s["run"][role] = min(s["run"][role] + 1, 1_000_000)
        if s["run"][role] >= p["samples"]:
            s["on"][role] = t
    else:
        s["run"][role] = 0
    quiet = s["since"] == 0 or t - s["since"] > p["relearn"]
    if quiet and role not in (TEMPERATURE, FLAME, DANGER):
        learn(p, s, role, t, value)
    s["told"][role] = 1 if told else 0
    s["excess"][role] = excess if told else 0.0
    s["value"][role], s["last"][role] = value, t


@compiled
def held(p: Any, s: Any, t: int) -> int:
    """Bits of the signs that hold; flame alone is none."""
    bits = 0
    for role in range(SIGNS):
        if s["on"][role] > 0 and abs(t - s["on"][role]) <= p["window"]:
            bits += 1 << role
    return 0 if bits == 1 << FLAME else bits


@compiled
def silent(p: Any, s: Any, t: int, bits: int) -> int:
    """How many more signs might hold, for all that is known."""
    n = 0
    for role in range(SIGNS):
        known = fresh(p, s, role, t) and s["told"][role] > 0
        if p["here"][role] > 0 and not known and (bits >> role) & 1 == 0:
            n += 1
    return n


@compiled
def level_of(p: Any, score: int, less: int) -> int:
    """The highest level that so many signs reach."""
    level = 0
    for grade in range(4):
        if p["needed"][grade] > 0 and score >= max(p["needed"][grade] - less, 1):
            level = grade + 1
    return level


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One reading of a port. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    role, before = p["role"][port], s["level"]
    usable = flag <= p["worst"] and LOW[role] <= value <= HIGH[role] and t > s["last"][role]
    if usable:
        take(p, s, role, t, value)
    bits, less = held(p, s, t), 0
    if s["last"][DANGER] > 0 and abs(t - s["last"][DANGER]) <= p["danger_age"]:
        less = p["less"][int(s["value"][DANGER])]
    score, more = 0, silent(p, s, t, bits)
    for role in range(SIGNS):
        score += (bits >> role) & 1
    level, most = level_of(p, score, less), level_of(p, score + more, less)
    if not usable:
        level = -1 if before == 0 and most > 0 else before
    elif level < before and before >= 1:
        level = min(before, most)
    elif level == 0 and most > 0:
        level = -1
    if level >= 1 and s["since"] == 0:
        s["since"] = t
    elif level < 1:
        s["since"] = 0
    if level != before:
        explain_into(p, s, level, score, bits, more, less)
    return int(level)


@compiled
def explain_into(p: Any, s: Any, level: int, score: int, bits: int, more: int, less: int) -> None:
    """Write the evidence: the signs, what was needed, what the next level needs."""
    why = s["why"]
    why[0], why[1], why[2], why[3], why[4], why[5] = score, bits, 0.0, 0.0, more, less
    for grade in range(3, -1, -1):
        needed = max(p["needed"][grade] - less, 1)
        if p["needed"][grade] > 0 and grade + 1 > level:
            why[3] = needed
        if p["needed"][grade] > 0 and grade + 1 == level:
            why[2] = needed
    for role in range(SIGNS):
        why[6 + role] = s["excess"][role]


SAID = (
    ("CO {:+g} ppm", "一氧化碳{:+g} ppm"),
    ("smoke {:+g} ug/m3", "烟尘{:+g} μg/m³"),
    ("temperature {:+g} Cel/min", "温升{:+g} ℃/min"),
    ("humidity {:g} % lower", "湿度下降{:g}%"),
    ("flame", "火焰"),
)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """Which signs held, how many were needed, and what would have changed it."""
    out: dict[str, Any] = {}
    window, capped = say_duration(int(row["window"])), int(row["needed"][:cap].max())
    if why["needed"]:
        on = [k for k in range(SIGNS) if int(why["signs"]) >> k & 1]
        seen = [round(why[name], 1) for name in WHY[6:]]
        en, zh = ([SAID[k][n].format(seen[k]) for k in on] for n in (0, 1))
        needed = int(min(why["needed"], max(capped - why["less"], 1)))
        out["en"] = f"{len(on)} signs of fire within {window} ({needed} needed): {', '.join(en)}"
        out["zh"] = f"{window}内{len(on)}项火情征兆（需{needed}项）：{'、'.join(zh)}"
        out["lower_if"] = {"signs_below": needed, "within": window}
    if why["next"] and why["next"] <= capped:
        out["higher_if"] = {"signs_more": max(int(why["next"] - why["score"]), 1)}
    if why["silent"]:
        out["missing"] = f"{int(why['silent'])} signs cannot be told"
    return out


DETECTOR = Detector(
    name="fire_node",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    past=ever,
    explain=explain,
    quantities=ROLES[:SIGNS],
    ports=(
        *(Port(name, (name,), optional=True) for name in ROLES[:SIGNS]),
        Port("danger", ("danger_class",), optional=True),
        Port("neighbours", ("pm25_around", "pm25"), optional=True),  # not the node's own by default
    ),
)
