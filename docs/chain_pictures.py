"""The drawing of chains, from the YAML of `docs/chains.md`: as Mermaid and as SVG.

An assessment (hazard, area) is a box; what warns is a solid arrow, what lowers thresholds a dotted
one. Labels are English, since a machine that draws need not have a Chinese font.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from ruamel.yaml import YAML

PAGE = Path(__file__).resolve().parent / "chains.md"
INK, FAINT = "#22303c", "#8895a3"
STYLE: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tongluo",  # the same picture has the same bytes
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
}
FILL = {
    "blue": "#d3e3f8",
    "yellow": "#fbeeb0",
    "orange": "#fbd9ae",
    "red": "#f6c1bd",
    "": "#eef0f2",
}


def parts(page: Path = PAGE) -> list[Any]:
    """The YAML blocks of a page, the whole file first."""
    yaml = YAML(typ="safe", pure=True)
    text = page.read_text(encoding="utf-8")
    return [yaml.load(x) for x in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def chains() -> list[Any]:
    """The chains of all blocks, in the order of the page."""
    return [chain for part in parts() for chain in part.get("chains", [])]


Box = tuple[str, str, str]
"""(hazard, area, level)"""


def boxes(chain: Any) -> tuple[list[Box], list[Box]]:
    """What a chain asks for, and what it acts on."""
    rules = {rule["id"]: rule for part in parts() for rule in part.get("rules", [])}
    if "warn" in chain:
        told = chain["warn"]
        targets = [(told["hazard"], area, told["level"]) for area in chain["areas"]]
    else:
        lowered = [rules[name] for name in chain["lower"]["rules"]]
        targets = [(r["hazard"], (chain.get("areas") or r["areas"])[0], "") for r in lowered]
    here = targets[0][1]
    return [(w["hazard"], w.get("area", here), w["level"]) for w in chain.get("when", [])], targets


def said(box: Box) -> str:
    """A box in words."""
    hazard, area, level = box
    words = f"{hazard.replace('_', ' ')}, {area}"
    return f"{words}: {level}" if level else words


def does(chain: Any) -> str:
    """What stands at the arrow."""
    if "warn" in chain:
        return f"warns, in {chain['travel']}" if "travel" in chain else "warns"
    by = chain["lower"].get("by")
    return f"thresholds x {by:g}" if by else "lower thresholds"


def mermaid() -> str:
    """The chains as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    for n, chain in enumerate(chains()):
        sources, targets = boxes(chain)
        arrow = "-->" if "warn" in chain else "-.->"
        hub = f"c{n}([{chain['id']}])"
        lines += [f'  s{n}{k}["{said(box)}"] --- {hub}' for k, box in enumerate(sources)]
        lines += [
            f'  {hub} {arrow}|{does(chain)}| t{n}{k}["{said(box)}"]'
            for k, box in enumerate(targets)
        ]
    return "\n".join(lines)


def svg() -> str:
    """The chains as a picture, one row each."""
    with mpl.rc_context(STYLE):
        found = chains()
        heights = [max(1, *(len(side) for side in boxes(chain))) * 0.42 + 0.28 for chain in found]
        figure = Figure(figsize=(10, sum(heights)))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, 10)
        axes.set_ylim(-sum(heights), 0)
        axes.axis("off")
        top = 0.0
        for chain, height in zip(found, heights, strict=True):
            _row(axes, chain, top - height / 2)
            top -= height
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _row(axes: Any, chain: Any, y: float) -> None:
    sources, targets = boxes(chain)
    style = "-" if "warn" in chain else (0, (3, 2))
    for at, box in _spread(sources, y):
        _box(axes, 0.2, at, 2.9, said(box), FILL[box[2]])
        _arrow(axes, (3.1, at), (3.75, y), "-", INK)
    _box(axes, 3.75, y, 1.75, chain["id"], "white")
    for at, box in _spread(targets, y):
        _box(axes, 7.2, at, 2.6, said(box), FILL[box[2]])
        _arrow(axes, (5.5, y), (7.2, at), style, INK)
    plain = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(6.3, y, does(chain), ha="center", va="center", fontsize=7.5, bbox=plain)


def _spread(found: list[Box], y: float) -> Iterator[tuple[float, Box]]:
    for k, box in enumerate(found):
        yield y + ((len(found) - 1) / 2 - k) * 0.42, box


def _box(axes: Any, x: float, y: float, width: float, text: str, fill: str) -> None:
    patch = mpl.patches.FancyBboxPatch(
        (x, y - 0.13),
        width,
        0.26,
        boxstyle="round,pad=0.02",
        facecolor=fill,
        edgecolor=FAINT,
        lw=0.8,
    )
    axes.add_patch(patch)
    axes.text(x + width / 2, y, text, ha="center", va="center")


def _arrow(axes: Any, start: Any, end: Any, style: Any, colour: str) -> None:
    axes.annotate(
        "",
        end,
        start,
        arrowprops={"arrowstyle": "->", "color": colour, "lw": 1, "linestyle": style},
    )
