"""A push service for tests: takes pushes by HTTP (RFC 8030), and opens them as a browser does.

The opening (RFC 8291, 3.4 and RFC 8188, 2) and the check of the signature (RFC 8292) are written
here anew from the specifications: the libraries of the sender would agree with themselves.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class UserAgent:
    """One browser's subscription, with the halves of its keys that never leave it."""

    private: Any = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def public(self) -> bytes:
        found: bytes = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return found

    def keys(self) -> dict[str, str]:
        return {"p256dh": b64(self.public), "auth": b64(self.auth)}

    def open(self, body: bytes) -> bytes:
        """The plain text of one record; InvalidTag when it was not for this browser."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert length == 65 and len(record) <= size
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        )
        key = hkdf(self.auth, shared, b"WebPush: info\x00" + self.public + sender, 32)
        content = hkdf(salt, key, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = hkdf(salt, key, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(content).decrypt(nonce, record, None)
        plain = padded.rstrip(b"\x00")
        assert plain[-1:] == b"\x02"  # the last record
        return plain[:-1]


def claims(authorization: str) -> tuple[dict[str, Any], bytes]:
    """(claims, the sender's public key) of a VAPID header; InvalidSignature when it is forged."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme.lower() == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key = unb64(parts["k"])
    head, said, signature = parts["t"].split(".")
    assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = unb64(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
    public.verify(encode_dss_signature(r, s), f"{head}.{said}".encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(unb64(said)), key


@dataclass(frozen=True)
class Push:
    """One push as it came."""

    path: str
    head: dict[str, str]
    body: bytes


class PushService:
    """Answers as it is told to; `got` holds what came."""

    def __init__(self) -> None:
        self.got = list[Push]()
        self.status, self.head = 201, dict[str, str]()
        self.mute = False
        """Break the connection in place of an answer."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(Push(self.path, dict(self.headers), body))
                if outer.mute:
                    self.close_connection = True
                    return
                self.send_response(outer.status)
                for name, value in outer.head.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
