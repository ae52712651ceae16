"""Tasks to wardens through a real Kannel, further ones among them, and their answers back through
it: who was told, how many doors are done, and what is no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dissemination.phones import digest, key_of
from dissemination.rounds import endpoint
from dissemination.targeting import Contact, Entry, Register, changes
from tests.kannel import INSTALL, PASSWORD, USER, Gateway, missing
from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.scenarios.test_kannel import RED, County, end
from tongluo.cli.app import main
from tongluo.core.clock import now_ms
from tongluo.core.times import iso
from tongluo.daemon.deliveries import Deliveries, Planned

__all__ = ["broker"]

AREA, TOKEN = "A0", "a-word-nobody-may-see"
CHANNEL = """  sms:
    kind: kannel
    options:
      url: {url}
      username: {user}
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: register
      receipts: http://127.0.0.1:{port}/kannel
  tasks:
    kind: wardens
    options:
      by: sms
      answers: http://127.0.0.1:{answers}/answers
      token: {{file: token}}
coverage:
  channels: {{tasks: {{reach: 0.9, proof: person, rate: 600/min}}}}
"""
WARDEN, DEPUTY, OTHER, STRANGER = (f"861990000{n:04d}" for n in (1, 2, 3, 4))


@pytest.fixture
def county(tmp_path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    if missing():
        pytest.skip(f"needs the SMS gateway: {INSTALL}")
    monkeypatch.setenv("TONGLUO_TEST_SMS", PASSWORD)
    (tmp_path / "kannel").mkdir()
    answers = free_port()
    gateway = Gateway(tmp_path / "kannel", f"http://127.0.0.1:{answers}/answers?k={TOKEN}")
    made = County(tmp_path, broker, gateway)
    channel = CHANNEL.format(url=gateway.url, user=USER, port=made.listen, answers=answers)
    text = made.site.config.read_text().replace("channels: [record]", "channels: [tasks]")
    text = text.replace("clock: stream, tick: 1 min", "clock: system, tick: 1 s")
    made.site.config.write_text(text.replace("  record: {kind: recording}\n", channel))
    try:
        gateway.start()
        yield made
    finally:
        gateway.stop()


def fill(folder: Path) -> None:
    """A warden and a deputy of ten people in three houses, and a warden of elsewhere."""
    people = [
        Entry("W 1", AREA, audience="contacts", rank="group", contacts=(_sms(WARDEN),)),
        Entry("W 2", AREA, audience="contacts", rank="group", deputy_of="W 1",
              contacts=(_sms(DEPUTY),)),
        Entry("W 3", "away", audience="contacts", rank="group", contacts=(_sms(OTHER),)),
        *(Entry(f"H {n}", AREA, sort="household", size=size) for n, size in enumerate((2, 3, 5))),
    ]  # fmt: skip
    with closing(Register.open(folder)) as register:
        changes.put(register, "list", people, "duty", 1)
    (folder / "token").write_text(TOKEN)


def _sms(number: str) -> Contact:
    return Contact("sms", number)


def said(county: County) -> dict[str, list[str]]:
    """Number -> what it answered, in order."""
    key = key_of(county.site.var)
    names = {digest(n, key): n for n in (WARDEN, DEPUTY, OTHER, STRANGER)}
    found: dict[str, list[str]] = {}
    rows = "SELECT key, raw FROM receipts WHERE raw LIKE 'answer: %' ORDER BY at"
    for name, raw in county.site.query(rows, file="deliveries.db"):
        found.setdefault(names[endpoint(name.rpartition(":")[2])], []).append(raw)
    return found


def escalate(county: County) -> None:
    """The warden is sent to the second door, and to the third one later."""
    ((identifier, event),) = county.site.query("SELECT identifier, event FROM warnings")
    target = digest(WARDEN, key_of(county.site.var))
    fan = Planned(f"{identifier}:tasks:{AREA}", identifier, event, "tasks", AREA, 4)
    with closing(Register.open(county.site.var)) as register:
        rows = register.db.execute("SELECT id FROM entries WHERE sort = 'household' ORDER BY id")
        doors = [entry for (entry,) in rows]
    with closing(Deliveries(county.site.var / "deliveries.db")) as deliveries:
        for entry in doors[1:]:
            deliveries.give(fan, 4, {target: [(entry, 1)]}, [], now_ms())


def covered(county: County, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    with pytest.raises(SystemExit) as ended:
        main(["coverage", AREA, "--json", "--config", str(county.site.config)])
    told = capsys.readouterr()
    assert not ended.value.code, told.err
    found: dict[str, Any] = json.loads(told.out)
    return found


def test_tasks_go_out_and_answers_come_back(
    county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(county.site.var)
    county.warn(RED, iso(now_ms()))
    escalate(county)
    dispatcher, pipe = county.site.dispatch()
    county.site.wait(dispatcher, lambda: county.count("delivered") == 3, 60)
    tasks = {number: "".join(parts) for number, parts in county.gateway.texts().items()}
    assert set(tasks) == {WARDEN, DEPUTY}, "a warden of elsewhere is left alone"
    assert "您负责3户10人。回复1收到" in tasks[DEPUTY], "of the warning itself, once"
    assert "您负责3户10人。先去第2户。回复1收到" in tasks[WARDEN]
    assert "仍未确认：第3户。回复1收到" in tasks[WARDEN]
    assert tasks[WARDEN].count("您负责") == tasks[WARDEN].count("仍未确认") == 1

    def answer(number: str, text: str, heard: dict[str, list[str]]) -> None:
        county.gateway.answer(number, text)
        county.site.wait(dispatcher, lambda: said(county) == heard, 60)
        county.gateway.hang_up()

    county.gateway.answer(STRANGER, "1")
    refused = f"from={STRANGER}"
    county.site.wait(dispatcher, lambda: refused in county.gateway.log("smsbox"), 60)
    county.gateway.hang_up()
    answer(DEPUTY, "1", {DEPUTY: ["answer: received"]})
    assert (county.count("acknowledged"), county.count("delivered")) == (1, 2)
    assert covered(county, capsys)["counts"] == []
    done = {DEPUTY: ["answer: received"], WARDEN: ["answer: done 7, refused 3"]}
    answer(WARDEN, "完成7拒绝3", done)
    assert county.count("acknowledged") == 2
    done[WARDEN].append("answer: 裂缝变宽")
    answer(WARDEN, "裂缝变宽", done)
    reached = covered(county, capsys)
    (counted,) = reached["counts"]
    assert (counted["by"], counted["told"]) == ("answer", [7, 10])
    assert county.count("delivered") == 1, "an answer is to the newest task of its sender"
    assert (reached["whole"]["confirmed"], reached["whole"]["told"]) == (2, [9, 12])
    end(dispatcher, pipe)
    assert set(said(county)) == {WARDEN, DEPUTY}, "who has no task answers nothing"
