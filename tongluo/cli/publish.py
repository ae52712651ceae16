"""`tongluo publish`: a case played to a broker as its stations would have sent it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tongluo.cli import paint
from tongluo.cli.options import CaseFolder
from tongluo.cli.replay import bar
from tongluo.cli.texts import say
from tongluo.core.errors import TongluoError
from tongluo.replay.case import load_case
from tongluo.replay.publish import publish as send
from tongluo.replay.readings import read_rows
from tongluo.replay.run import prepare


def publish(
    case: CaseFolder,
    speed: Annotated[float | None, typer.Option("--speed", metavar="N")] = None,
    broker: Annotated[str, typer.Option("--broker", metavar="URL")] = "mqtt://127.0.0.1:1883",
    username: Annotated[str | None, typer.Option("--username")] = None,
    password_env: Annotated[str | None, typer.Option("--password-env", metavar="NAME")] = None,
) -> None:
    """Publish every reading of a case, and the end of it."""
    if speed is not None and speed <= 0:
        raise TongluoError(say("speed_positive"))
    found = load_case(case)
    plan = prepare(found)
    password = secret(password_env)
    console = paint.console()
    with bar(console) as progress:
        task = progress.add_task(say("publishing"), total=len(read_rows(found, plan)) + 1)
        count = send(found, plan, broker, speed, username, password,
                     lambda done: progress.update(task, completed=done))  # fmt: skip
    console.print(say("published", count=f"{count:,}", broker=broker), highlight=False)


def secret(name: str | None) -> str | None:
    """The password in an environment variable; TongluoError when it is not there."""
    if name is None:
        return None
    if name not in os.environ:
        raise TongluoError(say("env_missing", name=name))
    return os.environ[name]
