"""A level predicted from levels upstream and rain, by a linear model fitted beforehand.

    y(t + lead) = intercept + sum of weight_i x_i
    x_i = a level or flow at t - lag_i, or the rain of (t - lag_i - window_i, t - lag_i]
    by: centre | low | high        y, y - z sigma, or y + z sigma against four levels

`own` is the judged series; upstream1 to upstream4 and rain1, rain2 are the rule's further inputs.
sigma is the standard deviation of the model's errors where it was not fitted; z 1.28 holds four of
five errors if they are normal. `tongluo fit stage` fits a model and prints it in this form. t is
the newest time of any input. A level at t - lag is the last good one until then. UNKNOWN while one
that the model needs is older than `age` (a level reached before is held).

Units: inner units of the inputs (m, m3/s, mm); the prediction is shifted to the thresholds' datum.
The past is kept as 256 slots: a lag or a window is off by up to 1/250 of the longest. Limits: what
was not in the years of fitting, greater floods above all, it has never seen; in a quiet river a
linear model fitted to floods may be worse than saying that the level stays, so look at the skill
that the fit prints; a level that is reached now is told by stage_levels, not here.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> stage = Sensor("stage", 3_600_000, False)
>>> terms = [{"of": "own", "weight": 1.0}, {"of": "upstream1", "lag": "1 h", "weight": 0.5}]
>>> fill(table[0], Options(lead="3 h", intercept="-1 m", sigma="0.2 m", terms=terms),
...      {"yellow": "3 m"}, Sensor("stage", 3_600_000, False, others=(stage, *[None] * 5)))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, own, upstream in [(1, 2.0, 2.0), (2, 2.0, 4.0), (3, 2.0, 4.0), (4, 2.0, 1.0)]:
...     for port, value in [(1, upstream), (0, own)]:
...         level = step(table[0], state[0], port, t * 3_600_000, value, 1)
...         state[0]["level"] = level
...     out.append(int(level))
>>> out
[-1, 0, 2, 2]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from detectors.heights import (
    HEIGHTS,
    LIMIT,
    SCALE,
    bounds,
    fill_scale,
    graded,
    option,
    parse_difference,
    read_levels,
    stands,
    threshold_of,
    units,
)
from detectors.options import Options as _Options
from detectors.options import kept
from detectors.points import POINT, last_until
from detectors.time_to_level import say_span
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration
from tongluo.core.units import parse_value

TERMS = 16
CELLS = 256
INPUTS = ("own", "upstream1", "upstream2", "upstream3", "upstream4", "rain1", "rain2")
RAIN = 5  # the first input of rain
WATER = ("stage", "flow", "reservoir_stage", "tide")
PARAMS = np.dtype(
    [
        *SCALE,
        ("terms", "i8"),
        ("of", "i8", (TERMS,)),
        ("lag", "i8", (TERMS,)),  # ms
        ("window", "i8", (TERMS,)),  # ms; of rain
        ("weight", "f8", (TERMS,)),
        ("intercept", "f8"),
        ("spread", "f8"),  # z sigma
        ("side", "f8"),  # -1 low, 0 centre, 1 high
        ("slot", "i8"),  # ms
        ("age", "i8"),  # ms
        ("lead", "i8"),  # ms
        ("shift", "f8"),
    ],
    align=True,
)
WHY = ("level", "predicted", "low", "high", "judged", "own", "threshold", "missing")


class Term(BaseModel):
    """One term of the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Literal["own", "upstream1", "upstream2", "upstream3", "upstream4", "rain1", "rain2"]
    weight: float = Field(ge=-1e6, le=1e6)
    lag: str = "0 h"
    window: str = ""


class Options(_Options):
    """Options of a rule with this detector."""

    lead: str = "3 h"
    """How far ahead the model predicts; said, not computed with."""
    terms: tuple[Term, ...] = ()
    """1 to 16 of {of, weight, lag: "2 h"}; for rain also window: "6 h". At most 7 d back."""
    intercept: str = ""
    """The model's constant, like "0.12 m"; empty: 0."""
    sigma: str = ""
    """Standard deviation of its errors, like "0.2 m"; empty: 0."""
    z: float = Field(default=1.28, ge=0, le=10)
    """Half the interval in standard deviations."""
    by: Literal["centre", "low", "high"] = "centre"
    """Which of prediction and interval the levels are held against."""
    age: str = "2 h"
    """An input that is older than this cannot be judged by."""
    dead_band: str = ""
    """How far below a threshold it must go for its level to end, like "0.1 m"; empty: not at
    all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    read, quantity = read_levels(levels, sensor.quantity), sensor.quantity
    fill_scale(row, read, options.dead_band, quantity, options.worst)
    if not 0 < len(options.terms) <= TERMS:
        raise ValueError(f"terms: give 1 to {TERMS}")
    row["terms"] = len(options.terms)
    for n, term in enumerate(options.terms):
        _fill_term(row, n, term, sensor)
    if options.intercept:
        row["intercept"] = option("intercept", lambda: parse_value(options.intercept, quantity))
    if options.sigma:
        row["spread"] = option("sigma", lambda: parse_difference(options.sigma, quantity))
    row["spread"] *= options.z
    row["side"] = {"low": -1.0, "centre": 0.0, "high": 1.0}[options.by]
    row["age"] = option("age", lambda: parse_duration(options.age))
    row["lead"] = option("lead", lambda: parse_duration(options.lead))
    span = int((row["lag"] + row["window"]).max()) + int(row["age"])
    row["slot"], row["shift"] = span // (CELLS - 4) + 1, sensor.shift


def _fill_term(row: Any, n: int, term: Term, sensor: Sensor) -> None:
    port = INPUTS.index(term.of)
    if port > 0 and not stands(sensor, port):
        raise ValueError(f"terms: nothing stands at {term.of} (name it under inputs)")
    if bool(term.window) != (port >= RAIN):
        raise ValueError(f"terms: {term.of} has {'no' if term.window else 'to have a'} window")
    row["of"][n], row["weight"][n] = port, term.weight
    row["lag"][n] = option(term.of, lambda: parse_duration(term.lag))
    row["window"][n] = option(term.of, lambda: parse_duration(term.window)) if term.window else 0
    if row["lag"][n] + row["window"][n] > 7 * DAY:
        raise ValueError(f"terms: {term.of}: at most 7 d back")


def longest(levels: Mapping[str, Any]) -> int:
    """The farthest that a term may look back: seven days, ms."""
    return 7 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the past of every input."""
    inputs = len(INPUTS)
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8", (inputs,)),  # time of the last good reading; 0 = none yet
            ("since", "i8", (inputs,)),  # from when it comes without a gap longer than the age
            ("newest", "f8", (inputs,)),
            ("pushed", "i8", (inputs,)),
            ("why", "f8", (len(WHY),)),
            ("past", POINT, (inputs, CELLS)),
        ],
        align=True,
    )


