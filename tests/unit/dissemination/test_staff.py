"""Calls to staff about a proposal: a draft is no exercise, and a name leads to a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels.email import ADDRESSES
from dissemination.channels.email import Options as EmailOptions
from dissemination.channels.kannel import Options
from dissemination.channels.people import Addresses, Numbers
from dissemination.phones import digest, key_of
from dissemination.targeting import Contact
from tests.unit.targeting import people
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
    return Addresses(ADDRESSES, given, folder).of(delivery)


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


@pytest.mark.parametrize("kind", ["sms", "email"])
def test_a_call_finds_who_has_a_role_in_the_area_and_the_deputy(tmp_path: Path, kind: Any) -> None:
    def entry(n: int, area: str, role: str = "", of: str = "") -> Any:
        where = people.number(n) if kind == "sms" else f"p{n}@example.org"
        return people.person(n, area, contacts=(Contact(kind, where),), audience="responders",
                             rank="village", role=role, deputy_of=of)  # fmt: skip

    made = people.register(
        tmp_path, entry(1, "upper", "村支书"), entry(2, "upper", of="户 00001"),
        entry(3, "away", "村支书"), entry(4, "upper", "文书"),
    )  # fmt: skip
    find = number if kind == "sms" else address

    def reached(target: str, status: Status = Status.DRAFT) -> str:
        asked = replace(call(target), warning=replace(people.WARNING, status=status))
        return find(tmp_path, asked, recipients="register")

    of = people.number if kind == "sms" else "p{}@example.org".format
    assert [reached("register:村支书"), reached("deputy:村支书")] == [of(1), of(2)]
    for nobody in ("register:村长", "deputy:文书", "register:"):
        with pytest.raises(PermanentFailure):
            reached(nobody)
    with pytest.raises(PermanentFailure):  # a warning's recipients are no calls
        reached("register:村支书", Status.ACTUAL)
    (person,) = made.persons_of(made.vault.target(of(1)))
    for target in made.ways(person, kind):
        made.heard(target, "k", reached=False, at=0, dead_after=1)
    with pytest.raises(PermanentFailure):  # a dead number; the ladder goes on to the deputy
        reached("register:村支书")
    assert reached("deputy:村支书") == of(2)
