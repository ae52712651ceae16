"""The SMPP channel against a real centre: texts in parts, every dialect of receipt, breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import Surroundings
from dissemination.channels.smpp import Options, Smpp
from tests.smsc import Smsc, smsc
from tests.unit.dissemination.heard import NUMBER, Heard
from tests.warned import BASE
from tongluo.core.errors import TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery
from tongluo.core.words import DeliveryState

__all__ = ["smsc"]

STATE, NAME = str(0x0427), str(0x001E)
LONG = "{news}：{action}" + "请互相转告。" * 8


class Site(Heard):
    """A channel in a folder, and what it has told."""

    def __init__(self, folder: Path, centre: Smsc) -> None:
        super().__init__(folder, f"{NUMBER} 8613800138001")
        self.centre = centre
        (folder / "password").write_text("secret")

    def open(self, **given: Any) -> Smpp:
        options = Options.model_validate(
            {"url": self.centre.url, "system_id": "tongluo", "password": {"file": "password"},
             "recipients": {"file": "people"}, **given}
        )  # fmt: skip
        return self.opened(Smpp(options, Surroundings(self.folder, name="sms", tell=self.tell)))

    def delivery(self, number: str = NUMBER, version: str = "v1") -> Delivery:
        return self.to(replace(BASE, identifier=f"{BASE.identifier}.{version}"), number=number)

    def states(self) -> list[str]:
        return [receipt.state.value for receipt in self.told]


@pytest.fixture
def site(tmp_path: Path, smsc: Smsc) -> Iterator[Site]:
    smsc.manner["reports"] = False
    found = Site(tmp_path, smsc)
    yield found
    found.close()


def text_of(messages: list[dict[str, Any]]) -> str:
    """The text, as a phone puts its parts together."""
    found = {}
    for m in messages:
        body = bytes.fromhex(m["body"]) or bytes.fromhex(m["tlvs"].get(str(0x0424), ""))
        part = 1
        if m["esm_class"] & 0x40:
            assert body[:3] == b"\x05\x00\x03" and body[4] == len(messages)
            part, body = body[5], body[6:]
        elif str(0x020F) in m["tlvs"]:
            part = int(m["tlvs"][str(0x020F)], 16)
        found[part] = body.decode("utf-16-be")
    return "".join(text for _, text in sorted(found.items()))


@pytest.mark.parametrize(("long", "count"), [("udh", 2), ("sar", 2), ("payload", 1)])
def test_a_long_text_arrives_whole(site: Site, long: str, count: int) -> None:
    site.centre.start()
    channel = site.open(long=long, parts=2, template=LONG, sender="1069")
    handed = channel.send(site.delivery())
    assert (handed.state, handed.receipt["parts"]) == (DeliveryState.ACCEPTED, 2)
    came = site.centre.messages()
    assert len(came) == count and text_of(came) == channel._texts.of(site.delivery().warning)
    assert {(m["to"], m["from"], m["coding"], m["registered"]) for m in came} == {
        (NUMBER, "1069", 8, 1)
    }


def test_a_text_of_gsm7_goes_out_so(site: Site) -> None:
    site.centre.start()
    channel = site.open(
        language="en-US", template="{place}: {action}" + " Tell others." * 9, parts=5
    )
    channel.send(site.delivery())
    came = site.centre.messages()
    assert {m["coding"] for m in came} == {0}
    said = channel._texts.of(site.delivery().warning)
    bodies = [bytes.fromhex(m["body"])[6 if m["esm_class"] & 0x40 else 0 :] for m in came]
    assert b"".join(bodies).decode("ascii") == said


DIALECTS: dict[str, tuple[str, str, dict[str, str], str]] = {
    # name of the answers, text, TLVs, state; {hex} and {dec} are the message's name in each base
    "plain": ("decimal", "id:{dec} sub:001 dlvrd:001 submit date:2607010800 done date:2607010801"
              " stat:DELIVRD err:000 text:YJ", {}, "delivered"),
    "expired": ("decimal", "id:{dec} sub:001 dlvrd:000 submit date:2607010800"
                " done date:2607020800 stat:EXPIRED err:011 text:", {}, "expired"),
    "hex, seconds, Text": ("decimal", "id:{hex} sub:001 dlvrd:001 submit date:260701080000"
                           " done date:260701080103 stat:UNDELIV err:045 Text:abc", {}, "failed"),
    "answered in hex, told in decimal": ("hex", "id:{dec} stat:DELIVRD", {}, "delivered"),
    "without leading zeros": ("decimal", "id:{short} stat:DELIVRD", {}, "delivered"),
    "lower case": ("hex", "ID:{lower} STAT:delivrd", {}, "delivered"),
    "fields missing": ("decimal", "id:{dec} stat:REJECTD", {}, "failed"),
    "written out": ("decimal", "id:{dec} stat:Undeliverable", {}, "failed"),
    "deleted": ("decimal", "id:{dec} stat:DELETED", {}, "failed"),
    "accepted": ("decimal", "id:{dec} stat:ACCEPTD", {}, "accepted"),
    "on its way": ("decimal", "id:{dec} stat:ENROUTE", {}, "accepted"),
    "not known": ("decimal", "id:{dec} stat:UNKNOWN", {}, "unknown"),
    "an odd word": ("decimal", "id:{dec} stat:MK:0001", {}, "unknown"),
    "parameters alone": ("decimal", "", {NAME: "{tlv}00", STATE: "02"}, "delivered"),
    "parameters, no NUL": ("decimal", "", {NAME: "{tlv}", STATE: "05"}, "failed"),
    "both": ("decimal", "id:{dec} stat:DELIVRD", {NAME: "{tlv}00", STATE: "02"}, "delivered"),
    "both, one odd": ("decimal", "id:{dec} stat:DELIVRD", {STATE: "02", "5123": "ff00"},
                      "delivered"),
    "contradicting": ("decimal", "id:{dec} stat:DELIVRD", {STATE: "05"}, "unknown"),
    "skipped": ("decimal", "", {NAME: "{tlv}00", STATE: "09"}, "failed"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_through_the_session(site: Site, name: str) -> None:
    names, text, tlvs, state = DIALECTS[name]
    site.centre.manner["names"] = names
    site.centre.start()
    site.open(parts=1).send(site.delivery())
    said = site.centre.messages()[0]["name"]
    number = int(said, 16 if names == "hex" else 10)
    forms = {"dec": f"{number:010d}", "hex": f"{number:X}", "short": str(number),
             "lower": said.lower(), "tlv": said.encode().hex()}  # fmt: skip
    site.centre.order(deliver={
        "number": NUMBER, "text": text.format(**forms),
        "tlvs": {tag: value.format(**forms) for tag, value in tlvs.items()},
        "esm_class": 4 if text else 0,
    })  # fmt: skip
    site.wait(lambda: bool(site.told))
    assert [(r.id, r.state.value) for r in site.told] == [(site.delivery().key, state)]
    assert NUMBER not in site.told[0].raw
    site.centre.wait(lambda: site.centre.answered() == [0])


def test_delivered_when_every_part_is(site: Site) -> None:
    site.centre.start()
    site.open(parts=2, template=LONG).send(site.delivery())
    one, two = (m["name"] for m in site.centre.messages())
    for said in (two, one):
        site.centre.order(deliver={"number": NUMBER, "text": f"id:{said} stat:DELIVRD"})
    site.wait(lambda: len(site.told) == 2)
    assert site.states() == ["accepted", "delivered"]


def test_a_receipt_of_another_number_changes_nothing(site: Site) -> None:
    """A name that is short may be another message's in another base: its number decides."""
    site.centre.start()
    channel = site.open(parts=1)
    channel.send(site.delivery())
    said = site.centre.messages()[0]["name"]
    site.centre.order(deliver={"number": "8613800138001", "text": f"id:{said} stat:DELIVRD"})
    site.centre.wait(lambda: site.centre.answered() == [0])
    assert site.told == []


