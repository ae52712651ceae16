"""The register: who lives where, how they are reached, and whom a warning is for.

`register.db` in the store's folder. Channels ask it for `recipients` and, one by one as they send,
for an `address`; coverage asks for `people`, `counts` and `links`. Changes: `changes.py`.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dissemination.targeting import numbers, stored
from dissemination.targeting.entries import AUDIENCES, Audience, strata
from dissemination.targeting.places import Chosen, Place, choose
from dissemination.targeting.recipients import Candidate, Recipient, recipients
from dissemination.targeting.schema import connect
from dissemination.targeting.shapes import Point, Shape, distance
from dissemination.targeting.vault import Vault
from tongluo.core.chain import broken, link
from tongluo.core.errors import RegisterError
from tongluo.core.times import DAY
from tongluo.core.warning import Area, WarningVersion
from tongluo.core.words import Level, Status

FILE = "register.db"
REMEMBERED = 365 * DAY
"""ms for which the highest level of a warning is known."""
I8 = NDArray[np.int64]

CANDIDATES = """
SELECT c.target, e.id, e.area, e.audience, e.sort, e.help, e.lat, e.lon, a.state, c.confirmed,
       c.position
FROM entries e JOIN contacts c ON c.entry = e.id JOIN addresses a ON a.target = c.target
WHERE c.kind = ? AND a.state <> 'dead' AND e.area IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True)
class People:
    """Everybody who stands in the register by name, one row an entry, in the order of `person`."""

    person: I8
    """Number of the entry; it stays the same as long as the entry does."""
    area: I8
    """Index in `areas`."""
    stratum: I8
    """Index in `strata`."""
    size: I8
    """People of the entry: of a household more than one."""
    areas: tuple[str, ...]
    strata: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.person)


