"""What to do about the rest: the next best actions, and who has no proof yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from dissemination.coverage import action
from dissemination.coverage.action import Action
from dissemination.coverage.live import Estimates, Standing
from dissemination.coverage.shut import left
from dissemination.targeting.register import FILE, Register
from tongluo.coverage import errands
from tongluo.coverage.look import Look
from tongluo.coverage.place import STRANGE


def next_best(found: Look) -> list[Action]:
    """Channels not yet used in a cell, by whom they add a minute; those that are out add nobody."""
    now = found.at(found.minute)
    could = replace(now.least, up=np.where(now.used, now.least.up, found.works))
    draws = Estimates.of(Standing(could, could, now.used)).low
    reach = draws.reach @ draws.weight / draws.weight.sum()
    left = (1 - reach) * found.people.people
    takes = [way.pace.delay + way.pace.notice + left / way.pace.per_minute for way in found.ways]
    best = action.next_best(could, draws, now.used, np.stack(takes, axis=1))
    return [one for one in best if one.people >= 1]


def unreached(found: Look) -> list[tuple[int, int, int]]:
    """(entry, cell, people) of who is known by name and has no proof, cell by cell."""
    people, reached = found.people, found.reached
    if reached is None:
        return []
    missing = reached.unreached()
    entries, first, count = np.unique(people.entry[missing], return_index=True, return_counts=True)
    cells = people.cell[missing[first]]
    order = np.lexsort((entries, cells))
    return list(zip(entries[order].tolist(), cells[order].tolist(), count[order].tolist(),
                    strict=True))  # fmt: skip


def out_of_reach(found: Look) -> dict[int, str]:
    """Entry without proof -> `closed`: no way can reach it, `untried`: one was not tried yet, or
    `doubtful`: what was tried may still come. Ways are those of which receipts prove something; who
    has an address may be reached by any of them, and by wardens whoever has one in charge."""
    people, tried = found.people, [way.name for way in found.ways if way.proof != "none"]
    addressed = np.isin(people.entry, found.addressed) | (people.entry >= STRANGE)
    door = np.array([way.apart or way.proof != "person" for way in found.ways])
    contact = (addressed[None, :] | door[:, None]) & ~errands.alone(found)
    sent = errands.visited(found)
    rest = left(people, found.ways, sent, found.aired, contact, found.works, tried)
    words = {"closed": rest.closed, "untried": rest.untried, "doubtful": rest.doubtful}
    return {int(n): word for word, those in words.items() for n in people.entry[those]}


def shown(entry: int) -> str:
    """An entry as a list shows it; of an address that no register knows there is no entry."""
    return "—" if entry >= STRANGE else f"#{entry}"


def names(folder: Path, entries: list[int], who: str, at: int) -> dict[int, str]:
    """Names of entries, decrypted with the register's key; who asked is written in its audit."""
    if not (folder / FILE).exists():
        return {}
    register = Register.open(folder)
    try:
        with register.transaction():
            register.audit(at, "names", {"who": who, "entries": len(entries)})
        return {n: _name(register, n) for n in entries if n < STRANGE}
    finally:
        register.close()


def _name(register: Register, entry: int) -> str:
    ref, label = register.db.execute(
        "SELECT ref, label FROM entries WHERE id = ?", (entry,)
    ).fetchone()
    return register.vault.open(label, ref.hex()).partition("\n")[2]
