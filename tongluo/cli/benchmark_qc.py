"""`tongluo benchmark qc`: quality control against the labels of a technician.

The stage that runs live flags the series reading by reading, with one configuration for every
series (`quality: {}`) and without the labels; then its flags are compared with them by events.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from ingest import quality_words
from tongluo.cli import paint
from tongluo.cli.qc_scores import Score, plain, runs, score, widened
from tongluo.cli.qc_series import I8, Layout, Series, flags, read
from tongluo.cli.replay import bar
from tongluo.cli.texts import say
from tongluo.config.quality import QualityIn
from tongluo.core.errors import TongluoError
from tongluo.core.units import QUANTITIES

NEAR = 1


def qc(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    time: Annotated[str, typer.Option("--time", metavar="COL")],
    value: Annotated[str, typer.Option("--value", metavar="COL")],
    label: Annotated[str | None, typer.Option("--label", metavar="COL")] = None,
    label_log: Annotated[Path | None, typer.Option("--label-log", metavar="FILE")] = None,
    quantity: Annotated[str, typer.Option("--quantity")] = "stage",
    unit: Annotated[str | None, typer.Option("--unit")] = None,
    missing: Annotated[float | None, typer.Option("--missing")] = None,
    format_: Annotated[str | None, typer.Option("--format")] = None,
    near: Annotated[int, typer.Option("--near", min=0)] = NEAR,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE")] = None,
) -> None:
    """Flag a labelled series, compare by events, and say what was found."""
    if label is None and label_log is None:
        raise TongluoError(say("qc_no_labels"))
    if quantity not in QUANTITIES:
        raise TongluoError(say("qc_no_quantity", name=quantity, choice=", ".join(QUANTITIES)))
    layout = Layout(time, value, label, label_log, quantity, unit, missing, format_)
    series = read(file, layout)
    out = paint.console()
    with bar(out) as progress:
        task = progress.add_task(say("judging"), total=None)
        flag, test = flags(
            series, QualityIn(), lambda a, b: progress.update(task, completed=a, total=b)
        )
    out.print(_head(series, flag), soft_wrap=True)
    out.print(scores(series, flag, near))
    out.print(tests(series, flag, test, near))
    _peak(out, series, flag)
    if plot is not None:
        from tongluo.cli.qc_picture import picture  # noqa: PLC0415 - drawing takes a second to load

        picture(plot, series, flag)
        out.print(say("written", folder=plot))


def _head(series: Series, flag: I8) -> str:
    return say(
        "qc_head",
        readings=f"{len(series.t):,}",
        labelled=f"{int(series.labelled.sum()):,}",
        suspect=f"{int((flag == 3).sum()):,}",
        fail=f"{int((flag == 4).sum()):,}",
    )


def scores(series: Series, flag: I8, near: int) -> Table:
    """Quality control and the baseline, by events."""
    made = paint.table(say("qc_scores", near=near), "qc_method", "qc_events", "qc_hits",
                       "qc_false", "qc_precision", "qc_recall", "qc_f1")  # fmt: skip
    for name, mask in (("qc_ours", flag >= 3), ("qc_plain", plain(series.value))):
        told = score(series.labelled, mask, near)
        paint.row(made, (say(name), *_cells(told)))
    return made


def _cells(told: Score) -> tuple[str, ...]:
    counts = (str(told.labelled), str(told.hits), str(told.false))
    return (*counts, *(f"{x:.2f}" for x in (told.precision, told.recall, told.f1)))


def tests(series: Series, flag: I8, test: I8, near: int) -> Table:
    """What each test flagged, and how much of it beside any label."""
    made = paint.table(say("qc_tests"), "qc_test", "qc_readings", "qc_runs", "qc_false")
    around = widened(series.labelled, near)
    for code in np.unique(test[flag >= 3]).tolist():
        mask = (flag >= 3) & (test == code)
        beside = sum(not around[a : b + 1].any() for a, b in runs(mask))
        word = quality_words.word_of(code)
        paint.row(made, (word, str(int(mask.sum())), str(len(runs(mask))), str(beside)))
    return made


def _peak(out: Console, series: Series, flag: I8) -> None:
    """What became of the highest reading that nobody labelled."""
    good = np.flatnonzero(~series.labelled)
    if len(good):
        top = int(good[np.argmax(series.value[good])])
        failed = int(((flag == 4) & ~series.labelled).sum())
        out.print(say("qc_peak", value=f"{series.value[top]:g}", flag=flag[top], failed=failed))
