"""Fixtures: a written site, and its console asked as a browser asks."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import pytest

from tests.unit.console.site import Written
from tongluo.console.app import build
from tongluo.core.log import Log

ADDRESS = "http://console.example"
T = TypeVar("T")


class Asked:
    """A running console in a loop of its own thread, and a client of it."""

    def __init__(self, site: Written) -> None:
        self.site = site
        self.said = io.StringIO()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.console = self.run(self._build())
        self._life = self.console.app.router.lifespan_context(self.console.app)
        self.run(self._life.__aenter__())
        transport = httpx.ASGITransport(self.console.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url=ADDRESS)
        return self

    async def _build(self) -> Any:
        return build(self.site.var, self.site.loaded.config.console, Log("test", self.said))

    def __exit__(self, *_: object) -> None:
        self.run(self._http.aclose())
        self.run(self._life.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def look(self) -> None:
        """Have the console look at the journal now."""
        self.run(self.console.feed.look())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.run(self._http.get(path, **more))

    def head(self, path: str) -> httpx.Response:
        return self.run(self._http.head(path))

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.run(self._http.post(path, json=body, **more))

    def send(self, path: str, **more: Any) -> httpx.Response:
        """A POST with a body as it is."""
        return self.run(self._http.post(path, **more))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path)
    yield made
    made.journal.close()


Start = Callable[[Written], Asked]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a console on a site; ended with the test."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(Asked(site))


@pytest.fixture
def asked(site: Written, start: Start) -> Asked:
    return start(site)
