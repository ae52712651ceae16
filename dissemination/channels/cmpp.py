"""Short messages over CMPP 2.0, the protocol of China's carriers, on a connection that is kept.

The channel connects with the MD5 authenticator, tests a silent line (CMPP_ACTIVE_TEST), connects
again after a break and goes on where it was. Every text goes out in UCS-2, long ones in parts with
a header of concatenation.

| the gateway says | state |
| --- | --- |
| CMPP_SUBMIT_RESP with result 0 | `accepted` |
| report DELIVRD of every part | `delivered` |
| report UNDELIV, REJECTD, DELETED, EXPIRED of a part | `failed`, or `expired` |
| result 8, flow control | nothing goes out for a while, then it is tried again |
| a wrong fee or service code | nothing goes out for longer: the configuration must be put right |
| results 1, 2, 4, 6 | `failed` |

CMPP knows no idempotency keys, but what the gateway has answered is never sent again. A message
without an answer, or cut off by a crash, is `unknown`; it is repeated for orange and red only.
Reports are taken in any order, before the answer, and after a restart; one that speaks of another
number than the message went to changes nothing. Words of carriers that the specification does not
list prove nothing.

The registered signature stands at the head of the text, and is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from dissemination.channels.carrier import Carrier, CarrierOptions, Piece, cost, window
from dissemination.channels.cmpp_wire import SUBMIT, CmppWire, Message, connect, frame, submit
from dissemination.channels.kind import Kept, Surroundings
from dissemination.channels.people import targets
from dissemination.channels.smpp import until
from dissemination.sms_parts import joined, octets
from tongluo.core.clock import now_ms
from tongluo.core.times import to_datetime
from tongluo.core.words import Act, Level

__all__ = ["Cmpp", "Options", "cost", "targets", "window"]

URGENT = 3
"""Msg_level (0 to 9) of orange and red, and of their end."""


class Options(CarrierOptions):
    """Options of a CMPP channel."""

    url: str = "cmpp://127.0.0.1:7890"
    """`cmpp://host:port`."""
    sp_id: str = Field(min_length=1, max_length=6)
    """The account (SP_Id): Source_Addr and Msg_src."""
    password: Kept
    """The shared secret, named and never written: `{env: NAME}` or `{file: PATH}`."""
    source: str = Field(pattern=r"^[0-9]{1,21}$")
    """The number it comes from (Src_Id), with its extension."""
    service: str = Field(default="", max_length=10)
    """Service_Id, as the carrier gave it."""
    fee_type: str = Field(default="01", pattern=r"^0[1-5]$")
    """FeeType: 01 = free for who receives it."""
    fee_code: str = Field(default="000000", pattern=r"^[0-9]{6}$")
    """FeeCode, in hundredths of a yuan."""
    zone: str = "Asia/Shanghai"
    """Time zone of the gateway's clock and of the dates in reports."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme == "cmpp" and parts.hostname and parts.port
        except ValueError:
            known = None
        if not known or "@" in url:
            raise ValueError("this is no address like cmpp://127.0.0.1:7890")
        return url


class Cmpp(Carrier):
    """One connection."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        o = self._o = options
        secret = o.password.read(surroundings.folder)
        connect(0, o.sp_id, secret, "0101000000")  # ValueError when something does not fit
        wire = CmppWire(o.sp_id, secret, lambda: stamp(now_ms(), o.zone), o.zone)
        super().__init__(o, surroundings, o.url, wire, self._written, "cmpp", coding="ucs2")

    def _written(self, piece: Piece) -> Callable[[int], bytes]:
        """CMPP_SUBMIT of a piece."""
        o, w = self._o, piece.warning
        headed = piece.parts > 1
        head = joined(piece.part, piece.parts, piece.reference) if headed else b""
        ends = o.expire and w.act is not Act.CANCEL and w.expires > now_ms()
        data = submit(
            Message(
                piece.number, head + octets(piece.text, "ucs2"), o.sp_id, o.source, o.service,
                piece.part, piece.parts, headed, urgent=URGENT if w.urgency >= Level.ORANGE else 0,
                until=until(w.expires, o.zone) if ends else "",
                fee_type=o.fee_type, fee_code=o.fee_code,
            )
        )  # fmt: skip
        return lambda number: frame(SUBMIT, number, data)


def stamp(now: int, zone: str) -> str:
    """Timestamp of a CMPP_CONNECT.

    >>> stamp(1_782_864_000_000, "Asia/Shanghai")
    '0701080000'
    """
    return to_datetime(now, zone).strftime("%m%d%H%M%S")
