"""`replay` and `publish`: a case from disk, judged and played."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.mosquitto import Mosquitto, broker
from tests.unit.cli.conftest import Call
from tests.unit.cli.site import write
from tongluo.cli.doctor_broker import Look
from tongluo.cli.probe import Probe
from tongluo.cli.replay import Telling
from tongluo.config.models import Broker
from tongluo.replay.case import load_case
from tongluo.replay.run import replay

__all__ = ["broker"]

CASE = """\
title: 试演 / Trial
hazards: [river_flood]
place: 桥头 / Bridge
timezone: Asia/Shanghai
start: "2026-07-01T08:00:00+08:00"
end: "2026-07-01T09:00:00+08:00"
kind: synthetic
source: made for a test
licence: none
"""
READINGS = """\
time,station,quantity,value
2026-07-01T08:00:00+08:00,z1,stage,0.5
2026-07-01T08:05:00+08:00,z1,stage,1.5
2026-07-01T08:10:00+08:00,z1,stage,4.2
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    folder.mkdir()
    write(folder)
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")
    (folder / "readings.csv").write_text(READINGS, encoding="utf-8")
    return folder


def test_replay_tells_decisions_crossings_and_files(call: Call, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = call("replay", case, "--out", out)
    assert ended.code == 0, ended.err
    for text in (
        "2026-07-01 08:05:00 +08:00  village  river flood  none → blue  level 1.5 m",
        "blue → red",
        "3 readings, 3 decisions",
        "first red  2026-07-01 08:10:00 +08:00  village  river flood",
        str(out / "report.html"),
        f"{out / 'warnings'}/ (2 files)",
    ):
        assert text in ended.out
    assert (out / "decisions.jsonl").read_text(encoding="utf-8").count("\n") == 3


def test_replay_speaks_chinese(call: Call, case: Path, tmp_path: Path) -> None:
    ended = call("replay", case, "--out", tmp_path / "out", "--language", "zh-CN")
    assert "蓝色 → 红色" in ended.out and "首次达到 红色" in ended.out


def test_the_default_folder_is_named_after_the_case(
    call: Call, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("replay", case).code == 0
    assert (tmp_path / "out" / "trial" / "scores.json").exists()


def test_telling_changes_no_decision(case: Path) -> None:
    from tongluo.cli.paint import console  # noqa: PLC0415 - beside its one use

    found = load_case(case)
    told = replay(found, judge=lambda plan: Telling(plan, console(), "UTC"))
    assert told.hash.hexdigest() == replay(found).hash.hexdigest()


@pytest.mark.parametrize("command", ["replay", "publish"])
def test_a_folder_without_a_case_is_one_clear_line(
    call: Call, tmp_path: Path, command: str
) -> None:
    ended = call(command, tmp_path)
    assert ended.code == 1
    assert "name a folder with a case.yaml" in ended.err and "Traceback" not in ended.err


def test_a_replay_with_a_faulty_configuration_ends_with_2(call: Call, case: Path) -> None:
    (case / "stations.yaml").write_text("site: 1\n", encoding="utf-8")
    ended = call("replay", case)
    assert ended.code == 2
    assert "stations.yaml:1" in ended.err


def test_publish_sends_every_reading_and_the_end(call: Call, case: Path, broker: Mosquitto) -> None:
    heard: list[tuple[str, bytes]] = []
    over = threading.Event()

    def hear(_: Any, __: Any, message: Any) -> None:
        heard.append((message.topic, bytes(message.payload)))
        if message.topic == "tongluo/clock":
            over.set()

    with Probe(Broker(url=broker.url), Look("", "5").version) as reader:
        reader.client.on_message = hear
        assert reader.subscribe("#")
        ended = call("publish", case, "--broker", broker.url, "--speed", "1e9")
        assert over.wait(10)
    assert ended.code == 0, ended.err
    assert ended.out == f"4 messages published to {broker.url}, each acknowledged\n"
    assert [topic for topic, _ in heard] == ["ews/z1/stage"] * 3 + ["tongluo/clock"]
    assert b'"value":4.2' in heard[2][1]


def test_publish_says_that_there_is_no_broker(call: Call, case: Path) -> None:
    ended = call("publish", case, "--broker", "mqtt://127.0.0.1:1")
    assert ended.code == 1
    assert "cannot be reached" in ended.err


def test_a_password_comes_from_the_environment_only(call: Call, case: Path) -> None:
    ended = call("publish", case, "--username", "a", "--password-env", "NO_SUCH_PASSWORD")
    assert ended.code == 1
    assert "NO_SUCH_PASSWORD is not set" in ended.err
    assert call("publish", case, "--speed", "0").code == 1
