"""What wardens count enters coverage between its least and its most, and is told apart."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dissemination.targeting import Contact, Entry
from tests.town import EVENT, MINUTE, START, enrol, head, number, warning
from tests.unit.cli.conftest import Call
from tongluo.config.load import load
from tongluo.core.effects import Effects, Record, Tick
from tongluo.core.words import DeliveryState, Level
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.daemon.next_step import begun, next_step
from tongluo.store.journal import Journal

CONFIG = (
    head(town=80, upper=40, lower=40)
    + """\
channels:
  sms: {kind: kannel, options: {username: u, password: {env: NOWHERE}, recipients: register}}
  wardens: {kind: wardens, options: {by: sms}}
coverage:
  channels: {sms: {reach: 0.8, proof: person}}
  escalation: {channels: [sms], target: 0.9, wait: 5 min, until: 1 h}
"""
)
OLD = "tongluo.town.flash_flood.0"


class Site:
    """40 people by name in each village; the first of each is its warden."""

    def __init__(self, folder: Path, call: Call) -> None:
        self.config, self.var, self.call = folder / "stations.yaml", folder / "var", call
        self.config.write_text(CONFIG, encoding="utf-8")
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(START), Effects(warnings=[(warning(1, Level.RED, 0), ("sms",))]))
            journal.configuration('{"time": {"clock": "stream"}}', [], Effects(), START)
            journal.tick(Tick(START + 60 * MINUTE), Effects())
        self.targets = enrol(self.var, [
            Entry(f"e{n}", "upper" if n < 40 else "lower", contacts=(Contact("sms", number(n)),),
                  audience="responders" if n in (0, 40) else "residents",
                  rank="village" if n in (0, 40) else "")
            for n in range(80)
        ])  # fmt: skip
        self.rows = Deliveries(self.var / "deliveries.db")

    def proven(self, who: range, at: int = START, minutes: int = 1) -> None:
        fan = Planned(f"{EVENT}.v1:sms:town", f"{EVENT}.v1", EVENT, "sms", "town", 4)
        self.rows.spread(fan, [self.targets[n] for n in who], at)
        for n in who:
            key = f"{EVENT}.v1:sms:{self.targets[n]}"
            self.rows.settle([Outcome(key, DeliveryState.HANDED_OVER, at)])
            self.rows.receive(key, DeliveryState.DELIVERED, 0, "raw", at + minutes * MINUTE)

    def report(self, area: str, told: int, minute: int = 20, *, who: str = "xu",
               event: str = EVENT, **more: int) -> None:  # fmt: skip
        body = {"who": who, "area": area, "events": [event], "text": "", "told": told, **more}
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            record = Record(START + minute * MINUTE, "report", body)
            journal.tick(Tick(START + 60 * MINUTE), Effects(records=[record]))

    def answer(self, warden: int, words: str, minute: int = 20, *,
               state: DeliveryState = DeliveryState.ACKNOWLEDGED) -> None:  # fmt: skip
        key = f"{EVENT}.v1:wardens:{self.targets[warden]}"
        fan = Planned(f"{EVENT}.v1:wardens:town", f"{EVENT}.v1", EVENT, "wardens", "town", 4)
        self.rows.spread(fan, [self.targets[warden]], START)
        self.rows.settle([Outcome(key, DeliveryState.HANDED_OVER, START)])
        at = START + minute * MINUTE
        self.rows.receive(key, state, 0, f"answer: {words}", at)

    def told(self) -> dict[str, Any]:
        ended = self.call("coverage", "--json", "--config", self.config)
        assert ended.code == 0, ended.err
        return dict(json.loads(ended.out))

    def area(self, name: str) -> dict[str, Any]:
        return next(g for g in self.told()["areas"] if g["name"] == name)


@pytest.fixture
def site(tmp_path: Path, call: Call) -> Any:
    made = Site(tmp_path, call)
    yield made
    made.rows.close()


def test_a_count_stands_between_the_larger_and_the_sum(site: Site) -> None:
    site.proven(range(10))
    site.report("upper", 25)
    found = site.told()
    assert found["whole"]["confirmed"] == 10 and found["whole"]["told"] == [25, 35]
    assert site.area("upper")["told"] == [25, 35] and site.area("lower")["told"] == [0, 0]
    assert found["counts"] == [{"area": "upper", "by": "report", "who": "xu", "told": [25, 25],
                                "of": None, "refuse": None, "minute": 20}]  # fmt: skip
    assert site.area("upper")["estimate"]["low"] >= 25 / 40


def test_a_count_is_never_more_than_the_people_there(site: Site) -> None:
    site.proven(range(10))
    site.report("upper", 60, of=60)
    assert site.area("upper")["told"] == [40, 40]


def test_of_one_person_the_newest_count_stands_and_two_may_count_the_same(site: Site) -> None:
    site.report("upper", 30, 10)
    site.report("upper", 20, 15)
    assert site.area("upper")["told"] == [20, 20]
    site.report("upper", 15, 16, who="ma")
    assert site.area("upper")["told"] == [20, 35]


def test_counts_of_another_warning_or_of_before_it_are_none_of_this_ones(site: Site) -> None:
    site.report("upper", 30, event=OLD)
    site.report("upper", 30, -5)
    assert site.told()["counts"] == [] and site.area("upper")["told"] == [0, 0]


def test_a_wardens_answer_counts_for_the_doors_that_are_his(site: Site) -> None:
    site.proven(range(1, 6))
    site.answer(0, "done 30, refused 3")
    site.answer(40, "received")
    assert site.area("upper")["told"] == [30, 38] and site.area("lower")["told"] == [0, 0]
    (count,) = site.told()["counts"]
    assert (count["by"], count["told"], count["area"]) == ("answer", [30, 33], "upper")
    site.answer(0, "done", 30)
    assert site.area("upper")["told"][0] == 39, "all behind his doors; he himself has no proof"


def test_done_is_said_of_the_doors_that_the_warden_was_sent_to(site: Site) -> None:
    """38 doors of one person each are behind the warden's; 3 and 5 of them, two more later."""
    fan = Planned(f"{EVENT}.v1:wardens:town", f"{EVENT}.v1", EVENT, "wardens", "town", 4)
    to = site.targets[0]
    site.rows.give(fan, 4, {to: [(3, 1), (5, 1)]}, [], START)
    site.rows.give(fan, 4, {to: [(7, 1), (8, 1), (9, 1)]}, [], START + 5 * MINUTE)
    first, second = (f"{EVENT}.v1:wardens:{to}{n}" for n in ("", "~2"))
    acknowledged = DeliveryState.ACKNOWLEDGED
    site.rows.receive(first, acknowledged, 0, "answer: done", START + 4 * MINUTE)
    (count,) = site.told()["counts"]
    assert count["told"] == [2, 39] and site.area("upper")["told"] == [2, 39]
    site.rows.receive(second, acknowledged, 0, "answer: done", START + 9 * MINUTE)
    (count,) = site.told()["counts"]
    assert count["told"] == [5, 39], "the newest of the warden's counts stands"
    site.proven(range(3, 7))  # entries 4 to 7: 5 and 7 are among the doors of the tasks
    assert site.area("upper")["told"] == [7, 39]
    site.rows.receive(second, acknowledged, 0, "answer: done 30", START + 12 * MINUTE)
    assert site.area("upper")["told"] == [30, 34], "all told so far, whoever they are"


