"""Quantities, their inner unit, and the units they may arrive in.

One table: quantity -> (inner unit, kind). Values are converted to the inner unit on arrival.
"""

from __future__ import annotations

import re

_LENGTH = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048}

KINDS: dict[str, dict[str, tuple[float, float]]] = {
    # kind: unit -> (factor, offset): inner = value * factor + offset, inner unit has (1, 0)
    "rain": {"mm": (1.0, 0.0), "cm": (10.0, 0.0), "m": (1000.0, 0.0), "in": (25.4, 0.0)},
    "height": {unit: (factor, 0.0) for unit, factor in _LENGTH.items()},
    "displacement": {unit: (factor * 1000.0, 0.0) for unit, factor in _LENGTH.items()},
    "flow": {"m3/s": (1.0, 0.0), "L/s": (0.001, 0.0), "ft3/s": (0.028316846592, 0.0)},
    "temperature": {
        "Cel": (1.0, 0.0),
        "C": (1.0, 0.0),
        "K": (1.0, -273.15),
        "degF": (5 / 9, -160 / 9),
    },
    "ratio": {"%": (1.0, 0.0), "%RH": (1.0, 0.0), "1": (100.0, 0.0)},
    "speed": {"m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0)},
    "angle": {"deg": (1.0, 0.0), "rad": (57.29577951308232, 0.0)},
    "concentration": {"ppm": (1.0, 0.0), "ppb": (0.001, 0.0)},
    "mass_concentration": {"ug/m3": (1.0, 0.0), "mg/m3": (1000.0, 0.0)},
    "pressure": {"kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "Pa": (0.001, 0.0)},
    "acceleration": {"mg": (1.0, 0.0), "g": (1000.0, 0.0), "m/s2": (1000.0 / 9.80665, 0.0)},
    "voltage": {"V": (1.0, 0.0), "mV": (0.001, 0.0)},
    "flag": {"": (1.0, 0.0)},
    "conductivity": {"uS/cm": (1.0, 0.0), "mS/cm": (1000.0, 0.0)},
    "turbidity": {"NTU": (1.0, 0.0), "FNU": (1.0, 0.0)},
    "displacement_rate": {"mm/d": (1.0, 0.0), "mm/h": (24.0, 0.0)},
    "height_rate": {"m/h": (1.0, 0.0), "cm/h": (0.01, 0.0)},
}

QUANTITIES: dict[str, tuple[str, str]] = {
    # quantity: (inner unit, kind)
    "rain": ("mm", "rain"),
    "stage": ("m", "height"),
    "tide": ("m", "height"),
    "reservoir_stage": ("m", "height"),
    "water_depth": ("m", "height"),
    "flow": ("m3/s", "flow"),
    "displacement": ("mm", "displacement"),
    "displacement_x": ("mm", "displacement"),
    "displacement_y": ("mm", "displacement"),
    "displacement_z": ("mm", "displacement"),
    "crack": ("mm", "displacement"),
    "tilt": ("deg", "angle"),
    "acceleration": ("mg", "acceleration"),
    "pore_pressure": ("kPa", "pressure"),
    "soil_moisture": ("%", "ratio"),
    "temperature": ("Cel", "temperature"),
    "humidity": ("%", "ratio"),
    "wind_speed": ("m/s", "speed"),
    "co": ("ppm", "concentration"),
    "pm25": ("ug/m3", "mass_concentration"),
    "pm25_around": ("ug/m3", "mass_concentration"),  # a mean of neighbours
    "flame": ("", "flag"),
    "bearing": ("deg", "angle"),  # from a camera, clockwise from north
    "confirmation": ("", "flag"),  # 1: a person has seen it, 0: a person says there is none
    "danger_class": ("", "flag"),  # 1 to 5, as issued for the day
    "battery": ("V", "voltage"),
    "conductivity": ("uS/cm", "conductivity"),
    "turbidity": ("NTU", "turbidity"),
    "displacement_rate": ("mm/d", "displacement_rate"),
    "stage_rate": ("m/h", "height_rate"),
}

_VALUE = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(\S*)\s*$")


def inner_unit(quantity: str) -> str:
    """The unit in which a quantity is kept and judged.

    >>> inner_unit("rain"), inner_unit("stage")
    ('mm', 'm')
    """
    return QUANTITIES[quantity][0]


def conversion(quantity: str, unit: str) -> tuple[float, float]:
    """(factor, offset) from `unit` to the quantity's inner unit; ValueError when it has no such.

    >>> conversion("stage", "cm")
    (0.01, 0.0)
    """
    kind = KINDS[QUANTITIES[quantity][1]]
    if unit not in kind:
        known = ", ".join(name for name in kind if name)
        raise ValueError(f"{unit!r} is not a unit of {quantity} (use one of: {known})")
    return kind[unit]


def parse_value(text: str, quantity: str) -> float:
    """A value written with its unit, in the quantity's inner unit.

    >>> parse_value("50 cm", "stage"), parse_value("-0.5 m", "stage")
    (0.5, -0.5)
    """
    match = _VALUE.match(text)
    if not match or (not match[2] and inner_unit(quantity)):
        raise ValueError(f"not a value with a unit: {text!r} (write '50 {inner_unit(quantity)}')")
    factor, offset = conversion(quantity, match[2])
    return round(float(match[1]) * factor + offset, 9)
