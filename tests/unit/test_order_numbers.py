"""An order that cannot be read or done is refused, and takes nothing else with it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.scenarios.duty import Duty
from tongluo.daemon.command import obey
from tongluo.store.journal import Journal

DRILL = {"areas": ["A"], "hazard": "river_flood", "level": "red", "kind": "drill", "why": "w"}


def waiting() -> Duty:
    """A ladder whose next step is due, and has not been taken."""
    duty = Duty("system")
    duty.at(1, A=3.5)
    duty.minute = 6
    return duty


def test_an_order_that_fails_loses_nothing_that_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    duty = waiting()

    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(duty.engine, "_do_exercise", fails)
    assert duty.act("wu", "exercise", **DRILL, minutes=10) == "failed"
    assert (6, "wu") in duty.called()
    assert [r.body["code"] for _, r in duty.records if r.what == "refused"] == ["failed"]


@pytest.mark.parametrize("minutes", [1e305, -1e305, float("inf"), float("nan"), 1 << 63])
def test_no_number_is_too_large_to_be_refused(minutes: float) -> None:
    duty = waiting()
    assert duty.act("wu", "exercise", **DRILL, minutes=minutes) == "unreadable"
    assert (6, "wu") in duty.called()


@pytest.mark.parametrize("more", [10**23, -(10**23), [{"n": 1 << 63}], 1e305])
def test_what_the_journal_cannot_hold_does_not_reach_the_engine(tmp_path: Path, more: Any) -> None:
    fed: list[Any] = []
    with closing(Journal(tmp_path / "journal.db")) as journal:
        engine = SimpleNamespace(plan=Duty().engine.plan)
        daemon: Any = SimpleNamespace(
            journal=journal, obey=fed.append, intake=SimpleNamespace(engine=engine)
        )
        answer = obey(daemon, "li", {"command": "answer", "call": "x", "n": more})
        (told,) = journal.db.execute("SELECT count(*) FROM audit").fetchone()
    assert (answer["code"], fed, told) == ("unreadable", [], 1)
