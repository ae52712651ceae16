"""`tongluo tasks`: the lists that wardens knock at doors by, printed beforehand."""

from __future__ import annotations

import csv as csv_
import io
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from dissemination.targeting import InCharge
from dissemination.targeting.doors import Task, named
from dissemination.targeting.doors import tasks as tasks_of
from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.register import opened
from tongluo.cli.texts import chinese, say, word
from tongluo.core.clock import now_ms
from tongluo.core.errors import RegisterError, TongluoError
from tongluo.core.warning import Area

Names = Mapping[int, str]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would reckon with what begins so."""
COLUMNS = ("area", "charge", "role", "number", "door", "people", "mind", "told", "out", "refuses",
           "remark")  # fmt: skip
TICKED = COLUMNS[7:]


def tasks(
    area: Annotated[str, typer.Argument(metavar="AREA")],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE")] = None,
    names: Annotated[bool, typer.Option("--names")] = False,
    who: Annotated[str, typer.Option("--who", metavar="NAME")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Which responsible person knocks at which doors."""
    if names and not who:
        raise TongluoError(say("tasks_who"))
    with opened(config) as (register, _):
        place = register.places().get(area)
        if place is None:
            raise RegisterError(say("register_no_area", area=area))
        where = Area(place.id, place.name or place.id, "", 0, code=place.code, parent=place.parent)
        found = tasks_of(register, where)
        known = named(register, found, who, now_ms()) if names else {}
        titles = {p.id: p.name or p.id for p in register.places().values()}
    out = paint.console()
    for path, made in ((html, _page), (csv, _rows)):
        if path is not None:
            _write(path, made(found, known, titles), named=names)
            out.print(Text(say("tasks_written", path=path)))
    if html is None and csv is None:
        _show(found, known, titles)


def _show(found: list[Task], known: Names, titles: Mapping[str, str]) -> None:
    out = paint.console()
    if not found:
        out.print(Text(say("tasks_empty")))
    for task in found:
        made = paint.table(_head(task, known, titles), *(f"tasks_{c}" for c in COLUMNS[3:-1]))
        for row in _doors(task, known, titles):
            paint.row(made, [row[c] for c in COLUMNS[3:-1]])
        out.print(made)
        if task.counted:
            out.print(Text(say("tasks_counted", n=f"{task.counted:,}")))


def _head(task: Task, known: Names, titles: Mapping[str, str]) -> str:
    where = titles.get(task.charge.area, task.charge.area) if task.charge else "—"
    return say("tasks_head", area=paint.clean(where), charge=_charge(task.charge, known),
               doors=len(task.doors), people=f"{task.people:,}")  # fmt: skip


def _charge(charge: InCharge | None, known: Names) -> str:
    """Somebody who answers for doors, and who stands in for him."""
    if charge is None:
        return say("tasks_nobody")
    words = [_shown(charge.person, known), *([_role(charge)] if _role(charge) else [])]
    if charge.deputies:
        those = _listed([_shown(n, known) for n in charge.deputies])
        words.append(say("tasks_deputies", who=those))
    return _listed(words)


def _role(charge: InCharge) -> str:
    rank = word("rank", charge.rank) if charge.rank else ""
    manager = say("tasks_manager") if charge.manager else ""
    return " ".join(paint.clean(w) for w in (charge.role, rank, manager) if w)


def _shown(entry: int, known: Names) -> str:
    return paint.clean(known.get(entry, f"#{entry}")).replace("\n", " ")


def _listed(words: list[str]) -> str:
    return ("，" if chinese() else ", ").join(words)


def _doors(task: Task, known: Names, titles: Mapping[str, str]) -> list[dict[str, str]]:
    """A row for each door, numbered as messages to wardens name it; the boxes are empty."""
    c = task.charge
    return [
        {
            "area": titles.get(door.area, door.area),
            "charge": say("tasks_nobody") if c is None else _shown(c.person, known),
            "role": "" if c is None else _role(c), "number": str(number),
            "door": _shown(door.entry, known),
            "people": str(door.people),
            "mind": _listed([word("stratum", mark) for mark in door.marks]),
            **dict.fromkeys(TICKED[:-1], "☐"), "remark": "",
        }
        for number, door in enumerate(task.doors, 1)
    ]  # fmt: skip


def _rows(found: list[Task], known: Names, titles: Mapping[str, str]) -> str:
    """A row for each door, of all lists."""
    text = io.StringIO()
    out = csv_.writer(text)
    out.writerow([say(f"tasks_{column}") for column in COLUMNS])
    for task in found:
        for row in _doors(task, known, titles):
            out.writerow([_plain(row[column]) for column in COLUMNS])
    return "\ufeff" + text.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _page(found: list[Task], known: Names, titles: Mapping[str, str]) -> str:
    """A sheet for each responsible person."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - for who prints only

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    text = files("tongluo.cli").joinpath("tasks.html.j2").read_text(encoding="utf-8")
    sheets: list[dict[str, Any]] = [
        {"head": _head(task, known, titles), "counted": task.counted,
         "rows": _doors(task, known, titles)}
        for task in found if task.doors or task.counted
    ]  # fmt: skip
    columns = (COLUMNS[3], "area", *COLUMNS[4:])
    return environment.from_string(text).render(
        sheets=sheets, columns=columns, say=say, language="zh-CN" if chinese() else "en"
    )


def _write(path: Path, text: str, *, named: bool) -> None:
    """Write a file; one with names is for its owner only."""
    mode = 0o600 if named else 0o644
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        if named:
            os.fchmod(descriptor, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise TongluoError(f"{path}: {error.strerror}") from None
