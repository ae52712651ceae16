"""Law 2: the decision log of a live run equals that of the replay of what it stored.

The measured flood of Swindale (2009) goes through a real mosquitto: in system time with recorded
ticks, duplicates, late readings and kills; and in stream time against the replay of the case.
"""

from __future__ import annotations

import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests import swindale
from tests.laws.live import Site, publish
from tests.mosquitto import Mosquitto, broker
from tests.shared import needs_shared
from tongluo.core.times import iso, parse_time
from tongluo.replay.case import Case, load_case
from tongluo.replay.journal import recorded, replay_journal
from tongluo.replay.publish import messages
from tongluo.replay.run import prepare, replay

__all__ = ["broker"]
pytestmark = needs_shared


class Swindale(Site):
    """The case's own stations, live."""

    def __init__(self, folder: Path, url: str, case: Case, clock: str) -> None:
        self.folder, self.var, self.config = folder, folder / "var", folder / "stations.yaml"
        text = case.config_path.read_text(encoding="utf-8")
        text = text.replace("time: {clock: stream}", f"time: {{clock: {clock}, tick: 1 s}}")
        text += f"broker: {{url: '{url}', client_id: live}}\nstore: {{snapshot_every: 200 ms}}\n"
        self.config.write_text(text, encoding="utf-8")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(swindale.build(tmp_path / "case"))


def stop(site: Site, daemon: BaseProcess) -> None:
    os.kill(daemon.pid or 0, signal.SIGTERM)
    daemon.join(30)
    assert daemon.exitcode == 0


def disturb(every: list[tuple[str, bytes]], chance: random.Random) -> list[tuple[str, bytes]]:
    """Some messages come again later, some come late by up to ten hours."""
    places = [(float(n), m) for n, m in enumerate(every)]
    for n in chance.sample(range(len(every)), 60):
        places.append((n + chance.uniform(0, 80), every[n]))
    for n in chance.sample(range(len(every)), 20):
        places[n] = (n + chance.uniform(2, 80), every[n])
    return [m for _, m in sorted(places, key=lambda p: p[0])]


def test_journal_of_a_disturbed_run_in_system_time(
    case: Case, broker: Mosquitto, tmp_path: Path
) -> None:
    site = Swindale(tmp_path, broker.url, case, "system")
    chance = random.Random(3)
    daemon = site.start()
    site.wait_subscribed(daemon)
    every = [(t, p) for t, p, _ in messages(case, prepare(case))][:-1]
    publisher_order = disturb(every, chance)
    publisher = publish(broker.port, publisher_order, pause=0.1)
    for _ in range(3):
        time.sleep(chance.uniform(0.1, 0.8))  # the random point
        daemon.kill()
        daemon.join()
        daemon = site.start()
    publisher.join(60)
    came = "SELECT count(*) FROM (SELECT DISTINCT sensor, t FROM readings)"
    site.wait(daemon, lambda: site.query(came)[0][0] >= len(every))
    late = "SELECT count(*) FROM readings WHERE fate = 2"
    ticks = "SELECT count(*) FROM journal WHERE kind = 'tick'"
    before = site.query(ticks)[0][0]
    site.wait(daemon, lambda: site.query(ticks)[0][0] > before)
    stop(site, daemon)
    assert site.query(late)[0][0] > 0
    assert site.query("SELECT count(*) FROM readings WHERE fate = 1")[0][0] > 0
    path = site.var / "journal.db"
    assert len(site.query("SELECT 1 FROM decisions")) >= 2
    assert recorded(path).hexdigest() == replay_journal(path).hexdigest()


def test_publish_to_run_equals_replay_of_the_case(
    case: Case, broker: Mosquitto, tmp_path: Path
) -> None:
    site = Swindale(tmp_path, broker.url, case, "stream")
    daemon = site.start()
    site.wait_subscribed(daemon)
    plan = prepare(case)
    publish(broker.port, [(t, p) for t, p, _ in messages(case, plan)]).join(60)
    ticked = "SELECT count(*) FROM journal WHERE kind = 'tick'"
    site.wait(daemon, lambda: site.query(ticked)[0][0] == 1)
    stop(site, daemon)
    offline = replay(case, config=site.config)
    path = site.var / "journal.db"
    live = recorded(path).hexdigest()
    assert live == replay_journal(path).hexdigest() == offline.hash.hexdigest()
    rise = "SELECT time FROM decisions WHERE after = ? AND before IN ('none', 'blue') LIMIT 1"
    assert iso(site.query(rise, "blue")[0][0]) == "2009-11-19T05:15:00+00:00"
    assert iso(site.query(rise, "yellow")[0][0]) == "2009-11-19T10:15:00+00:00"
    assert not site.query("SELECT 1 FROM decisions WHERE after IN ('orange', 'red')")
    assert parse_time("2009-11-19T08:00:00Z") < site.query(rise, "yellow")[0][0]
