"""Another agency's warnings over a real broker: relayed as they are, ended by it alone.

Everything is real: broker, daemon (killed in the middle), dispatcher, and who listens to the
retained messages of the channel `mqtt`.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from dissemination import cap_read
from dissemination.cap_read import Notice
from tests.laws.live import Site
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.hearing import send
from tongluo.cli.app import main
from tongluo.core.clock import now_ms
from tongluo.core.times import HOUR, iso
from tongluo.replay.journal import recorded, replay_journal
from tongluo.warning.relay import MARK

__all__ = ["broker"]

MET, OTHER = "met@city.example.org", "met@elsewhere.example.org"
POLICIES = f"""policies:
  - {{hazards: [rainstorm], authority: relay, to: 市气象台, from: [{MET}], by: trial order,
      channels: [record, feed]}}
  - {{by: trial order, channels: [record]}}
sources:
  - {{topic: notices/cap, codec: cap}}
  - {{topic: "ews/{{station}}/{{quantity}}", codec: native}}
"""


@dataclass
class Agency:
    """What an agency publishes: one warning with its later versions."""

    sender: str = MET
    event: str = "暴雨"
    name: str = "市气象台"

    def __post_init__(self) -> None:
        self.versions: list[tuple[str, str]] = []

    def message(self, kind: str, level: str, headline: str, todo: str) -> bytes:
        """The next version, with references to all before it."""
        now = now_ms() // 1000 * 1000
        name, sent = f"{self.sender.partition('@')[0]}-{len(self.versions) + 1}", iso(now, ZONE)
        before = " ".join(f"{self.sender},{n},{at}" for n, at in self.versions)
        refers = f"<references>{before}</references>" if before else ""
        self.versions.append((name, sent))
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{name}</identifier>
  <sender>{self.sender}</sender><sent>{sent}</sent><status>Actual</status><msgType>{kind}</msgType>
  <scope>Public</scope>{refers}
  <info><language>zh-CN</language><category>Met</category><event>{self.event}</event>
    <responseType>Prepare</responseType><urgency>Expected</urgency><severity>Severe</severity>
    <certainty>Likely</certainty><expires>{iso(now + 3 * HOUR, ZONE)}</expires>
    <senderName>{self.name}</senderName><headline>{headline}</headline>
    <description>上游  6 小时雨量 120 毫米。</description><instruction>{todo}</instruction>
    <parameter><valueName>CN-LEVEL</valueName><value>{level}</value></parameter>
    <area><areaDesc>试点</areaDesc><circle>23.0,113.0 5</circle></area></info></alert>""".encode()


ZONE = "Asia/Shanghai"


class Listener:
    """Somebody who follows the retained messages of an area."""

    def __init__(self, port: int) -> None:
        self.heard = list[dict[str, Any]]()
        self._more = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("tongluo/warnings/A0", qos=1)
        self._client.loop_start()

    def _take(self, _c: Any, _u: Any, message: Any) -> None:
        with self._more:
            self.heard.append(json.loads(message.payload))
            self._more.notify_all()

    def notice(self, count: int) -> tuple[dict[str, Any], Notice]:
        """The last message once there are so many, and the CAP message in it."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.heard) >= count, 20), self.heard
            assert len(self.heard) == count
            last = self.heard[-1]
        return last, cap_read.read(base64.b64decode(last["cap"]))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Post(Site):
    """A site that relays one agency's warnings of rainstorms."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url, clock="system", stations=1)
        text = self.config.read_text(encoding="utf-8")
        old = "policies:\n  - {by: trial order, channels: [record]}\n"
        assert old in text
        text = text.replace(old, POLICIES)
        text = text.replace("kind: recording}", "kind: recording}\n  feed: {kind: mqtt}")
        self.config.write_text(text, encoding="utf-8")
        self.daemon: BaseProcess | None = None

    def up(self) -> BaseProcess:
        self.daemon = self.start()
        self.wait_subscribed(self.daemon)
        return self.daemon

    def count_of(self, table: str) -> int:
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])

    def lines(self) -> list[tuple[str, str]]:
        path = self.var / "deliveries.jsonl"
        found = path.read_text().splitlines() if path.exists() else []
        return [(x["act"], x["level"]) for x in map(json.loads, found)]


@pytest.fixture
def post(broker: Mosquitto, tmp_path: Path) -> Iterator[Post]:
    site = Post(tmp_path, broker.url)
    yield site
    if site.daemon is not None and site.daemon.is_alive():
        site.daemon.kill()
        site.daemon.join()


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    made = Listener(broker.port)
    yield made
    made.close()