class Register:
    """A hand on the register; any thread may hold its own, or share one for reading."""

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder, self.db, self.vault = folder, db, Vault(folder)

    @classmethod
    def open(cls, folder: Path) -> Register:
        """The register of a store's folder; made where there is none."""
        return cls(folder, connect(folder / FILE))

    @classmethod
    def existing(cls, folder: Path) -> Register:
        """The same; LookupError where nobody has made one yet."""
        if not (folder / FILE).exists():
            raise LookupError(f"there is no register in {folder}: `tongluo register import` first")
        return cls.open(folder)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    # writing: within `transaction` only

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise RegisterError(f"the register cannot be written: {error}") from error
            raise

    def audit(self, at: int, what: str, body: Mapping[str, Any]) -> None:
        """One link of the register's own audit chain."""
        row = self.db.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        encoded = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        head = link(row[0] if row else b"", at, what, encoded)
        self.db.execute(
            "INSERT INTO audit (at, what, body, hash) VALUES (?,?,?,?)", (at, what, encoded, head)
        )

    def broken_link(self) -> int | None:
        """Number of the first audit entry off its chain; None when all fit."""
        return broken(self.db.execute("SELECT id, at, what, body, hash FROM audit ORDER BY id"))

    # whom a warning is for

    def recipients(self, warning: WarningVersion, kind: str) -> list[Recipient]:
        """Who is sent a warning by this kind of contact, in order; each address once.

        An exercise finds only who is enrolled (law 6).
        """
        place, known = self.place(warning.area), self.places()
        chosen = choose(place, known)
        found = self._candidates(kind, chosen, warning.status)
        return recipients(found, chosen, place.shape, _away(place, known))

    def audience(self, target: str, warning: WarningVersion) -> Audience:
        """As what an address is spoken to in this warning: the first of its entries' audiences."""
        return self.spoken(target, self.chosen(warning.area))[0]

    def spoken(self, target: str, chosen: Chosen) -> tuple[Audience, str]:
        """(audience, area) of the entry by which an address is reached by these areas."""
        found = self.db.execute(
            "SELECT DISTINCT e.audience, e.area FROM contacts c JOIN entries e ON e.id = c.entry"
            " WHERE c.target = ?",
            (target,),
        ).fetchall()
        all_ = chosen.whole | chosen.part | chosen.above
        near = [(who, area) for who, area in found if area in all_]
        return min(near, key=_first, default=("residents", ""))

    def chosen(self, area: Area) -> Chosen:
        """The areas that a warning for one reaches."""
        return choose(self.place(area), self.places())

    def enrolled(self, target: str) -> bool:
        """Whether somebody with this address is enrolled for exercises."""
        found = self.db.execute(
            "SELECT max(e.enrolled) FROM contacts c JOIN entries e ON e.id = c.entry"
            " WHERE c.target = ?",
            (target,),
        ).fetchone()
        return bool(found[0])

    def highest(self, warning: WarningVersion) -> Level:
        """The highest level of a warning's versions so far, this one written down among them: who
        was told of orange hears that it is yellow now, and that it is over."""
        level = max(warning.level, warning.previous)
        row = self.db.execute(
            "SELECT level FROM events WHERE event = ?", (warning.event,)
        ).fetchone()
        if row is None or row[0] < level:
            with self.transaction():
                self.db.execute(
                    "INSERT INTO events VALUES (?,?,?) ON CONFLICT (event) DO UPDATE"
                    " SET level = max(level, excluded.level), at = excluded.at",
                    (warning.event, int(level), warning.sent),
                )
                self.db.execute("DELETE FROM events WHERE at < ?", (warning.sent - REMEMBERED,))
        return Level(max(level, row[0] if row else level))

    def _candidates(self, kind: str, chosen: Chosen, status: Status) -> Iterator[Candidate]:
        areas = json.dumps(sorted(chosen.whole | chosen.part | chosen.above))
        only = "" if status is Status.ACTUAL else " AND e.enrolled"
        for row in self.db.execute(CANDIDATES + only, (kind, areas)):
            target, entry, area, audience, sort, need, lat, lon, state, confirmed, position = row
            yield Candidate(
                target, entry, area, audience, sort == "household", bool(need),
                None if lat is None else (lat, lon), state != "", confirmed, position,
            )  # fmt: skip

    def address(self, target: str) -> str:
        """What a channel needs to send; LookupError when nobody has this address any more."""
        found = self.db.execute("SELECT box FROM addresses WHERE target = ?", (target,)).fetchone()
        if found is None:
            raise LookupError("this recipient is not in the register any more")
        return self.vault.open(found[0], target)

    def heard(self, target: str, key: str, *, reached: bool, at: int, dead_after: int) -> str:
        """What a delivery (by its key) says of an address; its state afterwards."""
        return numbers.heard(self, target, key, reached=reached, at=at, dead_after=dead_after)

    # areas

    def places(self) -> dict[str, Place]:
        """All areas, by id."""
        return stored.places(self.db)

    def place(self, area: Area) -> Place:
        """A warning's area, with what only the register knows of it."""
        known = stored.one_place(self.db, area.id) or Place(area.id)
        shape = Shape(area.polygon, area.circle) or known.shape
        return replace(
            known, name=area.name, parent=area.parent or known.parent,
            code=area.code or known.code, shape=shape,
        )  # fmt: skip

    # for coverage

    def people(self) -> People:
        """Everybody by name; who is known by count only stands in `counts`, a device nowhere."""
        rows = self.db.execute(
            "SELECT id, area, stratum, size FROM entries WHERE sort IN ('person', 'household')"
            " ORDER BY id"
        ).fetchall()
        ids, area, stratum, size = zip(*rows, strict=True) if rows else ((), (), (), ())
        areas, words = strata(area), strata(stratum)
        columns = (ids, [areas[a] for a in area], [words[s] for s in stratum], size)
        person, a, s, n = (np.array(column, np.int64) for column in columns)
        return People(person, a, s, n, tuple(areas), tuple(words))

    def counts(self) -> list[tuple[str, str, int]]:
        """(area, stratum, people) where there is no register by name."""
        return self.db.execute(
            "SELECT area, stratum, sum(size) FROM entries WHERE sort = 'count'"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()

    def persons_of(self, target: str) -> tuple[int, ...]:
        """The entries that share an address, by their numbers in `people`."""
        found = self.db.execute(
            "SELECT DISTINCT entry FROM contacts WHERE target = ? ORDER BY entry", (target,)
        )
        return tuple(entry for (entry,) in found)

    def ways(self, person: int, kind: str) -> list[str]:
        """The living addresses of a kind that an entry has, the surest first, as targets."""
        found = self.db.execute(
            "SELECT c.target FROM contacts c JOIN addresses a ON a.target = c.target"
            " WHERE c.entry = ? AND c.kind = ? AND a.state <> 'dead'"
            " ORDER BY a.state, -coalesce(c.confirmed, -1e9), c.position",
            (person, kind),
        )
        return [target for (target,) in found]

    def person_of(self, target: str) -> int | None:
        """The first of these; None when nobody has it."""
        return next(iter(self.persons_of(target)), None)

    def links(self, kind: str) -> tuple[NDArray[np.str_], I8]:
        """(target, person) of every address of a kind, in the order of targets: for many at once.

        A target stands as often as entries share it; `numpy.searchsorted` finds it.
        """
        rows = self.db.execute(
            "SELECT target, entry FROM contacts WHERE kind = ? ORDER BY target, entry", (kind,)
        ).fetchall()
        targets, entries = zip(*rows, strict=True) if rows else ((), ())
        return np.array(targets, "U24"), np.array(entries, np.int64)


def _first(one: tuple[Audience, str]) -> tuple[int, str]:
    return AUDIENCES.index(one[0]), one[1]


def _away(place: Place, known: Mapping[str, Place]) -> Callable[[Candidate], float]:
    """How far somebody lives from the middle of a warning's area, by his own point or his area."""
    middle, far = place.shape.centre, dict[str, float]()

    def to(at: Point | None) -> float:
        return math.inf if middle is None or at is None else distance(middle, at)

    def away(c: Candidate) -> float:
        if c.at is not None:
            return to(c.at)
        if c.area not in far:
            far[c.area] = to(_centre(c.area, known))
        return far[c.area]

    return away


def _centre(area: str, known: Mapping[str, Place]) -> Point | None:
    """The middle of an area, or of what it lies in."""
    at, seen = known.get(area), set[str]()
    while at is not None and not at.shape and at.id not in seen:
        seen.add(at.id)
        at = known.get(at.parent)
    return at.shape.centre if at is not None else None


__all__ = ["FILE", "People", "Recipient", "Register", "RegisterError"]
