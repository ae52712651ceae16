"""A collector driven by a test, with what it hears and says; brokers of other kinds beside it."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from paho.mqtt import publish

from tests.mosquitto import Mosquitto, find_mosquitto
from tests.ports import free_port
from tongluo.config.models import Broker
from tongluo.core.log import Log
from tongluo.daemon.client import Incoming
from tongluo.daemon.collector import Collector, Filters

PATIENCE = 20.0
MOST = 1000

AMQTT = """
import asyncio, sys
from amqtt.broker import Broker
from amqtt.plugins.authentication import AnonymousAuthPlugin
async def main():
    plugin = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listener = {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}
    await Broker({"listeners": {"default": listener}, "plugins": plugin}).start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


class Hearing:
    """The collector, all messages it has handed over, and its log."""

    def __init__(
        self, url: str, wanted: Iterable[str] = ("ews/#",), before: Iterable[str] = (), **more: Any
    ) -> None:
        self._log = io.StringIO()
        filters = Filters(tuple(wanted), tuple(before))
        self.collector = Collector(Broker(url=url, **more), filters, Log("test", self._log))
        self.heard: list[Incoming] = []
        self.largest = 0
        """Most messages that one `read` handed over."""

    def until(self, done: Callable[[], bool], most: int = MOST, *, answer: bool = False) -> None:
        """Read until something is so; `answer` acknowledges all that comes."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, f"not in time; log: {self.said()}"
            got = self.collector.read(most, 0.05)
            self.heard += got
            self.largest = max(self.largest, len(got))
            if answer:
                self.acknowledge(got)

    def acknowledge(self, messages: list[Incoming]) -> None:
        self.collector.acknowledge([m[2] for m in messages], self.collector.session)

    def subscribed(self) -> Self:
        """Connected, and the broker has confirmed the subscriptions."""
        self.until(lambda: self.collector.subscribed)
        return self

    def settled(self) -> None:
        """Until the broker has answered a ping: what it had to send before has come."""
        pongs = self.collector.pongs
        self.collector.ping()
        self.until(lambda: self.collector.pongs > pongs)

    def payloads(self) -> list[bytes]:
        return [m[1] for m in self.heard]

    def said(self, event: str = "") -> list[dict[str, Any]]:
        """Lines of the log, all or those of an event."""
        lines = [json.loads(line) for line in self._log.getvalue().splitlines()]
        return [line for line in lines if not event or line["event"] == event]

    def states(self) -> list[str]:
        """Trouble and recovery with the broker, in order."""
        return [line["state"] for line in self.said("broker")]

    def close(self) -> None:
        self.collector.close()


@contextmanager
def hearing(*args: Any, **more: Any) -> Iterator[Hearing]:
    """A collector, closed at the end; its session stays at the broker."""
    ear = Hearing(*args, **more)
    try:
        yield ear
    finally:
        ear.close()


def send(port: int, payloads: Iterable[bytes], topic: str = "ews/a/b", qos: int = 1) -> None:
    """Publish in this order; returns when the broker has taken everything."""
    messages: Any = [(topic, payload, qos, False) for payload in payloads]
    publish.multiple(messages, "127.0.0.1", port)


def mosquitto(
    folder: Path, *lines: str, anonymous: bool = True, persistent: bool = True
) -> Mosquitto:
    """A broker with further lines in its configuration, not yet started."""
    if find_mosquitto() is None:
        pytest.skip("needs the broker: apt-get install mosquitto")
    folder.mkdir()
    made = Mosquitto(folder, folder / "store" if persistent else None)
    text = made._config.read_text(encoding="utf-8")
    if not anonymous:
        text = text.replace("allow_anonymous true", "allow_anonymous false")
    made._config.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    return made


@contextmanager
def amqtt() -> Iterator[int]:
    """A broker that knows MQTT 3.1.1 only, in a process of its own; its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", AMQTT, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_listening(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait_listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("it does not listen")


@contextmanager
def broker_of_3_1_1(answer: bytes) -> Iterator[tuple[int, list[int]]]:
    """A bare stand-in: says `answer` to a CONNECT of MQTT 5 and hangs up, accepts 3.1.1.

    Gives its port and the levels of protocol it was asked for, in order.
    """
    asked: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, answer, asked))
        thread.start()
        try:
            yield port, asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, answer: bytes, asked: list[int]) -> None:
    while True:
        try:
            far, _ = server.accept()
        except OSError:
            return
        with far, contextlib.suppress(OSError):
            asked.append(far.recv(4096)[8])  # after the header (2) and the name MQTT (2 + 4)
            if asked[-1] == 5:
                far.sendall(answer)
                continue
            far.sendall(b"\x20\x02\x00\x00")
            subscribe = far.recv(4096)
            far.sendall(b"\x90\x03" + subscribe[2:4] + b"\x01")
            far.recv(4096)
