"""Law 8: every silence has an owner, a reason and an end; orange and red are never silent."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.build import HOUR, MINUTE, START
from tests.scenarios.duty import APPROVE, Duty
from tongluo.core.effects import Effects, Record
from tongluo.core.words import Act, Level
from tongluo.daemon.outbox import Mutes
from tongluo.store.journal import Journal
from tongluo.warning import quiet
from tongluo.warning.desk import Mute
from tongluo.warning.policy import Quiet

NIGHT = {"from": "08:05", "until": "12:00", "up_to": "yellow", "channels": ["speakers"]}
"""The desk's clock begins at 08:00."""


def automatic(**policy: object) -> Duty:
    return Duty(issue="automatic", levels={}, **policy)


def channels(duty: Duty) -> list[tuple[str, tuple[str, ...]]]:
    return [(w.level.word, c) for _, w, c in duty.warnings]


# mutes


def test_a_mute_keeps_blue_and_yellow_off_and_ends_by_itself() -> None:
    duty = automatic()
    duty.act("li", "mute", channel="speakers", until="30 min", why="stuck siren")
    duty.at(1, A=1.5)
    duty.at(2, B=2.5)
    assert channels(duty) == [("blue", ("record",)), ("yellow", ("record",))]
    duty.until(31)
    ends = [(m, r.body["who"], r.body["why"]) for m, r in duty.records if r.what == "mute_ends"]
    assert ends == [(30, "li", "stuck siren")]
    duty.at(32, B=2.9)
    duty.at(33, B=3.5)
    assert channels(duty)[-1] == ("orange", ("record", "speakers"))
    assert not duty.engine.desk.mutes


def test_orange_red_and_the_all_clear_are_never_muted() -> None:
    duty = automatic()
    duty.at(1, A=1.5)
    duty.act("li", "mute", channel="speakers", until="5 h", why="stuck siren")
    duty.at(2, A=3.5)
    duty.at(3, A=4.5)
    duty.hold(20, A=0.2)
    assert channels(duty)[1:] == [(w, ("record", "speakers")) for w in ("orange", "red", "none")]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"channel": "speakers", "until": "30 min", "why": " "}, "no_why"),
        ({"channel": "speakers", "until": "2 d", "why": "w"}, "mute_until"),
        ({"channel": "speakers", "until": "2026-06-30T00:00:00Z", "why": "w"}, "mute_until"),
        ({"channel": "speakers", "until": "for ever", "why": "w"}, "mute_until"),
        ({"channel": "nothing", "until": "1 h", "why": "w"}, "no_channel"),
        ({"channel": "speakers", "why": "w"}, "unreadable"),
    ],
)
def test_a_mute_without_owner_reason_or_end_is_refused(said: dict[str, str], code: str) -> None:
    duty = automatic()
    assert duty.act("li", "mute", **said) == code
    assert duty.act("xu", "mute", channel="speakers", until="1 h", why="w") == "no_roles"
    assert not duty.engine.desk.mutes
    assert len([r for _, r in duty.records if r.what == "refused"]) == 2


@given(st.sampled_from([*Level][1:]), st.sampled_from([*Level][1:]), st.sampled_from([*Act]),
       st.integers(0, 20))  # fmt: skip
def test_no_mute_holds_a_high_level_whatever_becomes_of_it(
    level: Level, previous: Level, act: Act, minutes: int
) -> None:
    duty = automatic()
    duty.at(1, A=1.5)
    version = replace(
        duty.warnings[0][1], level=level, previous=previous, act=act, sent=START + minutes * MINUTE
    )
    mute = Mute("speakers", "li", "w", START, START + 10 * MINUTE)
    held = quiet.muted([mute], version, "speakers")
    low = max(level, previous) <= Level.YELLOW and act is not Act.CANCEL
    assert held == (low and minutes < 10)


def test_an_endpoint_is_muted_where_it_is_sent_to(tmp_path: Path) -> None:
    duty = automatic()
    duty.act("li", "mute", endpoint="speakers:roof", until="30 min", why="hospital")
    duty.at(1, A=1.5)
    assert channels(duty)[-1] == ("blue", ("record", "speakers"))  # the others still get it
    journal, mutes = Journal(tmp_path / "journal.db"), Mutes()
    told = [r for _, r in duty.records]
    with journal.transaction():
        journal.effects(Effects(records=[Record(0, "command", {}), *told]), 0)
    mutes.refresh(journal.db)
    blue = duty.warnings[0][1]
    assert mutes.of(blue, "speakers:roof") is not None
    assert mutes.of(blue, "speakers:yard") is None
    assert mutes.of(replace(blue, sent=blue.sent + HOUR), "speakers:roof") is None
    assert mutes.of(replace(blue, level=Level.ORANGE), "speakers:roof") is None
    journal.close()
    with pytest.raises(sqlite3.ProgrammingError):
        mutes.refresh(journal.db)


