"""A new list of people against the register: what would change, and the change itself.

Entries are staged first, encrypted, in temporary tables that SQLite keeps on disk: a list may be
longer than memory, and is compared by keyed fingerprints. A source replaces what it said before
and touches no other's. Who is missing from its new list is kept, and told, unless `remove` is said:
half a file must not take away half a village.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dissemination.targeting import numbers, stored
from dissemination.targeting.entries import Entry, canonical
from dissemination.targeting.places import Place
from dissemination.targeting.refused import Refused
from dissemination.targeting.register import Register
from tongluo.core.times import DAY

STAGE = """
DROP TABLE IF EXISTS temp.staged;
DROP TABLE IF EXISTS temp.staged_contacts;
DROP TABLE IF EXISTS temp.spared;
CREATE TEMP TABLE staged (
    ref BLOB PRIMARY KEY, mark BLOB, area TEXT, sort TEXT, size INTEGER, audience TEXT, role TEXT,
    rank TEXT, deputy_of BLOB, stratum TEXT, help INTEGER, lat REAL, lon REAL, enrolled INTEGER,
    label BLOB);
CREATE TEMP TABLE staged_contacts (
    ref BLOB, kind TEXT, target TEXT, position INTEGER, confirmed INTEGER, box BLOB,
    PRIMARY KEY (ref, kind, target)) WITHOUT ROWID;
CREATE TEMP TABLE spared (ref BLOB PRIMARY KEY) WITHOUT ROWID;
"""
COLUMNS = (
    "ref, mark, area, sort, size, audience, role, rank, deputy_of, stratum, help, lat, lon,"
    " enrolled, label"
)
ADDED = "SELECT ref FROM temp.staged WHERE ref NOT IN (SELECT ref FROM entries)"
CHANGED = "SELECT s.ref FROM temp.staged s JOIN entries e ON e.ref = s.ref WHERE e.mark <> s.mark"
ABSENT = (
    "SELECT ref FROM entries WHERE source = :source AND ref NOT IN (SELECT ref FROM temp.staged)"
    " AND ref NOT IN (SELECT ref FROM temp.spared)"
)
SHARED = (
    "SELECT count(*) FROM (SELECT target FROM temp.staged_contacts GROUP BY target"
    " HAVING count(DISTINCT ref) > 1)"
)
CONFIGURED = "configuration"
"""The source of the areas that the site's configuration names."""
AT_ONCE = 1000
"""Entries staged in one transaction."""
AUDITED = 500
"""Entries named in one entry of the audit."""


@dataclass(frozen=True)
class Difference:
    """What a list changes."""

    added: int
    changed: int
    same: int
    absent: int
    """In the register from this source and not in the list."""
    shared: int
    """Addresses of the list that several entries have."""
    areas: tuple[str, ...] = ()
    """Areas that are new or different."""
    areas_absent: tuple[str, ...] = ()
    """Areas of this source that its list, which has others, does not have any more."""


