"""SIGHUP reloads all or nothing; SIGTERM drains and ends well."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.laws.live import Site, flood, publish
from tests.laws.test_law4_kept import check_kept
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.hearing import send
from tests.scenarios.told import Told
from tongluo.core.times import iso, parse_time

__all__ = ["broker"]

START = parse_time("2026-07-01T00:00:00+08:00")


@pytest.fixture
def told(broker: Mosquitto, tmp_path: Path) -> Iterator[Told]:
    site = Told(tmp_path, broker.url, stations=2)
    yield site
    site.end()


def hand_over(port: int, station: int, minute: int, value: float) -> None:
    body = {"time": iso(START + minute * 60_000), "value": value}
    send(port, [json.dumps(body).encode()], f"ews/S{station}/stage")


def levels(site: Site, area: str) -> list[tuple[str, str]]:
    """(before, after) of every decision on an area."""
    return site.query("SELECT before, after FROM decisions WHERE area = ? ORDER BY id", area)


def hang_up(daemon: BaseProcess) -> None:
    os.kill(daemon.pid or 0, signal.SIGHUP)


def reloads(told: Told) -> list[str]:
    return [line["state"] for line in told.said("reload")]


def test_a_reload_is_all_or_nothing(told: Told, broker: Mosquitto) -> None:
    daemon = told.start()
    told.wait_subscribed(daemon)
    hand_over(broker.port, 0, 0, 3.5)
    told.wait(daemon, lambda: len(levels(told, "A0")) == 1)
    config = told.ask("/status")["config"]

    good = told.config.read_text()
    told.config.write_text(good.replace("blue: 1 m", "blue: 1 second"))
    hang_up(daemon)
    told.wait(daemon, lambda: reloads(told) == ["refused"])
    assert "second" in str(told.said("reload")[0]["faults"])
    assert told.ask("/status")["config"] == config
    hand_over(broker.port, 1, 1, 1.5)
    told.wait(daemon, lambda: len(levels(told, "A1")) == 1)

    Site(told.folder, broker.url, stations=3)
    hang_up(daemon)
    told.wait(daemon, lambda: reloads(told) == ["refused", "done"])
    assert told.ask("/status")["config"] != config
    hand_over(broker.port, 2, 2, 2.5)
    hand_over(broker.port, 0, 3, 4.5)
    told.wait(daemon, lambda: len(levels(told, "A0")) == 2)
    # carried over: it rises from orange, and nothing fell in between
    assert levels(told, "A0") == [("unknown", "orange"), ("orange", "red")]
    assert levels(told, "A1") == [("unknown", "blue")]
    assert levels(told, "A2") == [("unknown", "yellow")]
    assert told.query("SELECT count(*) FROM rejects") == [(0,)]


def test_a_reload_of_the_same_file_changes_nothing(told: Told) -> None:
    daemon = told.start()
    told.wait_subscribed(daemon)
    before = told.ask("/status")
    hang_up(daemon)
    told.wait(daemon, lambda: reloads(told) == ["unchanged"])
    assert told.ask("/status") == before


def test_a_reload_to_other_topics_leaves_the_old_ones(told: Told, broker: Mosquitto) -> None:
    daemon = told.start()
    told.wait_subscribed(daemon)
    other = "sources: [{topic: 'county/{station}/{quantity}', codec: native}]\n"
    told.config.write_text(told.config.read_text() + other)
    hang_up(daemon)
    told.wait(daemon, lambda: reloads(told) == ["done"])
    told.wait_subscribed(daemon)
    body = json.dumps({"time": iso(START), "value": 0.5}).encode()
    send(broker.port, [body], "ews/S0/stage")
    send(broker.port, [body], "county/S1/stage")
    told.wait(daemon, lambda: told.received() == 1)
    assert told.ask("/status")["received"] == 1


def stop(daemon: BaseProcess) -> None:
    os.kill(daemon.pid or 0, signal.SIGTERM)
    daemon.join(20)
    assert daemon.exitcode == 0


def test_told_to_stop_it_handles_what_it_was_sent(told: Told, broker: Mosquitto) -> None:
    """Held still while messages arrive: they lie in its socket when the signal comes."""
    daemon = told.start()
    told.wait_subscribed(daemon)
    os.kill(daemon.pid or 0, signal.SIGSTOP)
    messages = flood(2, 25, START)
    for topic, payload in messages:
        send(broker.port, [payload], topic)
    os.kill(daemon.pid or 0, signal.SIGTERM)
    os.kill(daemon.pid or 0, signal.SIGCONT)
    daemon.join(20)
    assert daemon.exitcode == 0
    check_kept(told, messages)
    (last,) = told.said("stopped")
    assert last["received"] == len(messages)


def test_told_to_stop_in_a_stream_nothing_is_lost(told: Told, broker: Mosquitto) -> None:
    """What it had not read stays in its session at the broker, for the next start."""
    daemon = told.start()
    told.wait_subscribed(daemon)
    messages = flood(2, 1000, START)
    publisher = publish(broker.port, messages, pause=0.02)
    told.wait(daemon, lambda: told.received() > 100)
    stop(daemon)
    early = told.received()
    publisher.join(60)
    assert publisher.exitcode == 0
    assert early < len(messages)
    daemon = told.start()
    told.wait(daemon, lambda: told.received() == len(messages))
    stop(daemon)
    check_kept(told, messages)


def test_told_to_stop_without_a_broker(told: Told, broker: Mosquitto) -> None:
    daemon = told.start()
    told.wait_subscribed(daemon)
    broker.stop()
    told.wait(daemon, lambda: bool(told.said("broker")))
    stop(daemon)
    troubles: list[Any] = [line["state"] for line in told.said("broker")]
    assert troubles == ["trouble"]
