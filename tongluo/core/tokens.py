"""Operators' tokens: shown once, kept as a digest only (scrypt, RFC 7914).

The digest names its own cost, so that a later one may be dearer: `scrypt:N:R:P:SALT:HASH`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

N, R, P = 1 << 14, 8, 1
"""16 MB and some tens of milliseconds a look."""
LONGEST = 200
"""Of a token, in characters: nobody may have the daemon hash megabytes."""


def fresh() -> str:
    """A new token: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def digest(token: str, salt: bytes = b"") -> str:
    """What the configuration keeps of a token.

    >>> digest("a", bytes(16)).startswith("scrypt:16384:8:1:00000000")
    True
    """
    salt = salt or secrets.token_bytes(16)
    return f"scrypt:{N}:{R}:{P}:{salt.hex()}:{_hash(token, salt, N, R, P).hex()}"


def fits(token: str, kept: str) -> bool:
    """Whether a token is the one of a digest; no digest fits none, and takes as long.

    >>> fits("a", digest("a")), fits("b", digest("a")), fits("", ""), fits("a", "")
    (True, False, False, False)
    """
    _, n, r, p, salt, own = (kept or digest("", bytes(16))).split(":")
    if len(token) > LONGEST:
        return False
    found = _hash(token, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(own)) and bool(kept) and bool(token)


def _hash(token: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(token.encode(), salt=salt, n=n, r=r, p=p, maxmem=1 << 27, dklen=32)
