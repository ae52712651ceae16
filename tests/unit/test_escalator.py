"""Escalation in the dispatcher: to whom it adds a channel, once, whatever is cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dissemination.targeting import Contact, Entry
from tests.town import EVENT, MINUTE, START, enrol, head, number, warning
from tongluo.config.coverage import EscalationIn
from tongluo.config.load import load
from tongluo.core.effects import Effects, Tick
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState
from tongluo.coverage import kept
from tongluo.coverage.place import ways
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
from tongluo.daemon.escalator import Escalator
from tongluo.daemon.next_step import policy_of
from tongluo.store.journal import Journal, connect

CONFIG = (
    head(town=100, upper=60, lower=40)
    + """\
channels:
  sms: &kannel
    kind: kannel
    options: {username: tester, password: {env: NOWHERE}, recipients: register}
  second: *kannel
coverage:
  channels:
    sms: {reach: 0.8, proof: person, needs: [mobile]}
    second: {reach: 0.9, proof: person, needs: [satellite]}
  escalation: {channels: [second], target: 0.95, wait: 5 min, until: 1 h}
"""
)
WARNING = warning(people=100)


class Site:
    """100 people; short messages proved of those whose number is not among `silent`."""

    def __init__(self, folder: Path, silent: set[int]) -> None:
        config = folder / "stations.yaml"
        config.write_text(CONFIG, encoding="utf-8")
        self.var = folder / "var"
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(START), Effects(warnings=[(WARNING, ("sms",))]))
            journal.configuration('{"time": {"clock": "stream"}}', [], Effects(), START)
        entries = [
            Entry(f"e{n}", "upper" if n < 60 else "lower", contacts=(Contact("sms", number(n)),))
            for n in range(100)
        ]
        self.target = enrol(self.var, entries)
        self.rows = Deliveries(self.var / "deliveries.db")
        fan = Planned(f"{EVENT}.v1:sms:town", f"{EVENT}.v1", EVENT, "sms", "town", 4)
        self.rows.spread(fan, self.target, START)
        for n, target in enumerate(self.target):
            key = f"{EVENT}.v1:sms:{target}"
            self.rows.settle([Outcome(key, DeliveryState.HANDED_OVER, START + MINUTE)])
            if n not in silent:
                self.rows.receive(key, DeliveryState.DELIVERED, 0, "", START + 2 * MINUTE)
        self.woken = 0
        self.escalator = Escalator(
            self.var, load(config).config, self.rows, Log("test"), self._wake
        )

    def _wake(self) -> None:
        self.woken += 1

    def look(self, minute: int) -> list[str]:
        """Reasons of the steps at a minute."""
        with closing(Journal(self.var / "journal.db")) as journal, journal.transaction():
            journal.tick(Tick(START + minute * MINUTE), Effects())
        with closing(connect(self.var / "journal.db", read_only=True)) as journal:
            return [step.reason for step in self.escalator.look(journal)]

    def added(self) -> Counter[str]:
        """Targets that the second channel sends to."""
        with self.rows._lock:
            found = self.rows._db.execute("SELECT target FROM deliveries WHERE channel = 'second'")
            return Counter(target for (target,) in found)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path, {*range(10, 20), 70})
    yield made
    made.rows.close()


def test_only_those_without_proof_in_areas_below_the_target_get_another(site: Site) -> None:
    assert site.look(3) == ["wait"] and not site.added()
    assert site.look(8) == ["more"] and site.woken == 1
    assert site.added() == Counter(site.target[n] for n in range(10, 20))  # the other is above
    listed = (site.var / "unreached" / f"{EVENT}.v1.csv").read_text(encoding="utf-8")
    assert len(listed.splitlines()) == 12 and "86199" not in listed
    assert site.look(9) == ["wait"] and sum(site.added().values()) == 10
    for n in range(10, 20):
        key = f"{EVENT}.v1:second:{site.target[n]}"
        site.rows.receive(key, DeliveryState.DELIVERED, 0, "", START + 10 * MINUTE)
    assert site.look(12) == ["reached"]


def test_a_step_that_was_cut_off_gives_nobody_a_second_message(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as for_now, pytest.raises(KeyboardInterrupt):
        for_now.setattr(Deliveries, "escalate", cut_off)
        site.look(8)
    assert sum(site.added().values()) == 10
    assert site.look(9) == ["more"], "it was not noted: ordered again, to nobody new"
    assert site.look(10) == ["wait"] and site.look(30) == ["nothing is left"]
    assert site.added() == Counter(site.target[n] for n in range(10, 20))


def test_a_step_that_was_cut_off_amid_its_messages_forgets_nobody(site: Site) -> None:
    """All ten are of one cell: five of them have a delivery when the process ends."""
    fan = Planned(f"{EVENT}.v1:second:town", f"{EVENT}.v1", EVENT, "second", "town", 4)
    five = [site.target[n] for n in range(10, 15)]
    site.rows.spread(fan, five, START + 8 * MINUTE)
    for target in five:
        key = f"{EVENT}.v1:second:{target}"
        site.rows.settle([Outcome(key, DeliveryState.HANDED_OVER, START + 8 * MINUTE)])
    assert site.look(9) == ["more"]
    assert site.added() == Counter(site.target[n] for n in range(10, 20))


def test_a_channel_that_is_out_is_not_added_until_it_is_back(site: Site) -> None:
    now = START + 3 * MINUTE
    kept.tell_outage(site.var, kept.Outage("satellite", "town", now, START + 20 * MINUTE, "duty"))
    assert site.look(8) == ["nothing is left"] and not site.added()
    assert site.look(21) == ["more"] and len(site.added()) == 10


def test_after_the_hazard_nothing_is_added(site: Site) -> None:
    assert site.look(61) == ["time is up"] and not site.added()


def test_queues_and_gateways_are_as_the_configuration_says(tmp_path: Path) -> None:
    given = EscalationIn.model_validate({"channels": ["second"], "queue": "1 h", "stuck": "20 min"})
    assert (policy_of(given).queue, policy_of(given).stuck) == (60, 20)
    path = tmp_path / "stations.yaml"
    path.write_text(CONFIG.replace("needs: [mobile]", "gives_up: 20 min, needs: [mobile]"))
    sms, second = ways(load(path).config, tmp_path)
    assert sms.pace.gives_up == 20 and second.pace.gives_up == float("inf")
    assert not (sms.apart or second.apart)
    path.write_text(
        CONFIG.replace("second: *kannel", "second: {kind: wardens, options: {by: sms}}")
    )
    assert ways(load(path).config, tmp_path)[1].apart, "wardens go in their own area"