def test_what_is_said_in_words_stands_beside_and_counts_nobody(site: Site) -> None:
    site.answer(0, "the crack is 30 cm wider, 5 houses", 12)
    site.answer(40, "received, and says: road is cut, done 3", 14)
    body = {"who": "xu", "area": "upper", "events": [EVENT], "text": "water at the bridge"}
    with closing(Journal(site.var / "journal.db")) as journal, journal.transaction():
        record = Record(START + 13 * MINUTE, "report", body)
        journal.tick(Tick(START + 60 * MINUTE), Effects(records=[record]))
    found = site.told()
    assert [(s["minute"], s["by"], s["area"]) for s in found["said"]] == [
        (12, "answer", "upper"), (13, "report", "upper"), (14, "answer", "lower")]  # fmt: skip
    assert found["counts"] == [] and found["whole"]["told"] == [0, 0]
    out = site.call("coverage", "--config", site.config).out
    assert "water at the bridge" in " ".join(out.split())


@pytest.mark.parametrize(
    "words",
    ["not done 37", "We are not done", "village abandoned", "nobody refused", "done, refused"],
)
@pytest.mark.parametrize("state", [DeliveryState.ACKNOWLEDGED, DeliveryState.UNKNOWN])
def test_words_that_were_not_asked_for_count_nobody(
    site: Site, words: str, state: DeliveryState
) -> None:
    site.answer(0, words, state=state)
    assert site.told()["counts"] == [] and site.area("upper")["told"] == [0, 0]


