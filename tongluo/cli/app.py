"""The table of commands, and `main`: faults of a person become one line, never a traceback.

A command's module is imported only when it is called for, so that `tongluo --help` comes at once.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from tongluo.cli.texts import TEXTS, choose, say, use
from tongluo.core.errors import ConfigError, TongluoError

COMMANDS = {
    # words on the command line -> module:function
    "demo": "tongluo.cli.demo:demo",
    "check": "tongluo.cli.check:check",
    "doctor": "tongluo.cli.doctor:doctor",
    "run": "tongluo.cli.run:run",
    "console": "tongluo.cli.console:console",
    "show stations": "tongluo.cli.show_stations:stations",
    "show station": "tongluo.cli.show_station:station",
    "show warnings": "tongluo.cli.show_warnings:warnings",
    "show decisions": "tongluo.cli.show_warnings:decisions",
    "show rejects": "tongluo.cli.show_kept:rejects",
    "show reports": "tongluo.cli.show_kept:reports",
    "show notices": "tongluo.cli.show_kept:notices",
    "show proposals": "tongluo.cli.show_proposals:proposals",
    "show calls": "tongluo.cli.show_proposals:calls",
    "operator": "tongluo.cli.operator_:operator",
    "approve": "tongluo.cli.acts:approve",
    "reject": "tongluo.cli.acts:reject",
    "issue": "tongluo.cli.acts:issue",
    "update": "tongluo.cli.acts:update",
    "cancel": "tongluo.cli.acts:cancel",
    "retract": "tongluo.cli.acts:retract",
    "exercise": "tongluo.cli.acts:exercise",
    "mute": "tongluo.cli.acts:mute",
    "answer": "tongluo.cli.acts:answer",
    "report": "tongluo.cli.report:report",
    "register import": "tongluo.cli.register:import_",
    "register show": "tongluo.cli.register:show",
    "register export": "tongluo.cli.register:export",
    "register mark": "tongluo.cli.register:mark",
    "register forget": "tongluo.cli.register:forget",
    "tasks": "tongluo.cli.tasks:tasks",
    "refeed": "tongluo.cli.refeed:refeed",
    "coverage": "tongluo.cli.coverage:coverage",
    "replay": "tongluo.cli.replay:replay",
    "publish": "tongluo.cli.publish:publish",
    "benchmark qc": "tongluo.cli.benchmark_qc:qc",
    "fit stage": "tongluo.cli.fit:stage",
    "fit tide": "tongluo.cli.fit:tide",
    "benchmark nab": "tongluo.cli.benchmark_nab:nab",
    "schema": "tongluo.cli.schema_:schema",
}

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; always ends in SystemExit (0, 1, 2 or 130)."""
    language, args = choose(sys.argv[1:] if argv is None else argv, os.environ)
    use(language)
    build(args)(args=args, prog_name="tongluo")


def build(args: Sequence[str]) -> Any:
    """The command tree in the chosen language; commands that `args` do not name are only listed."""
    app = typer.Typer(help=say("help"), no_args_is_help=True, add_completion=False)
    app.callback()(_root)
    groups: dict[str, typer.Typer] = {"": app}
    for words, place in COMMANDS.items():
        group, _, name = words.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True)
            text, panel = say(f"help.{group}"), say("panel.commands")
            app.add_typer(
                groups[group], name=group, help=text, short_help=in_short(text),
                rich_help_panel=panel,
            )  # fmt: skip
        function = guarded(command_at(place)) if set(words.split()) <= set(args) else _listed
        text = say(f"help.{words.replace(' ', '.')}")
        made = groups[group].command(
            name, help=text, short_help=in_short(text), rich_help_panel=say("panel.commands")
        )
        made(function)
    tree = get_command(app)
    translate(tree, "")
    return tree


def _root(language: Annotated[str, typer.Option("--language", metavar="en|zh-CN")] = "") -> None:
    """`--language` is taken off before; what is left here was no language."""
    if language:
        raise typer.BadParameter(f"{language!r}: en | zh-CN")


def _listed() -> None:
    """Stands for a command that is not called for."""


def in_short(text: str) -> str:
    """The first sentence, for a list of commands.

    >>> in_short("Do it. Then rest.\\n\\nExample: do"), in_short("做。再歇。")
    ('Do it.', '做。')
    """
    return re.split(r"(?<=[.:]) |(?<=。)|\n", text)[0].replace(":", ".")


def command_at(place: str) -> Callable[..., None]:
    """The function at `module:function`.

    >>> command_at("tongluo.cli.schema_:schema").__name__
    'schema'
    """
    module, _, name = place.partition(":")
    function: Callable[..., None] = getattr(import_module(module), name)
    return function


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with everything a person can do wrong told in a line and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        code = outcome(lambda: command(*args, **kwargs))
        if code:
            raise typer.Exit(code)

    return run


def outcome(work: Callable[[], None]) -> int:
    """Do it; the exit code. 2 = a refused configuration, 1 = anything else that can be told."""
    try:
        work()
    except ConfigError as error:
        _tell("\n".join([*error.faults, say("faults", count=len(error.faults))]))
        return 2
    except TongluoError as error:
        _tell(f"tongluo: {error}")
        return 1
    except sqlite3.Error as error:
        _tell(f"tongluo: {say('store_unreadable', reason=error)}")
        return 1
    except BrokenPipeError:  # `tongluo ... | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        _tell(f"tongluo: {say('interrupted')}")
        return INTERRUPTED
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def translate(command: Any, words: str) -> None:
    """Give a command tree's options their texts in the chosen language."""
    for option in command.params:
        own = f"option.{words}.{option.name}"
        option.help = say(own if own in TEXTS else f"option.{option.name}")
    for name, below in getattr(command, "commands", {}).items():
        translate(below, f"{words}.{name}".lstrip("."))
