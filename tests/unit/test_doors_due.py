"""Wardens by escalation: to which doors they are sent, when again, and what survives a kill."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dissemination.channels import Surroundings, wardens
from dissemination.coverage.register import NEVER
from dissemination.rounds import endpoint
from dissemination.targeting import Contact, Entry, Register
from dissemination.targeting.changes import put
from dissemination.targeting.register import FILE
from tests.town import EVENT, MINUTE, START, enrol, head, number, warning
from tests.unit.targeting.test_wardens import Spy
from tongluo.config.load import load
from tongluo.core.effects import Effects, Tick
from tongluo.core.log import Log
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level
from tongluo.coverage import errands
from tongluo.coverage.look import Look, look
from tongluo.coverage.more import out_of_reach
from tongluo.daemon import doors_due
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.daemon.deliveries_errands import Errands
from tongluo.daemon.escalator import Escalator
from tongluo.store.journal import Journal, connect

CONFIG = """\
channels:
  sms:
    kind: kannel
    options: {username: tester, password: {env: NOWHERE}, recipients: register}
  tasks: {kind: wardens, options: {by: sms}}
coverage:
  channels:
    sms: {reach: 0.8, proof: person, needs: [mobile], rate: 10/min}
    tasks: {reach: 0.9, proof: person, apart: true, rate: 1/min}
  escalation: {channels: [tasks], target: 0.95, wait: 5 min, stuck: 15 min, until: 2 h}
