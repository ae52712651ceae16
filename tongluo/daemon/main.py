"""The daemon's one hot thread: read until the socket is dry, feed, commit, acknowledge, repeat.

Commits follow the load by themselves: the more waits in the socket, the larger the next batch.
Dispatcher and exporter are other processes; they read the journal.
"""

from __future__ import annotations

import gc
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tongluo import memory
from tongluo.config.load import Loaded
from tongluo.config.plan import plan
from tongluo.core.clock import now_ms
from tongluo.core.crash import point
from tongluo.core.effects import Command, Effects
from tongluo.core.errors import ConfigError
from tongluo.core.log import Log
from tongluo.daemon.client import Incoming
from tongluo.daemon.collector import Collector, Filters
from tongluo.daemon.cursor import exported
from tongluo.daemon.intake import Intake, filters
from tongluo.daemon.start import compile_now, open_journal
from tongluo.engine import Engine
from tongluo.judgement import LOST
from tongluo.recover import recover
from tongluo.store import snapshot
from tongluo.store.checkpoint import Checkpointer
from tongluo.store.retention import trim

BATCH = 5000
PONG_EVERY = 10_000
MOST_FILTERS = 100


class Daemon:
    """One site, live."""

    def __init__(
        self,
        loaded: Loaded,
        folder: Path,
        log: Log,
        notify: Callable[[], None],
        read_again: Callable[[], Loaded],
        configured: Callable[[], None],
    ) -> None:
        self.loaded, self.folder, self.log, self._notify = loaded, folder, log, notify
        self._read_again, self._configured = read_again, configured
        self.journal = open_journal(folder, log)
        self.intake = self._start()
        self.collector = self._collector()
        self.commands: deque[Callable[[], None]] = deque()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._stopping = False
        self._acks: deque[tuple[list[int], int, int]] = deque()
        self._acked_seq, self._safe_seq, self._pongs = 0, 0, 0
        self._next_ping = 0
        self._snapshot_due = now_ms() + loaded.config.store.snapshot_every
        self._writer: threading.Thread | None = None
        self._show_due = 0
        self._saved = 0
        """Journal number of the last snapshot written by this process."""
        self.received = 0

    # -- start and configuration

    def _start(self) -> Intake:
        found = recover(self.journal.db, self.folder / "snapshots")
        known = self.journal.known_sensors()
        new = plan(self.loaded.config, self.loaded.digest, known)
        if found is None:
            intake = Intake(Engine(new), self.journal)
            intake.configure(new, self.loaded.text, now_ms(), first=True)
            return intake
        self.log.say("recovered", seq=found.seq, snapshot=found.from_snapshot, whole=found.whole)
        intake = Intake(found.engine, self.journal)
        if found.engine.plan.digest != new.digest:
            intake.configure(new, self.loaded.text, now_ms(), first=False)
        return intake

    def _collector(self) -> Collector:
        wanted = filters(self.loaded.config)
        db = self.journal.db
        row = db.execute("SELECT value FROM meta WHERE key = 'filters'").fetchone()
        before = tuple(row[0].split("\n")) if row else ()
        held = dict.fromkeys((*wanted, *before))  # until a broker was there to be told otherwise
        known = "\n".join(list(held)[:MOST_FILTERS])
        db.execute("INSERT OR REPLACE INTO meta VALUES ('filters', ?)", (known,))
        return Collector(self.loaded.config.broker, Filters(wanted, before), self.log)

    def reload(self) -> None:
        """All or nothing: a faulty file changes nothing and is told."""
        try:
            loaded = self._read_again()
        except ConfigError as error:
            self.log.say("reload", state="refused", faults=list(error.faults))
            return
        if loaded.digest == self.intake.engine.plan.digest:
            self.log.say("reload", state="unchanged", config=loaded.digest)
            return
        new = plan(loaded.config, loaded.digest, self.journal.known_sensors())
        changed = filters(loaded.config) != filters(self.loaded.config)
        self.loaded = loaded
        self.intake.configure(new, loaded.text, now_ms(), first=False)
        self._configured()
        self._tell()
        if changed or loaded.config.broker != self.collector.broker:
            self.collector.close()
            self.collector = self._collector()
            self._pongs, self._safe_seq = self.collector.pongs, 0  # nothing is proven by a new one
        self.log.say("reload", state="done", config=loaded.digest)

    # -- the loop

    def run(self) -> None:
        """Until told to stop; then drain what is in the socket and save a snapshot."""
        self.prepare()
        self.journal.db.execute("PRAGMA wal_autocheckpoint=0")
        checkpointer = Checkpointer(self.journal.path)
        try:
            while not self._stopping:
                self.turn(self._patience())
        finally:
            checkpointer.stop()
        self._drain()

    def prepare(self) -> None:
        """Whatever would delay the first readings: compiling, and garbage that is none."""
        self._tell()
        compile_now(self.intake.engine)
        gc.collect()
        gc.freeze()

    def turn(self, timeout: float) -> None:
        """Read, commit, acknowledge; then whatever else is due."""
        incoming = self.collector.read(BATCH, timeout, (self._wake_read,))
        if incoming:
            self.batch(incoming)
        self._run_commands()
        self._time()
        self._snapshot()
        self._prove_acks()

    def batch(self, incoming: list[Incoming]) -> None:
        """Commit first, then acknowledge, strictly in the order received."""
        self.received += len(incoming)
        effects = self.intake.messages(incoming, now_ms())
        self.acknowledge(incoming)
        self._after(effects)

    def _after(self, effects: Effects) -> None:
        """What the dispatcher and the operator learn at once."""
        if effects.warnings or effects.calls or effects.later:
            self._tell()
        for condition in effects.conditions:
            if condition.kind == LOST:
                state = "begins" if condition.begins else "ends"
                self.log.say(LOST, state=state, sensor=condition.sensor)

    def obey(self, command: Command) -> Effects:
        """An operator's order, and what follows of it."""
        effects = self.intake.command(command)
        self._after(effects)
        return effects

    def acknowledge(self, incoming: list[Incoming]) -> None:
        """Everything received, poison too."""
        ids = [m[2] for m in incoming]
        half = len(ids) // 2
        self.collector.acknowledge(ids[:half], self.collector.session)
        point("amid_acks")
        self.collector.acknowledge(ids[half:], self.collector.session)
        self._acked_seq = self.journal.seq

    def _patience(self) -> float:
        """Seconds until the next tick, at most one."""
        if self.intake.stream:
            return 1.0
        every = self.loaded.config.time.tick
        return min(1.0, max(0.0, (every - now_ms() % every) / 1000))

    def _time(self) -> None:
        if self.intake.stream:
            self._show()
            return
        every, now = self.loaded.config.time.tick, now_ms()
        clock = self.intake.engine.clock
        last = int(clock["ticked"])
        if now - now % every > last:
            effects = self.intake.tick(max(now - now % every, last))
            self._trim(now)
            self._after(effects)

    def _trim(self, now: int) -> None:
        """Retention: a small delete at each tick."""
        keep = self.loaded.config.store.keep
        if keep is not None and self._saved:
            with self.journal.transaction():
                trim(self.journal.db, now - keep, self._saved, self._exported())

    def _exported(self) -> int:
        """Id of the last exported reading; beyond any where nothing is exported."""
        if self.loaded.config.influx is None:
            return 1 << 62
        return exported(self.folder / "exporter.db")

    def _show(self) -> None:
        """In stream time no tick row is written, and what `show` reads would grow old."""
        if now_ms() >= self._show_due:
            self._show_due = now_ms() + 1000
            with self.journal.transaction():
                self.intake.latest()

    def _snapshot(self) -> None:
        if now_ms() < self._snapshot_due or (self._writer and self._writer.is_alive()):
            return
        self._snapshot_due = now_ms() + self.loaded.config.store.snapshot_every
        self.save(wait=False)

    def save(self, *, wait: bool) -> None:
        """A snapshot of what is committed now: copied here, written by a thread."""
        saved, seq = memory.save(self.intake.engine), self.journal.seq
        folder = self.folder / "snapshots"
        self._writer = threading.Thread(target=self._write, args=(folder, seq, saved))
        self._writer.start()
        if wait:
            self._writer.join()

    def _write(self, folder: Path, seq: int, saved: dict[str, Any]) -> None:
        snapshot.write(folder, seq, saved)
        self._saved = seq

    def _prove_acks(self) -> None:
        """Digests of undated messages go once a later answer proves their acknowledgement came."""
        if self.collector.pongs != self._pongs:
            self._pongs = self.collector.pongs
            self.intake.forget_undated(self._safe_seq)
            self._safe_seq = 0
        if self.intake.undated and now_ms() >= self._next_ping and self.collector.flushed():
            self._next_ping = now_ms() + PONG_EVERY
            self._safe_seq = self._acked_seq
            self.collector.ping()

    def _run_commands(self) -> None:
        with suppress(BlockingIOError):
            self._wake_read.recv(4096)
        while self.commands:
            self.commands.popleft()()

    def _tell(self) -> None:
        """Warnings are in the outbox: wake the dispatcher."""
        self._notify()

    # -- from other threads and from signals

    def wake(self) -> None:
        """End the wait for messages."""
        with suppress(OSError):
            self._wake_write.send(b".")

    def command(self, act: Callable[[], None]) -> None:
        """Have something done by the main thread, between two batches."""
        self.commands.append(act)
        self.wake()

    def stop(self) -> None:
        """Drain and stop."""
        self._stopping = True
        self.wake()

    def _drain(self) -> None:
        for _ in range(100):
            incoming = self.collector.read(BATCH, 0.0)
            if not incoming:
                break
            self.batch(incoming)
        self.collector.flush()
        self.collector.close()
        if self._writer:
            self._writer.join()
        self.save(wait=True)
        with self.journal.transaction():
            self.intake.latest()
        self.journal.close()
        self.log.say("stopped", seq=self.journal.seq, received=self.received)
