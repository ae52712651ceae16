"""Calls to staff about a proposal: a draft is no exercise, and a name leads to a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels.email import Email
from dissemination.channels.email import Options as EmailOptions
from dissemination.channels.kannel import Options
from dissemination.channels.kind import Surroundings
from dissemination.channels.people import Numbers
from dissemination.phones import digest, key_of
from tests.unit.test_cap import BASE
from tongluo.core.errors import PermanentFailure
from tongluo.core.ports import Delivery
from tongluo.core.words import Status

NUMBER, ADDRESS = "8619900000001", "duty@example.org"
MAIL = {"host": "127.0.0.1", "sender": "warning@example.org"}


def call(target: str, status: Status = Status.DRAFT) -> Delivery:
    return Delivery(f"call:sms:{target}", replace(BASE, status=status), "sms", target, "staff")


def number(folder: Path, delivery: Delivery, **more: Any) -> str:
    (folder / "list").write_text(f"{NUMBER}\n")
    given = {"username": "u", "password": {"file": "p"}, "recipients": {"file": "list"}, **more}
    return Numbers(Options.model_validate(given), folder).of(delivery)


def address(folder: Path, delivery: Delivery, **more: Any) -> str:
    (folder / "list").write_text(f"{ADDRESS}\n")
    given = EmailOptions.model_validate({**MAIL, "recipients": {"file": "list"}, **more})
    return Email(given, Surroundings(folder))._address(delivery)


@pytest.mark.parametrize(("find", "known"), [(number, NUMBER), (address, ADDRESS)])
def test_a_call_reaches_who_is_in_the_list_and_an_exercise_does_not(
    tmp_path: Path, find: Any, known: str
) -> None:
    target = digest(known, key_of(tmp_path))
    assert find(tmp_path, call(target)) == known
    with pytest.raises(PermanentFailure):
        find(tmp_path, call(target, Status.EXERCISE))


@pytest.mark.parametrize(
    ("find", "known"), [(number, "8619900000002"), (address, "li@example.org")]
)
def test_a_name_leads_to_what_the_list_of_staff_says(tmp_path: Path, find: Any, known: str) -> None:
    (tmp_path / "staff").write_text(f"li, {known}\nwu, nothing\n")
    kept = {"staff": {"file": "staff"}}
    assert find(tmp_path, call("li"), **kept) == known
    assert find(tmp_path, call("li"), **kept, recipients="register") == known
    for delivery in (
        call("wu"),
        call("he"),
        call("li", Status.ACTUAL),
        call("li", Status.EXERCISE),
    ):
        with pytest.raises(PermanentFailure):
            find(tmp_path, delivery, **kept)


def test_a_call_by_the_register_is_spoken_to_staff(tmp_path: Path) -> None:
    given = {"username": "u", "password": {"file": "p"}, "recipients": "register"}
    assert Numbers(Options.model_validate(given), tmp_path).spoken(call("li")).audience == "staff"
