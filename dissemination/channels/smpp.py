"""Short messages over SMPP 3.4, to a message centre or an aggregator, on a connection that is kept.

The channel binds as a transceiver, probes a silent line (`enquire_link`), binds again after a break
and goes on where it was. Text that fits GSM-7 goes out so, any other in UCS-2; long texts in parts
by `long`: with a header of concatenation (`udh`), with `sar_*` parameters (`sar`), or in one
`message_payload` that the centre parts (`payload`).

| the centre says | state |
| --- | --- |
| `submit_sm_resp` with status 0 | `accepted` |
| receipt DELIVRD of every part | `delivered` |
| UNDELIV, REJECTD, DELETED, EXPIRED of a part | `failed`, or `expired` |
| ESME_RTHROTTLED, ESME_RMSGQFUL | nothing goes out for a while, then it is tried again |
| a status that the same message would meet again | `failed` |

SMPP knows no idempotency keys, but what the centre has answered is never sent again. A message
without an answer, or cut off by a crash, is `unknown`; it is repeated for orange and red only.

Receipts are understood in all their dialects: text, parameters (`receipted_message_id`,
`message_state`) or both, dates with seconds, names in decimal where the answer was hexadecimal and
the reverse, in any order, before the answer, and after a restart. A receipt that speaks of another
number than the message went to changes nothing. The specification's numbers stand in the code.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from dissemination.channels.carrier import Carrier, CarrierOptions, Piece, cost, window
from dissemination.channels.kind import Kept, Surroundings
from dissemination.channels.people import targets
from dissemination.channels.smpp_wire import (
    PAYLOAD,
    SAR_PART,
    SAR_REFERENCE,
    SAR_TOTAL,
    SUBMIT,
    Message,
    SmppWire,
    bind,
    frame,
    submit,
)
from dissemination.channels.tls import trusting
from dissemination.sms_parts import joined, octets
from tongluo.core.clock import now_ms
from tongluo.core.times import to_datetime
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level

__all__ = ["Options", "Smpp", "cost", "targets", "until", "window"]

UCS2, DEFAULT_ALPHABET = 0x08, 0x00
"""data_coding (5.2.19)."""


class Options(CarrierOptions):
    """Options of an SMPP channel."""

    url: str = "smpp://127.0.0.1:2775"
    """`smpp://host:port`; `smpps://` with TLS."""
    ca_file: Path | None = None
    """Certificates to trust with `smpps://`; default: the system's. A relative path starts from the
    store's folder."""
    system_id: str = Field(min_length=1, max_length=15)
    """The account."""
    password: Kept
    """Its password, named and never written: `{env: NAME}` or `{file: PATH}`."""
    system_type: str = Field(default="", max_length=12)
    """What some centres ask for beside the account."""
    service_type: str = Field(default="", max_length=5)
    """Of each message; empty = the centre's own."""
    sender: str = Field(default="", max_length=20)
    """The number or name it comes from, where it may be chosen."""
    sender_ton: int = Field(default=0, ge=0, le=6)
    """Type of the sender's number: 0 unknown, 1 international, 5 a name."""
    sender_npi: int = Field(default=0, ge=0, le=18)
    """Numbering plan of the sender: 0 unknown, 1 telephone."""
    ton: int = Field(default=1, ge=0, le=6)
    """Type of the recipients' numbers: 1 international, 2 national, 0 unknown."""
    npi: int = Field(default=1, ge=0, le=18)
    """Numbering plan of the recipients' numbers: 1 telephone."""
    coding: Literal["auto", "ucs2"] = "auto"
    """`ucs2` for centres whose own alphabet is not GSM-7."""
    long: Literal["udh", "sar", "payload"] = "udh"
    """How a text of several parts is sent."""
    urgent: int = Field(default=0, ge=0, le=3)
    """priority_flag of orange and red, and of their end, where the centre knows priorities."""
    final: tuple[int, ...] = ()
    """Further status codes that mean: never try this message again."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("smpp", "smpps") and parts.hostname and parts.port
        except ValueError:
            known = None
        if not known or "@" in url:
            raise ValueError("this is no address like smpp://127.0.0.1:2775")
        return url


class Smpp(Carrier):
    """One connection, bound as a transceiver."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        o = self._o = options
        password = o.password.read(surroundings.folder)
        bind(0, o.system_id, password, o.system_type)  # ValueError when it is too long
        wire = SmppWire(o.system_id, password, o.system_type, o.zone, frozenset(o.final))
        super().__init__(
            o, surroundings, o.url, wire, self._written, "smpp",
            coding="ucs2" if o.coding == "ucs2" else None, whole=o.long == "payload",
            trust=_trust(o, surroundings.folder),
        )  # fmt: skip

    def _written(self, piece: Piece) -> Callable[[int], bytes]:
        """submit_sm of a piece."""
        o, body = self._o, octets(piece.text, piece.coding)
        tlvs: tuple[tuple[int, bytes], ...] = ()
        headed = piece.parts > 1 and o.long == "udh"
        if headed:
            body = joined(piece.part, piece.parts, piece.reference) + body
        elif piece.parts > 1:
            tlvs = (
                (SAR_REFERENCE, piece.reference.to_bytes(2)),
                (SAR_TOTAL, bytes((piece.parts,))),
                (SAR_PART, bytes((piece.part,))),
            )
        elif o.long == "payload":
            tlvs, body = ((PAYLOAD, body),), b""
        urgent = piece.warning.urgency >= Level.ORANGE
        data = submit(
            Message(
                o.sender, piece.number, body, UCS2 if piece.coding == "ucs2" else DEFAULT_ALPHABET,
                headed, o.ton, o.npi, o.sender_ton, o.sender_npi, o.service_type,
                _until(piece.warning) if o.expire else "",
                priority=o.urgent if urgent else 0, tlvs=tlvs,
            )
        )  # fmt: skip
        return lambda number: frame(SUBMIT, number, data)


def _trust(options: Options, folder: Path) -> ssl.SSLContext | None:
    if not options.url.startswith("smpps:"):
        return None
    return trusting(folder / options.ca_file if options.ca_file else None)


def _until(warning: WarningVersion) -> str:
    """How long the centre should try; an all-clear has no end, a past one would be refused."""
    ended = warning.act is Act.CANCEL or warning.expires <= now_ms()
    return "" if ended else until(warning.expires)


def until(expires: int, zone: str = "UTC") -> str:
    """validity_period (7.1.1), absolute: local time and quarters of an hour from UTC.

    >>> until(1_782_864_000_000), until(1_782_864_000_000, "Asia/Shanghai")
    ('260701000000000+', '260701080000032+')
    """
    local = to_datetime(expires, zone)
    shift = local.utcoffset() or timedelta()
    quarters = round(shift / timedelta(minutes=15))
    return local.strftime("%y%m%d%H%M%S0") + f"{abs(quarters):02d}{'-' if quarters < 0 else '+'}"
