"""A CAP message signed as CAP 1.2 says (3.3.2.1): an enveloped signature of W3C XML Signature.

Whoever has the certificate can tell that the message is this site's and that nobody has changed
it. signxml makes it, over lxml and cryptography: canonical XML is nothing to write once more. It
comes with the extra `sign`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from tongluo.core.errors import CapError

Sign = Callable[[etree._Element], etree._Element]
"""Takes the finished alert, gives it back with a signature in it."""


def signer(key: bytes, certificate: bytes) -> Sign:
    """Signs with a key and its certificate, both PEM: RSA or elliptic curve, SHA-256.

    CapError when signxml is not installed, or the two are not a key and its certificate.
    """
    try:
        from signxml.algorithms import (  # noqa: PLC0415 - an extra
            CanonicalizationMethod,
            SignatureConstructionMethod,
        )
        from signxml.signer import XMLSigner  # noqa: PLC0415 - an extra
    except ImportError:
        raise CapError("signing needs the extra `sign`: pip install tongluo[sign]") from None
    private, kind = _private(key, certificate)
    maker: Any = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=f"{kind}-sha256",
        digest_algorithm="sha256",
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1,
    )
    text = certificate.decode("ascii", "replace")

    def sign(alert: etree._Element) -> etree._Element:
        signed: etree._Element = maker.sign(alert, key=private, cert=text)
        return signed

    return sign


def _private(key: bytes, certificate: bytes) -> tuple[Any, str]:
    """The key, and how it signs; CapError when key and certificate do not belong together."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for who signs only
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 - as above
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - as above

    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        private = serialization.load_pem_private_key(key, None)
        public = load_pem_x509_certificate(certificate).public_key()
    except (ValueError, TypeError) as error:
        raise CapError(f"no key and certificate in PEM to sign with: {error}") from None
    if private.public_key().public_bytes(*form) != public.public_bytes(*form):
        raise CapError("the certificate is not that of the key to sign with")
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private, "ecdsa"
    if isinstance(private, rsa.RSAPrivateKey):
        return private, "rsa"
    raise CapError("sign with an RSA or an elliptic-curve key: others are seldom understood")
