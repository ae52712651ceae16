"""What the detectors of water levels and flows share: rising thresholds, and how they are told."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from detectors.options import grades
from tongluo.core.compiled import compiled
from tongluo.core.ports import Sensor
from tongluo.core.units import inner_unit, parse_value

HEIGHTS = ("stage", "tide", "reservoir_stage", "water_depth")
DUST = 1e-6  # sums of decimal values carry binary dust, and no gauge reads a micrometre
LIMIT = 1e9
"""Greater values, m or m3/s, are no measurement and are not judged."""
SCALE: list[Any] = [
    ("threshold", "f8", (4,)),  # NaN = none
    ("band", "f8"),
    ("flow", "i8"),  # 1: m3/s, 0: m
    ("worst", "i8"),
]
"""Fields of a row whose levels are values of one quantity."""


def fill_scale(row: Any, read: Mapping[int, float], band: str, quantity: str, worst: int) -> None:
    """Write the fields of `SCALE`; ValueError unless the thresholds (by grade 0 to 3) rise."""
    row["threshold"][:] = math.nan
    for grade, value in read.items():
        row["threshold"][grade] = value
    known = list(read.values())
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError("thresholds must rise from blue to red")
    row["band"] = parse_difference(band, quantity) if band else 0.0
    row["flow"], row["worst"] = int(inner_unit(quantity) == "m3/s"), worst


def read_levels(levels: Mapping[str, Any], quantity: str) -> dict[int, float]:
    """Thresholds by grade, each written as one value.

    >>> read_levels({"red": "4 m", "blue": "90 cm"}, "stage")
    {0: 0.9, 3: 4.0}
    """
    return {grade: read_value(text, quantity) for grade, text in grades(levels)}


def read_value(text: Any, quantity: str) -> float:
    """One value with its unit; ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError(f"a level threshold needs its unit: write '{text} {inner_unit(quantity)}'")
    return parse_value(text, quantity)


def parse_difference(text: str, quantity: str) -> float:
    """A value with its unit that is not below 0."""
    value = parse_value(text, quantity)
    if value < 0:
        raise ValueError(f"must not be less than 0: {text!r}")
    return value


def positive(read: Mapping[int, float]) -> Mapping[int, float]:
    """The same thresholds; ValueError unless all are more than 0."""
    if any(value <= 0 for value in read.values()):
        raise ValueError("thresholds must be more than 0")
    return read


def stands(sensor: Sensor, port: int) -> bool:
    """Whether something stands at a further port (from 1); true where that is not known yet."""
    return not sensor.others or sensor.others[port - 1] is not None


@compiled
def judgeable(p: Any, s: Any, t: int, value: float, flag: int) -> bool:
    """Whether a reading may be judged: good, of this world and newer than the last."""
    return bool(flag <= p["worst"] and abs(value) <= LIMIT and t > s["last"])


@compiled
def graded(p: Any, before: int, v: float) -> int:
    """The level of a value, with the dead band below what is reached."""
    level = 0
    for grade in range(4):
        need = p["threshold"][grade] - DUST
        if v >= need or (grade + 1 <= before and v >= need - p["band"]):
            level = grade + 1
    return level


def threshold_of(row: Any, level: int) -> float:
    """The highest threshold among the grades up to a level; NaN = none."""
    known = [float(x) for x in row["threshold"][: max(level, 0)] if not math.isnan(x)]
    return known[-1] if known else math.nan


def next_of(row: Any, level: int, cap: int = 4) -> float:
    """The first threshold above a level, up to a cap; NaN = none."""
    known = [float(x) for x in row["threshold"][max(level, 0) : cap] if not math.isnan(x)]
    return known[0] if known else math.nan


def units(row: Any) -> tuple[str, str]:
    """(English, Chinese) unit of a row's thresholds."""
    return ("m3/s", "立方米每秒") if row["flow"] else ("m", "米")


def bounds(row: Any, value: float, level: int, cap: int) -> dict[str, Any]:
    """`lower_if` and `higher_if` of a judged value; level: no higher than cap."""
    out: dict[str, Any] = {}
    unit, need, later = units(row)[0], threshold_of(row, level), next_of(row, level, cap)
    if not math.isnan(need):
        out["lower_if"] = {f"{unit}_below": round(need - float(row["band"]), 3)}
    if level >= 0 and math.isfinite(later - value):
        more = max(math.ceil((later - value) * 1000 - 0.001) / 1000, 0.0)
        out["higher_if"] = {f"{unit}_more": more}
    return out


def unjudged(why: Mapping[str, float], worst: int) -> dict[str, Any]:
    """`missing`, when the reading could not be judged for its flag."""
    if why["flag"] > worst:
        return {"missing": f"reading flagged {int(why['flag'])}, not judged"}
    return {}


def option(name: str, read: Callable[[], Any]) -> Any:
    """What an option says; its name is told when it cannot be read."""
    try:
        return read()
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
