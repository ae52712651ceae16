"""Verdicts beside one another: doubtful gauges and their witnesses, votes, chains."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    MINUTE,
    RAIN,
    RAIN_RULE,
    SITE,
    SOURCE,
    STAGE,
    STAGE_RULE,
    START,
    THRESHOLDS,
    columns,
    config,
)
from tongluo.config.models import Config
from tongluo.config.plan import plan
from tongluo.core.effects import Act, Effects, Readings
from tongluo.core.words import Hazard
from tongluo.engine import Engine
from tongluo.warning.assess import Assessor
from tongluo.warning.question import CHAIN, Chain, Member, Question

FOREVER = 1 << 62


def sure(n: int, station: str, rule: str = "r", armed: int = -1) -> Member:
    return Member("d", n, rule, 4, frozenset({station}), 4, armed)


def doubtful(n: int, station: str, cap: int = 2) -> Member:
    return Member("d", n, "r", 4, frozenset({station}), cap)


def asks(*members: Member, votes: tuple[int, int, int, int] | None = None) -> Assessor:
    told = {"r": votes} if votes else {}
    return Assessor([Question("a", Hazard.RIVER_FLOOD, members, 0, 0.5, told)])


def push(a: Assessor, member: int, level: int, time: int = 1) -> int:
    a.verdict(("d", member), level, time, "verdict")
    return a.answers[0].level


def test_a_doubtful_gauge_alone_raises_a_watch_and_no_more() -> None:
    a = asks(sure(0, "x"), doubtful(1, "x"), sure(2, "y"))
    push(a, 0, 0)
    assert push(a, 1, 4) == 2
    assert push(a, 0, 4) == 4, "good readings of the same gauge need no witness"


def test_a_second_station_is_a_witness_and_the_same_one_is_none() -> None:
    a = asks(doubtful(0, "x"), doubtful(1, "x"), doubtful(2, "y"))
    push(a, 0, 4)
    assert push(a, 1, 4) == 2
    assert push(a, 2, 1) == 2
    assert push(a, 2, 3) == 3


def test_two_doubtful_stations_are_witnesses_of_each_other() -> None:
    a = asks(doubtful(0, "x"), doubtful(1, "y"))
    assert push(a, 0, 4) == 2
    assert push(a, 1, 3) == 3
    assert push(a, 1, 4) == 4


def test_doubtful_members_say_nothing_of_none() -> None:
    a = asks(sure(0, "x"), doubtful(1, "x"))
    assert push(a, 1, 0) == -1
    assert push(a, 0, 0) == 0


def test_votes_of_stations_not_of_sensors() -> None:
    a = asks(sure(0, "x"), sure(1, "x"), sure(2, "y"), votes=(1, 1, 2, 3))
    assert push(a, 0, 4) == 2
    assert push(a, 1, 4) == 2
    assert push(a, 2, 3) == 3


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 4)), max_size=40), st.data())
def test_the_level_is_the_highest_that_stands(steps: list[tuple[int, int]], data: object) -> None:
    """Without a hold's end nothing falls: the level is the highest standing there has been."""
    a = asks(sure(0, "x"), doubtful(1, "x"), doubtful(2, "y"), sure(3, "z"), votes=(1, 1, 1, 2))
    highest = 0
    for member, level in steps:
        push(a, member, level)
        highest = max(highest, *a.standing(0, 1))
        assert max(a.answers[0].level, 0) == highest


# chains


def pair(level: int, members: tuple[Member, ...], end: int = FOREVER) -> Assessor:
    """Question 0 is asked by the chain that acts on question 1."""
    chain = Chain("c", "b", ((0, 2),), level, 0, end, 0, "因为", "because")
    source = Question("a", Hazard.LANDSLIDE, (sure(0, "x"),), 0, 0.5)
    return Assessor([source, Question("b", Hazard.RIVER_FLOOD, members, 0, 0.5)], chains=[chain])


def told(a: Assessor, member: int, level: int, time: int = 1) -> list[tuple[int, int, int]]:
    """(question, before, after) of all that follows."""
    found, left = [], a.verdict(("d", member), level, time, "verdict")
    while left:
        change = left.pop(0)
        found.append((change.question, change.before, change.after))
        left += a.follow(change)
    return found