def test_an_answer_that_the_channel_did_not_take_for_one_counts_nobody(site: Site) -> None:
    site.answer(0, "done 37", state=DeliveryState.UNKNOWN)
    assert site.told()["counts"] == []
    assert [s["words"] for s in site.told()["said"]] == ["done 37"]


def test_the_table_and_the_picture_tell_counts_apart(site: Site, tmp_path: Path) -> None:
    site.proven(range(10))
    site.report("upper", 25, refuse=2)
    picture = tmp_path / "curve.svg"
    ended = site.call("coverage", "--picture", picture, "--config", site.config)
    assert "with wardens' counts, over all overlaps: 25 – 35" in ended.out
    assert "confirmed, each person once: 10" in ended.out
    row = next(line for line in ended.out.splitlines() if "report xu" in line)
    assert "25" in row and "2" in row
    assert "#b3541e" in picture.read_text(encoding="utf-8")


def test_what_was_shown_counts_by_its_stated_share_from_then_on(site: Site) -> None:
    tv = "{sms: {reach: 0.8, proof: person}, tv: {audibility: 0.5, proof: played}}"
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(text.replace("{sms: {reach: 0.8, proof: person}}", tv), encoding="utf-8")
    before = site.area("upper")["estimate"]
    for area, at in (("upper", 14), ("lower", -1)):
        body = {"who": "xu", "area": area, "events": [EVENT], "text": "", "channel": "tv",
                "shown": START + at * MINUTE}  # fmt: skip
        with closing(Journal(site.var / "journal.db")) as journal, journal.transaction():
            record = Record(START + 20 * MINUTE, "report", body)
            journal.tick(Tick(START + 60 * MINUTE), Effects(records=[record]))
    after = site.area("upper")["estimate"]
    assert before["high"] == 0 < after["low"] < 0.4 < after["likely"] < 0.6 < after["high"] < 1
    assert site.area("upper")["confirmed"] == 0, "no person is proven by it"
    assert site.area("lower")["estimate"]["high"] == 0, "it was shown before the issue"
    states = next(c["states"] for c in site.told()["channels"] if c["name"] == "tv")
    assert states == {"played": 1}
    curve = {c["minute"]: c["estimate"]["likely"] for c in site.told()["curve"]}
    assert max(v for m, v in curve.items() if m < 14) == 0 < min(
        v for m, v in curve.items() if m >= 14)  # fmt: skip


def test_a_time_is_foretold_of_a_warning_on_its_way(site: Site) -> None:
    site.proven(range(40))
    ended = site.call("coverage", "--foretell", "--json", "--config", site.config)
    found = json.loads(ended.out)
    assert set(found["targets"]) == {"0.9", "0.92", "0.95"} and found["minute"] == 60
    assert len(found["curve"]) == 60 + 180
    late = found["targets"]["0.95"]["late"]
    assert late is None, "of a second channel nothing is known: it may never be met"
    said = site.call("coverage", "--foretell", "--config", site.config).out
    assert said.count("target 9") == 3 and "never" in said


