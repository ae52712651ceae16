"""What the dispatcher does for the register of people: its areas kept up, its numbers learned.

Numbers are learned from the receipts that stand in the history of deliveries, by a thread of its
own and from a cursor of its own (`ids/learned` in the store's folder): a register that is slow or
locked delays no receipt, and what could not be learned, or what a kill cut off, is learned later.
The same receipt again teaches nothing new.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from dissemination.channels.people import learner_of
from dissemination.receipts import Receipt
from dissemination.targeting import Register, changes
from tongluo.config.models import Config
from tongluo.config.nesting import places_of
from tongluo.config.tables import build_channel
from tongluo.core.clock import now_ms
from tongluo.core.errors import TongluoError
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState

TROUBLE = (sqlite3.Error, LookupError, OSError, TongluoError)
AGAIN = 10.0
"""Seconds until what could not be learned is tried again."""
BATCH = 200
NEXT = """
SELECT rowid, key, at, state, detail FROM history WHERE rowid > ? ORDER BY rowid LIMIT ?
"""
RECEIPT = ("receipt: ", "receipt, changes nothing: ")
"""How the history begins to tell of one."""


class RegisterKeeper:
    """Never in the way of a warning: what cannot be done is told, and left for later."""

    def __init__(self, config: Config, folder: Path, log: Log) -> None:
        self._log, self._folder = log, folder
        self._file, self._rows = folder / "ids" / "learned", folder / "deliveries.db"
        self._wake, self._ended = threading.Event(), threading.Event()
        self._learn = {
            name: learn
            for name, given in config.channels.items()
            if (learn := learner_of(build_channel(given.kind, given.options), folder))
        }
        if self._learn:
            self._settle(config, folder)
            self._begin()
            threading.Thread(target=self._run, daemon=True, name="register").start()

    def _settle(self, config: Config, folder: Path) -> None:
        """The areas of the configuration, as they are now."""
        try:
            register = Register.existing(folder)
            try:
                with register.transaction():
                    changes.settle(register, places_of(config), now_ms())
            finally:
                register.close()
        except TROUBLE as error:
            self._log.trouble("register", str(error))

    def hear(self, _: Receipt) -> None:
        """A receipt stands in the history."""
        self._wake.set()

    def close(self) -> None:
        """Learn no more; what is left is learned by the next process."""
        self._ended.set()
        self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.wait(AGAIN)
            self._wake.clear()
            try:
                while not self._ended.is_set() and self.step():
                    pass
                self._log.over("register")
            except TROUBLE as error:
                self._log.trouble("register", str(error))
                self._ended.wait(AGAIN)  # receipts that come meanwhile hurry nothing

    def step(self) -> bool:
        """Learn from the next receipts; False when there are none. One of TROUBLE: try again."""
        cursor = self._cursor()
        with closing(sqlite3.connect(f"file:{self._rows}?mode=ro", uri=True, timeout=5)) as db:
            found = db.execute(NEXT, (cursor, BATCH)).fetchall()
        learned = cursor
        try:
            for row, key, at, state, detail in found:
                self._one(key, at, DeliveryState(state), detail)
                learned = row
        finally:
            if learned != cursor:
                self._keep(learned)
        return bool(found)

    def _one(self, key: str, at: int, state: DeliveryState, detail: str) -> None:
        learn = self._learn.get(key.rpartition(":")[0].rpartition(":")[2])
        head = next((h for h in RECEIPT if detail.startswith(h)), None)
        if learn is None or head is None:
            return
        try:
            learn(Receipt(key, state, None, detail.removeprefix(head)), at)
        except TROUBLE:
            raise
        except Exception as error:  # law 5: one that cannot be learned stops no other
            self._log.trouble("register", repr(error))

    def _begin(self) -> None:
        """Where there is no cursor yet, the receipts of before are left: they were learned from as
        they came."""
        try:
            with closing(sqlite3.connect(f"file:{self._rows}?mode=ro", uri=True, timeout=5)) as db:
                last = db.execute("SELECT coalesce(max(rowid), 0) FROM history").fetchone()[0]
        except sqlite3.Error:
            last = 0
        if not self._file.exists() or self._cursor() > last:
            self._keep(last)

    def _cursor(self) -> int:
        try:
            return int(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def _keep(self, row: int) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".writing")
        fresh.write_text(str(row), encoding="ascii")
        fresh.replace(self._file)
