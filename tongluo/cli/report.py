"""`tongluo report`: what somebody in an area saw there, or how many people were told."""

from __future__ import annotations

from typing import Annotated

import typer

from tongluo.cli.acts import Operator, TokenFile, order
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.texts import say

People = Annotated[int | None, typer.Option(min=0, metavar="PEOPLE")]


def report(
    area: Annotated[str, typer.Argument(metavar="AREA")],
    operator: Operator,
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    told: People = None,
    of: People = None,
    out: People = None,
    refuse: People = None,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Report back from an area."""
    counts = {"told": told, "of": of, "out": out, "refuse": refuse}
    said = {name: count for name, count in counts.items() if count is not None}
    done = order(config, operator, token_file, "report", area=area, text=text, **said)
    if done["told"] is None:
        print(say("report_kept", area=area))
    else:
        events = ", ".join(done["events"])
        print(say("report_counted", area=area, told=f"{done['told']:,}", events=events))
