"""What the exporter's tests share: a journal of plain rows, and a receiver that answers as told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

from ingest.stage import Admitted
from tests.build import MINUTE, START
from tongluo.core.columns import Columns
from tongluo.core.effects import Effects
from tongluo.core.words import Fate
from tongluo.store.journal import Journal

Sensors = list[tuple[int, str, str, str]]


def open_journal(folder: Path, sensors: Sensors, text: str = "{}") -> Journal:
    """A journal with a configuration row that names these sensors (row, key, quantity, unit)."""
    journal = Journal(folder / "journal.db")
    with journal.transaction():
        journal.configuration(text, sensors, Effects(), START)
    return journal


def fed(columns: Columns, fate: list[int] | None = None) -> Effects:
    """The effects of a batch that is kept as it came."""
    n = len(columns)
    fates = np.array(fate, np.int64) if fate else np.zeros(n, np.int64)
    back = np.zeros(n, np.int64)
    none = np.zeros(n, np.int64)
    return Effects(Admitted(columns.value, columns.flag, fates, back, columns.arrival, none, none))


def many(journal: Journal, n: int, sensors: int = 40, start: int = 0, batch: int = 5000) -> None:
    """`n` readings with different times per sensor; every tenth late, every hundredth doubled."""
    for first in range(start, start + n, batch):
        k = np.arange(first, min(first + batch, start + n))
        sensor, t = k % sensors, START - 300 * 24 * 60 * MINUTE + (k // sensors) * 1000
        value = (k * 7 % 1000) / 2  # halves: exact on both sides
        double = k % 100 == 99
        t = np.where(double, t - 1000, t)
        fate = np.where(double, Fate.DUPLICATE, np.where(k % 10 == 3, Fate.LATE, Fate.FED))
        ones, zeros = np.ones(len(k), np.int64), np.zeros(len(k), np.int64)
        columns = Columns(sensor, t, value, ones, t + 5, zeros)
        with journal.transaction():
            journal.readings(columns, fed(columns, fate.tolist()), int(t[-1]))


Answer = Callable[[list[str]], tuple[int, str]]


@dataclass
class Told:
    """A receiver that answers as told and keeps what it took."""

    url: str = ""
    answer: Answer = lambda lines: (204, "")
    taken: list[str] = field(default_factory=list)
    requests: int = 0
    token: str = ""
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def told() -> Iterator[Told]:
    """Such a receiver on a free loopback port."""
    state = Told()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests += 1
            state.query = parse_qs(urlsplit(self.path).query)
            state.token = self.headers.get("Authorization", "")
            lines = body.decode().split("\n")
            status, message = state.answer(lines)
            if status == 204:
                state.taken += lines
            self.send_response(status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            content = message.encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
