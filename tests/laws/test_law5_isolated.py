"""Law 5: one bad thing stops nothing else; it is isolated, counted and shown."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ingest.decode import Decoder, Route
from tests.laws.live import Site, flood, publish
from tests.mosquitto import Mosquitto, broker
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.effects import Readings, Tick
from tongluo.core.times import parse_time
from tongluo.daemon.client import HEAD
from tongluo.daemon.intake import decoder_of
from tongluo.engine import Engine

__all__ = ["broker"]

START = parse_time("2026-07-01T00:00:00+08:00")


def stop(site: Site, daemon: object) -> None:
    os.kill(daemon.pid, signal.SIGTERM)
    daemon.join(30)
    assert daemon.exitcode == 0


def test_poison_among_good_messages(broker: Mosquitto, tmp_path: Path) -> None:
    """Whatever bytes come: kept raw with a reason, acknowledged, and the rest goes on."""
    site = Site(tmp_path, broker.url)
    daemon = site.start()
    site.wait_subscribed(daemon)
    good = flood(5, 100, START)
    poison = [
        b"",
        b"\x00\xff",
        b"{",
        b"[[[[" * 5000,
        b'{"value": 1e999}',
        b"null",
        b"x" * 2_000_000,
    ]
    mixed = list(good)
    for n, payload in enumerate(poison):
        mixed.insert(n * 50, (f"ews/S{n % 5}/stage", payload))
    mixed.insert(7, ("ews/S0/stage", b'{"station": "S1", "value": 1, "time": 1782864000}'))
    publish(broker.port, mixed).join(60)
    site.wait(daemon, lambda: site.received() >= len(good))
    stop(site, daemon)
    found = site.query("SELECT code, length(raw) FROM rejects ORDER BY id")
    assert len(found) == len(poison) + 1
    assert ("speaks_for_another", 49) in found
    cut = max(size for _, size in found)  # the head of a message too long to be kept whole
    assert HEAD - 100 < cut < HEAD
    again = site.start()  # nothing was left unacknowledged: no poison comes back
    site.wait_subscribed(again)
    publish(broker.port, flood(1, 1, START + 86_400_000)).join(60)
    site.wait(again, lambda: site.received() >= len(good) + 1)
    stop(site, again)
    assert len(site.query("SELECT 1 FROM rejects")) == len(poison) + 1


def test_a_dead_channel_delays_no_other(broker: Mosquitto, tmp_path: Path) -> None:
    site = Site(tmp_path, broker.url)
    text = site.config.read_text()
    text = text.replace("channels: [record]", "channels: [dead, record]").replace(
        "  record: {kind: recording}",
        "  record: {kind: recording}\n  dead: {kind: mqtt, options: {url: 'mqtt://127.0.0.1:9'}}",
    )
    site.config.write_text(text)
    daemon = site.start()
    site.wait_subscribed(daemon)
    dispatcher, pipe = site.dispatch()
    publish(broker.port, flood(5, 100, START)).join(60)
    site.wait(daemon, lambda: site.received() >= 500)
    warnings = len(site.query("SELECT 1 FROM warnings"))
    assert warnings > 20
    states = "SELECT count(*) FROM deliveries WHERE channel = ? AND state = ?"
    site.wait(
        daemon,
        lambda: site.query(states, "record", "accepted", file="deliveries.db")[0][0] == warnings,
    )
    waiting = site.query(states, "dead", "queued", file="deliveries.db")[0][0]
    reason = site.query("SELECT detail FROM deliveries WHERE attempts > 0 AND channel = 'dead'",
                        file="deliveries.db")  # fmt: skip
    assert waiting + len(reason) >= warnings
    assert any("cannot be reached" in text for (text,) in reason)
    os.close(pipe)
    dispatcher.join(30)
    stop(site, daemon)


def test_a_dead_station_is_told_and_holds_only_its_own_area(tmp_path: Path) -> None:

    site = Site(tmp_path, "mqtt://127.0.0.1:1")
    loaded = load(site.config)
    engine = Engine(plan(loaded.config, loaded.digest))
    dead = [m for m in flood(5, 400, START) if not (m[0] == "ews/S2/stage" and _minute(m) > 200)]
    decoded = decoder_of(engine.plan, {}).decode((t, p, 0) for t, p in dead)
    effects = engine.feed(Readings(decoded.columns))
    more = engine.feed(Tick(START + 400 * 60_000))
    told = [c for c in effects.conditions + more.conditions if c.kind == "silent"]
    assert [(c.sensor, c.begins) for c in told] == [("S2/stage", True)]
    last = {d.area: d.after for d in effects.decisions + more.decisions}
    assert last["A2"] == "red"
    assert {last[f"A{n}"] for n in (0, 1, 3, 4)} == {"none"}


def _minute(message: tuple[str, bytes]) -> float:
    return (parse_time(json.loads(message[1])["time"]) - START) / 60_000


def test_a_codec_that_fails_is_a_reject_of_its_own() -> None:
    class Broken:
        def decode(self, payload: bytes, topic: str, sink: object) -> None:
            raise ZeroDivisionError("a fault of the codec")

    decoder = Decoder([Route("x", Broken(), "broken")], {}, {})
    decoded = decoder.decode([("x", b"1", 1), ("y", b"2", 1)])
    assert [(r.code, r.raw) for r in decoded.rejects] == [("codec_fault", b"1"), ("topic", b"2")]


@pytest.mark.parametrize("spoil", ["cut", "noise"])
def test_a_spoilt_snapshot_is_passed_over(broker: Mosquitto, tmp_path: Path, spoil: str) -> None:
    site = Site(tmp_path, broker.url)
    daemon = site.start()
    site.wait_subscribed(daemon)
    publish(broker.port, flood(5, 100, START)).join(60)
    site.wait(daemon, lambda: site.received() >= 500)
    stop(site, daemon)
    before = site.query("SELECT max(seq) FROM journal")
    for path in (site.var / "snapshots").rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:50] if spoil == "cut" else os.urandom(200))
    again = site.start()
    site.wait_subscribed(again)
    publish(broker.port, flood(5, 101, START)[-5:]).join(60)
    site.wait(again, lambda: site.received() >= 505)
    stop(site, again)
    assert site.query("SELECT max(seq) FROM journal") > before


def test_a_corrupt_journal_is_set_aside_with_its_loss_told(
    broker: Mosquitto, tmp_path: Path
) -> None:
    site = Site(tmp_path, broker.url)
    site.var.mkdir()
    (site.var / "journal.db").write_bytes(b"this was a journal once" * 500)
    daemon = site.start()
    site.wait_subscribed(daemon)
    publish(broker.port, flood(1, 3, START)).join(60)
    site.wait(daemon, lambda: site.received() == 3)
    stop(site, daemon)
    assert '"state":"corrupt"' in site.stderr()
    (aside,) = site.var.glob("corrupt-*")
    assert (aside / "journal.db").read_bytes().startswith(b"this was")
