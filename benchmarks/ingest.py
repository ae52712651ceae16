"""From the socket to a committed row, judged: against `mosquitto_sub`, which only prints.

Both have a persistent session at a real mosquitto, stay away while a backlog is published, and
then drain their own copy of it, in turn: MQTT 5, QoS 1, the same receive maximum. mosquitto_sub is
timed from its start to its exit after the last message; the daemon (collector, decoder, engine,
journal, acknowledgement: `tongluo.daemon.main.Daemon`) from before its connection until its last
acknowledgement has been written. The readings are ordinary: 500 rain gauges, times in ISO 8601.

--memory tells the daemon's peak memory with 500 and with 100,000 rain gauges instead.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench import Mosquitto, Result, Site, broker, finish, middle, missing
from mqtt import Publisher
from rain import series

from tongluo import memory
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.clock import now_ms
from tongluo.core.columns import Columns
from tongluo.core.effects import Readings
from tongluo.core.log import Log
from tongluo.core.times import iso
from tongluo.daemon.main import Daemon
from tongluo.engine import Engine

GAUGES = 500
RECEIVE = 2000
REPEATS = 5
SINGLE, PACKED = 200_000, 20_000
ROWS = 100
CADENCE = 300_000
MANY = 100_000
PEER = "peer"

Message = tuple[str, bytes]


def singles(start: int) -> Iterator[Message]:
    """One reading a message, gauge after gauge, five minutes after five minutes."""
    steps = SINGLE // GAUGES
    rain = series(GAUGES, steps, 288).T.tolist()
    for step, row in enumerate(rain):
        at = iso(start + step * CADENCE, "Asia/Shanghai")
        for gauge, value in enumerate(row):
            yield f"ews/R{gauge}/rain", f'{{"time": "{at}", "value": {value}}}'.encode()


def packets(start: int) -> Iterator[Message]:
    """A hundred readings a message, gauge after gauge."""
    rounds = PACKED // GAUGES
    rain = series(GAUGES, rounds * ROWS, 288)
    for n in range(rounds):
        steps = range(n * ROWS, (n + 1) * ROWS)
        times = [iso(start + step * CADENCE, "Asia/Shanghai") for step in steps]
        for gauge in range(GAUGES):
            values = rain[gauge, steps.start : steps.stop].tolist()
            rows = ",".join(f'["{t}",{v}]' for t, v in zip(times, values, strict=True))
            yield f"ews/R{gauge}/rain", f'{{"readings":[{rows}]}}'.encode()


def subscriber(port: int, *more: str) -> list[str]:
    """The peer's command."""
    return ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-V", "5", "-q", "1", "-c",
            "-i", PEER, "-t", "ews/+/+", "-D", "CONNECT", "receive-maximum", str(RECEIVE),
            *more]  # fmt: skip


