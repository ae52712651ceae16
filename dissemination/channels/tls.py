"""A TLS connection that one thread reads while others write.

An `ssl.SSLSocket` must not be used by two threads at once: OpenSSL forbids it, and Python began to
hold a lock only in 3.13, and then one that a waiting reader keeps. Here octets wait outside of the
lock, and pass through OpenSSL inside of it.
"""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

from tongluo.core.errors import TemporaryFailure

AGAIN = 15.0
"""Seconds until a centre that is not to be trusted is asked again."""
AT_ONCE = 65_536


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Who is trusted: whom a file of certificates vouches for; None = whom the system trusts.

    LookupError when the file is none.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise LookupError(f"cannot read certificates in {ca_file}: {error}") from error


class Tls:
    """What a session needs of a socket, over TLS."""

    def __init__(self, plain: socket.socket, trust: ssl.SSLContext, name: str) -> None:
        """Shake hands; TemporaryFailure with a clear reason when the other side is not trusted."""
        self._plain, self._lock = plain, threading.Lock()
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._in, self._out, server_hostname=name)
        try:
            self._shake_hands()
        except ssl.SSLCertVerificationError as error:
            raise _refused(f"its certificate is not trusted: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise _refused(f"no TLS with it: {error.reason or error}") from None

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
                return self._write()
            except ssl.SSLWantReadError:
                self._write()
                self._read()
            except ssl.SSLError:
                self._write()  # the other side should hear why
                raise

    def recv(self, most: int) -> bytes:
        """As of a socket; for one thread."""
        while True:
            with self._lock:
                try:
                    return self._tls.read(most)
                except ssl.SSLWantReadError:
                    self._write()
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    return b""
            self._read()

    def sendall(self, data: bytes) -> None:
        """As of a socket; from any thread."""
        with self._lock:
            self._tls.write(data)
            self._write()

    def settimeout(self, seconds: float) -> None:
        """As of a socket."""
        self._plain.settimeout(seconds)

    def shutdown(self, how: int) -> None:
        """As of a socket."""
        self._plain.shutdown(how)

    def close(self) -> None:
        """As of a socket."""
        self._plain.close()

    def _read(self) -> None:
        data = self._plain.recv(AT_ONCE)
        if data:
            with self._lock:
                self._in.write(data)
        else:
            self._in.write_eof()

    def _write(self) -> None:
        data = self._out.read()
        if data:
            self._plain.sendall(data)


def _refused(reason: str) -> TemporaryFailure:
    return TemporaryFailure(reason, AGAIN, everyone=True)
