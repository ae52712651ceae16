"""Who is in charge of an area: responsible people, their deputies, managers of places."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dissemination.targeting.entries import RANKS, Rank
from dissemination.targeting.recipients import ACTING
from dissemination.targeting.register import Register
from tongluo.core.warning import Area

ENTRIES = """
SELECT id, hex(ref), hex(deputy_of), area, role, rank, audience FROM entries
WHERE audience IN ('staff', 'responders', 'contacts') AND area IN (SELECT value FROM json_each(?))
   OR hex(ref) IN (SELECT value FROM json_each(?))
ORDER BY id
"""

ROLE, DEPUTY = "register:", "deputy:"
"""Before a role: who has it in an area, and who stands in for them."""


@dataclass(frozen=True)
class InCharge:
    """Somebody who has to act."""

    person: int
    """Number of the entry; `Register.ways` says how he is reached."""
    area: str
    role: str
    rank: Rank
    manages: tuple[str, ...] = ()
    """Places that are warned often, in the warned area, of which he is the manager."""
    deputies: tuple[int, ...] = ()
    """Who stands in, in the order of the register."""
    acting: bool = True
    """Acts for others where he is registered; False of who is a manager only."""

    @property
    def manager(self) -> bool:
        """Whether he manages a place in the warned area."""
        return bool(self.manages)


def in_charge(register: Register, area: Area) -> list[InCharge]:
    """Who answers for an area: the nearest first, from the hazard point up to the county; who is
    somebody's deputy stands beside him, not by himself."""
    chosen, known = register.chosen(area), register.places()
    reached = chosen.whole | chosen.part
    managers: dict[str, tuple[str, ...]] = {}
    for a in sorted(reached):
        if a in known and (ref := known[a].manager.upper()):
            managers[ref] = (*managers.get(ref, ()), a)
    asked = json.dumps(sorted(reached | chosen.above)), json.dumps(sorted(managers))
    rows = register.db.execute(ENTRIES, asked).fetchall()
    refs = {ref for _, ref, *_ in rows}
    deputies: dict[str, list[int]] = {}
    for person, _, of, *_ in rows:
        if of in refs:
            deputies.setdefault(of, []).append(person)
    found = [
        InCharge(
            person,
            where,
            role,
            rank,
            managers.get(ref, ()),
            tuple(deputies.get(ref, ())),
            audience in ACTING,
        )
        for person, ref, of, where, role, rank, audience in rows
        if of not in refs
    ]
    return sorted(found, key=_nearest)


def address(register: Register, area: Area, kind: str, asked: str) -> str:
    """The address of who has a role in an area, or of a deputy: the nearest who has a living one.

    asked: `register:ROLE` or `deputy:ROLE`. LookupError when there is nobody.
    """
    prefix = DEPUTY if asked.startswith(DEPUTY) else ROLE
    role = asked.removeprefix(prefix)
    for one in in_charge(register, area):
        if one.role.strip() != role:
            continue
        for person in one.deputies if prefix == DEPUTY else (one.person,):
            for target in register.ways(person, kind)[:1]:
                return register.address(target)
    raise LookupError(f"the register has nobody with a living address in {area.id} as {asked}")


def _nearest(one: InCharge) -> tuple[bool, int, int]:
    return not one.manager, -RANKS.index(one.rank), one.person
