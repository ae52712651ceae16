"""The daemon's other processes: dispatcher and exporter. One that ends is started again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from tongluo.core.clock import monotonic
from tongluo.daemon.log import Log

PATIENCE = 10.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0


class Children:
    """Started beside the main loop; a byte down the pipe wakes the dispatcher."""

    def __init__(self, folder: Path, log: Log, *, dispatch: bool) -> None:
        self._folder, self._log = folder, log
        self._modules = ["tongluo.daemon.dispatcher", "tongluo.daemon.exporter"] if dispatch else []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
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
        self._running[module] = process

    def _watch(self) -> None:
        """Start again what has failed, later each time it fails."""
        wait = dict.fromkeys(self._modules, FIRST_WAIT)
        due: dict[str, float] = {}
        while not self._stopping.wait(0.5):
            for module, process in list(self._running.items()):
                if process.poll() in (None, 0):
                    continue
                at = due.setdefault(module, monotonic() + wait[module])
                if monotonic() >= at and not self._stopping.is_set():
                    code = process.returncode
                    self._log.say("child", module=module, state="started again", code=code)
                    self._launch(module)
                    wait[module] = min(2 * wait[module], LONGEST_WAIT)
                    del due[module]

    def notify(self) -> None:
        """There is something in the outbox."""
        for process in self._running.values():
            try:
                assert process.stdin is not None
                os.write(process.stdin.fileno(), b".")
            except OSError:  # it has ended, or has bytes enough to wake up
                continue

    def stop(self) -> None:
        """Closing the pipe tells them to finish what is due and end."""
        self._stopping.set()
        for process in self._running.values():
            assert process.stdin is not None
            process.stdin.close()
        deadline = monotonic() + PATIENCE
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
