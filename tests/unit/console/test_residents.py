"""What the page may say: registration, receipts, answers; sizes, rates, and nothing of a person."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from dissemination.installations import name_of
from tests.unit.console.conftest import Asked, Start
from tests.unit.console.site import Written
from tongluo.console.limits import Rate
from tongluo.console.refusal import WORDS, Refused
from tongluo.core.clock import now_ms
from tongluo.core.words import Status

NUMBER, OTHER, KEY = "0a" * 16, "0b" * 16, "0c" * 16


def register(asked: Asked, number: str = NUMBER, **more: Any) -> int:
    body = {"installation": number, "places": ["village"], **more}
    return asked.post("/installation", body).status_code


def rows(site: Written, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(site.var / "console.db")) as db:
        return db.execute(sql).fetchall()


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_page_registers_its_places_anew_each_time(asked: Asked) -> None:
    assert register(asked) == 204
    assert register(asked, places=["port", "town"], exercises=True, language="en-US") == 204
    name = name_of(NUMBER)
    assert rows(asked.site, "SELECT * FROM places ORDER BY 2") == [(name, "port"), (name, "town")]
    assert rows(asked.site, "SELECT id, exercises, language FROM installations") == [
        (name, 1, "en-US")
    ]


def test_the_number_itself_is_not_kept(asked: Asked) -> None:
    register(asked)
    kept = b"".join(p.read_bytes() for p in asked.site.var.glob("console.db*"))
    assert name_of(NUMBER).encode() in kept
    assert NUMBER.encode() not in kept


def test_receipts_are_kept_once_and_unknown_versions_told(asked: Asked) -> None:
    asked.site.put(asked.site.warning())
    asked.look()
    register(asked)
    said = {"installation": NUMBER, "warnings": ["e.v1", "none.v1"], "state": "delivered"}
    for _ in range(2):
        assert asked.post("/receipts", said).json() == {"kept": 1, "unknown": ["none.v1"]}
    asked.post("/receipts", {**said, "warnings": ["e.v1"], "state": "acknowledged"})
    assert rows(asked.site, "SELECT identifier, state FROM receipts ORDER BY id") == [
        ("e.v1", "delivered"),
        ("e.v1", "acknowledged"),
    ]


def test_who_has_not_registered_is_told_to(asked: Asked) -> None:
    said = {"installation": NUMBER, "warnings": ["e.v1"], "state": "delivered"}
    assert code(asked.post("/receipts", said)) == (409, "unknown_installation")


@pytest.mark.parametrize("kind", ["safe", "help"])
def test_an_answer_is_kept_once_and_proves_reading(asked: Asked, kind: str) -> None:
    asked.site.put(asked.site.warning())
    asked.look()
    register(asked)
    said = {
        "installation": NUMBER,
        "key": KEY,
        "kind": kind,
        "warning": "e.v1",
        "text": " 两位老人 ",
    }
    for _ in range(2):
        assert asked.post("/answers", said).json() == {"kept": 1}
    assert rows(asked.site, "SELECT kind, identifier, area, text, exercise FROM answers") == [
        (kind, "e.v1", "village", "两位老人", 0)
    ]
    assert rows(asked.site, "SELECT state FROM receipts") == [("acknowledged",)]
    told = [line for line in asked.said.getvalue().splitlines() if "help is asked for" in line]
    assert len(told) == (kind == "help") and not any("老人" in line for line in told)


def test_an_answer_to_an_exercise_is_marked_as_one(asked: Asked) -> None:
    asked.site.put(asked.site.warning(status=Status.EXERCISE))
    asked.look()
    register(asked, exercises=True)
    asked.post("/answers", {"installation": NUMBER, "key": KEY, "kind": "help", "warning": "e.v1"})
    assert rows(asked.site, "SELECT exercise FROM answers") == [(1,)]


def test_a_report_needs_no_warning_but_a_place_there_is(asked: Asked) -> None:
    register(asked)
    said = {
        "installation": NUMBER,
        "key": KEY,
        "kind": "report",
        "place": "town",
        "text": "裂缝变宽",
    }
    assert asked.post("/answers", said).json() == {"kept": 1}
    assert code(asked.post("/answers", {**said, "place": "moon"})) == (404, "place")
    assert rows(asked.site, "SELECT area, text FROM answers") == [("town", "裂缝变宽")]


def test_times_that_cannot_be_are_those_of_arrival(asked: Asked) -> None:
    register(asked)
    now = now_ms()
    for n, time in enumerate((now - 60_000, now + 3_600_000, 5)):
        said = {"installation": NUMBER, "key": f"{n:032x}", "kind": "report", "place": "town"}
        asked.post("/answers", {**said, "time": time})
    kept = [time for (time,) in rows(asked.site, "SELECT time FROM answers ORDER BY id")]
    assert kept[0] == now - 60_000
    assert all(abs(time - now) < 30_000 for time in kept[1:])


def test_to_be_forgotten_removes_places_and_name(asked: Asked) -> None:
    register(asked)
    register(asked, OTHER)
    assert asked.post("/forget", {"installation": NUMBER}).status_code == 204
    assert rows(asked.site, "SELECT id FROM installations") == [(name_of(OTHER),)]
    assert rows(asked.site, "SELECT installation FROM places") == [(name_of(OTHER),)]


WRONG: list[tuple[str, Any]] = [
    ("/installation", {"installation": NUMBER[:-1], "places": []}),
    ("/installation", {"installation": NUMBER, "places": ["town"], "name": "a person"}),
    ("/installation", {"installation": NUMBER, "places": ["town"] * 51}),
    ("/installation", {"installation": NUMBER, "places": "town"}),
    ("/receipts", {"installation": NUMBER, "warnings": [], "state": "delivered"}),
    ("/receipts", {"installation": NUMBER, "warnings": ["e.v1"], "state": "failed"}),
    ("/receipts", {"installation": NUMBER, "warnings": ["x" * 201], "state": "delivered"}),
    ("/answers", {"installation": NUMBER, "key": KEY, "kind": "cry"}),
    ("/answers", {"installation": NUMBER, "key": KEY, "kind": "help", "text": "x" * 301}),
    ("/answers", {"installation": NUMBER, "key": "x", "kind": "help"}),
    ("/answers", [1]),
]


@pytest.mark.parametrize(("path", "body"), WRONG)
def test_what_is_wrong_is_refused_and_not_kept(asked: Asked, path: str, body: Any) -> None:
    register(asked)
    assert code(asked.post(path, body)) == (422, "wrong")
    assert rows(asked.site, "SELECT count(*) FROM answers") == [(0,)]


def test_a_body_of_another_kind_or_size_is_refused(asked: Asked) -> None:
    json_ = {"content-type": "application/json"}
    assert code(asked.send("/receipts", content=b"{}")) == (415, "not_json")
    form = {"content-type": "text/plain"}  # all that a foreign page could send without asking
    assert code(asked.send("/receipts", content=b"{}", headers=form)) == (415, "not_json")
    assert code(asked.send("/receipts", content=b"\xff{", headers=json_)) == (422, "wrong")
    large = json.dumps({"installation": NUMBER, "places": [], "x": "y" * 9000}).encode()
    assert code(asked.send("/installation", content=large, headers=json_)) == (413, "too_large")


def test_one_installation_may_not_say_too_much(start: Start, tmp_path: Any) -> None:
    limited = Written(tmp_path, "rate: 3")
    asked = start(limited)
    assert [register(asked) for _ in range(4)] == [204, 204, 204, 429]
    assert register(asked, OTHER) == 204
    refused = asked.post("/installation", {"installation": NUMBER, "places": []})
    assert refused.headers["retry-after"] == "60"
    limited.journal.close()


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("tongluo.console.limits.monotonic", lambda: now[0])
    rate = Rate(2)
    rate.take("a")
    rate.take("a")
    with pytest.raises(Refused):
        rate.take("a")
    now[0] = 29.0
    with pytest.raises(Refused):
        rate.take("a")
    rate.take("b")
    now[0] = 31.0
    rate.take("a")


def test_the_feed_refuses_places_there_are_none_of_and_too_many_pages(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code(asked.get("/feed?areas=moon")) == (404, "place")
    assert code(asked.get("/feed?areas=" + ",".join(["town"] * 51))) == (400, "wrong")
    monkeypatch.setattr(asked.console.feed, "pages", 10_000)
    assert code(asked.get("/feed")) == (503, "busy")


def test_a_look_at_the_feeds_head_ends(asked: Asked) -> None:
    response = asked.head("/feed")
    assert (response.status_code, response.content) == (200, b"")


def test_without_a_journal_it_says_so(tmp_path: Any, start: Start) -> None:
    site = Written(tmp_path)
    site.journal.close()
    for path in site.var.glob("journal.db*"):
        path.unlink()
    asked = start(site)
    for path in ("/site.json", "/feed", "/atom.xml"):
        assert code(asked.get(path)) == (503, "not_ready")
    assert code(asked.post("/installation", {"installation": NUMBER, "places": []})) == (
        503, "not_ready",
    )  # fmt: skip


def test_every_refusal_is_in_both_languages() -> None:
    for english, chinese in WORDS.values():
        assert english.isascii() and any("一" <= c <= "鿿" for c in chinese)


def test_what_is_not_there_is_told_in_json(asked: Asked) -> None:
    assert code(asked.get("/nothing")) == (404, "not_found")
    assert code(asked.get("/receipts")) == (405, "method")
    assert code(asked.get("/../etc/passwd")) == (404, "not_found")
