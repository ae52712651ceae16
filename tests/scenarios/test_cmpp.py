"""Short messages through a CMPP gateway of our own: receipts exact, kills, breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ismg import SECRET, Ismg, ismg
from tests.mosquitto import Mosquitto, broker
from tests.sms_county import RED, Centred, end

__all__ = ["broker", "ismg"]

CHANNEL = """  sms:
    kind: cmpp
    options:
      url: {url}
      sp_id: "901234"
      source: "10690001"
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: {{file: people.txt}}
      parts: 1
      window: {window}
"""


@pytest.fixture
def county(
    tmp_path: Path, broker: Mosquitto, ismg: Ismg, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Centred]:
    monkeypatch.setenv("TONGLUO_TEST_SMS", SECRET)
    yield Centred(tmp_path, broker, ismg, CHANNEL)


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
