"""The rain of the last days against a line that falls with the rain of the days before them.

    recent >= intercept - slope x before
    recent = rain of (t - 3 d, t],  before = rain of (t - 18 d, t - 3 d]   (lengths are options)

Use: shallow landslides after wet weeks, where a place's record gives such a line.

The form of Chleborad's cumulative threshold for Seattle, P3 = 3.5 - 0.67 P15 inches, that is
88.9 - 0.67 P15 mm (U.S. Geological Survey, Open-File Report 2006-1064); a level is written
{intercept: 88.9 mm, slope: 0.67}. Windows are continuous: they are looked at with every reading.

Rain is kept in cells (`cell`, whole micrometres, so that sums never drift) whose ends are full
hours UTC for the default of 1 h; windows are whole cells and end with the running one. So for
readings at the ends of cells the sums are exact, and between them `recent` begins up to one cell
late, its rain being in `before` already.

When readings leave out more than (1 - `coverage`) of either window, what is known may still reach a
level (it is a lower bound), but neither NONE nor a fall is told. A reading that cannot be judged
adds nothing. A total after a long silence is spread over its time.

Units: mm. Limits: where `before` is more than intercept / slope, the line is reached without any
recent rain, as the published line is; snow is not seen; at most 4096 cells.

>>> import numpy as np
>>> table = np.zeros(1, PARAMS)
>>> hour, start = 3_600_000, 480_000 * 3_600_000
>>> line = {"yellow": {"intercept": "20 mm", "slope": 0.5}}
>>> fill(table[0], Options(recent="1 h", before="2 h"), line, Sensor("rain", hour, False))
>>> state, out = np.zeros(1, state_dtype(table)), []
>>> for n, mm in enumerate([0.0, 0.0, 16.0, 12.0, 1.0]):  # the fourth: 12 >= 20 - 0.5 x 16
...     state[0]["level"] = step(table[0], state[0], start + n * hour, mm, 1)
...     out.append(int(state[0]["level"]))
>>> out
[-1, -1, 0, 2, 0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import Field

from detectors.options import Options as _Options
from detectors.options import grades
from detectors.rain_cells import DUST, FIELDS, fill_cells, settled, state_fields, take
from tongluo.core.compiled import compiled
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import DAY, parse_duration, say_duration
from tongluo.core.units import parse_value

PARAMS = np.dtype(
    [
        *FIELDS,
        ("recent", "i8"),  # cells
        ("before", "i8"),  # cells
        ("intercept", "f8", (4,)),  # mm; NaN = none
        ("slope", "f8", (4,)),
        ("band", "f8"),  # mm
    ],
    align=True,
)
WHY = ("recent_mm", "before_mm", "level", "covered")
MAX_CELLS = 4096
DAYS = (3, 15)


class Options(_Options):
    """Options of a rule with this detector."""

    recent: str = f"{DAYS[0]} d"
    """Length of the recent window; whole cells."""
    before: str = f"{DAYS[1]} d"
    """Length of the window that ends where the recent one begins; whole cells."""
    cell: str = "1 h"
    """Time in which readings are added up; shorter is finer between full hours, and larger."""
    coverage: float = Field(default=0.9, gt=0, le=1)
    """Share of each window that readings must account for."""
    dead_band: str = "0 mm"
    """How far below the line recent rain must fall for a reached level to end."""


def fill(row: Any, options: Options, levels: Mapping[str, Any], sensor: Sensor) -> None:
    """Write one row of parameters; ValueError says what cannot be used."""
    row["intercept"][:], row["slope"][:] = math.nan, math.nan
    lines = [(grade, *_line(told)) for grade, told in grades(levels)]
    if not lines:
        raise ValueError("give at least one level")
    for grade, intercept, slope in lines:
        row["intercept"][grade], row["slope"][grade] = intercept, slope
    ends = [(i, i / s if s else math.inf) for _, i, s in lines]
    for low, high in pairwise(ends):
        if high[0] <= low[0] or high[1] < low[1]:
            raise ValueError("lines must rise from blue to red and not cross")
    cell = parse_duration(options.cell)
    lengths = {"recent": parse_duration(options.recent), "before": parse_duration(options.before)}
    for name, length in lengths.items():
        if cell < 1 or length < 1 or length % cell:
            raise ValueError(f"{name} must be whole cells of {options.cell}")
        row[name] = length // cell
    if sum(lengths.values()) // cell > MAX_CELLS:
        raise ValueError(f"recent and before are more than {MAX_CELLS} cells: lengthen `cell`")
    row["band"] = parse_value(options.dead_band, "rain")
    fill_cells(row, options, sensor, cell, 0)


def _line(told: Any) -> tuple[float, float]:
    """(intercept in mm, slope) of one level."""
    if not isinstance(told, Mapping) or set(told) != {"intercept", "slope"}:
        raise ValueError("write a level as {intercept: 88.9 mm, slope: 0.67}")
    intercept, slope = told["intercept"], told["slope"]
    if not isinstance(intercept, str) or parse_value(intercept, "rain") <= 0:
        raise ValueError("an intercept must be more than 0 and have a unit, like '88.9 mm'")
    if isinstance(slope, bool) or not isinstance(slope, (int, float)) or not 0 <= slope < math.inf:
        raise ValueError("a slope must be a number, 0 or more")
    return parse_value(intercept, "rain"), float(slope)


def longest(levels: Mapping[str, Any]) -> int:
    """Both windows by default, ms."""
    return sum(DAYS) * DAY


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one task: level, the ring of cells, and the sums of all but the newest."""
    cells = int((table["recent"] + table["before"]).max(initial=1))
    sums = [(name, "i8", (2,)) for name in ("sum", "covered")]  # recent, before
    fields = [("level", "i8"), ("why", "f8", (len(WHY),)), *sums]
    return np.dtype([*fields, *state_fields(cells)], align=True)


