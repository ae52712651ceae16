"""A camera's bearing of smoke, and who else has seen it: independent witnesses within a window.

    u = (sin b, cos b) from each camera on the local plane;  A + r1 u1 = B + r2 u2
    crossing: both ranges between `nearest` and `farthest`, and the angle between the bearings
              (as lines) at least `least_angle`
    witnesses = 1 (this camera) + crossing + flame at a node + a person's confirmation
    level = max{k : witnesses >= needed[k]};  one bearing alone is no level, whatever its count

Each witness counts for `window` after its last report. A person who says there is nothing
(confirmation 0) takes back a person's own earlier word, not what instruments say. Levels are
numbers of witnesses, {yellow: 2, red: 3}, 2 to 4: a camera alone must not warn the public
(practice asks for confirmation before public release).

Units: bearings in deg clockwise from true north; positions in degrees north and east; metres. The
plane is the equirectangular one about the midpoint of both cameras (WGS 84 radii of curvature):
against great circles it is some tens of metres off at 20 km. A bearing 1 deg off moves the
crossing by 17 m a km of range, more where the bearings meet at a sharp angle.

Cameras report what they see: between reports nothing is read, so that after the window the level
falls at the next good report, such as the bearing of another smoke, or a person's word.

>>> from tongluo.core.ports import Sensor
>>> table = np.zeros(1, PARAMS)
>>> two = Options(latitude=25.0, longitude=113.0, second_latitude=25.0, second_longitude=113.1)
>>> other = Sensor("bearing", 60_000, False)
>>> fill(table[0], two, {"yellow": 2}, Sensor("bearing", 60_000, False, others=(other,)))
>>> state = np.zeros(1, state_dtype(table))
>>> [step(table[0], state[0], port, 60_000, value, 1) for port, value in ((0, 45.0), (1, 315.0))]
[0, 2]
>>> [round(float(x), 3) for x in state[0]["why"][3:5]]
[25.046, 113.05]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.options import grades
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Port, Sensor
from tongluo.core.times import parse_duration
from tongluo.core.units import parse_value

SEMI_MAJOR, ECCENTRICITY2 = 6_378_137.0, 0.00669437999014  # WGS 84: m, square of eccentricity
FIRST, SECOND, NODE, PERSON = range(4)  # ports, and bits of the witnesses
RADIAN = math.pi / 180.0

PARAMS = np.dtype(
    [
        ("needed", "i8", (4,)),  # witnesses; 0 = no such level
        ("origin", "f8", (2,)),  # latitude, longitude of the first camera
        ("metres", "f8", (2,)),  # in a degree of latitude, of longitude
        ("apart", "f8", (2,)),  # from the first camera to the second, m north, m east; NaN = none
        ("nearest", "f8"),
        ("farthest", "f8"),
        ("least_sine", "f8"),
        ("window", "i8"),
        ("worst", "i8"),
    ],
    align=True,
)
WHY = (
    *("witnesses", "who", "bearing", "crossing_lat", "crossing_lon", "range_m", "second_range_m"),
    *("second_bearing", "needed", "next"),
)


class Options(_Options):
    """Options of a rule with this detector."""

    latitude: float | None = Field(default=None, ge=-85, le=85)
    """Of the first camera, degrees north."""
    longitude: float | None = Field(default=None, ge=-180, le=180)
    """Of the first camera, degrees east."""
    second_latitude: float | None = Field(default=None, ge=-85, le=85)
    """Of the second camera, degrees north."""
    second_longitude: float | None = Field(default=None, ge=-180, le=180)
    """Of the second camera, degrees east."""
    window: str = "15 min"
    """How long a witness counts after its last report."""
    nearest: str = "100 m"
    """Least plausible distance of smoke from a camera."""
    farthest: str = "20000 m"
    """Greatest plausible distance of smoke from a camera."""
    least_angle: float = Field(default=5.0, gt=0, lt=90)
    """Angle between the bearings, deg, below which they do not cross anywhere certain."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what in `levels` cannot be used."""
    row["needed"][:] = 0
    known = []
    for grade, witnesses in grades(levels):
        whole = isinstance(witnesses, int) and not isinstance(witnesses, bool)
        if not whole or not 2 <= witnesses <= 4:
            raise ValueError("a level is a number of witnesses from 2 to 4: one alone never warns")
        row["needed"][grade] = witnesses
        known.append(witnesses)
    if not known:
        raise ValueError("give at least one level")
    if known != sorted(set(known)):
        raise ValueError("numbers of witnesses must rise from blue to red")
    _places(row, options, bool(sensor.others) and sensor.others[0] is not None)
    row["nearest"] = parse_value(options.nearest, "water_depth")
    row["farthest"] = parse_value(options.farthest, "water_depth")
    row["least_sine"] = math.sin(options.least_angle * RADIAN)
    row["window"], row["worst"] = parse_duration(options.window), options.worst
    if not 0 <= row["nearest"] < row["farthest"] or row["window"] <= 0:
        raise ValueError("nearest must be less than farthest, and the window more than 0")


