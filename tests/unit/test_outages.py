"""Outages by MQTT: taken whole or kept with the reason; the last word of an area stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.town import MINUTE, START, head
from tests.unit.cli.site import feed, intake_of
from tongluo.config.load import load
from tongluo.core.times import iso
from tongluo.coverage import kept, place
from tongluo.daemon.intake import Intake, filters
from tongluo.daemon.outages import read
from tongluo.store.journal import broken_link

CONFIG = (
    head(town=500, upper=120, lower=80)
    + """\
broker: {url: "mqtt://127.0.0.1:1883", client_id: trial}
channels:
  sms: {kind: recording}
  siren: {kind: recording}
coverage:
  outages: utility/outages
  channels:
    sms: {reach: 0.8, proof: person, needs: [mobile]}
    siren: {audibility: 0.6, proof: played, needs: [power, mobile]}
"""
)
HOUR = 60 * MINUTE


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Intake, Path, dict[str, set[str]]]]:
    path = tmp_path / "stations.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    intake = intake_of(path)
    yield intake, tmp_path / "var", place.below(load(path).config)
    intake.journal.close()


def said(**more: Any) -> bytes:
    given = {"area": "lower", "kind": "power", "from": iso(START), "until": iso(START + HOUR)}
    return json.dumps({k: v for k, v in {**given, **more}.items() if v is not None}).encode()


def tell(intake: Intake, payload: bytes, minute: float = 0) -> None:
    feed(intake, [("utility/outages", payload)], START + round(minute * MINUTE))


def states(site: Any, minute: float) -> dict[tuple[str, str], float]:
    _, folder, below = site
    return kept.states(folder, START + round(minute * MINUTE), below)


def test_its_topic_is_subscribed_to(site: Any) -> None:
    assert "utility/outages" in filters(site[0].engine.plan.config)


def test_an_outage_holds_from_and_until_and_is_on_record(site: Any) -> None:
    intake, _, _ = site
    tell(intake, said(**{"from": iso(START + 10 * MINUTE)}, who="grid", why="feeder 7"))
    assert states(site, 9) == {} and states(site, 60) == {}
    assert states(site, 10) == {("power", "lower"): 0.0}
    (body,) = intake.journal.db.execute("SELECT body FROM audit WHERE what = 'outage'").fetchone()
    assert json.loads(body)["who"] == "grid" and broken_link(intake.journal.db) is None


def test_an_area_holds_for_all_in_it_and_doubt_is_no_outage(site: Any) -> None:
    tell(site[0], said(area="town", kind="mobile", state="unknown"))
    found = states(site, 1)
    assert set(found) == {("mobile", a) for a in ("town", "upper", "lower")}
    assert np.isnan(list(found.values())).all()


def test_the_last_word_stands_whoever_said_it(site: Any) -> None:
    intake, folder, _ = site
    tell(intake, said(), 1)
    tell(intake, said(state="back", until=None, **{"from": None}), 2)
    assert states(site, 3) == {}
    by_hand = kept.Outage("power", "lower", START + 4 * MINUTE, START + HOUR, "duty")
    kept.tell_outage(folder, by_hand)
    assert states(site, 5) == {("power", "lower"): 0.0}
    tell(intake, said(state="back", until=None, **{"from": None}), 6)
    assert states(site, 7) == {}
    tell(intake, said(), 8)
    at = START + 9 * MINUTE
    kept.tell_outage(folder, kept.Outage("power", "lower", at, at, "duty"))
    assert states(site, 8.5) == {("power", "lower"): 0.0} and states(site, 10) == {}


def test_one_that_is_still_to_come_ends_none_that_holds(site: Any) -> None:
    tell(site[0], said(), 1)
    later = {"from": iso(START + 5 * HOUR), "until": iso(START + 6 * HOUR)}
    tell(site[0], said(**later), 2)
    assert states(site, 3) and states(site, 5 * 60 + 1) and not states(site, 3 * 60)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "truncated"),
        (b"\xff\xfe", ""),
        (said(area="nowhere"), "no area 'nowhere'"),
        (said(kind="water"), "needed are: mobile, power"),
        (said(until=None), "`until` is missing"),
        (said(until=iso(START - 1)), "must come after"),
        (said(until=iso(START + 8 * 24 * HOUR)), "within a week"),
        (said(until="soon"), ""),
        (said(state="perhaps"), "perhaps"),
        (said(more=1), "more"),
        (said(area=7), "str"),
        (b"[]", "object"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_its_reason(
    site: Any, payload: bytes, reason: str
) -> None:
    intake, _, _ = site
    tell(intake, payload)
    topic, code, detail, raw = intake.journal.db.execute(
        "SELECT topic, code, detail, raw FROM rejects").fetchone()  # fmt: skip
    assert (topic, code, raw) == ("utility/outages", "outage", payload) and reason in detail
    assert states(site, 1) == {}
    with pytest.raises(ValueError):
        read(payload, START, intake.engine.plan.config)
