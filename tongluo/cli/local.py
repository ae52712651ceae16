"""Asking the running daemon, over HTTP on its local socket."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path
from typing import Any

import msgspec

from tongluo.cli.texts import chinese, say
from tongluo.core.errors import TongluoError

PATIENCE = 60.0
SOCKET = "control.sock"


class NotRunning(TongluoError):
    """No daemon answers."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """To the socket file."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(folder: Path, command: str, said: Any = None, timeout: float = PATIENCE) -> dict[str, Any]:
    """What the daemon answers; NotRunning without one, TongluoError with its reason to refuse."""
    path = folder / SOCKET
    connection = _Connection(path, timeout)
    try:
        body = None if said is None else msgspec.json.encode(said)
        connection.request("GET" if body is None else "POST", command, body)
        response = connection.getresponse()
        answer = msgspec.json.decode(response.read(), type=dict[str, Any])
    except TimeoutError:
        raise TongluoError(say("daemon_busy", path=path)) from None
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        raise NotRunning(say("daemon_absent", path=path)) from None
    finally:
        connection.close()
    if response.status != http.client.OK:
        reason = answer.get("error_zh") if chinese() else None
        raise TongluoError(str(reason or answer.get("error", response.status)))
    return answer