@compiled
def sum_up(p: Any, s: Any) -> None:
    """Rain and cover of the cells before the newest, in both windows."""
    n = s["rain"].shape[0]
    s["sum"][:], s["covered"][:] = 0, 0
    for age in range(1, p["recent"] + p["before"]):
        window = 0 if age < p["recent"] else 1
        s["sum"][window] += s["rain"][(s["at"] - age) % n]
        s["covered"][window] += s["cover"][(s["at"] - age) % n]
    s["summed"] = s["at"]


@compiled
def shift(s: Any, age: int, window: int, sign: int) -> None:
    """Let the cell of an age enter a window, or leave it."""
    k = (s["at"] - age) % s["rain"].shape[0]
    s["sum"][window] += sign * s["rain"][k]
    s["covered"][window] += sign * s["cover"][k]


@compiled
def slide(p: Any, s: Any) -> None:
    """As `sum_up`, from the sums of one cell ago."""
    shift(s, 1, 0, 1)
    shift(s, p["recent"], 0, -1)
    shift(s, p["recent"], 1, 1)
    shift(s, p["recent"] + p["before"], 1, -1)
    s["summed"] = s["at"]


@compiled
def reached(p: Any, recent: float, before: float, slack: float) -> int:
    """The highest level whose line, lowered by the slack, is reached."""
    level = 0
    for grade in range(4):
        if recent + DUST >= p["intercept"][grade] - p["slope"][grade] * before - slack:
            level = grade + 1
    return level


@compiled
def part(known: int, whole: int) -> float:
    """The share of a whole that is known; usually all of it, and nothing is divided."""
    return 1.0 if known >= whole else known / whole


@compiled
def share(p: Any, s: Any, t: int) -> float:
    """The covered share of the window that is covered less."""
    n = s["rain"].shape[0]
    rest = p["anchor"] + (s["at"] + 1) * p["cell"] - t  # of the newest cell, still to come
    recent = max(1, p["recent"] * p["cell"] - rest)
    known = part(s["covered"][0] + s["cover"][s["at"] % n], recent)
    return min(known, part(s["covered"][1], p["before"] * p["cell"]))


@compiled
def step(p: Any, s: Any, t: int, value: float, flag: int) -> int:
    """One increment, mm. Returns the level: -1 UNKNOWN, 0 NONE, 1 to 4."""
    good = take(p, s, t, value, flag)
    if s["summed"] != s["at"]:
        held = p["recent"] + p["before"] < s["rain"].shape[0]
        if held and s["summed"] >= 0 and s["at"] == s["summed"] + 1:
            slide(p, s)
        else:
            sum_up(p, s)
    recent = (s["sum"][0] + s["rain"][s["at"] % s["rain"].shape[0]]) / 1000.0
    before = s["sum"][1] / 1000.0
    known = share(p, s, t)
    old = int(s["level"])
    now = reached(p, recent, before, 0.0)
    held = reached(p, recent, before, p["band"]) if old > now else now
    level = settled(old, now, held, known >= p["coverage"], good)
    if level != old:
        why = s["why"]
        why[0], why[1], why[2], why[3] = recent, before, float(level), known
    return level


def explain(row: Any, why: Mapping[str, float], cap: int = 4) -> dict[str, Any]:
    """Both sums, the line they were held against, and what would have changed it."""
    out: dict[str, Any] = {}
    recent, before, level = why["recent_mm"], why["before_mm"], min(int(why["level"]), cap)
    lines = row["intercept"] - row["slope"] * before
    if level >= 1:
        need = max(float(x) for x in lines[:level] if not math.isnan(x))
        said = [say_duration(int(row[x]) * int(row["cell"])) for x in ("recent", "before")]
        out["en"] = (
            f"{recent:.1f} mm of rain in {said[0]} after {before:.1f} mm in the {said[1]} before"
            f" (threshold {max(need, 0.0):.1f} mm)"
        )
        out["zh"] = (
            f"{said[0]}累计降雨{recent:.1f}毫米，此前{said[1]}累计{before:.1f}毫米"
            f"（阈值{max(need, 0.0):.1f}毫米）"
        )
        out["lower_if"] = {"recent_mm_below": round(need - float(row["band"]), 3)}
        if need <= 0:  # no recent rain is needed: the past must leave its window first
            grade = max(g for g in range(level) if not math.isnan(lines[g]))
            past = (row["intercept"][grade] - row["band"] - recent) / row["slope"][grade]
            out["lower_if"] = {"before_mm_below": round(float(past), 3)}
    above = [float(x) for x in lines[max(level, 0) : cap] if not math.isnan(x)]
    if above and recent < above[0]:
        out["higher_if"] = {"recent_mm_more": math.ceil((above[0] - recent) * 1000 - 0.001) / 1000}
    if why["covered"] < row["coverage"]:
        out["missing"] = f"readings cover {why['covered']:.0%} of a window"
    return out


DETECTOR = Detector(
    name="rain_line",
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
