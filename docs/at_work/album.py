"""All detectors at work, by family: their pictures, what their pages say of them, and the index."""

from __future__ import annotations

import hashlib
import sys
import textwrap
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from detectors import DETECTORS
from docs.at_work import anything, draw, fire, rain, slopes, water
from docs.at_work.scene import Scene, digest, play

FAMILIES: dict[tuple[str, str], dict[str, Scene]] = {
    ("Rain and flash flood", "暴雨与山洪"): rain.SCENES,
    ("River, reservoir, tide and waterlogging", "河道、水库、潮位与内涝"): water.SCENES,
    ("Landslide and debris flow", "滑坡与泥石流"): slopes.SCENES,
    ("Forest fire", "森林火灾"): fire.SCENES,
    ("Any quantity", "任何要素"): anything.SCENES,
}
"""A detector that is registered without a scene here fails a test."""
SCENES = {name: scene for family in FAMILIES.values() for name, scene in family.items()}


def path(name: str) -> str:
    """Of the picture, below docs/."""
    return f"pictures/detectors/{name}.svg"


Picture = tuple[str, Callable[[], str]]
"""The mark of what is to be drawn, and how to draw it."""


@cache
def picture(name: str) -> Picture:
    """Of a detector."""
    seen = play(DETECTORS[name], SCENES[name])
    return digest(name, SCENES[name], seen), partial(draw.svg, SCENES[name], seen)


def drawn_by(module: Any, text: str) -> Picture:
    """A picture that a module's `svg` draws of a text."""
    whole = text + Path(module.__file__).read_text(encoding="utf-8")
    return hashlib.sha256(whole.encode()).hexdigest()[:32], module.svg


def signature(mark: str) -> str:
    """The last line of a picture: what it was drawn from."""
    return f"<!-- drawn from: {mark} -->\n"


def is_fresh(picture_file: Path, mark: str) -> bool:
    """Whether a picture was drawn from this. Its own bytes vary with the version of matplotlib."""
    if not picture_file.exists():
        return False
    return picture_file.read_text(encoding="utf-8").endswith(signature(mark))


def caption(name: str) -> list[str]:
    """The picture on the page of a detector, and what to see in it."""
    scene = SCENES[name]
    return [
        f"![{name} at work](../{path(name)})",
        textwrap.fill(f"*On {scene.of[0]}:* {scene.see[0]}", 118, break_on_hyphens=False),
        f"*{scene.of[1]}*：{scene.see[1]}",
    ]


def first_sentence(name: str) -> str:
    """What the docstring begins with."""
    text = sys.modules[DETECTORS[name].step.__module__].__doc__ or ""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def line(name: str) -> tuple[str, str, str, str]:
    """A detector in the index."""
    detector = DETECTORS[name]
    quantities = ", ".join(f"`{q}`" for q in detector.quantities) or "any"
    ports = ", ".join(f"`{p.name}`{'' if p.optional else ' (needed)'}" for p in detector.ports)
    return f"[{name}]({name}.md)", first_sentence(name), quantities, ports or "none"


HEAD = ("detector", "what it judges", "quantities", "further inputs")
