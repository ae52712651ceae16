"""Any quantity against four levels, upwards or downwards, with a dead band and persistence.

    up:    reached = max{k : v >= threshold[k]},  held while v >= threshold[k] - dead_band
    down:  reached = max{k : v <= threshold[k]},  held while v <= threshold[k] + dead_band
    level = the highest that n of the last m good readings came to

For crack opening, tilt, acceleration, pore pressure, soil moisture, wind, temperature, voltage and
whatever else is judged by its present value. Units: those of the quantity (a height is shifted to
the thresholds' datum). Thresholds rise from blue to red, with `direction: down` they fall.
Limits: it judges present values only; values beyond 1e6 of the unit are not judged.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> fill(table[0], Options(persistence="2 of 3", dead_band="1 mm"),
...      {"yellow": "10 mm", "red": "20 mm"}, Sensor("crack", 300_000, False))
>>> state = np.zeros(1, state_dtype(table))
>>> out = []
>>> for t, v in enumerate([3.0, 99.0, 4.0, 11.0, 12.0, 9.5, 9.5, 8.0, 8.0], 1):
...     state[0]["level"] = step(table[0], state[0], t, v, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, 0, 0, 2, 2, 2, 2, 2, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from detectors.options import Options as _Options
from detectors.options import grades, kept
from detectors.rates import PERSIST, UNITS, next_of, parse_persistence, threshold_of, unit_code
from detectors.trend import fresh, persist, persist_fields
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.units import conversion, parse_value

PARAMS = np.dtype(
    [
        ("threshold", "f8", (4,)),  # times sign, so that higher is always worse
        ("band", "f8"),
        ("sign", "f8"),
        ("shift", "f8"),
        *PERSIST,
        ("unit", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)
DUST = 1e-6  # sums of decimal values carry binary dust
WHY = ("level", "value", "threshold", "next_threshold", "flag")


class Options(_Options):
    """Options of a rule with this detector."""

    direction: Literal["up", "down"] = "up"
    """Whether high or low values are dangerous."""
    dead_band: str = ""
    """How far back behind a threshold the value must go for its level to end, like "0.5 deg";
    empty: not at all."""
    persistence: str = "1 of 1"
    """How many of the last good readings must come to a level before it is told, or let go."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    sign = 1.0 if options.direction == "up" else -1.0
    row["threshold"][:] = math.nan
    known = []
    for grade, text in grades(levels):
        if not isinstance(text, str):
            raise ValueError(f"a level threshold needs its unit, like '5 {_unit(sensor)}'")
        row["threshold"][grade] = sign * parse_value(text, sensor.quantity)
        known.append(row["threshold"][grade])
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        way = "rise" if sign > 0 else "fall"
        raise ValueError(f"thresholds must {way} from blue to red")
    row["band"] = _difference(options.dead_band, sensor.quantity) if options.dead_band else 0.0
    row["least"], row["of"] = parse_persistence(options.persistence)
    row["sign"], row["shift"], row["worst"] = sign, sensor.shift, options.worst
    row["unit"] = unit_code(sensor.quantity)


def _unit(sensor: Sensor) -> str:
    return UNITS[unit_code(sensor.quantity)]


def _difference(text: str, quantity: str) -> float:
    """A difference of two values: without the offset that some units have (20 K are 20 Cel)."""
    value = parse_value(text, quantity)
    unit = text.strip().lstrip("-0123456789.").strip()
    value -= conversion(quantity, unit)[1]
    if value < 0:
        raise ValueError(f"dead_band: must not be less than 0: {text!r}")
    return value


def longest(levels: Mapping[str, Any]) -> int:
    """No window: 0 ms."""
    return 0


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the level, its evidence and the last judgements."""
    return np.dtype(
        [("level", "i8"), ("last", "i8"), ("why", "f8", (len(WHY),)), *persist_fields()],
        align=True,
    )


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One value. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = s["level"]
    if not fresh(p, s, t, value, flag):
        level = kept(before)
    else:
        s["last"] = t
        v = (value + p["shift"]) * p["sign"] + DUST
        reached = held = 0
        for grade in range(4):
            if v >= p["threshold"][grade]:
                reached = grade + 1
            if v >= p["threshold"][grade] - p["band"]:
                held = grade + 1
        level = persist(p, s, before, reached, held)
    if level != before:
        why = s["why"]
        why[0], why[1], why[4] = level, value + p["shift"], flag
        why[2] = why[3] = math.nan
        for grade in range(3, -1, -1):
            need = p["threshold"][grade]
            if not math.isnan(need):
                if grade + 1 <= level and math.isnan(why[2]):
                    why[2] = need * p["sign"]
                if grade + 1 > level:
                    why[3] = need * p["sign"]
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """What was measured, what it was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    level, unit, sign = min(int(why["level"]), cap), UNITS[int(row["unit"])], float(row["sign"])
    need, later = threshold_of(row["threshold"], level), next_of(row["threshold"], level, cap)
    times = f"{int(row['least'])} of {int(row['of'])}"
    if level >= 1:
        value = round(why["value"], 6)
        out["en"] = f"{value:g} {unit} (threshold {need * sign:g} {unit}, {times} readings)"
        out["zh"] = f"读数{value:g} {unit}（阈值{need * sign:g} {unit}）"
        side = "below" if sign > 0 else "above"
        out["lower_if"] = {
            f"value_{side}": round((need - float(row["band"])) * sign, 6),
            "unit": unit,
            "readings": times,
        }
    if level >= 0 and math.isfinite(later):
        out["higher_if"] = {"value": later * sign, "unit": unit, "readings": times}
    if why["flag"] > row["worst"]:
        out["missing"] = f"reading flagged {int(why['flag'])}, not judged"
    return out


DETECTOR = Detector(
    name="value_levels",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    shape="value",
)
