"""Starting: the engine as it was at the last committed row, from a snapshot and later rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongluo import memory
from tongluo.config.load import from_text
from tongluo.config.plan import Plan, plan
from tongluo.core.effects import Effects
from tongluo.engine import Engine
from tongluo.store import snapshot
from tongluo.store.rows import Configuration, Row, rows


@dataclass
class Recovered:
    """An engine that has been fed every committed row."""

    engine: Engine
    seq: int
    from_snapshot: int
    """Journal number of the snapshot used; 0 = none."""
    whole: bool = True
    """Whether nothing was forgotten: False when only levels and warnings could be taken over."""


def plan_of(text: str, known: list[str]) -> Plan:
    """The plan of a configuration row, with the sensor rows known by then."""
    loaded = from_text(text)
    return plan(loaded.config, loaded.digest, known)


def follow(engine: Engine, row: Row, known: list[str]) -> Effects:
    """Feed one journal row; `known` grows with the sensors of configuration rows."""
    if not isinstance(row, Configuration):
        return engine.feed(row)
    new = plan_of(row.text, known)
    known[:] = [*known, *(s.key for s in new.sensors if s and s.key not in set(known))]
    return engine.feed(new)


def recover(db: sqlite3.Connection, folder: Path) -> Recovered | None:
    """The engine after the last committed row; None for a journal without a configuration."""
    snapshot.clear(folder)
    found = list(_snapshots(db, folder))
    for seq, arrays in found:
        engine, known = _engine_at(db, seq)
        if memory.fits(engine, arrays):
            memory.restore(engine, arrays)
            last = _feed(engine, rows(db, seq), known)
            return Recovered(engine, max(last, seq), seq)
    if _trimmed(db):  # from the start, warnings in force would be forgotten
        for seq, arrays in found:
            engine, known = _engine_at(db, seq)
            if memory.bring(engine, arrays):
                last = _feed(engine, rows(db, seq), known)
                return Recovered(engine, max(last, seq), seq, whole=False)
    return _from_the_start(db)


def _snapshots(db: sqlite3.Connection, folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The snapshots of this journal, newest first, that a configuration row goes before."""
    newest = db.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]
    for seq, arrays in snapshot.newest(folder):
        # one of a later number belongs to a later journal than this restored one
        if seq <= newest and _last_configuration(db, seq) is not None:
            yield seq, arrays


def _engine_at(db: sqlite3.Connection, seq: int) -> tuple[Engine, list[str]]:
    """A fresh engine under the configuration of a journal number, and its sensor keys."""
    text, known = _last_configuration(db, seq), _keys_until(db, seq)
    assert text is not None
    return Engine(plan_of(text, known)), known


def _trimmed(db: sqlite3.Connection) -> bool:
    """Whether retention has taken rows away."""
    count, last = db.execute("SELECT count(*), coalesce(max(seq), 0) FROM journal").fetchone()
    return bool(count < last)


def _from_the_start(db: sqlite3.Connection) -> Recovered | None:
    first: Engine | None = None
    known: list[str] = []
    seq = 0
    for number, row in rows(db):
        seq = number
        if first is None:
            if not isinstance(row, Configuration):
                continue
            new = plan_of(row.text, known)
            known = [s.key for s in new.sensors if s]
            first = Engine(new)
        else:
            follow(first, row, known)
    return Recovered(first, seq, 0) if first is not None else None


def _feed(engine: Engine, later: Iterable[tuple[int, Row]], known: list[str]) -> int:
    last = 0
    for number, row in later:
        last = number
        follow(engine, row, known)
    return last


def _last_configuration(db: sqlite3.Connection, seq: int) -> str | None:
    found = db.execute(
        "SELECT body FROM journal WHERE kind = 'configuration' AND seq <= ?"
        " ORDER BY seq DESC LIMIT 1",
        (seq,),
    ).fetchone()
    return found[0].decode() if found else None


def _keys_until(db: sqlite3.Connection, seq: int) -> list[str]:
    """Sensor keys in row order as of a journal number: rows are given in order of declaration."""
    known: list[str] = []
    query = "SELECT body FROM journal WHERE kind = 'configuration' AND seq <= ? ORDER BY seq"
    for (body,) in db.execute(query, (seq,)):
        new = plan_of(body.decode(), known)
        known += [s.key for s in new.sensors if s and s.key not in set(known)]
    return known
