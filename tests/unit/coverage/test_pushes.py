"""A push counts as handed over; as reached only where the page says that it came."""

from __future__ import annotations

from pathlib import Path

import pytest

from dissemination.installations import name_of
from tests.unit.console.site import Written
from tongluo.core.clock import now_ms
from tongluo.core.words import DeliveryState
from tongluo.coverage.look import Look, look
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned

ONE, TWO, THREE = (name_of(x * 16) for x in ("0a", "0b", "0c"))
MORE = """
  push: {kind: webpush, options: {contact: "mailto:duty@example.org"}}
coverage:
  channels: {page: {proof: person}, push: {proof: person}}"""


class Out:
    """A warning that went to pages and by push."""

    def __init__(self, folder: Path) -> None:
        self.site = Written(folder, channels=MORE)
        self.warning = self.site.warning()
        self.site.put(self.warning)
        self.rows = Deliveries(self.site.var / "deliveries.db")
        to = [("page", ONE), ("push", ONE), ("page", TWO), ("push", TWO), ("push", THREE)]
        self.rows.plan([self.planned(channel, who) for channel, who in to], 1, now_ms())
        for channel, state in (
            ("page", DeliveryState.HANDED_OVER),
            ("push", DeliveryState.ACCEPTED),
        ):
            taken = self.rows.take(channel, 9, now_ms(), sure=False)
            self.rows.settle([Outcome(row.key, state, now_ms()) for row in taken])

    def planned(self, channel: str, who: str) -> Planned:
        name = self.warning.identifier
        return Planned(f"{name}:{channel}:{who}", name, self.warning.event, channel, who, 3)

    def proves(self, channel: str, who: str, state: DeliveryState) -> None:
        now = now_ms()
        assert self.rows.receive(self.planned(channel, who).key, state, now, channel, now)

    def look(self) -> Look:
        config = self.site.loaded.config
        return look(config, self.site.var, [self.warning], self.warning, now_ms())

    def reached(self) -> int:
        return int(self.look().confirmed().sum())


@pytest.fixture
def out(tmp_path: Path) -> Out:
    return Out(tmp_path)


def test_what_a_push_service_took_has_reached_nobody(out: Out) -> None:
    found = out.look()
    assert [row.state for row in found.rows if row.channel == "push"] == ["accepted"] * 3
    assert out.reached() == 0


def test_one_person_is_one_however_often_the_page_says_so(out: Out) -> None:
    out.proves("push", ONE, DeliveryState.DELIVERED)
    assert out.reached() == 1
    out.proves("page", ONE, DeliveryState.ACKNOWLEDGED)
    assert out.reached() == 1
    out.proves("page", TWO, DeliveryState.DELIVERED)
    assert out.reached() == 2
