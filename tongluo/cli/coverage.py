"""`tongluo coverage`: who was reached by a warning, what lies ahead, and what would add most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tongluo.cli import coverage_acts, coverage_told, paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import Site, folder_of, site
from tongluo.cli.texts import config_language, say
from tongluo.config.load import load
from tongluo.core.errors import TongluoError
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act
from tongluo.coverage.look import Look, look
from tongluo.store.current import in_force
from tongluo.store.rows import warning_of


def coverage(
    warning: Annotated[str, typer.Argument(metavar="WARNING", show_default=False)] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    plan: Annotated[str, typer.Option("--plan", metavar="AREA")] = "",
    hazard: Annotated[str, typer.Option("--hazard", metavar="HAZARD")] = "",
    level: Annotated[str, typer.Option("--level", metavar="LEVEL")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME")] = "",
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    foretell: Annotated[bool, typer.Option("--foretell")] = False,
    unreached: Annotated[bool, typer.Option("--unreached")] = False,
    names: Annotated[bool, typer.Option("--names")] = False,
    calibrate: Annotated[Path | None, typer.Option("--calibrate", metavar="FILE")] = None,
    day: Annotated[str, typer.Option("--day", metavar="DATE")] = "",
    outage: Annotated[tuple[str, str], typer.Option("--outage", metavar="SUPPLY AREA")] = ("", ""),
    hours: Annotated[float, typer.Option("--hours", min=0, max=168)] = 24.0,
    unknown: Annotated[bool, typer.Option("--unknown")] = False,
    who: Annotated[str, typer.Option("--who", metavar="NAME")] = "",
    why: Annotated[str, typer.Option("--why", metavar="TEXT")] = "",
) -> None:
    """Coverage of a warning, or one of the things that go with it."""
    if calibrate is not None:
        loaded = load(config, config_language())
        coverage_acts.calibrate(loaded.config, folder_of(loaded), calibrate, day)
    elif outage[0]:
        loaded = load(config, config_language())
        coverage_acts.outage(loaded.config, folder_of(loaded), outage, hours, unknown, who, why)
    elif plan:
        loaded = load(config, config_language())
        asked = coverage_acts.Asked(plan, hazard, level, at)
        coverage_acts.foresee(loaded.config, folder_of(loaded), asked, picture, as_json)
    else:
        with site(config) as here:
            found = looked(here, warning)
            if unreached:
                coverage_told.unreached(here, found, who if names else None)
                return
            if foretell:
                coverage_told.foretold(here, found, as_json=as_json)
                return
            coverage_told.told(here, found, as_json=as_json)
            if picture is not None:
                coverage_told.draw(here, found, picture)
                if not as_json:
                    paint.console().print(say("cov_written", path=picture))


def looked(here: Site, name: str) -> Look:
    """What is known of a warning: by identifier, event or area; TongluoError when there is none."""
    now = here.now()
    asked = _warning(here, name, now)
    bodies = here.db.execute("SELECT body FROM warnings WHERE event = ?", (asked.event,))
    versions = [warning_of(body) for (body,) in bodies]
    config, stream = here.loaded.config, here.stream()
    return look(config, here.folder, versions, asked, now, stream=stream)


def _warning(here: Site, name: str, now: int) -> WarningVersion:
    if not name:
        current = in_force(here.db, now)
        if not current:
            raise TongluoError(say("cov_none"))
        return max(current, key=lambda w: (w.level, w.sent))
    found = [
        warning_of(body)
        for (body,) in here.db.execute(
            "SELECT body FROM warnings WHERE identifier = ? OR event = ? OR area = ?"
            " ORDER BY seq, sent",
            (name, name, name),
        )
    ]
    exact = [w for w in found if w.identifier == name]
    usual = [w for w in found if w.act is not Act.CANCEL]
    if not found:
        raise TongluoError(say("cov_unknown", name=name))
    return (exact or usual or found)[-1]
