"""Discharge by a rating table against four levels.

    linear:  Q = Q0 + (Q1 - Q0) (h - h0) / (h1 - h0)              between two pairs of the table
    log:     ln Q, linear in ln(h - z) between two pairs;  z = stage of zero flow
    level = max{k : Q >= threshold[k]};  once reached, k is kept until Q < threshold[k] - band

Use: where the thresholds are flows; where they are stages, [stage_levels](stage_levels.md).

The table is not carried on: above it the discharge is told as at least its highest, below as at
most its lowest, and the evidence says so. A threshold above the table is refused, since it could
never be told. Units: m in the thresholds' datum (readings are shifted to it), m3/s.
Source of the log form: the usual power law of a rating, Q = C (h - z)^b, piece by piece (ISO
18320:2020). Limits: one table, so no loop of rising and falling water, no backwater, no ice.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(rating_m_m3s=[(1, 10), (2, 50), (3, 200)]),
...      {"yellow": "40 m3/s", "red": "180 m3/s"}, Sensor("stage", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], t, v, 1) for t, v in enumerate([0.2, 1.5, 1.75, 2.9, 9.9], 1)]
[0, 0, 2, 4, 4]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from detectors.heights import (
    SCALE,
    bounds,
    fill_scale,
    graded,
    judgeable,
    option,
    read_levels,
    threshold_of,
    unjudged,
)
from detectors.options import Options as _Options
from detectors.options import kept
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.units import parse_value

PAIRS = 64
PARAMS = np.dtype(
    [
        *SCALE,
        ("pairs", "i8"),
        ("stage", "f8", (PAIRS,)),
        ("discharge", "f8", (PAIRS,)),
        ("log", "i8"),
        ("zero", "f8"),
        ("shift", "f8"),
    ],
    align=True,
)
WHY = ("level", "stage_m", "discharge_m3s", "beyond", "threshold", "flag")


class Options(_Options):
    """Options of a rule with this detector."""

    rating_m_m3s: tuple[tuple[float, float], ...] = ()
    """The rating: 2 to 64 pairs [stage in m, discharge in m3/s], both rising."""
    interpolate: Literal["linear", "log"] = "linear"
    """Between two pairs: a straight line, or a power law of the height above `zero_flow`."""
    zero_flow: str = "0 m"
    """The stage at which nothing flows, for `log`; below every stage of the table."""
    dead_band: str = ""
    """How far below a threshold the discharge must go for its level to end, like "5 m3/s"; empty:
    not at all."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    read = read_levels(levels, "flow")
    fill_scale(row, read, options.dead_band, "flow", options.worst)
    zero = option("zero_flow", lambda: parse_value(options.zero_flow, "stage"))
    rating = [(float(h), float(q)) for h, q in options.rating_m_m3s]
    _check(rating, options.interpolate == "log", zero)
    beyond = [q for q in read.values() if q > rating[-1][1]]
    if beyond:
        raise ValueError(f"{beyond[0]:g} m3/s is above the rating, which ends at {rating[-1][1]:g}")
    row["pairs"], row["zero"], row["shift"] = len(rating), zero, sensor.shift
    row["log"] = int(options.interpolate == "log")
    for n, (h, q) in enumerate(rating):
        row["stage"][n] = math.log(h - zero) if row["log"] else h
        row["discharge"][n] = math.log(q) if row["log"] else q


def _check(rating: list[tuple[float, float]], log: bool, zero: float) -> None:
    if not 2 <= len(rating) <= PAIRS:
        raise ValueError(f"rating_m_m3s: give 2 to {PAIRS} pairs [stage, discharge]")
    for (h0, q0), (h1, q1) in pairwise(rating):
        if not (h0 < h1 and q0 < q1):
            raise ValueError(
                f"rating_m_m3s: must rise, but [{h1:g}, {q1:g}] follows [{h0:g}, {q0:g}]"
            )
    if any(not math.isfinite(x) or x < 0 for _, x in rating):
        raise ValueError("rating_m_m3s: discharges must not be less than 0")
    if log and not (rating[0][0] > zero and rating[0][1] > 0):
        raise ValueError(
            "rating_m_m3s: for log, every stage above zero_flow and every flow above 0"
        )


def longest(levels: Mapping[str, Any]) -> int:
    """No window: 0 ms."""
    return 0


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the level and its evidence."""
    return np.dtype([("level", "i8"), ("last", "i8"), ("why", "f8", (len(WHY),))], align=True)


@compiled
def beyond(p: Any, h: float) -> int:
    """-1 below the rating, 1 above, 0 within."""
    low, high = p["stage"][0], p["stage"][p["pairs"] - 1]
    x = h
    if p["log"] > 0:
        x = math.log(h - p["zero"]) if h > p["zero"] else -math.inf
    return -1 if x < low else int(x > high)


@compiled
def discharge(p: Any, h: float) -> float:
    """Discharge of a stage, m3/s; beyond the rating, that of its nearer end."""
    side, n = beyond(p, h), p["pairs"]
    if side != 0:
        q = float(p["discharge"][0 if side < 0 else n - 1])
        return math.exp(q) if p["log"] > 0 else q
    x = math.log(h - p["zero"]) if p["log"] > 0 else h
    k = 1
    while k < n - 1 and p["stage"][k] < x:
        k += 1
    h0, q0 = float(p["stage"][k - 1]), float(p["discharge"][k - 1])
    q = q0 + (float(p["discharge"][k]) - q0) * ((x - h0) / (float(p["stage"][k]) - h0))
    return math.exp(q) if p["log"] > 0 else q


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One stage, m. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    h, q, side = value + p["shift"], math.nan, 0
    level = kept(before)
    if judgeable(p, s, t, value, flag):
        s["last"] = t
        q, side = discharge(p, h), beyond(p, h)
        level = graded(p, before, q)
    if level != before:
        s["why"][0], s["why"][1], s["why"][2], s["why"][3] = level, h, q, side
        s["why"][4], s["why"][5] = math.nan, flag
        for grade in range(level):
            if not math.isnan(p["threshold"][grade]):
                s["why"][4] = p["threshold"][grade]
    return int(level)


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What flows, how that is known, what it was held against, what would have changed it."""
    level, q = min(int(why["level"]), cap), round(why["discharge_m3s"], 3)
    out: dict[str, Any] = bounds(row, q, level, cap)
    if level >= 1:
        need, h, most = threshold_of(row, level), round(why["stage_m"], 3), why["beyond"] > 0
        out["en"] = (
            f"{'at least ' if most else ''}{q:g} m3/s by the rating at {h:g} m"
            f"{', which is above its end' if most else ''} (threshold {need:g} m3/s)"
        )
        out["zh"] = (
            f"水位{h:g}米，查水位流量关系得{'不少于' if most else ''}{q:g}立方米每秒"
            f"{'（水位已超出关系线上端）' if most else ''}（阈值{need:g}）"
        )
    out.update(unjudged(why, int(row["worst"])))
    return out


DETECTOR = Detector(
    name="discharge_levels",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("stage", "reservoir_stage"),
)
