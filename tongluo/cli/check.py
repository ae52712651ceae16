"""`tongluo check`: a configuration that can be used is summed up; any other never gets this far."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG
from tongluo.cli.remarks import people, remarks
from tongluo.cli.site import folder_of
from tongluo.cli.texts import chinese, config_language, hazard_word, level_word, say, word
from tongluo.config.lengths import Longest, longest
from tongluo.config.load import Loaded, load
from tongluo.config.plan import Plan, plan
from tongluo.core.clock import now_ms
from tongluo.core.times import to_datetime

CODINGS = {"ucs2": "UCS-2", "gsm7": "GSM-7"}


def check(file: Annotated[Path, typer.Argument(metavar="FILE")] = DEFAULT_CONFIG) -> None:
    """Say everything that is wrong with a configuration, or what it holds."""
    loaded = load(file, config_language())
    made = plan(loaded.config, loaded.digest)
    out = paint.console()
    out.print(Text(say("check_ok", file=file.name), "bold green"))
    grid = Table.grid(padding=(0, 2))
    for key, value in summary(loaded, made):
        paint.row(grid, (Text(say(key), "dim"), value))
    out.print(grid)
    today = to_datetime(now_ms(), loaded.config.site.timezone).date().isoformat()
    for remark in (*remarks(made), *loaded.remarks(today, config_language())):
        out.print(Text(f"· {remark}"))
    for one in longest(loaded.config):
        out.print(Text(f"· {_length(one)}"))


def _length(one: Longest) -> str:
    """How long a channel's texts become."""
    return say(
        "sms_length", name=one.channel, parts=one.size.parts, units=one.size.units,
        coding=CODINGS[one.size.coding], hazard=hazard_word(one.hazard),
        level=level_word(one.level), audience=word("audience", one.audience), area=one.area,
    )  # fmt: skip


def summary(loaded: Loaded, made: Plan) -> list[tuple[str, str]]:
    """(key of a text, what stands there)."""
    config = loaded.config
    channels = ", ".join(f"{name} ({c.kind})" for name, c in config.channels.items())
    sensors = sum(sensor is not None for sensor in made.sensors)
    return [
        ("site", config.site.name if chinese() else config.site.name_en),
        ("digest", loaded.digest),
        ("stations", say("stations_sensors", stations=len(config.stations), sensors=sensors)),
        ("areas", say("areas_people", areas=len(config.areas), people=f"{people(config):,}")),
        ("rules", str(len(config.rules))),
        ("policies", str(len(config.policies))),
        ("channels", channels or say("none")),
        ("broker", config.broker.url),
        ("store", str(folder_of(loaded))),
    ]
