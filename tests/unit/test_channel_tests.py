"""A channel test names what it tests, goes there alone, and is an exercise in all else (law 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.duty import Duty
from tests.unit.test_approval import revive
from tongluo.cli.app import main
from tongluo.console.openapi import describe
from tongluo.core.words import Exercise, Status
from tongluo.daemon.desk_view import proposals

TEST = {"areas": ["A"], "hazard": "river_flood", "level": "red", "kind": "test", "minutes": 30,
        "why": "monthly"}  # fmt: skip


def begin(duty: Duty, *channels: str, **more: Any) -> Any:
    return duty.act("li", "exercise", **{**TEST, "channels": list(channels), **more})


def out(duty: Duty) -> list[tuple[float, str, tuple[str, ...]]]:
    return [(m, w.act.value, channels) for m, w, channels in duty.warnings]


def test_a_test_goes_to_its_channel_alone_and_ends_there() -> None:
    duty = Duty()
    (name,) = begin(duty, "phone")  # no channel of the policy's
    duty.until(40)
    assert out(duty) == [(0, "issue", ("phone",)), (30, "cancel", ("phone",))]
    for _, version, _ in duty.warnings:
        assert (version.event, version.status, version.exercise) == (
            name, Status.EXERCISE, Exercise.TEST)  # fmt: skip
    (said,) = [r.body for _, r in duty.records if r.what == "command"]
    assert said["channels"] == ["phone"]


def test_several_channels_are_tested_each_by_itself_and_end_at_an_actual() -> None:
    duty = Duty()
    names = begin(duty, "phone", "speakers", "phone", areas=["A", "B"])
    assert len(set(names)) == 4
    shown = proposals(duty.engine)["exercises"]
    assert {k: x["channels"] for k, x in shown.items()} == {
        f"{area}/river_flood/{channel}": [channel] for area in "AB" for channel in
        ("phone", "speakers")}  # fmt: skip
    assert begin(duty, "record") == "exercise_runs"
    revive(duty)
    duty.at(5, B=1.5)
    ended = [w.event for _, w, _ in duty.warnings if w.act.value == "cancel"]
    assert sorted(ended) == sorted(names)
    assert duty.warnings[-1][1].status is Status.ACTUAL
    assert not duty.engine.desk.exercises


@pytest.mark.parametrize(
    ("channels", "kind", "code"),
    [
        ([], "test", "exercise_channels"),
        (["phone"], "drill", "exercise_channels"),
        (["phone"], "tabletop", "exercise_channels"),
        (["phone", "fax"], "test", "no_channel"),
        (["phone:li"], "test", "no_channel"),
        ("phone", "test", "unreadable"),
    ],
)
def test_a_test_that_names_no_channel_of_here_is_refused(
    channels: Any, kind: str, code: str
) -> None:
    duty = Duty()
    assert duty.act("li", "exercise", **{**TEST, "channels": channels, "kind": kind}) == code
    assert not duty.warnings and not duty.engine.desk.exercises


def test_the_api_describes_it() -> None:
    fields = describe()["components"]["schemas"]["Exercise"]["properties"]
    assert fields["channels"]["items"] == {"type": "string"}


def test_the_command_line_carries_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    carried = dict[str, Any]()

    def order(*_: Any, **said: Any) -> list[str]:
        carried.update(said)
        return ["exercise.A.river_flood.1"]

    monkeypatch.setattr("tongluo.cli.acts.order", order)
    words = ["exercise", "river_flood", "red", "--area", "A", "--kind", "test", "--operator", "li"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--channel", "sms", "--channel", "horns", "--why", "w"])
    assert (ended.value.code, carried["channels"]) == (0, ["sms", "horns"])
    assert "exercise.A.river_flood.1" in capsys.readouterr().out
