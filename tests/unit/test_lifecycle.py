"""The life of a warning: issue, update, renew, cancel; its chain of references, its names."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import HOUR, MINUTE, START
from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import Act, Hazard, Level, Status
from tongluo.warning.lifecycle import Lifecycle, Occasion
from tongluo.warning.policy import Policy, policy_for

POLICY = Policy(None, 1, True, "order 1", ("record",), 6 * HOUR, 30 * MINUTE)
AREA = Area("v", "村", "Village", 100, circle=(22.5, 113.0, 1.0))
SENDER = Sender("a@example.org", "甲", "A")
OCCASION = Occasion(
    AREA, Hazard.RIVER_FLOOD, SENDER, POLICY, "Asia/Shanghai", ("zh-CN",), Status.ACTUAL
)
WHY = {"en": "because", "zh": "因为"}


def follow(
    life: Lifecycle, level: int, minute: int, occasion: Occasion = OCCASION, n: int = 0
) -> WarningVersion | None:
    return life.follow(n, level, START + minute * MINUTE, occasion, WHY)


def some(version: WarningVersion | None) -> WarningVersion:
    assert version is not None
    return version


def test_issue_update_cancel() -> None:
    life = Lifecycle()
    issue = some(follow(life, 2, 0))
    assert (issue.act, issue.level, issue.previous, issue.version) == (Act.ISSUE, 2, 0, 1)
    assert issue.references == ()
    assert issue.expires == START + 6 * HOUR
    update = some(follow(life, 4, 10))
    assert (update.act, update.level, update.previous, update.version) == (Act.UPDATE, 4, 2, 2)
    assert update.onset == START
    cancel = some(follow(life, 0, 20))
    assert (cancel.act, cancel.level, cancel.previous) == (Act.CANCEL, Level.NONE, 4)
    assert [r.identifier for r in cancel.references] == [issue.identifier, update.identifier]
    assert [r.sent for r in cancel.references] == [issue.sent, update.sent]
    assert {r.sender for r in cancel.references} == {SENDER.id}


def test_nothing_to_say_when_nothing_is_in_force() -> None:
    life = Lifecycle()
    assert follow(life, 0, 0) is None
    assert follow(life, -1, 1) is None
    assert life.renewal(0, POLICY) == 0


def test_the_same_level_again_is_no_news() -> None:
    life = Lifecycle()
    follow(life, 2, 0)
    assert follow(life, 2, 5) is None


def test_unknown_never_ends_a_warning() -> None:
    life = Lifecycle()
    follow(life, 2, 0)
    assert follow(life, -1, 5) is None
    assert life.renewal(0, POLICY) == START + 6 * HOUR - 30 * MINUTE


def test_a_renewal_says_the_same_with_a_later_end() -> None:
    life = Lifecycle()
    issue = some(follow(life, 2, 0))
    at = life.renewal(0, POLICY)
    assert at == issue.expires - 30 * MINUTE
    again = life.renew(0, at, OCCASION, WHY)
    assert (again.act, again.level, again.previous) == (Act.UPDATE, 2, 2)
    assert again.expires == at + 6 * HOUR
    assert [r.identifier for r in again.references] == [issue.identifier]


def test_the_next_event_begins_a_new_chain_under_a_new_name() -> None:
    life = Lifecycle()
    first = some(follow(life, 2, 0))
    follow(life, 0, 1)
    second = some(follow(life, 2, 1))
    assert second.act is Act.ISSUE
    assert second.references == ()
    assert second.event != first.event
    assert second.identifier != first.identifier


def test_a_cancelled_event_is_not_renewed() -> None:
    life = Lifecycle()
    follow(life, 2, 0)
    follow(life, 0, 1)
    assert life.renewal(0, POLICY) == 0


def test_the_first_policy_that_fits() -> None:
    flood = replace(POLICY, hazards=(Hazard.RIVER_FLOOD,), by="flood")
    assert policy_for([flood, POLICY], Hazard.RIVER_FLOOD) is flood
    assert policy_for([flood, POLICY], Hazard.LANDSLIDE) is POLICY
    assert policy_for([flood], Hazard.LANDSLIDE) is None
    assert policy_for([POLICY], Hazard.WET_SOIL) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 5), st.integers(0, 300)), max_size=60))
def test_chains_are_whole_and_identifiers_unique(steps: list[tuple[int, int, int]]) -> None:
    """Level 5 stands for a renewal; questions 0 to 3 are four areas."""
    life, minute, versions = Lifecycle(), 0, list[WarningVersion]()
    for n, level, passed in steps:
        minute += passed
        occasion = replace(OCCASION, area=replace(AREA, id=f"v{n}"))
        if level == 5:
            if life.renewal(n, POLICY):
                versions.append(life.renew(n, START + minute * MINUTE, occasion, WHY))
        elif (version := follow(life, level, minute, occasion, n)) is not None:
            versions.append(version)
    assert len({v.identifier for v in versions}) == len(versions)
    chains: dict[str, list[WarningVersion]] = {}
    for version in versions:
        chains.setdefault(version.event, []).append(version)
    for chain in chains.values():
        assert chain[0].act is Act.ISSUE
        assert [v.version for v in chain] == list(range(1, len(chain) + 1))
        assert all(v.act is Act.UPDATE for v in chain[1:-1])
        assert len({v.onset for v in chain}) == len({v.area.id for v in chain}) == 1
        for k, version in enumerate(chain):
            live = [v for v in chain[:k] if v.expires > version.sent] or chain[:k][-1:]
            assert [r.identifier for r in version.references] == [v.identifier for v in live]
            assert version.previous == (chain[k - 1].level if k else 0)


def test_a_warning_renewed_for_months_refers_to_what_has_not_expired() -> None:
    life = Lifecycle()
    follow(life, 2, 0)
    every = POLICY.validity - POLICY.renew
    versions = [life.renew(0, START + n * every, OCCASION, WHY) for n in range(1, 500)]
    assert max(len(v.references) for v in versions) == 1  # only the last is in force
    assert [r.identifier for r in versions[-1].references] == [versions[-2].identifier]
    late = life.renew(0, START + 501 * every, OCCASION, WHY)  # after it has expired, all the same
    assert [r.identifier for r in late.references] == [versions[-1].identifier]
