"""`tongluo replay`: a past storm, judged by the code that runs live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import CaseFolder
from tongluo.cli.show_warnings import change, words
from tongluo.cli.texts import hazard_word, say
from tongluo.config.plan import Plan
from tongluo.core.effects import Decision, Effects
from tongluo.core.errors import TongluoError
from tongluo.core.times import parse_time
from tongluo.core.words import Level
from tongluo.engine import Engine
from tongluo.replay.approving import ASSUMED, Approve
from tongluo.replay.case import Case, load_case
from tongluo.replay.result import Result
from tongluo.replay.run import replay as judge
from tongluo.replay.scores import scores


class Telling(Engine):
    """The engine, with every decision told as it is found."""

    def __init__(self, plan: Plan, out: Console, zone: str) -> None:
        super().__init__(plan)
        self._out, self._zone = out, zone

    def feed(self, row: Any) -> Effects:
        """One row, as the engine does it."""
        effects = super().feed(row)
        for decision in effects.decisions:
            self._out.print(line(decision, self._zone), soft_wrap=True)
        return effects


def replay(
    case: CaseFolder,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE")] = None,
    approve: Annotated[str, typer.Option("--approve", metavar="at-once|never")] = "at-once",
) -> None:
    """Judge a case and write everything it caused."""
    if approve not in get_args(Approve):
        raise TongluoError(say("approve_how", said=approve))
    found = load_case(case)
    folder = out or Path("out") / case.resolve().name
    console = paint.console()
    with bar(console) as progress:
        task = progress.add_task(say("judging"), total=None)
        result = judge(
            found,
            folder,
            config,
            lambda done, total: progress.update(task, completed=done, total=total),
            lambda plan: Telling(plan, console, found.timezone),
            cast("Approve", approve),
        )
    console.print(Text(summary(result)))
    if any(ASSUMED in w.policy for w, _ in result.warnings):
        console.print(Text(say("approval_assumed")))
    for crossing in scores(result)["first_crossings"]:
        console.print(crossed(crossing, found), soft_wrap=True)
    console.print(Text(say("written", folder=folder), "bold"))
    for path in written(folder):
        console.print(Text(f"  {path}"), soft_wrap=True)


def bar(console: Console) -> Progress:
    """A progress bar with a count; on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def line(decision: Decision, zone: str) -> Text:
    """A decision in one line, its levels coloured."""
    before, after = change(decision.before, decision.after)
    where = paint.clean(f"{decision.area}  {hazard_word(decision.hazard)}  ")
    return Text.assemble(
        (f"{paint.local(decision.time, zone)}  ", "dim"), where, before, " → ", after,
        (f"  {paint.clean(words(dict(decision.reason)))}", "dim"),
    )  # fmt: skip


def summary(result: Result) -> str:
    """Readings, decisions and warnings counted."""
    return say(
        "replayed",
        readings=f"{result.readings:,}",
        decisions=len(result.decisions),
        warnings=len(result.warnings),
        digest=result.hash.hexdigest()[:16],
    )


def crossed(crossing: dict[str, Any], case: Case) -> Text:
    """When an area first reached a level."""
    time = paint.local(parse_time(crossing["time"]), case.timezone)
    where = f"{crossing['area']}  {hazard_word(crossing['hazard'])}"
    level = paint.level(Level.parse(crossing["level"]))
    return Text.assemble(say("first_time"), " ", level, f"  {time}  {where}")


def written(folder: Path) -> list[str]:
    """The files of a replay, folders with their number of files."""
    found = []
    for path in sorted(folder.iterdir()):
        count = sum(1 for _ in path.iterdir()) if path.is_dir() else 0
        found.append(say("in_folder", path=path, count=count) if path.is_dir() else str(path))
    return found
