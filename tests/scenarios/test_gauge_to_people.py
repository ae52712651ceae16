"""The whole way: a gauge, a proposal, two persons, short messages, receipts, coverage; taken back.

Everything is real but the phones: broker, daemon, command line, register, dispatcher, Kannel.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dissemination.targeting import Contact, Entry, Register, changes
from tests.kannel import PASSWORD, USER, Gateway, gateway
from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.scenarios.hearing import send
from tests.scenarios.test_approval_live import TOKENS, Desk, up
from tests.scenarios.test_kannel import end
from tongluo.cli.app import main
from tongluo.core.clock import now_ms
from tongluo.core.times import iso

__all__ = ["broker", "gateway"]

HOUSES, SIZE = 20, 3
CHANNELS = """channels:
  record: {{kind: recording}}
  sms:
    kind: kannel
    options:
      url: {url}
      username: {user}
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: register
      receipts: http://127.0.0.1:{port}/kannel
coverage:
  channels: {{sms: {{reach: 0.8, proof: person, rate: 600/min}}}}
"""


class Valley(Desk):
    """Two persons approve; short messages go to the households of the register."""

    def __init__(self, folder: Path, url: str, sms: Gateway) -> None:
        super().__init__(folder, url)
        text = self.config.read_text(encoding="utf-8")
        before = "channels:\n  record: {kind: recording}\n"
        assert before in text
        text = text.replace(before, CHANNELS.format(url=sms.url, user=USER, port=free_port()))
        text = text.replace("    channels: [record]\n", "    channels: [record, sms]\n")
        text = text.replace("    levels: {blue: {issue: automatic}}\n", "")
        text = text.replace("clock: stream, tick: 1 min", "clock: system, tick: 1 s")
        self.config.write_text(text, encoding="utf-8")
        houses = [
            Entry(f"户 {n:05d}", "A0", sort="household", size=SIZE,
                  contacts=(Contact("sms", f"861990000{n:04d}"),))
            for n in range(HOUSES)
        ]  # fmt: skip
        with closing(Register.open(self.var)) as register:
            changes.put(register, "list", houses, "duty", 1)

    def delivered(self) -> int:
        """Messages that a phone has confirmed."""
        told = "SELECT count(*) FROM deliveries WHERE channel = 'sms' AND state = 'delivered'"
        return int(self.query(told, file="deliveries.db")[0][0])


@pytest.fixture
def valley(
    tmp_path: Path, broker: Mosquitto, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Valley]:
    monkeypatch.setenv("TONGLUO_TEST_SMS", PASSWORD)
    site = Valley(tmp_path, broker.url, gateway)
    yield site
    if site.daemon is not None and site.daemon.is_alive():
        site.daemon.kill()
        site.daemon.join()


@pytest.fixture
def call(
    valley: Valley, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """The command line as a person has it (`who`), or as anybody; gives what it says."""

    def said(*words: str, who: str = "") -> str:
        monkeypatch.setenv("TONGLUO_TOKEN", TOKENS.get(who, "none"))
        named = ["--operator", who] if who else []
        with pytest.raises(SystemExit) as ended:
            main([*words, *named, "--config", str(valley.config), "--language", "en"])
        told = capsys.readouterr()
        assert not ended.value.code, told.err
        return told.out

    return said


def test_from_the_gauge_to_the_people_and_back(
    valley: Valley, broker: Mosquitto, gateway: Gateway, call: Callable[..., str]
) -> None:
    daemon = up(valley)
    body = json.dumps({"time": iso(now_ms()), "value": 4.5}).encode()
    send(broker.port, [body], "ews/S0/stage")
    valley.wait(daemon, lambda: valley.states().count("proposed") == 1)
    dispatcher, pipe = valley.dispatch_apart()
    (group,) = valley.ask("/proposals")["groups"]
    call("approve", group["id"], who="li")
    assert gateway.heard().total() == 0, "one of two persons lets nothing out"

    call("approve", group["id"], who="wu")
    os.write(pipe, b".")
    valley.wait(dispatcher, lambda: valley.delivered() == HOUSES, 150)
    assert all("甲洪水红色预警" in x[0] for x in gateway.texts().values())
    reached = json.loads(call("coverage", "A0", "--json"))
    assert (reached["whole"]["people"], reached["whole"]["confirmed"]) == (60, 60)
    (sms,) = [x for x in reached["channels"] if x["name"] == "sms"]
    assert (sms["states"], sms["alone"]) == ({"delivered": HOUSES}, 60)

    call("retract", reached["event"], "--why", "a boat hung on the gauge", who="wu")
    os.write(pipe, b".")
    valley.wait(dispatcher, lambda: valley.delivered() == 2 * HOUSES, 150)
    end(dispatcher, pipe)
    gateway.stop()
    heard = gateway.texts()
    assert len(heard) == HOUSES
    for _, correction, rest in heard.values():
        assert "撤回甲洪水红色预警" in correction and "on the gauge" in rest
