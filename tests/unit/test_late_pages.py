"""A page that registers when a warning is out: what it proves counts, nobody else's word."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dissemination.channels import pages
from dissemination.installations import Installations, name_of
from tests.unit.console.site import HOUR, Written, after, over
from tongluo.core.clock import now_ms
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status
from tongluo.daemon import outbox
from tongluo.daemon.dispatcher import Dispatcher
from tongluo.store.journal import connect

EARLY, LATE, AFAR = (name_of(x * 16) for x in ("0a", "0b", "0c"))
PATIENCE = 30.0
HEARS = {"village": ["village", "town", "county"], "port": ["port", "county"]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path)
    yield made
    made.journal.close()


@pytest.fixture
def book(site: Written) -> Iterator[Installations]:
    made = Installations(site.var)
    made.nest(HEARS)
    made.register(EARLY, ["village"], "zh-CN", now_ms(), exercises=False)
    yield made
    made.close()


@pytest.fixture
def dispatcher(
    site: Written, book: Installations, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dispatcher]:
    monkeypatch.setattr(pages, "POLL", 0.01)
    made = Dispatcher(site.var)
    yield made
    made.finish()


def put(
    site: Written, book: Installations, dispatcher: Dispatcher, warning: WarningVersion
) -> None:
    site.put(warning)
    book.put_on_feed([warning], now_ms())
    dispatcher.plan()


def states(site: Written) -> dict[str, str]:
    with closing(sqlite3.connect(site.var / "deliveries.db")) as db:
        found = db.execute("SELECT target, state FROM deliveries ORDER BY id").fetchall()
    assert len(dict(found)) == len(found)
    return dict(found)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_page_that_comes_late_has_a_delivery_as_soon_as_it_says_something(
    site: Written, book: Installations, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = site.warning()
    put(site, book, dispatcher, warning)
    until(lambda: states(site) == {EARLY: "handed_over"})
    whole = list[object]()  # nobody looks at all the pages again for the sake of one
    monkeypatch.setattr(dispatcher.deliveries, "spread", lambda *given: whole.append(given))
    book.register(LATE, ["village"], "zh-CN", now_ms(), exercises=False)
    book.register(AFAR, ["port"], "zh-CN", now_ms(), exercises=False)
    for name in (AFAR, LATE):  # AFAR has no place in the warned area, whatever it says
        book.receive(name, {warning.identifier: DeliveryState.DELIVERED}, now_ms(), now_ms())
    until(lambda: states(site) == {EARLY: "handed_over", LATE: "delivered"})
    book.receive(LATE, {warning.identifier: DeliveryState.ACKNOWLEDGED}, now_ms(), now_ms())
    until(lambda: states(site) == {EARLY: "handed_over", LATE: "acknowledged"})
    assert whole == []


def test_a_late_page_that_takes_no_part_in_exercises_counts_for_none(
    site: Written, book: Installations, dispatcher: Dispatcher
) -> None:
    drill = site.warning(status=Status.EXERCISE)
    book.register(EARLY, ["village"], "zh-CN", now_ms(), exercises=True)
    put(site, book, dispatcher, drill)
    for name, part in ((LATE, False), (AFAR, True)):
        book.register(name, ["village"], "zh-CN", now_ms(), exercises=part)
        book.receive(name, {drill.identifier: DeliveryState.DELIVERED}, now_ms(), now_ms())
    until(lambda: states(site).get(AFAR) == "delivered")
    assert LATE not in states(site)


def test_only_the_version_that_holds_takes_more_recipients(site: Written) -> None:
    first = site.warning()
    second = after(first)
    past = site.warning(event="past", expires=now_ms() - HOUR)
    ended = site.warning(event="ended")
    site.put(first, past, ended)
    site.put(second)
    site.put(over(ended))
    site.put(replace(first, event="other", identifier="other.v1"), channels=("record",))

    def out(identifier: str, now: int) -> bool:
        with closing(connect(site.var / "journal.db", read_only=True)) as journal:
            return outbox.out(journal, identifier, "page", now) is not None

    held = {name for name in ("e.v1", "e.v2", "past.v1", "ended.v1", "ended.v2", "other.v1", "no")
            if out(name, now_ms())}  # fmt: skip
    assert held == {"e.v2"}
    assert out("past.v1", 0)  # where warnings end by the stream's clock
