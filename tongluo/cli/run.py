"""`tongluo run`: the daemon."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from tongluo.cli.local import NotRunning, ask
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import folder_of
from tongluo.cli.texts import config_language, say
from tongluo.config.load import Loaded, load, validate
from tongluo.core.errors import TongluoError
from tongluo.daemon import process


class Clock(StrEnum):
    """What passes for now."""

    SYSTEM = "system"
    STREAM = "stream"


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    clock: Annotated[Clock | None, typer.Option("--clock")] = None,
    dispatch: Annotated[bool, typer.Option("--dispatch/--no-dispatch")] = True,
) -> None:
    """Run the daemon until it is told to stop."""

    def read() -> Loaded:
        loaded = load(config, config_language())
        return loaded if clock is None else with_clock(loaded, clock.value)

    loaded = read()
    refuse_second(loaded)
    code = process.run(loaded, dispatch=dispatch, read_again=read)
    if code:
        raise typer.Exit(code)


def with_clock(loaded: Loaded, clock: str) -> Loaded:
    """The configuration with another clock, in its text too: the journal keeps what was run."""
    plain = json.loads(loaded.text)
    plain["time"] = {**(plain.get("time") or {}), "clock": clock}
    config, _ = validate(plain)
    assert config is not None  # both words of the clock are allowed, the rest has been checked
    return replace(loaded, config=config, text=json.dumps(plain, ensure_ascii=False))


def refuse_second(loaded: Loaded) -> None:
    """TongluoError when a daemon already runs on this store: the journal has one writer."""
    folder = folder_of(loaded)
    try:
        ask(folder, "/status", timeout=5.0)
    except NotRunning:
        return
    raise TongluoError(say("already_runs", folder=folder))
