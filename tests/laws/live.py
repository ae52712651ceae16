"""A site that runs for real: daemon and dispatcher as forked children, so a start costs little.

The parent has everything compiled and no threads; a child is ended with SIGKILL like any process.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core import crash
from tongluo.core.columns import Columns
from tongluo.core.effects import Readings, Tick
from tongluo.core.times import iso
from tongluo.daemon import dispatcher
from tongluo.daemon.main import Daemon
from tongluo.daemon.process import run
from tongluo.engine import Engine

FORK = multiprocessing.get_context("fork")
PATIENCE, START_PATIENCE = 20.0, 120.0

CONFIG = """
site: {{name: 试点, name_en: Trial, timezone: Asia/Shanghai,
        sender: {{id: trial@example.org, name: 试点, name_en: Trial}}}}
broker: {{url: "{url}", client_id: trial}}
time: {{clock: {clock}, tick: {tick}}}
store: {{folder: var, snapshot_every: 100 ms}}
profiles:
  gauge: {{quantity: stage, cadence: 1 min, datum: local, silence: 1 h}}
thresholds:
  gauge:
    source: {{who: trial}}
    datum: local
    levels: {{blue: 1 m, yellow: 2 m, orange: 3 m, red: 4 m}}
stations:
{stations}
areas:
{areas}
rules:
  - {{id: river, hazard: river_flood, detector: stage_levels, quantity: stage, thresholds: gauge,
      hold: 2 min, options: {{dead_band: 0.1 m}}}}
policies:
  - {{by: trial order, channels: [record]}}
channels:
  record: {{kind: recording}}
"""
STATION = "  - {{id: S{n}, name: S{n}, profiles: [gauge]}}"
AREA = (
    "  - {{id: A{n}, name: 甲, name_en: A, people: 10, stations: [S{n}],"
    " circle: {{centre: [23, 113], radius_km: 1}}}}"
)

STANDING = {
    "journal.db": "SELECT kind, count(*) FROM journal GROUP BY 1",
    "deliveries.db": "SELECT channel, state, detail, attempts, count(*) FROM deliveries"
    " GROUP BY 1, 2, 3, 4",
}


class Alive(Protocol):
    """A process that a test waits for."""

    @property
    def pid(self) -> int | None:
        """Its number."""

    @property
    def exitcode(self) -> int | None:
        """How it ended; None while it runs."""

    def is_alive(self) -> bool:
        """Whether it runs."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""


