"""What SMPP and CMPP share: a text in parts over a kept connection, names of messages, receipts.

A message that the centre has answered is never sent again with the same text, whatever is killed:
its name lies on disk before the delivery is settled. What was written and not answered is
`unknown`; an answer that comes late, or a receipt, still tells.
"""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from dissemination.channels.ids import Ids
from dissemination.channels.kind import Surroundings
from dissemination.channels.people import Numbers
from dissemination.channels.session import Said, Session, Wire
from dissemination.channels.sms import Messages, Texts
from dissemination.phones import digest, key_of
from dissemination.receipts import Receipt
from dissemination.sms_parts import reference, split
from dissemination.sms_text import Coding, coding_of, size
from tongluo.core.crash import point
from tongluo.core.errors import PermanentFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState


class CarrierOptions(Messages):
    """What both protocols ask for."""

    window: int = Field(default=16, ge=1, le=128)
    """Messages that may wait for the centre's answer at once; at most so many are unknown after a
    crash."""
    timeout: float = Field(default=10.0, gt=0, le=60)
    """Seconds to wait for an answer."""
    probe: float = Field(default=30.0, ge=1, le=600)
    """Seconds of silence after which the centre is asked whether it is there."""
    zone: str = "UTC"
    """Time zone of the dates in receipts."""
    expire: bool = True
    """Tell the centre when the warning expires, so that nobody gets it later."""
    country: str = Field(default="", pattern=r"^[0-9]{0,3}$")
    """Calling code that receipts may leave out of a number, or add to it, like 86."""
    match_numbers: bool = True
    """A receipt counts only when it speaks of the number that the message went to. `false` for
    centres that write numbers in another way; then the name of the message alone decides."""


@dataclass(frozen=True)
class Piece:
    """One message for the centre."""

    number: str
    text: str
    coding: Coding
    part: int
    parts: int
    reference: int
    """The same for all parts of a delivery, at every attempt."""
    warning: WarningVersion


Submit = Callable[[Piece], Callable[[int], bytes]]
"""A piece -> its frame, by its number; ValueError when it cannot be written so."""


class Carrier:
    """A channel over a kept connection."""

    def __init__(
        self, options: CarrierOptions, around: Surroundings, url: str, wire: Wire, submit: Submit,
        kind: str, coding: Coding | None = None, whole: bool = False,
        trust: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        """kind: as the site's templates name it. coding: of every text; None = the smallest.
        whole: the centre parts a text by itself. trust: whose certificates are; None = no TLS."""
        self._options, self._tell, self._submit = options, around.tell, submit
        self._coding, self._whole = coding, whole
        self._key = key_of(around.folder)
        self._numbers = Numbers(options, around.folder)
        self._texts = Texts(options, coding, templates=around.templates, kind=kind)
        self._ids = Ids(around.folder / "ids" / f"{around.name or 'sms'}.db", options.match_numbers)
        for key in self._ids.last(options.window):  # what a crash cut off between answer and row
            self._tell(Receipt(key, DeliveryState.ACCEPTED, None, "answered before the end"))
        parts = urlsplit(url)
        self._session = Session(parts, wire, self._answered, self._reported, options.timeout,
                                options.probe, trust)  # fmt: skip

    def send(self, delivery: Delivery) -> Handed:
        """Hand over what the centre does not have yet of a text; `accepted` once it has all."""
        number = self._numbers.of(delivery)
        text = self._texts.of(delivery.warning, self._numbers.spoken(delivery), delivery.extra)
        coding = self._coding or coding_of(text)
        pieces = [text] if self._whole else split(text, coding)
        attempt = self._ids.begin(delivery.key, text, digest(number, self._key), len(pieces))
        for n, piece in enumerate(pieces, 1):
            if n not in attempt.done:
                mark = reference(delivery.key)
                self._one(
                    Piece(number, piece, coding, n, len(pieces), mark, delivery.warning),
                    (delivery.key, attempt.id, n),
                )
        return Handed(DeliveryState.ACCEPTED, {"parts": size(text, coding).parts})

    def _one(self, piece: Piece, about: tuple[str, int, int]) -> None:
        try:
            frame = self._submit(piece)
        except (ValueError, UnicodeError) as error:
            raise PermanentFailure(f"this cannot be sent: {error}") from None
        said = self._session.ask(frame, about)
        if said.fault is not None:
            raise said.fault

    def _answered(self, about: Any, said: Said, late: bool) -> None:
        """On the session's thread: write down how the centre calls it."""
        key, attempt, part = about
        if said.fault is not None:
            return
        point("before_named")
        for receipt in self._ids.named(attempt, part, said.id):
            self._tell(receipt)
        point("after_named")
        if late and self._ids.whole(attempt):
            self._tell(Receipt(key, DeliveryState.ACCEPTED, None, "answered late"))

    def _reported(self, report: tuple[Receipt, str]) -> bool:
        """On the session's thread: what a receipt means; False when it could not be kept."""
        receipt, number = report
        try:
            found = self._ids.heard(receipt, self._digests(number))
            if found is not None:
                self._tell(found)
        except sqlite3.Error:
            return False
        return True

    def _digests(self, number: str) -> Sequence[str]:
        """Of all the ways in which the list may have a receipt's number."""
        plain = number.strip().lstrip("+").removeprefix("00")
        if not plain:
            return ()
        code = self._options.country
        ways = {plain, number.strip(), code + plain, plain.removeprefix(code)}
        return [digest(way, self._key) for way in sorted(ways)]

    def close(self) -> None:
        """Take leave of the centre."""
        self._session.close()
        self._ids.close()
        self._numbers.close()


def window(options: CarrierOptions) -> int:
    """Hand-overs at once."""
    return options.window


def cost(options: Messages) -> int:
    """Most messages that one delivery takes."""
    return options.parts
