"""Emergency broadcast: packets, answers, and a platform of our own over real HTTP."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dissemination import ebm, ebm_read
from dissemination.channels.ebm import Ebm, Options
from dissemination.channels.kind import Surroundings
from dissemination.messages import Template
from tests.ports import free_port
from tests.shared import SHARED, needs_shared
from tests.speech import needs_espeak, warning
from tongluo.core.errors import BadMessage, PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.warning import Reference
from tongluo.core.words import Act, DeliveryState, Level, Status

SOURCE, DESTINATION = "010344199900000001", "010244190000000001"
TYPES = {"flash_flood": "t1", "river_flood": "t2", "waterlogging": "t3"}
PARTIES = ebm.Parties(SOURCE, DESTINATION)
Reply = Callable[[str], tuple[int, bytes]]


def response(code: str, related: str) -> bytes:
    return (
        f"<EBD><EBDType>EBDResponse</EBDType><RelatedEBD><EBDID>{related}</EBDID></RelatedEBD>"
        f"<EBDResponse><ResultCode>{code}</ResultCode><ResultDesc>x</ResultDesc></EBDResponse></EBD>"
    ).encode()


class Platform:
    """Takes TARs by POST and answers as `reply(ebdid)` says."""

    def __init__(self) -> None:
        self.got = list[dict[str, bytes]]()
        self.reply: Reply = lambda ebdid: (200, response("1", ebdid))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                start = body.find(b"EBDB_") if b"multipart" in self.kind() else 0
                outer.got.append(members(body[start:]))
                status, answer = outer.reply(outer.ebdid())
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def kind(self) -> bytes:
                return (self.headers["Content-Type"] or "").encode()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/eb"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ebdid(self) -> str:
        return next(n for n in self.got[-1] if n.startswith("EBDB_"))[5:-4]

    def xml(self) -> etree._Element:
        return etree.fromstring(self.got[-1][f"EBDB_{self.ebdid()}.xml"])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {i.name: file.read() for i in tar if (file := tar.extractfile(i))}


@pytest.fixture
def platform() -> Iterator[Platform]:
    found = Platform()
    yield found
    found.close()


@pytest.fixture
def channel(platform: Platform, tmp_path: Path) -> Iterator[Ebm]:
    found = opened(tmp_path, platform.url)
    yield found
    found.close()


def opened(folder: Path, url: str, templates: Sequence[Template] = (), **options: Any) -> Ebm:
    given = {
        "url": url, "source": SOURCE, "destination": DESTINATION, "event_types": TYPES,
        "areas": {"a-1": ["441999001000", "441999002000"]}, **options,
    }  # fmt: skip
    return Ebm(Options.model_validate(given), Surroundings(folder, templates=templates))


def delivery(**changes: Any) -> Delivery:
    one = warning(**changes)
    return Delivery(f"{one.identifier}:ebm:a-1", one, "ebm", "a-1")


def test_an_issue_is_accepted_and_no_more(platform: Platform, channel: Ebm) -> None:
    handed = channel.send(delivery())
    assert handed.state == DeliveryState.ACCEPTED
    assert handed.receipt["ebmid"] == "010344199900000001202607010001"
    root = platform.xml()
    assert root.findtext("EBM/EBMID") == handed.receipt["ebmid"]
    assert root.findtext("EBM/MsgBasicInfo/MsgType") == "1"
    assert root.findtext("EBM/MsgBasicInfo/EventType") == "11B03"
    assert root.findtext("EBM/MsgBasicInfo/SendTime") == "2026-07-01 08:00:00"
    assert root.findtext("EBM/MsgContent/AreaCode") == "441999001000,441999002000"


@needs_shared
def test_the_same_elements_as_the_sample(platform: Platform, channel: Ebm) -> None:
    channel.send(delivery())
    sample = etree.parse(SHARED / "formats/ebd/EBDB_EBM_request_own.xml").getroot()
    ours, theirs = platform.xml(), sample
    for path in ("EBM/MsgBasicInfo", "DEST"):
        wanted = [part.tag for part in theirs.find(path)]
        assert [part.tag for part in ours.find(path)] == wanted
    assert [e.tag for e in ours if e.tag != "EBM"] == [e.tag for e in theirs if e.tag != "EBM"]
    for path in ("EBDID", "EBM/EBMID", "EBM/MsgBasicInfo/Severity", "EBM/EBMVersion"):
        said, wanted_text = ours.findtext(path), theirs.findtext(path)
        assert said and wanted_text and len(said) == len(wanted_text)


@needs_shared
def test_the_sample_of_a_state_is_read() -> None:
    data = (SHARED / "formats/ebd/EBDB_EBMStateResponse_own.xml").read_bytes()
    found = ebm_read.progress(data)
    assert found.ebmid == "010344199900000001202607010001" and found.word == "on air"
    assert found.state is DeliveryState.ACCEPTED
    assert (found.share, found.played, found.resources) == (0.92, 0, 1)


def test_a_cancel_ends_the_version_before_it(platform: Platform, channel: Ebm) -> None:
    first = channel.send(delivery()).receipt["ebmid"]
    reference = Reference("demo@example.org", "id-1", 0)
    channel.send(
        delivery(
            identifier="id-2", act=Act.CANCEL, level=Level.NONE, previous=Level.RED,
            references=(reference,),
        )
    )  # fmt: skip
    root = platform.xml()
    assert root.findtext("EBM/MsgBasicInfo/MsgType") == "2"
    assert root.findtext("EBM/MsgBasicInfo/Severity") == "1"
    assert root.findtext("EBM/RelatedInfo/EBMID") == first != root.findtext("EBM/EBMID")


def test_the_sites_own_words_stand_in_it_and_an_exercise_says_so_around_them(
    platform: Platform, tmp_path: Path
) -> None:
    own = Template(zh="{place}{hazard}{level}：{action}|（{sender}）", channels=frozenset({"ebm"}))
    other = replace(own, zh="短信：{place}{action}", channels=frozenset({"kannel"}))
    made = opened(tmp_path, platform.url, [other, own], exercise=True)
    told = []
    for status in (Status.ACTUAL, Status.EXERCISE):
        made.send(delivery(status=status, identifier=f"e.{status.value}"))
        told.append(platform.xml().findtext(".//MsgDesc") or "")
    made.close()
    version = delivery().warning
    assert told[0].startswith(f"{version.area.name}{version.hazard.zh}")
    assert told[0].endswith(f"（{version.sender.name}）")
    assert told[1] == f"【演练】{told[0]}【演练】"


def test_the_same_version_has_the_same_names_and_bytes_after_a_restart(
    platform: Platform, tmp_path: Path
) -> None:
    seen = []
    for _ in range(2):
        channel = opened(tmp_path, platform.url)
        channel.send(delivery(identifier="id-0"))
        channel.send(delivery())
        channel.close()
        seen.append(platform.got[-2:])
        with (tmp_path / "ebm.jsonl").open("ab") as file:
            file.write(b'["cut off')
    assert seen[0] == seen[1]


def test_an_exercise_is_a_drill_and_only_where_enrolled(
    platform: Platform, channel: Ebm, tmp_path: Path
) -> None:
    with pytest.raises(PermanentFailure, match="not enrolled"):
        channel.send(delivery(status=Status.EXERCISE))
    assert not platform.got
    enrolled = opened(tmp_path / "2", platform.url, exercise=True)
    enrolled.send(delivery(status=Status.EXERCISE))
    enrolled.close()
    assert platform.xml().findtext("EBM/MsgBasicInfo/MsgType") == "3"
    text = platform.xml().findtext("EBM/MsgContent/MsgDesc")
    assert text and text.startswith("【演练】") and text.endswith("【演练】")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (lambda e: (200, response("2", e)), PermanentFailure),
        (lambda e: (200, response("4", e)), PermanentFailure),
        (lambda e: (200, response("5", e)), TemporaryFailure),
        (lambda e: (200, response("1", "another")), UnknownOutcome),
        (lambda e: (200, b"<html/>"), UnknownOutcome),
        (lambda e: (200, b""), UnknownOutcome),
        (lambda e: (500, b""), UnknownOutcome),
        (lambda e: (503, b""), TemporaryFailure),
        (lambda e: (404, b""), PermanentFailure),
    ],
)  # fmt: skip
def test_answers(platform: Platform, channel: Ebm, reply: Reply, error: type[Exception]) -> None:
    platform.reply = reply
    with pytest.raises(error):
        channel.send(delivery())


def test_an_answer_in_a_tar_and_a_packet_in_a_form(platform: Platform, tmp_path: Path) -> None:
    platform.reply = lambda e: (200, ebm.packed(e, response("0", e), 0, ebm.Unsigned(), {}))
    channel = opened(tmp_path, platform.url, upload="form")
    assert channel.send(delivery()).state == DeliveryState.ACCEPTED
    channel.close()


def test_no_platform(tmp_path: Path) -> None:
    channel = opened(tmp_path, f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        channel.send(delivery())
    channel.close()


@needs_espeak
def test_audio_goes_with_it(platform: Platform, tmp_path: Path) -> None:
    channel = opened(tmp_path, platform.url, audio=True)
    channel.send(delivery())
    channel.close()
    part = platform.xml().find("EBM/MsgContent/Auxiliary")
    assert part is not None
    data = platform.got[-1][part.findtext("AuxiliaryDesc") or ""]
    assert part.findtext("Size") == str(len(data)) and len(data) > 10_000
    assert (part.findtext("Digest") or "") == ebm.digest(data)


def test_a_signer_is_asked_for_each_packet() -> None:
    class Stamp:
        def sign(self, ebdid: str, packet: bytes) -> bytes:
            return b"<Signature/>"

    found = members(ebm.packed("1", b"<EBD/>", 0, Stamp(), {}))
    assert list(found) == ["EBDB_1.xml", "EBDS_EBDB_1.xml"]


def test_a_hazard_without_a_code_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="event_types lacks: flash_flood"):
        opened(tmp_path, "http://x/", event_types={})


def state(code: str, items: str = "", coverage: str = "") -> bytes:
    return (
        f"<EBD><EBMStateResponse><EBM><EBMID>1</EBMID></EBM><BrdStateCode>{code}</BrdStateCode>"
        f"{coverage}<ResBrdInfo>{items}</ResBrdInfo></EBMStateResponse></EBD>"
    ).encode()


def item(code: str) -> str:
    return f"<ResBrdItem><EBRBS><BrdStateCode>{code}</BrdStateCode></EBRBS></ResBrdItem>"


@pytest.mark.parametrize(
    ("code", "old", "items", "said"),
    [
        ("0", False, "", DeliveryState.ACCEPTED),
        ("2", False, item("2"), DeliveryState.ACCEPTED),
        ("3", False, "", DeliveryState.UNKNOWN),
        ("3", False, item("4"), DeliveryState.UNKNOWN),
        ("3", False, item("4") + item("3"), DeliveryState.UNKNOWN),  # one was silent
        ("3", False, item("3") + item("3"), DeliveryState.PLAYED),
        ("4", False, item("3"), DeliveryState.FAILED),
        ("5", False, "", DeliveryState.FAILED),
        ("0", True, "", DeliveryState.FAILED),
        ("1", True, "", DeliveryState.ACCEPTED),
        ("2", True, item("2"), DeliveryState.PLAYED),
        ("2", True, "", DeliveryState.UNKNOWN),
        ("9", False, item("3"), DeliveryState.UNKNOWN),
    ],
)
def test_states_of_both_generations(code: str, old: bool, items: str, said: DeliveryState) -> None:
    assert ebm_read.progress(state(code, items), old).state is said


def test_old_codes_are_known_by_their_coverage() -> None:
    coverage = "<Coverage><CoveragePercent>85%</CoveragePercent></Coverage>"
    found = ebm_read.progress(state("1", "", coverage))
    assert found.word == "on air" and found.share == 0.85


def test_the_question_for_the_state() -> None:
    root = etree.fromstring(ebm.state_request("1", "2", PARTIES, "2026-07-01 08:00:00"))
    assert root.findtext("EBDType") == "EBMStateRequest"
    assert root.findtext("EBMStateRequest/EBM/EBMID") == "2"


@given(st.binary() | st.binary().map(lambda b: b"<EBD>" + b))
def test_nothing_but_bad_message_is_raised(data: bytes) -> None:
    for read in (ebm_read.result, ebm_read.progress):
        with pytest.raises(BadMessage):
            read(data)


def test_entities_are_not_followed() -> None:
    data = (
        b'<!DOCTYPE EBD [<!ENTITY x SYSTEM "file:///etc/hostname">]><EBD><EBDResponse>'
        b"<ResultCode>&x;</ResultCode></EBDResponse></EBD>"
    )
    with pytest.raises(BadMessage):
        ebm_read.result(data)
