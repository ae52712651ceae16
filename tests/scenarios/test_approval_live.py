"""The real daemon, killed in the middle, its dispatcher, and the command line of two operators."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.laws.live import Site
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.hearing import send
from tongluo.cli.app import main
from tongluo.core.times import iso, parse_time
from tongluo.core.tokens import digest
from tongluo.replay.journal import recorded, replay_journal
from tongluo.store.journal import broken_link, connect

__all__ = ["broker"]

START = parse_time("2026-07-01T00:00:00+08:00")
TOKENS = {"li": "first-secret-of-li", "wu": "second-secret-of-wu"}
POLICIES = """
operators:
  li: {{name: 李, roles: [duty], digest: "{li}"}}
  wu: {{name: 吴, roles: [chief], digest: "{wu}"}}
  xu: {{name: 徐, roles: []}}
policies:
  - by: trial order
    channels: [record]
    levels: {{blue: {{issue: automatic}}}}
    issue: approve
    approve:
      who: [duty, chief]
      two: true
      ladder:
        - {{after: 0 s, whom: duty, by: record}}
        - {{after: 5 min, whom: chief, by: record}}
"""


class Desk(Site):
    """A site where two persons must approve."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url, stations=2)
        text = self.config.read_text(encoding="utf-8")
        said = POLICIES.format(**{name: digest(token) for name, token in TOKENS.items()})
        old = "policies:\n  - {by: trial order, channels: [record]}\n"
        assert old in text
        self.config.write_text(text.replace(old, said), encoding="utf-8")
        self.daemon: BaseProcess | None = None

    def states(self) -> list[str]:
        """States of proposals, from the audit."""
        found = self.query("SELECT body FROM audit WHERE what = 'proposal' ORDER BY id")
        return [json.loads(body)["state"] for (body,) in found]

    def lines(self) -> list[dict[str, Any]]:
        """What the recording channel was handed."""
        path = self.var / "deliveries.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def desk(broker: Mosquitto, tmp_path: Path) -> Iterator[Desk]:
    site = Desk(tmp_path, broker.url)
    yield site
    if site.daemon is not None and site.daemon.is_alive():
        site.daemon.kill()
        site.daemon.join()


def up(desk: Desk) -> BaseProcess:
    desk.daemon = desk.start()
    desk.wait_subscribed(desk.daemon)
    return desk.daemon


def killed(desk: Desk) -> BaseProcess:
    """Another daemon in place of one that was killed."""
    assert desk.daemon is not None
    desk.daemon.kill()
    desk.daemon.join()
    return up(desk)


def gauge(port: int, station: int, minute: int, value: float) -> None:
    body = {"time": iso(START + minute * 60_000), "value": value}
    send(port, [json.dumps(body).encode()], f"ews/S{station}/stage")


def all_clear_by_two(desk: Desk, call: Callable[..., tuple[int, str]]) -> BaseProcess:
    """One person drafts it, the daemon is killed, and another approves it; the new daemon."""
    event = desk.query("SELECT DISTINCT event FROM warnings WHERE level = 4")[0][0]
    code, told = call("cancel", event, "--why", "the gauge is mended", who="wu")
    assert (code, "another person must too" in told) == (0, True)
    daemon = killed(desk)
    (group,) = desk.ask("/proposals")["groups"]
    assert [(p["by"], p["level"]) for p in group["proposals"]] == [("wu", "none")]
    assert "all-clear, asked for by hand" in " ".join(call("show", "proposals")[1].split())
    code, told = call("approve", group["id"], who="li")
    assert (code, told.count("is out")) == (0, 1)
    return daemon


def test_two_persons_approve_a_storm_over_a_kill(
    desk: Desk, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def call(*words: str, who: str = "", token: str = "") -> tuple[int, str]:
        monkeypatch.setenv("TONGLUO_TOKEN", token or TOKENS.get(who, "none"))
        named = ["--operator", who] if who else []
        with pytest.raises(SystemExit) as ended:
            main([*words, *named, "--config", str(desk.config), "--language", "en"])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out + told.err

    daemon = up(desk)
    gauge(broker.port, 0, 1, 3.5)
    gauge(broker.port, 1, 2, 4.5)
    desk.wait(daemon, lambda: desk.states().count("proposed") == 2)
    daemon = killed(desk)

    (group,) = desk.ask("/proposals")["groups"]
    shown = call("show", "proposals")[1]
    assert f"{group['id']}@2" in shown
    assert "0/2" in shown

    assert call("approve", group["id"], who="li", token="guessed") == (
        1, "tongluo: no such operator, or a wrong token\n")  # fmt: skip
    assert call("approve", group["id"], who="xu")[0] == 1  # has no token at all
    code, told = call("approve", f"{group['id']}@1", who="li")
    assert (code, "look again" in told) == (1, True)

    code, told = call("answer", f"{group['id']}.v2.s1.li", who="li")
    assert code == 0, told
    code, told = call("approve", f"{group['id']}@2", who="li")
    assert (code, told.count("another person must too")) == (0, 2)
    assert call("approve", group["id"], who="li")[0] == 1
    code, told = call("approve", group["id"], who="wu")
    assert (code, told.count("is out")) == (0, 2)
    assert call("show", "calls")[1].count("li") >= 1

    dispatcher, pipe = desk.dispatch()
    keys = "identifier", "target"
    desk.wait(daemon, lambda: len({x["key"] for x in desk.lines()}) == 6)
    os.close(pipe)
    dispatcher.join(20)
    handed = [tuple(x[k] for k in keys) for x in desk.lines()]
    assert len([x for x in handed if x[0].startswith("tongluo.call.") and x[1] == "li"]) == 2
    assert {x["status"] for x in desk.lines() if x["target"] == "li"} == {"Draft"}
    assert desk.query("SELECT DISTINCT audience FROM batches WHERE identifier LIKE '%call%'",
                      file="deliveries.db") == [("staff",)]  # fmt: skip
    assert not list((desk.var / "warnings").glob("*call*"))

    daemon = all_clear_by_two(desk, call)
    os.kill(daemon.pid or 0, signal.SIGTERM)
    daemon.join(30)
    assert (
        recorded(desk.var / "journal.db").hexdigest()
        == replay_journal(desk.var / "journal.db").hexdigest()
    )
    assert desk.states()[-7:] == [
        "signed", "signed", "issued", "issued", "proposed", "signed", "issued"]  # fmt: skip
    with connect(desk.var / "journal.db", read_only=True) as db:
        assert broken_link(db) is None
        counted = "SELECT what, count(*) FROM audit WHERE what LIKE ? GROUP BY what"
        assert db.execute(counted, ("refused",)).fetchall() == [("refused", 2)]
        assert db.execute(counted, ("turned_away",)).fetchall() == [("turned_away", 2)]
    for path in (p for p in desk.var.rglob("*") if p.is_file()):
        kept = path.read_bytes()
        assert not any(token.encode() in kept for token in (*TOKENS.values(), "guessed"))
