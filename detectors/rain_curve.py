"""Rain of an event against a power law of its duration: intensity-duration, event-duration.

    of: intensity    I >= a D^b   I = E / D, mm/h    D = hours since the event began
    of: amount       E >= a D^b   E = rain since the event began, mm

Use: shallow landslides and debris flows, with the curve of the place or region.

Caine (1980): I = 14.82 D^-0.39, D 0.167 to 240 h; Guzzetti et al. (2008): I = 2.20 D^-0.44, D 0.1
to 1000 h; Seattle (U.S. Geological Survey): I = 82.73 D^-1.13, D to 60 h, events parted by 3 h. A
level is written {a: 14.82, b: -0.39}, with I in mm/h, E in mm and D in hours.

An event begins with the time that its first wet reading stands for, and the next wet reading after
`gap` without known rain begins another. The curve is looked at with each wet reading, D being the
time from the beginning to it: below `shortest` nothing is judged yet; beyond `longest` the curve
says nothing, so that NONE is not told. A level reached is kept until readings that say "dry" add up
to `gap` since the last rain: that ends the event, and the level with it.

NONE is told once the beginning is known: `gap` of dry readings has been seen, and since then (and
in the `gap` before the event) readings left out no more than the share (1 - `coverage`) of the
time. A reading that cannot be judged adds nothing and ends nothing.

Units: mm, h. Limits: the mean from the beginning only: a burst late in a long drizzle is judged by
the whole event's mean (a second rule with a shorter `gap` sees it). A total after a silence is
taken as even rain over its time, which may make the event longer than it was.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> hour, start = 3_600_000, 480_000 * 3_600_000
>>> sensor = Sensor("rain", hour, False)
>>> fill(table[0], Options(gap="2 h"), {"blue": {"a": 14.82, "b": -0.39}}, sensor)
>>> state, out = np.zeros(1, state_dtype(table)), []
>>> for n, mm in enumerate([0.0, 0.0, 10.0, 13.0, 0.0, 0.0]):  # 23 mm in 2 h; 22.6 are needed
...     state[0]["level"] = step(table[0], state[0], start + n * hour, mm, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, 0, 0, 1, 1, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.options import grades
from detectors.rain_cells import DUST, covered, settled
from detectors.rain_windows import MOST
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, HOUR, parse_duration, say_duration

PARAMS = np.dtype(
    [
        ("a", "f8", (4,)),  # of amounts, mm at 1 h; NaN = none
        ("b", "f8", (4,)),
        ("intensity", "i8"),  # 1: levels were written of intensities
        ("gap", "i8"),  # ms
        ("shortest", "i8"),  # ms
        ("longest", "i8"),  # ms
        ("cadence", "i8"),  # ms
        ("running", "i8"),
        ("worst", "i8"),
        ("coverage", "f8"),
    ],
    align=True,
)
WHY = ("hours", "amount_mm", "level", "known")


class Options(_Options):
    """Options of a rule with this detector."""

    of: Literal["intensity", "amount"] = "intensity"
    """What the curve gives: the mean intensity, mm/h, or the amount, mm."""
    gap: str = "3 h"
    """Time without rain that parts two events."""
    shortest: str = "10 min"
    """Shortest duration for which the curve holds."""
    longest: str = "10 d"
    """Longest duration for which the curve holds."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of an event, and of the gap before it, that readings must account for."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what cannot be used."""
    row["a"][:], row["b"][:] = math.nan, math.nan
    row["intensity"] = int(options.of == "intensity")
    for name in ("gap", "shortest", "longest"):
        row[name] = parse_duration(getattr(options, name))
    if row["gap"] <= 0 or not 0 < row["shortest"] < row["longest"]:
        raise ValueError("gap and shortest must be more than 0, and longest more than shortest")
    curves = [(grade, *_curve(told)) for grade, told in grades(levels)]
    if not curves:
        raise ValueError("give at least one level")
    for grade, a, b in curves:
        row["a"][grade], row["b"][grade] = a, b + row["intensity"]
    for end in (row["shortest"], row["longest"]):
        needs = [a * (end / HOUR) ** b for _, a, b in curves]
        if needs != sorted(set(needs)) or not all(map(math.isfinite, needs)):
            raise ValueError("curves must rise from blue to red at every duration they hold for")
    row["cadence"], row["running"] = sensor.cadence, int(sensor.running)
    row["worst"], row["coverage"] = options.worst, options.coverage


def _curve(told: Any) -> tuple[float, float]:
    """(a, b) of one level."""
    if not isinstance(told, Mapping) or set(told) != {"a", "b"}:
        raise ValueError("write a level as {a: 14.82, b: -0.39}")
    a, b = told["a"], told["b"]
    if any(isinstance(x, bool) or not isinstance(x, (int, float)) for x in (a, b)):
        raise ValueError("a and b must be numbers")
    if not 0 < a < math.inf or not abs(b) <= 5:
        raise ValueError("a must be more than 0, and b between -5 and 5")
    return float(a), float(b)


def longest(levels: Mapping[str, Any]) -> int:
    """The longest event by default, ms."""
    return 10 * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: level and the event so far."""
    return np.dtype(
        [
            ("level", "i8"),
            ("last", "i8"),  # time of the last good reading; 0 = none yet
            ("start", "i8"),  # of the event; 0 = none
            ("wet", "i8"),  # time of its last wet reading
            ("amount", "i8"),  # micrometres
            ("dry", "i8"),  # ms of dry readings since the last wet one
            ("missing", "i8"),  # ms without readings since the gap before the event
            ("known", "i8"),  # 1: such a gap has been seen
            ("why", "f8", (len(WHY),)),
        ],
        align=True,
    )


