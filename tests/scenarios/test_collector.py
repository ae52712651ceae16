"""The collector against real brokers: sessions, versions, waits, subscriptions, memory."""

from __future__ import annotations

import signal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.scenarios.hearing import amqtt, broker_of_3_1_1, hearing, mosquitto, send
from tongluo.daemon.client import CHUNK
from tongluo.daemon.collector import FIRST_WAIT, LONGEST_WAIT

__all__ = ["broker"]


# -- sessions and versions


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_session_is_kept_while_the_collector_is_away(broker: Mosquitto, protocol: str) -> None:
    """What was read and not acknowledged comes again, marked; what was acknowledged does not."""
    with hearing(broker.url, protocol=protocol) as before:
        before.subscribed()
        send(broker.port, [b"%d" % n for n in range(10)])
        before.until(lambda: len(before.heard) == 10)
        before.acknowledge(before.heard[:6])
    send(broker.port, [b"%d" % n for n in range(10, 40)])
    with hearing(broker.url, protocol=protocol) as after:
        after.until(lambda: len(after.heard) >= 34, answer=True)
        after.settled()
        assert after.payloads() == [b"%d" % n for n in range(6, 40)]
        assert [m[3] for m in after.heard] == [True] * 4 + [False] * 30
        (connected,) = after.said("connected")
    assert (connected["session_kept"], connected["protocol"]) == (True, protocol)


def test_publishers_of_every_qos(broker: Mosquitto) -> None:
    """QoS 0 has no packet id; QoS 2 is brought down to the subscription's 1."""
    with hearing(broker.url) as ear:
        ear.subscribed()
        for qos in (0, 1, 2):
            send(broker.port, [b"qos %d" % qos], qos=qos)
        ear.until(lambda: len(ear.heard) == 3, answer=True)
        assert sorted(ear.payloads()) == [b"qos 0", b"qos 1", b"qos 2"]
        assert [bool(m[2]) for m in ear.heard] == [m[1] != b"qos 0" for m in ear.heard]
        ear.settled()
    with hearing(broker.url) as again:
        again.subscribed().settled()
        assert again.heard == []


def test_a_broker_that_says_nothing_to_mqtt_5() -> None:
    """amqtt takes MQTT 5's CONNECT for half a packet and waits for the rest."""
    with amqtt() as port, hearing(f"mqtt://127.0.0.1:{port}") as ear:
        ear.subscribed()
        assert ear.said("connected")[0]["protocol"] == "3.1.1"
        assert ear.states() == ["trouble", "recovered"]
        send(port, [b"1"])
        ear.until(lambda: ear.payloads() == [b"1"], answer=True)


@pytest.mark.parametrize("answer", [b"", b"\x20\x02\x00\x01"], ids=["hangs-up", "refuses"])
def test_a_broker_that_knows_only_3_1_1(answer: bytes) -> None:
    with (
        broker_of_3_1_1(answer) as (port, asked),
        hearing(f"mqtt://127.0.0.1:{port}") as ear,
    ):
        ear.subscribed()
        assert asked == [5, 4]
        assert ear.said("connected")[0]["protocol"] == "3.1.1"


def test_a_version_that_was_accepted_is_kept(broker: Mosquitto) -> None:
    """A broker that is starting again may hang up; that is no reason to go back to 3.1.1."""
    with hearing(broker.url) as ear:
        ear.subscribed()
        broker.stop(signal.SIGKILL)
        ear.until(lambda: ear.states() == ["trouble"])
        broker.start()
        ear.until(lambda: len(ear.said("connected")) == 2)
        assert [line["protocol"] for line in ear.said("connected")] == ["5", "5"]


def test_no_broker_at_the_start(tmp_path: Path) -> None:
    """It waits, says so once, and connects when the broker comes."""
    late = mosquitto(tmp_path / "late")
    with hearing(late.url) as ear:
        ear.until(lambda: ear.collector.session >= 3)
        assert ear.states() == ["trouble"]
        late.start()
        try:
            ear.subscribed()
            send(late.port, [b"1"])
            ear.until(lambda: ear.payloads() == [b"1"], answer=True)
        finally:
            ear.close()
            late.stop()
        assert ear.states() == ["trouble", "recovered"]


def tries(monkeypatch: pytest.MonkeyPatch, count: int) -> list[float]:
    """When a collector without a broker tries to connect, by a clock that the test turns."""
    now = 0.0
    at: list[float] = []
    monkeypatch.setattr("tongluo.daemon.collector.monotonic", lambda: now)
    with hearing(f"mqtt://127.0.0.1:{free_port()}") as ear:
        while len(at) < count:
            ear.collector.read(1, 0.0)
            if ear.collector.session > len(at):
                at.append(now)
            now += 0.05
    return at


def test_waits_grow_and_no_two_collectors_keep_step(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (tries(monkeypatch, 10) for _ in range(2))
    assert one != other
    for at in (one, other):
        assert at[0] == 0.0
        for n, (a, b) in enumerate(pairwise(at)):
            wait = min(FIRST_WAIT * 2**n, LONGEST_WAIT)
            assert 0.5 * wait - 0.01 <= b - a <= 1.5 * wait + 0.06


def test_filters_of_an_earlier_configuration_are_left(broker: Mosquitto) -> None:
    with hearing(broker.url, ["ews/#", "old/+/x"]) as before:
        before.subscribed()
    with hearing(broker.url, ["new/#", "ews/#"], ["ews/#", "old/+/x"]) as after:
        after.subscribed()
        for topic in ("old/a/x", "ews/a", "new/a"):
            send(broker.port, [topic.encode()], topic)
        after.until(lambda: b"new/a" in after.payloads(), answer=True)
        after.settled()
        assert after.payloads() == [b"ews/a", b"new/a"]


def test_no_filter_at_all(broker: Mosquitto) -> None:
    with hearing(broker.url, []) as ear:
        ear.until(lambda: bool(ear.said("connected")))
        ear.settled()


# -- memory


def test_memory_is_bounded_by_not_reading(broker: Mosquitto) -> None:
    """The broker holds back what is not acknowledged; one read gives about what was asked for."""
    payloads = [b"%04d" % n * 250 for n in range(3000)]
    with hearing(broker.url, receive_maximum=500) as ear:
        ear.subscribed()
        send(broker.port, payloads)
        ear.until(lambda: len(ear.heard) >= 500, most=100)
        ear.settled()
        assert len(ear.heard) == 500
        assert ear.largest <= 100 + CHUNK // 1000
        ear.acknowledge(ear.heard)
        ear.until(lambda: len(ear.heard) >= 3000, most=100, answer=True)
        ear.settled()
        assert ear.payloads() == payloads