class Apart:
    """A process that shares nothing with the test's own; spoken to as a forked one is."""

    def __init__(self, command: list[str], stdin: int, said: Path) -> None:
        with said.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=stdin, stderr=log)
        self.pid = self._process.pid

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self.exitcode is None

    def join(self, timeout: float | None = None) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Site:
    """One installation in a folder."""

    def __init__(self, folder: Path, url: str, clock: str = "stream", stations: int = 5) -> None:
        self.folder, self.var = folder, folder / "var"
        self.config = folder / "stations.yaml"
        rows = range(stations)
        self.config.write_text(
            CONFIG.format(
                url=url,
                clock=clock,
                tick="1 min" if clock == "stream" else "1 s",
                stations="\n".join(STATION.format(n=n) for n in rows),
                areas="\n".join(AREA.format(n=n) for n in rows),
            )
        )

    def start(self, crash_at: str = "", mutant: Callable[[], None] | None = None) -> BaseProcess:
        """The daemon, forked; `crash_at` = name:times."""
        _compile(self.config, self.config.read_text(encoding="utf-8"))
        process = FORK.Process(target=_daemon, args=(self.config, crash_at, mutant), daemon=True)
        process.start()
        return process

    def dispatch(self, crash_at: str = "") -> tuple[BaseProcess, int]:
        """The dispatcher, forked, and the pipe that wakes it and, closed, ends it."""
        read, write = os.pipe()
        process = FORK.Process(
            target=_dispatch, args=(self.var, read, write, crash_at), daemon=True
        )
        process.start()
        os.close(read)
        return process, write

    def dispatch_apart(self) -> tuple[Apart, int]:
        """The dispatcher as the daemon starts it, a process of its own; and its pipe."""
        read, write = os.pipe()
        command = [sys.executable, "-X", "faulthandler", "-m", dispatcher.__name__, str(self.var)]
        process = Apart(command, read, self.folder / "said.dispatcher")
        os.close(read)
        return process, write

    def ask(self, path: str) -> dict[str, Any]:
        """GET on the control socket."""
        with closing(socket.socket(socket.AF_UNIX)) as s:
            s.settimeout(5)
            s.connect(str(self.var / "control.sock"))
            s.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        return json.loads(answer.partition(b"\r\n\r\n")[2])

    def wait_subscribed(self, process: BaseProcess) -> None:
        """Until the broker has confirmed the subscriptions; a start may have to compile first."""
        self.wait(process, lambda: bool(self.ask("/status")["subscribed"]), patience=START_PATIENCE)

    def wait_up_or_gone(self, process: BaseProcess) -> None:
        """Until it hears what is published, or has met its end before."""
        with suppress(AssertionError):
            self.wait_subscribed(process)

    def wait(self, process: Alive, done: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Until something is so; fails when the process ends or patience does."""
        deadline = time.monotonic() + patience
        last: Exception | None = None
        while time.monotonic() < deadline:
            assert process.is_alive(), f"the daemon ended: {process.exitcode}\n{self.told()}"
            try:
                if done():
                    return
            except (OSError, sqlite3.Error, json.JSONDecodeError) as error:
                last = error
            time.sleep(0.02)
        assert process.pid
        os.kill(process.pid, signal.SIGABRT)  # its threads say where they are
        process.join(5)
        raise AssertionError(f"it did not become so in time ({last!r})\n{self.told()}")

    def told(self) -> str:
        """How things stand, and what its processes have said, for a test that fails."""
        lines = []
        for file, sql in STANDING.items():
            try:
                lines.append(f"{file}: {self.query(sql, file=file)}")
            except sqlite3.Error as error:
                lines.append(f"{file}: {error!r}")
        return "\n".join([*lines, self.stderr()[-9000:]])

    def stderr(self) -> str:
        """What its processes have said on standard error."""
        return "\n".join(p.read_text("utf-8") for p in sorted(self.folder.glob("said.*")))

    def query(self, sql: str, *args: Any, file: str = "journal.db") -> list[tuple[Any, ...]]:
        """Rows of the journal, read from outside."""
        with closing(sqlite3.connect(f"file:{self.var / file}?mode=ro", uri=True)) as db:
            return db.execute(sql, args).fetchall()

    def count(self) -> int:
        """Readings kept as new."""
        return int(self.query("SELECT count(*) FROM readings WHERE fate IN (0, 2)")[0][0])

    def received(self) -> int:
        """Distinct (sensor, time, value) kept as new."""
        kept = "SELECT DISTINCT sensor, t, value FROM readings WHERE fate IN (0, 2)"
        return int(self.query(f"SELECT count(*) FROM ({kept})")[0][0])


@cache
def _compile(config: Path, _text: str) -> None:
    """What a site judges by, compiled in the test's own process: no fork has to, killed or not."""
    loaded = load(config)
    made = plan(loaded.config, loaded.digest)
    sensors, at = len(made.sensors), 1_800_000_000_000
    t = [at + minute * 60_000 for minute in (0, 2, 1) for _ in range(sensors)]  # the last are late
    rows = [*range(sensors)] * 3
    engine = Engine(made)
    engine.feed(Readings(Columns.of(rows, t, [0.0] * len(t), arrival=[t[-1] + 120_000] * len(t))))
    engine.feed(Tick(t[-1] + 600_000))


def _say_into(path: Path) -> None:
    """Standard error of a fork, and where its threads are when it is aborted, into a file."""
    sys.stderr = path.open("a", buffering=1, encoding="utf-8")
    os.dup2(sys.stderr.fileno(), 2)
    faulthandler.enable()


def _daemon(config: Path, crash_at: str, mutant: Callable[[], None] | None) -> None:
    _say_into(config.parent / "said.daemon")
    name, _, times = crash_at.partition(":")
    crash._left = {name: int(times or 1)} if name else {}
    if mutant:
        mutant()
    os._exit(run(load(config), dispatch=False))


def _dispatch(folder: Path, read: int, write: int, crash_at: str) -> None:
    _say_into(folder.parent / "said.dispatcher")
    os.close(write)
    os.dup2(read, 0)
    name, _, times = crash_at.partition(":")
    crash._left = {name: int(times or 1)} if name else {}
    os._exit(dispatcher.main([str(folder)]))


def acknowledge_first() -> None:
    """The mutant that law 4 must catch: acknowledged before it is committed."""

    def batch(self: Daemon, incoming: list[Any]) -> None:
        self.acknowledge(incoming)
        self.collector.flush()
        self.intake.messages(incoming, 0)

    Daemon.batch = batch


def flood(stations: int, minutes: int, start: int) -> list[tuple[str, bytes]]:
    """Messages of a rise and fall at every station, a minute apart; all values differ."""
    messages = []
    for minute in range(minutes):
        for n in range(stations):
            height = 4.5 * (1 - abs(minute - minutes / 2) / (minutes / 2)) + n / 100 + minute / 1e6
            body = {"time": iso(start + minute * 60_000), "value": round(height, 6)}
            messages.append((f"ews/S{n}/stage", json.dumps(body).encode()))
    return messages


def publish(port: int, messages: Iterable[tuple[str, bytes]], pause: float = 0.0) -> BaseProcess:
    """A publisher at QoS 1 in its own process; it ends when everything is with the broker."""
    process = FORK.Process(target=_publish, args=(port, list(messages), pause), daemon=True)
    process.start()
    return process


def _publish(port: int, messages: list[tuple[str, bytes]], pause: float) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="stations", clean_session=False)
    client.max_inflight_messages_set(100)
    client.connect("127.0.0.1", port)
    client.loop_start()
    infos = []
    for n, (topic, payload) in enumerate(messages):
        infos.append(client.publish(topic, payload, qos=1))
        if pause and n % 20 == 19:
            time.sleep(pause)
    for info in infos:
        info.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()
    os._exit(0)