# quiet hours


def test_the_all_clear_of_a_low_level_waits_for_the_morning_on_voice_channels_only() -> None:
    duty = automatic(quiet=NIGHT)
    duty.at(1, A=2.5)
    duty.hold(20, A=0.2)
    assert channels(duty) == [("yellow", ("record", "speakers")), ("none", ("record",))]
    duty.until(5 * 60)
    ((_, identifier, later),) = duty.later
    assert (identifier, later) == (duty.warnings[-1][1].identifier, ("speakers",))
    assert [m for m, r in duty.records if r.what == "held_sent"] == [240]


def test_neither_an_alarm_nor_the_all_clear_of_orange_waits() -> None:
    duty = automatic(quiet=NIGHT)
    duty.at(15, A=1.5)
    duty.at(16, A=3.5)
    duty.hold(40, A=0.2)
    assert {c for _, c in channels(duty)} == {("record", "speakers")}


def test_a_new_alarm_drops_the_all_clear_that_waits() -> None:
    duty = automatic(quiet=NIGHT)
    duty.at(1, A=1.5)
    duty.hold(20, A=0.2)
    duty.at(30, A=1.5)
    duty.until(5 * 60)
    assert not duty.later
    assert [r.what for _, r in duty.records if "held" in r.what] == ["held", "held_dropped"]


def test_a_retraction_does_not_wait() -> None:
    duty = automatic(quiet=NIGHT)
    duty.at(11, A=1.5)
    duty.act("li", "retract", event=duty.event(), why="a fly on the lens")
    assert channels(duty)[-1] == ("none", ("record", "speakers"))


@settings(max_examples=200)
@example(22 * 60, 6 * 60, 0)
@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 3 * 1440))
def test_quiet_hours_end_within_a_day(start: int, end: int, minute: int) -> None:
    until = quiet.ends(Quiet(start, end, 2, ()), START + minute * MINUTE, "Asia/Shanghai")
    local = (8 * 60 + minute) % 1440
    inside = (local - start) % 1440 < (end - start) % 1440
    assert bool(until) == inside
    if until:
        assert 0 < until - (START + minute * MINUTE) <= 24 * HOUR
        assert (8 * 60 + (until - START) // MINUTE) % 1440 == end


# rejections, exercises


def test_a_rejection_ends_when_the_level_rises_above_it_or_is_over() -> None:
    duty = Duty(approve=APPROVE)
    duty.at(1, A=3.5)
    duty.act("li", "reject", ids=[duty.group()], why="the gate is being tested")
    duty.hold(4, A=3.6)
    assert [s for _, s in duty.steps()] == ["proposed", "rejected"]
    duty.at(5, A=4.5)
    assert [s for _, s in duty.steps()][2:] == ["proposed"]
    duty.act("li", "reject", ids=[duty.group()], why="the same")
    duty.hold(30, A=0.2)
    assert not duty.engine.desk.declined
    duty.at(31, A=3.5)
    assert duty.steps()[-1] == (31, "proposed")


def test_an_exercise_ends_by_itself_and_any_actual_warning_ends_it_first() -> None:
    duty = automatic()
    said = {"hazard": "river_flood", "level": "red", "kind": "drill", "why": "yearly"}
    duty.act("li", "exercise", areas=["A"], minutes=30, **said)
    duty.until(31)
    duty.act("li", "exercise", areas=["A", "B"], minutes=30, **said)
    duty.at(40, B=1.5)
    told = [(m, w.status.value, w.act.value, w.area.id) for m, w, _ in duty.warnings]
    assert told == [
        (0, "Exercise", "issue", "A"),
        (30, "Exercise", "cancel", "A"),
        (31, "Exercise", "issue", "A"),
        (31, "Exercise", "issue", "B"),
        (40, "Exercise", "cancel", "A"),
        (40, "Exercise", "cancel", "B"),
        (40, "Actual", "issue", "B"),
    ]
    assert duty.act("li", "exercise", areas=["A"], minutes=30, **said) == "exercise_actual"
    assert not duty.engine.desk.exercises


def test_a_tabletop_goes_nowhere() -> None:
    duty = automatic()
    said = {"hazard": "river_flood", "level": "red", "kind": "tabletop", "why": "w"}
    duty.act("li", "exercise", areas=["A"], minutes=30, **said)
    assert channels(duty) == [("red", ())]
