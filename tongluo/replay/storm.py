"""The picture of the storm: each deciding sensor with its thresholds, first crossings, the peak."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tongluo.config.judged import set_name, view
from tongluo.config.plan import Plan
from tongluo.config.sensors import SensorSpec
from tongluo.core.times import parse_duration, say_duration
from tongluo.core.units import inner_unit, parse_value
from tongluo.core.words import Level
from tongluo.replay.peaks import Crest
from tongluo.replay.pictures import COLOURS, FAINT, INK, WIDTH, days, styled, svg, time_axis
from tongluo.replay.result import Result
from tongluo.replay.series import Series, broken, series, thinned, window_sums

PANELS, ALIKE = 6, 3
BINS = 240
FEW = 4
LINE = "#1f5fa8"
SUMS = ("#5b3a8c", "#2c8c83")


@dataclass(frozen=True)
class Limit:
    """One threshold of a sensor, in its own inner unit and datum."""

    level: Level
    value: float
    window: int
    """ms; 0 = the value itself is held against it."""


def limits(plan: Plan, sensor: int) -> list[Limit]:
    """Every threshold that can be drawn for a sensor: single values, or sums over windows."""
    found = []
    spec = plan.sensors[sensor]
    for tasks in plan.tasks.values():
        for task in tasks:
            if task.sensor == sensor and spec is not None:
                name = set_name(task.rule, spec)
                given = plan.config.thresholds[name or ""]
                shift = view(spec, given).shift
                found += _limits(task.levels, spec.quantity, shift)
    return list(dict.fromkeys(found))


def _limits(levels: Mapping[str, Any], quantity: str, shift: float) -> list[Limit]:
    out = []
    for word, said in levels.items():
        windows = said if isinstance(said, Mapping) else {"": said}
        for window, text in windows.items():
            try:
                length = parse_duration(window) if window else 0
                value = parse_value(text, quantity) - shift
            except (ValueError, TypeError):
                continue  # another method's own figures: they are no value of this quantity
            out.append(Limit(Level.parse(word), value, length))
    return out


def chosen(result: Result, crests: list[Crest]) -> list[int]:
    """The sensors to draw: those that decided, highest level first, and those that peaked."""
    rank: dict[str, tuple[int, int]] = {}
    for decision in result.decisions:
        level, sensor = Level.parse(decision.after), decision.reason.get("sensor")
        if level >= Level.BLUE and sensor:
            best, times = rank.get(sensor, (0, 0))
            rank[sensor] = (max(best, int(level)), times + 1)
    named = [c.sensor.key for c in crests] if result.case.peak else []
    decided = sorted(rank, key=lambda key: (-rank[key][0], -rank[key][1], key))
    judged = [s.key for n, s in enumerate(result.plan.sensors) if s and limits(result.plan, n)]
    rows = [result.plan.row_of(key) for key in dict.fromkeys([*named, *(decided or judged)])]
    return _mixed(result, [row for row in rows if len(series(result, row)[0])])


def _mixed(result: Result, rows: list[int]) -> list[int]:
    """At most PANELS, and of each quantity at most ALIKE; rain above water, as cause and effect."""
    kept: dict[str, list[int]] = {}
    for row in rows:
        kept.setdefault(_quantity(result, row), []).append(row)
    mixed = [row for row in rows if row in kept[_quantity(result, row)][:ALIKE]][:PANELS]
    return sorted(mixed, key=lambda row: _quantity(result, row) != "rain")


def _quantity(result: Result, row: int) -> str:
    spec = result.plan.sensors[row]
    return spec.quantity if spec else ""


def storm(result: Result, crests: list[Crest], rows: list[int]) -> str:
    """One panel a sensor, one time axis for all."""
    with styled():
        figure = Figure(figsize=(WIDTH, 0.5 + 1.9 * len(rows)), layout="constrained")
        panels = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
        for axes, row in zip(panels, rows, strict=True):
            _panel(axes, result, row, crests)
        for axes in panels[:-1]:
            axes.tick_params(axis="x", labelbottom=False)
        time_axis(panels[-1], result)
        return svg(figure)


def _panel(axes: Axes, result: Result, row: int, crests: list[Crest]) -> None:
    spec = result.plan.sensors[row]
    assert spec is not None  # chosen by its key
    line, drawn = series(result, row), limits(result.plan, row)
    unit = inner_unit(spec.quantity)
    station = next(x for x in result.plan.config.stations if x.id == spec.station)
    axes.set_title(f"{spec.key}  {station.name_en}", loc="left", fontsize=8.5, fontweight="bold")
    if spec.quantity == "rain":
        _rain(axes, result, spec, line, drawn)
    else:
        t, value = thinned(broken(line, spec))
        marker = "." if len(line[0]) < 60 else ""
        axes.plot(_days(t, result), value, color=LINE, linewidth=1.3, marker=marker)
        axes.set_ylabel(f"{spec.quantity.replace('_', ' ')}{f', {unit}' if unit else ''}")
        _lines(axes, [x for x in drawn if not x.window], value)
    for crest in crests:
        if crest.sensor.key == spec.key:
            _crest(axes, result, crest)
        for reached in crest.reached if crest.sensor.station == spec.station else ():
            axes.axvline(days(reached.time, result.case.timezone), linewidth=1.4,
                         color=COLOURS[reached.level], linestyle=":")  # fmt: skip


def _days(t: Any, result: Result) -> list[float]:
    return [days(int(x), result.case.timezone) for x in t.tolist()]


def _rain(axes: Axes, result: Result, spec: SensorSpec, line: Series, drawn: list[Limit]) -> None:
    """Bars of rain, and the sums that came nearest to their thresholds."""
    width = max(spec.cadence, -(-(result.case.end - result.case.start) // BINS))
    width = -(-width // spec.cadence) * spec.cadence  # whole cadences, or bars would beat
    start = result.case.start - result.case.start % width
    edges = np.arange(start, result.case.end + 2 * width, width)
    # a reading at t is rain up to t: it belongs to the bar that ends there
    fallen, _ = np.histogram(line[0] - 1, edges, weights=line[1])
    left = _days(edges[:-1], result)
    axes.bar(left, fallen, left[1] - left[0], align="edge", color=LINE, linewidth=0)
    axes.set_ylabel(f"rain, mm in {say_duration(int(width))}")
    windows = _nearest(line, [x for x in drawn if x.window])
    if not windows:
        return
    twin = axes.twinx()
    twin.spines["right"].set_visible(True)
    twin.set_ylabel("sum, mm")
    top = 0.0
    for window, colour in zip(windows, SUMS, strict=False):
        total = window_sums(*line, window)
        top = max(top, float(total.max()))
        t, drawn_total = thinned(broken((line[0], total), spec))
        twin.plot(_days(t, result), drawn_total, color=colour, linewidth=1.2,
                  label=f"sum over {say_duration(window)}")  # fmt: skip
    _lines(twin, [x for x in drawn if x.window in windows], np.array([0.0, top]))
    twin.set_ylim(bottom=0)
    twin.legend(loc="upper left", fontsize=7, frameon=False)


def _nearest(line: Series, drawn: list[Limit]) -> list[int]:
    """The window whose sum reached the highest level or came nearest to one; a second if few
    thresholds are to be drawn."""
    best: dict[int, float] = {}
    for limit in drawn:
        total = float(window_sums(*line, limit.window).max())
        reach = int(limit.level) * 10 if total >= limit.value else 0
        best[limit.window] = max(best.get(limit.window, 0.0), reach + total / limit.value)
    first, *more = sorted(best, key=lambda w: -best[w]) or [0]
    few = [w for w in more if sum(x.window in (first, w) for x in drawn) <= FEW]
    return [first, *few[:1]] if best else []


def _lines(axes: Axes, drawn: list[Limit], value: Any) -> None:
    """Thresholds up to the first that the values did not reach: higher ones would flatten them."""
    known = value[~np.isnan(value)]
    top = float(known.max()) if len(known) else 0.0
    beyond = min((x.value for x in drawn if x.value > top), default=math.inf)
    figures = sorted({x.value for x in drawn if x.value <= beyond})
    near = 0.09 * (axes.get_ylim()[1] - axes.get_ylim()[0])
    for figure in figures:
        crowded = any(0 < other - figure < near for other in figures)
        mine = sorted((x for x in drawn if x.value == figure), key=lambda x: x.level)
        axes.axhline(figure, color=COLOURS[mine[-1].level], linewidth=1.1, linestyle="--")
        axes.annotate(f"{', '.join(map(_named, mine))}: {figure:g}", (1, figure),
                      xycoords=("axes fraction", "data"), xytext=(-3, -2 if crowded else 2),
                      va="top" if crowded else "bottom",
                      textcoords="offset points", ha="right", fontsize=6.5)  # fmt: skip


def _named(limit: Limit) -> str:
    window = f" {say_duration(limit.window)}" if limit.window else ""
    return f"{limit.level.word}{window}"


def _crest(axes: Axes, result: Result, crest: Crest) -> None:
    at = days(crest.time, result.case.timezone)
    axes.axvline(at, color=INK, linewidth=0.9)
    axes.annotate("peak", (at, 1), xycoords=("data", "axes fraction"), xytext=(3, -8),
                  textcoords="offset points", fontsize=7, color=FAINT)  # fmt: skip