"""
WARNING = warning(people=103)
WARDEN, DEPUTY, OTHER = 60, 61, 62
"""Of the upper village, who stands in, and of the lower one: entries of numbers 60 to 62."""


class Site:
    """20 doors in each of two villages, the people of each with a telephone; and 20 people in the
    town itself, where nobody knocks, without one."""

    def __init__(self, folder: Path, channels: tuple[str, ...] = ("sms",), more: int = 0) -> None:
        """more: people of the lower village whom the register does not name."""
        config = folder / "stations.yaml"
        config.write_text(head(103 + more, 42, 41 + more) + CONFIG, encoding="utf-8")
        self.config, self.var = load(config).config, folder / "var"
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(START), Effects(warnings=[(WARNING, channels)]))
            journal.configuration('{"time": {"clock": "stream"}}', [], Effects(), START)
        self.target = enrol(self.var, [
            *(Entry(f"e{n}", "upper" if n < 20 else "lower", sort="household", size=2,
                    contacts=(Contact("sms", number(n)),)) for n in range(40)),
            *(Entry(f"nobody {n}", "town") for n in range(20)),
            Entry("w1", "upper", audience="contacts", rank="village", contacts=_sms(WARDEN)),
            Entry("w2", "upper", audience="contacts", rank="village", contacts=_sms(DEPUTY),
                  deputy_of="w1"),
            Entry("w3", "lower", audience="contacts", rank="village", contacts=_sms(OTHER)),
        ])  # fmt: skip
        self.rows = Deliveries(self.var / "deliveries.db")
        self.escalator = Escalator(self.var, self.config, self.rows, Log("test"), lambda: None)
        self.who = [*range(40), WARDEN, DEPUTY, OTHER]
        self.plan("sms", [self.target[n] for n in self.who])

    def plan(self, channel: str, targets: list[str]) -> None:
        key = f"{EVENT}.v1:{channel}:town"
        self.rows.spread(Planned(key, f"{EVENT}.v1", EVENT, channel, "town", 4), targets, START)

    def issue(self, version: WarningVersion) -> None:
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(version.sent), Effects(warnings=[(version, ("sms",))]))

    def sms(self, state: DeliveryState, minute: int, *who: int) -> None:
        """What became of the short messages to some numbers."""
        for n in who:
            key, at = f"{EVENT}.v1:sms:{self.target[n]}", START + minute * MINUTE
            if state is not DeliveryState.HANDED_OVER:
                self.rows.receive(key, state, 0, "", at)
            else:
                self.rows.settle([Outcome(key, state, at)])

    def look(self, minute: int) -> list[str]:
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(START + minute * MINUTE), Effects())
        with closing(connect(self.var / "journal.db", read_only=True)) as journal:
            return [step.reason for step in self.escalator.look(journal)]

    def tasks(self, version: int = 1) -> dict[str, list[int]]:
        """Each message of a version to wardens -> the numbers of the telephones behind the doors
        that it names."""
        with closing(Register.open(self.var)) as register:
            lists = wardens.shares(register, WARNING)
        found = {}
        for target in self.messages(version):
            rest = target.removeprefix(endpoint(target))
            name = {self.target[n]: n for n in (WARDEN, DEPUTY, OTHER)}[endpoint(target)]
            own = Delivery("", replace(WARNING, identifier=f"{EVENT}.v{version}"), "tasks", target)
            entries = self.rows.errand(own)
            assert {*entries} <= {d.entry for d in lists[endpoint(target)].doors}
            found[f"{name}{rest}"] = sorted(n - 1 for n in entries)
        return found

    def messages(self, version: int = 1) -> list[str]:
        asked = "SELECT target FROM deliveries WHERE channel = 'tasks' AND identifier = ?"
        with self.rows._lock:
            found = self.rows._db.execute(f"{asked} ORDER BY id", (f"{EVENT}.v{version}",))
            return [target for (target,) in found]

    def coverage(self, minute: int) -> Look:
        now = START + minute * MINUTE
        return look(self.config, self.var, [WARNING], WARNING, now)

    def said(self, target: str) -> tuple[str, str]:
        """What the message to a target says of doors, in Chinese and English."""
        spy = Spy()
        around = Surroundings(self.var, name="tasks", borrow=lambda _: spy,
                              errand=partial(doors_due.left, self.var, self.rows))  # fmt: skip
        channel = wardens.Wardens(wardens.Options(by="sms"), around)
        channel.send(Delivery(f"{EVENT}.v1:tasks:{target}", WARNING, "tasks", target))
        assert spy.handed[0].target == endpoint(target)
        zh, en = spy.handed[0].extra
        return zh.partition("\n")[0], en.partition("\n")[0]


def _sms(n: int) -> tuple[Contact, ...]:
    return (Contact("sms", number(n)),)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.rows.close()


DELIVERED, FAILED = DeliveryState.DELIVERED, DeliveryState.FAILED
HANDED = DeliveryState.HANDED_OVER


def test_stranded_people_get_a_warden_at_once_and_no_more_often_than_every_wait(
    site: Site,
) -> None:
    site.sms(HANDED, 0, 1, 3, 5, 7, 29)
    site.sms(FAILED, 1, 3, 5)  # the others wait in the gateway's queue
    assert site.look(2) == ["more"]
    assert site.tasks() == {"60": [3, 5], "61": [3, 5]}
    zh, en = site.said(site.target[WARDEN])
    assert zh == "您负责20户40人。先去第4、6户。"
    assert en == "Doors: 20, people: 40. Go first to doors 4, 6."
    site.sms(FAILED, 3, 7)
    site.look(4)
    assert len(site.tasks()) == 2, "the last errand in the village is not 5 minutes old"
    site.sms(DELIVERED, 5, 7, *range(8, 20))
    site.sms(FAILED, 5, 29, 1)
    site.look(7)
    assert site.tasks() == {
        "60": [3, 5], "61": [3, 5], "60~2": [1], "61~2": [1], "62": [29],
    }  # fmt: skip
    assert site.said(f"{site.target[WARDEN]}~2") == ("仍未确认：第2户。", "Not yet told: door 2.")


def test_an_order_for_all_names_only_doors_without_proof_that_were_not_named(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(FAILED, 1, 3)
    site.look(2)
    site.sms(DELIVERED, 2, 3, *range(8, 40), OTHER)  # 3 is proven after all
    assert site.look(8) == ["more"]
    assert site.tasks() == {
        "60": [3], "61": [3], "60~2": [0, 1, 2, 4, 5], "61~2": [0, 1, 2, 4, 5],
        "60~3": [6, 7], "61~3": [6, 7],
    }  # fmt: skip
    listed = (site.var / "unreached" / f"{EVENT}.v1.csv").read_text(encoding="utf-8")
    assert "upper,any,#1,2,doubtful,#61,8\n" in listed and "#4,2" not in listed
    assert site.look(9) == ["wait"]
    site.look(30)
    assert len(site.messages()) == 6
    found = site.coverage(9)
    gone = errands.gone(found)
    upper = found.people.names().index(("upper", "any"))
    assert {*found.people.cell[gone < NEVER]} == {upper}
    assert Counter(gone[gone < NEVER].tolist()) == {2: 2, 8: 14}


def test_each_door_that_came_since_is_named_in_a_message(site: Site) -> None:
    site.sms(HANDED, 0, *site.who)
    site.sms(FAILED, 1, 0)
    site.look(2)
    site.sms(FAILED, 3, *range(1, 20))
    site.look(8)
    warden, named = site.target[WARDEN], set[int]()
    for target in site.messages():
        if endpoint(target) == warden and target != warden:
            zh, en = (tuple(map(int, re.findall(r"\d+", said))) for said in site.said(target))
            assert zh == en and len(en) <= 5 and not named & {*en}
            named |= {*en}
    assert named == {*range(2, 21)}


def test_messages_stand_in_the_order_of_their_numbers(site: Site) -> None:
    fan = Planned(f"{EVENT}.v1:tasks:town", f"{EVENT}.v1", EVENT, "tasks", "town", 4)
    for visits in ([(1, 1)], [(n, 1) for n in range(2, 60)]):
        site.rows.give(fan, 4, {site.target[WARDEN]: visits}, [], START, 5)
    assert errands.read(site.var, [WARNING]).entry.tolist() == [*range(1, 60)]


def test_a_step_that_was_cut_off_forgets_no_errand_and_gives_none_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *range(10, 40), OTHER)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("_note", "_mark"):
        with monkeypatch.context() as for_now, pytest.raises(KeyboardInterrupt):
            for_now.setattr(f"tongluo.daemon.deliveries_errands.{place}", cut_off)
            site.look(8)
        assert site.tasks() == {}
    give = Errands.give

    def after(*given: object) -> None:
        give(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as for_now, pytest.raises(KeyboardInterrupt):
        for_now.setattr(Errands, "give", after)
        site.look(8)
    whole = {"60": list(range(10)), "61": list(range(10))}
    assert site.tasks() == whole
    site.look(9)
    site.look(20)
    assert site.tasks() == whole


def test_the_all_clear_comes_once_to_each_warden_whatever_the_rounds(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(FAILED, 1, 3)
    site.look(2)
    site.look(8)
    assert len(site.messages()) == 11
    over = replace(WARNING, identifier=f"{EVENT}.v2", version=2, act=Act.CANCEL, level=Level.NONE,
                   previous=Level.RED, sent=START + 9 * MINUTE)  # fmt: skip
    site.issue(over)
    assert site.look(10) == []
    assert site.messages(2) == [site.target[n] for n in (WARDEN, DEPUTY, OTHER)]
    site.escalator._over.clear()  # as after a restart
    site.look(11)
    assert len(site.messages(2)) == 3


def test_a_lower_version_sends_nobody_anew_and_a_higher_one_each_warden_once(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *range(10, 40), OTHER)
    site.look(8)
    assert site.tasks() == {"60": [*range(10)], "61": [*range(10)]}
    site.issue(warning(2, Level.ORANGE, 9, 103))
    site.look(10)
    assert site.tasks(2) == {}
    site.issue(warning(3, Level.RED, 20, 103))
    site.look(21)
    upper, lower = [*range(20)], [*range(20, 40)]
    assert site.tasks(3) == {"60": upper, "61": upper, "62": lower}, "nobody was told of this one"
    assert set(site.messages(3)) == {site.target[n] for n in (WARDEN, DEPUTY, OTHER)}
    site.look(30)
    assert len(site.messages(3)) == 3


def test_tasks_that_went_out_with_the_warning_are_errands_to_all_doors(tmp_path: Path) -> None:
    site = Site(tmp_path, ("sms", "tasks"))
    site.plan("tasks", [site.target[n] for n in (WARDEN, DEPUTY, OTHER)])
    for n in (WARDEN, DEPUTY, OTHER):
        key = f"{EVENT}.v1:tasks:{site.target[n]}"
        site.rows.settle([Outcome(key, HANDED, START + MINUTE)])
    site.sms(HANDED, 1, *site.who)
    site.sms(FAILED, 1, 3)
    site.look(2)
    site.look(30)
    assert site.tasks() == {"60": [*range(20)], "61": [*range(20)], "62": [*range(20, 40)]}
    assert site.said(site.target[WARDEN])[0] == "您负责20户40人。"
    site.rows.close()


def test_a_task_that_waited_names_no_door_that_has_a_proof_meanwhile(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *range(10, 40), OTHER)
    site.look(8)
    warden = site.target[WARDEN]
    assert site.said(warden)[0].endswith("先去第1、2、3、4、5、6、7、8、9、10户。")
    site.sms(DELIVERED, 9, *range(3, 10))
    assert site.said(warden)[0].endswith("先去第1、2、3户。") and len(site.tasks()["60"]) == 10
    site.sms(DELIVERED, 9, 0, 1, 2)
    assert site.said(warden)[0] == "您负责20户40人。"


def test_doors_whose_tasks_failed_for_good_are_given_to_nobody(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(FAILED, 1, 3)
    site.look(2)
    found, entry = site.coverage(3), 4
    assert errands.given(found)[entry] == (2, "#61") and out_of_reach(found)[entry] == "doubtful"
    for n, want in ((WARDEN, (2, "#61")), (DEPUTY, (2, ""))):
        key = f"{EVENT}.v1:tasks:{site.target[n]}"
        site.rows.settle([Outcome(key, FAILED, START + 3 * MINUTE)])
        assert errands.given(site.coverage(4))[entry] == want
    assert out_of_reach(site.coverage(4))[entry] == "closed"


def _lost(site: Site, minute: int, *who: str) -> None:
    """Tasks to the upper village that failed for good; who: which of them."""
    for rest in who or ("",):
        for n in (WARDEN, DEPUTY):
            key = f"{EVENT}.v1:tasks:{site.target[n]}{rest}"
            site.rows.settle([Outcome(key, FAILED, START + minute * MINUTE)])


def test_doors_whose_tasks_failed_for_good_are_given_again(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *range(6, 40), OTHER)
    site.sms(FAILED, 1, 3)
    site.look(2)
    site.look(8)
    assert site.tasks() == {
        "60": [3], "61": [3], "60~2": [0, 1, 2, 4, 5], "61~2": [0, 1, 2, 4, 5],
    }  # fmt: skip
    _lost(site, 9, "", "~2")
    found = site.coverage(9)
    assert np.all(errands.gone(found) == NEVER) and set(errands.asked(found)) == {2, 8, NEVER}
    for minute in (9, 12):
        assert site.look(minute) == ["wait"]
        assert len(site.tasks()) == 4, "the last errand in the village is not 5 minutes old"
    site.look(13)
    again = {name: doors for name, doors in site.tasks().items() if name[2:] not in ("", "~2")}
    five = [*range(5)]
    assert again == {"60~3": five, "61~3": five, "60~4": [5], "61~4": [5]}
    site.look(30)
    assert len(site.tasks()) == 8, "these hold"


def test_doors_of_a_task_that_was_overtaken_are_given_by_the_newer_version(site: Site) -> None:
    site.sms(HANDED, 0, *site.who)
    site.sms(FAILED, 1, 3, 5)
    site.look(2)
    for row in site.rows.take("tasks", 10, START + 2 * MINUTE, sure=True):
        later = START + 12 * MINUTE
        queued = DeliveryState.QUEUED
        site.rows.settle([Outcome(row.key, queued, START + 2 * MINUTE, "throttled", due=later)])
    site.issue(warning(2, Level.RED, 4, 103))
    site.look(9)
    taken = site.rows.take("tasks", 10, START + 10 * MINUTE, sure=True)
    assert {row.key.split(":")[0] for row in taken} == {f"{EVENT}.v2"}
    site.rows.settle([Outcome(row.key, HANDED, START + 10 * MINUTE) for row in taken])
    now = START + 11 * MINUTE
    both = [WARNING, warning(2, Level.RED, 4, 103)]
    assert out_of_reach(look(site.config, site.var, both, both[1], now))[4] == "untried"
    site.look(15)
    assert site.tasks(2)["60~2"] == site.tasks(2)["61~2"] == [3, 5]


def test_done_counts_no_doors_of_a_task_that_never_came(site: Site) -> None:
    site.sms(HANDED, 0, *site.who)
    site.sms(DELIVERED, 1, *range(13, 40), OTHER)
    site.sms(FAILED, 1, *range(10))
    site.look(2)
    site.look(8)
    assert site.tasks()["60"] == [*range(10)] and site.tasks()["60~2"] == [10, 11, 12]
    first, second = (f"{EVENT}.v1:tasks:{site.target[WARDEN]}{rest}" for rest in ("", "~2"))
    site.rows.settle([Outcome(first, FAILED, START + 3 * MINUTE)])
    site.rows.settle([Outcome(second, HANDED, START + 8 * MINUTE)])
    site.rows.receive(second, DeliveryState.ACKNOWLEDGED, 0, "answer: done", START + 12 * MINUTE)
    assert [told.least for told in site.coverage(13).counted.told] == [2 * 3]
    site.rows.receive(first, DeliveryState.ACKNOWLEDGED, 0, "answer: done", START + 14 * MINUTE)
    answered = site.coverage(15).counted.told[-1]
    assert answered.least == 2 * 10, "it did come"


def test_tasks_that_failed_with_the_warning_are_given_again(tmp_path: Path) -> None:
    site = Site(tmp_path, ("sms", "tasks"))
    site.plan("tasks", [site.target[n] for n in (WARDEN, DEPUTY, OTHER)])
    site.sms(HANDED, 1, *site.who)
    key = f"{EVENT}.v1:tasks:{site.target[OTHER]}"
    site.rows.settle([Outcome(key, HANDED, START + MINUTE)])
    _lost(site, 1)
    site.look(2)
    site.look(7)
    again = {name: doors for name, doors in site.tasks().items() if "~" in name}
    assert [*again] == [f"{n}~{k}" for n in (WARDEN, DEPUTY) for k in (2, 3, 4, 5)]
    assert [n for doors in again.values() for n in doors] == [*range(20), *range(20)]
    site.rows.close()


def test_people_whom_the_register_does_not_name_are_asked_after(tmp_path: Path) -> None:
    site = Site(tmp_path, more=9)
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *site.who)
    site.look(7)
    assert site.tasks() == {"62": []} and site.said(site.target[OTHER])[0] == "您负责20户40人。"
    site.look(13)
    assert len(site.messages()) == 1
    site.rows.close()


def test_the_stranded_are_called_last_by_a_further_channel_to_telephones(tmp_path: Path) -> None:
    site = Site(tmp_path)
    second = "  second: {kind: kannel, options: {username: t, password: {env: NOWHERE},\n" \
             "           recipients: register}}\ncoverage:"  # fmt: skip
    text = CONFIG.replace("channels: [tasks]", "channels: [second]")
    text = text.replace("    tasks: {", "    second: {reach: 0.9, proof: person}\n    tasks: {")
    config = tmp_path / "stations.yaml"
    config.write_text(head(103, 42, 41) + text.replace("coverage:", second), encoding="utf-8")
    site.escalator.config = load(config).config
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *range(10, 40), WARDEN, DEPUTY, OTHER)
    site.sms(FAILED, 1, 2, 0, 5)
    assert site.look(8) == ["more"]
    asked = "SELECT target FROM deliveries WHERE channel = 'second' ORDER BY id"
    with site.rows._lock:
        found = [site.target.index(target) for (target,) in site.rows._db.execute(asked)]
    assert sorted(found) == [*range(10)] and {*found[-3:]} == {0, 2, 5}
    site.rows.close()


def test_who_has_nobody_in_charge_is_noted_until_somebody_is(site: Site) -> None:
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *site.who)
    assert site.look(6) == ["more"] and not site.messages()
    found = site.coverage(6)
    town = [entry for entry, (_, to) in errands.given(found).items() if not to]
    assert town == [*range(41, 61)] and (errands.gone(found) == NEVER).all()
    listed = (site.var / "unreached" / f"{EVENT}.v1.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "area,stratum,entry,people,reach,given,minute"
    assert listed[1] == "town,any,#41,1,closed,nobody,6"
    theirs = np.isin(found.people.entry, town)
    assert np.all(errands.gone(found) == NEVER) and np.all(errands.asked(found)[theirs] == 6)
    site.look(10)
    assert np.all(errands.asked(site.coverage(10))[theirs] == 6), "5 minutes between two tries"
    site.look(11)
    assert np.all(errands.asked(site.coverage(11))[theirs] == 11) and not site.messages()
    with closing(Register.open(site.var)) as register:
        late = Entry("w4", "town", audience="contacts", rank="town", contacts=_sms(99))
        put(register, "later", [late], "duty", START + 12 * MINUTE)
    site.look(16)
    (target,) = site.messages()
    assert site.said(target)[1].startswith("Doors: 20, people: 20.")
    found = site.coverage(17)
    theirs = np.isin(found.people.entry, town)
    assert np.all(errands.gone(found)[theirs] == 16) and out_of_reach(found)[41] == "doubtful"
    site.look(40)
    assert site.messages() == [target]


def test_without_a_register_the_next_channel_and_the_next_warning_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(tmp_path)
    television = '  tv: {kind: webhook, options: {url: "http://127.0.0.1:9/x"}}\ncoverage:'
    text = CONFIG.replace("channels: [tasks]", "channels: [tasks, tv]")
    text = text.replace(
        "    tasks: {reach", "    tv: {reach: 0.3, proof: person}\n    tasks: {reach"
    )
    config = tmp_path / "stations.yaml"
    config.write_text(head(103, 42, 41) + text.replace("coverage:", television), encoding="utf-8")
    site.escalator.config = load(config).config
    (site.var / FILE).unlink()
    site.issue(replace(WARNING, identifier="other.v1", event="other", level=Level.ORANGE))
    assert site.look(6) == ["more", "more"]
    asked = "SELECT identifier, channel, target FROM deliveries WHERE channel <> 'sms' ORDER BY id"
    with site.rows._lock:
        found = site.rows._db.execute(asked).fetchall()
    assert found == [(f"{EVENT}.v1", "tv", "town"), ("other.v1", "tv", "town")]
    assert len(looks := site.look(12)) == 2 and "more" not in looks
    assert "there is no register in" in capsys.readouterr().err
    site.rows.close()


def test_a_warning_that_cannot_be_looked_at_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(tmp_path)
    site.issue(replace(WARNING, identifier="other.v1", event="other", level=Level.ORANGE))

    def some(*given: Any, **named: Any) -> Look:
        if given[3].event == EVENT:
            raise RuntimeError("a wrong row")
        return look(*given, **named)

    monkeypatch.setattr("tongluo.daemon.escalator.look", some)
    assert len(site.look(6)) == 1
    assert "a wrong row" in capsys.readouterr().err
    (site.var / FILE).write_bytes(b"no register")
    assert site.look(7) == [] and "RegisterError" in capsys.readouterr().err
    site.rows.close()
