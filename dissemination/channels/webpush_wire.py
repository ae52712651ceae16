"""Web Push on the wire: who sends (VAPID, RFC 8292) and what only the browser can read (RFC 8291).

The libraries http-ece and py-vapid, both by the makers of pywebpush, do the cryptography;
pywebpush itself would bring two further HTTP clients. They are loaded by who pushes only.
"""

from __future__ import annotations

import base64
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dissemination.phones import key_of
from dissemination.subscriptions import POINT, Subscription
from tongluo.core.times import HOUR

KEY_FILE = "webpush.key"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (FIPS 186-5): a private key lies below it."""
VALID = 12 * HOUR
"""ms that a signature holds; services refuse more than 24 h (RFC 8292, 2)."""
LARGEST = 3993
"""Bytes that every push service takes, before they are encrypted (RFC 8291, 4)."""
SALT = 16
LIBRARIES = ("http_ece", "py_vapid")


def lacking() -> list[str]:
    """The libraries that are not here."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def key(folder: Path) -> Any:
    """The site's own key pair; made once, readable by its owner alone."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    drawn = int.from_bytes(key_of(folder, KEY_FILE), "big")
    return ec.derive_private_key(1 + drawn % (ORDER - 1), ec.SECP256R1())


def public(private: Any) -> bytes:
    """The public half, as the page names it to the browser."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        PublicFormat,
    )

    found: bytes = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert len(found) == POINT
    return found


def plain(data: bytes) -> str:
    """base64url without padding.

    >>> plain(b"\\xff\\xfe")
    '__4'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def authorization(private: Any, endpoint: str, contact: str, now: int) -> str:
    """The header that tells a push service who sends."""
    from py_vapid import Vapid02  # noqa: PLC0415 - as above

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": contact,
        "exp": (now + VALID) // 1000,
    }
    return str(Vapid02(private).sign(claims)["Authorization"])


def sealed(body: bytes, to: Subscription) -> bytes:
    """The body, for this browser alone, with a fresh key pair and salt."""
    import http_ece  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    fresh = ec.generate_private_key(ec.SECP256R1())
    found: bytes = http_ece.encrypt(
        body, salt=secrets.token_bytes(SALT), private_key=fresh, dh=to.p256dh,
        auth_secret=to.auth, version="aes128gcm",
    )  # fmt: skip
    return found
