"""A site's manner: its own or national names, simplified polygons, signatures others can check."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from dissemination import cap, cap_rules
from dissemination.cap_names import National, read_cn_identifier
from dissemination.cap_read import read
from dissemination.cap_sign import signer
from dissemination.polygons import simplified
from tests.warned import BASE, EARLIER, SENT, make, valid, values
from tongluo.core.errors import CapError
from tongluo.core.words import Act

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PEM = serialization.Encoding.PEM
RAGGED = tuple((23.1 + (k % 2) / 1e5, 113.2 + k / 1e3) for k in range(200))
COAST = (*RAGGED, (23.3, 113.4), (23.3, 113.2), RAGGED[0])


def test_names_of_the_national_form_and_references_under_the_same() -> None:
    names = National("416", "441900")
    first = make(identifier="id-0", references=())
    (name,) = values(cap.render(first, cap.Manner(names=names)), "identifier")
    assert name == "44199941600000_20260701080000_0"
    update = make(act=Act.UPDATE, references=(EARLIER,), sent=SENT + 60_000)
    xml = cap.render(update, cap.Manner(names=names))
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert values(xml, "identifier") == ["44199941600000_20260701080100_0"]
    assert read(xml).references[0].identifier == name


def test_what_was_sent_under_its_own_name_is_referred_to_by_it() -> None:
    update = make(act=Act.UPDATE, references=(EARLIER,))
    xml = cap.render(update, cap.Manner(names=National("416", "441900")))
    assert read(xml).references[0].identifier == "id-0"


def test_forty_villages_in_one_second_have_forty_names() -> None:
    names = National("416", "441900")
    given = [names.of(f"v{n}", SENT + 999, "441900101000") for n in range(40)]
    assert len(set(given)) == 40 and [names.of(f"v{n}", 0, "") for n in range(40)] == given
    parts = [read_cn_identifier(name) for name in given]
    assert {p.area_code for p in parts} == {"441900"}
    assert [(p.sent - SENT, p.serial) for p in parts] == [
        (n // 10 * 1000, n % 10) for n in range(40)
    ]


@pytest.mark.parametrize(("code", "head"), [("441999", "441999"), ("", "441900"), ("G1", "441900")])
def test_the_areas_code_or_the_sites(code: str, head: str) -> None:
    assert National("416", "441900").of("x", SENT, code)[:6] == head


def test_names_outlive_the_process_and_a_line_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "var" / "names.jsonl"
    first = National("416", "441900", path=path).of("a", SENT, "")
    with path.open("ab") as file:
        file.write(b'["b","4419')
    again = National("416", "441900", path=path)
    assert again.of("a", SENT + 5000, "") == first and again.known("b") == "b"
    second = again.of("b", SENT, "")
    reader = National("416", "441900", path=path, writes=False)
    assert (reader.of("a", 0, ""), reader.of("b", 0, "")) == (first, second)
    assert first != second and reader.of("c", SENT, "") == "c"
    third = again.of("c", SENT, "")
    assert reader.of("c", SENT, "") == third  # read again, since it was not known


def test_a_polygon_is_simplified_and_the_message_says_by_how_much() -> None:
    warning = make(area=replace(BASE.area, polygon=COAST))
    xml = cap.render(warning, cap.Manner(tolerance=25.0, vertices=100))
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    (area,) = read(xml).infos[0].areas
    assert area.polygons == (simplified(COAST, 25.0, 100).ring,) and len(area.polygons[0]) < 10
    assert dict(read(xml).infos[1].parameters)["TONGLUO-POLYGON-WITHIN"] in ("1 m", "2 m")


def test_a_polygon_as_it_is_says_nothing_of_it() -> None:
    for manner in (cap.PLAIN, cap.Manner(tolerance=25.0, vertices=100)):
        assert cap.render(BASE, manner) == cap.render(BASE)
    exact = cap.render(make(area=replace(BASE.area, polygon=COAST)))
    assert "POLYGON-WITHIN" not in exact.decode() and len(read(exact).infos[0].areas[0].polygons[0])


# ------------------------------------------------------------------------------- signatures

HAVE = shutil.which("xmlsec1") is not None
needs_xmlsec = pytest.mark.skipif(not HAVE, reason="needs xmlsec1: apt-get install xmlsec1")
pytest.importorskip("signxml", reason="needs the extra `sign`")


@pytest.fixture(scope="module", params=["rsa", "ec"])
def key(request: pytest.FixtureRequest) -> Key:
    if request.param == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def private(key: Key) -> bytes:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(PEM, form, plain)


def certificate(key: Key) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example county")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    stop = start + timedelta(days=3650)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, start, stop)
    return made.sign(key, hashes.SHA256()).public_bytes(PEM)


def signed(key: Key, **changes: object) -> bytes:
    return cap.render(make(**changes), cap.Manner(sign=signer(private(key), certificate(key))))


def verified(xml: bytes, key: Key, folder: Path) -> bool:
    """By xmlsec1, with this site's certificate as the one it trusts; on the day it was sent."""
    (folder / "cert.pem").write_bytes(certificate(key))
    (folder / "cap.xml").write_bytes(xml)
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", "cert.pem", "cap.xml"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_a_signed_message_is_valid_and_says_what_the_unsigned_says(key: Key) -> None:
    xml = signed(key)
    assert valid(xml) and cap_rules.check(xml, own=True) == []
    assert read(xml) == read(cap.render(BASE))
    assert b"Signature" in xml and b"X509Certificate" in xml


@needs_xmlsec
def test_others_can_verify_it(key: Key, tmp_path: Path) -> None:
    assert verified(signed(key), key, tmp_path)
    assert verified(signed(key, zone="Asia/Kathmandu"), key, tmp_path)


@needs_xmlsec
@pytest.mark.parametrize(
    ("old", "new"), [("orange", "yellow"), ("Severe", "Minor"), ("2026-07-01T14", "2026-07-01T15")]
)
def test_others_see_that_it_was_changed(key: Key, tmp_path: Path, old: str, new: str) -> None:
    xml = signed(key).decode()
    assert old in xml
    assert not verified(xml.replace(old, new).encode(), key, tmp_path)


@needs_xmlsec
def test_others_see_that_it_is_anothers(key: Key, tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048)
    assert not verified(signed(other), key, tmp_path)
    assert not verified(cap.render(BASE), key, tmp_path)


def test_an_rsa_signature_is_the_same_every_time() -> None:
    key = rsa.generate_private_key(65537, 2048)
    assert signed(key) == signed(key)


def test_a_key_and_anothers_certificate_are_refused(key: Key) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(CapError, match="not that of the key"):
        signer(private(key), certificate(other))
    with pytest.raises(CapError, match="no key and certificate"):
        signer(b"no key", certificate(other))
