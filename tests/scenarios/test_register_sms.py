"""Short messages to whom the register knows, through a real Kannel: who, what, and no trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dissemination.targeting import Contact, Entry, Register, changes, stored
from dissemination.targeting.places import Place
from tests.kannel import PASSWORD, USER, Gateway, gateway
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.test_kannel import RED, County, end

__all__ = ["broker", "gateway"]

AREA = "A0"
CHANNEL = """  sms:
    kind: kannel
    options:
      url: {url}
      username: {user}
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: register
      dead_after: 1
      no_such_number: [NACK]
      receipts: http://127.0.0.1:{port}/kannel
messages:
  - {{audiences: [contacts], zh: "{{place}}{{action}}（致联络员）"}}
"""


@pytest.fixture
def county(
    tmp_path: Path, broker: Mosquitto, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[County]:
    monkeypatch.setenv("TONGLUO_TEST_SMS", PASSWORD)
    yield County(tmp_path, broker, gateway)


def number(n: int) -> str:
    return f"861990000{n:04d}"


def configure(county: County) -> None:
    channel = CHANNEL.format(url=county.gateway.url, user=USER, port=county.listen)
    text = county.site.config.read_text().replace("channels: [record]", "channels: [sms]")
    county.site.config.write_text(text.replace("  record: {kind: recording}\n", channel))


def test_from_the_register_to_the_phones(county: County) -> None:
    configure(county)
    people = [Entry(f"户 {n:05d}", "group", contacts=(Contact("sms", number(n)),))
              for n in range(40)]  # fmt: skip
    people += [
        Entry("户 00100", AREA, contacts=(Contact("sms", number(100)),), audience="contacts"),
        Entry("户 00101", "elsewhere", contacts=(Contact("sms", number(101)),)),
    ]
    with closing(Register.open(county.site.var)) as register:  # no fork may inherit it
        with register.transaction():
            stored.put(register.db, [Place("group", parent=AREA), Place("elsewhere")], "map")
        changes.put(register, "list", people, "duty", 1)
    county.warn(RED)
    dispatcher, pipe = county.site.dispatch()
    county.site.wait(dispatcher, lambda: county.count("delivered") == 41, 120)
    end(dispatcher, pipe)
    county.gateway.stop()
    heard = county.gateway.texts()
    assert set(heard) == {number(n) for n in (*range(40), 100)}
    residents = {text for n in range(40) for text in heard[number(n)]}
    (contact,) = heard[number(100)]
    assert len(residents) == 1 and contact.endswith("（致联络员）") and "立即" in contact
    with closing(Register.open(county.site.var)) as register:
        assert AREA in register.places()  # the configuration's own, put there by the dispatcher
    traces = re.compile(rb"861990000\d{4}")
    for path in county.site.var.rglob("*"):
        if path.is_file():
            assert not traces.search(path.read_bytes()), path
