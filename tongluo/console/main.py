"""The console's process: one uvicorn server until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from tongluo.config.console import ConsoleIn
from tongluo.config.load import Loaded
from tongluo.console.app import build
from tongluo.console.feed import Feed
from tongluo.console.journal import KIND
from tongluo.core.errors import TongluoError
from tongluo.core.log import Log

BACKLOG = 512
STUCK = 60
"""Seconds after which a connection is cut whose other end takes nothing of what is sent to it."""


class Server(uvicorn.Server):
    """Told to stop, it lets the feed's pages go first: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal; it arrives between two steps of the loop's own thread."""
        super().handle_exit(sig, frame)
        asyncio.get_event_loop().call_soon_threadsafe(self._feed.end)


def run(loaded: Loaded) -> None:
    """Serve until told to stop; TongluoError when the address cannot be had."""
    log = Log("console")
    folder: Path = loaded.folder / loaded.config.store.folder
    given = loaded.config.console
    if not any(c.kind == KIND for c in loaded.config.channels.values()):
        log.say("start", state="warning", reason="no channel of kind app: the page stays empty")
    console = build(folder, given, log)
    config = server_of(console.app, given)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn sends it again at its end
    with listening(*given.address()) as place:
        log.say("listening", address=given.listen)
        Server(config, console.feed).run(sockets=[place])
    log.say("stopped")


def server_of(app: Starlette, given: ConsoleIn) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(given.proxies),
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=16_384,
        ws="none",
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; TongluoError when it cannot.

    It says that it is TCP: asyncio sends small answers at once on such sockets only.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # connections have it from here
            place.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK * 1000)
        place.bind((host, port))
        place.listen(BACKLOG)
    except OSError as error:
        place.close()
        reason = error.strerror or str(error)
        raise TongluoError(f"cannot listen on {host}:{port}: {reason}") from error
    return place
