"""Draws a detector at work: inputs above, what the method makes of them below, the level as bands.

Texts stay texts, so that a picture is small; a viewer's own sans-serif font will do.
"""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from docs.at_work.scene import DAY, F8, I8, ZONE, Curve, Panel, Scene, Seen, Series, heights
from tongluo.core.words import Level

COLOUR = {
    "unknown": "#b9c0c7",
    "none": "#e9f3ea",
    "blue": "#3b7dd8",
    "yellow": "#f2c80f",
    "orange": "#f08a24",
    "red": "#d93025",
    "ink": "#22303c",
    "faint": "#9aa7b4",
    "second": "#0f7b6c",
}
LINE = {**COLOUR, "yellow": "#c79c00"}  # a thin yellow line is not seen on white
LEVELS = {x: x.word for x in Level}
WORDS = {
    "unknown": "unknown 未知",
    "none": "none 无",
    "blue": "blue 蓝",
    "yellow": "yellow 黄",
    "orange": "orange 橙",
    "red": "red 红",
    "level": "level 等级",
}
"""Written in after the drawing: a machine that draws need not have a Chinese font."""
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tongluo",  # the same picture has the same bytes
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial"],
    "font.size": 8.5,
    "text.color": COLOUR["ink"],
    "axes.labelcolor": COLOUR["ink"],
    "axes.edgecolor": COLOUR["faint"],
    "axes.linewidth": 0.7,
    "xtick.color": COLOUR["ink"],
    "ytick.color": COLOUR["ink"],
    "path.simplify": True,
}
WIDTH, PANEL, STRIP = 8.0, 1.15, 0.62  # inches


def svg(scene: Scene, seen: Seen) -> str:
    """The picture."""
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        figure(scene, seen).savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = re.sub(r"-?\d+\.\d{3,}", lambda m: rounded(m[0]), out.getvalue())
    for word, both in WORDS.items():
        text = text.replace(f">[{word}]</text>", f">{both}</text>")
    lines = [line.strip() for line in re.sub(r"\s*\n(?=[LMz\"])", " ", text).splitlines()]
    return "\n".join(lines) + "\n"


def rounded(number: str) -> str:
    """A place on the picture: fine enough, and short."""
    value = float(number)
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def figure(scene: Scene, seen: Seen) -> Figure:
    """All panels over one another, and the bands of the level."""
    boxes = len(scene.shown()) + len(scene.panels)
    scale = 1.25 if boxes == 1 else 0.72 if boxes > 4 else 1.0
    each = PANEL * scale + 0.28
    height = boxes * each + STRIP + 0.25
    out = Figure(figsize=(WIDTH, height))
    ends = span(scene, seen)
    for k in range(boxes):
        bottom = height - (k + 1) * each
        axes = out.add_axes((0.075, bottom / height, 0.905, PANEL * scale / height))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(ScalarFormatter(useOffset=False))
        shade(axes, seen, ends)
        one: Series | Panel = [*scene.shown(), *scene.panels][k]
        if isinstance(one, Series):
            draw_series(axes, one, ends)
        else:
            draw_panel(axes, scene, seen, k - len(scene.shown()), ends)
        frame(axes, ends, one.label, one.lines)
    strip(out.add_axes((0.075, 0.42 / height, 0.905, 0.2 / height)), seen, ends)
    legend(out, height)
    return out


def at(t: Any) -> Any:
    """ms -> what the axis counts in: local standard time."""
    return np.asarray((np.asarray(t, np.float64) + ZONE) / DAY)


def span(scene: Scene, seen: Seen) -> tuple[float, float]:
    """Ends of what is shown."""
    first, last = at(seen.t[0]), at(seen.t[-1])
    low, high = scene.view
    return float(first + low * (last - first)), float(first + high * (last - first))


def bands(seen: Seen) -> list[tuple[float, float, str]]:
    """(from, to, word of the level)"""
    found, last = [], at(seen.t[-1])
    changes = [0, *(np.flatnonzero(np.diff(seen.level)) + 1).tolist()]
    for k, row in enumerate(changes):
        end = at(seen.t[changes[k + 1]]) if k + 1 < len(changes) else last
        found.append((float(at(seen.t[row])), float(end), LEVELS[Level(int(seen.level[row]))]))
    return found


def shade(axes: Any, seen: Seen, ends: tuple[float, float]) -> None:
    """The level, faintly, behind a panel."""
    for begin, end, word in bands(seen):
        if word != "none" and end > ends[0] and begin < ends[1]:
            axes.axvspan(begin, end, color=COLOUR[word], alpha=0.16, lw=0)


def strip(axes: Any, seen: Seen, ends: tuple[float, float]) -> None:
    """The level, in full colour."""
    for begin, end, word in bands(seen):
        axes.axvspan(begin, end, color=COLOUR[word], lw=0)
    frame(axes, ends, "", {})
    axes.set_yticks([])
    axes.tick_params(labelbottom=True, length=3)