@compiled
def account(p: Any, s: Any, t: int, start: int) -> None:
    """Time without readings before `start`: too much of it, and the event is not known."""
    if s["last"] > 0:
        s["missing"] += start - s["last"]
    since = p["gap"] + (t - s["start"] if s["start"] > 0 else 0)
    if s["missing"] > (1.0 - p["coverage"]) * since:
        s["known"], s["dry"], s["missing"] = 0, 0, 0


@compiled
def rained(p: Any, s: Any, t: int, start: int, value: float) -> None:
    """A wet reading, standing for the time from `start` to t."""
    if s["start"] == 0 or start - s["wet"] >= p["gap"]:
        s["start"], s["amount"] = start, 0
    s["amount"] += math.floor(value * 1000.0 + 0.5)
    s["wet"], s["dry"] = t, 0


@compiled
def stayed_dry(p: Any, s: Any, cover: int) -> None:
    """A dry reading; enough of them end the event."""
    s["dry"] = min(p["gap"], s["dry"] + cover)
    if s["dry"] >= p["gap"]:
        s["start"], s["amount"], s["missing"], s["known"] = 0, 0, 0, 1


@compiled
def need(p: Any, grade: int, hours: float) -> float:
    """The amount, mm, that reaches a level in so many hours; NaN = no such level."""
    return float(p["a"][grade] * math.pow(hours, p["b"][grade]))


@compiled
def reached(p: Any, s: Any) -> int:
    """The highest level whose curve the event, up to its last wet reading, has reached."""
    level = 0
    duration = s["wet"] - s["start"]
    if s["start"] > 0 and p["shortest"] <= duration <= p["longest"]:
        for grade in range(4):
            if s["amount"] / 1000.0 + DUST >= need(p, grade, duration / 3_600_000.0):
                level = grade + 1
    return level


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    before, level = int(s["level"]), 0
    later = t > s["last"]
    good = flag <= p["worst"] and 0.0 <= value <= MOST and later
    if good:
        cover = covered(p, s["last"], t)
        account(p, s, t, t - cover)
        if value > 0.0:
            rained(p, s, t, t - cover, value)
            level = reached(p, s)
        else:
            stayed_dry(p, s, cover)
        s["last"] = t
    elif p["running"] > 0 and flag <= 2 and math.isnan(value) and later:
        account(p, s, t, t)
        s["last"] = t  # a running total starts, or starts again, here
    sure = s["known"] > 0 and s["wet"] - s["start"] <= p["longest"]
    if s["start"] == 0:
        sure = s["known"] > 0
    held = before if s["start"] > 0 else 0
    level = settled(before, level, held, sure, good)
    if level != before:
        why, known = s["why"], 1.0 if sure else 0.0
        hours = (s["wet"] - s["start"]) / 3_600_000.0 if s["start"] > 0 else 0.0
        why[0], why[1], why[2], why[3] = hours, s["amount"] / 1000.0, float(level), known
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """The event so far, the curve it was held against, and what would have changed it."""
    out: dict[str, Any] = {}
    hours, amount, level = why["hours"], why["amount_mm"], min(int(why["level"]), cap)
    needs = [a * hours**b if hours else math.nan for a, b in zip(row["a"], row["b"], strict=True)]
    by, unit, zh = (hours, "mm/h", "毫米/时") if row["intensity"] else (1.0, "mm", "毫米")
    if level >= 1:
        least = max(x for x in needs[:level] if not math.isnan(x))
        out["en"] = (
            f"{amount:.1f} mm of rain in an event of {hours:.1f} h"
            f" ({amount / by:.1f} {unit}, threshold {least / by:.1f} {unit})"
        )
        out["zh"] = (
            f"本场降雨{hours:.1f}小时累计{amount:.1f}毫米"
            f"（{amount / by:.1f}{zh}，阈值{least / by:.1f}{zh}）"
        )
        out["lower_if"] = {"dry_for": say_duration(int(row["gap"]))}
    above = [x for x in needs[max(level, 0) : cap] if not math.isnan(x)]
    if above and amount < above[0]:
        out["higher_if"] = {"mm_more": math.ceil((above[0] - amount) * 1000 - 0.001) / 1000}
    if not why["known"]:
        out["missing"] = "readings do not show when the event began, or it is longer than the curve"
    return out


DETECTOR = Detector(
    name="rain_curve",
    step=step,
    params=PARAMS,
    state=state_dtype,
    why=WHY,
    options=Options,
    fill=fill,
    longest=longest,
    explain=explain,
    quantities=("rain",),
)
