"""Replay of a journal: the rows that fed the live engine, fed again; ticks as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from tongluo.core.effects import Decision, Effects, Record
from tongluo.core.errors import StoreError
from tongluo.engine import Engine
from tongluo.recover import follow, plan_of
from tongluo.replay.log import STEPS, DecisionHash
from tongluo.store.journal import connect
from tongluo.store.rows import Configuration, rows, warning_of


def effects_of(path: Path) -> Iterator[Effects]:
    """What each row of a journal causes, now. StoreError when it cannot be read."""
    with closing(connect(path, read_only=True)) as db:
        engine: Engine | None = None
        known: list[str] = []
        for _, row in rows(db):
            if engine is None:
                if not isinstance(row, Configuration):
                    raise StoreError(f"{path}: the first row is not a configuration")
                new = plan_of(row.text, known)
                known = [s.key for s in new.sensors if s]
                engine = Engine(new)
                continue
            yield follow(engine, row, known)


def replay_journal(path: Path) -> DecisionHash:
    """The hash of all decisions and warnings that a journal's rows cause."""
    digest = DecisionHash()
    for effects in effects_of(path):
        for decision in effects.decisions:
            digest.add(decision)
        for version, _ in effects.warnings:
            digest.add_warning(version)
        for record in effects.records:
            digest.add_record(record)
    return digest


def recorded(path: Path) -> DecisionHash:
    """The hash of the decisions and warnings that the journal itself holds."""
    digest = DecisionHash()
    with closing(connect(path, read_only=True)) as db:
        sql = "SELECT time, area, hazard, before, after, reason FROM decisions ORDER BY id"
        for time, area, hazard, before, after, reason in db.execute(sql):
            said = msgspec.json.decode(reason)
            digest.add(Decision(time, area, hazard, before, after, said))
        for (body,) in db.execute(
            "SELECT w.body FROM audit a JOIN warnings w"
            " ON w.identifier = json_extract(a.body, '$.identifier')"
            " WHERE a.what = 'warning' ORDER BY a.id"
        ):
            digest.add_warning(warning_of(body))
        marks = ",".join("?" * len(STEPS))
        for at, what, body in db.execute(
            f"SELECT at, what, body FROM audit WHERE what IN ({marks}) ORDER BY id", STEPS
        ):
            digest.add_record(Record(at, what, msgspec.json.decode(body)))
    return digest
