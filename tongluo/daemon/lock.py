"""One process at a time on a store: a lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


def locked(path: Path, *, wait: bool) -> IO[bytes] | None:
    """The lock, held until the file is closed; None when another process has it (`wait` False)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        file.close()
        return None
    return file
