"""Reading the journal back: the rows in their order, as they fed the engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from tongluo.core.columns import Columns
from tongluo.core.effects import Act, Command, Notice, Readings, Tick
from tongluo.core.warning import WarningVersion


@dataclass(frozen=True)
class Configuration:
    """A configuration row: the file's text at that time, and the sensors known by then."""

    text: str


_WARNING = msgspec.json.Decoder(WarningVersion)
"""Made once, here: msgspec crashes when two threads are the first to read a type at once."""

Row = Readings | Tick | Act | Command | Notice | Configuration


def rows(db: sqlite3.Connection, after: int = 0) -> Iterator[tuple[int, Row]]:
    """(sequence number, row) of everything after a number, in order."""
    journal = db.execute(
        "SELECT seq, kind, at, body FROM journal WHERE seq > ? ORDER BY seq", (after,)
    )
    for seq, kind, at, body in journal:
        if kind == "readings":
            first, n = int.from_bytes(body[:8], "big"), int.from_bytes(body[8:], "big")
            yield seq, Readings(_columns(db, first, n))
        elif kind == "tick":
            yield seq, Tick(at)
        elif kind == "act":
            yield seq, msgspec.msgpack.decode(body, type=Act)
        elif kind == "command":
            yield seq, msgspec.msgpack.decode(body, type=Command)
        elif kind == "notice":
            yield seq, Notice(at, body)
        else:
            yield seq, Configuration(body.decode())


def _columns(db: sqlite3.Connection, first: int, n: int) -> Columns:
    """A batch as it came: the raw value, the given flag, the time of sending."""
    found = db.execute(
        "SELECT sensor, t, coalesce(raw, value), coalesce(given, flag), coalesce(sent, arrival),"
        " issued FROM readings WHERE id BETWEEN ? AND ? ORDER BY id",
        (first, first + n - 1),
    ).fetchall()
    sensor, t, value, flag, arrival, issued = (
        zip(*found, strict=True) if found else ((), (), (), (), (), ())
    )
    values = np.array([np.nan if v is None else v for v in value], np.float64)
    ints = (np.array(column, np.int64) for column in (sensor, t, flag, arrival, issued))
    s, time, f, a, i = ints
    return Columns(s, time, values, f, a, i)


def warning_of(body: bytes) -> WarningVersion:
    """The warning version stored in a row of `warnings`."""
    return _WARNING.decode(body)
