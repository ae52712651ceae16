"""An invented county of 1,000 stations in which nearly every method is at work, as stations.yaml.

Per 20 of scale: 550 rain gauges, 200 river gauges, 20 tide gauges, 20 reservoirs, 100 slopes with
GNSS or a crack gauge, 60 with tilt or pore pressure, 50 weather stations. Every rain gauge is
judged by sums (with lower thresholds on wet ground), by 15 days' effective rain, and by one of five
landslide methods, as the area has chosen; every series that can be tested is tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START = 1_577_836_800_000  # 2020-01-01T00:00Z
TEN = 10
Rules = list[dict[str, Any]]

PROFILES: dict[str, dict[str, Any]] = {
    "rain": {"unit": "mm", "cadence": "5 min", "range": {"fail": ["0 mm", "60 mm"]}},
    "stage": {"unit": "m", "datum": "local", "cadence": "5 min"},
    "stage10": {"quantity": "stage", "unit": "m", "datum": "local", "cadence": "10 min"},
    "tide": {"unit": "m", "datum": "local", "cadence": "10 min"},
    "reservoir_stage": {"unit": "m", "datum": "local", "cadence": "5 min"},
    "flow": {"unit": "m3/s", "cadence": "10 min"},
    "displacement_x": {"unit": "mm", "cadence": "1 h"},
    "displacement_y": {"unit": "mm", "cadence": "1 h"},
    "displacement_z": {"unit": "mm", "cadence": "1 h"},
    "crack": {"unit": "mm", "cadence": "1 h"},
    "tilt": {"unit": "deg", "cadence": "10 min"},
    "pore_pressure": {"unit": "kPa", "cadence": "10 min"},
    "temperature": {"unit": "Cel", "cadence": "1 h"},
    "humidity": {"unit": "%", "cadence": "1 h"},
    "wind_speed": {"unit": "m/s", "cadence": "1 h"},
    "hourly": {"quantity": "rain", "name": "hourly", "unit": "mm", "cadence": "1 h"},
}
SILENCE = {"5 min": "1 h", "10 min": "2 h", "1 h": "6 h"}
KINDS: list[tuple[str, int, tuple[str, ...]]] = [
    # stations of 1,000, and what they measure
    ("R", 550, ("rain",)),
    ("Z", 100, ("stage",)),
    ("Y", 100, ("stage10",)),
    ("T", 20, ("tide",)),
    ("V", 20, ("reservoir_stage", "flow")),
    ("G", 60, ("displacement_x", "displacement_y", "displacement_z")),
    ("C", 40, ("crack",)),
    ("L", 30, ("tilt",)),
    ("P", 30, ("pore_pressure",)),
    ("W", 50, ("temperature", "humidity", "wind_speed", "hourly")),
]
AREA = {"R": 10, "Z": 5, "Y": 5, "T": 5, "V": 1, "G": 4, "C": 4, "L": 5, "P": 5, "W": 5}
"""Stations that speak for one area."""
SLOPE = {"window": "24 h", "points": 4, "persistence": "2 of 3"}


def levels(blue: Any, yellow: Any, orange: Any, red: Any, unit: str = "") -> dict[str, Any]:
    """The four levels; a number gets the unit."""
    words = zip(("blue", "yellow", "orange", "red"), (blue, yellow, orange, red), strict=True)
    return {w: f"{x} {unit}" if unit and not isinstance(x, dict) else x for w, x in words}


SUMS = {
    "blue": {"1 h": "35 mm", "3 h": "55 mm", "6 h": "70 mm", "24 h": "100 mm"},
    "yellow": {"1 h": "45 mm", "3 h": "75 mm", "6 h": "95 mm", "24 h": "130 mm"},
    "orange": {"1 h": "60 mm", "3 h": "100 mm", "6 h": "120 mm", "24 h": "160 mm"},
    "red": {"1 h": "80 mm", "3 h": "120 mm", "6 h": "150 mm", "24 h": "200 mm"},
}
LEVELS: dict[str, Any] = {
    "sums": SUMS,
    "by_ground": {w: {"dry": {k: f"{float(v[:-3]) + 10} mm" for k, v in s.items()}, "wet": s}
                  for w, s in SUMS.items()},
    "effective": levels(110, 140, 180, 220, "mm"),
    "tanks": levels(90, 110, 140, 180, "mm"),
    "curve": {w: {"a": a, "b": -0.4} for w, a in
              (("blue", 30), ("yellow", 45), ("orange", 60), ("red", 90))},
    "line": {w: {"intercept": f"{mm} mm", "slope": 0.2} for w, mm in
             (("blue", 110), ("yellow", 140), ("orange", 180), ("red", 220))},
    "trigger": levels(60, 120, 200, 300, "mm"),
    "heights": levels(3, 3.5, 4, 5, "m"),
    "rises": levels(*({"1 h": f"{x} m", "3 h": f"{2 * x} m"} for x in (0.6, 0.9, 1.3, 1.8))),
    "ahead": levels(*({"level": f"{m} m", "within": "2 h"} for m in (3, 3.5, 4, 5))),
    "discharge": levels(90, 130, 180, 250, "m3/s"),
    "release": levels(60, 100, 200, 300, "m3/s"),
    "crest": levels(98, 99, 100, 101, "m"),
    "above_crest": levels(0.1, 0.3, 0.5, 1, "m"),
    "sea": levels(2.6, 2.9, 3.2, 3.6, "m"),
    "rare": levels(1e-3, 3e-4, 1e-4, 1e-5),
    "still": levels("2 d", "4 d", "8 d", "16 d"),
    "speed": levels(*({"velocity": f"{v} mm/d"} for v in (5, 10, 20, 50))),
    "angle": levels(45, 80, 83, 85, "deg"),
    "ratio": levels(2, 4, 8, 16),
    "failure": levels("10 d", "5 d", "2 d", "12 h"),
    "wet_creep": levels({"velocity": "5 mm/d"}, {"velocity": "10 mm/d"},
                        {"velocity": "10 mm/d", "rain": {"24 h": "50 mm"}},
                        {"velocity": "30 mm/d", "rain": {"24 h": "100 mm"}}),
    "leaning": levels(2, 3, 4, 5, "deg"),
    "pressure": levels(60, 70, 80, 90, "kPa"),
    "fwi": levels(15, 25, 35, 50),
    "grade": levels(65, 75, 85, 95),
}  # fmt: skip
LOCAL = ("heights", "rises", "ahead", "discharge", "rare", "still", "crest", "sea")
"""Sets of stations whose heights are counted from a zero."""
RECORD = "invented, 2019-03-01 to 2019-09-01"

TIDES = [
    {"name": "M2", "speed_deg_h": 28.9841042, "amplitude": "0.8 m", "phase_deg": 30},
    {"name": "S2", "speed_deg_h": 30.0, "amplitude": "0.3 m", "phase_deg": 60},
    {"name": "K1", "speed_deg_h": 15.0410686, "amplitude": "0.4 m", "phase_deg": 90},
    {"name": "O1", "speed_deg_h": 13.9430356, "amplitude": "0.3 m", "phase_deg": 120},
]
OUTLOOK = [
    {"of": "own", "weight": 0.8},
    {"of": "upstream1", "weight": 0.2, "lag": "1 h"},
    {"of": "rain1", "weight": 0.01, "window": "6 h"},
]
RATING = [[n / 2, 10 * (n / 2) ** 2] for n in range(13)]
RULES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    # areas (a letter, or letter:remainder of its number by five), hazard, detector, levels, further
    ("R", "flash_flood", "rain_windows", "sums",
     {"id": "flash", "sensors": ["rain"], "votes": {"orange": 2, "red": 2}}),
    ("R", "rainstorm", "rain_windows", "sums", {"sensors": ["areal"]}),
    ("R", "wet_soil", "antecedent_rain", "effective", {"sensors": ["rain"]}),
    ("R:0", "landslide", "soil_water_index", "tanks", {"sensors": ["rain"]}),
    ("R:1", "landslide", "rain_curve", "curve", {"sensors": ["rain"]}),
    ("R:2", "landslide", "rain_line", "line", {"sensors": ["rain"]}),
    ("R:3", "landslide", "critical_rain", "by_ground", {"sensors": ["rain"]}),
    ("R:4", "debris_flow", "rain_trigger_index", "trigger", {"sensors": ["rain"]}),
    ("ZY", "river_flood", "stage_levels", "heights", {"options": {"dead_band": "0.1 m"}}),
    ("ZY", "river_flood", "rate_of_rise", "rises", {}),
    ("ZY", "river_flood", "time_to_level", "ahead", {}),
    ("Z:0", "river_flood", "stage_outlook", "heights",
     {"inputs": {"upstream1": "Z9/stage", "rain1": "R0/rain"},
      "options": {"terms": OUTLOOK, "sigma": "0.1 m"}}),
    ("Z:1", "river_flood", "discharge_levels", "discharge", {"options": {"rating_m_m3s": RATING}}),
    ("Z:2", "river_flood", "anomaly", "rare", {"cap_level": "blue"}),
    ("Y:1", "river_flood", "stuck", "still", {"cap_level": "blue"}),
    ("V", "river_flood", "stage_levels", "crest", {"quantity": "reservoir_stage"}),
    ("V", "river_flood", "stage_levels", "above_crest", {"quantity": "water_depth"}),
    ("V", "river_flood", "gate_release", "release", {"quantity": "flow"}),
    ("T", "storm_surge", "surge_residual", "sea",
     {"quantity": "tide", "options": {"of": "total", "constituents": TIDES}}),
    ("G", "landslide", "velocity_grades", "speed", {"quantity": "displacement", "options": SLOPE}),
    ("G", "landslide", "dynamic_rate", "ratio",
     {"quantity": "displacement_z",
      "options": SLOPE | {"mean_rate": "2 mm/d", "std_rate": "1 mm/d", "record": RECORD}}),
    ("G", "landslide", "inverse_velocity", "failure", {"quantity": "displacement"}),
    ("C", "landslide", "tangent_angle", "angle",
     {"quantity": "crack", "options": SLOPE | {"v0": "2 mm/d", "record": RECORD}}),
    ("C", "landslide", "creep_with_rain", "wet_creep",
     {"quantity": "crack", "inputs": {"rain": "R1/rain"}, "options": SLOPE}),
    ("L", "landslide", "value_levels", "leaning",
     {"quantity": "tilt", "options": {"dead_band": "0.5 deg", "persistence": "2 of 3"}}),
    ("P", "landslide", "value_levels", "pressure", {"quantity": "pore_pressure"}),
    ("P:0", "landslide", "anomaly", "rare", {"quantity": "pore_pressure", "cap_level": "blue"}),
    ("W", "fire_danger", "fire_weather_index", "fwi", {"quantity": "temperature"}),
    ("W", "fire_danger", "fire_weather_grade", "grade", {"quantity": "temperature"}),
]  # fmt: skip
QUANTITY = {"R": "rain", "Z": "stage", "Y": "stage"}
CHAINS = [
    {"id": "wet-ground", "when": [{"hazard": "wet_soil", "level": "blue"}],
     "lower": {"rules": ["flash"], "by": 0.8}, "why": "前期降雨", "why_en": "the ground is wet"},
    *({"id": f"downstream{n}", "when": [{"hazard": "river_flood", "level": "orange",
       "area": f"AZ{n}"}], "areas": [f"AZ{n + 1}"], "warn": {"hazard": "river_flood",
       "level": "blue"}, "travel": "2 h", "why": "上游来水", "why_en": "the flood comes down"}
      for n in range(3)),
]  # fmt: skip


def count(kind: str, scale: int) -> int:
    """Stations of a kind; scale 20 = 1,000 in all."""
    return next(n for k, n, _ in KINDS if k == kind) * scale // 20


def document(scale: int = 20) -> dict[str, Any]:
    """The whole file."""
    return {
        "site": {"name": "县", "name_en": "County", "synthetic": True,
                 "sender": {"id": "bench@example.org", "name": "县", "name_en": "County"}},
        "time": {"clock": "stream", "tick": "1 min"},
        "profiles": {name: profile(name, said) for name, said in PROFILES.items()},
        "thresholds": {name: _set(name, said) for name, said in LEVELS.items()},
        "stations": list(_stations(scale)),
        "areas": list(_areas(scale)),
        "rules": list(_rules(scale)),
        "chains": CHAINS,
        "policies": [{"by": "bench", "channels": ["record"], "from_level": "yellow"}],
        "channels": {"record": {"kind": "recording"}},
    }  # fmt: skip


def profile(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """A kind of sensor, tested by what it has shown to be usual."""
    return {"quantity": name, "silence": SILENCE[said["cadence"]], "quality": {}} | said


def _set(name: str, said: dict[str, Any]) -> dict[str, Any]:
    datum = {"datum": "local"} if name in LOCAL else {}
    return {"source": {"who": "bench"}, "levels": said, **datum}


def _stations(scale: int) -> Iterator[dict[str, Any]]:
    for kind, _, profiles in KINDS:
        for n in range(count(kind, scale)):
            at = [22 + n / 1000, 112 + n % 7 / 100]
            said = {"id": f"{kind}{n}", "name": f"{kind}{n}", "at": at}
            yield {**said, "sensors": [*_sensors(kind, n, profiles, count(kind, scale))]}
    for n in range(count("R", scale) // TEN):
        yield {"id": f"B{n}", "name": f"B{n}", "at": [22.1, 112.1], "sensors": [*_basin(n)]}


def _sensors(kind: str, n: int, profiles: tuple[str, ...], of: int) -> Iterator[dict[str, Any]]:
    near = [m for m in (n - 1, n + 1) if 0 <= m < of]
    for one in profiles:
        name = PROFILES[one].get("name", PROFILES[one].get("quantity", one))
        beside = {"neighbours": [f"{kind}{m}/{name}" for m in near]}
        yield {"profile": one, **({"quality": beside} if kind in "RW" and n % 2 else {})}
    if kind == "V":
        yield {"quantity": "water_depth", "cadence": "5 min", "silence": "1 h", "derived": {
            "method": "linear", "of": [f"V{n}/reservoir_stage"], "plus": "-98 m"}}  # fmt: skip
    if kind == "G":
        of_three = [f"G{n}/displacement_{axis}" for axis in "xyz"]
        yield {"quantity": "displacement", "cadence": "1 h", "silence": "6 h",
               "derived": {"method": "resultant", "of": of_three}}  # fmt: skip
    if kind == "Z" and n % 2:
        yield {"quantity": "stage_rate", "cadence": "5 min", "silence": "1 h", "derived": {
            "method": "rate", "of": [f"Z{n}/stage"], "over": "1 h"}}  # fmt: skip


def _basin(n: int) -> Iterator[dict[str, Any]]:
    gauges = [f"R{m}/rain" for m in range(n * TEN, (n + 1) * TEN)]
    areal = {"method": "weighted_mean", "of": gauges, "weights": "inverse_distance"}
    today = {"method": "since", "of": gauges[:1], "at": "08:00"}
    for name, cadence, how in (("areal", "10 min", areal), ("today", "5 min", today)):
        yield {"quantity": "rain", "name": name, "cadence": cadence, "silence": "2 h",
               "derived": how}  # fmt: skip


def _areas(scale: int) -> Iterator[dict[str, Any]]:
    for kind, _, _ in KINDS:
        for n in range(count(kind, scale) // AREA[kind]):
            stations = [f"{kind}{n * AREA[kind] + k}" for k in range(AREA[kind])]
            if kind == "R":
                stations.append(f"B{n}")
            yield {"id": f"A{kind}{n}", "name": f"{kind}{n}", "name_en": f"{kind}{n}",
                   "people": 100, "circle": {"centre": [22, 112], "radius_km": 1},
                   "stations": stations}  # fmt: skip


def _rules(scale: int) -> Iterator[dict[str, Any]]:
    for where, hazard, detector, given, more in RULES:
        kinds, _, part = where.partition(":")
        areas = [f"A{kind}{n}" for kind in kinds for n in range(count(kind, scale) // AREA[kind])
                 if not part or n % 5 == int(part)]  # fmt: skip
        usual = {"id": f"{detector}-{where.replace(':', '')}-{given}", "hazard": hazard}
        usual |= {"quantity": QUANTITY.get(kinds[0], ""), "areas": areas}
        yield usual | {"detector": detector, "thresholds": given} | more


def write(folder: Path, scale: int = 20) -> Path:
    """The file; JSON is YAML."""
    path = folder / "stations.yaml"
    path.write_text(json.dumps(document(scale), ensure_ascii=False), encoding="utf-8")
    return path