def _places(row: Any, options: Options, crossed: bool) -> None:
    """The second camera on the plane about the midpoint of both."""
    row["origin"][:], row["apart"][:] = math.nan, math.nan
    places = (options.latitude, options.longitude)
    second = (options.second_latitude, options.second_longitude)
    if not crossed:
        return
    if None in places or None in second:
        raise ValueError("a second camera's bearings cross only where both positions are given")
    (lat, lon), (lat2, lon2) = places, second
    assert lat is not None and lon is not None and lat2 is not None and lon2 is not None
    middle = (lat + lat2) / 2 * RADIAN
    w = 1.0 - ECCENTRICITY2 * math.sin(middle) * math.sin(middle)
    meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY2) / (w * math.sqrt(w))
    row["metres"][0] = meridian * RADIAN
    row["metres"][1] = SEMI_MAJOR / math.sqrt(w) * math.cos(middle) * RADIAN
    east = (lon2 - lon + 180.0) % 360.0 - 180.0
    row["origin"][:] = lat, lon
    row["apart"][:] = (lat2 - lat) * row["metres"][0], east * row["metres"][1]
    if math.hypot(row["apart"][0], row["apart"][1]) < 1.0:
        raise ValueError("both cameras stand at the same place: their bearings do not cross")


def longest(levels: Mapping[str, Any]) -> int:
    """The window is an option; a day holds any that makes sense."""
    return 86_400_000


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: the last report of each witness."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8", (4,)),  # time of the last good report; 0 = none yet
            ("said", "f8", (4,)),
            ("seen", "i8", (4,)),  # when it last said there is fire; 0 = never, or taken back
            ("range", "f8", (2,)),  # of the last crossing from each camera, m; NaN = none
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def recent(p: Any, s: Any, port: int, t: int) -> bool:
    """Whether a witness has told of fire within the window."""
    return bool(s["seen"][port] > 0 and abs(t - s["seen"][port]) <= p["window"])


@compiled
def cross(p: Any, s: Any) -> bool:
    """Where the two last bearings meet: writes the ranges, and says whether they are plausible."""
    one, two = s["said"][FIRST] * RADIAN, s["said"][SECOND] * RADIAN
    sine = math.sin(two - one)
    s["range"][0], s["range"][1] = math.nan, math.nan
    if math.isnan(p["apart"][0]) or abs(sine) < p["least_sine"]:
        return False
    north, east = p["apart"][0], p["apart"][1]
    first = (north * math.sin(two) - east * math.cos(two)) / sine
    second = (north * math.sin(one) - east * math.cos(one)) / sine
    s["range"][0], s["range"][1] = first, second
    low, high = min(first, second), max(first, second)
    return bool(p["nearest"] <= low and high <= p["farthest"])


@compiled
def witnesses_of(p: Any, s: Any, t: int) -> int:
    """Bits of those who agree: this camera, the crossing, a node, a person."""
    bits = 0
    if recent(p, s, FIRST, t):
        bits += 1 << FIRST
        if recent(p, s, SECOND, t) and cross(p, s):
            bits += 1 << SECOND
    for port in range(NODE, PERSON + 1):
        if recent(p, s, port, t):
            bits += 1 << port
    return bits


