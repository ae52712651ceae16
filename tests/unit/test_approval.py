"""Approval by chance: whatever gauges, time, persons and kills do, nobody is gone round."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.build import HOUR, MINUTE, knows
from tests.scenarios.duty import APPROVE, PEOPLE, Duty
from tongluo import memory
from tongluo.core.words import Act, Hazard
from tongluo.engine import Engine
from tongluo.warning import approval, ladder
from tongluo.warning.desk import Desk, Group
from tongluo.warning.policy import Approval, Policy, Step

ORDER = "order 7"
LOWER = {"lower": "approve"}
STYLES: tuple[dict[str, Any], ...] = (
    {},
    {"two": True},
    {"on_silence": "issue", "order": ORDER},
    {"two": True, "on_silence": "issue", "order": ORDER, **LOWER},
)
PLACES = st.sampled_from("AB")
WHO = st.sampled_from(sorted(PEOPLE))
GRADE = st.sampled_from(["blue", "yellow", "orange", "red"])
MOVES = st.one_of(
    st.tuples(st.just("gauge"), PLACES, st.sampled_from([0.2, 1.5, 2.5, 3.5, 4.5])),
    st.tuples(st.just("pass"), st.sampled_from([1, 4, 17, 60])),
    st.tuples(st.just("approve"), WHO),
    st.tuples(st.just("reject"), WHO),
    st.tuples(st.just("answer"), WHO),
    st.tuples(st.just("issue"), WHO, PLACES, GRADE),
    st.tuples(st.sampled_from(["cancel", "retract"]), WHO, PLACES),
    st.tuples(st.just("update"), WHO, PLACES, GRADE),
    st.tuples(st.just("kill")),
)


def play(duty: Duty, moves: list[tuple[Any, ...]]) -> None:
    for move in moves:
        word, *rest = move
        desk = duty.engine.desk
        if word == "gauge":
            duty.at(duty.minute + 1, **{rest[0]: rest[1]})
        elif word == "pass":
            duty.until(duty.minute + rest[0])
        elif word in ("approve", "reject"):
            duty.act(rest[0], word, ids=list(desk.groups), **({"why": "w"} if "j" in word else {}))
        elif word == "answer":
            mine = [c for g in desk.groups.values() for c, who in g.calls.items() if who == rest[0]]
            duty.act(rest[0], word, call=mine[0] if mine else "none")
        elif word == "issue":
            duty.act(rest[0], word, area=rest[1], hazard="river_flood", level=rest[2], why="w")
        elif word == "update":
            name = duty.event(rest[1])
            duty.act(rest[0], word, event=name, level=rest[2], why="w")
        elif word in ("cancel", "retract"):
            duty.act(rest[0], word, event=duty.event(rest[1]), why="w")
        else:
            revive(duty)


def revive(duty: Duty) -> None:
    """Another process: what was saved, and nothing else."""
    saved = memory.save(duty.engine)
    duty.engine = Engine(duty.plan())
    assert memory.fits(duty.engine, saved)
    memory.restore(duty.engine, saved)


@settings(max_examples=50)
@given(st.sampled_from(STYLES), st.lists(MOVES, max_size=30))
def test_nothing_goes_out_below_its_approval(
    style: dict[str, Any], moves: list[tuple[Any, ...]]
) -> None:
    duty = Duty(approve={**APPROVE, **style})
    play(duty, moves)
    for _, version, _ in duty.warnings:
        if version.level <= max(version.previous, 1):
            continue  # blue goes out by itself; renewals and lower levels raise nothing
        granted = [
            dict(r.body)
            for _, r in duty.records
            if r.what == "proposal"
            and (r.time, r.body["area"]) == (version.sent, version.area.id)
            and r.body.get("issued") == version.level.word
        ]
        assert granted, version.identifier
        if granted[0]["state"] == "issued_by_order":
            assert style["on_silence"] == "issue"
            assert version.policy == ORDER
            continue
        who = granted[0]["approved_by"]
        assert len(set(who)) == len(who) >= (2 if style.get("two") else 1)
        assert {role for name in who for role in PEOPLE[name]["roles"]} <= {"duty", "chief"}


@settings(max_examples=50)
@given(st.sampled_from(STYLES), st.lists(MOVES, max_size=30))
def test_one_warning_at_a_time_and_the_all_clear_goes_wherever_the_alarm_went(
    style: dict[str, Any], moves: list[tuple[Any, ...]]
) -> None:
    duty = Duty(approve={**APPROVE, **style})
    play(duty, moves)
    open_: dict[str, str] = {}
    went: dict[str, set[str]] = defaultdict(set)
    names = [w.identifier for _, w, _ in duty.warnings]
    assert len(names) == len(set(names))
    for _, version, channels in duty.warnings:
        area, event = version.area.id, version.event
        if version.act is Act.ISSUE:
            assert area not in open_
            open_[area] = event
        elif not version.mistaken:
            assert open_[area] == event
        went[event] |= {*channels}
        if version.act is Act.CANCEL:
            open_.pop(area, None)
            assert {*channels} == went[event]
    live = {n: e for n, e in duty.engine.lifecycle.events.items() if e.version}
    assert {e.name for e in live.values()} == set(open_.values())


@settings(max_examples=50)
@given(st.sampled_from(STYLES), st.lists(MOVES, max_size=30))
@example({}, [("gauge", "A", 3.5), ("pass", 4), ("pass", 4), ("pass", 17), ("gauge", "B", 4.5)])
def test_a_ladder_is_climbed_in_order_each_step_once(
    style: dict[str, Any], moves: list[tuple[Any, ...]]
) -> None:
    duty = Duty(approve={**APPROVE, **style})
    play(duty, moves)
    climbed: dict[str, list[str]] = defaultdict(list)
    for _, call in duty.calls:
        _, version, step, _ = call.id.rsplit(".", 3)
        key = f"{call.group}.{version}"
        if step.startswith("s") and step != "silence" and step not in climbed[key][-1:]:
            climbed[key].append(step)
    for steps in climbed.values():
        event("".join(steps))
        assert steps == [f"s{n + 1}" for n in range(len(steps))]
    assert len({c.id for _, c in duty.calls}) == len(duty.calls)


@settings(max_examples=30)
@given(st.sampled_from(STYLES), st.lists(MOVES, max_size=25))
def test_a_kill_changes_nothing_and_the_rows_tell_all(
    style: dict[str, Any], moves: list[tuple[Any, ...]]
) -> None:
    duty = Duty(approve={**APPROVE, **style})
    play(duty, moves)
    again = Duty(approve={**APPROVE, **style})
    for row in duty.rows[1:]:  # the first is in every desk
        again.feed(row)
    assert again.records == duty.records
    assert repr(again.warnings) == repr(duty.warnings)
    assert knows(again.engine) == knows(duty.engine)


# the rules by themselves


def step(after: int) -> Step:
    return Step(after, ("duty",), ("record",), answer=True)


LADDER = Approval(("duty",), False, HOUR, (step(0), step(5 * MINUTE), step(9 * MINUTE)))
POLICY = Policy(
    None, 1, True, "o", ("r",), HOUR, MINUTE,
    modes=("automatic", "automatic", "approve", "approve", "never"),
    approvals=(None, None, LADDER, LADDER, None),
)  # fmt: skip


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_the_aim_is_never_what_is_never_issued_and_declines_only_stop_rises(
    assessed: int, live: int, declined: int, manual: int
) -> None:
    level = approval.aim(POLICY, assessed, live, declined, manual)
    assert level == manual or POLICY.mode(level) != "never" or level == 0
    assert level >= manual
    if assessed <= declined:
        assert level <= max(live, manual)
    at_once = approval.at_once(POLICY, live, level)
    assert min(live, level) <= at_once <= max(live, level)
    assert at_once <= live or POLICY.mode(at_once) == "automatic"


@given(st.sampled_from(["propose", "relay"]), st.integers(0, 4), st.integers(0, 4))
def test_a_site_that_may_not_issue_never_raises_anything(
    authority: Any, live: int, level: int
) -> None:
    bound = Policy(None, 1, True, "o", ("r",), HOUR, MINUTE, authority, "them")
    assert approval.at_once(bound, live, level) <= live


@given(st.integers(0, 3 * 60), st.lists(st.integers(0, 40), max_size=12))
def test_after_an_outage_the_ladder_keeps_its_distances(late: int, looks: list[int]) -> None:
    group, taken, now = Group("g", "landslide", 1, 3, 1), list[int](), 1 + late * MINUTE
    for passed in [0, *looks]:
        now += passed * MINUTE
        due = ladder.due(group, LADDER)
        if due and due <= now:
            number, _ = ladder.take(group, LADDER, now)
            assert number == len(taken)
            taken.append(now)
    apart = [b - a for a, b in pairwise(taken)]
    assert all(gap >= least * MINUTE for gap, least in zip(apart, (5, 4), strict=False))


def test_a_proposal_of_each_area_is_one_and_its_group_goes_with_the_last() -> None:
    desk, place = Desk(), ("A", Hazard.LANDSLIDE.value)
    first, word = approval.propose(desk, place, 2, 0, MINUTE, {}, POLICY)
    assert word == "proposed"
    same, word = approval.propose(desk, place, 2, 0, 2 * MINUTE, {}, POLICY)
    assert (same is first, word) == (True, "kept")
    _, word = approval.propose(desk, place, 3, 0, 3 * MINUTE, {}, POLICY)
    assert (word, first.version, first.since) == ("renewed", 2, [0, MINUTE, MINUTE, 3 * MINUTE, 0])
    _, word = approval.propose(desk, place, 2, 0, 4 * MINUTE, {}, POLICY)
    assert (word, first.since) == ("amended", [0, MINUTE, MINUTE, 0, 0])
    approval.propose(desk, ("B", place[1]), 2, 0, 5 * MINUTE, {}, POLICY)
    assert [len(desk.of_group(g)) for g in desk.groups] == [2]
    approval.close(desk, first.key)
    assert len(desk.groups) == 1
    approval.close(desk, f"B/{place[1]}")
    assert not desk.groups