def drain_peer(port: int, messages: int) -> float:
    """Seconds mosquitto_sub takes for its backlog."""
    before = time.perf_counter()
    command = subscriber(port, "-C", str(messages))
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def drain_ours(config: Path, messages: int) -> dict[str, float]:
    """What the daemon, in a process of its own, tells of its backlog."""
    command = [sys.executable, __file__, "--drain", str(config), str(messages)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def drain(config: Path, messages: int) -> None:
    """The daemon's process: no messages = only open the session."""
    loaded = load(config)
    folder = loaded.folder / loaded.config.store.folder
    daemon = Daemon(loaded, folder, Log("daemon"), lambda: None, lambda: loaded)
    daemon.prepare()
    before = time.perf_counter()
    while daemon.received < messages or not daemon.collector.subscribed:
        daemon.turn(1.0)
    while not daemon.collector.flushed():
        daemon.collector.flush()
    seconds = time.perf_counter() - before
    daemon.stop()
    daemon.run()
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Peak resident memory of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(x for x in status.splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def left_over(port: int) -> bool:
    """Whether the broker still holds a message for the peer."""
    command = subscriber(port, "-C", "1", "-W", "1")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, check=False, **quiet).returncode == 0


def check(folder: Path, readings: int) -> None:
    """Every reading is in the journal, and was judged at once."""
    with closing(sqlite3.connect(folder / "var" / "journal.db")) as db:
        found = db.execute("SELECT fate, count(*) FROM readings GROUP BY fate").fetchall()
        rejects = db.execute("SELECT count(*) FROM rejects").fetchone()[0]
    assert found == [(0, readings)] and not rejects, f"{found}, {rejects} rejects"


def once(
    mosquitto: Mosquitto, publish: Callable[[int], Iterator[Message]], messages: int, rows: int,
    ours_first: bool,
) -> tuple[float, float, float]:  # fmt: skip
    """One backlog drained by both: seconds of the daemon, of the peer, peak MB of the daemon."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Site(rain=GAUGES, clock="system", cadence="5 min", url=mosquitto.url,
                    client="ours", receive=RECEIVE)  # fmt: skip
        config = site.write(folder)
        drain_ours(config, 0)
        subprocess.run(subscriber(mosquitto.port, "-E"), check=True)
        start = now_ms() // CADENCE * CADENCE - messages * rows // GAUGES * CADENCE
        with Publisher(mosquitto.port) as publisher:
            publisher.all(publish(start))
        if ours_first:
            told = drain_ours(config, messages)
        peer = drain_peer(mosquitto.port, messages)
        if not ours_first:
            told = drain_ours(config, messages)
        check(folder, messages * rows)
        assert not left_over(mosquitto.port)
        return told["seconds"], peer, told["peak_mb"]


def compare(
    name: str, publish: Callable[[int], Iterator[Message]], messages: int, rows: int,
    floor: float, aim: float,
) -> Result:  # fmt: skip
    """Readings/s of the daemon over messages/s of the peer, several times."""
    ratios = []
    for repeat in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as mosquitto:
            ours, peer, peak = once(mosquitto, publish, messages, rows, repeat % 2 == 0)
        ratios.append(messages * rows / ours / (messages / peer))
        print(f"{name}: daemon {messages * rows / ours:,.0f} readings/s,"
              f" mosquitto_sub {messages / peer:,.0f} messages/s of {rows} readings,"
              f" daemon's peak {peak:.0f} MB", flush=True)  # fmt: skip
    ratio, every = middle(ratios)
    print(f"  ratios: {every}")
    return Result(name, ratio, floor, aim)


def feed(config: Path) -> None:
    """A process that plans a site and feeds one reading of each gauge."""
    loaded = load(config)
    engine = Engine(plan(loaded.config, loaded.digest))
    n = len(engine.plan.sensors)
    now = now_ms()
    engine.feed(Readings(Columns.of(list(range(n)), [now] * n, [0.2] * n, arrival=[now] * n)))
    peak, saved = peak_mb(), memory.save(engine)
    tables = sum(array.nbytes for array in saved.values())
    print(json.dumps({"peak_mb": peak, "tables_mb": tables / 2**20}))


def tell_memory() -> None:
    """Peak memory of the daemon for a county, and of a plan and its engine for a country."""
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as mosquitto:
        _, _, peak = once(mosquitto, singles, SINGLE, 1, ours_first=True)
    print(f"{GAUGES} rain gauges, the daemon with {SINGLE:,} readings: peak {peak:.0f} MB")
    with tempfile.TemporaryDirectory() as name:
        config = Site(rain=MANY, rain_per_area=100, clock="system").write(Path(name))
        command = [sys.executable, __file__, "--feed", str(config)]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print(
        f"{MANY:,} rain gauges, plan and engine: peak {told['peak_mb']:,.0f} MB with one reading"
        f" of each; their tables are {told['tables_mb']:,.0f} MB when all windows are full"
    )
    finish([Result("memory_mb_500_stations", peak, 250, 250, most=True)])


def main() -> None:
    if shutil.which("mosquitto_sub") is None:
        missing("mosquitto_sub", "apt-get install mosquitto mosquitto-clients")
    finish(
        [
            compare("ingest_single", singles, SINGLE, 1, 0.25, 0.5),
            compare("ingest_packed", packets, PACKED, ROWS, 1.0, 2.0),
        ]
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--drain"]:
        drain(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--feed"]:
        feed(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--memory"]:
        tell_memory()
    else:
        main()
