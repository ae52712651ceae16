"""States that an emergency-broadcast platform posts: through the dispatcher's listener, by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dissemination import ebm, ebm_read
from dissemination.channels import ebm_states
from dissemination.channels.ebm import Options
from dissemination.channels.kind import Surroundings
from dissemination.channels.remembered import Remembered, look
from dissemination.ebm_sign import OwnKey, verified
from dissemination.receipts import Receipt
from tests.ports import free_port
from tests.unit.test_ebm import DESTINATION, SOURCE, TYPES, members
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState
from tongluo.daemon.listener import Listener

EBMID = f"{SOURCE}202607010001"
PLAYED = "<ResBrdItem><EBRBS><BrdStateCode>3</BrdStateCode></EBRBS></ResBrdItem>"


def state(code: str, items: str = "", ebmid: str = EBMID, source: str = DESTINATION) -> bytes:
    return (
        f"<EBD><EBDID>10{source}0000000000000007</EBDID><SRC><EBRID>{source}</EBRID></SRC>"
        f"<EBMStateResponse><EBM><EBMID>{ebmid}</EBMID></EBM><BrdStateCode>{code}</BrdStateCode>"
        f"<ResBrdInfo>{items}</ResBrdInfo></EBMStateResponse></EBD>"
    ).encode()


class Site:
    """A listener, and what it wrote down."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}/eb"
        self.told, self.around = list[Receipt](), Surroundings(folder, name="eb")
        given = {"url": "http://x/", "source": SOURCE, "destination": DESTINATION,
                 "event_types": TYPES, "answers": self.url}  # fmt: skip
        self.options = Options.model_validate(given)
        Remembered(ebm_states.sent_file(self.around), 9).keep(EBMID, "id-1:eb:a-1")
        here = ebm_states.ear(self.options, self.around)
        assert here is not None
        self.listener = Listener("eb", here, self.tell, Log("test"))

    def tell(self, receipt: Receipt) -> bool:
        self.told.append(receipt)
        return True

    def post(self, body: bytes) -> ebm_read.Result:
        transport = httpx.HTTPTransport(retries=20)
        with httpx.Client(transport=transport, trust_env=False) as client:
            found = client.post(self.url, content=body)
        assert found.status_code == 200
        return ebm_read.result(found.content)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    yield found
    found.listener.close()


@pytest.mark.parametrize(
    ("code", "items", "said"),
    [
        ("2", "", DeliveryState.ACCEPTED),
        ("3", PLAYED, DeliveryState.PLAYED),
        ("3", "", DeliveryState.UNKNOWN),
        ("4", "", DeliveryState.FAILED),
    ],
)
def test_a_state_is_a_receipt_of_its_delivery(
    site: Site, code: str, items: str, said: DeliveryState
) -> None:
    answer = site.post(state(code, items))
    assert (answer.code, answer.related[-1]) == ("0", "7")
    ((found),) = site.told
    assert (found.id, found.state) == ("id-1:eb:a-1", said)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (state("3", PLAYED, ebmid="9" * 30), "5"),
        (state("3", PLAYED, source=SOURCE), "5"),
        (b"<EBD/>", "5"),
        (b"nonsense", "2"),
        (b"", "2"),
    ],
    ids=["another's broadcast", "another's platform", "nobody's", "no packet", "nothing"],
)
def test_what_is_not_ours_changes_nothing(site: Site, body: bytes, code: str) -> None:
    assert site.post(body).code == code
    assert site.told == []


def test_a_question_of_life_is_answered(site: Site) -> None:
    body = f"<EBD><EBDID>1</EBDID><SRC><EBRID>{DESTINATION}</EBRID></SRC><ConnectionCheck/></EBD>"
    assert site.post(body.encode()).code == "0" and site.told == []


def test_a_site_without_an_address_takes_none(tmp_path: Path) -> None:
    given = {"url": "http://x/", "source": SOURCE, "destination": DESTINATION, "event_types": TYPES}
    assert ebm_states.ear(Options.model_validate(given), Surroundings(tmp_path)) is None


def test_remembered_outlives_a_crash_and_forgets_the_oldest(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    first = Remembered(path, 3)
    for n in range(5):
        first.keep(f"m{n}", f"k{n}", n)
    with path.open("ab") as file:
        file.write(b'["cut o')
    again = Remembered(path, 3)
    assert [again.of(f"m{n}") for n in range(5)] == [None, None, ("k2", 2), ("k3", 3), ("k4", 4)]
    assert look(path, "m4") == ("k4", 4) and look(path, "m0") is None
    assert first.of("m0") is None and first.of("m4") == ("k4", 4)


def test_a_packet_signed_with_the_sites_own_key_says_so_and_can_be_checked(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    found = members(ebm.packed("1", b"<EBD/>", 0, OwnKey(pem), {}))
    signature = found["EBDS_EBDB_1.xml"]
    assert verified(b"<EBD/>", signature, key.public_key())
    assert not verified(b"<EBD />", signature, key.public_key())
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not verified(b"<EBD/>", signature, other)
    assert b"ECDSA-P256" in signature and b"SM2" not in signature
    with pytest.raises(ValueError, match="no private key"):
        OwnKey(b"nonsense")
