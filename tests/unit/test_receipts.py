"""Receipts in every dialect that is told of: never an error, and unknown stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dissemination.receipts import (
    CODES,
    MESSAGE_STATE,
    RECEIPTED_ID,
    WORDS,
    Receipt,
    cmpp,
    kannel,
    moment,
    names,
    smpp,
)
from tests.shared import SHARED, needs_shared
from tongluo.core.times import parse_time
from tongluo.core.words import DeliveryState as D

DONE = parse_time("2026-07-01T08:01:00+08:00")
REACHED = (D.DELIVERED, D.ACKNOWLEDGED)
OK = "id:0123456789 sub:001 dlvrd:001 submit date:2607010800 done date:2607010801 stat:{} err:000"


def read(text: str | bytes, **tlvs: bytes) -> Receipt:
    codes = {"state": MESSAGE_STATE, "id": RECEIPTED_ID}
    return smpp(text, {codes[k]: v for k, v in tlvs.items()}, "Asia/Shanghai")


@pytest.mark.parametrize(("word", "state"), WORDS.items())
def test_every_word(word: str, state: D) -> None:
    found = read(OK.format(word) + " text:YJ")
    assert (found.id, found.state, found.time) == ("0123456789", state, DONE)


@pytest.mark.parametrize(
    ("text", "name", "state", "time"),
    [
        ("id:7F3A9C done date:260701080103 stat:UNDELIV Text:abc", "7F3A9C", D.FAILED, DONE + 3000),
        ("id:1 stat:DELIVRD", "1", D.DELIVERED, None),
        ("stat:DELIVRD err:000", "", D.DELIVERED, None),
        ("ID:a-1_B STAT:delivrd", "a-1_B", D.DELIVERED, None),
        ("id: 77 stat: EXPIRED done date: 2607010801", "77", D.EXPIRED, DONE),
        ("id:1 done date:20260701080100 stat:ACCEPTD", "1", D.ACCEPTED, DONE),
        ("id:1 done date:2613450801 stat:DELIVRD", "1", D.DELIVERED, None),
        ("id:1 stat:UNKNOWN", "1", D.UNKNOWN, None),
        ("id:1 stat:MA:0021", "1", D.UNKNOWN, None),
        ("id:1 stat:", "1", D.UNKNOWN, None),
        ("id:1 text:stat:DELIVRD", "1", D.UNKNOWN, None),  # words of the message prove nothing
        ("id:1 stat:DELIV", "1", D.UNKNOWN, None),  # cut off
        ("id:1 stat:DELIVRD id:2 stat:UNDELIV", "1", D.DELIVERED, None),
        ("", "", D.UNKNOWN, None),
        ("甲村山洪", "", D.UNKNOWN, None),
    ],
)
def test_dialects(text: str, name: str, state: D, time: int | None) -> None:
    found = read(text)
    assert (found.id, found.state, found.time) == (name, state, time)


@pytest.mark.parametrize(("code", "state"), CODES.items())
def test_tlvs_alone(code: int, state: D) -> None:
    found = read(b"", state=bytes([code]), id=b"7F3A9C\0")
    assert (found.id, found.state) == ("7F3A9C", state)


def test_tlvs_beside_a_text() -> None:
    good = OK.format("DELIVRD")
    assert read(good, state=b"\2", id=b"88\0").id == "88"
    assert read(good, state=b"\2").state is D.DELIVERED
    assert read(good, state=b"\5").state is D.UNKNOWN  # they contradict each other
    assert read(good, state=b"\7").state is D.DELIVERED  # one of them does not know
    assert read(good, state=b"").state is read(good, state=b"\2\2").state is D.DELIVERED
    assert read("", state=b"\x63").state is D.UNKNOWN


def test_names_in_hexadecimal_and_decimal() -> None:
    assert names("7F3A9C") & names("8338076")  # 0x7F3A9C
    assert names("0x7f3a9c") & names("8338076")
    assert names("0123456789") & names("123456789")
    assert not names("7F3A9C") & names("8338077")
    assert not names("") & names("")
    assert names("a-1") == {"a-1"}


def report(stat: bytes = b"DELIVRD", done: bytes = b"2607010801") -> bytes:
    number = b"8613800138000".ljust(21, b"\0")
    return (
        (2**63 + 5).to_bytes(8) + stat.ljust(7, b"\0") + b"2607010800" + done + number + b"\0\0\0\7"
    )


def test_cmpp_reports() -> None:
    found = cmpp(report())
    assert len(report()) == 60
    assert (found.id, found.state, found.time) == (str(2**63 + 5), D.DELIVERED, DONE)
    assert "8613800138000" not in found.raw and "861********00" in found.raw
    assert cmpp(report(b"UNDELIV")).state is D.FAILED
    assert cmpp(report(b"MA:0021")).state is D.UNKNOWN
    assert cmpp(report(done=b"xxxxxxxxxx")).time is None
    assert cmpp(report()[:59]).state is D.UNKNOWN
    assert cmpp(report() + b"more").state is D.DELIVERED


def test_kannel_reports() -> None:
    assert kannel("k", "1", "1782864060", "id:7 stat:DELIVRD").time == 1782864060_000
    states = [kannel("k", s, "", "").state for s in ("1", "2", "4", "8", "16", "", "3", "x")]
    assert states == [D.DELIVERED, D.FAILED, D.ACCEPTED, D.ACCEPTED, D.FAILED, *[D.UNKNOWN] * 3]
    assert kannel("k", "2", "", "id:7 stat:EXPIRED").state is D.EXPIRED
    assert "8613800138000" not in kannel("k", "16", "", "NACK/to 8613800138000 barred").raw


@given(st.text() | st.binary(), st.dictionaries(st.sampled_from([0x427, 0x1E, 7]), st.binary()))
def test_noise_is_no_proof(text: str | bytes, tlvs: dict[int, bytes]) -> None:
    found = smpp(text, tlvs)
    said = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    proven = b"DELIV" in said.upper() or tlvs.get(MESSAGE_STATE, b"").endswith(b"\2")
    assert proven or found.state not in REACHED
    assert len(found.raw) <= 600


@given(st.integers(0, 200), st.integers(0, 200), st.text(max_size=3), st.sampled_from([*WORDS]))
def test_a_spoilt_receipt_becomes_no_proof(start: int, length: int, new: str, word: str) -> None:
    """A hole or noise anywhere: what did not say delivered does not come to say it."""
    whole = OK.format(word) + " text:YJ"
    found = read(whole[:start] + new + whole[start + length :])
    assert found.state not in REACHED or WORDS[word] in REACHED


@given(st.binary(max_size=80))
def test_cmpp_noise(body: bytes) -> None:
    assert cmpp(body).state not in REACHED or body[8:15].upper().startswith(b"DELIVRD")


@given(st.text(max_size=20), st.text(max_size=4), st.text(max_size=12), st.text(max_size=50))
def test_kannel_noise(name: str, status: str, time: str, answer: str) -> None:
    assert (kannel(name, status, time, answer).state in REACHED) == (status == "1")


@given(st.text(max_size=16) | st.from_regex(r"[0-9]{8,15}", fullmatch=True))
def test_dates_are_read_or_none(digits: str) -> None:
    found = moment(digits, "Asia/Shanghai")
    assert found is None or len(digits) in (10, 12, 14)


@given(st.text())
def test_names_of_anything(name: str) -> None:
    assert names(name) == names(f" {name}\n")


@needs_shared
def test_the_shared_samples() -> None:
    lines = (SHARED / "formats/sms/samples.txt").read_text(encoding="utf-8").splitlines()
    said = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    found = {k: read(v) for k, v in said.items() if k.startswith("smpp_receipt")}
    assert {k: v.state for k, v in found.items()} == {
        "smpp_receipt_ok": D.DELIVERED,
        "smpp_receipt_fail": D.EXPIRED,
        "smpp_receipt_hexid": D.FAILED,
    }
    assert [r.id for r in found.values()] == ["0123456789", "0123456790", "7F3A9C"]
    assert all(r.time is not None for r in found.values())
