"""Law 4: what was acknowledged is kept; nothing goes out twice.

The daemon is ended by SIGKILL at random moments and at every named point while a publisher sends
through a real mosquitto; then the journal must hold every reading once, its replay must give the
decisions it holds, and these must be the ones of an undisturbed run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.live import START_PATIENCE, Site, acknowledge_first, flood, publish
from tests.mosquitto import Mosquitto, broker
from tongluo.config.load import load
from tongluo.config.plan import plan
from tongluo.core.crash import KEEPING
from tongluo.core.effects import Readings
from tongluo.core.times import parse_time
from tongluo.daemon.intake import decoder_of
from tongluo.engine import Engine
from tongluo.recover import follow, plan_of
from tongluo.store.journal import broken_link, connect
from tongluo.store.rows import Configuration, rows

__all__ = ["broker"]

START = parse_time("2026-07-01T00:00:00+08:00")
STATIONS = 5


@pytest.fixture
def site(broker: Mosquitto, tmp_path: Path) -> Iterator[Site]:
    yield Site(tmp_path, broker.url, stations=STATIONS)


def replayed(site: Site) -> list[tuple[object, ...]]:
    """Decisions of the replay of what the journal holds."""
    db = connect(site.var / "journal.db", read_only=True)
    engine, known, found = None, [], []
    for _, row in rows(db):
        if engine is None:
            assert isinstance(row, Configuration)
            engine = Engine(plan_of(row.text, known))
            known = [s.key for s in engine.plan.sensors if s]
            continue
        effects = follow(engine, row, known)
        found += [(d.time, d.area, d.hazard, d.before, d.after) for d in effects.decisions]
    db.close()
    return found


def recorded(site: Site) -> list[tuple[object, ...]]:
    return site.query("SELECT time, area, hazard, before, after FROM decisions ORDER BY id")


def check_kept(site: Site, messages: list[tuple[str, bytes]]) -> None:
    """Every message is a reading, once."""
    found = site.query(
        "SELECT s.key, r.t, r.value FROM readings r JOIN sensors s ON s.row = r.sensor"
        " WHERE r.fate IN (0, 2)"
    )
    sent = Counter()
    for topic, payload in messages:
        said = json.loads(payload)
        sent[topic.removeprefix("ews/"), parse_time(said["time"]), said["value"]] += 1
    assert Counter(found) == sent


def finish(site: Site, messages: list[tuple[str, bytes]]) -> None:
    """Run undisturbed until everything has been received, and stop."""
    daemon = site.start()
    site.wait_subscribed(daemon)
    site.wait(daemon, lambda: site.received() >= len(messages))
    os.kill(daemon.pid or 0, signal.SIGTERM)
    daemon.join(20)
    assert daemon.exitcode == 0


def deliver(site: Site) -> None:
    """Let a dispatcher finish everything."""
    process, pipe = site.dispatch()
    os.close(pipe)
    process.join(30)
    assert process.exitcode == 0


def check_all(site: Site, messages: list[tuple[str, bytes]]) -> None:
    check_kept(site, messages)
    decisions = recorded(site)
    assert len(decisions) >= 9 * STATIONS
    assert replayed(site) == decisions
    assert decisions == undisturbed(site, messages)
    db = connect(site.var / "journal.db", read_only=True)
    assert broken_link(db) is None
    db.close()
    check_deliveries(site)


def undisturbed(site: Site, messages: list[tuple[str, bytes]]) -> list[tuple[object, ...]]:
    """Decisions of the same messages fed at once to an engine that nothing happens to."""

    loaded = load(site.config)
    engine = Engine(plan(loaded.config, loaded.digest))
    decoded = decoder_of(engine.plan, {}).decode((t, p, 0) for t, p in messages)
    effects = engine.feed(Readings(decoded.columns))
    return [(d.time, d.area, d.hazard, d.before, d.after) for d in effects.decisions]


def check_deliveries(site: Site) -> None:
    """Every warning version reached the channel once: by the channel's own record."""
    deliver(site)
    lines = [json.loads(x) for x in (site.var / "deliveries.jsonl").read_text().splitlines()]
    keys = Counter(line["key"] for line in lines)
    wanted = {f"{i}:record:{a}" for i, a in site.query("SELECT identifier, area FROM warnings")}
    assert keys == Counter(wanted)
    states = site.query("SELECT DISTINCT state FROM deliveries", file="deliveries.db")
    assert states == [("accepted",)]