def test_receipts_after_a_restart_of_either_side(site: Site) -> None:
    site.centre.start()
    site.open(parts=1).send(site.delivery())
    said = site.centre.messages()[0]["name"]
    site.channels.pop().close()
    site.centre.stop()
    site.centre.start()
    site.open(parts=1)
    assert site.states() == ["accepted"]  # in case the one before did not come to settle it
    site.centre.wait(lambda: site.centre.binds() == 2)
    site.centre.order(deliver={"number": NUMBER, "text": f"id:{said} stat:DELIVRD"})
    site.wait(lambda: len(site.told) == 2)
    assert site.states() == ["accepted", "delivered"]


def test_what_the_centre_has_is_not_sent_again(site: Site) -> None:
    site.centre.start()
    channel = site.open(parts=2, template=LONG)
    assert {channel.send(site.delivery()).state for _ in range(3)} == {DeliveryState.ACCEPTED}
    assert len(site.centre.messages()) == 2
    channel.send(site.delivery(version="v2"))
    assert len(site.centre.messages()) == 4


def test_a_centre_that_is_full_asks_for_a_pause(site: Site) -> None:
    site.centre.manner["throttle"] = 2
    site.centre.start()
    channel = site.open(parts=2, template=LONG)
    with pytest.raises(TemporaryFailure, match="ESME_RTHROTTLED") as refused:
        channel.send(site.delivery())
    assert refused.value.everyone and refused.value.retry_after > 0
    assert channel.send(site.delivery()).state == DeliveryState.ACCEPTED
    fates = [m["fate"] for m in site.centre.messages()]
    assert fates == ["told", "throttled", "told"]  # the first part is not sent again
    whole = [m for m in site.centre.messages() if m["fate"] == "told"]
    assert text_of(whole) == channel._texts.of(site.delivery().warning)


def test_no_answer_is_unknown_and_a_new_connection_goes_on(site: Site) -> None:
    site.centre.manner["silent"] = 1
    site.centre.start()
    channel = site.open(parts=1, timeout=0.3)
    with pytest.raises(UnknownOutcome, match="no answer"):
        channel.send(site.delivery())
    site.centre.stop()
    site.centre.manner["silent"] = 0
    site.centre.start()
    site.centre.wait(lambda: site.centre.binds() == 2)

    def sent() -> bool:
        try:
            return channel.send(site.delivery()).state == DeliveryState.ACCEPTED
        except TemporaryFailure:
            return False

    site.centre.wait(sent)
    assert site.centre.heard()[NUMBER] == 2
