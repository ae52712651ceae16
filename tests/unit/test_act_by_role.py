"""`POST /act` where operators are configured: a token is not enough, the role must be named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.scenarios.duty import APPROVE, PEOPLE, Duty
from tongluo.core.effects import Effects
from tongluo.core.tokens import digest
from tongluo.daemon.control import ordered
from tongluo.store.journal import Journal


class Site:
    """An orange warning in force in A, and what /act brings to the engine."""

    def __init__(self, journal: Journal, **policy: Any) -> None:
        self.duty, self.fed = Duty(**policy), list[Any]()
        self.duty.at(1, A=3.5)
        self.duty.act("li", "approve", ids=[self.duty.group()])
        intake = SimpleNamespace(engine=self.duty.engine, act=self._act)
        self.daemon: Any = SimpleNamespace(intake=intake, journal=journal)
        self.journal = journal

    def _act(self, row: Any) -> Effects:
        self.fed.append(row)
        return Effects()

    def asked(self, who: str, level: str = "none", area: str = "A") -> Any:
        said = {"operator": who, "token": who, "area": area, "hazard": "river_flood",
                "level": level, "why": "w"}  # fmt: skip
        return ordered(self.daemon, said)(said)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    for name, person in PEOPLE.items():
        monkeypatch.setitem(person, "digest", digest(name))
    with closing(Journal(tmp_path / "journal.db")) as opened:
        yield opened


@pytest.mark.parametrize(("who", "code"), [("xu", "no_roles"), ("qi", "not_allowed")])
@pytest.mark.parametrize("level", ["none", "red"])
def test_who_may_not_approve_sets_no_level(
    journal: Journal, who: str, code: str, level: str
) -> None:
    site = Site(journal)
    assert site.asked(who, level)["code"] == code
    assert not site.fed
    assert journal.db.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_who_may_approve_sets_a_level(journal: Journal) -> None:
    site = Site(journal)
    for who in ("li", "wu"):
        assert site.asked(who) == {"decisions": 0}
    assert [act.who for act in site.fed] == ["li", "wu"]


def test_the_highest_of_asked_assessed_and_in_force_says_who(journal: Journal) -> None:
    mayors = {"red": {"issue": "approve", "approve": {**APPROVE, "who": ["mayor"]}}}
    site = Site(journal, levels=mayors)
    assert site.asked("li", "red")["code"] == "not_allowed"
    assert site.asked("he", "red") == {"decisions": 0}
    assert site.asked("he")["code"] == "not_allowed"  # orange is in force
    assert site.asked("li") == {"decisions": 0}
    site.duty.at(2, A=4.5)
    assert site.asked("li")["code"] == "not_allowed"  # red is assessed, and proposed
    assert site.asked("he") == {"decisions": 0}


def test_where_nothing_is_approved_any_role_will_do(journal: Journal) -> None:
    site = Site(journal)
    assert site.asked("qi", "blue", area="B") == {"decisions": 0}
    assert site.asked("xu", "blue", area="B")["code"] == "no_roles"


def test_who_the_policy_names_for_its_warnings_counts_first(journal: Journal) -> None:
    site = Site(journal, who=["mayor"])
    assert site.asked("li")["code"] == "not_allowed"
    assert site.asked("he") == {"decisions": 0}
