"""A warden without a role reports counts to the real daemon, which is killed; coverage has them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.laws.live import Site
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.hearing import send
from tests.unit.cli.conftest import Call, call
from tongluo.core.times import iso, parse_time
from tongluo.core.tokens import digest
from tongluo.replay.journal import recorded, replay_journal
from tongluo.store.journal import broken_link, connect

__all__ = ["broker", "call"]

START = parse_time("2026-07-01T00:00:00+08:00")
TOKEN = "secret-of-xu"
MORE = f"""
operators:
  xu: {{name: 徐, roles: [], digest: "{digest(TOKEN)}"}}
coverage:
  channels:
    tv: {{audibility: 0.5, proof: played}}
"""


def test_a_warden_reports_counts_and_a_broadcast(
    tmp_path: Path, broker: Mosquitto, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 0: red in A0. At 1: 7 of 10 out, one refuses, television has shown it; killed."""
    monkeypatch.setenv("TONGLUO_TOKEN", TOKEN)
    site = Site(tmp_path, broker.url, stations=1)
    site.config.write_text(site.config.read_text() + MORE)
    daemon = site.start()
    site.wait_subscribed(daemon)
    said = [json.dumps({"time": iso(START + n * 60_000), "value": 4.5}).encode() for n in (0, 1)]
    send(broker.port, said, "ews/S0/stage")
    site.wait(daemon, lambda: bool(site.query("SELECT 1 FROM warnings WHERE level = 4")))
    by = ("--operator", "xu", "--config", site.config)
    assert call("report", "A0", "--told", 11, "--force", *by).code == 0
    told = call("report", "A0", "--out", 7, "--refuse", 1, "--of", 10, *by)
    assert told.code == 0 and "8 people told" in told.out
    assert call("report", "A0", "--told", 11, "--of", 10, *by).code == 1
    many = call("report", "A0", "--told", 11, *by)
    assert many.code == 1 and "A0 has 10 people" in many.err and "--force" in many.err
    monkeypatch.setenv("TONGLUO_TOKEN", "another")
    assert "wrong token" in call("report", "A0", "--told", 9, *by).err
    monkeypatch.setenv("TONGLUO_TOKEN", TOKEN)
    assert call("report", "A0", "--channel", "tv", *by).code == 0
    daemon.kill()
    daemon.join()
    ended = call("coverage", "A0", "--json", "--config", site.config)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found["whole"]["told"] == [8, 8] and found["whole"]["confirmed"] == 0
    assert [(c["who"], c["told"], c["of"]) for c in found["counts"]] == [("xu", [8, 8], 10)]
    assert {c["name"]: c["states"] for c in found["channels"]}["tv"] == {"played": 1}
    shown = call("show", "reports", "--config", site.config).out
    assert "count" in shown and "shown" in shown
    path = site.var / "journal.db"
    with closing(connect(path, read_only=True)) as journal:
        assert broken_link(journal) is None
    assert replay_journal(path).hexdigest() == recorded(path).hexdigest()
