"""What the register holds, in figures: by area, by stratum, by the age of its numbers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dissemination.phones import mask
from dissemination.targeting.register import Register
from tongluo.core.times import DAY

AGES = (365, 730)
"""Days: under a year, under two, older."""


@dataclass(frozen=True)
class AreaTally:
    """One area."""

    area: str
    named: int
    """People by name."""
    counted: int
    """People by count."""
    needs_help: int
    reachable: int
    """People by name who have a living contact."""
    responsible: int
    """Entries that act for others: staff, responders, contacts."""


@dataclass(frozen=True)
class KindTally:
    """One kind of contact: addresses, each once."""

    kind: str
    addresses: int
    fresh: int
    """Confirmed within a year."""
    stale: int
    """Within two."""
    old: int
    """Before that."""
    unknown: int
    """Nobody has said when."""
    doubtful: int
    dead: int
    shared: int
    """Several entries have them."""


AREAS = """
SELECT e.area, sum(iif(sort IN ('person', 'household'), size, 0)),
       sum(iif(sort = 'count', size, 0)), sum(iif(help, size, 0)),
       sum(iif(sort IN ('person', 'household') AND EXISTS (
           SELECT 1 FROM contacts c JOIN addresses a ON a.target = c.target
           WHERE c.entry = e.id AND a.state <> 'dead'), size, 0)),
       sum(audience IN ('staff', 'responders', 'contacts'))
FROM entries e WHERE e.area IN (SELECT value FROM json_each(?)) GROUP BY e.area ORDER BY e.area
"""
KINDS = """
SELECT kind, count(*), sum(day > :fresh), sum(day <= :fresh AND day > :stale),
       sum(day <= :stale), sum(day IS NULL), sum(state = 'doubtful'), sum(state = 'dead'),
       sum(owners > 1)
FROM (SELECT c.kind, c.target, max(c.confirmed) day, count(DISTINCT c.entry) owners, a.state
      FROM contacts c JOIN entries e ON e.id = c.entry JOIN addresses a ON a.target = c.target
      WHERE e.area IN (SELECT value FROM json_each(:areas)) GROUP BY c.kind, c.target)
GROUP BY kind ORDER BY kind
"""


def areas_in(register: Register) -> list[str]:
    """Every area that an entry or a map names."""
    found = register.db.execute("SELECT area FROM entries UNION SELECT id FROM areas ORDER BY 1")
    return [area for (area,) in found]


def by_area(register: Register, areas: Collection[str]) -> list[AreaTally]:
    """A tally of each of these areas in which there is somebody."""
    rows = register.db.execute(AREAS, (json.dumps(sorted(areas)),))
    return [AreaTally(*row) for row in rows]


def by_stratum(register: Register, areas: Collection[str]) -> list[tuple[str, int]]:
    """(stratum, people), most first."""
    return register.db.execute(
        "SELECT stratum, sum(size) FROM entries WHERE area IN (SELECT value FROM json_each(?))"
        " AND sort <> 'device' GROUP BY 1 ORDER BY 2 DESC, 1",
        (json.dumps(sorted(areas)),),
    ).fetchall()


def by_kind(register: Register, areas: Collection[str], now: int) -> list[KindTally]:
    """A tally of each kind of contact. now: ms."""
    fresh, stale = (now // DAY - days for days in AGES)
    values = {"areas": json.dumps(sorted(areas)), "fresh": fresh, "stale": stale}
    return [KindTally(*row) for row in register.db.execute(KINDS, values)]


def orphans(register: Register) -> int:
    """Entries in areas that nothing declares any more: no warning reaches them."""
    found = register.db.execute(
        "SELECT count(*) FROM entries WHERE area NOT IN (SELECT id FROM areas)"
    )
    return int(found.fetchone()[0])


@dataclass(frozen=True)
class Shown:
    """One contact as it may be shown."""

    person: int
    area: str
    audience: str
    rank: str
    stratum: str
    kind: str
    masked: str
    confirmed: int | None
    """Days since 1970."""
    state: str


def masked(register: Register, areas: Collection[str]) -> Iterator[Shown]:
    """Every contact, its address masked: no name, no id, no number in it."""
    rows = register.db.execute(
        "SELECT e.id, e.area, e.audience, e.rank, e.stratum, c.kind, c.target, c.confirmed,"
        " a.state FROM contacts c JOIN entries e ON e.id = c.entry"
        " JOIN addresses a ON a.target = c.target"
        " WHERE e.area IN (SELECT value FROM json_each(?)) ORDER BY e.area, e.id, c.position",
        (json.dumps(sorted(areas)),),
    )
    for person, area, audience, rank, stratum, kind, target, confirmed, state in rows:
        hidden = mask(register.address(target))
        yield Shown(person, area, audience, rank, stratum, kind, hidden, confirmed, state)
