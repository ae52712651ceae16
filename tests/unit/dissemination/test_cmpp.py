"""The CMPP channel: frames against bytes written by hand from the specification, and a gateway."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import Surroundings
from dissemination.channels.cmpp import Cmpp, Options
from dissemination.channels.cmpp_wire import CmppWire, Message, connect, submit
from tests.ismg import SECRET, SP, Ismg, ismg
from tests.unit.dissemination.heard import NUMBER, Heard
from tests.warned import BASE
from tongluo.core.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState

__all__ = ["ismg"]

LONG = "{news}：{action}" + "请互相转告。" * 8


def test_connect_is_the_frame_of_the_specification() -> None:
    proof = hashlib.md5(
        b"901234" + b"\0\0\0\0\0\0\0\0\0" + b"shared secret" + b"0701080000"
    ).digest()
    assert (
        connect(7, "901234", "shared secret", "0701080000")
        == (
            b"\x00\x00\x00\x27"  # Total_Length: 12 + 6 + 16 + 1 + 4
            b"\x00\x00\x00\x01"  # Command_Id: CMPP_CONNECT
            b"\x00\x00\x00\x07"  # Sequence_Id
            b"901234" + proof + b"\x20"  # Version 2.0
            b"\x29\xc9\xa1\xc0"  # Timestamp 0701080000 as a whole number
        )
    )


def test_submit_is_the_body_of_the_specification() -> None:
    body = b"\x05\x00\x03\x2a\x02\x01" + "雨".encode("utf-16-be")
    made = submit(
        Message(NUMBER, body, "901234", "10690001", "MYJ", part=1, parts=2, headed=True,
                urgent=3, until="260701080000032+")
    )  # fmt: skip
    assert made == b"".join([
        b"\0" * 8,  # Msg_Id
        b"\x02", b"\x01",  # Pk_total, Pk_number
        b"\x01", b"\x03",  # Registered_Delivery, Msg_level
        b"MYJ\0\0\0\0\0\0\0",  # Service_Id
        b"\x00", b"\0" * 21,  # Fee_UserType, Fee_terminal_Id
        b"\x00", b"\x01", b"\x08",  # TP_pId, TP_udhi, Msg_Fmt
        b"901234", b"01", b"000000",  # Msg_src, FeeType, FeeCode
        b"260701080000032+\0", b"\0" * 17,  # ValId_Time, At_Time
        b"10690001" + b"\0" * 13,  # Src_Id
        b"\x01", b"8613800138000" + b"\0" * 8,  # DestUsr_tl, Dest_terminal_Id
        b"\x08", b"\x05\x00\x03\x2a\x02\x01\x96\xe8",  # Msg_Length, Msg_Content
        b"\0" * 8,  # Reserve
    ])  # fmt: skip


@pytest.mark.parametrize(("result", "fault", "everyone"), [
    (0, None, False), (1, PermanentFailure, False), (4, PermanentFailure, False),
    (5, TemporaryFailure, True), (7, TemporaryFailure, True), (8, TemporaryFailure, True),
    (3, TemporaryFailure, False), (9, TemporaryFailure, False), (77, TemporaryFailure, False),
])  # fmt: skip
def test_results_of_a_submit(result: int, fault: type[Exception] | None, everyone: bool) -> None:
    answer = b"\0\0\0\x15" + b"\x80\0\0\x04" + b"\0\0\0\x07" + b"\0" * 7 + b"\x09"
    said = CmppWire(SP, SECRET, str, "UTC").read(answer + bytes((result,)))
    assert (said.kind, said.number, said.id) == ("answer", 7, "9")
    assert type(said.fault) is (fault or type(None))
    assert getattr(said.fault, "everyone", False) is everyone


@pytest.mark.parametrize("length", range(12, 30))
def test_frames_that_end_too_early_raise_nothing_else(length: int) -> None:
    wire = CmppWire(SP, SECRET, str, "UTC")
    for command in (1, 2, 4, 5, 8, 0x80000001, 0x80000004, 0x80000005, 0x80000008, 0x77):
        frame = struct.pack(">III", length, command, 1) + b"\xff" * (length - 12)
        try:
            said = wire.read(frame)
        except ValueError:
            continue
        assert said.reply is None or struct.unpack(">I", said.reply(True)[:4])[0] >= 12


class Site(Heard):
    """A channel in a folder, and what it has told."""

    def __init__(self, folder: Path, gateway: Ismg) -> None:
        super().__init__(folder)
        self.gateway = gateway

    def open(self, secret: str = SECRET, **given: Any) -> Cmpp:
        (self.folder / "password").write_text(secret)
        options = Options.model_validate(
            {"url": self.gateway.url, "sp_id": SP, "password": {"file": "password"},
             "source": "10690001", "recipients": {"file": "people"}, **given}
        )  # fmt: skip
        return self.opened(Cmpp(options, Surroundings(self.folder, name="sms", tell=self.tell)))

    def delivery(self) -> Delivery:
        return self.to(replace(BASE, identifier=f"{BASE.identifier}.v1"))

    def report(self, name: str, word: bytes) -> str:
        return struct.pack(">Q7s10s10s21sI", int(name), word, b"2607010800", b"2607010801",
                           NUMBER.encode(), 1).hex()  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, ismg: Ismg) -> Iterator[Site]:
    ismg.manner["reports"] = False
    found = Site(tmp_path, ismg)
    yield found
    found.close()


def test_a_long_text_arrives_whole_and_is_delivered_when_every_part_is(site: Site) -> None:
    site.gateway.start()
    channel = site.open(template=LONG, signature="铜锣")
    assert channel.send(site.delivery()).receipt["parts"] == 2
    came = site.gateway.messages()
    said = channel._texts.of(site.delivery().warning)
    bodies = [bytes.fromhex(m["body"]) for m in came]
    assert [b[:3] for b in bodies] == [b"\x05\x00\x03"] * 2
    assert [(b[4], b[5]) for b in bodies] == [(2, 1), (2, 2)] and bodies[0][3] == bodies[1][3]
    assert "".join(b[6:].decode("utf-16-be") for b in bodies) == said
    assert said.startswith("【铜锣】")
    assert [(m["part"], m["parts"], m["coding"]) for m in came] == [(1, 2, 8), (2, 2, 8)]
    for m in came:
        site.gateway.order(deliver=site.report(m["name"], b"DELIVRD"))
    site.wait(lambda: len(site.told) == 2)
    assert [r.state.value for r in site.told] == ["accepted", "delivered"]
    assert {r.id for r in site.told} == {site.delivery().key}
    site.gateway.wait(lambda: site.gateway.answered() == [0, 0])


@pytest.mark.parametrize(("word", "state"), [
    (b"DELIVRD", "delivered"), (b"EXPIRED", "expired"), (b"DELETED", "failed"),
    (b"UNDELIV", "failed"), (b"ACCEPTD", "accepted"), (b"UNKNOWN", "unknown"),
    (b"REJECTD", "failed"), (b"MK:0001", "unknown"), (b"DB:0141", "unknown"),
])  # fmt: skip
def test_words_of_reports(site: Site, word: bytes, state: str) -> None:
    site.gateway.start()
    site.open(parts=1).send(site.delivery())
    name = site.gateway.messages()[0]["name"]
    site.gateway.order(deliver=site.report(name, word))
    site.wait(lambda: bool(site.told))
    assert [(r.id, r.state.value) for r in site.told] == [(site.delivery().key, state)]
    assert NUMBER not in site.told[0].raw


def test_a_wrong_secret_is_told_and_nothing_goes_out(site: Site) -> None:
    site.gateway.start()
    with pytest.raises(TemporaryFailure, match="authentication failed") as refused:
        site.open(secret="another").send(site.delivery())
    assert refused.value.everyone and site.gateway.refusals() and not site.gateway.messages()
    assert "another" not in str(refused.value)


def test_flow_control_asks_for_a_pause(site: Site) -> None:
    site.gateway.manner["throttle"] = 1
    site.gateway.start()
    channel = site.open(parts=1)
    with pytest.raises(TemporaryFailure, match="flow control") as refused:
        channel.send(site.delivery())
    assert refused.value.everyone
    site.gateway.order(manner={"throttle": 0})
    site.gateway.wait(lambda: _accepted(channel, site.delivery()))


def _accepted(channel: Cmpp, delivery: Delivery) -> bool:
    try:
        return channel.send(delivery).state == DeliveryState.ACCEPTED
    except (TemporaryFailure, UnknownOutcome):
        return False


def test_a_silent_line_is_tested_and_a_spoilt_one_made_anew(site: Site) -> None:
    site.gateway.start()
    channel = site.open(parts=1, probe=1)
    channel.send(site.delivery())
    site.gateway.wait(lambda: site.gateway.tests() > 0)
    site.gateway.order(raw="00000003ffff")  # no frame is so short
    site.gateway.wait(lambda: site.gateway.binds() == 2)
    site.gateway.wait(lambda: _accepted(channel, site.delivery()))
    assert len(site.gateway.messages()) == 1
