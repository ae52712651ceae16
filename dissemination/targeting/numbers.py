"""Which addresses are dead: told by receipts that say so several times in a row, or by a person.

One such receipt makes an address doubtful: another of the person is tried first. A message that
arrives clears it. Each delivery counts once, however often its receipt comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dissemination.targeting.register import Register

ALIVE, DOUBTFUL, DEAD = "", "doubtful", "dead"


def heard(
    register: Register, target: str, key: str, *, reached: bool, at: int, dead_after: int
) -> str:
    """Write down what a delivery says of an address; its state afterwards.

    reached: it arrived; else there is no such number. at: ms. dead_after: so many in a row.
    """
    db = register.db
    found = db.execute("SELECT state FROM addresses WHERE target = ?", (target,)).fetchone()
    if found is None or (reached and found[0] == ALIVE):
        return ALIVE  # as nearly always: nothing to write
    with register.transaction():
        if reached:
            db.execute("DELETE FROM misses WHERE target = ?", (target,))
        else:
            db.execute("INSERT OR IGNORE INTO misses VALUES (?,?,?)", (target, key, at))
        missed = db.execute("SELECT count(*) FROM misses WHERE target = ?", (target,)).fetchone()[0]
        state = ALIVE if not missed else DEAD if missed >= dead_after else DOUBTFUL
        set_state(register, target, state, at, "receipts")
    return state


def set_state(register: Register, target: str, state: str, at: int, who: str) -> bool:
    """Write a state down, within a transaction; False when it was so, or nobody has the address."""
    changed = register.db.execute(
        "UPDATE addresses SET state = ?, since = ? WHERE target = ? AND state <> ?",
        (state, at, target, state),
    ).rowcount
    if changed:
        register.audit(at, "address", {"who": who, "target": target, "state": state or "alive"})
    return bool(changed)
