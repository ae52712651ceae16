"""A real SMS gateway, Kannel with its fake SMSC, on free loopback ports.

`from tests.kannel import gateway`: bearerbox, smsbox and the fake SMSC, each its own process.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote_plus, unquote_to_bytes

import pytest

from tests.ports import free_port

READY_WITHIN = 20.0  # seconds
FAKE = Path("/usr/lib/kannel/test/fakesmsc")
INSTALL = "apt-get install kannel kannel-extras"
USER, PASSWORD = "tongluo", "not-a-secret"
CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 2

group = smsc
smsc = fake
smsc-id = fake
denied-smsc-id = answers
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 1069
log-level = 2
http-request-retry = 100
http-queue-delay = 1

group = sendsms-user
username = {user}
password = {password}
max-messages = 5
concatenation = true
"""
ANSWERED = """
group = smsc
smsc = fake
smsc-id = answers
allowed-smsc-id = answers
port = {answers}
connect-allow-ip = 127.0.0.1

group = sms-service
keyword = default
max-messages = 0
get-url = "{told}&from=%p&text=%a"
"""
"""What people send comes by a second centre, and is told to an address."""
GOT = re.compile(r"Got message \d+: <(\S+) (\d+) (\S+) (.*)>$", re.M)


def missing() -> bool:
    """Whether one of the programs is not installed."""
    return not FAKE.exists() or None in (_program("bearerbox"), _program("smsbox"))


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


class Gateway:
    """Kannel and its fake SMSC; `start` after `stop` uses the same ports."""

    def __init__(self, folder: Path, told: str = "") -> None:
        """told: where answers of people are told, an address with the beginning of a query."""
        self._folder = folder
        names = ("admin", "box", "smsc", "sendsms", "answers")
        self.ports = {name: free_port() for name in names}
        self.url = f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms"
        self._config = folder / "kannel.conf"
        text = CONFIG + (ANSWERED if told else "")
        self._config.write_text(text.format(user=USER, password=PASSWORD, told=told, **self.ports))
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all three and wait until a message would pass through."""
        for name, port in (("bearerbox", "smsc"), ("smsbox", "sendsms")):
            self._launch(name, [_program(name) or name, str(self._config)])
            self._wait(name, lambda port=port: _open(self.ports[port]))
        self._launch("fakesmsc", [str(FAKE), "-H", "127.0.0.1", "-r", str(self.ports["smsc"]),
                                  "-m", "0", "1 2 text unused"])  # fmt: skip
        self._wait("fakesmsc", lambda: "Fakesmsc client connected" in self.log("bearerbox"))

    def _launch(self, name: str, command: list[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End them, the fake SMSC last, so that it has heard everything."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(how)
            try:
                process.wait(READY_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def answer(self, number: str, text: str) -> None:
        """A phone sends a message; the next one has to wait until this one was heard."""
        words = f"{number} 1069 ucs2 {quote_plus(text.encode('utf-16-be'))}"
        name = f"phone-{len(self._running)}"
        port = str(self.ports["answers"])
        self._launch(name, [str(FAKE), "-H", "127.0.0.1", "-r", port, "-m", "1", words])

    def hang_up(self) -> None:
        """Phones are put away."""
        for name in [n for n in self._running if n.startswith("phone-")]:
            phone = self._running.pop(name)
            phone.terminate()
            phone.wait()

    def log(self, name: str) -> str:
        """All that one of them has said so far."""
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def heard(self) -> Counter[str]:
        """number -> messages (or parts) that reached the fake SMSC."""
        return Counter(found[2] for found in GOT.finditer(self.log("fakesmsc")))

    def texts(self) -> dict[str, list[str]]:
        """number -> texts of one part as they arrived."""
        said: dict[str, list[str]] = {}
        for found in GOT.finditer(self.log("fakesmsc")):
            body = unquote_to_bytes(found[4].replace("+", " "))
            said.setdefault(found[2], []).append(body.decode("utf-16-be", "replace"))
        return said

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            assert self._running[name].poll() is None, f"{name} ended:\n{self.log(name)}"
            if ready():
                return
            time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError(f"{name} was not ready in {READY_WITHIN:g} s:\n{self.log(name)}")


def _open(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A running gateway, ended with the test."""
    if missing():
        pytest.skip(f"needs the SMS gateway: {INSTALL}")
    folder = tmp_path / "kannel"
    folder.mkdir()
    kannel = Gateway(folder)
    try:
        kannel.start()
        yield kannel
    finally:
        kannel.stop()
