"""Readings of any quantity that are unlike what the sensor has shown before. Advisory.

Seven statistics of a series, each upwards and downwards, are followed; each is turned into the
chance of so large a value by the law of its own past peaks (see the references):

    spike       what the mixed forecast missed, over what is usually missed at this time of day
    season      distance from what the day or the week calls usual, over the same
    shift       that distance, averaged over 4 readings
    slow shift  that distance, averaged over 40 readings
    lasting     the same of distances cut to +-3 of their median: a small shift that stays
    jitter      log of the mean step from reading to reading, of late over always (stuck: down)
    roughness   log of the mean miss, of late over always

    S = max over all of -log10 P        d = S - log10(1 + earlier surprises at least as large)
    rarity = 10^-d                      score = d / (d + 3), 0 to 1; 0.5 = one reading in 1000

A surprise that only goes on is no new one: it counts whole when it tops the last one by 15 %, else
by what it exceeds it, the last one fading by 0.04 decades a reading. Levels are written as rarity,
and fall from blue to red: {blue: 0.001, yellow: 0.00001}. A level is held for `hold` after the
last reading that was as rare, then it falls. Nothing of the place, the unit or the pace of readings
is told to it, no label is used, and one setting serves all series; about 5 kB a sensor.

It says "unusual", not "dangerous": cap its rule at blue, unless its record at a place allows more.

Sources: the score's own distribution, and the need of one threshold for all streams: Lavin, A. and
Ahmad, S. (2015), Evaluating real-time anomaly detection algorithms, ICMLA. Peaks over a threshold:
Siffer, A. et al. (2017), KDD. Forecasts mixed by their misses: Cesa-Bianchi, N. and Lugosi, G.
(2006). Limits: nothing is told before `learn` readings, and the day needs some days, the week some
weeks; a drift slower than a few hundred readings is learned, not told; an odd half hour of usual
values is told only where the series has a day. It learns on: what stays becomes usual.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(), {"blue": 0.001}, Sensor("temperature", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> values = [20 + math.sin(n * n) for n in range(1000)] + [35.0]
>>> out = []
>>> for n, value in enumerate(values):
...     state[0]["level"] = step(table[0], state[0], n * 300_000, value, 1)
...     out.append(int(state[0]["level"]))
>>> out[0], sorted(set(out[500:1000])), out[1000]
(-1, [0], 1)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.forecasts import (
    DAY_CELLS,
    FORECASTS,
    HALF_HOUR,
    HOUR,
    TINY,
    WEEK_CELLS,
    begin,
    limited,
    missed,
    mixed,
    pace,
    remember,
    usual,
)
from detectors.options import Options as _Options
from detectors.options import ever, grades, kept
from detectors.surprise import BINS, against_history, judged, onset
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import parse_duration, say_duration

PARAMS = np.dtype(
    [
        ("decades", "f8", (4,)),  # -log10 of each level's rarity; NaN = none
        ("learn", "i8"),
        ("hold", "i8"),  # ms
        ("zone", "i8"),  # ms
        ("worst", "i8"),
    ],
    align=True,
)
WHY = ("score", "rarity", "statistic", "value", "expected", "next_rarity", "bad")
MOST = 1e12  # beyond this nothing is measured
NAMES = (
    ("spike", "突变"),
    ("season", "不合日周规律"),
    ("shift", "偏移"),
    ("slow shift", "缓慢偏移"),
    ("lasting shift", "持续偏移"),
    ("jitter", "起伏"),
    ("roughness", "噪声"),
)
STATISTICS = len(NAMES)
TAILS = np.dtype([(name, "f8") for name in ("u", "m1", "m2", "peaks", "scale")])
CELL = np.dtype([("mean", "f8"), ("n", "f8")])


class Options(_Options):
    """Options of a rule with this detector."""

    learn: int = Field(default=100, ge=20)
    """Good readings before anything is told."""
    hold: str = "1 h"
    """How long a level stays after the last reading that was as rare."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["decades"][:] = math.nan
    known = []
    for grade, rarity in grades(levels):
        if isinstance(rarity, bool) or not isinstance(rarity, int | float) or not 0 < rarity < 1:
            raise ValueError("a level is a rarity between 0 and 1, like 0.001")
        row["decades"][grade] = -math.log10(rarity)
        known.append(float(row["decades"][grade]))
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError("rarities must fall from blue to red")
    row["learn"], row["hold"] = options.learn, parse_duration(options.hold)
    row["zone"], row["worst"] = sensor.zone, options.worst


