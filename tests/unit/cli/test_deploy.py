"""The shipped mosquitto.conf and ACL, with a real mosquitto."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.mosquitto import Mosquitto
from tests.unit.cli.brokers import passwords, started
from tongluo.cli.doctor_broker import Look, limits, look
from tongluo.cli.doctor_queue import queue
from tongluo.cli.probe import Probe
from tongluo.config.models import Broker

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
V5 = Look("", "5").version


def shipped(folder: Path) -> str:
    """The shipped text on a free loopback port, with its persistence under `folder`."""
    store = folder / "store"
    store.mkdir()
    text = (DEPLOY / "mosquitto.conf").read_text(encoding="utf-8")
    for old, new in (
        ("listener 1883\n", "listener {port} 127.0.0.1\n"),
        ("persistence_location /var/lib/mosquitto/\n", f"persistence_location {store}/\n"),
    ):
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    return text


def user(mosquitto: Mosquitto, name: str, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setenv("TRIAL_PASSWORD", name)
    return Broker.model_validate(
        {"url": mosquitto.url, "username": name, "password": {"env": "TRIAL_PASSWORD"}}
    )


def test_mosquitto_starts_with_the_shipped_file_and_keeps_the_queue(tmp_path: Path) -> None:
    with started(tmp_path, shipped(tmp_path)) as mosquitto:
        wanted = Broker(url=mosquitto.url)
        assert limits(look(wanted), wanted).state == "OK"
        assert queue(wanted, V5).state == "OK"
        assert "Error" not in mosquitto.log()
    assert (tmp_path / "store" / "mosquitto.db").exists()


def test_its_limits_are_finite() -> None:
    lines = (DEPLOY / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    told = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    for name in ("max_queued_messages", "max_queued_bytes", "max_inflight_messages"):
        assert int(told[name]) > 0  # 0 would mean: no limit


def secured(folder: Path) -> str:
    """The shipped file as its comments say to secure it."""
    acl = folder / "acl"
    acl.write_bytes((DEPLOY / "acl").read_bytes())
    acl.chmod(0o600)
    users = passwords(folder, tongluo="tongluo", r1="r1", panel="panel")
    text = shipped(folder)
    for old, new in (
        ("allow_anonymous true\n", ""),
        ("#allow_anonymous false\n", "allow_anonymous false\n"),
        ("#password_file /etc/mosquitto/passwd\n", f"password_file {users}\n"),
        ("#acl_file /etc/mosquitto/acl\n", f"acl_file {acl}\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_a_station_speaks_only_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    last = threading.Event()

    def hear(_: Any, __: Any, message: Any) -> None:
        heard.append(message.topic)
        if message.topic == "ews/r1/last":
            last.set()

    with started(tmp_path, secured(tmp_path)) as mosquitto:
        station = user(mosquitto, "r1", monkeypatch)
        daemon = user(mosquitto, "tongluo", monkeypatch)
        with Probe(daemon, V5) as reader:
            reader.client.on_message = hear
            assert reader.subscribe("ews/#", "sl651/#", "tongluo/#")
            monkeypatch.setenv("TRIAL_PASSWORD", "r1")
            with Probe(station, V5) as writer:
                for topic in ("ews/r1/rain", "ews/r2/rain", "sl651/r1", "sl651/r2",
                              "tongluo/warnings/village", "ews/r1/last"):  # fmt: skip
                    writer.client.publish(topic, b"1", qos=1).wait_for_publish(10)
            assert last.wait(10)
    assert heard == ["ews/r1/rain", "sl651/r1", "ews/r1/last"]


def test_the_daemon_may_be_doctored_and_nobody_comes_in_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path, secured(tmp_path)) as mosquitto:
        daemon = user(mosquitto, "tongluo", monkeypatch)
        assert queue(daemon, V5).state == "OK"
        assert not look(daemon).anonymous
        assert look(Broker(url=mosquitto.url)).refused
