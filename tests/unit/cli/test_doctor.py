"""`doctor` as a whole, and its look at this machine and at what lies behind it."""

from __future__ import annotations

import http.server
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dissemination.channels import CHANNELS, webpush_wire
from dissemination.targeting.register import Register
from tests.build import START
from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.unit.cli.conftest import Call
from tests.unit.cli.site import ran, write
from tongluo.cli import doctor_local, doctor_out
from tongluo.cli.doctor import findings
from tongluo.cli.findings import Finding
from tongluo.config.load import load
from tongluo.config.models import ChannelIn, InfluxIn
from tongluo.config.types import Secret

__all__ = ["broker"]


def by_name(path: Path, *, deep: bool = False) -> dict[str, Finding]:
    return {f.what: f for f in findings(path, deep=deep)}


def gone() -> str:
    return f"mqtt://127.0.0.1:{free_port()}"


# the whole


def test_a_healthy_site_has_no_failure(call: Call, tmp_path: Path, broker: Mosquitto) -> None:
    path = write(tmp_path, url=broker.url)
    ran(path).journal.close()
    ended = call("doctor", "--config", path)
    assert ended.code == 0, ended.out
    assert "FAIL" not in ended.out
    assert f"OK    broker: {broker.url} answers, MQTT 5 mosquitto version" in ended.out
    assert "not measured (tongluo doctor --deep measures it)" in ended.out
    assert "audit chain unbroken" in ended.out


def test_a_stopped_broker_fails_with_what_to_do(
    call: Call, tmp_path: Path, broker: Mosquitto
) -> None:
    path = write(tmp_path, url=broker.url)
    broker.stop()
    ended = call("doctor", "--config", path)
    assert ended.code == 1
    assert f"FAIL  broker: {broker.url} cannot be reached" in ended.out
    assert "start the broker, or correct broker.url" in ended.out
    assert "broker limits" not in ended.out
    assert "store: nothing has run here yet" in ended.out


def test_a_faulty_configuration_ends_the_visit(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "stations.yaml"
    path.write_text("site: 5\n", encoding="utf-8")
    ended = call("doctor", "--config", path, "--language", "zh-CN")
    assert ended.code == 1
    assert len(ended.out.strip().splitlines()) == 1
    assert ended.out.startswith("FAIL  配置") and "tongluo check" in ended.out


# this machine


def test_a_clock_behind_what_was_received_fails(config: Path) -> None:
    journal = config.parent / "var" / "journal.db"
    assert doctor_local.newest_arrival(journal) == START
    assert doctor_local.clock(journal, START - 3_600_000, "UTC").state == "FAIL"
    assert doctor_local.clock(journal, START + 1000, "UTC").state != "FAIL"


@pytest.mark.parametrize(("told", "state"), [(True, "OK"), (False, "WARN"), (None, "OK")])
def test_a_clock_that_nobody_sets_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool | None, state: str
) -> None:
    monkeypatch.setattr(doctor_local, "synchronised", lambda: told)
    assert doctor_local.clock(tmp_path / "no.db", START, "UTC").state == state


@pytest.mark.parametrize(("free", "state"), [(50.0, "OK"), (1.0, "WARN"), (0.1, "FAIL")])
def test_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    usage = type(shutil.disk_usage(tmp_path))(0, 0, int(free * doctor_local.GB))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert doctor_local.disk(tmp_path / "not" / "yet").state == state


@pytest.mark.parametrize("body", ["'{}'", "x'7b7d'"])
def test_a_changed_audit_log_is_found(config: Path, body: str) -> None:
    journal = config.parent / "var" / "journal.db"
    assert doctor_local.store(journal.parent).state == "OK"
    with closing(sqlite3.connect(journal)) as db, db:
        db.execute(f"UPDATE audit SET body = {body} WHERE id = 2")
    found = doctor_local.store(journal.parent)
    assert (found.state, "entry 2" in found.said) == ("FAIL", True)


