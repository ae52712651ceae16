"""The pictures of the report, as SVG. Labels are English and figures: Chinese stands in the page,
since a machine that replays need not have a Chinese font."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import dates as _dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon

from tongluo.core.times import to_datetime
from tongluo.core.warning import Area
from tongluo.core.words import GRADES, Level
from tongluo.replay.result import Result
from tongluo.replay.spans import Key, Span, highest

dates: Any = _dates  # it ships without types
COLOURS = {
    Level.UNKNOWN: "#c9ced6",
    Level.NONE: "#e6f0ea",
    Level.BLUE: "#3b7dd8",
    Level.YELLOW: "#f3c623",
    Level.ORANGE: "#ef8a1f",
    Level.RED: "#d33131",
}
INK, FAINT = "#22303c", "#8895a3"
WIDTH = 10.0
KM_A_DEGREE = 111.2
"""Of latitude, on a sphere of 6371 km."""
MOST_KEYS = 36
_STYLE: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tongluo",  # the same picture has the same bytes
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "hatch.linewidth": 0.7,
}


def styled() -> Any:
    """The style in which every picture is made: a context."""
    return mpl.rc_context(_STYLE)


def svg(figure: Figure) -> str:
    """The figure as a data URI: it needs no other file, and its ids meet no others on the page."""
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def days(ms: int, zone: str) -> float:
    """A time as matplotlib counts it, in local time."""
    return float(dates.date2num(to_datetime(ms, zone).replace(tzinfo=None)))


def time_axis(axes: Axes, result: Result) -> None:
    """From the start to the end of the case, in local time."""
    zone = result.case.timezone
    axes.set_xlim(days(result.case.start, zone), days(result.case.end, zone))
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.set_xlabel(f"local time ({offset(result)})", fontsize=7.5, color=FAINT)


def offset(result: Result) -> str:
    """The zone of the case and its offset at the start, like `Asia/Shanghai, UTC+08:00`."""
    local: datetime = to_datetime(result.case.start).astimezone(ZoneInfo(result.case.timezone))
    text = local.strftime("%z")
    return f"{result.case.timezone}, UTC{text[:3]}:{text[3:]}"


def timeline(result: Result, told: Mapping[Key, tuple[Span, ...]], keys: Sequence[Key]) -> str:
    """A strip of levels for each area and hazard, with impacts and what was warned then."""
    with styled():
        figure = Figure(figsize=(WIDTH, 0.9 + 0.36 * len(keys)), layout="constrained")
        axes = figure.add_subplot()
        for n, key in enumerate(keys):
            _strip(axes, result, n, told.get(key, ()))
            _marks(axes, result, n, key)
        names = [f"{_name(result, area)}\n{hazard.replace('_', ' ')}" for area, hazard in keys]
        axes.set_yticks(range(len(keys)), names, fontsize=7.5)
        axes.set_ylim(len(keys) - 0.4, -0.75)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        time_axis(axes, result)
        figure.legend(handles=_legend(), loc="outside upper left", ncols=8, frameon=False,
                      fontsize=7.5, handlelength=1.2, columnspacing=1.2)  # fmt: skip
        return svg(figure)


def _name(result: Result, area: str) -> str:
    found = result.plan.areas[area]
    name = found.name_en or found.id
    return name if len(name) <= 28 else name[:27] + "…"


def _strip(axes: Axes, result: Result, n: int, its: Sequence[Span]) -> None:
    zone, width = result.case.timezone, result.case.end - result.case.start
    for span in its:
        start, end = days(span.start, zone), days(span.end, zone)
        axes.barh(n, end - start, left=start, height=0.62, color=COLOURS[span.level],
                  edgecolor="white", linewidth=0.4)  # fmt: skip
        if span.level >= Level.BLUE and span.end - span.start > width * 0.012:
            ink = INK if span.level is Level.YELLOW else "white"
            axes.text(start, n, " " + span.level.name[0], va="center", fontsize=7, color=ink,
                      clip_on=True)  # fmt: skip


def _marks(axes: Axes, result: Result, n: int, key: Key) -> None:
    zone = result.case.timezone
    for impact in result.case.impacts:
        if (impact.area, impact.hazard.value) == key:
            start, end = days(impact.start, zone), days(impact.end, zone)
            axes.barh(n + 0.2, end - start, left=start, height=0.3, facecolor="none",
                      edgecolor="black", hatch="/////", linewidth=0.9)  # fmt: skip
    for official in result.case.official:
        if (official.area, official.hazard.value) == key:
            colour = COLOURS[Level.parse(official.level)]
            axes.plot(days(official.time, zone), n - 0.4, "v", markersize=7, clip_on=False,
                      color=colour, markeredgecolor="black")  # fmt: skip


def _legend() -> list[Any]:
    patches = [
        Patch(facecolor=COLOURS[level], label=level.word)
        for level in (Level.UNKNOWN, Level.NONE, *GRADES)
    ]
    marks = [
        Patch(facecolor="none", edgecolor="black", hatch="/////", label="impact"),
        Line2D([], [], linestyle="", marker="v", color="w", mec="black", label="warned then"),
    ]
    return [*patches, *marks]


def area_map(result: Result, told: Mapping[Key, tuple[Span, ...]]) -> str:
    """Areas in the colour of their highest level, stations as dots; north is up."""
    with styled():
        figure = Figure(figsize=(WIDTH, WIDTH * 0.55), layout="constrained")
        axes = figure.add_subplot()
        areas = sorted(result.plan.areas.values(), key=lambda a: -_size(a))
        keys = []
        for n, area in enumerate(areas, start=1):
            levels = [highest(its) for key, its in told.items() if key[0] == area.id]
            keys.append(_area(axes, area, n, max(levels, default=None)))
        for station in result.plan.config.stations:
            if station.at is not None:
                axes.plot(station.at[1], station.at[0], "o", color=INK, markersize=3,
                          markeredgecolor="white", markeredgewidth=0.5)  # fmt: skip
        axes.autoscale_view()
        latitude = sum(axes.get_ylim()) / 2
        axes.set_aspect(1 / max(0.05, math.cos(math.radians(latitude))), adjustable="datalim")
        axes.ticklabel_format(useOffset=False)
        axes.tick_params(labelsize=7)
        axes.set_xlabel("longitude, degrees", fontsize=7.5, color=FAINT)
        axes.set_ylabel("latitude, degrees", fontsize=7.5, color=FAINT)
        figure.legend(handles=keys[:MOST_KEYS], loc="outside right upper", frameon=False,
                      fontsize=7.5, handlelength=1.2)  # fmt: skip
        return svg(figure)


def _size(area: Area) -> float:
    """Rough extent in degrees, so that small areas are drawn over those that contain them."""
    if area.circle:
        return 4 * area.circle[2] / KM_A_DEGREE
    lats, lons = zip(*area.polygon, strict=True)
    return float(max(lats) - min(lats) + max(lons) - min(lons))


def _area(axes: Axes, area: Area, n: int, level: Level | None) -> Patch:
    """Draw an area with its number; returns its entry in the key. No level = no rule judges it."""
    style: Any = {
        "facecolor": "none" if level is None else COLOURS[level],
        "edgecolor": INK,
        "linewidth": 0.8,
        "alpha": 0.8,
        "linestyle": "-" if level is not None else "--",
    }
    ring = _ring(area)
    axes.add_patch(Polygon(ring, closed=True, **style))
    axes.update_datalim(ring)
    top = (sum(x for x, _ in ring) / len(ring), max(y for _, y in ring))
    axes.annotate(str(n), top, xytext=(0, -2), textcoords="offset points", ha="center", va="top",
                  fontsize=6.5, bbox={"boxstyle": "round,pad=0.15", "facecolor": "white",
                                      "edgecolor": "none", "alpha": 0.75})  # fmt: skip
    word = "not judged" if level is None else level.word
    return Patch(label=f"{n}  {area.name_en or area.id}: {word}", **style)


def _ring(area: Area) -> list[tuple[float, float]]:
    """The outline as (longitude, latitude), each corner once."""
    if area.circle is None:
        return [(lon, lat) for lat, lon in area.polygon[:-1]]
    lat, lon, radius = area.circle
    degrees = radius / KM_A_DEGREE
    squash = max(0.05, math.cos(math.radians(lat)))
    angles = [a / 32 * math.pi for a in range(64)]
    return [(lon + degrees / squash * math.sin(a), lat + degrees * math.cos(a)) for a in angles]
