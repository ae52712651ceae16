"""What the dispatcher does for the register of people: its areas kept up, its numbers learned."""

from __future__ import annotations

import sqlite3
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

TROUBLE = (sqlite3.Error, LookupError, OSError, TongluoError)


class RegisterKeeper:
    """Never in the way of a warning: what cannot be done is told, and left."""

    def __init__(self, config: Config, folder: Path, log: Log) -> None:
        self._log = log
        self._learn = {
            name: learn
            for name, given in config.channels.items()
            if (learn := learner_of(build_channel(given.kind, given.options), folder))
        }
        if self._learn:
            self._settle(config, folder)

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

    def hear(self, receipt: Receipt) -> None:
        """What a receipt says of a number; its `id` is a delivery's key."""
        channel = receipt.id.rpartition(":")[0].rpartition(":")[2]
        learn = self._learn.get(channel)
        if learn is None:
            return
        try:
            learn(receipt, now_ms())
        except TROUBLE as error:
            self._log.trouble("register", str(error))
        else:
            self._log.over("register")
