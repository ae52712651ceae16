"""A packet signed with the site's own key, until a province's device takes its place.

This is NOT the signature of GD/J 081: that one is SM2 over SM3 by a certificate that a province
gives out, mostly inside a device. The names of the algorithms in it say what it is (ECDSA on
P-256, SHA-256), so that nobody takes it for the other; who has the public key can check it.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

DIGEST, ALGORITHM = "SHA256", "ECDSA-P256"


class OwnKey:
    """Signs with an elliptic-curve key in PEM; ValueError when it is none."""

    def __init__(self, pem: bytes) -> None:
        try:
            key = load_pem_private_key(pem, None)
        except (TypeError, ValueError) as error:
            raise ValueError(f"no private key in PEM without a password: {error}") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("the key must be of the curve P-256")
        self._key = key

    def sign(self, ebdid: str, packet: bytes) -> bytes:
        """The signature as XML."""
        value = self._key.sign(packet, ec.ECDSA(hashes.SHA256()))
        root = etree.Element("Signature")
        for name, text in (
            ("Version", "1.0"), ("DigestAlgorithm", DIGEST), ("SignatureAlgorithm", ALGORITHM),
            ("Digest", hashlib.sha256(packet).hexdigest()),
            ("SignatureValue", base64.b64encode(value).decode()),
        ):  # fmt: skip
            etree.SubElement(root, name).text = text
        etree.SubElement(etree.SubElement(root, "RelatedEBD"), "EBDID").text = ebdid
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def verified(packet: bytes, signature: bytes, public: ec.EllipticCurvePublicKey) -> bool:
    """Whether a packet is as it was when this key signed it."""
    root = etree.fromstring(signature)
    if root.findtext("SignatureAlgorithm") != ALGORITHM:
        return False
    value = base64.b64decode(root.findtext("SignatureValue") or "")
    try:
        public.verify(value, packet, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
