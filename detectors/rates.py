"""What the detectors of movement share in reading levels and options and in telling reasons."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options, grades
from detectors.trend import RECENT
from tongluo.core.times import DAY, parse_duration
from tongluo.core.units import QUANTITIES, inner_unit, parse_value

MOVEMENTS = (
    "displacement",
    "displacement_x",
    "displacement_y",
    "displacement_z",
    "crack",
    "tilt",
)
UNITS = tuple(sorted({unit for unit, _ in QUANTITIES.values()}))
PERSIST = [("least", "i8"), ("of", "i8")]
_RATE = re.compile(r"^\s*(.+?)\s*/\s*(min|h|d)\s*$")


class MovementOptions(Options):
    """Options that every detector of movement has."""

    persistence: str = "3 of 5"
    """How many of the last judgements must come to a level before it is told, or let go."""
    noise: str = ""
    """Standard deviation of one reading, like "2 mm"; empty: only their scatter counts."""
    k: float = Field(default=3.0, ge=0)
    """A movement smaller than k of its own standard errors raises nothing."""
    release: float = Field(default=0.9, gt=0, le=1)
    """A reached level is let go below this share of its threshold."""


def unit_code(quantity: str) -> int:
    """A quantity's inner unit as a number that a row of parameters can hold."""
    return UNITS.index(inner_unit(quantity))


def parse_rate(text: Any, quantity: str) -> float:
    """A value per time, in the quantity's inner unit per day.

    >>> parse_rate("5 mm/d", "displacement"), parse_rate("0.1 cm/h", "crack")
    (5.0, 24.0)
    """
    match = _RATE.match(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f"not a rate: {text!r} (write '5 {inner_unit(quantity)}/d')")
    per = DAY / parse_duration(f"1 {match[2]}")
    return round(parse_value(match[1], quantity) * per, 9)


def parse_positive(text: Any, quantity: str, what: str) -> float:
    """A value above 0 with its unit."""
    if not isinstance(text, str):
        raise ValueError(f"{what}: write a value with its unit, like '5 {inner_unit(quantity)}'")
    value = parse_value(text, quantity)
    if value <= 0:
        raise ValueError(f"{what}: must be more than 0, not {text!r}")
    return value


def parse_persistence(text: str) -> tuple[int, int]:
    """n and m of "n of m".

    >>> parse_persistence("3 of 5")
    (3, 5)
    """
    match = re.fullmatch(r"\s*(\d+)\s+of\s+(\d+)\s*", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]) <= RECENT:
        raise ValueError(f"not a persistence: {text!r} (write '3 of 5', at most {RECENT})")
    return int(match[1]), int(match[2])


def fill_common(row: Any, options: MovementOptions, quantity: str) -> None:
    """Write what every detector of movement has."""
    row["least"], row["of"] = parse_persistence(options.persistence)
    row["noise"] = parse_positive(options.noise, quantity, "noise") if options.noise else 0.0
    row["k"], row["release"], row["worst"] = options.k, options.release, options.worst
    row["unit"] = unit_code(quantity)


def fill_rising(out: Any, levels: Mapping[str, float]) -> None:
    """Write four thresholds, NaN where there is none; they must rise."""
    out[:] = math.nan
    known = []
    for grade, value in grades(levels):
        out[grade] = value
        known.append(value)
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)) or known[0] <= 0:
        raise ValueError("thresholds must be more than 0 and rise from blue to red")


def threshold_of(thresholds: Any, level: int) -> float:
    """The highest threshold among the grades up to a level; NaN = none."""
    known = [float(x) for x in thresholds[: max(level, 0)] if not math.isnan(x)]
    return known[-1] if known else math.nan


def next_of(thresholds: Any, level: int, cap: int = 4) -> float:
    """The first threshold above a level, up to a cap; NaN = none."""
    known = [float(x) for x in thresholds[max(level, 0) : cap] if not math.isnan(x)]
    return known[0] if known else math.nan


def short(value: float) -> float:
    """A number as people say it: four digits that count."""
    return float(np.format_float_positional(value, 4, unique=False, fractional=False, trim="-"))


def unresolved(row: Any, need: float, resolution: float, unit: str) -> dict[str, Any]:
    """`missing`, when a threshold is smaller than what the readings can tell from nothing."""
    if math.isfinite(need) and math.isfinite(resolution) and resolution > need:
        told = f"{short(need):g} {unit} is below what can be resolved, {short(resolution):g} {unit}"
        return {"missing": told}
    return {}
