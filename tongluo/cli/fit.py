"""`tongluo fit`: models that detectors judge by, fitted to past readings and printed as YAML.

Nothing here is part of the daemon; pandas, scikit-learn and utide are loaded when called for.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tongluo.cli.fit_stage import Inputs, Model, fit_model
from tongluo.core.errors import CaseError
from tongluo.core.times import iso, parse_duration, say_duration
from tongluo.core.units import inner_unit

Readings = Annotated[Path, typer.Argument(metavar="CASE_OR_CSV")]
Tides = Annotated[Path, typer.Argument(metavar="CSV")]
MOST_UPSTREAM, MOST_RAIN, MOST_TERMS = 4, 2, 16


class Split(StrEnum):
    """Which rows are held out."""

    TIME = "time"
    STORM = "storm"


def stage(
    readings: Readings,
    own: Annotated[str, typer.Option("--own", metavar="STATION/SENSOR")],
    upstream: Annotated[list[str] | None, typer.Option("--upstream", metavar="S/S")] = None,
    rain: Annotated[list[str] | None, typer.Option("--rain", metavar="S/S")] = None,
    lead: Annotated[str, typer.Option("--lead")] = "3 h",
    lags: Annotated[str, typer.Option("--lags")] = "0 h",
    windows: Annotated[str, typer.Option("--windows")] = "6 h",
    age: Annotated[str, typer.Option("--age")] = "2 h",
    held_out: Annotated[float, typer.Option("--held-out", min=0.05, max=0.8)] = 0.3,
    split: Annotated[Split, typer.Option("--split")] = Split.TIME,
    robust: Annotated[bool, typer.Option("--robust")] = False,
) -> None:
    """Fit a stage_outlook."""
    up, rains = upstream or [], rain or []
    if len(up) > MOST_UPSTREAM or len(rains) > MOST_RAIN:
        raise CaseError(f"at most {MOST_UPSTREAM} --upstream and {MOST_RAIN} --rain")
    names = {"own": own}
    names |= {f"upstream{n}": name for n, name in enumerate(up, 1)}
    names |= {f"rain{n}": name for n, name in enumerate(rains, 1)}
    inputs = Inputs(names, _lengths(lags), _lengths(windows), _length(lead), _length(age))
    if len(inputs.terms()) > MOST_TERMS:
        raise CaseError(f"{len(inputs.terms())} terms: a model has at most {MOST_TERMS}")
    print(stage_yaml(fit_model(readings, inputs, held_out, split.value, robust=robust)))


def tide(
    readings: Tides,
    own: Annotated[str, typer.Option("--own", metavar="STATION/SENSOR")] = "",
    latitude: Annotated[float, typer.Option("--latitude", min=-90, max=90)] = 30.0,
) -> None:
    """Fit a surge_residual's constants."""
    from tongluo.cli.fit_tide import constants_yaml, fit_tide  # noqa: PLC0415 - loads pandas

    print(constants_yaml(fit_tide(readings, own, latitude)))


def _length(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise CaseError(str(error)) from None


def _lengths(text: str) -> list[int]:
    return [_length(part) for part in text.split(",")]


def stage_yaml(model: Model) -> str:
    """The model as a rule's options, with what is known of its worth as comments.

    The weights are those of the rows that were not held out: the very model whose error is told.
    """
    unit, got = inner_unit(model.quantity), model.inputs
    lines = [
        f"# {iso(model.start)} to {iso(model.end)}: fitted to {model.fitted} rows, "
        f"{model.tested} held out",
        f"# held-out error (root mean square): {model.error:.4g} {unit}; of persistence: "
        f"{model.persistence:.4g} {unit}; skill {model.skill:.2f}",
        f"# of the held-out tenth that was highest: {model.error_high:.4g} {unit}; of persistence: "
        f"{model.persistence_high:.4g} {unit}; skill {model.skill_high:.2f}",
        "detector: stage_outlook",
        f"quantity: {model.quantity}  # own: {got.names['own']}",
        "inputs:" if len(got.names) > 1 else "inputs: {}",
        *(f"  {port}: {name}" for port, name in got.names.items() if port != "own"),
        "options:",
        f"  lead: {say_duration(got.lead)}",
        f"  age: {say_duration(got.age)}",
        f"  intercept: {model.intercept:.6f} {unit}",
        f"  sigma: {model.error:.6f} {unit}",
        "  terms:",
    ]
    for (port, lag, window), weight in zip(got.terms(), model.weights, strict=True):
        more = f", window: {say_duration(window)}" if window else ""
        lines.append(f"    - {{of: {port}, lag: {say_duration(lag)}{more}, weight: {weight:.6g}}}")
    return "\n".join(lines)
