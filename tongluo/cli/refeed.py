"""`tongluo refeed`: have the running daemon feed kept messages again."""

from __future__ import annotations

from typing import Annotated

import typer

from tongluo.cli.local import ask
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import site
from tongluo.cli.texts import say
from tongluo.core.errors import TongluoError

AT_ONCE = 1000
"""Ids in one request: the daemon feeds them between two batches."""


def refeed(
    who: Annotated[str, typer.Option("--who", metavar="NAME")],
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...")] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Feed messages again, by number or by reason code."""
    if bool(ids) == bool(code):
        raise TongluoError(say("refeed_which"))
    with site(config) as here:
        chosen = ids or [
            number
            for (number,) in here.db.execute(
                "SELECT id FROM rejects WHERE code = ? AND fed_again IS NULL ORDER BY id", (code,)
            )
        ]
        folder = here.folder
    fed = again = 0
    for start in range(0, len(chosen), AT_ONCE):
        said = ask(folder, "/refeed", {"ids": chosen[start : start + AT_ONCE], "who": who})
        fed, again = fed + said["fed"], again + said["rejected_again"]
    print(say("refed", fed=fed, again=again, asked=len(chosen)))
