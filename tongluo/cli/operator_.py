"""`tongluo operator`: a new operator's block for the configuration, and the token, shown once."""

from __future__ import annotations

from typing import Annotated

import typer

from tongluo.cli.texts import say
from tongluo.core.tokens import digest, fresh


def operator(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT")] = "",
    role: Annotated[list[str] | None, typer.Option("--role", metavar="ROLE")] = None,
) -> None:
    """Print the block and the token; nothing is kept."""
    token = fresh()
    roles = ", ".join(role or ["duty"])
    print(f"operators:\n  {name}:\n    name: {title or name}\n    roles: [{roles}]")
    print(f"    digest: {digest(token)}")
    typer.echo(say("token_once", token=token), err=True)
