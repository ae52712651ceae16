"""A detector at work: what it is given, what is shown of it, and the run of the compiled step."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongluo.core.driver import Links, Table
from tongluo.core.ports import Detector, Sensor
from tongluo.core.words import Flag

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
HOUR, DAY, ZONE = 3_600_000, 86_400_000, 8 * 3_600_000


@dataclass(frozen=True)
class Series:
    """What stands at one port: readings in the order of their times."""

    label: str
    sensor: Sensor
    t: I8
    value: F8
    kind: str = "line"
    """line, bars (an amount for each length of time) or points."""
    lines: Mapping[str, Any] = field(default_factory=dict)
    """Level -> height, where the readings themselves are held against the levels."""
    known: I8 | None = None
    """When each arrives, if not at its time: forecasts."""
    names: Mapping[float, str] = field(default_factory=dict)
    """Words for values that are not numbers: 0 and 1 of a flag."""


@dataclass(frozen=True)
class Curve:
    """Something that the method reckons, after each reading."""

    label: str
    of: str | Callable[[Any, Mapping[str, float]], float]
    """A name of the evidence, or a function of the state's row and the evidence."""
    colour: str = "ink"
    ahead: int = 0
    """ms by which it is drawn later: what is foretold stands where it is foretold for."""
    dashed: bool = False
    steps: bool = False
    """Whether it stays as it is until the next reading."""


@dataclass(frozen=True)
class Panel:
    """One picture below the inputs."""

    label: str
    curves: tuple[Curve, ...]
    lines: Mapping[str, Any] = field(default_factory=dict)
    also: int | None = None
    """Index of a series that is drawn behind."""
    top: float = np.inf
    """Nothing above is shown."""


@dataclass(frozen=True)
class Scene:
    """All that one picture is made of."""

    of: tuple[str, str]
    """Where the series are from, English and Chinese."""
    see: tuple[str, str]
    """What to see in it."""
    levels: Mapping[str, Any]
    series: tuple[Series | None, ...]
    """By port, as a Links has them; None = nothing stands there."""
    panels: tuple[Panel, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    view: tuple[float, float] = (0.0, 1.0)
    """Part of the time that is shown."""

    def shown(self) -> list[Series]:
        """The series, without the empty ports."""
        return [x for x in self.series if x is not None]


@dataclass(frozen=True)
class Seen:
    """A run: after each row its time, the level, and the curves by panel."""

    t: I8
    level: I8
    curves: list[list[F8]]


def heights(lines: Mapping[str, Any]) -> dict[str, float]:
    """Level -> number, of what a level says: a number, or a text that begins with one.

    >>> heights({"blue": "3.5 m", "red": 4})
    {'blue': 3.5, 'red': 4.0}
    """
    found = {w: re.match(r"-?[\d.]+", str(x)) for w, x in lines.items()}
    return {w: float(m[0]) for w, m in found.items() if m}


def row_of(detector: Detector, scene: Scene) -> Any:
    """The parameters of the scene's rule."""
    params = np.zeros(1, detector.params)
    first, *others = (x and x.sensor for x in scene.series)
    assert first is not None
    others = [*others, *[None] * (len(detector.ports) - len(others))]
    sensor = replace(first, others=tuple(others), zone=ZONE)
    detector.fill(params[0], detector.options.model_validate(scene.options), scene.levels, sensor)
    return params


def columns(scene: Scene) -> tuple[I8, tuple[I8, I8, F8, I8, I8]]:
    """Arrivals, and all readings in their order; of what comes at once the judged series last."""
    rows = [
        (int((x.t if x.known is None else x.known)[k]), -port, int(x.t[k]), float(x.value[k]))
        for port, x in enumerate(scene.series)
        if x is not None
        for k in range(len(x.t))
    ]
    rows.sort(key=lambda r: r[:2])  # a port's own order stays
    came, port, t, value = zip(*rows, strict=True)
    good = np.where(np.isfinite(value), Flag.GOOD, Flag.MISSING).astype(np.int64)
    sensor = -np.array(port, np.int64)
    fate = np.zeros(len(rows), np.int64)
    return np.array(came), (sensor, np.array(t, np.int64), np.array(value), good, fate)


def play(detector: Detector, scene: Scene) -> Seen:
    """Run the compiled step over the scene, a reading at a time."""
    params, ports = row_of(detector, scene), len(scene.series)
    real, ghost = (Table(detector, params, Links([range(ports)], ports)) for _ in range(2))
    came, rows = columns(scene)
    level, told = [], []
    for k in range(len(came)):
        ghost.state[:] = real.state
        real.judge(rows, k, k + 1)
        level.append(int(real.state[0]["level"]))
        told.append(_values(detector, scene, real.state[0], evidence(ghost, rows, k)))
    by_curve = iter(np.array(told, np.float64).reshape(len(came), -1).T)
    curves = [
        [
            np.where(found > panel.top, np.nan, found)
            for found in islice(by_curve, len(panel.curves))
        ]
        for panel in scene.panels
    ]
    return Seen(came, np.array(level), curves)


def evidence(ghost: Table, rows: Any, k: int) -> Mapping[str, float]:
    """The evidence of a reading: a step writes it when the level changes, so it is made to."""
    ghost.state["level"], ghost.state["why"] = -1, np.nan
    ghost.judge(rows, k, k + 1)
    return dict(zip(ghost.detector.why, ghost.state[0]["why"].tolist(), strict=True))


def _values(detector: Detector, scene: Scene, state: Any, why: Mapping[str, float]) -> list[float]:
    return [
        float(why[c.of] if isinstance(c.of, str) else c.of(state, why))
        for panel in scene.panels
        for c in panel.curves
    ]


def short(value: float) -> str:
    """A time or a level as it is, a number to five digits: processors differ in the last bits."""
    return str(value) if isinstance(value, int) else f"{value:.5g}"


def digest(name: str, scene: Scene, seen: Seen) -> str:
    """Of all that is drawn and of how."""
    whole = hashlib.sha256(name.encode())
    for array in (
        *(a for x in scene.shown() for a in (x.t, x.value)),
        *(seen.t, seen.level),
        *(c for panel in seen.curves for c in panel),
    ):
        whole.update(",".join(short(v) for v in array.tolist()).encode())
    said = [
        *((x.label, x.kind, sorted(x.names.items())) for x in scene.shown()),
        *(sorted(heights(x.lines).items()) for x in (*scene.shown(), *scene.panels)),
        *((p.label, p.also, p.top) for p in scene.panels),
        *((c.label, c.colour, c.ahead, c.dashed, c.steps) for p in scene.panels for c in p.curves),
        scene.view,
        (Path(__file__).parent / "draw.py").read_text(encoding="utf-8"),
    ]
    whole.update(repr(said).encode())
    return whole.hexdigest()[:32]
