"""The gammu channel: with the real daemon and its dummy phone, and at the level of files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import Surroundings
from dissemination.channels.gammu import Gammu, Options
from tests.unit.dissemination.heard import NUMBER, Heard
from tests.warned import BASE
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.words import Level

INSTALL = "apt-get install gammu-smsd"
CONFIG = """
[gammu]
model = dummy
connection = none
device = {0}/phone
[smsd]
service = files
inboxpath = {0}/inbox/
outboxpath = {0}/outbox/
sentsmspath = {0}/sent/
errorsmspath = {0}/error/
logfile = {0}/log
debuglevel = 255
CheckSecurity = 0
CheckBattery = 0
CheckSignal = 0
CheckNetwork = 0
LoopSleep = 1
TransmitFormat = unicode
StatusFrequency = 0
DeliveryReport = log
"""
REPORT = """[SMSBackup000]
PDU = Status_Report
SMSC = "1"
SMSCUnicode = 0031
Class = -1
DateTime = 20260701T000000
MessageReference = 255
State = UnRead
Number = "+{number}"
NumberUnicode = {digits}
Coding = Default_No_Compression
Text00 = {word}
Length = {length}
Folder = 1
"""
"""A report in the dummy phone's memory; it gives every message the reference 255."""


class Site(Heard):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("outbox", "sent", "error", "inbox", "phone"):
            (folder / name).mkdir()

    def open(self, **given: Any) -> Gammu:
        options = Options.model_validate(
            {"recipients": {"file": "people"}, "outbox": self.folder / "outbox", "look": 0.02,
             "sent": self.folder / "sent", "errors": self.folder / "error", **given}
        )  # fmt: skip
        return self.opened(Gammu(options, Surroundings(self.folder, name="m", tell=self.tell)))

    def delivery(self, level: Level = Level.RED) -> Delivery:
        return self.to(replace(BASE, identifier=f"{level.word}.v1", level=level), "m")

    def files(self, folder: str = "outbox") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir())

    def move(self, folder: str) -> None:
        for name in self.files():
            (self.folder / "outbox" / name).rename(self.folder / folder / name)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    yield found
    found.close()


def test_a_file_that_gammu_can_read_once_a_delivery(site: Site) -> None:
    channel = site.open()
    assert [channel.send(site.delivery()).state for _ in range(3)] == ["handed_over"] * 3
    (name,) = site.files()
    letters, moment, second, number, note = name.split("_")
    assert letters.startswith("OUTA20") and moment.isdigit() and second == "00"
    assert number == NUMBER and note.endswith(".txtd")
    text = (site.folder / "outbox" / name).read_bytes().decode("utf-16")
    assert text == channel._texts.of(site.delivery().warning)


def test_the_most_urgent_first(site: Site) -> None:
    channel = site.open()
    for level in (Level.BLUE, Level.RED, Level.YELLOW, Level.ORANGE):
        channel.send(site.delivery(level))
    assert [name[3] for name in site.files()] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(("folder", "state"), [("sent", "accepted"), ("error", "failed")])
def test_what_became_of_it_also_after_a_restart(site: Site, folder: str, state: str) -> None:
    site.open().send(site.delivery())
    site.channels.pop().close()
    site.move(folder)
    (site.folder / folder / "OUTA_8613800138001_other.txt").touch()
    channel = site.open()
    site.wait(lambda: bool(site.told))
    assert [(r.id, r.state.value) for r in site.told] == [(site.delivery().key, state)]
    if state == "failed":
        with pytest.raises(PermanentFailure):
            channel.send(site.delivery())
    else:
        assert channel.send(site.delivery()).state == "accepted"
    assert site.files() == []


def test_a_folder_that_is_not_there_is_told(site: Site) -> None:
    with pytest.raises(TemporaryFailure, match="cannot write") as refused:
        site.open(outbox=site.folder / "nowhere").send(site.delivery())
    assert refused.value.everyone and NUMBER not in str(refused.value)


@pytest.fixture
def daemon(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("gammu-smsd")
    if program is None:
        pytest.skip(f"needs the modem's daemon: {INSTALL}")
    config = site.folder / "smsdrc"
    config.write_text(CONFIG.format(site.folder))
    process = subprocess.Popen([program, "-c", str(config)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip
    yield process
    process.terminate()
    process.wait(20)


def test_the_real_daemon_sends_it(site: Site, daemon: subprocess.Popen[bytes]) -> None:
    channel = site.open(template="{news}：{action}" + "请互相转告。" * 8, parts=3)
    handed = channel.send(site.delivery())
    site.wait(lambda: bool(site.told))
    assert daemon.poll() is None
    assert [(r.id, r.state.value) for r in site.told] == [(site.delivery().key, "accepted")]
    log = (site.folder / "log").read_text(errors="replace")  # written before the file moves
    assert log.count("SMS sent on device") == handed.receipt["parts"] == 2
    assert channel._texts.of(site.delivery().warning)[:20] in log


def report(folder: Path, word: str) -> None:
    """A delivery report comes to the phone."""
    digits, text = (x.encode("utf-16-be").hex().upper() for x in (f"+{NUMBER}", word))
    said = REPORT.format(number=NUMBER, digits=digits, word=text, length=len(word))
    fresh = folder / "phone" / "report"
    fresh.write_text(said)
    fresh.rename(folder / "phone" / "sms" / "1" / "1")


@pytest.mark.parametrize(("word", "state"), [("Delivered", "delivered"), ("Failed", "failed")])
def test_reports_in_the_log_of_the_real_daemon(
    site: Site, daemon: subprocess.Popen[bytes], word: str, state: str
) -> None:
    channel = site.open(parts=1, log=site.folder / "log")
    channel.send(site.delivery())
    site.wait(lambda: [r.state.value for r in site.told] == ["accepted"])
    report(site.folder, word)
    site.wait(lambda: len(site.told) == 2)
    assert daemon.poll() is None
    assert (site.told[1].id, site.told[1].state.value) == (site.delivery().key, state)


def test_reports_are_found_again_after_a_restart(
    site: Site, daemon: subprocess.Popen[bytes]
) -> None:
    site.open(parts=1, log=site.folder / "log").send(site.delivery())
    site.wait(lambda: bool(site.told))
    site.channels.pop().close()
    report(site.folder, "Delivered")
    site.told.clear()
    site.open(parts=1, log=site.folder / "log")
    site.wait(lambda: "delivered" in [r.state.value for r in site.told])