@compiled
def put(p: Any, s: Any, port: int, t: int, value: float) -> None:
    """Keep a reading: of each slot the first level, or the sum of its rain with its last time."""
    past, pushed = s["past"][port], s["pushed"][port]
    if s["last"][port] == 0 or t - s["last"][port] > p["age"]:
        s["since"][port] = t
    s["last"][port], s["newest"][port] = t, value
    newest = past[(pushed - 1) % CELLS]
    if pushed > 0 and newest["t"] // p["slot"] == t // p["slot"]:
        if port >= RAIN:
            newest["t"] = t
            newest["v"] += value
        return
    cell = past[pushed % CELLS]
    cell["t"], cell["v"] = t, value
    s["pushed"][port] = pushed + 1


@compiled
def level_at(p: Any, s: Any, port: int, t: int) -> float:
    """The last good level until t; NaN when it is too old."""
    if s["last"][port] == 0:
        return math.nan
    if s["last"][port] <= t:
        return float(s["newest"][port]) if t - s["last"][port] <= p["age"] else math.nan
    k = last_until(s["past"][port], s["pushed"][port], t)
    if k < 0 or t - s["past"][port][k % CELLS]["t"] > p["age"]:
        return math.nan
    return float(s["past"][port][k % CELLS]["v"])


@compiled
def rain_until(p: Any, s: Any, port: int, t: int, window: int) -> float:
    """The rain of (t - window, t]; NaN when it is not known for all of it."""
    if s["last"][port] < t - p["age"] or s["since"][port] > t - window + p["age"]:
        return math.nan
    total = 0.0
    for back in range(1, min(s["pushed"][port], CELLS) + 1):
        cell = s["past"][port][(s["pushed"][port] - back) % CELLS]
        if cell["t"] <= t - window:
            break
        if cell["t"] <= t:
            total += cell["v"]
    return total


@compiled
def predict(p: Any, s: Any) -> tuple[float, int]:
    """(prediction, 0), or (NaN, 1 + the input that is missing)."""
    now = 0
    for n in range(p["terms"]):
        now = max(now, s["last"][p["of"][n]])
    total = float(p["intercept"])
    for n in range(p["terms"]):
        port, t = p["of"][n], now - p["lag"][n]
        x = level_at(p, s, port, t)
        if port >= RAIN:
            x = rain_until(p, s, port, t, p["window"][n])
        if math.isnan(x):
            return math.nan, int(port) + 1
        total += p["weight"][n] * x
    return total, 0


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One reading of an input. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    good = flag <= p["worst"] and abs(value) <= LIMIT and t > s["last"][port]
    if not good or (port >= RAIN and value < 0.0):
        return int(before if port > 0 else kept(before))
    put(p, s, port, t, value)
    y, missing = predict(p, s)
    judged = y + p["side"] * p["spread"] + p["shift"]
    level = graded(p, before, judged) if missing == 0 else kept(before)
    if level != before:
        why = s["why"]
        why[0], why[1], why[4], why[7] = level, y + p["shift"], judged, missing
        why[2], why[3] = why[1] - p["spread"], why[1] + p["spread"]
        why[5], why[6] = s["newest"][0] + p["shift"], math.nan
        for grade in range(level):
            if not math.isnan(p["threshold"][grade]):
                why[6] = p["threshold"][grade]
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What is predicted, what it was held against, and what would have changed the level."""
    level, (unit, zh) = min(int(why["level"]), cap), units(row)
    out: dict[str, Any] = bounds(row, why["judged"], level, cap)
    if level >= 1:
        y, low, high = (round(why[x], 2) for x in ("predicted", "low", "high"))
        need, (lead, spoken) = threshold_of(row, level), say_span(float(row["lead"]) / 3_600_000)
        out["en"] = (
            f"{y:g} {unit} predicted in {lead} ({low:g} to {high:g} {unit}; threshold "
            f"{need:g} {unit})"
        )
        out["zh"] = f"预计{spoken}后{y:g}{zh}（{low:g}至{high:g}；阈值{need:g}{zh}）"
    if why["missing"]:
        age = say_duration(int(row["age"]))
        out["missing"] = f"{INPUTS[int(why['missing']) - 1]} is not known, or older than {age}"
    return out


DETECTOR = Detector(
    name="stage_outlook",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=(*HEIGHTS, "flow"),
    ports=(
        *(Port(name, WATER, optional=True) for name in INPUTS[1:RAIN]),
        *(Port(name, ("rain",), optional=True) for name in INPUTS[RAIN:]),
    ),
)
