"""The daemon's other processes: dispatcher and exporter. One that ends is started again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tongluo.core.clock import monotonic
from tongluo.core.log import Log

PATIENCE = 10.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
WELL = 60.0
"""Seconds after which one that ran is no longer thought to fail at its start."""
START_AGAIN = 3
"""The exit code of one that wants another configuration: no failure."""


@dataclass
class Again:
    """When one that has ended is started again: later each time it fails.

    >>> again = Again()
    >>> again.started(0.0)
    >>> again.due(1.0, code=1), again.due(1.2, code=1)
    (1.5, 1.5)
    >>> again.started(1.5)
    >>> again.due(2.0, code=1)
    3.0
    """

    wait: float = FIRST_WAIT
    since: float = 0.0
    at: float | None = None

    def started(self, now: float) -> None:
        """It runs."""
        self.since, self.at = now, None

    def due(self, now: float, code: int) -> float:
        """When it is started again; now: when that it has ended is seen."""
        if self.at is None:
            if now - self.since >= WELL:
                self.wait = FIRST_WAIT
            self.at = now if code == START_AGAIN else now + self.wait
            if code != START_AGAIN:
                self.wait = min(2 * self.wait, LONGEST_WAIT)
        return self.at


class Children:
    """Started beside the main loop; a byte down the pipe wakes the dispatcher."""

    def __init__(self, folder: Path, log: Log, *, dispatch: bool) -> None:
        self._folder, self._log = folder, log
        self._modules = ["tongluo.daemon.dispatcher", "tongluo.daemon.exporter"] if dispatch else []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._again = defaultdict[str, Again](Again)
        self._anew = set[str]()
        """Those to be started again although they had nothing to do."""
        self._lock = threading.Lock()
        """Of the pipes: nobody writes into one that is being closed."""
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start them, and a thread that starts again whatever ends."""
        for module in self._modules:
            self._launch(module)
        threading.Thread(target=self._watch, daemon=True).start()

    def _launch(self, module: str) -> None:
        command = [sys.executable, "-m", module, str(self._folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        with self._lock:
            before = self._running.get(module)
            self._running[module] = process
            if before is not None:
                _close(before)
        self._again[module].started(monotonic())

    def _watch(self) -> None:
        while not self._stopping.wait(0.5):
            self.look()

    def look(self) -> None:
        """Start again what has failed, or asks for it, and whose time has come."""
        for module, process in list(self._running.items()):
            code = process.poll()
            if code is None or (code == 0 and module not in self._anew):
                continue
            now, wish = monotonic(), code or START_AGAIN
            if now >= self._again[module].due(now, wish) and not self._stopping.is_set():
                self._start_again(module, code)

    def _start_again(self, module: str, code: int) -> None:
        try:
            self._launch(module)
        except OSError as error:  # no memory or no process to be had: tried at the next look
            self._log.trouble(f"child {module}", str(error))
            return
        self._anew.discard(module)
        self._log.over(f"child {module}")
        self._log.say("child", module=module, state="started again", code=code)

    def configured(self) -> None:
        """Another configuration: one that had nothing to do, and has ended, may have now."""
        self._anew.update(self._modules)

    def notify(self) -> None:
        """There is something in the outbox."""
        with self._lock:
            for process in self._running.values():
                assert process.stdin is not None
                with suppress(OSError):  # it has ended, or has bytes enough to wake up
                    os.write(process.stdin.fileno(), b".")

    def stop(self) -> None:
        """Closing the pipe tells them to finish what is due and end."""
        self._stopping.set()
        with self._lock:
            for process in self._running.values():
                _close(process)
        deadline = monotonic() + PATIENCE
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe to a process."""
    assert process.stdin is not None
    process.stdin.close()
