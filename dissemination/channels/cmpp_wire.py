"""The frames of CMPP 2.0 that a sender needs (China Mobile Peer to Peer, version 2.0, 2002).

Whole numbers have the high octet first, strings are padded with NUL to their width. PyPI's clients
of CMPP (pycmpp, cmppy) were left in 2021 and 2017 and keep no window; the frames are few.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from dissemination.channels.session import Said
from dissemination.receipts import cmpp
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure

HEADER = struct.Struct(">III")  # Total_Length, Command_Id, Sequence_Id
CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 1, 2, 4, 5, 8
ANSWER = 1 << 31
VERSION = 0x20
"""Main version in the upper four bits, the other in the lower."""
UCS2 = 8
LONGEST = 140
"""Octets of Msg_Content, but for ASCII."""
KEEP_NOT = 9
"""Result of a CMPP_DELIVER_RESP: another fault, so that it comes again."""
MUCH_LATER, LATER = 30.0, 2.0
REFUSED = {
    1: "wrong structure", 2: "wrong source address", 3: "authentication failed",
    4: "version too high",
}  # fmt: skip
"""Status of CMPP_CONNECT_RESP; from 5 on: another fault."""
RESULTS = {
    1: "wrong structure", 2: "wrong command", 3: "number used twice", 4: "wrong length",
    5: "wrong fee code", 6: "too long", 7: "wrong service code", 8: "flow control",
}  # fmt: skip
"""Result of CMPP_SUBMIT_RESP; from 9 on: another fault."""
FINAL, OURS, FULL = (1, 2, 4, 6), (5, 7), 8
"""Never again; for every message alike until the configuration is right; a pause."""


@dataclass(frozen=True)
class Message:
    """One CMPP_SUBMIT to one number."""

    number: str
    body: bytes
    sp: str
    """Msg_src: the account, as in CMPP_CONNECT."""
    source: str
    """Src_Id: the number it comes from."""
    service: str
    part: int = 1
    parts: int = 1
    headed: bool = False
    coding: int = UCS2
    urgent: int = 0
    until: str = ""
    fee_type: str = "01"
    fee_code: str = "000000"


def frame(command: int, number: int, body: bytes = b"") -> bytes:
    """A frame with its header."""
    return HEADER.pack(HEADER.size + len(body), command, number) + body


def text(value: str, width: int) -> bytes:
    """An Octet String of fixed width; ValueError when it does not fit."""
    data = value.encode("ascii")
    if len(data) > width:
        raise ValueError(f"{len(data)} characters, {width} fit")
    return data.ljust(width, b"\0")


def connect(number: int, sp: str, secret: str, stamp: str) -> bytes:
    """CMPP_CONNECT: Source_Addr 6, AuthenticatorSource 16, Version 1, Timestamp 4.

    stamp: MMDDHHMMSS. The authenticator is MD5 of the account, nine NULs, the secret and the stamp.
    """
    proof = hashlib.md5(sp.encode() + bytes(9) + secret.encode() + stamp.encode()).digest()
    body = text(sp, 6) + proof + bytes((VERSION,)) + struct.pack(">I", int(stamp))
    return frame(CONNECT, number, body)


def submit(m: Message) -> bytes:
    """The body of a CMPP_SUBMIT; ValueError when something of it is too long."""
    if len(m.body) > LONGEST:
        raise ValueError(f"{len(m.body)} octets, {LONGEST} fit")
    return (
        bytes(8)  # Msg_Id: the gateway gives it
        + bytes((m.parts, m.part, 1, m.urgent))  # Pk_total, Pk_number, Registered_Delivery, level
        + text(m.service, 10)
        + bytes((0,)) + bytes(21)  # Fee_UserType 0: who receives; Fee_terminal_Id
        + bytes((0, int(m.headed), m.coding))  # TP_pId, TP_udhi, Msg_Fmt
        + text(m.sp, 6) + text(m.fee_type, 2) + text(m.fee_code, 6)
        + text(m.until, 17) + bytes(17)  # ValId_Time, At_Time
        + text(m.source, 21)
        + bytes((1,)) + text(m.number, 21)  # DestUsr_tl, Dest_terminal_Id
        + bytes((len(m.body),)) + m.body
        + bytes(8)  # Reserve
    )  # fmt: skip


class CmppWire:
    """What a session must know of CMPP."""

    head = HEADER.size

    def __init__(self, sp: str, secret: str, stamp: Callable[[], str], zone: str) -> None:
        self._sp, self._secret, self._stamp, self._zone = sp, secret, stamp, zone

    def hello(self, number: int) -> bytes:
        """CMPP_CONNECT."""
        return connect(number, self._sp, self._secret, self._stamp())

    def probe(self, number: int) -> bytes:
        """CMPP_ACTIVE_TEST."""
        return frame(ACTIVE_TEST, number)

    def bye(self, number: int) -> bytes:
        """CMPP_TERMINATE."""
        return frame(TERMINATE, number)

    def read(self, data: bytes) -> Said:
        """Any frame of the gateway; ValueError for what is none."""
        _, command, number = HEADER.unpack_from(data)
        body = data[HEADER.size :]
        if command == CONNECT | ANSWER:
            return Said("hello", number, _refusal(body[0] if body else 9))
        if command == SUBMIT | ANSWER:
            return _answered(number, body)
        if command == DELIVER:
            return self._delivered(number, body)
        if command in (TERMINATE, TERMINATE | ANSWER):
            own = command != TERMINATE
            done = frame(TERMINATE | ANSWER, number)
            return Said("bye", number, reply=None if own else lambda _: done)
        if command == ACTIVE_TEST:
            alive = frame(ACTIVE_TEST | ANSWER, number, b"\0")
            return Said("asked", number, reply=lambda _: alive)
        return Said("done", number)

    def _delivered(self, number: int, body: bytes) -> Said:
        """CMPP_DELIVER: Msg_Id 8, Dest_Id 21, Service_Id 10, TP_pid, TP_udhi, Msg_Fmt 1 each,
        Src_terminal_Id 21, Registered_Delivery 1, Msg_Length 1, Msg_Content, Reserved 8."""

        def reply(kept: bool) -> bytes:
            result = 0 if kept else KEEP_NOT
            return frame(DELIVER | ANSWER, number, body[:8].ljust(8, b"\0") + bytes((result,)))

        if len(body) < 65 or body[63] != 1:  # a person's own message, or spoilt
            return Said("asked", number, reply=reply)
        content = body[65 : 65 + body[64]]
        whom = content[35:56].partition(b"\0")[0].decode("latin-1").strip()
        return Said("report", number, report=(cmpp(content, self._zone), whom), reply=reply)


def _refusal(status: int) -> ChannelError | None:
    if status == 0:
        return None
    reason = f"the gateway answers connect with {REFUSED.get(status, 'another fault')} ({status})"
    return TemporaryFailure(reason, MUCH_LATER, everyone=True)


def _answered(number: int, body: bytes) -> Said:
    """CMPP_SUBMIT_RESP: Msg_Id 8, Result 1."""
    if len(body) < 9:
        raise ValueError("an answer that ends too early")
    result, name = body[8], str(int.from_bytes(body[:8]))
    if result == 0:
        return Said("answer", number, None, name)
    reason = f"the gateway answers submit with {RESULTS.get(result, 'another fault')} ({result})"
    fault: ChannelError = TemporaryFailure(reason, LATER, everyone=result == FULL)
    if result in FINAL:
        fault = PermanentFailure(reason)
    if result in OURS:
        fault = TemporaryFailure(reason, MUCH_LATER, everyone=True)
    return Said("answer", number, fault, name)
