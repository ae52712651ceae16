"""`tongluo doctor`: everything the daemon depends on, a line each. The checks lie in `doctor_*`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from tongluo.cli import doctor_broker, doctor_local, doctor_out, paint
from tongluo.cli.doctor_queue import queue
from tongluo.cli.findings import Finding, fail, ok
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import folder_of
from tongluo.cli.texts import config_language
from tongluo.config.load import Loaded, load
from tongluo.config.models import Broker
from tongluo.core.clock import now_ms
from tongluo.core.errors import ConfigError


def doctor(
    config: ConfigFile = DEFAULT_CONFIG,
    deep: Annotated[bool, typer.Option("--deep")] = False,
) -> None:
    """Check everything; exit code 1 when something fails."""
    out = paint.console()
    failed = False
    for finding in findings(config, deep=deep):
        out.print(finding.line(), soft_wrap=True)
        failed = failed or finding.state == "FAIL"
    if failed:
        raise typer.Exit(1)


def findings(path: Path, *, deep: bool) -> Iterator[Finding]:
    """All checks in order; without a configuration there is nothing else to look at."""
    try:
        loaded = load(path, config_language())
    except ConfigError as error:
        first = error.faults[0]
        yield fail("configuration", "config_bad", file=path, count=len(error.faults), first=first)
        return
    yield ok("configuration", "config_ok", file=path, digest=loaded.digest)
    yield from broker(loaded.config.broker, deep=deep)
    yield from here(loaded)
    yield doctor_out.influx(loaded.config.influx)
    yield from doctor_out.channels(loaded.config, folder_of(loaded))


def broker(wanted: Broker, *, deep: bool) -> Iterator[Finding]:
    """The broker's lines; only the first when there is no connection."""
    try:
        seen = doctor_broker.look(wanted)
    except LookupError as error:
        yield fail("broker", "secret_missing", reason=error)
        return
    yield doctor_broker.reachable(seen)
    if seen.protocol:
        yield doctor_broker.entrance(seen)
        yield doctor_broker.limits(seen, wanted)
        yield queue(wanted, seen.version) if deep else ok("queue", "queue_not_measured")


def here(loaded: Loaded) -> Iterator[Finding]:
    """This machine's lines."""
    folder, zone = folder_of(loaded), loaded.config.site.timezone
    yield doctor_local.clock(folder / "journal.db", now_ms(), zone)
    yield doctor_local.disk(folder)
    yield doctor_local.store(folder)
    yield doctor_local.register(folder)
    yield doctor_local.daemon(folder)
