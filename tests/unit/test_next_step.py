"""Who is not waited for by escalation: known to be dead before, or without any number; and who is
not foretold as reached."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dissemination.targeting import Entry
from tests.town import EVENT, MINUTE, START, enrol
from tests.unit import test_doors_due
from tests.unit.test_doors_due import Site
from tongluo.core.words import Act, DeliveryState, Level
from tongluo.coverage.foretold import contacts, foretold
from tongluo.daemon.deliveries import OVERTAKEN, Outcome, Planned
from tongluo.daemon.next_step import policy_of

DELIVERED, FAILED, HANDED = (
    DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.HANDED_OVER
)  # fmt: skip
DEAD = (3, 5)


def test_who_was_stranded_when_the_warning_was_lower_is_not_waited_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = test_doors_due.WARNING
    orange = replace(red, level=Level.ORANGE)
    monkeypatch.setattr(test_doors_due, "WARNING", orange)
    site = Site(tmp_path)
    others = [n for n in site.who if n not in DEAD]
    site.sms(HANDED, 0, *site.who)
    site.sms(FAILED, 1, *DEAD)
    site.sms(DELIVERED, 1, *others)
    upgrade = replace(red, identifier=f"{EVENT}.v2", version=2, act=Act.UPDATE,
                      previous=Level.ORANGE, sent=START + 10 * MINUTE)  # fmt: skip
    site.issue(upgrade)
    fan = Planned(f"{EVENT}.v2:sms:town", f"{EVENT}.v2", EVENT, "sms", "town", 4)
    site.rows.spread(fan, [site.target[n] for n in site.who], START + 10 * MINUTE)
    for n in site.who:  # all are on their way for the red
        key = f"{EVENT}.v2:sms:{site.target[n]}"
        site.rows.settle([Outcome(key, HANDED, START + 11 * MINUTE)])
    site.look(12)
    assert sorted(n for doors in site.tasks(2).values() for n in doors) == [3, 3, 5, 5]
    site.rows.close()


def test_who_has_no_number_where_others_have_one_gets_a_warden_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    enrol(site.var, [Entry("no number", "upper", sort="household", size=1)])
    site.look(1)
    assert not site.tasks(), "no message has gone out yet"
    site.sms(HANDED, 0, *site.who[:30])
    site.look(2)
    asked = site.rows._db.execute("SELECT DISTINCT entry FROM errands WHERE warden > 0").fetchall()
    assert asked == [(64,)] and len(site.messages()) == 2, "a warden and a deputy"
    site.rows.close()


def test_people_to_whom_nobody_can_be_sent_are_not_foretold_as_reached(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.sms(HANDED, 1, *site.who)
    site.sms(DELIVERED, 1, *site.who)
    before = site.coverage(5)
    site.look(6)
    found = site.coverage(6)
    town = found.people.names().index(("town", "any"))
    k = [way.name for way in found.ways].index("tasks")
    assert (contacts(before)[town, k], contacts(found)[town, k]) == (20, 0)
    policy = policy_of(site.config.coverage.escalation)
    ahead = foretold(found, policy, (0.9,))
    assert ahead.times[0.9].likely == np.inf and not ahead.sure(0.9), "83 of 103 at the most"
    site.rows.close()


@pytest.mark.parametrize("level", [Level.ORANGE, Level.RED])
def test_who_waits_for_a_newer_version_is_not_stranded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    """What waited in the queue was overtaken: that says nothing of a telephone."""
    red = test_doors_due.WARNING
    monkeypatch.setattr(test_doors_due, "WARNING", replace(red, level=level))
    site = Site(tmp_path)
    out, waiting = site.who[:20], site.who[20:]
    site.sms(HANDED, 0, *out)
    site.sms(DELIVERED, 1, *out)
    newer = replace(red, identifier=f"{EVENT}.v2", version=2, act=Act.UPDATE,
                    previous=level, sent=START + 10 * MINUTE)  # fmt: skip
    site.issue(newer)
    fan = Planned(f"{EVENT}.v2:sms:town", f"{EVENT}.v2", EVENT, "sms", "town", 4)
    site.rows.spread(fan, [site.target[n] for n in site.who], START + 10 * MINUTE)
    for n in waiting:
        key = f"{EVENT}.v1:sms:{site.target[n]}"
        site.rows.settle([Outcome(key, DeliveryState.EXPIRED, START + 10 * MINUTE, OVERTAKEN)])
    for n in out[:5]:
        key = f"{EVENT}.v2:sms:{site.target[n]}"
        site.rows.settle([Outcome(key, HANDED, START + 10 * MINUTE)])
    site.look(11)
    assert not site.messages(1) and not site.messages(2)
    site.rows.close()
