"""The broker ends in the middle of a stream and is back ten minutes of stream later.

Stations go on measuring, a reading a minute, and keep nothing: what they cannot hand over is gone.
The daemon stays up, returns by itself, loses nothing that the broker kept, and its ledger of
received against expected shows for each station exactly the minutes that nobody kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.laws.live import FORK, PATIENCE, flood
from tests.laws.test_law4_kept import check_kept
from tests.mosquitto import Mosquitto
from tests.scenarios.hearing import mosquitto, send
from tests.scenarios.told import Told
from tongluo.core.times import MINUTE, iso, parse_time
from tongluo.store.journal import connect
from tongluo.store.ledger import Ledger, ledger

START = parse_time("2026-07-01T00:00:00+08:00")
STATIONS = 5
READ, WAITING, AWAY, AFTER = range(10), range(10, 15), range(15, 25), range(25, 35)
"""Minutes: received; handed over while the daemon stands still; broker away; broker back."""
END = START + AFTER.stop * MINUTE


class Stations:
    """They hand a reading over when there is a broker to take it, and forget it else."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.taken: list[tuple[str, bytes]] = []
        """What the broker has acknowledged."""

    def measure(self, minutes: Iterable[int]) -> None:
        for minute in minutes:
            for n in range(STATIONS):
                topic, payload = f"ews/S{n}/stage", reading(n, minute)
                with contextlib.suppress(ConnectionRefusedError):
                    send(self._port, [payload], topic)
                    self.taken.append((topic, payload))


def reading(station: int, minute: int) -> bytes:
    value = round(0.5 + station / 100 + minute / 1e6, 6)
    return json.dumps({"time": iso(START + minute * MINUTE), "value": value}).encode()


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[tuple[Path, list[Mosquitto]]]:
    """Where to put a broker, and the list of those to end with the test."""
    made: list[Mosquitto] = []
    yield tmp_path / "broker", made
    for each in made:
        each.stop()


def site_of(folder: Path, broker: Mosquitto) -> Told:
    """One minute of all stations fills what the broker may send without an acknowledgement."""
    site = Told(folder, broker.url, stations=STATIONS)
    text = site.config.read_text()
    few = text.replace("client_id: trial", f"client_id: trial, receive_maximum: {STATIONS}")
    site.config.write_text(few)
    return site


def wait_saved(store: Path, minutes: Iterable[int]) -> None:
    """Until the broker's file holds every one of these readings."""
    payloads = [reading(n, minute) for minute in minutes for n in range(STATIONS)]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        data = store.read_bytes() if store.exists() else b""
        if all(payload in data for payload in payloads):
            return
        time.sleep(0.02)
    raise AssertionError("the broker did not save its queue")


def ledgers(site: Told) -> dict[str, Ledger]:
    """Station -> its account over the whole stream."""
    rows = site.query("SELECT row, key FROM sensors")
    with closing(connect(site.var / "journal.db", read_only=True)) as db:
        return {key.split("/")[0]: ledger(db, row, MINUTE, START, END) for row, key in rows}


