"""A real MQTT broker on a free loopback port, for tests: `from tests.mosquitto import broker`."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

READY_WITHIN = 10.0  # seconds


def find_mosquitto() -> str | None:
    """Path of the broker; Debian keeps it outside of an ordinary user's PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """One broker. `start` after `stop` uses the same port and, when given, the same store."""

    def __init__(self, folder: Path, persistence: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(_config(self.port, persistence), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        program = find_mosquitto()
        assert program is not None, "install it: apt-get install mosquitto"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(self._config)], stdout=log, stderr=log
            )
        self._wait(self._process)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with a signal (SIGKILL = a crash) and wait until it is gone."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait(READY_WITHIN)
            self._process = None

    def log(self) -> str:
        """All it has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise AssertionError(f"mosquitto ended at once:\n{self.log()}")
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=0.5),
            ):
                return
            time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError(f"mosquitto did not listen within {READY_WITHIN:g} s:\n{self.log()}")


def _config(port: int, persistence: Path | None) -> str:
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous true",
        "max_queued_messages 0",
        "max_inflight_messages 0",
        "set_tcp_nodelay true",
    ]
    if os.geteuid() == 0:
        lines.append("user root")
    if persistence is not None:
        persistence.mkdir(parents=True, exist_ok=True)
        lines += ["persistence true", f"persistence_location {persistence}/"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker, ended with the test."""
    if find_mosquitto() is None:
        pytest.skip("needs the broker: apt-get install mosquitto")
    folder = tmp_path / "broker"
    folder.mkdir()
    mosquitto = Mosquitto(folder, folder / "store")
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.stop()