class Change:
    """One list of one source, from staging to the change. One at a time for a register."""

    def __init__(self, register: Register, source: str, configured: Iterable[Place] = ()) -> None:
        """configured: the areas of the site's configuration, which come with any change."""
        self._register, self._source = register, source
        self._places: dict[str, Place] = {}
        self._waiting: dict[bytes, tuple[Any, ...]] = {}
        self._contacts: list[tuple[Any, ...]] = []
        self._configured = {p.id: p for p in configured}
        known = {**register.places(), **self._configured}
        self._sources = stored.sources(register.db) | dict.fromkeys(self._configured, CONFIGURED)
        self.areas = _names(known.values())
        """Id or code of every area -> its id."""
        register.db.executescript(STAGE)

    def entry(self, entry: Entry) -> None:
        """Take an entry of the list; Refused when it cannot be."""
        db, vault = self._register.db, self._register.vault
        ref = self.ref(entry.id)
        before = db.execute("SELECT source FROM entries WHERE ref = ?", (ref,)).fetchone()
        if before is not None and before[0] != self._source:
            raise Refused("id_elsewhere", source=before[0])
        twice = db.execute("SELECT 1 FROM temp.staged WHERE ref = ?", (ref,)).fetchone()
        if twice or ref in self._waiting:
            raise Refused("id_twice")
        self._waiting[ref] = self._row(entry, ref)
        for position, c in enumerate(entry.contacts):
            target = vault.target(c.address)
            box = vault.box(c.address, target)
            self._contacts.append((ref, c.kind, target, position, c.confirmed, box))
        if len(self._waiting) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        """What was taken so far, into the temporary tables."""
        with self._register.transaction():
            self._register.db.executemany(
                f"INSERT INTO temp.staged ({COLUMNS}) VALUES ({','.join('?' * 15)})",
                self._waiting.values(),
            )
            self._register.db.executemany(
                "INSERT OR IGNORE INTO temp.staged_contacts VALUES (?,?,?,?,?,?)", self._contacts
            )
        self._waiting.clear()
        self._contacts.clear()

    def spare(self, name: str) -> None:
        """An entry of the list that could not be read: what the register has of it stays."""
        self._register.db.execute("INSERT OR IGNORE INTO temp.spared VALUES (?)", (self.ref(name),))

    def place(self, place: Place) -> None:
        """Take an area of the list."""
        if place.id in self._places:
            raise Refused("id_twice")
        if self.elsewhere(place.id):
            raise Refused("area_elsewhere", source=self._sources[place.id])
        self._places[place.id] = place
        self.areas.update(_names([place]))

    def elsewhere(self, area: str) -> bool:
        """Whether an area stands in the register from another source."""
        return self._sources.get(area, self._source) != self._source

    def ref(self, name: str) -> bytes:
        """The fingerprint under which an id is kept."""
        return self._register.vault.mark(name)

    def _row(self, e: Entry, ref: bytes) -> tuple[Any, ...]:
        vault, s = self._register.vault, e.stratum
        lat, lon = e.at or (None, None)
        deputy_of = vault.mark(e.deputy_of) if e.deputy_of else None
        return (
            ref, vault.mark(canonical(e)), e.area, e.sort, e.size, e.audience, e.role, e.rank,
            deputy_of, s.word, s.needs_help, lat, lon, e.enrolled,
            vault.box(f"{e.id}\n{e.name}", ref.hex()),
        )  # fmt: skip

    def difference(self) -> Difference:
        """What applying it would do."""
        self._flush()
        return self._difference()

    def _difference(self) -> Difference:
        counts = [self._count(sql) for sql in (ADDED, CHANGED, ABSENT)]
        staged = self._count("SELECT ref FROM temp.staged")
        shared = self._register.db.execute(SHARED).fetchone()[0]
        known = self._register.places()
        areas = tuple(p.id for p in self._places.values() if known.get(p.id) != p)
        gone = tuple(
            name
            for name, source in self._sources.items()
            if self._places and source == self._source and name not in self._places
        )
        added, changed, absent = counts
        same = staged - added - changed
        return Difference(added, changed, same, absent, shared, areas, gone)

    def _count(self, sql: str) -> int:
        found = self._register.db.execute(
            f"SELECT count(*) FROM ({sql})", {"source": self._source} if ":source" in sql else {}
        )
        return int(found.fetchone()[0])

    def apply(self, who: str, at: int, *, remove: bool = False) -> Difference:
        """Make the change, whole or not at all, with its audit. at: ms."""
        db = self._register.db
        self._flush()
        with self._register.transaction():
            what = self._difference()
            self._audit(who, at, what, remove=remove)
            if remove:
                self._remove()
                stored.drop(db, what.areas_absent)
            settle(self._register, self._configured.values(), at)
            self._write()
            if what.areas:
                stored.put(db, (self._places[a] for a in what.areas), self._source)
            _revive(self._register, at, who)
            sweep(self._register)
        return what

    def _write(self) -> None:
        db = self._register.db
        touched = f"({ADDED} UNION {CHANGED})"
        updates = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS.split(", ")[1:])
        db.execute(f"CREATE TEMP TABLE touched AS SELECT ref FROM {touched}")
        db.execute(
            f"INSERT INTO entries (source, {COLUMNS}) SELECT ?, {COLUMNS} FROM temp.staged"
            " WHERE ref IN (SELECT ref FROM temp.touched) ORDER BY rowid"
            f" ON CONFLICT (ref) DO UPDATE SET {updates}",
            (self._source,),
        )
        mine = "SELECT id FROM entries WHERE ref IN (SELECT ref FROM temp.touched)"
        db.execute(f"DELETE FROM contacts WHERE entry IN ({mine})")
        db.execute(
            "INSERT INTO contacts (entry, kind, target, position, confirmed)"
            " SELECT e.id, c.kind, c.target, c.position, c.confirmed FROM temp.staged_contacts c"
            " JOIN entries e ON e.ref = c.ref WHERE c.ref IN (SELECT ref FROM temp.touched)"
        )
        db.execute(
            "INSERT INTO addresses (target, box) SELECT target, min(box) FROM temp.staged_contacts"
            " WHERE ref IN (SELECT ref FROM temp.touched) GROUP BY target"
            " ON CONFLICT (target) DO NOTHING"
        )
        db.execute("DROP TABLE temp.touched")

    def _remove(self) -> None:
        source = {"source": self._source}
        gone = f"SELECT id FROM entries WHERE ref IN ({ABSENT})"
        self._register.db.execute(f"DELETE FROM contacts WHERE entry IN ({gone})", source)
        self._register.db.execute(f"DELETE FROM entries WHERE ref IN ({ABSENT})", source)

    def _audit(self, who: str, at: int, what: Difference, *, remove: bool) -> None:
        said = {"added": what.added, "changed": what.changed, "areas": list(what.areas)}
        said["removed"] = what.absent if remove else 0
        self._register.audit(at, "import", {"who": who, "source": self._source, **said})
        ways = [("added", ADDED), ("changed", CHANGED), *([("removed", ABSENT)] if remove else [])]
        for word, sql in ways:
            for refs in self._blocks(sql):
                self._register.audit(at, word, {"who": who, "entries": refs})

    def _blocks(self, sql: str) -> Iterator[list[str]]:
        values = {"source": self._source} if ":source" in sql else {}
        found = self._register.db.execute(sql + " ORDER BY 1", values)
        while some := found.fetchmany(AUDITED):
            yield [ref.hex() for (ref,) in some]


