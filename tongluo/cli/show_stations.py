"""`tongluo show stations`: every sensor on a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.site import Site, site
from tongluo.cli.texts import chinese, say
from tongluo.config.sensors import SensorSpec, declared, spec
from tongluo.config.stations import StationIn
from tongluo.core.units import inner_unit
from tongluo.core.words import Flag


@dataclass(frozen=True)
class Line:
    """A declared sensor and what was last heard of it; times in ms."""

    station: StationIn
    sensor: SensorSpec
    row: int | None
    """Its row in the journal; None before the daemon has run with it."""
    unit: str = ""
    t: int | None = None
    value: float | None = None
    flag: int = int(Flag.MISSING)
    heard: int = 0
    silent: bool = False
    received: int = 0


def stations(
    config: ConfigFile = DEFAULT_CONFIG,
    silent: Annotated[bool, typer.Option("--silent")] = False,
) -> None:
    """Every sensor: last value, time, flag, silence, readings received."""
    with site(config) as here:
        told = [line for line in lines(here) if line.silent or not silent]
        paint.console().print(table(told, here.zone))


def table(told: list[Line], zone: str) -> Table:
    """A row a sensor."""
    made = paint.table("", "station", "name", "sensor", "value", "time", "flag", "silent_since",
                       "received")  # fmt: skip
    for line in told:
        paint.row(
            made,
            (
                line.station.id,
                name_of(line.station),
                line.sensor.name,
                paint.number(line.value, line.unit) if line.received else say("nothing_came"),
                paint.local(line.t, zone) if line.received else "",
                say(f"flag_{line.flag}") if line.received else "",
                silence(line, zone),
                f"{line.received:,}",
            ),
        )
    return made


def silence(line: Line, zone: str) -> Text:
    """Since when nothing has been heard, of a sensor that is silent."""
    if not line.silent:
        return Text("")
    text = paint.local(line.heard, zone) if line.received else say("never_heard")
    return Text(text, "bold red")


def name_of(station: StationIn) -> str:
    """The station's name in the chosen language."""
    return station.name if chinese() else station.name_en or station.name


def lines(here: Site, only: str = "") -> Iterator[Line]:
    """Every declared sensor (of one station), in the order of the file."""
    query = (
        "SELECT s.key, s.row, l.t, l.value, l.flag, l.heard, l.silent, l.received"
        " FROM sensors s LEFT JOIN latest l ON l.sensor = s.row"
    )
    known = {key: rest for key, *rest in here.db.execute(query)}
    config = here.loaded.config
    for station in config.stations:
        if only in ("", station.id):
            for said in declared(station):
                sensor = spec(config, station, said)
                yield _line(station, sensor, known.get(sensor.key))


def _line(station: StationIn, sensor: SensorSpec, found: list[Any] | None) -> Line:
    unit = inner_unit(sensor.quantity)
    if found is None:
        return Line(station, sensor, None, unit)
    row, t, value, flag, heard, silent, received = found
    if heard is None:
        return Line(station, sensor, row, unit)
    return Line(station, sensor, row, unit, t or None, value, flag, heard, bool(silent), received)