def kills(site: Site, port: int, times: int, seed: int) -> None:
    """The daemon and, beside it, the dispatcher killed at random moments of a flood."""
    chance = random.Random(seed)
    first = site.start()
    site.wait_subscribed(first)
    messages = flood(STATIONS, max(200, times * 8), START)
    publisher = publish(port, messages, pause=0.002)
    daemon, (dispatcher, pipe) = first, site.dispatch()
    for n in range(times):
        time.sleep(chance.uniform(0.0, 0.12))  # the random point
        daemon.kill()
        daemon.join()
        if n % 5 == 0:
            dispatcher.kill()
            dispatcher.join()
            os.close(pipe)
            dispatcher, pipe = site.dispatch()
        daemon = site.start()
    daemon.kill()
    daemon.join()
    os.close(pipe)
    dispatcher.join(30)
    publisher.join(60)
    assert publisher.exitcode == 0
    finish(site, messages)
    check_all(site, messages)


def test_a_hundred_random_kills(site: Site, broker: Mosquitto) -> None:
    kills(site, broker.port, 100, seed=1)


@pytest.mark.long
def test_a_thousand_random_kills(site: Site, broker: Mosquitto) -> None:
    kills(site, broker.port, 1000, seed=2)


@pytest.mark.parametrize("point", KEEPING)
@pytest.mark.parametrize("times", [1, 3])
def test_a_kill_at_each_point(site: Site, broker: Mosquitto, point: str, times: int) -> None:
    messages = flood(STATIONS, 200, START)
    daemon = site.start()
    site.wait_subscribed(daemon)
    daemon.kill()
    daemon.join()
    half = len(messages) // 2
    publish(broker.port, messages[:half]).join(60)  # waits for it, and may come in one batch
    daemon = site.start(crash_at=f"{point}:{times}")
    site.wait_up_or_gone(daemon)
    publisher = publish(broker.port, messages[half:], pause=0.06)
    daemon.join(START_PATIENCE)
    assert daemon.exitcode == -signal.SIGKILL, f"{point} was not passed {times} times"
    publisher.join(60)
    finish(site, messages)
    check_all(site, messages)


@pytest.mark.parametrize("point", ["before_hand_over", "after_hand_over"])
def test_a_kill_of_the_dispatcher(site: Site, broker: Mosquitto, point: str) -> None:
    messages = flood(STATIONS, 200, START)
    daemon = site.start()
    site.wait_subscribed(daemon)
    publish(broker.port, messages).join(60)
    site.wait(daemon, lambda: site.received() >= len(messages))
    for times in (1, 3, 7):
        dispatcher, pipe = site.dispatch(crash_at=f"{point}:{times}")
        os.close(pipe)
        dispatcher.join(30)
        assert dispatcher.exitcode == -signal.SIGKILL
    unknown = site.query(
        "SELECT count(*) FROM history WHERE state = 'unknown'", file="deliveries.db"
    )
    os.kill(daemon.pid or 0, signal.SIGTERM)
    daemon.join(20)
    check_all(site, messages)
    assert unknown[0][0] >= 1


def test_a_mutant_that_acknowledges_first_is_caught(site: Site, broker: Mosquitto) -> None:
    messages = flood(STATIONS, 200, START)
    daemon = site.start()
    site.wait_subscribed(daemon)
    daemon.kill()
    daemon.join()
    publish(broker.port, messages).join(60)
    mutant = site.start(crash_at="before_commit:1", mutant=acknowledge_first)
    mutant.join(30)
    assert mutant.exitcode == -signal.SIGKILL
    daemon = site.start()
    site.wait_subscribed(daemon)
    end = ("ews/S0/stage", b'{"time": "2027-01-01T00:00:00Z", "value": 0.5}')
    publish(broker.port, [end]).join(60)
    site.wait(daemon, lambda: bool(site.query("SELECT 1 FROM readings WHERE t > 1798000000000")))
    daemon.kill()
    daemon.join()
    with pytest.raises(AssertionError):
        check_kept(site, [*messages, end])