def legend(out: Figure, height: float) -> None:
    """What the colours say, below all."""
    out.text(0.075, 0.08 / height, "[level]", fontsize=8)
    for k, word in enumerate(LEVELS.values()):
        x = 0.19 + 0.135 * k
        out.patches.append(
            Rectangle((x, 0.07 / height), 0.018, 0.12 / height, facecolor=COLOUR[word],
                      edgecolor=COLOUR["faint"], lw=0.5, transform=out.transFigure)
        )  # fmt: skip
        out.text(x + 0.024, 0.08 / height, f"[{word}]", fontsize=8)


def frame(axes: Any, ends: tuple[float, float], label: str, lines: Any) -> None:
    """What every panel has: its name above, the thresholds, a time axis without words."""
    axes.set_xlim(*ends)
    axes.set_title(label, loc="left", fontsize=8.5, pad=3)
    for word, height in heights(lines).items():
        axes.axhline(height, color=LINE[word], lw=1.1, ls=(0, (5, 2)))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    locator = mdates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
    axes.tick_params(labelbottom=False, length=2)


def within(t: Any, ends: tuple[float, float]) -> Any:
    """Which times are shown, and one more on each side."""
    return np.convolve((at(t) >= ends[0]) & (at(t) <= ends[1]), [1, 1, 1], "same") > 0


def draw_series(axes: Any, series: Series, ends: tuple[float, float], faint: bool = False) -> None:
    """Readings as they came."""
    colour = COLOUR["faint" if faint else "ink"]
    if series.kind == "bars":
        _bars(axes, series, ends, colour)
    elif series.kind == "points":
        axes.plot(at(series.t), series.value, "o", color=colour, ms=4)
    else:
        t, value = broken(series)
        some = within(t, ends)
        t, value = thinned(t[some], value[some])
        axes.plot(at(t), value, color=colour, lw=1.1)
    if series.names:
        axes.set_yticks(list(series.names), list(series.names.values()))
        axes.margins(y=0.4)


def _bars(axes: Any, series: Series, ends: tuple[float, float], colour: str) -> None:
    """Amounts, each over the time that it stands for; of forecasts the newest."""
    newest = dict(zip(series.t.tolist(), series.value.tolist(), strict=True))
    when, value = np.array(sorted(newest)), np.array([newest[t] for t in sorted(newest)])
    some = within(when, ends)
    t, value = at(when[some]), value[some]
    edges = np.concatenate([[2 * t[0] - t[1]], t])
    change = np.concatenate([[True], np.diff(value) != 0])
    axes.stairs(value[change], np.append(edges[:-1][change], edges[-1]), fill=True, color=colour)
    axes.set_ylim(0, None)


def broken(series: Series) -> tuple[I8, F8]:
    """A line that breaks where readings are missing."""
    long = np.flatnonzero(np.diff(series.t) > 3.5 * series.sensor.cadence) + 1
    return np.insert(series.t, long, series.t[long] - 1), np.insert(series.value, long, np.nan)


def thinned(t: I8, value: F8, most: int = 240) -> tuple[I8, F8]:
    """The least and the most of each piece, where there are more points than can be seen."""
    if len(t) <= most:
        return t, value
    keep: set[int] = set()
    for piece in np.array_split(np.arange(len(t)), most // 3):
        some = value[piece]
        keep.add(int(piece[0]))
        if np.isfinite(some).any():
            keep |= {int(piece[np.nanargmin(some)]), int(piece[np.nanargmax(some)])}
        gone = piece[~np.isfinite(some)]
        keep |= set(gone[:1].tolist())
    index = np.array(sorted(keep))
    return t[index], value[index]


def draw_panel(axes: Any, scene: Scene, seen: Seen, k: int, ends: tuple[float, float]) -> None:
    """What the method reckons, with its curves named."""
    panel: Panel = scene.panels[k]
    if panel.also is not None:
        draw_series(axes, scene.shown()[panel.also], ends, faint=True)
    for curve, value in zip(panel.curves, seen.curves[k], strict=True):
        _curve(axes, curve, seen.t, value, ends)
    if len(panel.curves) > 1:
        axes.legend(loc="upper left", fontsize=7, frameon=False, ncols=len(panel.curves),
                    handlelength=1.4, borderaxespad=0.1, columnspacing=1)  # fmt: skip
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.2 * (high - low))


def _curve(axes: Any, curve: Curve, t: I8, value: F8, ends: tuple[float, float]) -> None:
    last = np.flatnonzero(np.append(np.diff(t) > 0, True))  # what all readings of a time come to
    last = last[within(t[last] + curve.ahead, ends)]
    when, said = thinned(t[last] + curve.ahead, value[last])
    style = (0, (3, 2)) if curve.dashed else "-"
    how = "steps-post" if curve.steps else "default"
    axes.plot(at(when), said, color=LINE[curve.colour], lw=1.2, ls=style, ds=how, label=curve.label)
