"""A page that takes nothing of what it is told: it costs little, is cut off, and holds up no other.

The server is the console's own, on a real socket.
"""

from __future__ import annotations

import asyncio
import io
import socket
from contextlib import closing
from typing import Any

import pytest
import uvicorn

from tests.unit.console.site import Written, after
from tongluo.console import main
from tongluo.console.app import Console, build
from tongluo.console.feed import PIECE
from tongluo.core.log import Log

VERSIONS, HIGH_WATER = 60, 65_536
WORDS = "很长的依据。" * 5000
REQUEST = b"GET /feed HTTP/1.1\r\nHost: x\r\n\r\n"


def stuck(port: int) -> socket.socket:
    """It asks for the feed, and reads nothing."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    made.sendall(REQUEST)
    return made


async def swift(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """It reads as it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    writer.write(REQUEST)
    await reader.readuntil(b"event: state")
    return reader, writer


async def until(done: Any, patience: float = 30.0) -> None:
    async with asyncio.timeout(patience):
        while not done():
            await asyncio.sleep(0.02)


def test_who_reads_nothing_is_bounded_and_cut_off(
    site: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("needs Linux: the kernel cuts such connections")
    monkeypatch.setattr(main, "STUCK", 1)
    asyncio.run(_story(site))


async def _story(site: Written) -> None:
    console = build(site.var, site.loaded.config.console, Log("test", io.StringIO()))
    server = uvicorn.Server(main.server_of(console.app, site.loaded.config.console))
    with closing(main.listening("127.0.0.1", 0)) as place:
        task = asyncio.create_task(server.serve(sockets=[place]))
        await until(lambda: server.started)
        port = place.getsockname()[1]
        good, line = await swift(port)
        with closing(stuck(port)):
            await until(lambda: console.feed.pages == 2)
            last = await _flood(site, console)
            waiting = [p.transport.get_write_buffer_size() for p in server.server_state.connections]
            longest = len(console.feed._entries[-1].event)
            assert max(waiting) <= HIGH_WATER + max(PIECE, longest)
            async with asyncio.timeout(30):
                await good.readuntil(f'"id":"{last}"'.encode())  # it waits for nobody
            await until(lambda: console.feed.pages == 1)
        line.close()
        await line.wait_closed()
        console.feed.end()
        server.should_exit = True
        await task


async def _flood(site: Written, console: Console) -> str:
    """Very much to tell, as it happens; the last one's name."""
    warning = site.warning(reason={"zh": WORDS, "en": WORDS})
    for _ in range(VERSIONS):
        site.put(warning)
        await console.feed.look()
        await asyncio.sleep(0)
        warning = after(warning)
    return f"e.v{VERSIONS}"