def test_of_the_unreached_it_is_told_who_is_out_of_reach(site: Site) -> None:
    site.proven(range(2, 80))
    fan = Planned(f"{EVENT}.v1:sms:town", f"{EVENT}.v1", EVENT, "sms", "town", 4)
    site.rows.spread(fan, [site.targets[0]], START)
    listed = site.call("coverage", "--unreached", "--config", site.config).out
    assert "waited for" in listed and "a way is not tried yet" in listed
    assert "proved out of reach by every way: 0 people" in listed
    key = f"{EVENT}.v1:sms:{site.targets[0]}"
    site.rows.settle([Outcome(key, DeliveryState.FAILED, START)])
    fan = Planned(f"{EVENT}.v1:wardens:town", f"{EVENT}.v1", EVENT, "wardens", "town", 4)
    site.rows.give(fan, 4, {"": [(1, 0)], site.targets[0]: [(2, 1)]}, [], START + 9 * MINUTE)
    listed = site.call("coverage", "--unreached", "--config", site.config).out
    assert "nobody can be sent" in listed and "#1, minute 9" in listed
    listed = site.call("coverage", "--unreached", "--config", site.config).out
    assert "proved out of reach by every way: 1 people" in listed


@pytest.mark.parametrize("years", [1, -1])
def test_on_a_stream_clock_minutes_are_those_that_stamped_the_deliveries(
    site: Site, years: int
) -> None:
    sent = START + years * 365 * 24 * 60 * MINUTE
    site.proven(range(10), sent, 4)
    site.proven(range(10, 15), sent + 2 * MINUTE, 7)
    site.report("lower", 12, 30)
    found = site.told()
    assert found["clock"] == "deliveries" and found["minute"] == 9
    assert found["whole"]["confirmed"] == 15 and found["whole"]["told"] == [27, 27]
    assert next(c["minute"] for c in found["curve"] if c["confirmed"] > 0) == 4
    said = site.call("coverage", "--config", site.config).out
    assert "counted by the clock that stamped the deliveries" in said


def test_deliveries_by_the_sites_own_clock_are_counted_by_it(site: Site) -> None:
    site.proven(range(10))
    found = site.told()
    assert found["clock"] == "site" and found["minute"] == 60
    assert "stream clock" not in site.call("coverage", "--config", site.config).out


def test_escalation_adds_nothing_where_wardens_have_told_everybody(site: Site) -> None:
    from tongluo.coverage.look import look  # noqa: PLC0415 - as the dispatcher does

    loaded = load(site.config).config
    given = loaded.coverage.escalation
    assert given is not None
    for area, minutes in (("upper", 60), ("lower", 60)):
        found = look(loaded, site.var, [warning()], warning(), START + minutes * MINUTE)
        assert next_step(found, given, begun(found, [])).reason != "reached"
        site.report(area, 40)
    found = look(loaded, site.var, [warning()], warning(), START + 60 * MINUTE)
    assert next_step(found, given, begun(found, [])).reason == "reached"


def test_what_was_shown_on_a_stream_clock_counts_beside_deliveries_of_another(site: Site) -> None:
    tv = "{sms: {reach: 0.8, proof: person}, tv: {audibility: 0.5, proof: played}}"
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(text.replace("{sms: {reach: 0.8, proof: person}}", tv), encoding="utf-8")
    site.proven(range(10), START + 365 * 24 * 60 * MINUTE, 4)
    body = {"who": "xu", "area": "lower", "events": [EVENT], "text": "", "channel": "tv",
            "shown": START + 2 * MINUTE}  # fmt: skip
    with closing(Journal(site.var / "journal.db")) as journal, journal.transaction():
        record = Record(START + 3 * MINUTE, "report", body)
        journal.tick(Tick(START + 60 * MINUTE), Effects(records=[record]))
    found = site.told()
    assert (found["clock"], found["minute"]) == ("deliveries", 4)
    assert site.area("lower")["estimate"]["likely"] > 0.3
