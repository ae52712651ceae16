"""A speed against four thresholds: the part that the detectors of movement have in common.

The speed is the size of the slope over the last `window`; its resolution is k standard errors of
that slope, from the scatter of the readings or from their declared noise, whichever is more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from detectors.rates import (
    PERSIST,
    UNITS,
    MovementOptions,
    fill_common,
    next_of,
    short,
    threshold_of,
    unresolved,
)
from detectors.trend import persist, persist_fields, push, ring_fields, slope
from tongluo.core.compiled import compiled
from tongluo.core.ports import Sensor
from tongluo.core.times import parse_duration

SPEED_PARAMS = [
    ("speed", "f8", (4,)),  # per day, or a multiple of what is normal; NaN = none
    ("window", "i8"),  # ms
    ("points", "i8"),
    ("coverage", "f8"),
    ("noise", "f8"),
    ("k", "f8"),
    ("release", "f8"),
    *PERSIST,
    ("unit", "i8"),
    ("worst", "i8"),
]


class SpeedOptions(MovementOptions):
    """Options of every detector that judges a speed."""

    window: str = "24 h"
    """Length of time over which the slope is taken."""
    points: int = Field(default=4, ge=2, le=32)
    """Fewest means of readings in it (32 slots a window) from which a slope is told."""
    coverage: float = Field(default=0.5, gt=0, le=1)
    """Share of the window that the readings must span before NONE or a new level is told."""


def fill_speed(row: Any, options: SpeedOptions, sensor: Sensor) -> None:
    """Write the window and what goes with it; ValueError when no slope can come of it."""
    fill_common(row, options, sensor.quantity)
    row["window"], row["points"] = parse_duration(options.window), options.points
    row["coverage"] = options.coverage
    if (options.points - 1) * sensor.cadence > row["window"]:
        raise ValueError(
            f"window: {options.window} holds fewer than {options.points} readings of this sensor"
        )


def speed_state(rings: int) -> list[Any]:
    """State fields of the speed at ring 0, and of further rings."""
    return [*ring_fields(rings), *persist_fields()]


@compiled
def speed_at(p: Any, s: Any, t: int, value: float) -> tuple[float, float, bool]:
    """(slope per day, the smallest speed that is told from none, whether it can be told)."""
    push(s, 0, p["window"], t, value)
    v, error, span, points = slope(s, 0, p["window"], t, p["noise"])
    told = points >= p["points"] and span * 86_400_000.0 >= p["coverage"] * float(p["window"])
    resolution = p["k"] * error if math.isfinite(error) else math.inf
    return v, resolution, told


@compiled
def grade_of(p: Any, v: float, resolution: float, unit: float, share: float) -> int:
    """The highest grade whose threshold (times unit) a speed reaches, and tells from none."""
    grade = 0
    for k in range(4):
        need = p["speed"][k] * unit
        if abs(v) >= max(need, resolution) * share and not math.isnan(need):
            grade = k + 1
    return grade


@compiled
def speed_level(p: Any, s: Any, before: int, v: float, resolution: float, unit: float) -> int:
    """The level of a speed that can be told, by persistence."""
    reached = grade_of(p, v, resolution, unit, 1.0)
    return persist(p, s, before, reached, grade_of(p, v, resolution, unit, p["release"]))


def explain_speed(
    row: Any, why: Mapping[str, float], cap: int, unit: float, extra: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    """Reasons in speeds. unit: what thresholds are multiplied by; extra: (en, zh) in the brackets.

    why: level, velocity, resolution, flag."""
    level, name = min(int(why["level"]), cap), f"{UNITS[int(row['unit'])]}/d"
    times = f"{int(row['least'])} of {int(row['of'])}"
    need = threshold_of(row["speed"], level) * unit
    later = next_of(row["speed"], level, cap) * unit
    speed = short(abs(why["velocity"]))
    out: dict[str, Any] = unresolved(row, need if level >= 1 else later, why["resolution"], name)
    if level >= 1:
        out["en"] = f"speed {speed:g} {name} (threshold {short(need):g} {name}{extra[0]}, {times})"
        out["zh"] = f"速率{speed:g} {name}（阈值{short(need):g} {name}{extra[1]}）"
        below = short(need * float(row["release"]))
        out["lower_if"] = {"speed_below": below, "unit": name, "judgements": times}
    if level >= 0 and math.isfinite(later):
        out["higher_if"] = {"speed": short(later), "unit": name, "judgements": times}
    if why["flag"] > row["worst"]:
        out["missing"] = f"reading flagged {int(why['flag'])}, not judged"
    return out
