"""Receipts over HTTP: a small server for each channel that has some, in the dispatcher's process.

It answers 200 once the receipt is written, so that a gateway tells again what was not. The standard
library's server does: a request is one short line from one gateway, and nothing else is served.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from dissemination.channels import Ear
from dissemination.receipts import Receipt
from tongluo.core.log import Log

IDLE = 60
"""Seconds after which a connection that says nothing is closed."""
BIND_AGAIN = 5.0
LARGEST = 1 << 20


class Listener:
    """Listens until closed; an address that is taken is tried again."""

    def __init__(self, name: str, ear: Ear, tell: Callable[[Receipt], bool], log: Log) -> None:
        """tell: write a receipt down; False when it is of no delivery."""
        self._name, self._ear, self._tell, self._log = name, ear, tell, log
        self._server: ThreadingHTTPServer | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"{name} receipts")
        self._thread.start()

    def _run(self) -> None:
        listener = self

        class Handler(_Handler):
            heard = listener.heard
            posted = listener.posted
            reply = listener._ear.reply.encode()
            worded = staticmethod(listener._ear.answer) if listener._ear.answer else None

        while not self._closing.is_set():
            try:
                self._server = _Server((self._ear.host, self._ear.port), Handler)
            except (OSError, OverflowError) as error:
                self._log.trouble(f"receipts {self._name}", f"cannot listen: {error}")
                self._closing.wait(BIND_AGAIN)
                continue
            self._log.over(f"receipts {self._name}")
            with self._server as server:
                server.serve_forever(poll_interval=0.2)
            return

    def heard(self, query: str) -> HTTPStatus:
        """Write one receipt; what to answer."""
        receipt = self._ear.read(query)
        if receipt is None:
            self._log.trouble(f"receipts {self._name}", "one that cannot be read, or is not ours")
            return HTTPStatus.BAD_REQUEST
        return self._write(receipt)

    def posted(self, query: str, body: bytes) -> HTTPStatus:
        """Write what a POST brings; whatever cannot be written makes the gateway tell all again."""
        if self._ear.posted is None:
            return HTTPStatus.METHOD_NOT_ALLOWED
        try:
            receipts = self._ear.posted(query, body)
        except sqlite3.Error as error:
            self._log.trouble(f"receipts {self._name}", f"cannot be written: {error}")
            return HTTPStatus.SERVICE_UNAVAILABLE
        if receipts is None:
            self._log.trouble(f"receipts {self._name}", "one that cannot be read, or is not ours")
            return HTTPStatus.BAD_REQUEST
        answers = {self._write(receipt) for receipt in receipts}
        spoilt = HTTPStatus.SERVICE_UNAVAILABLE
        return spoilt if spoilt in answers else HTTPStatus.OK

    def _write(self, receipt: Receipt) -> HTTPStatus:
        try:
            known = self._tell(receipt)
        except sqlite3.Error as error:
            self._log.trouble(f"receipts {self._name}", f"cannot be written: {error}")
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK if known else HTTPStatus.NOT_FOUND

    def close(self) -> None:
        """Listen no more."""
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
        self._thread.join(2)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A peer that hangs up in the middle is none."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE

    reply = b""
    worded: Callable[[bytes, bool], bytes] | None = None

    @staticmethod
    def heard(query: str) -> HTTPStatus:
        raise NotImplementedError

    @staticmethod
    def posted(query: str, body: bytes) -> HTTPStatus:
        raise NotImplementedError

    def do_GET(self) -> None:
        """One receipt."""
        self._answer(self.heard(urlsplit(self.path).query))

    def do_POST(self) -> None:
        """Several receipts."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        status = self.posted(urlsplit(self.path).query, body)
        if self.worded is not None and status is not HTTPStatus.SERVICE_UNAVAILABLE:
            self._answer(HTTPStatus.OK, self.worded(body, status is HTTPStatus.OK))
        else:
            self._answer(status)

    def _answer(self, status: HTTPStatus, words: bytes = b"") -> None:
        body = words or (self.reply if status is HTTPStatus.OK else b"")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: lines of requests may hold what is said to one person."""
