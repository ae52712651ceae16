"""Short messages through a centre that is kept connected to, over each protocol: a real SMPP
centre, and a CMPP gateway of our own. Receipts exact, kills, breaks, a full centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ismg import SECRET, ismg
from tests.mosquitto import Mosquitto, broker
from tests.sms_county import RED, Centred, end
from tests.smsc import smsc

__all__ = ["broker", "ismg", "smsc"]

COMMON = """  sms:
    kind: KIND
    options:
      url: {url}
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: {{file: people.txt}}
      parts: 1
      window: {window}
"""
OWN = {
    "smpp": ("smsc", "secret", "      system_id: tongluo\n"),
    "cmpp": ("ismg", SECRET, '      sp_id: "901234"\n      source: "10690001"\n'),
}
"""Kind -> (its centre, password, options)."""


@pytest.fixture(params=OWN)
def county(
    tmp_path: Path, broker: Mosquitto, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Centred]:  # fmt: skip
    centre, password, options = OWN[request.param]
    monkeypatch.setenv("TONGLUO_TEST_SMS", password)
    channel = COMMON.replace("KIND", request.param) + options
    yield Centred(tmp_path, broker, request.getfixturevalue(centre), channel)


def test_receipts_lost_late_and_spoilt(county: Centred) -> None:
    county.receipts_lost_late_and_spoilt(300, 120)


def test_of_red_nobody_is_forgotten(county: Centred) -> None:
    county.red_forgets_nobody(200, 4, 120)


def test_of_yellow_nobody_hears_it_twice(county: Centred) -> None:
    county.yellow_tells_nobody_twice(200, 4, 120)


def test_it_goes_on_after_a_break(county: Centred) -> None:
    county.goes_on_after_a_break(90, 120)


@pytest.mark.long
def test_ten_thousand_and_kills(county: Centred) -> None:
    county.red_forgets_nobody(10_000, 20, 600)


@pytest.mark.long
def test_ten_thousand_receipts(county: Centred) -> None:
    county.receipts_lost_late_and_spoilt(10_000, 600)


def test_a_centre_that_is_full_gets_all_in_the_end(county: Centred) -> None:
    county.centre.manner["throttle"] = 20
    county.centre.start()
    county.configure(60)
    county.warn(RED)
    dispatcher, pipe = county.site.dispatch()
    county.site.wait(dispatcher, county.settled, 120)
    end(dispatcher, pipe)
    heard = county.centre.heard()
    assert set(heard) == set(county.numbers) and set(heard.values()) == {1}
    assert [m["fate"] for m in county.centre.messages()].count("throttled") == 3
