"""How a receiver is made: where a fan-out happens, notes of what was taken, processes, HTTP."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dissemination.phones import digest, key_of
from tests.laws.live import FORK
from tests.ports import free_port
from tests.warned import BASE
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Hazard, Level

Copy = tuple[str, str]
"""(recipient, name that the message bears; "" where the protocol knows none)."""


@dataclass
class Field:
    """Where a fan-out happens, and who is in each area."""

    folder: Path
    var: Path
    people: dict[str, list[str]]
    """Area -> numbers of its recipients; empty where the area itself is the recipient."""

    def every(self) -> list[tuple[str, str]]:
        return [(number, area) for area, numbers in self.people.items() for number in numbers]

    def write(self, name: str, form: str = "{number}") -> dict[str, str]:
        """A list of recipients."""
        lines = [f"{form.format(number=n)},{area}" for n, area in self.every()]
        (self.var / name).write_text("\n".join(lines))
        return {"file": name}

    def digests(self, form: str = "{number}") -> dict[str, str]:
        """Recipient -> its target."""
        key = key_of(self.var)
        return {one: digest(one, key) for n, _ in self.every() if (one := form.format(number=n))}


@dataclass
class Receiver:
    """What the channel is told of it, and what it has taken."""

    options: dict[str, Any]
    heard: Callable[[], list[Copy]]
    targets: dict[str, str] = field(default_factory=dict)
    """Recipient -> target of his delivery; one that is not in it is a target himself."""
    others: dict[str, Any] = field(default_factory=dict)
    """Further channels of the configuration."""
    window: int = 16
    """Hand-overs in flight."""
    done: Callable[[], bool] = lambda: True
    """Whether it has said all that it has to say."""


Start = Callable[[Field], AbstractContextManager[Receiver]]


class Notes:
    """A file of copies, written by a process of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, recipient: str, name: str = "") -> None:
        line = json.dumps((recipient, name)).encode() + b"\n"
        with self.path.open("ab", buffering=0) as file:
            file.write(line)

    def read(self) -> list[Copy]:
        if not self.path.exists():
            return []
        return [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]


@contextmanager
def process(target: Callable[..., None], *given: Any) -> Iterator[None]:
    """A forked process that says when it is ready."""
    ready = FORK.Event()
    child = FORK.Process(target=target, args=(ready, *given), daemon=True)
    child.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        child.kill()
        child.join()


Take = Callable[[str, dict[str, str], bytes], tuple[str, str, bytes]]
"""(path, headers, body) -> recipient, name, answer."""


class Server(ThreadingHTTPServer):
    """Says nothing of connections whose other side was killed."""

    request_queue_size = 100

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _serve(ready: Any, port: int, notes: Notes, take: Take) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # who asked was killed
                self.close_connection = True
                return
            recipient, name, answer = take(self.path, dict(self.headers), body)
            notes.add(recipient, name)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n"
            self.wfile.write(head.encode() + answer)

        do_GET = do_POST  # noqa: N815 - the library's word

    server = Server(("127.0.0.1", port), Handler)
    ready.set()
    with suppress(KeyboardInterrupt):
        server.serve_forever()


@contextmanager
def http(f: Field, take: Take) -> Iterator[tuple[str, Notes]]:
    notes, port = Notes(f.folder / "heard"), free_port()
    with process(_serve, port, notes, take):
        yield f"http://127.0.0.1:{port}", notes


def version(area: str) -> WarningVersion:
    """What an area is warned of: red or yellow, by its name."""
    level = Level.RED if area.startswith("red") else Level.YELLOW
    place = replace(BASE.area, id=area)
    return replace(BASE, identifier=f"{area}.v1", event=area, area=place, level=level,
                   hazard=Hazard.RIVER_FLOOD)  # fmt: skip
