"""The frames of SMPP 3.4 that a sender needs, by the specification's sections.

Own code, and small: of the clients that PyPI has, smpplib 2.2.4 cuts the last character off a
receipted_message_id without its NUL and refuses a frame for a TLV at an odd place, both of which
centres do; smpp34 1.5.0 acknowledges a receipt before it can be kept. The latter is the centre that
the tests run against.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dissemination.channels.session import Said
from dissemination.receipts import MESSAGE_STATE, RECEIPTED_ID, smpp
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure

HEADER = struct.Struct(">IIII")  # 3.2: command_length, command_id, command_status, sequence_number
VERSION = 0x34
BIND_TRANSCEIVER, UNBIND, SUBMIT, DELIVER, ENQUIRE, NACK = 0x09, 0x06, 0x04, 0x05, 0x15, 1 << 31
DATA = 0x103
ANSWER = 1 << 31
RECEIPT = 0x3C
"""Bits of esm_class (5.2.12) that tell what a deliver_sm is; 0 = somebody's own message."""
PAYLOAD = 0x0424
SAR_REFERENCE, SAR_TOTAL, SAR_PART = 0x020C, 0x020E, 0x020F
HEADED = 0x40
"""Bit of esm_class: the body begins with a user data header."""
LONGEST_BODY = 254
LONGEST_PASSWORD = 65
"""The specification says 9; centres that give out longer ones take them."""
INVALID_COMMAND = 0x03
KEEP_NOT = 0x64
"""ESME_RX_T_APPN: a receipt that could not be kept is to be told again."""

BUSY = {0x14: "ESME_RMSGQFUL", 0x58: "ESME_RTHROTTLED"}
FINAL = {
    0x01: "ESME_RINVMSGLEN", 0x0A: "ESME_RINVSRCADR", 0x0B: "ESME_RINVDSTADR",
    0x33: "ESME_RINVNUMDESTS", 0x40: "ESME_RINVDESTFLAG", 0x43: "ESME_RINVESMCLASS",
    0x48: "ESME_RINVSRCTON", 0x49: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON",
    0x51: "ESME_RINVDSTNPI", 0x61: "ESME_RINVSCHED", 0x62: "ESME_RINVEXPIRY",
    0x65: "ESME_RX_P_APPN", 0xC2: "ESME_RINVPARLEN",
}  # fmt: skip
"""Status (5.1.3) that the same message will meet again."""
NOT_IN = {0x04, 0x05, 0x0D, 0x0E, 0x0F}
"""Not bound, bound already, bind failed, wrong password, wrong name: for all messages alike."""
LATER, MUCH_LATER = 2.0, 30.0


@dataclass(frozen=True)
class Message:
    """One submit_sm (4.4.1)."""

    source: str
    destination: str
    body: bytes
    coding: int
    headed: bool = False
    """Whether the body begins with a user data header."""
    ton: int = 0
    npi: int = 0
    source_ton: int = 0
    source_npi: int = 0
    service: str = ""
    validity: str = ""
    registered: int = 1
    priority: int = 0
    tlvs: tuple[tuple[int, bytes], ...] = ()


def frame(command: int, number: int, body: bytes = b"", status: int = 0) -> bytes:
    """A frame with its header."""
    return HEADER.pack(HEADER.size + len(body), command, status, number) + body


def c_string(text: str, longest: int) -> bytes:
    """A C-octet string (3.1); ValueError over its longest, the NUL included."""
    data = text.encode("ascii") + b"\0"
    if len(data) > longest:
        raise ValueError(f"{len(data) - 1} characters, {longest - 1} fit")
    return data


def bind(number: int, system_id: str, password: str, system_type: str) -> bytes:
    """bind_transceiver (4.1.5)."""
    body = (
        c_string(system_id, 16) + c_string(password, LONGEST_PASSWORD) + c_string(system_type, 13)
    )
    return frame(BIND_TRANSCEIVER, number, body + bytes((VERSION, 0, 0)) + b"\0")


def submit(m: Message) -> bytes:
    """The body of a submit_sm (4.4.1); ValueError when something of it is too long."""
    if len(m.body) > LONGEST_BODY:
        raise ValueError(f"{len(m.body)} octets, {LONGEST_BODY} fit")
    return (
        c_string(m.service, 6)
        + bytes((m.source_ton, m.source_npi)) + c_string(m.source, 21)
        + bytes((m.ton, m.npi)) + c_string(m.destination, 21)
        + bytes((HEADED if m.headed else 0, 0, m.priority))
        + b"\0" + c_string(m.validity, 17)
        + bytes((m.registered, 0, m.coding, 0, len(m.body))) + m.body
        + b"".join(tlv(tag, value) for tag, value in m.tlvs)
    )  # fmt: skip


def tlv(tag: int, value: bytes) -> bytes:
    """An optional parameter (3.2.4.1)."""
    return struct.pack(">HH", tag, len(value)) + value


