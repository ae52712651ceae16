"""Doctor's questions to a real broker: open, closed, narrow, gone."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.unit.cli.brokers import closed, started
from tests.unit.cli.site import write
from tongluo.cli.doctor import findings
from tongluo.cli.doctor_broker import DROPPED, Look, entrance, limits, look, reachable
from tongluo.cli.doctor_queue import SENT, measure, queue
from tongluo.cli.probe import Probe
from tongluo.config.models import Broker
from tongluo.core.errors import TemporaryFailure

__all__ = ["broker"]
BOTH = pytest.mark.parametrize("protocol", ["5", "3.1.1"])


def gone() -> str:
    return f"mqtt://127.0.0.1:{free_port()}"


def session_kept(mosquitto: Mosquitto, name: str) -> bool:
    """Whether the broker still has a session of this client."""
    answered, kept = threading.Event(), []

    def connected(_: Any, __: Any, flags: Any, *___: Any) -> None:
        kept.append(bool(flags.session_present))
        answered.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv5)
    client.on_connect = connected
    client.connect("127.0.0.1", mosquitto.port, clean_start=False)
    client.loop_start()
    assert answered.wait(10)
    client.disconnect()
    client.loop_stop()
    return kept[0]


@BOTH
def test_both_protocols_are_spoken(broker: Mosquitto, protocol: str) -> None:
    wanted = Broker.model_validate({"url": broker.url, "protocol": protocol})
    seen = look(wanted)
    assert seen.protocol == protocol
    assert reachable(seen).state == "OK"
    assert limits(seen, wanted).state == ("OK" if protocol == "5" else "WARN")


def test_wrong_credentials_are_told_from_no_broker(tmp_path: Path) -> None:
    with closed(tmp_path) as mosquitto:
        seen = look(Broker(url=mosquitto.url))
        assert reachable(seen).state == "FAIL"
        assert "refused" in reachable(seen).said and not seen.unreachable
    assert look(Broker(url=gone())).unreachable


def test_a_broker_that_lets_anyone_in_is_warned_of(
    tmp_path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER_PASSWORD", "secret")
    known = {"username": "tongluo", "password": {"env": "BROKER_PASSWORD"}}
    named = Broker.model_validate({"url": broker.url, **known})
    assert entrance(look(named)).state == "WARN"
    with closed(tmp_path, tongluo="secret") as mosquitto:
        seen = look(Broker.model_validate({"url": mosquitto.url, **known}))
        assert (seen.protocol, entrance(seen).state) == ("5", "OK")


def test_a_missing_secret_is_told(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8").replace(
        "broker: {", "broker: {username: a, password: {env: NO_SUCH_PASSWORD}, "
    )
    path.write_text(text, encoding="utf-8")
    found = next(f for f in findings(path, deep=False) if f.what == "broker")
    assert (found.state, "NO_SUCH_PASSWORD" in found.said) == ("FAIL", True)


def test_a_session_cut_short_and_dropped_messages_are_warned_of() -> None:
    wanted = Broker()
    short = Look("u", "5", properties={"SessionExpiryInterval": 3600})
    assert limits(short, wanted).said == "the broker keeps the session 1 h only, wanted 1 d"
    dropped = limits(Look("u", "5", told={DROPPED: "17"}), wanted)
    assert (dropped.state, "17" in dropped.said) == ("WARN", True)
    assert limits(Look("u", "5", told={DROPPED: "0"}), wanted).state == "OK"


# the queue, measured


@BOTH
def test_a_queue_that_is_long_enough(broker: Mosquitto, protocol: str) -> None:
    wanted = Broker.model_validate({"url": broker.url})
    version = Look("", protocol).version
    assert measure(wanted, version) == SENT
    assert queue(wanted, version).state == "OK"


@BOTH
def test_mosquittos_default_queue_drops(tmp_path: Path, protocol: str) -> None:
    with started(tmp_path, "allow_anonymous true\nlistener {port} 127.0.0.1\n") as mosquitto:
        wanted, version = Broker(url=mosquitto.url), Look("", protocol).version
        assert 1000 <= measure(wanted, version) < SENT
        found = queue(wanted, version)
        assert (found.state, "max_queued_messages" in found.todo) == ("WARN", True)


def test_the_measurement_leaves_no_session_behind(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = secrets.token_hex
    monkeypatch.setattr(secrets, "token_hex", lambda n: "fixed" if n == 6 else chance(n))
    wanted, version = Broker(url=broker.url), MQTTProtocolVersion.MQTTv5
    measure(wanted, version)
    assert not session_kept(broker, "tongluo-doctor-fixed")


def test_a_user_who_may_not_try_leaves_it_unknown(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic read ews/#\n")
    acl.chmod(0o600)
    text = f"allow_anonymous true\nacl_file {acl}\n"
    with started(tmp_path, text + "listener {port} 127.0.0.1\n") as mosquitto:
        found = queue(Broker(url=mosquitto.url), MQTTProtocolVersion.MQTTv5)
        assert (found.state, "tongluo/doctor" in found.said) == ("WARN", True)


def test_a_broker_that_is_gone_leaves_it_unknown() -> None:
    assert queue(Broker(url=gone()), MQTTProtocolVersion.MQTTv5).state == "WARN"


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1:1", "mqtt://no-such-host.invalid"])
def test_a_probe_says_that_nobody_is_there(url: str) -> None:
    with pytest.raises(TemporaryFailure):
        Probe(Broker(url=url), MQTTProtocolVersion.MQTTv5)
