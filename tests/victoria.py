"""A real receiver of Influx writes, VictoriaMetrics: `from tests.victoria import receiver`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.ports import free_port

READY_WITHIN = 20.0  # seconds
NAMES = ("victoria-metrics", "victoria-metrics-prod")


def find_victoria() -> str | None:
    """Path of the program."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Victoria:
    """One receiver. `start` after `stop` uses the same port and the same store."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        program = find_victoria()
        assert program is not None, "install it: apt-get install victoria-metrics"
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [
            program,
            f"-storageDataPath={self._folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-dedup.minScrapeInterval=1ms",  # same series and time: one remains, as in InfluxDB
            "-retentionPeriod=100y",
            "-memory.allowedBytes=256MB",
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "GOMAXPROCS": "2"}
            )
        self._wait(self._process)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with a signal and wait until it is gone."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait(READY_WITHIN)
            self._process = None

    def series(self, name: str) -> dict[tuple[tuple[str, str], ...], list[tuple[int, float]]]:
        """All samples of a metric: sorted labels -> [(ms, value)] in order of time."""
        self._get("/internal/force_flush")
        text = self._get("/api/v1/export", **{"match[]": name, "start": "0"})
        found = {}
        for line in text.splitlines():
            said: dict[str, Any] = json.loads(line)
            labels = {k: v for k, v in said["metric"].items() if k not in ("__name__", "db")}
            samples = zip(said["timestamps"], said["values"], strict=True)
            found[tuple(sorted(labels.items()))] = sorted(samples)
        return found

    def count(self, name: str) -> int:
        """Samples of a metric over all series."""
        return sum(map(len, self.series(name).values()))

    def _get(self, path: str, **query: str) -> str:
        with urlopen(f"{self.url}{path}?{urlencode(query)}", timeout=30) as answer:
            return str(answer.read().decode())

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            assert process.poll() is None, f"it ended at once:\n{self._log()}"
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=0.5),
            ):
                return
            time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError(f"it did not listen within {READY_WITHIN:g} s:\n{self._log()}")

    def _log(self) -> str:
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Victoria]:
    """A running receiver, ended with the test."""
    if find_victoria() is None:
        pytest.skip("needs the receiver: apt-get install victoria-metrics")
    victoria = Victoria(tmp_path / "victoria")
    victoria.start()
    try:
        yield victoria
    finally:
        victoria.stop()
