"""A case as messages, and through a real broker: all of it, in order, each acknowledged."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.shared import needs_shared
from tests.swindale import build
from tongluo.core.columns import Columns
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.times import CLOCK_TOPIC
from tongluo.daemon.intake import decoder_of
from tongluo.replay import publish as publishing
from tongluo.replay.case import load_case
from tongluo.replay.publish import messages, publish, wait_for
from tongluo.replay.readings import read_columns
from tongluo.replay.run import prepare

__all__ = ["broker"]
ROOT = Path(__file__).resolve().parents[2]
NIGHT = ROOT / "replay_data" / "flash-flood-night"
CASES = sorted(path.parent for path in (ROOT / "replay_data").glob("*/case.yaml"))
VENICE = ROOT / "replay_data" / "venice-2019"


def told(folder: Path) -> list[tuple[str, dict[str, Any], int]]:
    case = load_case(folder)
    return [(t, json.loads(p), due) for t, p, due in messages(case, prepare(case))]


def test_a_reading_a_message_and_the_clock_last() -> None:
    sent = told(NIGHT)
    rows = (NIGHT / "readings.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(sent) == len(rows) + 1
    for (topic, body, _), row in zip(sent, rows, strict=False):
        time, station, quantity, value, received = row.split(",")
        assert topic == f"ews/{station}/{quantity}"
        assert (body["time"], body["value"], body.get("sent", "")) == (time, float(value), received)
        assert set(body) <= {"time", "value", "sent", "quantity"}
    assert sent[-1][:2] == (CLOCK_TOPIC, {"time": "2026-07-10T20:00:00+08:00"})
    due = [due for _, _, due in sent]
    assert due == sorted(due)


def test_forecasts_say_when_they_were_issued_in_the_declared_unit() -> None:
    topic, body, _ = told(VENICE)[0]
    assert topic == "ews/salute/fc_tide"
    assert body == {"time": "2019-11-12T22:55:00+01:00", "value": 145.0,
                    "issued_at": "2019-11-11T22:30:00+01:00",
                    "sent": "2019-11-11T22:30:00+01:00"}  # fmt: skip
    flags = [body["flag"] for _, body, _ in told(VENICE)[:-1] if "flag" in body]
    assert flags == [3]


def test_what_is_missing_has_no_value(tmp_path: Path) -> None:
    for name in ("case.yaml", "stations.yaml"):
        (tmp_path / name).write_bytes((VENICE / name).read_bytes())
    text = "time,station,quantity,value,flag\n2019-11-12T22:55:00+01:00,salute,tide,,4\n"
    (tmp_path / "readings.csv").write_text(text, encoding="utf-8")
    assert told(tmp_path)[0][1] == {"time": "2019-11-12T22:55:00+01:00", "value": None}


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_decoded_messages_are_the_readings_of_the_case_bit_for_bit(folder: Path) -> None:
    case = load_case(folder)
    plan = prepare(case)
    sent = [(topic, payload, 0) for topic, payload, _ in messages(case, plan)]
    decoded, wanted = decoder_of(plan, {}).decode(sent[:-1]), read_columns(case, plan)
    assert CASES and decoded.rejects == []
    for name in Columns.__dataclass_fields__:
        one, two = getattr(decoded.columns, name), getattr(wanted, name)
        assert np.array_equal(one, two, equal_nan=True), name


class Listener:
    """Keeps what it hears, until the clock."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.ended, self.ready = threading.Event(), threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda *_: self.client.subscribe("#", qos=1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self.on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self.ready.wait(10)

    def on_message(self, *args: Any) -> None:
        self.heard.append((args[2].topic, args[2].payload))
        if args[2].topic == CLOCK_TOPIC:
            self.ended.set()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def test_through_a_broker_all_of_it_in_order(broker: Mosquitto) -> None:
    case = load_case(NIGHT)
    plan = prepare(case)
    listener = Listener(broker.port)
    progress: list[int] = []
    count = publish(case, plan, broker.url, progress=progress.append)
    assert listener.ended.wait(30)
    listener.close()
    assert listener.heard == [(t, p) for t, p, _ in messages(case, plan)]
    assert count == len(listener.heard) == 16_897 and progress[-1] == count


@needs_shared
def test_at_a_speed_it_waits_as_long_as_the_readings_lie_apart(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(publishing.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(publishing.clock, "sleep", sleep)
    case = load_case(build(tmp_path))
    publish(case, prepare(case), broker.url, speed=3600.0)
    hours = (case.end - case.start) / 3_600_000
    assert now[0] == pytest.approx(100.0 + hours)


def test_waiting() -> None:
    assert wait_for(3_600_000, 100.0, (100.0, 0), 60.0) == 60.0
    assert wait_for(3_600_000, 200.0, (100.0, 0), 60.0) == -40.0  # late: not caught up by waiting


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:1883", "mqtt://"])
def test_what_is_no_broker(url: str) -> None:
    case = load_case(VENICE)
    with pytest.raises(PermanentFailure, match="not a broker"):
        publish(case, prepare(case), url)


def test_no_broker_there() -> None:
    case, port = load_case(VENICE), free_port()
    with pytest.raises(TemporaryFailure, match=f"127.0.0.1:{port} cannot be reached"):
        publish(case, prepare(case), f"mqtt://127.0.0.1:{port}")


def test_a_broker_that_dies_is_given_up(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "PATIENCE", 0.5)
    case = load_case(NIGHT)

    def kill(count: int) -> None:
        if count == 5000:
            broker.stop(signal.SIGKILL)

    with pytest.raises(TemporaryFailure, match="no acknowledgement"):
        publish(case, prepare(case), broker.url, progress=kill)
