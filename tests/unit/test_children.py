"""The daemon's other processes are started again: later each time they fail, at once to reload."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tongluo.core.log import Log
from tongluo.daemon import children, dispatcher
from tongluo.daemon.children import START_AGAIN, Children

DISPATCHER = "tongluo.daemon.dispatcher"


class Site:
    """Children that end when told, and a clock that is told too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.started = 0.0, list[float]()
        self.ended: dict[str, int | None] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        monkeypatch.setattr(children, "monotonic", lambda: self.now)
        monkeypatch.setattr(children.subprocess, "Popen", self._popen)
        monkeypatch.setattr(children.os, "set_blocking", lambda *_: None)
        self.children = Children(Path(), Log("test"), dispatch=True)
        self.children._launch(DISPATCHER)

    def _popen(self, command: list[str], **_: Any) -> Any:
        self.started.append(self.now)
        self.ended[DISPATCHER] = None
        self.meanwhile()
        pipe = Path(os.devnull).open("wb", buffering=0)  # noqa: SIM115 - closed by `Children`
        return SimpleNamespace(stdin=pipe, poll=lambda: self.ended[DISPATCHER])

    def ends(self, code: int, after: float = 0.0) -> float:
        """It ends so many seconds after its start; seconds until it runs again."""
        self.now += after
        self.ended[DISPATCHER], at = code, self.now
        while self.ended[DISPATCHER] is not None:
            assert self.now < at + 100, "it is not started again"
            self.children.look()
            self.now += 0.25
        return self.started[-1] - at


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(monkeypatch)
    yield made
    for process in made.children._running.values():
        process.stdin.close()


def test_one_that_fails_at_its_start_is_tried_later_each_time(site: Site) -> None:
    assert [site.ends(1) for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


def test_a_reload_is_no_failure_however_often(site: Site) -> None:
    assert START_AGAIN == dispatcher.START_AGAIN
    assert {site.ends(START_AGAIN, after=1) for _ in range(20)} == {0}
    assert site.ends(1) == 0.5


def test_one_that_ran_well_begins_with_the_first_wait(site: Site) -> None:
    for _ in range(9):
        site.ends(1)
    assert site.ends(1, after=children.WELL) == 0.5
    assert site.ends(-9, after=1) == 1


def test_it_may_be_told_something_while_it_is_started_again(site: Site) -> None:
    told = list[int]()
    site.meanwhile = lambda: told.append(1) or site.children.notify()
    assert site.ends(START_AGAIN) == 0
    site.children.notify()
    assert told == [1]


def no_memory(site: Site, code: int) -> None:
    """A child that ended with this code cannot be started, once."""
    site.ended[DISPATCHER] = code
    site.meanwhile = lambda: None
    raise BlockingIOError("no process to be had")


def test_one_that_cannot_be_started_is_tried_again(site: Site) -> None:
    site.meanwhile = lambda: no_memory(site, START_AGAIN)
    assert site.ends(START_AGAIN) == 0.25
    site.children.notify()


def test_one_that_has_done_its_work_is_left_alone(site: Site) -> None:
    site.ended[DISPATCHER] = 0
    site.now = 1000.0
    site.children.look()
    assert len(site.started) == 1


def test_one_that_had_nothing_to_do_is_started_again_with_another_configuration(site: Site) -> None:
    site.children.configured()
    site.children.look()
    assert len(site.started) == 1, "it is still running: it hears of it by itself"
    assert site.ends(0) == 0
    site.children.configured()
    site.meanwhile = lambda: no_memory(site, 0)
    assert site.ends(0) == 0.25, "the first try failed"
    site.ended[DISPATCHER] = 0
    site.children.look()
    assert len(site.started) == 4, "it had nothing to do again"