@pytest.mark.parametrize("persistent", [True, False], ids=["persistent", "forgetful"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_a_broker_away_for_ten_minutes_of_stream(
    brokers: tuple[Path, list[Mosquitto]], tmp_path: Path, how: signal.Signals, persistent: bool
) -> None:
    """While the daemon stands still, minutes 10 to 14 are handed over and acknowledged: when the
    broker is ended, the first messages lie in the daemon's socket, the others at the broker.

    Claimed: with persistence all of them are in the journal, once, also what the broker sends a
    second time. Ended by SIGKILL a broker has only what it had saved, so here it saves at every
    change and the test waits until the file holds them; of what it had acknowledged and not yet
    saved (up to `autosave_interval`) nothing is claimed. Without persistence the session is gone
    with the broker: what it says it had not yet sent to the daemon was kept by nobody, and the gaps
    show it, like the minutes that the stations could not hand over. What it had sent is kept.
    """
    folder, made = brokers
    saving = how == signal.SIGKILL and persistent
    lines = ["autosave_on_changes true", "autosave_interval 1"] if saving else []
    broker = mosquitto(folder, "log_type all", *lines, persistent=persistent)
    made.append(broker)
    broker.start()
    site, stations = site_of(tmp_path, broker), Stations(broker.port)
    daemon = site.start()
    try:
        site.wait_subscribed(daemon)
        stations.measure(READ)
        site.wait(daemon, lambda: site.received() == len(READ) * STATIONS)
        sent = outage(broker, daemon, stations, how, folder / "store" if saving else None)
        site.wait(daemon, lambda: bool(site.said("broker")))
        broker.start()
        site.wait(daemon, lambda: len(site.said("connected")) == 2)
        site.wait_subscribed(daemon)
        safe = list(stations.taken if persistent else stations.taken[:sent])
        stations.measure(AFTER)
        kept = safe + stations.taken[-len(AFTER) * STATIONS :]
        site.wait(daemon, lambda: site.received() == len(kept))
        os.kill(daemon.pid or 0, signal.SIGTERM)
        daemon.join(20)
        assert daemon.exitcode == 0
    finally:
        site.end()
    check_kept(site, kept)
    check_ledgers(site, kept)
    assert [line["state"] for line in site.said("broker")] == ["trouble", "recovered"]
    assert [line["session_kept"] for line in site.said("connected")] == [False, persistent]


def outage(
    broker: Mosquitto,
    daemon: BaseProcess,
    stations: Stations,
    how: signal.Signals,
    store: Path | None,
) -> int:
    """The daemon stands still, the broker takes more and is ended; how many messages it had sent
    to the daemon by then. store: where to see that it has saved them."""
    os.kill(daemon.pid or 0, signal.SIGSTOP)
    stations.measure(WAITING)
    assert len(stations.taken) == WAITING.stop * STATIONS
    if store:
        wait_saved(store / "mosquitto.db", WAITING)
    broker.stop(how)
    sent = broker.log().count("Sending PUBLISH to trial ")
    assert (WAITING.start + 1) * STATIONS <= sent <= (WAITING.start + 2) * STATIONS
    os.kill(daemon.pid or 0, signal.SIGCONT)
    stations.measure(AWAY)
    assert len(stations.taken) == WAITING.stop * STATIONS
    return sent


def check_ledgers(site: Told, kept: list[tuple[str, bytes]]) -> None:
    """Each station's account tells what is missing, in one gap that ends where the broker is back.

    Counted against what was handed over, not against the journal.
    """
    found = ledgers(site)
    assert len(found) == STATIONS
    for name, account in found.items():
        received = sum(topic == f"ews/{name}/stage" for topic, _ in kept)
        missing = AFTER.stop - received
        assert missing >= len(AWAY)
        last, first = AFTER.start - missing - 1, AFTER.start
        assert account.gaps == [(START + last * MINUTE, START + first * MINUTE, missing)]
        assert (account.expected, account.received) == (AFTER.stop, received)
        assert account.missing == missing


def wait_until(site: Told, daemon: BaseProcess, received: int, told: int) -> None:
    """So many readings are in the journal, and so often was trouble or recovery told."""
    site.wait(daemon, lambda: site.received() >= received and len(site.said("broker")) == told)


def insist(port: int, messages: list[tuple[str, bytes]]) -> BaseProcess:
    """A publisher that repeats what was not acknowledged, in its own process."""
    process = FORK.Process(target=_insist, args=(port, messages), daemon=True)
    process.start()
    return process


def _insist(port: int, messages: list[tuple[str, bytes]]) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="stations", clean_session=False)
    client.reconnect_delay_set(1, 1)
    acknowledged = threading.Semaphore(0)
    client.on_publish = lambda *_: acknowledged.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    for n, (topic, payload) in enumerate(messages):
        client.publish(topic, payload, qos=1)
        if n % 20 == 19:
            time.sleep(0.01)  # the pace of the stream: not all at once
    os._exit(0 if all(acknowledged.acquire(timeout=PATIENCE) for _ in messages) else 1)


def test_a_broker_restarted_under_a_flood(
    brokers: tuple[Path, list[Mosquitto]], tmp_path: Path
) -> None:
    """Ended by SIGTERM while messages flow in and out, with persistence and a publisher that
    repeats what was not acknowledged: everything is in the journal, once."""
    folder, made = brokers
    broker = mosquitto(folder)
    made.append(broker)
    broker.start()
    site = site_of(tmp_path, broker)
    daemon = site.start()
    try:
        site.wait_subscribed(daemon)
        messages = flood(STATIONS, 300, START)
        publisher = insist(broker.port, messages)
        for part in (1, 2):
            wait_until(site, daemon, part * 300, 2 * part - 2)
            broker.stop()
            wait_until(site, daemon, 0, 2 * part - 1)
            broker.start()
            wait_until(site, daemon, 0, 2 * part)
        publisher.join(60)
        assert publisher.exitcode == 0
        site.wait(daemon, lambda: site.received() == len(messages))
    finally:
        site.end()
    check_kept(site, messages)