def longest(levels: Mapping[str, Any]) -> int:
    """Four weeks: what the hours of the week need to be known, ms."""
    return 28 * 24 * HOUR


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: forecasts, cells of day and week, tails of the statistics, history."""
    return np.dtype(
        [
            ("level", "i8"),
            ("n", "i8"),  # good readings
            ("last", "i8"),  # time of the last
            ("since", "i8"),  # time of the last that was as rare as the level
            ("x", "f8"),
            ("mean", "f8"),
            ("spread", "f8"),
            ("forecast", "f8", (FORECASTS,)),
            ("miss", "f8", (FORECASTS,)),
            ("told", "f8", (FORECASTS,)),
            ("far", "f8", (3,)),  # distance from the usual, averaged: short, long, long and cut
            ("median", "f8"),  # of its size
            ("lately", "f8", (2,)),  # mean step, mean miss
            ("always", "f8", (2,)),
            ("score", "f8"),
            ("crest", "f8"),
            ("last_surprise", "f8"),
            ("why", "f8", (len(WHY),)),
            ("statistic", "f8", (STATISTICS,)),
            ("tails", TAILS, (2 * STATISTICS,)),
            ("history", "f8", (BINS,)),
            ("day", CELL, (DAY_CELLS,)),
            ("week", CELL, (WEEK_CELLS,)),
            ("rough", CELL, (DAY_CELLS,)),
        ],
        align=True,
    )


@compiled
def yardstick(s: Any, half: int, miss: float) -> float:
    """What is usually missed at this time of day; this miss is taken into it."""
    size = float(s["always"][1]) + TINY
    for j in (0, 1, DAY_CELLS - 1):
        k = (half + j) % DAY_CELLS
        if s["day"][k]["n"] >= 3.0:
            size = max(size, float(s["rough"][k]["mean"]))
    cell = s["rough"][half]
    if s["day"][half]["n"] < 1.0:
        cell["mean"] = miss
    cell["mean"] += pace(s["day"][half]["n"] + 1.0, 0.03) * (miss - cell["mean"])
    return size


@compiled
def measure(s: Any, x: float, expected: float, half: int, hour: int) -> float:
    """Write the seven statistics of this reading; returns the yardstick."""
    off = x - usual(s, x, half, hour)
    slow = pace(s["n"] + 1.0, 0.002)
    s["far"][0] += 0.25 * (off - s["far"][0])
    s["far"][1] += 0.025 * (off - s["far"][1])
    if s["median"] == 0.0:
        s["median"] = abs(off)
    turn = 2.0 * max(1.0 / (s["n"] + 5.0), 0.003)
    s["median"] *= math.exp(turn if abs(off) > s["median"] else -turn)
    s["median"] = max(s["median"], 1e-3 * s["spread"])
    cut = limited(off / s["median"], 3.0) if s["median"] > 0.0 else 0.0
    s["far"][2] += 0.025 * (cut - s["far"][2])
    change = abs(limited(x - s["x"], 10.0 * s["always"][0]))
    miss = abs(limited(x - expected, 10.0 * s["always"][1]))
    s["lately"][0] += 0.15 * (change - s["lately"][0])
    s["lately"][1] += 0.02 * (miss - s["lately"][1])
    s["always"][0] += slow * (change - s["always"][0])
    s["always"][1] += slow * (miss - s["always"][1])
    size = yardstick(s, half, miss)
    least = 1e-3 * s["spread"] + TINY
    out = s["statistic"]
    out[0], out[1] = (x - expected) / size, off / size
    out[2], out[3], out[4] = s["far"][0], s["far"][1], s["far"][2]
    for j in range(2):
        out[5 + j] = math.log((s["lately"][j] + least) / (s["always"][j] + least))
    return size


@compiled
def surprise(s: Any, size: float) -> tuple[float, int]:
    """(S, which: twice the statistic, plus 1 downwards) of the statistics as they stand."""
    most, which = 0.0, 0
    for k in range(2 * STATISTICS):
        i = k // 2
        floor = 0.05 * s["spread"]
        if i < 2:
            floor = floor / size
        elif i == 4:
            floor = 0.1
        elif i > 4:
            floor = 0.02
        found = judged(s, k, s["statistic"][i] if k % 2 == 0 else -s["statistic"][i], floor)
        if found > most:
            most, which = found, k
    return most, which


@compiled
def reached(p: Any, d: float) -> int:
    """The level of so many decades."""
    level = 0
    for grade in range(4):
        if d >= p["decades"][grade]:
            level = grade + 1
    return level


@compiled
def settle(p: Any, s: Any, t: int, new: float, going: float) -> int:
    """The level: by what is new; a reached one also by what goes on, and for `hold` after."""
    before, level = int(s["level"]), reached(p, new)
    if level >= 1 and level >= before:
        s["since"] = t
    elif before >= 1 and reached(p, going) >= before:
        s["since"], level = t, before
    elif before >= 1 and t - s["since"] < p["hold"]:
        level = before
    return level


@compiled
def evidence(p: Any, s: Any, x: float, expected: float, which: int, level: int, d: float) -> None:
    """Write why."""
    why = s["why"]
    why[0], why[1] = s["score"], math.exp(-d * math.log(10.0))
    why[2], why[3], why[4], why[5], why[6] = float(which), x, expected, 0.0, 0.0
    for grade in range(3, level - 1, -1):
        if grade >= 0 and not math.isnan(p["decades"][grade]):
            why[5] = math.exp(-p["decades"][grade] * math.log(10.0))


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One reading of any quantity. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = int(s["level"])
    s["score"] = 0.0
    if flag > p["worst"] or not abs(value) <= MOST or (s["n"] > 0 and t <= s["last"]):
        level = kept(before)
        if level != before:
            s["why"][:] = 0.0
            s["why"][6] = 1.0
        return level
    half, hour = (t + p["zone"]) // HALF_HOUR % DAY_CELLS, (t + p["zone"]) // HOUR % WEEK_CELLS
    s["last"] = t
    if s["n"] == 0:
        begin(s, value, half, hour)
        s["n"] = 1
        return kept(before)
    expected = mixed(s, half, hour)
    missed(s, value, half, hour)
    found, which = surprise(s, measure(s, value, expected, half, hour))
    remember(s, value, half, hour)
    s["n"] += 1
    if s["n"] <= p["learn"]:
        return kept(before)
    going = against_history(s, found)
    new = onset(s, going)
    s["score"] = max(new, 0.0) / (max(new, 0.0) + 3.0)
    level = settle(p, s, t, new, going)
    if level != before:
        evidence(p, s, value, expected, which, level, max(new, 0.0))
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What was unusual, how rare that is, and what would have changed the level."""
    if why["bad"]:
        return {"missing": "the last reading could not be judged"}
    (en, zh), up = NAMES[int(why["statistic"]) // 2], int(why["statistic"]) % 2 == 0
    one_in = f"{min(1.0 / max(why['rarity'], 1e-12), 1e12):.3g}"
    out: dict[str, Any] = {
        "en": f"unusual {en}, {'up' if up else 'down'}: one reading in {one_in} "
        f"(value {why['value']:g}, expected {why['expected']:g}, score {why['score']:.2f})",
        "zh": f"异常（{zh}，{'上' if up else '下'}）：约{one_in}次读数一遇"
        f"（读数{why['value']:g}，预期{why['expected']:g}，异常度{why['score']:.2f}）",
        "lower_if": {"no_reading_as_rare_for": say_duration(int(row["hold"]))},
    }
    if why["next_rarity"] and _grade(row, why["next_rarity"]) <= cap:
        out["higher_if"] = {"rarity_below": float(f"{why['next_rarity']:.6g}")}
    return out


def _grade(row: Any, rarity: float) -> int:
    """The level that a rarity stands for."""
    return int(np.nanargmin(np.abs(row["decades"] + math.log10(rarity)))) + 1


DETECTOR = Detector(
    name="anomaly",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    past=ever,
    explain=explain,
)
