"""A site whose daemon's log can be read."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import msgspec

from tests.laws.live import Site


class Told(Site):
    """The daemon writes its log to a file; whatever still runs is ended by `end`."""

    def __init__(self, folder: Path, url: str, **more: Any) -> None:
        super().__init__(folder, url, **more)
        self._log = folder / "daemon.log"
        self._started: list[BaseProcess] = []

    def start(self, crash_at: str = "", mutant: Callable[[], None] | None = None) -> BaseProcess:
        def to_file() -> None:
            sys.stderr = self._log.open("a", encoding="utf-8")
            if mutant:
                mutant()

        process = super().start(crash_at, to_file)
        self._started.append(process)
        return process

    def said(self, event: str) -> list[dict[str, Any]]:
        """Lines of the log about one event, in order; half a last line is left out, and what other
        parts write beside it."""
        if not self._log.exists():
            return []
        lines = self._log.read_text(encoding="utf-8").split("\n")[:-1]
        decoded: list[dict[str, Any]] = [msgspec.json.decode(x) for x in lines if x[:1] == "{"]
        return [line for line in decoded if line["event"] == event]

    def end(self) -> None:
        """End what a failed test left running, also when it stands still."""
        for process in self._started:
            if process.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid or 0, signal.SIGKILL)
                process.join()
