"""A whole site for tests of the page: broker, daemon, dispatcher, console, each its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.laws.live import Site, publish
from tests.mosquitto import Mosquitto, find_mosquitto
from tests.ports import free_port
from tongluo.core.clock import now_ms
from tongluo.core.times import iso
from tongluo.core.tokens import digest, fresh

OPERATOR, AREAS = "officer", 8
PATIENCE = 30.0
COMPILING = 180.0
"""Seconds for a daemon that finds nothing compiled yet."""
PLACE = "centre: [23, 113], radius_km: 1"


class PageSite:
    """Areas A0 to A7, each with a gauge S0 to S7: 1 m is blue, 2 yellow, 3 orange, 4 red."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self.broker = Mosquitto(folder)
        self.broker.start()
        ends.callback(self.broker.stop)
        self.site = Site(folder, self.broker.url, clock="system", stations=AREAS)
        self.token, self.port = fresh(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._configure()
        self.daemon = self.site.start()
        ends.callback(self._stop_daemon)
        self.site.wait(self.daemon, lambda: bool(self.site.ask("/status")["subscribed"]), COMPILING)
        self.dispatcher, pipe = self.site.dispatch()
        ends.callback(self.dispatcher.join, 20)
        ends.callback(os.close, pipe)
        self.start_console()
        ends.callback(self.stop_console)

    def _configure(self) -> None:
        text = self.site.config.read_text(encoding="utf-8")
        text = text.replace("channels: [record]}", "channels: [page, push], who: [duty]}")
        push = '{kind: webpush, options: {contact: "mailto:duty@example.org", local: true}}'
        text = text.replace("  record: {kind: recording}", f"  page: {{kind: app}}\n  push: {push}")
        for n in range(AREAS):
            named = f"id: A{n}, name: {n}号村, name_en: Village {n}, plan: 到小学操场集合。,"
            named += " plan_en: Go to the school yard.,"
            text = text.replace(f"id: A{n}, name: 甲, name_en: A,", named)
            place = f"centre: [{23 + n / 20}, {113 + n % 2 / 10}], radius_km: 3"
            text = text.replace(PLACE, place, 1)
        operator = f"{{name: 值班员, roles: [duty], digest: '{digest(self.token)}'}}"
        text += f"operators:\n  {OPERATOR}: {operator}\n"
        text += f'console: {{listen: "127.0.0.1:{self.port}"}}\n'
        self.site.config.write_text(text, encoding="utf-8")

    def start_console(self) -> None:
        """`tongluo console`, until it answers."""
        config = ["--config", str(self.site.config)]
        self._console = subprocess.Popen([sys.executable, "-m", "tongluo.cli", "console", *config])
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/site.json", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert self._console.poll() is None, "the console ended"
            time.sleep(0.05)
        self._console.kill()
        raise AssertionError("the console does not answer")

    def stop_console(self) -> None:
        """Told to stop, it ends by itself, whoever is connected."""
        if self._console.poll() is None:
            self._console.send_signal(signal.SIGTERM)
        assert self._console.wait(PATIENCE) == 0

    def _stop_daemon(self) -> None:
        os.kill(self.daemon.pid or 0, signal.SIGTERM)
        self.daemon.join(20)

    def stage(self, area: int, height: float) -> None:
        """A reading of an area's gauge, of now."""
        body = f'{{"time": "{iso(now_ms())}", "value": {height}}}'
        publish(self.broker.port, [(f"ews/S{area}/stage", body.encode())]).join(20)

    def identifiers(self, area: int) -> list[str]:
        """Versions of an area's warnings, in order."""
        rows = self.site.query(
            "SELECT identifier FROM warnings WHERE area = ? ORDER BY seq, sent", f"A{area}"
        )
        return [identifier for (identifier,) in rows]

    def sent(self, identifier: str) -> int:
        """When a version was issued, ms."""
        found = self.site.query("SELECT sent FROM warnings WHERE identifier = ?", identifier)
        return int(found[0][0])

    def states(self, identifier: str, channel: str = "page") -> list[str]:
        """States of a version's deliveries on a channel."""
        query = "SELECT state FROM deliveries WHERE identifier = ? AND channel = ?"
        rows = self.site.query(query, identifier, channel, file="deliveries.db")
        return sorted(state for (state,) in rows)

    def ask(self, method: str, name: str, **body: Any) -> httpx.Response:
        """The operators' API, as the operator."""
        headers = {"authorization": f"Bearer {self.token}", "tongluo-operator": OPERATOR}
        url = f"{self.url}/api/v1/{name}"
        return httpx.request(
            method, url, headers=headers, json=body or None, trust_env=False, timeout=40
        )


@pytest.fixture(scope="module")
def page_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSite]:
    """One site for the tests of a module; each test has an area of its own."""
    if find_mosquitto() is None:
        pytest.skip("needs the broker: apt-get install mosquitto")
    with ExitStack() as ends:
        yield PageSite(tmp_path_factory.mktemp("site"), ends)
