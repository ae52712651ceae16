"""How the register keeps what tells who a person is: encrypted, and found by keyed digests.

AES-256-GCM with a fresh nonce of 96 bits for each box (NIST SP 800-38D, 8.2.2); what the box is
bound to (its digest) is authenticated with it, so that a box moved to another row does not open.
The keys lie beside the database, readable by their owner only: they hide numbers from who gets a
copy of the database, not from who holds the folder. Without `register.key` nothing can be read
again: it belongs into the backup, apart from the database.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from dissemination.phones import digest, key_of
from tongluo.core.errors import RegisterError

KEY_FILE = "register.key"
NONCE = 12


class Vault:
    """The two keys of a folder: one for digests, shared with lists of numbers, one for boxes."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - loads for who
            AESGCM,  # has a register only
        )

        self._digests = key_of(folder)
        self._boxes = AESGCM(key_of(folder, KEY_FILE))

    def target(self, address: str) -> str:
        """The name of a number or an address: the same as in a list of numbers."""
        return digest(address, self._digests)

    def mark(self, text: str) -> bytes:
        """A fingerprint of anything else, which nobody without the key can guess at.

        Its digests never meet those of numbers.
        """
        return hashlib.blake2b(
            text.encode(), key=self._digests, digest_size=12, person=b"register"
        ).digest()

    def box(self, text: str, bound: str) -> bytes:
        """The text, encrypted."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._boxes.encrypt(nonce, text.encode(), bound.encode())

    def open(self, box: bytes, bound: str) -> str:
        """The text in a box; RegisterError when the key or the place is not that of the box."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above

        try:
            return self._boxes.decrypt(box[:NONCE], box[NONCE:], bound.encode()).decode()
        except (InvalidTag, ValueError):
            raise RegisterError(
                f"what is kept here cannot be decrypted: {KEY_FILE} is not the key it was made with"
            ) from None
