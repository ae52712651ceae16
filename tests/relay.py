"""A relay for delivery reports between a gateway and us, which loses, delays and spoils some."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.ports import free_port

FATES = ("pass", "lose", "late", "spoil", "twice", "undeliverable")


class Relay:
    """What it did is counted in `did`; what it let through whole is in `told`: word -> statuses."""

    def __init__(self, to: int, seed: int, weights: tuple[int, ...]) -> None:
        self._to, self._weights = to, weights
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._late: list[str] = []
        self.did: Counter[str] = Counter()
        self.told: dict[str, set[str]] = defaultdict(set)
        self.words: set[str] = set()
        self.port = free_port()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send_response(200 if relay.came(self.path) else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def came(self, path: str) -> bool:
        """One report from the gateway; decide what becomes of it."""
        with self._lock:
            (fate,) = self._chance.choices(FATES, self._weights)
            noise = self._chance.randrange(1 << 30)
        query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        with self._lock:
            self.words.add(query["k"])
        if fate in ("pass", "twice"):
            self._pass(query, times=2 if fate == "twice" else 1)
        elif fate == "undeliverable" and query["d"] == "1":
            self._pass({**query, "d": "2", "a": "id:7F3A9C stat:UNDELIV err:045 Text:abc"})
        elif fate in {"late", "undeliverable"}:
            fate = "late"
            with self._lock:
                self._late.append(urlencode(query))
        elif fate == "spoil":
            self._send(spoilt(query, noise))
        with self._lock:
            self.did[fate] += 1
        return True

    def _pass(self, query: dict[str, str], times: int = 1) -> None:
        for _ in range(times):
            assert self._send(query) == 200
        with self._lock:
            self.told[query["k"]].add(query["d"])

    def release(self) -> None:
        """The late ones at last, in an order of chance."""
        self._chance.shuffle(self._late)
        for query in self._late:
            self._pass(dict(parse_qsl(query, keep_blank_values=True)))
        self._late.clear()

    def _send(self, query: dict[str, str]) -> int:
        connection = HTTPConnection("127.0.0.1", self._to, timeout=20)
        try:
            connection.request("GET", f"/kannel?{urlencode(query)}")
            return connection.getresponse().status
        finally:
            connection.close()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def spoilt(query: dict[str, str], noise: int) -> dict[str, str]:
    """The same report with something in it destroyed."""
    kind, at = noise % 4, noise % len(query["k"])
    if kind == 0:
        return {**query, "k": query["k"][:at]}
    if kind == 1:
        return {**query, "k": query["k"][:at] + "!" + query["k"][at + 1 :]}
    if kind == 2:
        return {**query, "d": "\x00\xff", "a": "stat:DELIVRD\x00" * 9}
    return {"d": query["d"], "t": "x" * (noise % 999)}