def test_a_notice_is_relayed_followed_and_ended(
    post: Post, broker: Mosquitto, listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    def publish(body: bytes) -> None:
        send(broker.port, [body], "notices/cap")

    daemon = post.up()
    dispatcher, pipe = post.dispatch()
    met, other = Agency(), Agency(OTHER, name="邻市气象台")

    first = met.message("Alert", "orange", "市气象台发布暴雨橙色预警", "请做好转移准备。")
    publish(first)
    said, notice = listener.notice(1)
    as_it_was(said, notice, met)

    daemon.kill()  # what it had acknowledged is not lost
    daemon.join()
    daemon = post.up()
    publish(first)  # an agency says it again and again: that is nothing new
    publish(other.message("Alert", "red", "邻市暴雨红色预警", "请转移。"))  # not in `from`
    publish(b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>met-9</identif")
    publish(b"not even xml")
    publish(first.replace(b"met-1<", b"met-9<").replace(b">Alert<", b">Shout<"))
    post.wait(daemon, lambda: post.count_of("rejects") == 3)
    post.wait(daemon, lambda: post.count_of("notices") == 2)

    publish(met.message("Update", "red", "市气象台升级为暴雨红色预警", "请立即转移。"))
    said, notice = listener.notice(2)
    assert (said["act"], said["level"], notice.msg_type) == ("update", "red", "Update")
    assert notice.infos[0].instruction == "请立即转移。"
    assert dict(notice.infos[0].parameters)[MARK].startswith(f"{MET},{met.versions[1][0]},")
    (earlier,) = notice.references
    assert earlier.sender == "trial@example.org"  # its own, as CAP wants

    other.versions = list(met.versions)  # as if it could end what is not its own
    publish(other.message("Cancel", "red", "邻市解除", "可以返回。"))
    post.wait(daemon, lambda: post.count_of("notices") == 4)
    publish(met.message("Cancel", "red", "市气象台解除暴雨红色预警", "返回前请确认安全。"))
    said, notice = listener.notice(3)
    assert (said["act"], notice.msg_type) == ("cancel", "Cancel")
    assert "市气象台解除暴雨红色预警" in notice.infos[0].headline
    assert len(notice.references) == 2

    os.kill(daemon.pid or 0, signal.SIGTERM)  # it holds the pipe open, too
    daemon.join(20)
    os.close(pipe)
    dispatcher.join(20)
    assert (daemon.exitcode, dispatcher.exitcode) == (0, 0)
    assert post.lines() == [("issue", "orange"), ("update", "red"), ("cancel", "none")]
    refused(post)
    shown(post, capsys)
    path = post.var / "journal.db"
    assert replay_journal(path).hexdigest() == recorded(path).hexdigest()


def as_it_was(said: dict[str, Any], notice: Notice, agency: Agency) -> None:
    """The issuer's words and judgement, with whose they are, and of when."""
    (name, sent) = agency.versions[0]
    assert (said["act"], said["level"], said["hazard"]) == ("issue", "orange", "rainstorm")
    assert notice.sender == "trial@example.org" and notice.msg_type == "Alert"
    info = notice.infos[0]
    assert "市气象台发布暴雨橙色预警" in info.headline and "转发市气象台" in info.headline
    assert (info.description, info.instruction) == (
        "上游 6 小时雨量 120 毫米。",
        "请做好转移准备。",
    )
    assert (info.urgency, info.severity, info.certainty) == ("Expected", "Severe", "Likely")
    assert dict(info.parameters)[MARK] == f"{MET},{name},{sent}"
    assert f"<source>市气象台 ({MET})</source>".encode() in base64.b64decode(said["cap"])


def refused(post: Post) -> None:
    """Each is kept as it came, with the reason."""
    found = post.query("SELECT raw, code, detail FROM rejects ORDER BY code DESC, detail")
    assert [code for _, code, _ in found] == ["xml", "cap", "cap"]
    assert found[0][0] == b"not even xml"
    assert b"Shout" in found[1][0] and "msgType" in found[1][2]
    assert found[2][0].endswith(b"</identif") and "not XML" in found[2][2]
    assert post.query("SELECT issuer, msg_type FROM notices ORDER BY id") == [
        (MET, "Alert"), (OTHER, "Alert"), (MET, "Update"), (OTHER, "Cancel"), (MET, "Cancel")
    ]  # fmt: skip
    told = [json.loads(b) for (b,) in post.query("SELECT body FROM audit WHERE what = 'relay'")]
    assert [t["state"] for t in told] == ["relayed", "relayed", "cancelled"]
    assert {t["sender"] for t in told} == {MET}


def shown(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line tells all of it."""
    for word, wanted in (("notices", "邻市"), ("rejects", "Shout")):
        with pytest.raises(SystemExit) as ended:
            main(["show", word, "--config", str(post.config), "--language", "en"])
        told = capsys.readouterr()
        assert not ended.value.code, told.err
        assert wanted in told.out
