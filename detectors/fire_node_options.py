"""Parameters of `fire_node`: which sensor plays which role, and what counts as a sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.options import grades
from tongluo.core.ports import Sensor
from tongluo.core.times import parse_duration
from tongluo.core.units import parse_value

ROLES = ("co", "pm25", "temperature", "humidity", "flame", "danger", "neighbours")
CO, PM, TEMPERATURE, HUMIDITY, FLAME, DANGER, NEIGHBOURS = range(7)
SIGNS = 5  # the first five roles are signs of fire
PARAMS = np.dtype(
    [
        ("needed", "i8", (4,)),  # signs; 0 = no such level
        ("role", "i8", (8,)),  # of each port, the judged series first
        ("here", "i8", (7,)),  # 1: something stands in this role
        ("cadence", "i8", (7,)),
        ("rise", "f8", (7,)),
        ("deviations", "f8"),
        ("samples", "i8"),
        ("window", "i8"),
        ("fog", "f8"),
        ("common", "f8"),
        ("less", "i8", (10,)),  # by danger class
        ("danger_age", "i8"),
        ("learn", "i8"),
        ("relearn", "i8"),
        ("settle", "i8"),
        ("zone", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)


class Options(_Options):
    """Options of a rule with this detector."""

    co_rise: str = "3 ppm"
    """Least rise of CO above its baseline."""
    pm25_rise: str = "100 ug/m3"
    """Least rise of smoke above its baseline."""
    humidity_drop: str = "10 %"
    """Least drop of humidity below its baseline."""
    temperature_rate: float = Field(default=5.0, gt=0)
    """Rise of temperature from reading to reading, Cel/min."""
    deviations: float = Field(default=6.0, ge=0)
    """How many mean absolute deviations of its hour a rise or drop must also be."""
    samples: int = Field(default=2, ge=1)
    """Readings on end for which a sign must hold."""
    window: str = "10 min"
    """How long a sign counts after it held last, so that several may meet."""
    fog: float = Field(default=90.0, gt=0)
    """Humidity, %, above which smoke does not count."""
    common: float = Field(default=0.5, gt=0)
    """Share of the node's smoke that, found at its neighbours, makes it fog or dust."""
    needed_less: dict[int, int] = Field(default={})
    """Signs fewer than the levels say, by danger class (1 to 5): {5: 1}."""
    danger_age: str = "36 h"
    """How long a danger class holds."""
    learn: str = "14 d"
    """Time constant of the baselines."""
    relearn: str = "12 h"
    """How long a standing level keeps the baselines as they are."""
    settle: str = "6 h"
    """Readings a series needs before its sign can be told."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["needed"][:] = 0
    known = []
    for grade, signs in grades(levels):
        if isinstance(signs, bool) or not isinstance(signs, int) or not 1 <= signs <= SIGNS:
            raise ValueError(f"a level is a number of signs from 1 to {SIGNS}")
        row["needed"][grade] = signs
        known.append(signs)
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError("numbers of signs must rise from blue to red")
    _roles(row, sensor)
    row["rise"][CO] = parse_value(options.co_rise, "co")
    row["rise"][PM] = row["rise"][NEIGHBOURS] = parse_value(options.pm25_rise, "pm25")
    row["rise"][HUMIDITY] = parse_value(options.humidity_drop, "humidity")
    row["rise"][TEMPERATURE], row["rise"][FLAME] = options.temperature_rate, 0.5
    for danger, less in options.needed_less.items():
        if not 0 <= danger <= 9 or less < 0:
            raise ValueError("needed_less: a danger class is 0 to 9, and fewer is 0 or more")
        row["less"][danger] = less
    for name in ("window", "danger_age", "learn", "relearn", "settle"):
        row[name] = parse_duration(getattr(options, name))
        if row[name] <= 0:
            raise ValueError(f"{name} must be more than 0")
    for name in ("deviations", "samples", "fog", "common", "worst"):
        row[name] = getattr(options, name)
    row["zone"] = sensor.zone


def _roles(row: Any, sensor: Sensor) -> None:
    """Which role stands at which port; the judged series is named by its quantity."""
    row["role"][0] = ROLES.index(sensor.quantity)
    row["role"][1:] = range(len(ROLES))
    for port, one in enumerate([sensor, *sensor.others]):
        if one is not None:
            role = int(row["role"][port])
            row["here"][role], row["cadence"][role] = 1, max(one.cadence, 1)
    if row["here"][:SIGNS].sum() < 2:
        raise ValueError(f"connect at least two of {', '.join(ROLES[:SIGNS])}")
