"""Reports back from the place: counted, refused when they cannot be, and no level changes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.build import START
from tests.scenarios.duty import Duty
from tongluo.config.coverage import CoverageIn
from tongluo.core.effects import Command
from tongluo.core.times import iso
from tongluo.store.journal import Journal, broken_link


def raised() -> Duty:
    """Orange in A, as the chief let it out."""
    duty = Duty()
    duty.at(1, A=3.5)
    duty.act("wu", "issue", area="A", hazard="river_flood", level="red", why="seen")
    duty.act("wu", "approve", ids=[p.id for p in duty.engine.desk.open()])
    assert any(e.version for e in duty.engine.lifecycle.events.values())
    return duty


def answer(duty: Duty, who: str, **said: Any) -> dict[str, Any]:
    return dict(duty.feed(Command(START + 5 * 60_000, who, "report", said)).answer)


def test_somebody_without_a_role_reports_counts_for_the_warning_in_force() -> None:
    duty = raised()
    done = answer(duty, "xu", area="A", out=6, refuse=2, of=9, text=" crack \n widened ")["done"]
    name = next(e.name for e in duty.engine.lifecycle.events.values() if e.version)
    assert done == {"area": "A", "told": 8, "events": [name], "channel": ""}
    body = next(r.body for _, r in duty.records if r.what == "report")
    assert body == {"who": "xu", "area": "A", "events": [name], "text": "crack widened",
                    "told": 8, "of": 9, "out": 6, "refuse": 2}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"area": "A"}, "report_empty"),
        ({"area": "nowhere", "told": 1}, "no_area"),
        ({"area": "A", "told": -1}, "report_counts"),
        ({"area": "A", "told": 41, "of": 40}, "report_counts"),
        ({"area": "A", "told": 3, "out": 2, "refuse": 2}, "report_counts"),
        ({"area": "A", "of": 40}, "report_counts"),
        ({"area": "A", "told": 10**8}, "report_counts"),
        ({"area": "A", "told": 10}, "report_many"),
        ({"area": "A", "told": 370000}, "report_many"),
        ({"area": "A", "told": 3, "of": 10}, "report_many"),
        ({"area": "A", "out": 8, "refuse": 2}, "report_many"),
        ({"area": "A", "told": 10, "sure": "yes"}, "unreadable"),
        ({"area": "B", "told": 1}, "report_event"),
        ({"area": "A", "told": "many"}, "unreadable"),
    ],
)
def test_what_cannot_be_is_refused_and_audited(said: dict[str, Any], code: str) -> None:
    duty = raised()
    assert answer(duty, "xu", **said)["code"] == code
    assert duty.records[-1][1].what == "refused"
    assert not any(r.what == "report" for _, r in duty.records)


def test_more_people_than_an_area_has_are_told_by_number_unless_somebody_is_sure() -> None:
    duty = raised()
    refused = answer(duty, "xu", area="A", told=370000)
    assert "A has 9 people" in str(refused) and "370000" in str(refused)
    assert answer(duty, "xu", area="A", told=9, sure=True)["done"]["told"] == 9
    assert answer(duty, "xu", area="A", told=12, sure=True)["done"]["told"] == 12
    bodies = [r.body for _, r in duty.records if r.what == "report"]
    assert ["sure" in body for body in bodies] == [False, True]


def test_a_text_needs_no_warning_and_changes_no_level() -> None:
    duty = raised()
    before = [(a.level, e) for a, e in zip(duty.engine.assessor.answers, "AB", strict=False)]
    sent = len(duty.warnings)
    assert answer(duty, "xu", area="B", text="all is quiet")["done"]["told"] is None
    assert [
        (a.level, e) for a, e in zip(duty.engine.assessor.answers, "AB", strict=False)
    ] == before
    assert len(duty.warnings) == sent


def test_a_report_is_kept_in_the_journal_and_its_row_says_the_same_again(tmp_path: Path) -> None:
    duty = raised()
    command = Command(START + 5 * 60_000, "xu", "report", {"area": "A", "told": 7})
    with closing(Journal(tmp_path / "journal.db")) as journal:
        with journal.transaction():
            journal.command(command, duty.feed(command))
        station, kind, body = journal.db.execute(
            "SELECT station, kind, body FROM reports").fetchone()  # fmt: skip
        row = journal.db.execute("SELECT body FROM journal WHERE kind = 'command'").fetchone()
        assert broken_link(journal.db) is None
    assert (station, kind) == ("A", "count") and msgspec.msgpack.decode(body)["told"] == 7
    again = raised()
    again.feed(msgspec.msgpack.decode(row[0], type=Command))
    assert [r.body for _, r in again.records] == [r.body for _, r in duty.records]


def test_what_was_shown_is_said_of_channels_that_only_a_person_can_speak_for() -> None:
    duty = raised()
    given = {"channels": {"tv": {"audibility": 0.4, "proof": "played"},
                          "record": {"audibility": 0.4, "proof": "played"},
                          "sms": {"reach": 0.8, "proof": "person"}}}  # fmt: skip
    plan = duty.engine.plan
    found = plan.config.model_copy(update={"coverage": CoverageIn.model_validate(given)})
    duty.engine.plan = replace(plan, config=found)
    done = answer(duty, "xu", area="A", channel="tv", at=iso(START + 30_000))["done"]
    body = next(r.body for _, r in duty.records if r.what == "report")
    assert done["channel"] == "tv" and body["shown"] == START + 30_000
    for channel in ("record", "sms", "radio"):
        assert answer(duty, "xu", area="A", channel=channel)["code"] == "no_channel"
    for at in (iso(START + 60 * 60_000), "soon", iso(START - 25 * 60 * 60_000)):
        assert answer(duty, "xu", area="A", channel="tv", at=at)["code"] == "unreadable"
    assert answer(duty, "xu", area="B", channel="tv")["code"] == "report_event"