def test_a_chain_warns_of_another_hazard() -> None:
    a = pair(3, (Member(CHAIN, 0, "c"),))
    assert told(a, 0, 1) == [(0, -1, 1), (1, -1, 0)]
    assert told(a, 0, 2) == [(0, 1, 2), (1, 0, 3)]


def test_a_chain_lets_members_count() -> None:
    a = pair(0, (sure(1, "y"), sure(2, "y", armed=0)))
    told(a, 0, 0)
    told(a, 1, 0)
    assert told(a, 2, 3) == [], "dry: the lower thresholds do not count"
    assert told(a, 0, 2) == [(0, 0, 2), (1, 0, 3)]


def test_a_chain_that_is_out_of_its_time_does_nothing() -> None:
    a = pair(0, (sure(1, "y"), sure(2, "y", armed=0)), end=10)
    told(a, 0, 2)
    assert told(a, 2, 3, time=10) == []
    assert told(a, 2, 4, time=9) == [(1, -1, 4)]


# through the engine


def county() -> Engine:
    """A gauge upstream, one downstream; half a metre less counts when upstream is at orange."""
    levels = {"yellow": "2 m", "orange": "3 m", "red": "4 m"}
    area = {"people": 9, "circle": {"centre": [22.5, 113.0], "radius_km": 1.0}}
    chains = [
        {"id": "flood_wave", "when": [{"area": "up", "hazard": "river_flood", "level": "orange"}],
         "areas": ["down"], "warn": {"hazard": "flash_flood", "level": "yellow"},
         "travel": "2 h", "why": "上游洪峰将至", "why_en": "a flood wave comes down"},
        {"id": "sooner", "when": [{"area": "up", "hazard": "river_flood", "level": "orange"}],
         "areas": ["down"], "lower": {"rules": ["stage"], "by": 0.5},
         "why": "上游来水，阈值减半", "why_en": "water comes from upstream: half the thresholds"},
    ]  # fmt: skip
    built = Config.model_validate(
        {
            "site": SITE,
            "time": {"clock": "stream", "rewind": "40 min"},
            "thresholds": {"stage": {"source": SOURCE, "levels": levels, "datum": "d"}},
            "stations": [{"id": s, "name": s, "sensors": [STAGE]} for s in ("u", "v")],
            "areas": [
                {"id": a, "name": a, "name_en": a, "stations": [s], **area}
                for a, s in (("up", "u"), ("down", "v"))
            ],
            "rules": [STAGE_RULE],
            "chains": chains,
            "policies": [{"by": "order 1", "channels": ["record"]}],
        }
    )
    return Engine(plan(built, "0123456789ab"))


def river(e: Engine, minute: int, up: float, down: float) -> Effects:
    at = START + minute * MINUTE
    return e.feed(Readings(columns([(0, at, up), (1, at, down)])))


def levels(out: Effects) -> list[tuple[str, str, str, str]]:
    return [(d.area, d.hazard, d.before, d.after) for d in out.decisions]


def test_a_flood_wave_comes_down() -> None:
    e = county()
    river(e, 0, 1.0, 1.6)
    out = river(e, 1, 3.2, 1.6)
    assert levels(out) == [
        ("up", "river_flood", "none", "orange"),
        ("down", "flash_flood", "none", "yellow"),
        ("down", "river_flood", "none", "orange"),  # 1.6 m of 1.5 m
    ]
    wave, sooner = out.decisions[1].reason, out.decisions[2].reason
    assert wave["en"] == "a flood wave comes down"
    assert wave["expected"] == "2026-07-01T10:01:00+08:00"
    assert wave["because"] == [{"area": "up", "hazard": "river_flood", "at_least": "orange"}]
    assert sooner["lowered_by"] == "sooner"
    assert (
        sooner["en"]
        == "level 1.6 m (threshold 1.5 m); water comes from upstream: half the thresholds"
    )
    assert sooner["lower_if"] == {"m_below": 1.3}


def test_it_falls_with_its_cause_and_by_good_readings() -> None:
    e = county()
    river(e, 0, 3.2, 1.6)
    for minute in range(1, 60):  # what only a chain asks holds for half an hour
        river(e, minute, 1.0, 1.6)
    assert {a.level for a in e.assessor.answers} == {0}


