"""What message centres in tests share: a process that answers, reports, loses and spoils by a seed.

`Office` is the process's side, of one protocol a subclass; `Centre` is the test's. Each message,
and what became of its report, is a line of the log.

    python -m MODULE PORT LOG '{"names": "hex"}'
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from tests.ports import free_port

READY_WITHIN = 60.0
DEFAULT = {"names": "decimal", "reports": True, "seed": 7, "weights": [1, 0, 0, 0, 0, 0],
           "throttle": 0, "silent": 0, "first": 4095}  # fmt: skip
"""throttle, silent: every so manieth message is refused for now, or not answered."""
FATES = ("told", "lost", "late", "twice", "spoilt", "failed")


class Office:
    """Messages are counted, reports go out or do not; lines of JSON on standard input order it."""

    def __init__(self, log: Path, manner: dict[str, Any]) -> None:
        self._log = log.open("a", encoding="utf-8")
        self.manner = {**DEFAULT, **manner}
        self._chance = Random(self.manner["seed"])
        self.count = self.manner["first"]
        self._late = list[Any]()

    def fate(self, line: dict[str, Any]) -> str:
        """What becomes of the message that is counted now; it is written down."""
        nth, fate = self.count - self.manner["first"], ""
        for word, name in (("throttle", "throttled"), ("silent", "silent")):
            if not fate and self.manner[word] and nth % self.manner[word] == 0:
                fate = name
        fate = fate or self._chance.choices(FATES, self.manner["weights"])[0]
        self.write({**line, "fate": fate})
        return fate

    def report(self, said: Any, fate: str) -> None:
        """Let a report out now, later, twice, or not at all."""
        if fate == "late":
            self._late.append(said)
        elif fate != "lost" and self.manner["reports"]:
            for _ in range(2 if fate == "twice" else 1):
                self.deliver(said)

    def deliver(self, said: Any) -> None:
        """Send a report to who is connected."""
        raise NotImplementedError

    def obey(self, order: dict[str, Any]) -> None:
        """Orders of the one protocol."""

    async def orders(self) -> None:
        """Until the test ends."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            order = json.loads(line)
            self.manner.update(order.get("manner", {}))
            self.obey(order)
            if "release" in order:
                late, self._late = self._late, []
                for said in late:
                    self.deliver(said)

    def write(self, line: dict[str, Any]) -> None:
        print(json.dumps(line), file=self._log, flush=True)


def serve(office: type[Office], arguments: list[str]) -> None:
    """The process."""
    port, log, manner = arguments
    with suppress(KeyboardInterrupt):
        asyncio.run(office(Path(log), json.loads(manner)).run(int(port)))
    os._exit(0)


class Centre:
    """The process as a test sees it; `start` after `stop` uses the same port and log."""

    module, scheme = "", ""

    def __init__(self, folder: Path, **manner: Any) -> None:
        self.port, self.log, self.manner = free_port(), folder / "centre.log", manner
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        before = len(self._lines("ready"))
        first = DEFAULT["first"] + len(self.messages())  # names go on after a restart
        command = [sys.executable, "-m", self.module, str(self.port), str(self.log),
                   json.dumps({"first": first, **self.manner})]  # fmt: skip
        with self.log.with_suffix(".err").open("ab") as said:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=said, stderr=said,
                cwd=Path(__file__).parent.parent,
            )  # fmt: skip
        self.wait(lambda: len(self._lines("ready")) > before and self._open())

    def _open(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None

    def order(self, **order: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _lines(self, key: str) -> list[dict[str, Any]]:
        if not self.log.exists():
            return []
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [found for line in whole.splitlines() if key in (found := json.loads(line))]

    def messages(self) -> list[dict[str, Any]]:
        """All that came, in order."""
        return self._lines("to")

    def heard(self) -> Counter[str]:
        """number -> messages that the centre accepted."""
        return Counter(m["to"] for m in self.messages() if m["fate"] != "throttled")

    def answered(self) -> list[Any]:
        """What was answered to each report."""
        return [line["answered"] for line in self._lines("answered")]

    def binds(self) -> int:
        return len(self._lines("bound"))

    def wait(self, done: Callable[[], bool], patience: float = READY_WITHIN) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            assert self._process is not None and self._process.poll() is None, self.log.with_suffix(
                ".err"
            ).read_text()
            if done():
                return
            time.sleep(0.02)
        raise AssertionError(f"it did not become so in {patience:g} s")
