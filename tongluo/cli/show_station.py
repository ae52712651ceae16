"""`tongluo show station ID`: one station, and whether all it should have sent has come."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tongluo.cli import paint
from tongluo.cli.options import DEFAULT_CONFIG, ConfigFile
from tongluo.cli.show_stations import Line, lines, name_of, table
from tongluo.cli.site import Site, site
from tongluo.cli.texts import say, word
from tongluo.core.errors import TongluoError
from tongluo.core.times import DAY, say_duration
from tongluo.core.units import inner_unit
from tongluo.core.words import Fate
from tongluo.store.ledger import Ledger, ledger

READINGS = 20
GAPS = 10
CONDITIONS = 20


def station(
    id_: Annotated[str, typer.Argument(metavar="ID")], config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """One station: sensors, readings, conditions, ledger."""
    with site(config) as here:
        own = list(lines(here, id_))
        if not own:
            raise TongluoError(say("no_station", station=id_, config=config))
        out = paint.console()
        _head(out, own[0])
        out.print(table(own, here.zone))
        out.print(readings(here, own))
        out.print(conditions(here, own))
        out.print(accounts(here, own))


def _head(out: Console, line: Line) -> None:
    told = line.station
    place = f"{told.at[0]}, {told.at[1]}" if told.at else ""
    devices = (told.device,) if isinstance(told.device, str) else told.device
    parts = [told.id, name_of(told), place, told.owner, ", ".join(devices)]
    out.print(Text(paint.clean("  ".join(part for part in parts if part)), "bold"))


def _rows(own: list[Line]) -> dict[int, Line]:
    return {line.row: line for line in own if line.row is not None}


def readings(here: Site, own: list[Line]) -> Table:
    """The last readings in order of arrival, newest last, with what became of each."""
    made = paint.table(say("last_readings"), "time", "sensor", "value", "flag", "fate", "arrival")
    rows = _rows(own)
    marks = ",".join("?" * len(rows))
    found = here.db.execute(
        "SELECT sensor, t, coalesce(raw, value), flag, fate, arrival FROM readings"
        f" WHERE sensor IN ({marks}) ORDER BY id DESC LIMIT {READINGS}",
        list(rows),
    ).fetchall()
    for row, t, value, flag, fate, arrival in reversed(found):
        sensor = rows[row].sensor
        cells = (
            paint.local(t, here.zone),
            sensor.name,
            paint.number(value, inner_unit(sensor.quantity)),
            say(f"flag_{flag}"),
            say(f"fate_{Fate(fate).name.lower()}"),
            paint.local(arrival, here.zone) if arrival else "",
        )
        paint.row(made, cells)
    return made


def conditions(here: Site, own: list[Line]) -> Table:
    """What a duty officer had to know of the station's sensors, newest last."""
    made = paint.table(say("conditions"), "time", "sensor", "condition")
    keys = [line.sensor.key for line in own]
    found = here.db.execute(
        "SELECT time, sensor, kind, begins FROM conditions"
        f" WHERE sensor IN ({','.join('?' * len(keys))}) ORDER BY id DESC LIMIT {CONDITIONS}",
        keys,
    ).fetchall()
    for time, sensor, kind, begins in reversed(found):
        told = say("begins" if begins else "ends", kind=word("condition", kind))
        paint.row(made, (paint.local(time, here.zone), sensor.rpartition("/")[2], told))
    return made


def accounts(here: Site, own: list[Line]) -> Table:
    """The ledger of each sensor, over the last day and since the start."""
    made = paint.table(say("ledger"), "sensor", "over", "expected", "received", "missing",
                       "duplicates", "late", "gaps")  # fmt: skip
    end = here.now()
    for line in own:
        if line.row is None or line.sensor.forecast:
            continue  # a forecast has no cadence of its own readings
        start = start_of(here, line.row)
        for key, since in (("last_day", max(start, end - DAY)), ("since_start", start)):
            told = ledger(here.db, line.row, line.sensor.cadence, since, end)
            span = f"{say(key)}: {paint.local(since, here.zone)} –"
            counts = (told.expected, told.received, told.missing, told.duplicates, told.late)
            paint.row(made, (line.sensor.name, span, *counts, gaps_text(told, line, here.zone)))
    return made


def start_of(here: Site, row: int) -> int:
    """Since when a sensor is expected to send: its first configuration, or on a stream clock the
    stream's first reading; ms."""
    if here.stream():
        query = "SELECT coalesce(min(t), 0) FROM (SELECT t FROM readings ORDER BY id LIMIT 1000)"
        return int(here.db.execute(query).fetchone()[0])
    bodies = here.db.execute("SELECT at FROM journal WHERE kind = 'configuration' ORDER BY seq")
    return int(bodies.fetchone()[0])


def gaps_text(told: Ledger, line: Line, zone: str) -> str:
    """The gaps, newest last; of many only the last ones, and how many there were."""
    shown = [
        say(
            "gap",
            start=paint.local(a, zone),
            end=paint.local(b, zone),
            missing=missing,
            length=say_duration((b - a) // 1000 * 1000),
        )
        for a, b, missing in told.gaps[-GAPS:]
    ]
    if len(told.gaps) > GAPS:
        shown.insert(0, say("more_gaps", count=len(told.gaps) - GAPS))
    return "\n".join(shown) or say("no_gaps", cadence=say_duration(line.sensor.cadence))
