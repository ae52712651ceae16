"""`tongluo console`: the residents' page, feeds and the operators' API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from pydantic import ValidationError

from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.texts import config_language, say
from tongluo.config.console import ConsoleIn
from tongluo.config.load import Loaded, load
from tongluo.core.errors import TongluoError

Listen = Annotated[str, typer.Option("--listen", metavar="HOST:PORT")]


def console(config: ConfigFile = DEFAULT_CONFIG, listen: Listen = "") -> None:
    """Serve until told to stop."""
    from tongluo.console import main  # noqa: PLC0415 - starlette and uvicorn are for this one only

    main.run(listening(load(config, config_language()), listen))


def listening(loaded: Loaded, listen: str) -> Loaded:
    """The configuration with another address to listen on, where one is given."""
    if not listen:
        return loaded
    try:
        checked = ConsoleIn(listen=listen).listen
    except ValidationError:
        raise TongluoError(say("console_listen", value=listen)) from None
    given = loaded.config.console.model_copy(update={"listen": checked})
    return replace(loaded, config=loaded.config.model_copy(update={"console": given}))
