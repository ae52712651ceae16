"""Receivers that are files or brokers: see `tests.laws.receivers`."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dissemination.installations import Installations, name_of
from tests.laws.receiving import Copy, Field, Notes, Receiver, process, version
from tests.mosquitto import Mosquitto, find_mosquitto
from tests.ports import free_port
from tongluo.core.clock import now_ms
from tongluo.core.words import DeliveryState


@contextmanager
def gammu(f: Field) -> Iterator[Receiver]:
    """Files are moved as gammu-smsd moves them, by a process of its own."""
    outbox, sent, notes = f.folder / "outbox", f.folder / "sent", Notes(f.folder / "heard")
    outbox.mkdir()
    sent.mkdir()
    with process(_modem, outbox, sent, notes):
        options = {"outbox": str(outbox), "sent": str(sent), "errors": str(f.folder),
                   "recipients": f.write("people"), "look": 0.05}  # fmt: skip
        yield Receiver(options, notes.read, f.digests())


def _modem(ready: Any, outbox: Path, sent: Path, notes: Notes) -> None:
    ready.set()
    pause = threading.Event()
    while not pause.wait(0.005):
        for path in sorted(outbox.glob("OUT*")):
            notes.add(path.name.split("_")[3], path.name)
            path.rename(sent / path.name)


def pages(f: Field) -> dict[str, str]:
    """A page for each of the people, in the area that is his: number -> its name."""
    names = {n: name_of(f"{int(n):032x}") for n, _ in f.every()}
    console, now = Installations(f.var), now_ms()
    console.nest({area: [area] for area in f.people})
    for number, area in f.every():
        console.register(names[number], [area], "zh-CN", now, exercises=False)
    console.close()
    return names


@contextmanager
def app(f: Field) -> Iterator[Receiver]:
    """Versions are on the feed; every other page proves that it shows them, the rest are closed."""
    names, now = pages(f), now_ms()
    console = Installations(f.var)
    console.put_on_feed([version(area) for area in f.people], now)
    for number, area in f.every()[::2]:
        proof = {f"{area}.v1": DeliveryState.DELIVERED}
        console.receive(names[number], proof, now, now)
    console.close()
    file, proven = f.var / "deliveries.db", len(names) // 2
    yield Receiver(
        {}, lambda: _told(file), names, done=lambda: len(_keys(file, "receipts")) == proven
    )


def _told(file: Path) -> list[Copy]:
    """A page shows a version once by itself: what counts is what is written of it, once."""
    proven = _keys(file, "receipts")
    handed = [key for key in _keys(file, "history") if key not in proven]
    return [(key.rpartition(":")[2], "") for key in [*proven, *handed]]


def _keys(file: Path, table: str) -> list[str]:
    """Of the receipts, or of what was handed over."""
    wanted = "WHERE state = 'handed_over'" if table == "history" else ""
    with closing(sqlite3.connect(file)) as db:
        return [key for (key,) in db.execute(f"SELECT key FROM {table} {wanted}")]


def _speakers(ready: Any, port: int, notes: Notes) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)

    def heard(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        device, told = message.topic.split("/")[2], json.loads(message.payload)
        notes.add(device, told["msgid"])
        said = {"msgid": told["msgid"], "state": "played", "played_s": 30.0}
        client.publish(f"tongluo/speakers/{device}/reply", json.dumps(said), 1)

    client.on_message = heard
    client.on_connect = lambda *_: client.subscribe("tongluo/speakers/+/play", 1)
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_forever()


@contextmanager
def loudspeaker(f: Field) -> Iterator[Receiver]:
    notes = Notes(f.folder / "heard")
    with _broker(f) as broker, process(_speakers, broker.port, notes):
        options = {"url": broker.url, "speakers": f.people, "window": 8}
        yield Receiver(options, notes.read, window=8)


@contextmanager
def mqtt(f: Field) -> Iterator[Receiver]:
    """What is retained in the end is what whoever connects is told."""
    with _broker(f) as broker:
        yield Receiver({"url": broker.url}, lambda: _retained(broker.port, len(f.people)))


def _retained(port: int, most: int) -> list[Copy]:
    found, done = list[Copy](), threading.Event()

    def heard(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        if message.topic == "end":
            done.set()
        else:
            found.append((message.topic.split("/")[2], json.loads(message.payload)["key"]))

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = heard
    client.on_connect = lambda *_: client.subscribe([("tongluo/warnings/+", 1), ("end", 1)])
    client.on_subscribe = lambda *_: client.publish("end", b"", 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert done.wait(60)
    client.disconnect()
    client.loop_stop()
    return found


@contextmanager
def _broker(f: Field) -> Iterator[Mosquitto]:
    assert find_mosquitto(), "install it: apt-get install mosquitto"
    broker = Mosquitto(f.folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def _lines(path: Path) -> list[Copy]:
    """Whole lines of a file; recipient = the area of the key."""
    if not path.exists():
        return []
    keys = [json.loads(x)["key"] for x in path.read_bytes().splitlines() if x.endswith(b"}")]
    return [(key.rpartition(":")[2], key) for key in keys]


@contextmanager
def recording(f: Field) -> Iterator[Receiver]:
    yield Receiver({}, lambda: _lines(f.var / "deliveries.jsonl"))


@contextmanager
def declared(f: Field) -> Iterator[Receiver]:
    options = {"medium": "screens", "listen": f"http://127.0.0.1:{free_port()}/declared"}
    yield Receiver(options, lambda: _lines(f.var / "declared.jsonl"))
