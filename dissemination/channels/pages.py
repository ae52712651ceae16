"""What the residents' pages proved, told as receipts: for the channels that lead to pages."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from dissemination import installations
from dissemination.channels.kind import Surroundings
from dissemination.installations import By
from dissemination.receipts import Receipt
from tongluo.core.clock import now_ms
from tongluo.core.times import MINUTE

POLL = 0.5
"""Seconds between looks at what the pages said."""
PATIENCE = 10 * MINUTE
"""ms for which a receipt waits for its delivery to be planned."""
MOST = 5000
FILES = {"page": "app", "push": "push"}


class Watch:
    """Looks from time to time, in a thread of its own."""

    def __init__(self, around: Surroundings, by: By) -> None:
        self._around, self._by = around, by
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="receipts of pages")
        self._thread.start()

    def _listen(self) -> None:
        proofs = Proofs(self._around, self._by)
        while not self._closing.wait(POLL):
            try:
                proofs.tell()
            except (LookupError, OSError, sqlite3.Error):
                continue  # no console yet, or its file is busy: what is in it waits

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._thread.join(5)


class Proofs:
    """Where telling stands: everything up to `after` has been told; it survives a restart.

    A page may be faster than the planning of its delivery: such a receipt waits. Or it registered
    when the deliveries of a warning had been planned, and was shown it: then one more is asked for.
    """

    def __init__(self, around: Surroundings, by: By = "page") -> None:
        self._around, self._by = around, by
        self._path = around.folder / f"{FILES[by]}-{around.name}.told"
        self._after = _number(self._path)
        self._told: set[int] = set()
        self._waiting: set[int] = set()
        """Proofs that were of no delivery when they were told, and have not asked for one."""
        self._asked: set[int] = set()

    def tell(self) -> None:
        """Tell what is new."""
        with closing(installations.open_to_read(self._around.folder)) as db:
            found = installations.proofs(db, self._after, MOST, self._by)
        before, reached = self._after, True
        for proof in found:
            if proof.number not in self._told and self._one(proof):
                self._told.add(proof.number)
            reached = reached and proof.number in self._told
            if reached:
                self._after = proof.number
                for numbers in (self._told, self._waiting, self._asked):
                    numbers.discard(proof.number)
        self._ask([proof for proof in found if proof.number > self._after])
        if self._after != before:
            fresh = self._path.with_suffix(".writing")
            fresh.write_text(str(self._after), encoding="ascii")
            fresh.replace(self._path)

    def _ask(self, found: list[installations.Proof]) -> None:
        """Ask for deliveries of who proved one that he has not: once, at the second look."""
        late = [p for p in found if p.number not in self._told | self._asked]
        for identifier in {p.identifier for p in late if p.number in self._waiting}:
            if self._by == "page" and self._around.more(identifier):
                self._asked |= {p.number for p in late if p.identifier == identifier}
        self._waiting |= {p.number for p in late}

    def _one(self, proof: installations.Proof) -> bool:
        """Whether it is done with: kept, or nobody planned its delivery in time."""
        key = f"{proof.identifier}:{self._around.name}:{proof.installation}"
        kept = self._around.tell(Receipt(key, proof.state, proof.time, self._by))
        return kept or now_ms() - proof.at > PATIENCE


def _number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
