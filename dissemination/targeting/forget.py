"""One person out of the register, or one contact marked by hand."""

from __future__ import annotations

from dissemination.targeting import numbers
from dissemination.targeting.changes import sweep
from dissemination.targeting.entries import Kind
from dissemination.targeting.register import Register


def forget(register: Register, name: str, who: str, at: int) -> bool:
    """Take an entry out by its id, with every address that nobody else has; False without one.

    What is left is its fingerprint in the audit. Nothing of it stays in the free pages of the file
    (`secure_delete`), nor in the write-ahead log.
    """
    ref = register.vault.mark(name)
    with register.transaction():
        found = register.db.execute("SELECT id FROM entries WHERE ref = ?", (ref,)).fetchone()
        if found is None:
            return False
        register.db.execute("DELETE FROM contacts WHERE entry = ?", found)
        register.db.execute("DELETE FROM entries WHERE id = ?", found)
        sweep(register)
        register.audit(at, "forgotten", {"who": who, "entries": [ref.hex()]})
    register.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


def mark(register: Register, name: str, kind: Kind, state: str, who: str, at: int) -> int:
    """Mark the addresses of a kind that an entry has as dead or alive; how many that changed."""
    ref = register.vault.mark(name)
    with register.transaction():
        targets = register.db.execute(
            "SELECT c.target FROM contacts c JOIN entries e ON e.id = c.entry"
            " WHERE e.ref = ? AND c.kind = ?",
            (ref, kind),
        ).fetchall()
        if state == numbers.ALIVE:
            register.db.executemany("DELETE FROM misses WHERE target = ?", targets)
        return sum(numbers.set_state(register, t, state, at, who) for (t,) in targets)


def label(register: Register, person: int) -> tuple[str, str]:
    """(id, name) of an entry, for a list that goes to a warden; LookupError without one."""
    found = register.db.execute("SELECT ref, label FROM entries WHERE id = ?", (person,)).fetchone()
    if found is None:
        raise LookupError("this person is not in the register any more")
    ref, box = found
    name, _, words = register.vault.open(box, ref.hex()).partition("\n")
    return name, words
