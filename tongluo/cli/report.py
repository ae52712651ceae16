"""`tongluo report`: what somebody in an area saw there, or how many people were told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongluo.cli.acts import Operator, TokenFile, order
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.texts import config_language, say
from tongluo.config.load import load
from tongluo.core.times import iso

People = Annotated[int | None, typer.Option(min=0, metavar="PEOPLE")]


def report(
    area: Annotated[str, typer.Argument(metavar="AREA")],
    operator: Operator,
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    told: People = None,
    of: People = None,
    out: People = None,
    refuse: People = None,
    force: Annotated[bool, typer.Option("--force")] = False,
    channel: Annotated[str, typer.Option("--channel", metavar="CHANNEL")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME")] = "",
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Report back from an area."""
    counts = {"told": told, "of": of, "out": out, "refuse": refuse}
    said = {name: count for name, count in counts.items() if count is not None}
    sure = {"sure": True} if force else {}
    shown = {"channel": channel, "at": _iso(at, config)} if channel else {}
    done = order(
        config, operator, token_file, "report", area=area, text=text, **said, **sure, **shown
    )
    if channel:
        print(say("report_shown", area=area, channel=channel, events=", ".join(done["events"])))
    elif done["told"] is None:
        print(say("report_kept", area=area))
    else:
        events = ", ".join(done["events"])
        print(say("report_counted", area=area, told=f"{done['told']:,}", events=events))


def _iso(at: str, config: Path) -> str:
    """A time with offset, of a local one as a person writes it."""
    from tongluo.cli.coverage_acts import moment  # noqa: PLC0415 - loads scipy: for who asks only

    return iso(moment(at, load(config, config_language()).config.site.timezone)) if at else ""
