"""Short messages through a real Kannel: one a recipient, receipts exact, kills in mid fan-out."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dissemination.channels.kannel import unseal
from dissemination.phones import digest, key_of
from tests.kannel import PASSWORD, USER, Gateway, gateway
from tests.laws.live import Alive, Site, publish
from tests.mosquitto import Mosquitto, broker
from tests.ports import free_port
from tests.relay import Relay
from tongluo.daemon.lane import WINDOW

__all__ = ["broker", "gateway"]

CHANNEL = """  sms:
    kind: kannel
    options:
      url: {url}
      username: {user}
      password: {{env: TONGLUO_TEST_SMS}}
      recipients: {{file: people.txt}}
      parts: 1
      receipts: http://127.0.0.1:{told}/kannel
      listen: http://127.0.0.1:{listen}
"""
RED, YELLOW = 4.5, 2.5


class County:
    """A site with one warned area, its recipients, and the ways to them."""

    def __init__(self, folder: Path, broker: Mosquitto, gateway: Gateway) -> None:
        self.site = Site(folder, broker.url, stations=1)
        self._port, self.gateway = broker.port, gateway
        self.listen = free_port()

    def configure(self, told: int, people: int) -> None:
        """told: the port that Kannel tells its reports to."""
        channel = CHANNEL.format(url=self.gateway.url, user=USER, told=told, listen=self.listen)
        text = self.site.config.read_text().replace("channels: [record]", "channels: [sms]")
        self.site.config.write_text(text.replace("  record: {kind: recording}\n", channel))
        self.site.var.mkdir()
        self.numbers = [f"86138{n:08d}" for n in range(people)]
        others = ["8613999999999,A7"]  # of another area
        (self.site.var / "people.txt").write_text("\n".join([*self.numbers, *others]))

    def warn(self, stage: float, at: str = "2026-07-01T00:00:00Z") -> None:
        """One warning version, in the outbox."""
        daemon = self.site.start()
        self.site.wait_subscribed(daemon)
        body = f'{{"time": "{at}", "value": {stage}}}'.encode()
        publish(self._port, [("ews/S0/stage", body)]).join(60)
        self.site.wait(daemon, lambda: self.site.query("SELECT 1 FROM warnings") == [(1,)])
        os.kill(daemon.pid or 0, signal.SIGTERM)
        daemon.join(20)
        assert daemon.exitcode == 0

    def states(self) -> dict[str, str]:
        """number -> state of its delivery."""
        key = key_of(self.site.var)
        names = {digest(n, key): n for n in self.numbers}
        rows = self.site.query("SELECT target, state FROM deliveries", file="deliveries.db")
        assert len(rows) == len(names)
        return {names[target]: state for target, state in rows}

    def count(self, state: str) -> int:
        found = self.site.query(
            "SELECT count(*) FROM deliveries WHERE state = ?", state, file="deliveries.db"
        )
        return int(found[0][0])


@pytest.fixture
def county(
    tmp_path: Path, broker: Mosquitto, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[County]:
    monkeypatch.setenv("TONGLUO_TEST_SMS", PASSWORD)
    yield County(tmp_path, broker, gateway)


def end(process: Alive, pipe: int) -> None:
    os.close(pipe)
    process.join(30)
    assert process.exitcode == 0


def receipts_lost_late_and_spoilt(county: County, people: int, patience: float) -> None:
    relay = Relay(county.listen, seed=7, weights=(50, 15, 15, 10, 5, 5))
    county.configure(relay.port, people)
    county.warn(RED)
    dispatcher, pipe = county.site.dispatch()
    county.site.wait(dispatcher, lambda: sum(relay.did.values()) == 2 * people, patience)
    relay.release()
    end(dispatcher, pipe)
    relay.close()
    county.gateway.stop()
    assert min(relay.did.values()) > people // 50 and len(relay.did) == 6
    assert county.gateway.heard() == Counter(county.numbers)
    states = county.states()
    assert states == expected(county, relay)
    assert set(states.values()) == {"handed_over", "accepted", "delivered", "failed"}
    intact = sum(map(len, relay.told.values()))
    useless = "SELECT state FROM receipts WHERE state = 'unknown'"
    kept = county.site.query("SELECT count(*) FROM receipts", file="deliveries.db")[0][0]
    unknown = len(county.site.query(useless, file="deliveries.db"))
    assert kept == intact + unknown and 0 < unknown <= relay.did["spoil"]


def expected(county: County, relay: Relay) -> dict[str, str]:
    """By what the relay let through whole: the best that is proven of each."""
    key = key_of(county.site.var)
    names = {digest(n, key): n for n in county.numbers}
    found = dict.fromkeys(county.numbers, "handed_over")
    for word, told in relay.told.items():
        target = (unseal(word, key) or "").rpartition(":")[2]
        best = "delivered" if "1" in told else "failed" if "2" in told else "accepted"
        found[names[target]] = best
    return found


def test_receipts_lost_late_and_spoilt(county: County) -> None:
    receipts_lost_late_and_spoilt(county, 300, 60)


@pytest.mark.long
def test_receipts_of_ten_thousand(county: County) -> None:
    receipts_lost_late_and_spoilt(county, 10_000, 600)


STEADY = 50
"""Looks in a row, 20 ms or more apart."""


def kill_in_mid_fan_out(county: County, people: int, stage: float, kills: int) -> None:
    """Killed before and after hand-overs; each time the next dispatcher goes on."""
    county.configure(county.listen, people)
    county.warn(stage)
    for n in range(kills):
        name = "after_hand_over" if n % 2 else "before_hand_over"
        dispatcher, pipe = county.site.dispatch(crash_at=f"{name}:{people // (kills + 1)}")
        os.close(pipe)
        dispatcher.join(60)
        assert dispatcher.exitcode == -signal.SIGKILL
    dispatcher, pipe = county.site.dispatch()
    open_ = ("queued", "attempted", "handed_over", "accepted")

    steady = [0]

    def told() -> bool:  # Kannel tells again, a while later, what it could not tell
        heard = len(county.gateway.heard())
        done = sum(map(county.count, open_)) == 0 and county.count("delivered") == heard
        steady[0] = steady[0] + 1 if done else 0  # a message may still lie in the gateway
        return steady[0] > STEADY

    county.site.wait(dispatcher, told, 60)
    end(dispatcher, pipe)
    county.gateway.stop()


def test_of_red_nobody_is_forgotten(county: County) -> None:
    """Who was in flight may hear it twice, once a kill, and was counted as unknown before."""
    kill_in_mid_fan_out(county, 200, RED, kills=4)
    heard = county.gateway.heard()
    assert set(heard) == set(county.numbers)
    assert set(county.states().values()) == {"delivered"}
    twice = {n for n, times in heard.items() if times > 1}
    assert sum(heard.values()) - len(heard) <= 4 * WINDOW
    key = key_of(county.site.var)
    doubt = county.site.query(
        "SELECT key FROM history WHERE detail = 'cut off in mid hand-over'", file="deliveries.db"
    )
    assert {digest(n, key) for n in twice} <= {k.rpartition(":")[2] for (k,) in doubt}


def test_of_yellow_nobody_hears_it_twice(county: County) -> None:
    """What was cut off is not repeated; a receipt tells of those who had been sent it after all."""
    kill_in_mid_fan_out(county, 200, YELLOW, kills=4)
    heard, states = county.gateway.heard(), county.states()
    assert set(heard.values()) == {1}
    assert {n for n, state in states.items() if state == "delivered"} == set(heard)
    unknown = {n for n, state in states.items() if state == "unknown"}
    assert set(states) - set(heard) == unknown
    assert 0 < len(unknown) <= 4 * WINDOW


def test_a_gateway_that_is_away_delays_and_loses_nothing(county: County) -> None:
    county.gateway.stop()
    county.configure(county.listen, 20)
    county.warn(RED)
    dispatcher, pipe = county.site.dispatch()
    tried = "SELECT count(*) FROM deliveries WHERE detail LIKE '%cannot be reached%'"
    county.site.wait(dispatcher, lambda: county.site.query(tried, file="deliveries.db")[0][0] > 0)
    county.gateway.start()
    county.site.wait(dispatcher, lambda: county.count("delivered") == 20, 150)
    end(dispatcher, pipe)
    county.gateway.stop()
    assert county.gateway.heard() == Counter(county.numbers)


def test_no_number_is_written_down(county: County, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither in the store nor in what the processes say, whatever the gateway answers."""
    county.configure(county.listen, 20)
    bad = county.site.config.read_text().replace("username: tongluo", "username: nobody")
    county.site.config.write_text(bad)
    county.warn(RED)
    dispatcher, pipe = county.site.dispatch()
    refused = "SELECT count(*) FROM history WHERE detail LIKE '%403%'"
    county.site.wait(
        dispatcher, lambda: county.site.query(refused, file="deliveries.db")[0][0] >= 20
    )
    end(dispatcher, pipe)
    captured, said = capfd.readouterr(), county.site.stderr()
    kept = b"".join(p.read_bytes() for p in county.site.var.glob("deliveries.db*"))
    assert "403" in said
    for number in county.numbers:
        assert number not in captured.out + captured.err + said
        assert number.encode() not in kept
