"""Web Push subscriptions of the residents' page, kept encrypted in the console's own database.

A browser names an address of its maker's push service and two keys (W3C Push API). The address is
given by whoever opens the page, so it may lead nowhere but to push services that the site trusts:
by HTTPS, to a host that is named, never to an address of the site's own network.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from dissemination.installations import FILE
from dissemination.targeting.vault import Vault

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
"""Hosts of the push services of Chrome, Firefox, Safari and Edge; one with a dot: what ends so."""
LONGEST = 1024
POINT, SECRET = 65, 16
"""Bytes of an uncompressed point of P-256, and of the authentication secret (RFC 8291, 2.1 f.)."""


@dataclass(frozen=True)
class Subscription:
    """Where pushes of one installation go, and the keys that they are encrypted with."""

    endpoint: str
    p256dh: bytes
    """The browser's public key, an uncompressed point of P-256."""
    auth: bytes
    """Its authentication secret."""

    @property
    def host(self) -> str:
        """The push service."""
        return urlsplit(self.endpoint).hostname or ""


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """As a browser says it; ValueError when it cannot be one."""
    point, secret = _bytes(p256dh), _bytes(auth)
    if len(point) != POINT or len(secret) != SECRET or not _on_the_curve(point):
        raise ValueError("these are no keys of a subscription")
    return Subscription(endpoint, point, secret)


def _on_the_curve(point: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - for who pushes only

    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _bytes(text: str) -> bytes:
    """Bytes of base64url without its padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("this is no base64url") from None


def refusal(endpoint: str, services: Sequence[str], *, local: bool = False) -> str:
    """Why pushes may not go to an address; "" when they may.

    local: anything on this machine, too, and plain HTTP: for trials.

    >>> refusal("https://fcm.googleapis.com/fcm/send/a:b", SERVICES)
    ''
    >>> refusal("https://web.push.apple.com/Q", SERVICES)
    ''
    >>> refusal("http://127.0.0.1/x", SERVICES), refusal("https://10.0.0.1/x", ["10.0.0.1"])
    ('an endpoint is an https address', 'an endpoint is no bare address')
    >>> refusal("https://push.apple.com.evil.example/x", SERVICES)
    'this is none of the push services that are allowed'
    """
    host, scheme, plain = _parts(endpoint)
    if local and host in ("127.0.0.1", "localhost", "::1"):
        return ""
    if scheme != "https" or not plain:
        return "an endpoint is an https address"
    if _bare(host):
        return "an endpoint is no bare address"
    if not any(host.endswith(s) if s.startswith(".") else host == s for s in services):
        return "this is none of the push services that are allowed"
    return ""


def _parts(endpoint: str) -> tuple[str, str, bool]:
    """(host, scheme, whether there is nothing odd about it)."""
    if len(endpoint) > LONGEST or not re.fullmatch(r"https?://[!-~]+", endpoint):
        return "", "", False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return "", "", False
    plain = port in (None, 443) and "@" not in parts.netloc and "#" not in endpoint
    return (parts.hostname or "").lower(), parts.scheme, plain and "\\" not in endpoint


def _bare(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not re.search("[a-z]", host.rpartition(".")[2])  # 0x7f.1 and 2130706433, too
    return True


class Subscriptions:
    """A hand on the table of subscriptions, safe for threads; one installation has one at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        uri = f"file:{folder / FILE}?mode=rw"
        self._db = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10
        )
        self._lock = threading.RLock()

    @cached_property
    def _vault(self) -> Vault:
        """Made with the first subscription: a site without pushes needs no key."""
        return Vault(self._folder)

    def put(self, installation: str, kept: Subscription, now: int) -> None:
        """Keep an installation's subscription in place of the one before."""
        said = {"endpoint": kept.endpoint, "p256dh": kept.p256dh.hex(), "auth": kept.auth.hex()}
        with self._lock:
            box = self._vault.box(json.dumps(said), installation)
            row = installation, box, now
            self._db.execute("INSERT OR REPLACE INTO subscriptions VALUES (?,?,?)", row)

    def of(self, installation: str) -> Subscription | None:
        """An installation's subscription; RegisterError when it cannot be decrypted."""
        query = "SELECT box FROM subscriptions WHERE installation = ?"
        with self._lock:
            found = self._db.execute(query, (installation,)).fetchone()
            if found is None:
                return None
            said = json.loads(self._vault.open(found[0], installation))
        keys = bytes.fromhex(said["p256dh"]), bytes.fromhex(said["auth"])
        return Subscription(said["endpoint"], *keys)

    def drop(self, installation: str, gone: Subscription | None = None) -> None:
        """An installation has none any more; gone: only while it still is this one."""
        query = "DELETE FROM subscriptions WHERE installation = ?"
        with self._lock:
            if gone is None or self.of(installation) == gone:
                self._db.execute(query, (installation,))

    def close(self) -> None:
        """Close the file, once nobody uses it."""
        with self._lock:
            self._db.close()