def _revive(register: Register, at: int, who: str) -> None:
    """Who made sure of a number after it was marked knows better."""
    found = register.db.execute(
        "SELECT DISTINCT a.target FROM addresses a JOIN contacts c ON c.target = a.target"
        " WHERE a.state <> '' AND c.confirmed * ? > a.since ORDER BY 1",
        (DAY,),
    ).fetchall()
    for (target,) in found:
        register.db.execute("DELETE FROM misses WHERE target = ?", (target,))
        numbers.set_state(register, target, numbers.ALIVE, at, who)


def sweep(register: Register) -> None:
    """Addresses that nobody has any more, within a transaction."""
    for table in ("addresses", "misses"):
        register.db.execute(
            f"DELETE FROM {table} WHERE target NOT IN (SELECT target FROM contacts)"
        )


def settle(register: Register, configured: Iterable[Place], at: int) -> bool:
    """The areas of the site's configuration in place of those it had before, within a transaction;
    whether that changed anything."""
    mark = register.vault.mark
    named = (replace(p, manager=mark(p.manager).hex() if p.manager else "") for p in configured)
    given = {p.id: p for p in named}
    of = stored.sources(register.db)
    before = {p.id: p for p in register.places().values() if of[p.id] == CONFIGURED}
    if given == before:
        return False
    stored.drop(register.db, before.keys() - given.keys())
    stored.put(register.db, given.values(), CONFIGURED)
    register.audit(at, "areas", {"who": CONFIGURED, "areas": len(given)})
    return True


def _names(places: Iterable[Place]) -> dict[str, str]:
    """Id or code -> id; an id stands before a code of the same letters."""
    found = list(places)
    return {p.code: p.id for p in found if p.code} | {p.id: p.id for p in found}


def put(register: Register, source: str, entries: Iterable[Entry], who: str, at: int) -> Difference:
    """Stage and apply entries that are known to be good."""
    change = Change(register, source)
    for entry in entries:
        change.entry(entry)
    return change.apply(who, at)
