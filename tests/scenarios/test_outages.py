"""A utility tells an outage through a real broker: coverage counts by it, and a kill loses none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.laws.live import Site
from tests.mosquitto import Mosquitto, broker
from tests.scenarios.hearing import send
from tongluo.config.load import load
from tongluo.core.clock import now_ms
from tongluo.core.times import HOUR, iso
from tongluo.coverage import kept, place, plan

__all__ = ["broker"]

TOPIC = "utility/outages"
MORE = f"""
coverage:
  outages: {TOPIC}
  channels:
    phones: {{reach: 0.8, proof: person, needs: [mobile]}}
"""


def said(area: str, **more: Any) -> bytes:
    return json.dumps({"area": area, "kind": "mobile", **more}).encode()


def reach(site: Site, area: str) -> tuple[float, float]:
    """Least and most that a warning would reach there."""
    config = load(site.config).config
    where = plan.area_of(config, area)
    assert where is not None
    end = plan.plan(config, site.var, where, now_ms()).every.end
    return end.low, end.high


def test_an_outage_by_mqtt_counts_at_once_and_survives_a_kill(
    tmp_path: Path, broker: Mosquitto
) -> None:
    """At 1: A0 is out, A1 in doubt, one message is none; killed; at 2: A0 is back."""
    site = Site(tmp_path, broker.url, stations=2)
    site.config.write_text(site.config.read_text() + MORE)
    until = iso(now_ms() + HOUR)
    assert reach(site, "A0")[0] > 0.3
    process = site.start("before_commit:1")  # with the messages in hand, not yet acknowledged
    site.wait_subscribed(process)
    bad = said("A0", state="perhaps")
    send(broker.port, [said("A0", until=until), bad, said("A1", until=until, state="unknown")],
         TOPIC)  # fmt: skip
    process.join(60)
    again = site.start()
    site.wait(again, lambda: len(site.query("SELECT 1 FROM reports")) >= 2)
    site.wait(again, lambda: bool(site.query("SELECT 1 FROM rejects")))
    assert site.query("SELECT topic, code, raw FROM rejects") == [(TOPIC, "outage", bad)]
    assert reach(site, "A0") == (0.0, 0.0)
    low, high = reach(site, "A1")
    assert low == 0.0 and high > 0.7
    send(broker.port, [said("A0", state="back")], TOPIC)
    below = place.below(load(site.config).config)
    site.wait(again, lambda: ("mobile", "A0") not in kept.states(site.var, now_ms(), below))
    assert reach(site, "A0")[1] > 0.7 and reach(site, "A1")[0] == 0.0
    again.terminate()
    again.join(30)