@compiled
def take(s: Any, port: int, t: int, value: float) -> None:
    """One good report."""
    s["last"][port], s["said"][port] = t, value
    if port <= SECOND or value >= 0.5:
        s["seen"][port] = t
    elif port == PERSON:  # a node's silence is not a word against the fire
        s["seen"][port] = 0


@compiled
def usable(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> bool:
    """Whether a report can be judged."""
    if flag > p["worst"] or t <= s["last"][port]:
        return False
    if port <= SECOND:
        return bool(0.0 <= value <= 360.0)
    return bool(0.0 <= value <= 1e6)


@compiled
def step(p: Any, s: Any, port: int, t: int, value: float, flag: int) -> int:
    """One report at a port. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before = level = s["level"]
    if usable(p, s, port, t, value, flag):
        take(s, port, t, value)
        bits, count = witnesses_of(p, s, t), 0
        for one in range(4):
            count += (bits >> one) & 1
        if bits & 1 == 0:  # without this camera's bearing the others are not its witnesses
            count = 0
        level = 0
        for grade in range(4):
            if p["needed"][grade] > 0 and count >= p["needed"][grade]:
                level = grade + 1
        if level != before:
            explain_into(p, s, level, count, bits)
    return int(level)


@compiled
def explain_into(p: Any, s: Any, level: int, count: int, bits: int) -> None:
    """Write the evidence: who agrees, and where the bearings cross."""
    why = s["why"]
    why[0], why[1], why[2] = count, bits, s["said"][FIRST]
    for k in range(3, 8):
        why[k] = math.nan
    if (bits >> SECOND) & 1:
        along = s["said"][FIRST] * RADIAN
        why[3] = p["origin"][0] + s["range"][0] * math.cos(along) / p["metres"][0]
        why[4] = p["origin"][1] + s["range"][0] * math.sin(along) / p["metres"][1]
        why[5], why[6], why[7] = s["range"][0], s["range"][1], s["said"][SECOND]
    why[8], why[9] = 0.0, 0.0
    for grade in range(3, -1, -1):
        if p["needed"][grade] > 0 and grade + 1 > level:
            why[9] = p["needed"][grade]
        if grade + 1 == level:
            why[8] = p["needed"][grade]


WHO = (("a node's flame sensor", "节点火焰传感器"), ("a person", "人工确认"))


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """Who has seen it, where, and what would have changed it."""
    out: dict[str, Any] = {}
    capped, bearing = int(row["needed"][:cap].max()), round(why["bearing"], 1)
    if why["needed"]:
        en, zh = [f"bearing {bearing:g}°"], [f"方位角{bearing:g}°"]
        if math.isfinite(why["crossing_lat"]):
            place = f"{why['crossing_lat']:.4f}, {why['crossing_lon']:.4f}"
            en.append(f"crossed by {why['second_bearing']:.1f}° at {place}")
            zh.append(f"与方位角{why['second_bearing']:.1f}°交会于{place}")
        for k, (name, zh_name) in enumerate(WHO):
            if int(why["who"]) >> (NODE + k) & 1:
                en.append(name)
                zh.append(zh_name)
        needed = int(min(why["needed"], capped))
        out["en"] = f"smoke seen by {int(why['witnesses'])} ({needed} needed): {'; '.join(en)}"
        out["zh"] = f"{int(why['witnesses'])}方发现烟火（需{needed}方）：{'；'.join(zh)}"
        out["lower_if"] = {"witnesses_below": needed}
    if why["next"] and why["next"] <= capped:
        out["higher_if"] = {"witnesses_more": int(why["next"] - why["witnesses"])}
    return out


DETECTOR = Detector(
    name="fire_camera",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("bearing",),
    ports=(
        Port("second", ("bearing",), optional=True),
        Port("node", ("flame",), optional=True),
        Port("person", ("confirmation",), optional=True),
    ),
)
