"""The exporter's process: the journal's readings, assessments and conditions to InfluxDB 2.

    python -m tongluo.daemon.exporter FOLDER

It reads the journal from a cursor in its own `exporter.db`, and moves the cursor only after the
receiver has said that it wrote the rows. A row sent twice overwrites itself: same series, same
time. Standard input is the daemon's pipe: a byte is news, its end is the order to finish.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tongluo.config.load import from_text
from tongluo.config.models import Config, InfluxIn
from tongluo.config.sensors import declared, spec
from tongluo.core.clock import monotonic, now_ms
from tongluo.core.errors import StoreError, TemporaryFailure, TongluoError
from tongluo.core.log import Log
from tongluo.daemon.cursor import open_cursor
from tongluo.daemon.receiver import Receiver
from tongluo.store.influx import SELECTS, Batch, isolate, newest, read
from tongluo.store.journal import connect

BATCH, LEAST = 5000, 100
EVERY = 1.0  # s between looks at the journal when all is exported
TIMEOUT = 5.0  # s for one request
GRACE = 3.0  # s for what is left when the daemon ends; with TIMEOUT below its patience of 10 s
LONGEST_WAIT = 60.0  # s between two attempts


class Pipe:
    """The daemon's end of standard input."""

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self.ended_at: float | None = None

    def wait(self, seconds: float) -> None:
        """Until a byte, the end, or so many seconds."""
        if self.ended_at is not None or not select.select([self._fd], [], [], seconds)[0]:
            return
        if not os.read(self._fd, 4096):
            self.ended_at = monotonic()

    def rest(self, seconds: float) -> None:
        """So many seconds, whatever the news; only the end cuts it short."""
        until = monotonic() + seconds
        while self.ended_at is None and (left := until - monotonic()) > 0:
            self.wait(left)

    def left(self) -> float:
        """Seconds that a request may take; TemporaryFailure when none are left."""
        self.wait(0)
        if self.ended_at is None:
            return TIMEOUT
        left = self.ended_at + GRACE - monotonic()
        if left <= 0:
            raise TemporaryFailure("no time left", 0.0)
        return left