@pytest.mark.parametrize("change", ["body = x'7b7d'", "body = '{}'", "at = at + 1", "hash = x'00'"])
def test_a_changed_audit_of_the_register_is_found(tmp_path: Path, change: str) -> None:
    assert doctor_local.register(tmp_path).state == "OK"  # none yet
    assert not list(tmp_path.iterdir())
    with closing(Register.open(tmp_path)) as kept, kept.transaction():
        for k in range(3):
            kept.audit(START + k, "names", {"who": "li", "entries": k})
    found = doctor_local.register(tmp_path)
    assert (found.state, "0 entries, audit chain unbroken" in found.said) == ("OK", True)
    with closing(sqlite3.connect(tmp_path / "register.db")) as db, db:
        db.execute(f"UPDATE audit SET {change} WHERE id = 2")
    found = doctor_local.register(tmp_path)
    assert (found.state, "entry 2" in found.said, found.what) == ("FAIL", True, "register")


def test_a_damaged_register_is_found(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_bytes(os.urandom(40_000))
    found = doctor_local.register(tmp_path)
    assert (found.state, "backup of register.db" in found.todo) == ("FAIL", True)


def test_a_damaged_journal_is_found(config: Path) -> None:
    journal = config.parent / "var" / "journal.db"
    with journal.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(40_000))
    found = doctor_local.store(journal.parent)
    assert (found.state, "copy the folder away" in found.todo) == ("FAIL", True)


def test_the_daemon_is_not_running(config: Path) -> None:
    assert by_name(config)["daemon"].state == "WARN"


# what lies behind


class _Influx(http.server.BaseHTTPRequestHandler):
    code = 200

    def do_GET(self) -> None:
        self.send_response(self.code if self.path in ("/health", "/ping") else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def influx() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Influx)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_influx_answers_or_is_away(influx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_out.influx(None).said == "not configured"
    assert doctor_out.influx(InfluxIn(url=influx)).state == "OK"
    monkeypatch.setattr(_Influx, "code", 503)
    away = doctor_out.influx(InfluxIn(url=influx))
    assert (away.state, "HTTP 503" in away.said) == ("WARN", True)
    assert doctor_out.influx(InfluxIn(url=f"http://127.0.0.1:{free_port()}")).state == "WARN"
    no_token = InfluxIn(url=influx, token=Secret(env="NO_SUCH_TOKEN"))
    assert doctor_out.influx(no_token).state == "FAIL"


def test_every_kind_of_channel_has_its_check() -> None:
    assert set(doctor_out.CHECKS) == set(CHANNELS)


def test_a_gateway_that_listens_and_one_that_does_not(influx: str, tmp_path: Path) -> None:
    there = ChannelIn(kind="kannel", options={"url": f"{influx}/cgi-bin/sendsms"})
    away = ChannelIn(kind="ebm", options={"url": f"http://127.0.0.1:{free_port()}/ebd"})
    config = load(write(tmp_path)).config
    made = config.model_copy(update={"channels": {"a": there, "b": away}})
    assert [f.state for f in doctor_out.channels(made, tmp_path)] == ["OK", "FAIL"]


def test_pushes_with_and_without_key_and_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = ChannelIn(kind="webpush", options={"contact": "mailto:duty@example.org"})
    made = load(write(tmp_path)).config.model_copy(update={"channels": {"push": push}})

    def told() -> tuple[str, str]:
        (found,) = doctor_out.channels(made, tmp_path)
        return found.state, found.said

    assert told() == ("OK", "push makes its key, webpush.key, at its first start")
    webpush_wire.key(tmp_path)
    assert told()[1].startswith("push has its key")
    monkeypatch.setattr(webpush_wire, "LIBRARIES", ("not_there_at_all",))
    assert told() == ("FAIL", "push cannot encrypt: a library is missing")


def test_channels_that_work_and_that_do_not(tmp_path: Path, broker: Mosquitto) -> None:
    config = load(write(tmp_path, url=broker.url)).config
    (tmp_path / "taken").mkdir()
    wanted = {
        "a": ChannelIn(kind="recording"),
        "b": ChannelIn(kind="recording", options={"file": "taken"}),
        "c": ChannelIn(kind="mqtt"),
        "d": ChannelIn(kind="mqtt", options={"url": gone()}),
        "e": ChannelIn(kind="pigeon"),
    }
    made = config.model_copy(update={"channels": wanted})
    states = [f.state for f in doctor_out.channels(made, tmp_path)]
    assert states == ["OK", "FAIL", "OK", "FAIL", "WARN"]
    assert not (tmp_path / "deliveries.jsonl").exists()