class SmppWire:
    """What a session must know of SMPP."""

    head = HEADER.size

    def __init__(
        self, system_id: str, password: str, system_type: str, zone: str, final: frozenset[int]
    ) -> None:
        self._bind = (system_id, password, system_type)
        self._zone, self._final = zone, final

    def hello(self, number: int) -> bytes:
        """bind_transceiver."""
        return bind(number, *self._bind)

    def probe(self, number: int) -> bytes:
        """enquire_link."""
        return frame(ENQUIRE, number)

    def bye(self, number: int) -> bytes:
        """Unbind."""
        return frame(UNBIND, number)

    def read(self, data: bytes) -> Said:
        """Any frame; what this side has no use for is told so by generic_nack (4.3)."""
        _, command, status, number = HEADER.unpack_from(data)
        body = data[HEADER.size :]
        if command in (BIND_TRANSCEIVER | ANSWER, SUBMIT | ANSWER, NACK):
            return self._answered(command, status, number, body)
        if command in (DELIVER, DATA):
            return self._delivered(command, number, body)
        if command in (UNBIND, UNBIND | ANSWER):
            reply = _answer(UNBIND, number) if command == UNBIND else None
            return Said("bye", number, reply=reply)
        if command & ANSWER:
            return Said("done", number)
        known = command == ENQUIRE
        nack = frame(NACK, number, status=INVALID_COMMAND)
        return Said("asked", number, reply=_answer(ENQUIRE, number) if known else lambda _: nack)

    def _answered(self, command: int, status: int, number: int, body: bytes) -> Said:
        if command == BIND_TRANSCEIVER | ANSWER:
            return Said("hello", number, self._fault(status, "bind"))
        name = body.partition(b"\0")[0].decode("latin-1")
        return Said("answer", number, self._fault(status, "submit", command == NACK), name)

    def _fault(self, status: int, of: str, refused: bool = False) -> ChannelError | None:
        """Why a bind or a message was not taken; None when it was."""
        if status == 0 and not refused:
            return None
        reason = f"the centre answers {of} with {_word(status)}"
        if of == "bind" or status in NOT_IN:
            return TemporaryFailure(reason, MUCH_LATER, everyone=True)
        if status in BUSY:
            return TemporaryFailure(reason, LATER, everyone=True)
        if status in FINAL or status in self._final:
            return PermanentFailure(reason)
        return TemporaryFailure(reason, LATER)

    def _delivered(self, command: int, number: int, body: bytes) -> Said:
        """deliver_sm (4.6.1): a receipt, or what somebody sends of his own; either is answered."""

        def reply(kept: bool) -> bytes:
            return frame(command | ANSWER, number, b"\0", 0 if kept else KEEP_NOT)

        try:
            source, esm_class, text, tlvs = _parsed(body, command == DATA)
        except (IndexError, struct.error):
            return Said("asked", number, reply=reply)
        told = MESSAGE_STATE in tlvs or RECEIPTED_ID in tlvs
        if not esm_class & RECEIPT and not told and "stat:" not in text.lower():
            return Said("asked", number, reply=reply)
        return Said("report", number, report=(smpp(text, tlvs, self._zone), source), reply=reply)


def _answer(command: int, number: int) -> Callable[[bool], bytes]:
    return lambda _kept: frame(command | ANSWER, number)


def _parsed(body: bytes, data: bool) -> tuple[str, int, str, Mapping[int, bytes]]:
    """(source_addr, esm_class, text, TLVs) of a deliver_sm, or of a data_sm (4.7.1)."""
    rest = _Rest(body)
    rest.string()  # service_type
    rest.take(2)
    source = rest.string()
    rest.take(2)
    rest.string()  # destination_addr
    esm_class = rest.take(1)[0]
    coding, text = 0, b""
    if data:
        coding = rest.take(2)[1]
    else:
        rest.take(2)
        rest.string()  # schedule_delivery_time
        rest.string()  # validity_period
        coding = rest.take(3)[2]
        rest.take(1)
        text = rest.take(rest.take(1)[0])
    tlvs = rest.tlvs()
    text = text or tlvs.get(PAYLOAD, b"")
    said = text.decode("utf-16-be", "replace") if coding == 8 else text.decode("latin-1")
    return source, esm_class, said, tlvs


class _Rest:
    """What is left of a body."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, count: int) -> bytes:
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise IndexError("the body ends too early")
        self._at += count
        return found

    def string(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise IndexError("a string does not end")
        found = self._body[self._at : end]
        self._at = end + 1
        return found.decode("latin-1")

    def tlvs(self) -> dict[int, bytes]:
        """All that are whole; a spoilt end does not spoil those before it."""
        found: dict[int, bytes] = {}
        while len(self._body) - self._at >= 4:
            tag, length = struct.unpack_from(">HH", self._body, self._at)
            value = self._body[self._at + 4 : self._at + 4 + length]
            if len(value) < length:
                break
            found[tag] = value
            self._at += 4 + length
        return found


def _word(status: int) -> str:
    return f"{(BUSY | FINAL).get(status, 'status')} (0x{status:08X})"