class Exporter:
    """From the cursor to the journal's end, again and again."""

    def __init__(self, influx: InfluxIn, counters: frozenset[str], folder: Path, pipe: Pipe,
                 log: Log) -> None:  # fmt: skip
        self._influx: InfluxIn | None = influx
        self._counters, self._pipe, self._log = counters, pipe, log
        self._receiver: Receiver | None = None
        self.journal = connect(folder / "journal.db", read_only=True)
        self.cursor = open_cursor(folder / "exporter.db", log)
        self._seq = self._last_seq()
        self._limit, self._failures = BATCH, 0
        if not self.cursor.belongs(self._identity()):
            self._restart("another journal")

    def run(self) -> None:
        """Until the pipe ends, or a new configuration names no receiver."""
        while self._influx is not None:
            try:
                more = self.round()
            except (TemporaryFailure, StoreError, sqlite3.Error) as error:
                if self._pipe.ended_at is not None:
                    break
                self._failed(error)
                continue
            if more:
                continue
            if self._pipe.ended_at is not None:
                break
            self._pipe.wait(EVERY)
        with suppress(sqlite3.Error):
            self._log.say("stopped", behind={table: self.behind(table) for table in SELECTS})

    def round(self) -> bool:
        """At most one batch of each table; whether there was any."""
        self._reconfigure()
        if self._influx is None:
            return False
        found = [self._export(table) for table in SELECTS]
        return any(found)

    def behind(self, table: str) -> int:
        """Rows not yet exported."""
        return max(0, newest(self.journal, table) - self.cursor.row(table))

    def close(self) -> None:
        """Close files and connections."""
        self.journal.close()
        self.cursor.db.close()
        if self._receiver is not None:
            self._receiver.close()

    def _export(self, table: str) -> bool:
        after = self.cursor.row(table)
        batch = read(self.journal, table, after, self._limit, self._counters)
        if batch is None:
            if newest(self.journal, table) < after:
                self._restart("the journal is shorter than what was exported")
            return False
        refused = isolate(batch.lines, self._send)
        self.cursor.advance(batch, refused, now_ms())
        self._done(batch, len(refused))
        return True

    def _send(self, lines: Sequence[str]) -> None:
        if self._receiver is None:
            assert self._influx is not None
            try:
                self._receiver = Receiver(self._influx)
            except LookupError as error:
                raise TemporaryFailure(f"influx.token: {error}", 0.0) from error
        self._receiver.write(lines, self._pipe.left())

    def _done(self, batch: Batch, refused: int) -> None:
        self._limit, self._failures = min(BATCH, 2 * self._limit), 0
        if not batch.lines:
            return
        self._log.over("influx", behind=self.behind(batch.table))
        self._log.over("store")
        if refused:
            reason = "the receiver refuses lines; they are kept in exporter.db, table refused"
            self._log.trouble("refused", reason, source=batch.table, lines=refused)
        else:
            self._log.over("refused")

    def _failed(self, error: Exception) -> None:
        """Told once; then a wait that grows with each failure, never shorter than asked for."""
        kind = "influx" if isinstance(error, TemporaryFailure) else "store"
        self._log.trouble(kind, str(error))
        asked = error.retry_after if isinstance(error, TemporaryFailure) else 0.0
        self._pipe.rest(max(asked, pause(self._failures, random.random())))
        self._failures += 1
        self._limit = max(LEAST, self._limit // 2)  # a receiver may be too slow for a full batch

    def _restart(self, reason: str) -> None:
        self._log.say("cursor", state="from the first row", reason=reason)
        self.cursor.restart()

    def _identity(self) -> bytes:
        """The journal's own mark: the first link of its audit chain."""
        first = self.journal.execute("SELECT hash FROM audit ORDER BY id LIMIT 1").fetchone()
        return bytes(first[0]) if first else b""

    def _last_seq(self) -> int:
        return self.journal.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0

    def _reconfigure(self) -> None:
        """Take over what the daemon has accepted since; not the file, which may be half edited."""
        seq = self._last_seq()
        config = accepted(self.journal, self._seq)
        self._seq = seq
        if config is None:
            return
        self._counters |= counters_of(config)
        if config.influx != self._influx:
            self._influx = config.influx
            if self._receiver is not None:
                self._receiver.close()
            self._receiver = None


def pause(failures: int, chance: float) -> float:
    """Seconds before the next attempt: doubling up to a minute, less up to half by chance.

    >>> [pause(n, 0.0) for n in (0, 1, 2, 99)], pause(0, 1.0)
    ([1.0, 2.0, 4.0, 60.0], 0.5)
    """
    return min(LONGEST_WAIT, 2.0 ** min(failures, 10)) * (1 - chance / 2)


def accepted(db: sqlite3.Connection, after: int) -> Config | None:
    """The newest configuration row after a sequence number."""
    found = db.execute(
        "SELECT body FROM journal WHERE seq > ? AND kind = 'configuration'"
        " ORDER BY seq DESC LIMIT 1",
        (after,),
    ).fetchone()
    return from_text(found[0].decode()).config if found else None


def counters_of(config: Config) -> frozenset[str]:
    """Keys of the sensors that send a running total."""
    every = (spec(config, st, sensor) for st in config.stations for sensor in declared(st))
    return frozenset(s.key for s in every if s.counter is not None)


def _config(folder: Path) -> Config:
    """What the daemon works with: the newest configuration in its journal."""
    with connect(folder / "journal.db", read_only=True) as db:
        config = accepted(db, 0)
    if config is None:
        raise StoreError(f"journal in {folder} holds no configuration")
    return config


def main(arguments: Sequence[str]) -> int:
    """The process; returns its exit code."""
    log = Log("exporter")
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)  # systemd signals all; the pipe's end is ours
    folder = Path(arguments[0])
    try:
        config = _config(folder)
        if config.influx is None:
            return 0
        exporter = Exporter(config.influx, counters_of(config), folder, Pipe(), log)
    except (TongluoError, sqlite3.Error) as error:
        log.say("start", state="failed", reason=str(error))
        return 1
    exporter.run()
    exporter.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
