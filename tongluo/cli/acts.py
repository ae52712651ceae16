"""Operators' acts: each command only carries an order to the running daemon, which decides.

The token comes from TONGLUO_TOKEN, a file, or a prompt; never from the command line, where other
users of the machine could read it.
"""

from __future__ import annotations

import os
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from tongluo.cli import paint
from tongluo.cli.local import ask
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import folder_of
from tongluo.cli.texts import config_language, level_word, say
from tongluo.config.load import load
from tongluo.core.errors import TongluoError
from tongluo.core.words import Level

Operator = Annotated[
    str, typer.Option("--operator", metavar="NAME", envvar="TONGLUO_OPERATOR", show_envvar=False)
]
TokenFile = Annotated[Path | None, typer.Option("--token-file", metavar="FILE")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...")]
Event = Annotated[str, typer.Argument(metavar="EVENT")]


def approve(
    ids: Ids, operator: Operator, token_file: TokenFile = None, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Approve proposals, or all of a group."""
    for done in order(config, operator, token_file, "approve", ids=ids):
        _told(done)


def reject(
    ids: Ids,
    operator: Operator,
    why: Why,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Reject proposals."""
    for name in order(config, operator, token_file, "reject", ids=ids, why=why):
        print(say("act_rejected", id=name))


def issue(
    area: Annotated[str, typer.Argument(metavar="AREA")],
    hazard: Annotated[str, typer.Argument(metavar="HAZARD")],
    level: Annotated[str, typer.Argument(metavar="LEVEL")],
    operator: Operator,
    why: Why,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Issue a warning by hand."""
    said = {"area": area, "hazard": hazard, "level": level, "why": why}
    _told(order(config, operator, token_file, "issue", **said))


def update(
    event: Event,
    operator: Operator,
    why: Why,
    text: Annotated[str, typer.Option("--text", metavar="TEXT")] = "",
    level: Annotated[str, typer.Option("--level", metavar="LEVEL")] = "",
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Another text or level of a warning in force."""
    name = {"identifier" if event.startswith("tongluo.") else "event": event}
    _told(order(config, operator, token_file, "update", why=why, text=text, level=level, **name))


def cancel(
    event: Event,
    operator: Operator,
    why: Why,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Give the all-clear."""
    _told(order(config, operator, token_file, "cancel", event=_event(event), why=why))


def retract(
    event: Event,
    operator: Operator,
    why: Why,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Take back a false alarm."""
    done = order(config, operator, token_file, "retract", event=_event(event), why=why)
    _told(done, over="retraction")


def exercise(
    hazard: Annotated[str, typer.Argument(metavar="HAZARD")],
    level: Annotated[str, typer.Argument(metavar="LEVEL")],
    area: Annotated[list[str], typer.Option("--area", metavar="AREA")],
    operator: Operator,
    why: Why,
    kind: Annotated[str, typer.Option("--kind", metavar="tabletop|drill|test")] = "tabletop",
    minutes: Annotated[float, typer.Option("--minutes", min=1)] = 30,
    channel: Annotated[list[str] | None, typer.Option("--channel", metavar="CHANNEL")] = None,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Begin an exercise; it ends by itself."""
    said = {"areas": area, "hazard": hazard, "level": level, "kind": kind, "minutes": minutes,
            "channels": channel or []}  # fmt: skip
    for name in order(config, operator, token_file, "exercise", why=why, **said):
        print(say("act_exercise", id=name))


def mute(
    what: Annotated[str, typer.Argument(metavar="CHANNEL[:TARGET]")],
    operator: Operator,
    why: Why,
    until: Annotated[str, typer.Option("--until", metavar="TIME")],
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Mute a channel or an endpoint for low levels."""
    name = {"endpoint" if ":" in what else "channel": what}
    done = order(config, operator, token_file, "mute", until=until, why=why, **name)
    zone = load(config, config_language()).config.site.timezone
    print(say("act_muted", what=what, until=paint.local(done["until"], zone)))


def answer(
    call: Annotated[str, typer.Argument(metavar="CALL")],
    operator: Operator,
    token_file: TokenFile = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Answer a call."""
    done = order(config, operator, token_file, "answer", call=call)
    print(say("act_answered", group=done["group"]))


def order(config: Path, operator: str, token_file: Path | None, word: str, **said: Any) -> Any:
    """What the daemon has done; TongluoError with its reason to refuse."""
    folder = folder_of(load(config, config_language()))
    body = {"operator": operator, "token": token(token_file), "command": word, **said}
    return ask(folder, "/command", body)["done"]


def token(file: Path | None) -> str:
    """The operator's token."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise TongluoError(say("token_unreadable", path=file, reason=error)) from None
    return os.environ.get("TONGLUO_TOKEN") or getpass(say("token_prompt"))


def _event(name: str) -> str:
    """An event; of an identifier, its event.

    >>> _event("tongluo.a.landslide.1.20260701T000000Z.v3")
    'a.landslide.1.20260701T000000Z'
    """
    return (
        name.removeprefix("tongluo.").rpartition(".v")[0] if name.startswith("tongluo.") else name
    )


def _told(done: dict[str, Any], over: str = "all_clear") -> None:
    """What became of an order; over: the name of what ends a warning."""
    level = Level.parse(done["level"])
    what = level_word(level) if level > Level.NONE else say(over)
    waits = "act_signed" if done.get("signed", True) else "act_asked"
    key = "act_issued" if done["issued"] else waits
    print(say(key, id=done.get("event") or done["id"], what=what))
