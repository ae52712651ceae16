"""The hash chain of an audit log: each entry carries the hash of all before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def link(head: bytes, at: int, what: str, body: bytes) -> bytes:
    """The next hash of the chain: SHA-256(hash before, time, what, body).

    >>> link(b"", 0, "x", b"{}") != link(b"", 1, "x", b"{}")
    True
    """
    return hashlib.sha256(head + at.to_bytes(8, "big") + what.encode() + b"\0" + body).digest()


def broken(rows: Iterable[tuple[int, int, str, bytes, bytes]]) -> int | None:
    """Number of the first (number, time, what, body, hash) off its chain; None when all fit.

    >>> broken([(1, 0, "x", b"{}", link(b"", 0, "x", b"{}")), (2, 0, "x", b"{}", b"made up")])
    2
    """
    head = b""
    for number, at, what, body, digest in rows:
        head = link(head, at, what, body)
        if head != digest:
            return number
    return None
