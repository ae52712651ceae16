"""Names of messages: kept over a restart, met in another base, parts counted, early reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dissemination.channels import ids as module
from dissemination.channels.ids import Ids
from dissemination.receipts import Receipt
from tongluo.core.words import DeliveryState as State


@pytest.fixture
def ids(tmp_path: Path) -> Iterator[Ids]:
    found = Ids(tmp_path / "i.db")
    yield found
    found.close()


def said(name: str, state: State = State.DELIVERED) -> Receipt:
    return Receipt(name, state, None, "raw")


def test_a_part_that_is_delivered_before_the_next_is_answered_is_not_the_whole(ids: Ids) -> None:
    attempt = ids.begin("k", "text", "a", 2)
    ids.named(attempt.id, 1, "n1")
    assert ids.heard(said("n1"), ["a"]) == said("n1").__class__("k", State.ACCEPTED, None, "raw")
    ids.named(attempt.id, 2, "n2")
    found = ids.heard(said("n2"), ["a"])
    assert found is not None and (found.id, found.state) == ("k", State.DELIVERED)


def test_one_bad_part_is_a_failure_and_a_good_word_after_it_stands(ids: Ids) -> None:
    attempt = ids.begin("k", "text", "a", 2)
    for part in (1, 2):
        ids.named(attempt.id, part, f"n{part}")
    states = [
        ids.heard(said(name, state), ["a"])
        for name, state in (("n1", State.DELIVERED), ("n2", State.EXPIRED), ("n1", State.FAILED),
                            ("n2", State.DELIVERED))
    ]  # fmt: skip
    assert [r and r.state for r in states] == [
        State.ACCEPTED, State.EXPIRED, State.EXPIRED, State.DELIVERED,
    ]  # fmt: skip


def test_the_same_text_goes_on_and_another_begins_anew(ids: Ids) -> None:
    first = ids.begin("k", "text", "a", 2)
    ids.named(first.id, 1, "n1")
    again = ids.begin("k", "text", "a", 2)
    assert (again.id, again.done) == (first.id, {1})
    assert ids.begin("k", "another text", "a", 2).done == frozenset()
    assert ids.begin("k", "text", "b", 2).done == frozenset()
    assert ids.begin("other", "text", "a", 2).done == frozenset()


def test_a_short_name_in_another_base_is_found_by_its_number(ids: Ids) -> None:
    """16 in hexadecimal is 22: of two messages so called, the number tells which was meant."""
    for key, name, number in (("x", "16", "a"), ("y", "22", "b")):
        ids.named(ids.begin(key, "text", number, 1).id, 1, name)
    assert [r and r.id for r in (
        ids.heard(said("22"), ["b"]), ids.heard(said("22"), ["a"]), ids.heard(said("22"), []),
        ids.heard(said("22"), ["c"]),
    )] == ["y", "x", "y", None]  # fmt: skip


def test_a_name_that_the_centre_uses_again_is_of_the_newer_message(ids: Ids) -> None:
    for key in ("old", "new"):
        ids.named(ids.begin(key, "text", "a", 1).id, 1, "7")
    found = ids.heard(said("7"), ["a"])
    assert found is not None and found.id == "new"


def test_an_early_report_is_told_with_the_answer_also_after_a_restart(tmp_path: Path) -> None:
    first = Ids(tmp_path / "i.db")
    attempt = first.begin("k", "text", "a", 1)
    assert first.heard(said("0A"), ["a", "b"]) is None
    first.close()
    second = Ids(tmp_path / "i.db")
    assert [(r.id, r.state) for r in second.named(attempt.id, 1, "10")] == [("k", State.DELIVERED)]
    assert second.named(attempt.id, 1, "10") == []  # once
    second.close()


def test_what_is_old_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Ids(tmp_path / "i.db")
    first.named(first.begin("k", "text", "a", 1).id, 1, "7")
    first.close()
    later = module.now_ms() + module.KEEP + 1000
    monkeypatch.setattr(module, "now_ms", lambda: later)
    second = Ids(tmp_path / "i.db")
    assert second.heard(said("7"), ["a"]) is None and second.last(10) == []
    second.close()
