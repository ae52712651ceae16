"""SMPP over TLS, through a relay that ends it: whom the channel trusts, and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.smsc import Smsc, smsc
from tests.tls import certificate, ended
from tests.unit.dissemination.test_smpp import Site
from tongluo.core.errors import TemporaryFailure
from tongluo.core.words import DeliveryState

__all__ = ["smsc"]


@pytest.fixture
def site(tmp_path: Path, smsc: Smsc) -> Iterator[Site]:
    found = Site(tmp_path, smsc)
    yield found
    found.close()


def refused(site: Site, port: int, ca_file: str) -> str:
    channel = site.open(url=f"smpps://127.0.0.1:{port}", ca_file=ca_file, timeout=5)
    with pytest.raises(TemporaryFailure) as told:
        channel.send(site.delivery())
    assert told.value.everyone
    return str(told.value).removeprefix(f"127.0.0.1:{port}: ")


def test_messages_and_receipts_both_ways_at_once(site: Site) -> None:
    site.centre.start()
    files = certificate(site.folder, "centre")
    with ended(site.centre.port, files) as port:
        channel = site.open(url=f"smpps://127.0.0.1:{port}", ca_file="centre.pem", window=8)
        all_of_it = [site.delivery(version=f"v{n}") for n in range(200)]
        with ThreadPoolExecutor(8) as threads:
            handed = list(threads.map(channel.send, all_of_it))
        assert {h.state for h in handed} == {DeliveryState.ACCEPTED}
        site.wait(lambda: site.states().count("delivered") == len(all_of_it))
    assert Counter(r.id for r in site.told if r.state == "delivered") == Counter(
        d.key for d in all_of_it
    )
    assert len(site.centre.messages()) == len(all_of_it)


def test_a_centre_that_nobody_vouches_for_gets_nothing(site: Site) -> None:
    site.centre.start()
    certificate(site.folder, "another")
    with ended(site.centre.port, certificate(site.folder, "centre")) as port:
        said = refused(site, port, "another.pem")
    assert said == "its certificate is not trusted: self-signed certificate"
    assert site.centre.binds() == 0


def test_a_certificate_of_another_address_is_refused(site: Site) -> None:
    site.centre.start()
    with ended(site.centre.port, certificate(site.folder, "centre", "127.0.0.9")) as port:
        said = refused(site, port, "centre.pem")
    assert said.startswith("its certificate is not trusted: IP address mismatch")
    assert site.centre.binds() == 0


def test_a_centre_without_tls_is_told_as_that(site: Site) -> None:
    certificate(site.folder, "centre")
    site.centre.start()
    assert refused(site, site.centre.port, "centre.pem").startswith("no TLS with it: ")


def test_certificates_that_are_not_there_are_told_by_their_file(site: Site) -> None:
    (site.folder / "empty.pem").write_text("nothing")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(LookupError, match=f"cannot read certificates in .*{name}"):
            site.open(url=f"smpps://127.0.0.1:{free_port()}", ca_file=name)
