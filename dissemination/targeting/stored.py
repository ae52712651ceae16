"""Areas as the register's table keeps them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from dissemination.targeting.places import Place, Reach
from dissemination.targeting.shapes import Shape

COLUMNS = "id, name, parent, code, shape, reach, selects, more"
MORE = ("kind", "manager", "plan", "plan_en")


def places(db: sqlite3.Connection) -> dict[str, Place]:
    """All areas, by id."""
    found = db.execute(f"SELECT {COLUMNS} FROM areas ORDER BY id")
    return {row[0]: _place(row) for row in found}


def one_place(db: sqlite3.Connection, name: str) -> Place | None:
    """One area; None when it is not known."""
    row = db.execute(f"SELECT {COLUMNS} FROM areas WHERE id = ?", (name,)).fetchone()
    return None if row is None else _place(row)


def sources(db: sqlite3.Connection) -> dict[str, str]:
    """Where each area comes from."""
    return dict(db.execute("SELECT id, source FROM areas"))


def put(db: sqlite3.Connection, given: Iterable[Place], source: str) -> None:
    """Write areas; one of the same id is replaced."""
    db.executemany(
        "INSERT OR REPLACE INTO areas (source, id, name, parent, code, shape, reach, selects,"
        " more) VALUES (?,?,?,?,?,?,?,?,?)",
        [(source, *row(place)) for place in given],
    )


def drop(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Take areas out."""
    db.executemany("DELETE FROM areas WHERE id = ?", [(name,) for name in names])


def row(p: Place) -> tuple[str, ...]:
    """An area as its columns stand in `COLUMNS`."""
    shape = {"polygon": p.shape.polygon, "circle": p.shape.circle} if p.shape else None
    more = {key: getattr(p, key) for key in MORE if getattr(p, key)}
    if p.members:
        more["members"] = p.members
    reach = (p.reach.river, p.reach.from_km, p.reach.to_km) if p.reach else None
    return (
        p.id, p.name, p.parent, p.code, json.dumps(shape), json.dumps(reach),
        json.dumps(p.selects), json.dumps(more, ensure_ascii=False),
    )  # fmt: skip


def _place(row: tuple[Any, ...]) -> Place:
    name, words, parent, code, shape, reach, selects, rest = row
    drawn, along, more = json.loads(shape), json.loads(reach), json.loads(rest)
    return Place(
        name,
        words,
        parent,
        code,
        Shape() if drawn is None else _shape(drawn),
        None if along is None else Reach(*along),
        tuple(json.loads(selects)),
        tuple(more.pop("members", ())),
        **more,
    )


def _shape(drawn: dict[str, Any]) -> Shape:
    circle = drawn["circle"]
    corners = tuple((lat, lon) for lat, lon in drawn["polygon"])
    return Shape(corners, None if circle is None else (circle[0], circle[1], circle[2]))
