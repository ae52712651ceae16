"""`tongluo benchmark nab`: the anomaly detector on NAB's streams, by NAB's rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from tongluo.cli import paint
from tongluo.cli.nab_score import Outcome, Scored, Weights, best
from tongluo.cli.nab_streams import RUN, Corpus, corpus
from tongluo.cli.replay import bar
from tongluo.cli.texts import say


def nab(
    path: Annotated[Path, typer.Argument(metavar="PATH")],
    profile: Annotated[str, typer.Option("--profile", metavar="NAME")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> None:
    """Score the detector and a simple peer on the streams that are there."""
    found, console = corpus(path), paint.console()
    profiles = found.profiles()
    if profile and profile not in profiles:
        raise typer.BadParameter(" | ".join(profiles), param_hint="--profile")
    wanted = {name: w for name, w in profiles.items() if profile in ("", name)}
    told(found, console)
    scored = run(found, console)
    outcomes = {
        detector: {name: best(streams, weights) for name, weights in wanted.items()}
        for detector, streams in scored.items()
    }
    console.print(grid(outcomes, list(wanted)))
    if out:
        text = json.dumps(report(found, scored, outcomes, wanted), indent=2, allow_nan=False)
        out.write_text(text + "\n", encoding="utf-8")
        console.print(say("written", folder=out))


def told(found: Corpus, console: Console) -> None:
    """Which streams there are, folder by folder."""
    for folder in sorted({name.partition("/")[0] for name in found.labels}):
        here = [n.partition("/")[2] for n in found.found if n.startswith(f"{folder}/")]
        many = sum(name.startswith(f"{folder}/") for name in found.labels)
        names = f": {', '.join(here)}" if here else ""
        console.print(f"{folder} {len(here)}/{many}{names}", highlight=False)
    console.print(say("nab_found", found=len(found.found), labelled=len(found.labels)))


def run(found: Corpus, console: Console) -> dict[str, list[Scored]]:
    """The scores of each detector on each stream."""
    scored: dict[str, list[Scored]] = {detector: [] for detector in RUN}
    with bar(console) as progress:
        task = progress.add_task(say("judging"), total=len(found.found))
        for stream in found.streams():
            for detector, scores in RUN.items():
                made = scores(stream.time, stream.value)
                scored[detector].append(Scored(made, stream.windows))
            progress.advance(task)
    return scored


def grid(outcomes: dict[str, dict[str, Outcome]], profiles: list[str]) -> Grid:
    """Detectors by profiles."""
    table = Grid(say("detector"), *profiles)
    for detector, by_profile in outcomes.items():
        table.add_row(detector, *(f"{by_profile[name].score:.1f}" for name in profiles))
    return table


def report(
    found: Corpus,
    scored: dict[str, list[Scored]],
    outcomes: dict[str, dict[str, Outcome]],
    profiles: dict[str, Weights],
) -> dict[str, Any]:
    """Everything as JSON: what was there, scores, thresholds, and hits by stream."""
    return {
        "streams": found.found,
        "missing": [name for name in found.labels if name not in found.found],
        "detectors": {
            detector: {
                name: {**outcomes[detector][name].as_json(), "by_stream": hits(found, streams, o)}
                for name, o in outcomes[detector].items()
                if name in profiles
            }
            for detector, streams in scored.items()
        },
    }


def hits(found: Corpus, streams: list[Scored], outcome: Outcome) -> dict[str, Any]:
    """Windows, windows found and detections of each stream."""
    return {
        name: {
            "windows": len(one.windows),
            "found": sum(bool((one.scores[a : b + 1] >= outcome.threshold).any())
                         for a, b in one.windows),
            "detections": int((one.scores >= outcome.threshold).sum()),
        }
        for name, one in zip(found.found, streams, strict=True)
    }  # fmt: skip
