"""What the residents' pages proved, told as receipts: for the channels that lead to pages."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
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
"""Proofs read at one look."""
CROWD = 10_000
"""Receipts that wait at once; with so many, each waits for `CROWDED` only, and none is read on."""
CROWDED = MINUTE
RARELY = 64
"""Looks between two at a receipt that waits for long."""
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


@dataclass
class Waiting:
    """A proof of no delivery that was planned, as far as is known."""

    proof: installations.Proof
    since: int
    """ms, when this process first saw it: what was planned before it started takes a while, too."""
    looks: int = 0
    at: int = 0
    """The look at which it is told again: after 1, 2, 4 and so on, up to `RARELY`."""
    asked: bool = False


class Proofs:
    """Where telling stands: all up to the newest read is told, but for a few that wait, by number.

    A page may be faster than the planning of its delivery: such a receipt waits. Or it registered
    when the deliveries of a warning had been planned, and was shown it: then one more is asked for.
    What is written down is the number before the oldest that waits: a restart tells a few again.
    """

    def __init__(self, around: Surroundings, by: By = "page") -> None:
        self._around, self._by = around, by
        self._path = around.folder / f"{FILES[by]}-{around.name}.told"
        self._read = self._written = _number(self._path)
        self._look = 0
        self._waiting: dict[int, Waiting] = {}

    def tell(self) -> None:
        """Tell what is new, and of what waits as much as is its turn."""
        self._look += 1
        self._again()
        most = min(MOST, CROWD - len(self._waiting))
        if most > 0:
            with closing(installations.open_to_read(self._around.folder)) as db:
                found = installations.proofs(db, self._read, most, self._by)
            for proof in found:
                if not self._kept(proof):
                    waits = Waiting(proof, now_ms(), 1, self._look + 1)
                    self._waiting[proof.number] = waits
                self._read = proof.number
        self._write(min(self._waiting, default=self._read + 1) - 1)

    def _again(self) -> None:
        """Those whose turn it is: told, asked for, given up, or to wait for longer."""
        patience = PATIENCE if len(self._waiting) < CROWD else CROWDED
        late = []
        for number, one in list(self._waiting.items()):
            over = now_ms() - one.since > patience
            if (over or one.at <= self._look) and (self._kept(one.proof) or over):
                del self._waiting[number]
            elif one.at <= self._look:
                one.at = self._look + min(RARELY, 2**one.looks)
                one.looks += 1
                late.append(one)
        self._ask([one for one in late if not one.asked])

    def _ask(self, late: list[Waiting]) -> None:
        """Ask for deliveries of who proved one that he has not: once, at the second look."""
        for identifier in {w.proof.identifier for w in late if self._by == "page"}:
            some = [one for one in late if one.proof.identifier == identifier]
            if self._around.more(identifier, sorted({w.proof.installation for w in some})):
                for one in some:
                    one.asked = True

    def _kept(self, proof: installations.Proof) -> bool:
        """Whether its delivery was planned, and has it now."""
        key = f"{proof.identifier}:{self._around.name}:{proof.installation}"
        return self._around.tell(Receipt(key, proof.state, proof.time, self._by))

    def _write(self, number: int) -> None:
        if number != self._written:
            fresh = self._path.with_suffix(".writing")
            fresh.write_text(str(number), encoding="ascii")
            fresh.replace(self._path)
            self._written = number


def _number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
