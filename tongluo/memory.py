"""All of an engine's state as arrays and one small document, and back: for snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from tongluo.engine import Engine
from tongluo.warning.approval import close
from tongluo.warning.assess import Answer
from tongluo.warning.desk import Desk
from tongluo.warning.lifecycle import Event
from tongluo.warning.reasons import Evidence


class Standing(msgspec.Struct):
    """Where one question stands, by names: what another version of the software can still read."""

    area: str
    hazard: str
    answer: Answer
    event: Event | None = None


class Portable(msgspec.Struct):
    """The part of a document that is read when the rest does not fit."""

    standing: list[Standing] = []
    desk: Desk = msgspec.field(default_factory=Desk)


class Document(msgspec.Struct):
    """What is not a table. Keys of pairs are written as lists."""

    digest: str
    standing: list[Standing]
    answers: list[Answer]
    waiting: list[int]
    verdicts: list[tuple[str, int, int]]
    events: list[tuple[int, Event]]
    evidence: list[tuple[str, int, Evidence]]
    doubts: list[tuple[int, str]]
    lost: list[int]
    desk: Desk = msgspec.field(default_factory=Desk)


def save(engine: Engine) -> dict[str, Any]:
    """Copies of every table, and the document as bytes (an array of u1), by name."""
    stage = engine.stage
    tables = {f"table_{name}": table.state for name, table in engine.plan.tables.items()}
    tables |= {f"awake_{name}": table.awake for name, table in engine.plan.tables.items()}
    whole = {"order": stage.state, "ring": stage.ring, "clock": stage.clock, **tables}
    whole["quality"] = stage.minds
    whole["derived"] = engine.plan.derived.state
    document = Document(
        engine.plan.digest,
        _standing(engine),
        engine.assessor.answers,
        sorted(engine.assessor.waiting),
        [(d, r, v) for (d, r), v in sorted(engine.assessor.verdicts.items())],
        sorted(engine.lifecycle.events.items(), key=lambda e: e[0]),
        [(d, r, e) for (d, r), e in sorted(engine.reasons.evidence.items(), key=lambda e: e[0])],
        sorted(engine.doubts.items()),
        sorted(engine.lost),
        engine.desk,
    )
    body = np.frombuffer(msgspec.msgpack.encode(document), np.uint8)
    return {**{name: _copied(array) for name, array in whole.items()}, "document": body}


def _copied(array: Any) -> Any:
    """A copy whose bytes are the same for the same rows: `copy` leaves gaps of a row unwritten."""
    fresh = np.zeros(array.shape, array.dtype)
    fresh[...] = array
    return fresh


def fits(engine: Engine, saved: Mapping[str, Any]) -> bool:
    """Whether a snapshot was made under this very plan and has its layout."""
    now = save(engine)
    if now.keys() != saved.keys():
        return False
    same = all(
        now[k].dtype == saved[k].dtype and (k == "document" or now[k].shape == saved[k].shape)
        for k in now
    )
    try:
        return same and _document(saved).digest == engine.plan.digest
    except msgspec.MsgspecError:
        return False


def restore(engine: Engine, saved: Mapping[str, Any]) -> None:
    """Put a snapshot that fits into an engine."""
    stage = engine.stage
    stage.state[:], stage.ring[:], stage.clock[:] = saved["order"], saved["ring"], saved["clock"]
    stage.minds[:] = saved["quality"]
    engine.plan.derived.state[:] = saved["derived"]
    for name, table in engine.plan.tables.items():
        table.state[:] = saved[f"table_{name}"]
        table.awake[:] = saved[f"awake_{name}"]
    document = _document(saved)
    engine.assessor.answers = document.answers
    engine.assessor.waiting = set(document.waiting)
    engine.assessor.verdicts = {(d, r): v for d, r, v in document.verdicts}
    engine.lifecycle.events = dict(document.events)
    engine.reasons.evidence = {(d, r): e for d, r, e in document.evidence}
    engine.doubts, engine.lost = dict(document.doubts), set(document.lost)
    engine.desk, engine.next_due, engine.next_duty = document.desk, None, None


def bring(engine: Engine, saved: Mapping[str, Any]) -> bool:
    """Take over levels and warnings in force from a snapshot that does not fit; False if it cannot.

    Every member of a question must then show by good readings that it is lower: what each had
    reached is not known any more.
    """
    try:
        portable = msgspec.msgpack.decode(saved["document"].tobytes(), type=Portable)
    except (KeyError, msgspec.MsgspecError):
        return False
    place = {(q.area, q.hazard.value): n for n, q in enumerate(engine.plan.questions)}
    for one in portable.standing:
        n = place.get((one.area, one.hazard))
        if n is None:
            continue
        every = list(range(len(engine.plan.questions[n].members)))
        reached = every if one.answer.level >= 1 else []
        kept = Answer(one.answer.level, one.answer.since, reached=reached, pinned=one.answer.pinned)
        engine.assessor.answers[n] = kept
        if one.event is not None:
            engine.lifecycle.events[n] = one.event
    engine.assessor.retell(int(engine.clock["now"]))
    keys = engine.plan.places
    for gone in [p for p in portable.desk.open() if p.key not in keys]:
        close(portable.desk, gone.key, draft=bool(gone.by))
    engine.desk, engine.next_due, engine.next_duty = portable.desk, None, None
    return bool(portable.standing)


def _standing(engine: Engine) -> list[Standing]:
    events = engine.lifecycle.events
    return [
        Standing(q.area, q.hazard.value, engine.assessor.answers[n], events.get(n))
        for n, q in enumerate(engine.plan.questions)
    ]


def _document(saved: Mapping[str, Any]) -> Document:
    return msgspec.msgpack.decode(saved["document"].tobytes(), type=Document)
