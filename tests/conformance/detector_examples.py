"""An example of each registered detector: its levels, its sensor, the values it may be given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.build import MINUTE, RAIN_LEVELS, STAGE_LEVELS
from tongluo.core.ports import Sensor

Values = Callable[[Any, Any], Any]
"""(dice, ms since the start) -> values."""


@dataclass(frozen=True)
class Example:
    levels: Any
    sensor: Sensor
    low: float
    high: float
    """Values between which the example's levels lie; `low` for days gives NONE."""
    options: dict[str, Any] = field(default_factory=dict)
    pace: int = MINUTE
    """ms from reading to reading of a series."""
    values: Values | None = None
    """Makes the values of the first series; default: waves between low and high."""
    ports: tuple[tuple[float, float], ...] = ()
    """(low, high) at each further port."""
    port_values: tuple[Values | None, ...] = ()
    seen: frozenset[int] = frozenset({-1, 0, 1, 2, 3, 4})
    """Levels that the example comes to."""


WORDS = ("blue", "yellow", "orange", "red")


def showers(dice: Any, since: Any) -> Any:
    """Rain on every fifth day, mm in 5 minutes."""
    return np.where(since // 86_400_000 % 5 == 3, np.round(1.5 * dice.random(len(since)), 3), 0.0)


def creeping(dice: Any, since: Any) -> Any:
    """mm: a slope that speeds up to 15 mm/d and stops again, every two days."""
    days = since / 86_400_000
    speed = 15 * np.maximum(np.sin(days * np.pi), 0)
    return np.cumsum(speed * np.diff(days, prepend=days[:1])) + dice.normal(0, 0.01, len(days))


def failing(dice: Any, since: Any) -> Any:
    """mm: every eight days a slope that fails by Voight's law, after three steady ones."""
    days = since / 86_400_000
    left = np.maximum(5 - np.maximum(days % 8 - 3, 0), 0.01)
    mm = 2 * np.minimum(days % 8, 3) + 10 * np.log(5 / left)
    return mm + (6 + 10 * np.log(500)) * (days // 8) + dice.normal(0, 0.02, len(days))


HOUR = 60 * MINUTE
SPEED: dict[str, Any] = {"window": "6 h", "points": 3, "k": 0, "persistence": "1 of 2"}
EXAMPLES = {
    "anomaly": Example(
        {"blue": 0.2, "yellow": 0.1, "orange": 0.03, "red": 0.01},
        Sensor("temperature", MINUTE, False),
        *(10.0, 40.0),
        {"learn": 20, "hold": "5 min"},
    ),
    "velocity_grades": Example(
        {
            "blue": {"velocity": "2 mm/d", "increment": {"12 h": "2 mm"}},
            "yellow": {"velocity": "5 mm/d"},
            "orange": {"velocity": "8 mm/d", "increment": {"12 h": "6 mm"}},
            "red": {"velocity": "12 mm/d"},
        },
        Sensor("displacement", HOUR, False),
        *(0.0, 20.0),
        SPEED,
        pace=HOUR,
        values=creeping,
    ),
    "tangent_angle": Example(
        {"blue": "45 deg", "yellow": "70 deg", "orange": "80 deg", "red": "85 deg"},
        Sensor("crack", HOUR, False),
        *(0.0, 20.0),
        SPEED | {"v0": "1 mm/d", "record": "A. B., 2024-03-01 to 2024-09-01"},
        pace=HOUR,
        values=creeping,
    ),
    "dynamic_rate": Example(
        {"blue": 0.5, "yellow": 1, "orange": 5, "red": 10},
        Sensor("displacement_z", HOUR, False),
        *(0.0, 20.0),
        SPEED | {"mean_rate": "0.5 mm/d", "std_rate": "0.2 mm/d", "record": "A. B."},
        pace=HOUR,
        values=creeping,
    ),
    "creep_with_rain": Example(
        {
            "blue": {"velocity": "2 mm/d"},
            "yellow": {"velocity": "5 mm/d"},
            "orange": {"velocity": "5 mm/d", "rain": {"6 h": "20 mm"}},
            "red": {"velocity": "10 mm/d", "rain": {"6 h": "30 mm"}},
        },
        Sensor("displacement", HOUR, False, others=(Sensor("rain", HOUR, False),)),
        *(0.0, 20.0),
        SPEED | {"rain_coverage": 0.6},
        pace=HOUR,
        values=creeping,
        ports=((0.0, 15.0),),
    ),
    "inverse_velocity": Example(
        {"blue": "5 d", "yellow": "30 h", "orange": "18 h", "red": "8 h"},
        Sensor("displacement", HOUR // 2, False),
        *(0.0, 20.0),
        {"short": "2 h", "long": "1 d", "persistence": "1 of 2"},
        pace=HOUR // 2,
        values=failing,
    ),
    "value_levels": Example(
        {"blue": "5 deg", "yellow": "10 deg", "orange": "15 deg", "red": "20 deg"},
        Sensor("tilt", MINUTE, False),
        *(0.0, 25.0),
        {"dead_band": "0.5 deg", "persistence": "2 of 3"},
    ),
    "critical_rain": Example(
        {
            grade: {
                "dry": {window: f"{float(rain[:-3]) + 1} mm" for window, rain in windows.items()},
                "wet": windows,
            }
            for grade, windows in RAIN_LEVELS.items()
        },
        Sensor("rain", MINUTE, False, 0.0, (Sensor("soil_moisture", MINUTE, False),)),
        0.0,
        3.0,
        options={"prepare": "yellow", "transfer": "orange"},
        ports=((0.0, 100.0),),
    ),
    "rain_forecast": Example(
        RAIN_LEVELS,
        Sensor("rain", MINUTE, False, 0.0, (Sensor("rain", MINUTE, False),)),
        0.0,
        3.0,
        options={"known_ahead": "0 h", "continuation": "2 min", "horizon": "1 h"},
        ports=((0.0, 0.5),),
    ),
    "rain_trigger_index": Example(
        {"blue": "60 mm", "yellow": "120 mm", "orange": "200 mm", "red": "300 mm"},
        Sensor("rain", 60 * MINUTE, False),
        0.0,
        40.0,
        options={"coverage": 0.6},
        pace=60 * MINUTE,
    ),
    "rain_windows": Example(RAIN_LEVELS, Sensor("rain", MINUTE, False), 0.0, 3.0),
    "stage_levels": Example(STAGE_LEVELS, Sensor("stage", MINUTE, False), -1.0, 5.0),
    "fire_weather_index": Example(
        {"blue": 2, "yellow": 5, "orange": 10, "red": 20},
        Sensor("temperature", 3_600_000, False),
        *(-20.0, 35.0),
        {"coverage": 0.5},
        pace=3_600_000,
        ports=((100.0, 15.0), (0.0, 20.0), (0.0, 0.1)),
    ),
    "antecedent_rain": Example(
        {"blue": "20 mm", "yellow": "40 mm", "orange": "60 mm", "red": "80 mm"},
        Sensor("rain", 5 * MINUTE, False),
        *(0.0, 1.5),
        {"k": 0.3, "days": 2, "coverage": 0.65},
        pace=5 * MINUTE,
        values=showers,
    ),
    "rain_curve": Example(
        {w: {"a": a, "b": -0.4} for w, a in zip(WORDS, (5, 20, 60, 90), strict=True)},
        Sensor("rain", MINUTE, False),
        *(0.0, 3.0),
        {"gap": "1 h", "coverage": 0.5},
    ),
    "rain_line": Example(
        {
            w: {"intercept": f"{mm} mm", "slope": 0.5}
            for w, mm in zip(WORDS, (10, 25, 35, 45), strict=True)
        },
        Sensor("rain", MINUTE, False),
        *(0.0, 3.0),
        {"recent": "20 min", "before": "1 h", "cell": "5 min", "coverage": 0.5},
    ),
    "soil_water_index": Example(
        {"blue": "30 mm", "yellow": "60 mm", "orange": "80 mm", "red": "100 mm"},
        Sensor("rain", 5 * MINUTE, False),
        *(0.0, 1.5),
        {"warm_up": "2 d", "coverage": 0.65},
        pace=5 * MINUTE,
        values=showers,
    ),
    "fire_weather_grade": Example(
        {"blue": 20, "yellow": 62, "orange": 63, "red": 70},
        Sensor("temperature", 3_600_000, False),
        *(-20.0, 35.0),
        {"coverage": 0.7, "rain_day": "0.5 mm", "carry": 0},
        pace=3_600_000,
        ports=((100.0, 15.0), (0.0, 20.0), (0.5, 0.0)),
    ),
    "rate_of_rise": Example(
        {
            "blue": {"10 min": "0.5 m", "1 h": "1 m"},
            "yellow": {"10 min": "1 m"},
            "orange": {"10 min": "1.5 m", "1 h": "2 m"},
            "red": {"10 min": "2.5 m"},
        },
        Sensor("stage", MINUTE, False),
        *(0.0, 5.0),
        {"coverage": 0.6, "dead_band": "0.1 m"},
    ),
    "stuck": Example(
        {"blue": "5 min", "yellow": "10 min", "orange": "15 min", "red": "20 min"},
        Sensor("stage", MINUTE, False),
        0.0,
        3.0,
        options={"still_below": "0 m", "tolerance": "0.001 m"},
        values=lambda dice, since: np.repeat(
            np.round(dice.random(len(since)), 3), dice.choice([1, 9, 17, 40], len(since))
        )[: len(since)],
        seen=frozenset({0, 1, 2, 3, 4}),  # what has moved once is never UNKNOWN again
    ),
    "time_to_level": Example(
        {w: {"level": f"{n + 1} m", "within": "1 h"} for n, w in enumerate(WORDS)},
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {"window": "1 h"},
    ),
    "stage_outlook": Example(
        STAGE_LEVELS,
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {
            "sigma": "0.2 m",
            "age": "30 min",
            "terms": [
                {"of": "own", "weight": 0.8},
                {"of": "upstream1", "weight": 0.3, "lag": "10 min"},
                {"of": "rain1", "weight": 0.02, "window": "30 min"},
            ],
        },
        ports=(*[(-1.0, 5.0)] * 4, *[(0.0, 3.0)] * 2),
    ),
    "surge_residual": Example(
        STAGE_LEVELS,
        Sensor("tide", MINUTE, False),
        *(-1.0, 5.0),
        {
            "of": "total",
            "ahead": "2 h",
            "smooth": "2 min",
            "constituents": [
                {"name": "M2", "speed_deg_h": 28.984, "amplitude": "10 cm", "phase_deg": 30}
            ],
        },
    ),
    "discharge_levels": Example(
        {w: f"{q} m3/s" for w, q in zip(WORDS, (10, 40, 90, 160), strict=True)},
        Sensor("stage", MINUTE, False),
        *(-1.0, 5.0),
        {"rating_m_m3s": [(n, 10 * n * n) for n in range(5)]},
    ),
    "gate_release": Example(
        {w: f"{q} m3/s" for w, q in zip(WORDS, (50, 100, 200, 300), strict=True)},
        Sensor("flow", MINUTE, False),
        *(50.0, 500.0),
        {"window": "1 h"},
    ),
    "fire_node": Example(
        {"blue": 1, "yellow": 2, "orange": 3, "red": 4},
        Sensor(
            "co",
            MINUTE,
            False,
            others=(
                None,
                *(Sensor(q, MINUTE, False) for q in ("pm25", "temperature", "humidity", "flame")),
                Sensor("danger_class", MINUTE, False),
                None,
            ),
        ),
        *(0.5, 60.0),
        {"settle": "30 min", "samples": 1, "fog": 95.0},
        ports=((0.5, 0.5), (20, 600), (15, 60), (80, 30), (0, 0.6), (1, 1), (20, 20)),
    ),
    "fire_camera": Example(
        {"yellow": 2, "orange": 3, "red": 4},
        Sensor("bearing", MINUTE, False, others=(Sensor("bearing", MINUTE, False), None, None)),
        *(60.0, 30.0),
        {"latitude": 25.0, "longitude": 113.0, "second_latitude": 25.0, "second_longitude": 113.1},
        ports=((60.0, 360.0), (0.0, 1.0), (0.0, 1.0)),
        seen=frozenset({0, 2, 3, 4}),
    ),
}