def test_a_person_s_act_upstream_is_followed_too() -> None:
    e = county()
    river(e, 0, 1.0, 1.0)
    out = e.feed(Act(START + MINUTE, "officer", "up", "river_flood", "red", "dam"))
    assert ("down", "flash_flood", "none", "yellow") in levels(out)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=40),
       st.lists(st.integers(1, 79), max_size=9))  # fmt: skip
def test_chunks_do_not_matter_to_chains(
    heights: list[tuple[float, float]], cuts: list[int]
) -> None:
    rows = [
        (s, START + 4 * n * MINUTE, round(pair[s], 1))
        for n, pair in enumerate(heights)
        for s in (0, 1)
    ]
    whole, parts = county(), county()
    one = levels(whole.feed(Readings(columns(rows))))
    places = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    several = [x for a, b in pairwise(places)
               for x in levels(parts.feed(Readings(columns(rows[a:b]))))]  # fmt: skip
    assert one == several


# another configuration, and what is made of what


def test_a_series_made_of_a_gauge_is_no_second_witness_of_it() -> None:
    made = Member("d", 1, "r", 4, frozenset({"x"}), 4)
    a = asks(doubtful(0, "x"), made)
    push(a, 1, 4)
    alone = asks(doubtful(0, "x"), Member("d", 1, "r", 4, frozenset({"x"}), 2))
    push(alone, 1, 4)
    assert push(alone, 0, 4) == 2


def test_a_vote_of_a_gauge_and_of_what_is_made_of_it_is_one() -> None:
    a = asks(sure(0, "x"), Member("d", 1, "r", 4, frozenset({"x", "y"})), votes=(1, 1, 2, 2))
    push(a, 0, 4)
    assert push(a, 1, 4) == 2


def test_not_knowing_shows_nothing() -> None:
    a = asks(sure(0, "x"))
    push(a, 0, 3)
    assert a.lower(0, [0], 1) == []
    a.verdicts = {("d", 0): -1}
    assert a.lower(0, [0], 1) == []
    push(a, 0, 1)
    assert a.lower(0, [0], 1) == [0]


def test_a_reload_says_what_is_already_high() -> None:
    """A rule capped at yellow, its gauge at red; the cap goes, and the gauge stays where it is."""

    def site(cap: str | None) -> Config:
        rule = {**STAGE_RULE, "cap_level": cap}
        return config({"z": [STAGE]}, [rule])

    e = Engine(plan(site("yellow"), "one"))
    e.feed(Readings(columns([(0, START, 4.5)])))
    out = e.feed(plan(site(None), "two", ["z/stage"]))
    assert [(d.before, d.after, d.reason["cause"]) for d in out.decisions] == [
        ("yellow", "red", "configuration")
    ]
    assert [w.level for w, _ in out.warnings] == [4]


def test_other_windows_start_anew() -> None:
    def site(levels: dict[str, Any]) -> Config:
        sets = {**THRESHOLDS, "rain": {"source": SOURCE, "levels": levels}}
        rule = {**RAIN_RULE, "detector": "critical_rain", "options": {}}
        return config({"r": [RAIN]}, [rule], thresholds=sets)

    def levels_of(windows: dict[str, str]) -> dict[str, Any]:
        return {"red": {"dry": windows, "wet": windows}}

    e = Engine(plan(site(levels_of({"1 h": "10 mm"})), "one"))
    for minute in range(90):
        e.feed(Readings(columns([(0, START + minute * MINUTE, 0.1)])))
    e.feed(plan(site(levels_of({"30 min": "90 mm", "1 h": "15 mm"})), "two", ["r/rain"]))
    red = []
    for minute in range(90, 240):
        out = e.feed(Readings(columns([(0, START + minute * MINUTE, 0.3)])))
        red += [minute for d in out.decisions if d.after == "red"]
    assert red == [90 + 49], "15 mm of 0.3 mm a minute take 50 minutes"


def test_a_chain_s_wave_is_expected_from_when_its_cause_began() -> None:
    e = county()
    river(e, 0, 3.2, 1.0)
    at = next(n for n, q in enumerate(e.plan.questions) if q.hazard.value == "flash_flood")
    later = e.reasons.standing(e.assessor, at, START + 5 * 3_600_000)
    assert later["expected"] == "2026-07-01T10:00:00+08:00"
