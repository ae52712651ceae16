"""A connection to a message centre that is kept: bound, probed, and made again when it breaks.

It has one thread, which reads. Any thread may `ask`; answers find their question by its number,
also those that come late. What was asked and not answered when the connection broke is unknown;
what was never written is not.
"""

from __future__ import annotations

import itertools
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import SplitResult

from dissemination.channels.tls import Tls
from tongluo.core.clock import monotonic
from tongluo.core.errors import ChannelError, TemporaryFailure, UnknownOutcome

LARGEST = 1 << 16
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """One frame of the other side, as far as a session must know it."""

    kind: Literal["hello", "answer", "report", "done", "asked", "bye"]
    """bound or not; to a message; of a message; to a probe; asked or told of us; the end."""
    number: int
    fault: ChannelError | None = None
    """Why not, of hello and answer."""
    id: str = ""
    """The centre's name for the message, of answer."""
    report: Any = None
    reply: Callable[[bool], bytes] | None = None
    """What to answer it with, when it was kept, or not."""


class Wire(Protocol):
    """The frames of one protocol; each begins with its length in four octets."""

    head: int
    """Octets of the shortest frame."""

    def hello(self, number: int) -> bytes:
        """The frame that binds."""

    def probe(self, number: int) -> bytes:
        """The frame that asks whether the other side is there."""

    def bye(self, number: int) -> bytes:
        """The frame that ends."""

    def read(self, frame: bytes) -> Said:
        """A frame; ValueError when it cannot be read."""


@dataclass
class _Question:
    about: Any
    done: threading.Event = field(default_factory=threading.Event)
    said: Said | None = None
    left: bool = False
    """Nobody waits any more."""


class Session:
    """Binds by itself, and again after a break, until closed."""

    def __init__(
        self,
        url: SplitResult,
        wire: Wire,
        answered: Callable[[Any, Said, bool], None],
        reported: Callable[[Any], bool],
        timeout: float,
        probe: float,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """trust: whose certificates are, over TLS; None = no TLS."""
        self._url, self._wire, self._trust = url, wire, trust
        self._answered, self._reported = answered, reported
        self._timeout, self._probe = timeout, probe
        self._numbers = itertools.cycle(range(1, 0x7FFFFFFF))
        self._open: dict[int, _Question] = {}
        self._socket: socket.socket | Tls | None = None
        self._lock = threading.Lock()
        self._fault = TemporaryFailure("not connected yet", everyone=True)
        self._tried, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"session {url.netloc}")
        self._thread.start()

    def ask(self, frame: Callable[[int], bytes], about: Any) -> Said:
        """Send a frame and wait for its answer.

        about: handed to `answered(about, said, late)` with the answer, on the session's thread,
        before this returns; or later, when the answer came too late for this. TemporaryFailure:
        nothing was sent. UnknownOutcome: something was, and no answer came.
        """
        self._tried.wait(self._timeout)
        question = _Question(about)
        with self._lock:
            if self._socket is None:
                why = self._fault
                raise TemporaryFailure(str(why), why.retry_after, everyone=True)
            number = next(self._numbers)
            data = frame(number)
            self._open[number] = question
            try:
                self._socket.sendall(data)
            except OSError as error:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
                raise UnknownOutcome(f"cut off while it was sent: {error}") from None
        if not question.done.wait(self._timeout):
            question.left = True
            raise UnknownOutcome(f"no answer in {self._timeout:g} s")
        if question.said is None:
            raise UnknownOutcome("the connection broke before an answer came")
        return question.said

    def bound(self) -> bool:
        """Whether messages can be sent now."""
        return self._socket is not None

    def close(self) -> None:
        """Say good-bye and close."""
        self._closing.set()
        with self._lock, suppress(OSError):
            if self._socket is not None:
                self._socket.sendall(self._wire.bye(next(self._numbers)))
        self._thread.join(min(self._timeout, 2.0))
        with self._lock, suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(self._timeout)

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._closing.is_set():
            began = monotonic()
            try:
                self._talk()
            except (OSError, ChannelError, ValueError) as error:
                self._break(error)
            except Exception as error:  # a fault of ours must not end the connection for good
                _log.exception("session %s", self._url.netloc)
                self._break(error)
            wait = FIRST_WAIT if monotonic() - began > LONGEST_WAIT else min(LONGEST_WAIT, 2 * wait)
            self._closing.wait(wait)

    def _break(self, error: Exception) -> None:
        """Nothing can be sent; who waits for an answer is told that none will come."""
        reason = f"{self._url.netloc} cannot be reached: {error}"
        with self._lock:
            if isinstance(error, TemporaryFailure):
                why = f"{self._url.netloc}: {error}"
                self._fault = TemporaryFailure(why, error.retry_after, everyone=True)
            else:
                self._fault = TemporaryFailure(reason, 1.0, everyone=True)
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            left, self._open = self._open, {}
        for question in left.values():
            question.done.set()
        self._tried.set()

    def _talk(self) -> None:
        """Connect, bind, and read until the other side is gone; always ends by an exception."""
        address = (self._url.hostname or "127.0.0.1", self._url.port or 0)
        with closing(self._connected(address)) as connection:
            connection.settimeout(self._timeout)
            connection.sendall(self._wire.hello(next(self._numbers)))
            frames = _Frames(connection, self._wire)
            said = frames.next()
            while said.kind != "hello":
                said = frames.next()
            if said.fault is not None:
                raise said.fault
            with self._lock:
                self._socket = connection
            self._tried.set()
            self._listen(connection, frames)

    def _connected(self, address: tuple[str, int]) -> socket.socket | Tls:
        plain = socket.create_connection(address, timeout=self._timeout)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain if self._trust is None else Tls(plain, self._trust, address[0])
        except BaseException:
            plain.close()
            raise

    def _listen(self, connection: socket.socket | Tls, frames: _Frames) -> None:
        probed = False
        while True:
            connection.settimeout(self._timeout if probed else self._probe)
            try:
                said = frames.next()
            except TimeoutError:
                if probed:
                    raise
                self._write(self._wire.probe(next(self._numbers)))
                probed = True
                continue
            probed = False
            self._take(said)
            if said.kind == "bye" or (self._closing.is_set() and not self._open):
                raise ConnectionError("the other side ended the connection")

    def _take(self, said: Said) -> None:
        kept = True
        if said.kind == "answer":
            with self._lock:
                question = self._open.pop(said.number, None)
            if question is not None:
                self._answered(question.about, said, question.left)
                question.said = said
                question.done.set()
        elif said.kind == "report":
            kept = self._reported(said.report)
        if said.reply is not None:
            self._write(said.reply(kept))

    def _write(self, data: bytes) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.sendall(data)


class _Frames:
    """Frames of a stream."""

    def __init__(self, connection: socket.socket | Tls, wire: Wire) -> None:
        self._connection, self._wire = connection, wire
        self._rest = bytearray()

    def next(self) -> Said:
        """The next frame that can be read; TimeoutError, and nothing is lost, when none comes."""
        while True:
            frame = self._whole()
            try:
                return self._wire.read(frame)
            except ValueError as error:
                _log.warning("a frame that cannot be read: %s", error)

    def _whole(self) -> bytes:
        while True:
            if len(self._rest) >= 4:
                length = int.from_bytes(self._rest[:4])
                if not self._wire.head <= length <= LARGEST:
                    raise ConnectionError("what comes is no frame of this protocol")
                if len(self._rest) >= length:
                    frame = bytes(self._rest[:length])
                    del self._rest[:length]
                    return frame
            more = self._connection.recv(65536)
            if not more:
                raise ConnectionError("closed by the other side")
            self._rest += more
