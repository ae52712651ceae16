"""From publish to the hand-over to a channel, at 1,000 readings/s, beside a bare MQTT echo.

One publisher paces readings of 250 rain gauges and 250 river gauges, each river gauge in an area
of its own. Every twentieth reading raises a river gauge by a level, so that its area is warned: the
sample. Two parties hear the same stream in turn: a paho client that publishes again what it gets,
to a listener; and the daemon with its dispatcher and the recording channel (accepted = the line is
on disk, `deliveries.db` says when), after one warning that shows that the dispatcher works. The
figure is the daemon's 99th percentile less the echo's, in ms, the median of several rounds: at most
the floor, and at best the aim; once more with a snapshot written every second.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from bench import ROOT, Mosquitto, Result, Site, broker, finish, middle
from mqtt import Publisher
from paho.mqtt.enums import CallbackAPIVersion

from tongluo.core.times import iso

RATE = 1000
RAIN = STAGE = 250
SAMPLES = 4 * STAGE
EVERY = 20
"""Of so many readings one raises a level."""
REPEATS = 5
PATIENCE = 60.0
FLOOR, AIM = 50.0, 10.0  # ms

Key = tuple[str, int]
"""(area, level)"""
FIRST: Key = f"AZ{STAGE}", 1
"""The warning that shows that the dispatcher works; no sample."""


def paced(port: int) -> dict[Key, int]:
    """Publish everything at its time; returns when each sample was published, ns."""
    sent: dict[Key, int] = {}
    with Publisher(port) as publisher:
        start = time.perf_counter()
        for n in range(SAMPLES * EVERY):
            while (wait := start + n / RATE - time.perf_counter()) > 0:
                time.sleep(min(wait, 0.001))
            now = time.time_ns()
            sample, rest = divmod(n, EVERY)
            if rest == 0:
                level, gauge = sample // STAGE + 1, sample % STAGE
                sent[f"AZ{gauge}", level] = now
                publisher.one(f"ews/Z{gauge}/stage", reading(now, level + 0.5))
            else:
                publisher.one(f"ews/R{n % RAIN}/rain", reading(now, 0.0))
    return sent


def reading(now: int, value: float) -> bytes:
    return f'{{"time": "{iso(now // 1_000_000)}", "value": {value}}}'.encode()


# the echo


def echo(port: int) -> None:
    """Publish again whatever comes."""

    def again(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        client.publish("echo/" + message.topic, message.payload, qos=1)

    listen(port, "ews/#", again)


def listener(port: int) -> None:
    """Tell when each sample came back, once all have."""
    came: dict[str, int] = {}

    def note(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        now = time.time_ns()
        gauge = message.topic.split("/")[2]
        came[f"A{gauge} {int(json.loads(message.payload)['value'])}"] = now
        if len(came) == SAMPLES:
            client.disconnect()

    listen(port, "echo/ews/+/stage", note)
    print(json.dumps(came))


def listen(
    port: int, topic: str, act: Callable[[paho.Client, object, paho.MQTTMessage], None]
) -> None:
    """A plain paho client on a topic."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.max_inflight_messages_set(1000)
    client.on_message = act
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.connect("127.0.0.1", port)
    client.subscribe(topic, 1)
    client.loop_forever()


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A child that is ended with the block."""
    child = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL, cwd=ROOT)  # fmt: skip
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE)


# the daemon


def accepted(folder: Path) -> dict[Key, int]:
    """When each warning had been handed over, ms."""
    with closing(sqlite3.connect(folder / "journal.db", timeout=10)) as db:
        versions = {i: (area, level) for i, area, level in
                    db.execute("SELECT identifier, area, level FROM warnings")}  # fmt: skip
    with closing(sqlite3.connect(folder / "deliveries.db", timeout=10)) as db:
        found = db.execute("SELECT key, at FROM history WHERE state = 'accepted'").fetchall()
    return {versions[key.partition(":")[0]]: at for key, at in found}


def until(done: Callable[[], bool], what: str) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + PATIENCE
    while not _safely(done):
        assert time.monotonic() < deadline, f"it did not come to it: {what}"
        time.sleep(0.2)


def _safely(done: Callable[[], bool]) -> bool:
    try:
        return done()
    except (OSError, sqlite3.Error):
        return False


def echoed(port: int) -> list[float]:
    """Sorted latencies of the echo, in ms."""
    with (
        process(__file__, "--echo", str(port)) as echoing,
        process(__file__, "--listen", str(port)) as listening,
    ):
        for child in (echoing, listening):
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        sent = paced(port)
        told, _ = listening.communicate(timeout=PATIENCE)
    came = {(k.split()[0], int(k.split()[1])): at for k, at in json.loads(told).items()}
    return sorted((came[k] - at) / 1e6 for k, at in sent.items())


def judged(mosquitto: Mosquitto, snapshot: str) -> list[float]:
    """Sorted latencies of the daemon, in ms."""
    with tempfile.TemporaryDirectory() as name:
        site = Site(
            rain=RAIN, stage=STAGE + 1, clock="system", snapshot=snapshot, url=mosquitto.url
        )
        config, var = site.write(Path(name)), Path(name) / "var"
        with process("-m", "tongluo.cli", "run", "--config", str(config)):
            until(lambda: ready(var), "the daemon is ready")
            with Publisher(mosquitto.port) as publisher:
                publisher.one(f"ews/Z{STAGE}/stage", reading(time.time_ns(), 1.5))
            until(lambda: FIRST in accepted(var), "the first warning is handed over")
            sent = paced(mosquitto.port)
            until(lambda: len(accepted(var)) == SAMPLES + 1, "all warnings are handed over")
        handed = accepted(var)
    return sorted(handed[k] + 1 - at / 1e6 for k, at in sent.items())  # cut to a whole ms: + 1


def ready(var: Path) -> bool:
    """Whether the daemon has subscribed and its dispatcher is there."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(var / "control.sock"))
        asking.sendall(b"GET /status HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: asking.recv(65536), b""))
    return b'"subscribed":true' in answer and (var / "deliveries.db").exists()


def measure(name: str, snapshot: str) -> Result:
    """The difference of the 99th percentiles, several times."""
    over = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as mosquitto:
            theirs = echoed(mosquitto.port)
            ours = judged(mosquitto, snapshot)
        over.append(share(ours, 0.99) - share(theirs, 0.99))
        both = f"daemon {said(ours)}, echo {said(theirs)}"
        print(f"{name}: {RATE} readings/s, {SAMPLES} warnings; {both}", flush=True)
    ratio, every = middle(over)
    print(f"  p99 over the echo's, ms: {every}")
    return Result(name, ratio, FLOOR, AIM, most=True)


def share(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def said(ordered: list[float]) -> str:
    return f"p50 {share(ordered, 0.5):.1f} ms, p99 {share(ordered, 0.99):.1f} ms"


def main() -> None:
    os.environ["PYTHONPATH"] = str(ROOT)
    finish(
        [
            measure("latency_ms_over_echo", "10 min"),
            measure("latency_ms_over_echo_amid_snapshots", "1 s"),
        ]
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--echo"]:
        echo(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--listen"]:
        listener(int(sys.argv[2]))
    else:
        main()
