"""Loopback ports for what a test starts: `from tests.ports import free_port`.

They lie below the range from which the system takes ports for outgoing connections, and each test
process holds a block of them that no other has: a port handed out stays free until its listener
binds, however late that is.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

FIRST, BLOCK, BLOCKS = 20_000, 200, 60
_held: list[IO[bytes]] = []
"""Open as long as the process lives: with it the lock ends."""


def free_port() -> int:
    """A TCP port on which nothing listens, and that no other test process hands out."""
    for port in itertools.islice(_ports(os.getpid()), BLOCK):
        if _free(port):
            return port
    raise AssertionError(f"all of {BLOCK} ports are taken")


@cache
def _ports(_process: int) -> Iterator[int]:
    """This process's own, round and round; a forked child has others than its parent."""
    for block in range(BLOCKS):
        start = FIRST + block * BLOCK
        lock = (Path(tempfile.gettempdir()) / f"tongluo-ports-{os.getuid()}-{start}").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        return itertools.cycle(range(start, start + BLOCK))
    raise AssertionError(f"{BLOCKS} processes hold all blocks of ports")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
