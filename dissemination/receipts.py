"""What a gateway says of a message afterwards, in its many dialects, as one record.

SMPP 3.4 delivery receipts as text (appendix B) and as TLVs (5.3.2.35 message_state, 5.3.2.12
receipted_message_id), CMPP 2.0 status reports, and Kannel's delivery reports. Nothing here raises,
whatever the bytes: what is not understood is UNKNOWN, and unknown never counts as reached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dissemination.phones import hide, mask
from tongluo.core.times import to_ms
from tongluo.core.words import DeliveryState

MESSAGE_STATE, RECEIPTED_ID = 0x0427, 0x001E
CMPP_BODY = 60
RAW_LONGEST = 400
"""Characters kept of what came."""

WORDS = {
    "DELIVRD": DeliveryState.DELIVERED,
    "EXPIRED": DeliveryState.EXPIRED,
    "DELETED": DeliveryState.FAILED,
    "UNDELIV": DeliveryState.FAILED,
    "ACCEPTD": DeliveryState.ACCEPTED,
    "REJECTD": DeliveryState.FAILED,
    "ENROUTE": DeliveryState.ACCEPTED,
    "DELIVERED": DeliveryState.DELIVERED,  # written out, as some centres do
    "UNDELIVERABLE": DeliveryState.FAILED,
    "ACCEPTED": DeliveryState.ACCEPTED,
    "REJECTED": DeliveryState.FAILED,
}
CODES = {
    0: DeliveryState.ACCEPTED,  # scheduled
    1: DeliveryState.ACCEPTED,  # en route
    2: DeliveryState.DELIVERED,
    3: DeliveryState.EXPIRED,
    4: DeliveryState.FAILED,  # deleted
    5: DeliveryState.FAILED,
    6: DeliveryState.ACCEPTED,  # taken by an attendant, which proves nothing of the person
    8: DeliveryState.FAILED,
    9: DeliveryState.FAILED,  # skipped
}
KANNEL = {
    "1": DeliveryState.DELIVERED,
    "2": DeliveryState.FAILED,
    "4": DeliveryState.ACCEPTED,  # waits at the centre
    "8": DeliveryState.ACCEPTED,
    "16": DeliveryState.FAILED,
}
_FIELD = re.compile(r"\b(id|sub|dlvrd|submit date|done date|stat|err)\s*:\s*([^\s:]*)", re.I)
_TEXT = re.compile(r"\btext\s*:", re.I)
_FORMS = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True)
class Receipt:
    """One thing said of one message."""

    id: str
    """The message as its sender's side names it; "" when the receipt does not tell."""
    state: DeliveryState
    time: int | None
    """ms since 1970 UTC when it came to be so; None when the receipt does not tell."""
    raw: str
    """As it came, with numbers of people masked."""


def smpp(text: str | bytes, tlvs: Mapping[int, bytes] | None = None, zone: str = "UTC") -> Receipt:
    """An SMPP receipt by its text, its TLVs or both; two that contradict each other are UNKNOWN.

    zone: of the centre's dates.

    >>> smpp("id:0123456789 stat:DELIVRD done date:2607010801 text:stat:UNDELIV").state.value
    'delivered'
    """
    said = text if isinstance(text, str) else text.decode("latin-1")
    end = _TEXT.search(said)  # what follows are the message's own words
    fields = {
        k.lower(): v for k, v in reversed(_FIELD.findall(said[: end.start()] if end else said))
    }
    tlvs = tlvs or {}
    code = tlvs.get(MESSAGE_STATE, b"")
    by_code = CODES.get(code[0]) if len(code) == 1 else None
    by_word = WORDS.get(fields.get("stat", "").upper())
    states = {state for state in (by_code, by_word) if state is not None}
    state = states.pop() if len(states) == 1 else DeliveryState.UNKNOWN
    name = tlvs.get(RECEIPTED_ID, b"").partition(b"\0")[0].decode("latin-1").strip()
    time = moment(fields.get("done date", ""), zone)
    return Receipt(name or fields.get("id", ""), state, time, _kept(said))


def cmpp(body: bytes, zone: str = "Asia/Shanghai") -> Receipt:
    """A CMPP 2.0 status report: the content of a CMPP_DELIVER with Registered_Delivery = 1.

    Msg_Id 8, Stat 7, Submit_time 10, Done_time 10, Dest_terminal_Id 21, SMSC_sequence 4. Words of
    carriers that the specification does not list stay UNKNOWN.

    >>> report = b"\\0" * 7 + b"\\7" + b"DELIVRD" + b"2607010800" + b"2607010801" + b"1" * 25
    >>> cmpp(report).id, cmpp(report).state.value
    ('7', 'delivered')
    """
    if len(body) < CMPP_BODY:
        return Receipt("", DeliveryState.UNKNOWN, None, f"{len(body)} bytes, {CMPP_BODY} wanted")
    name = str(int.from_bytes(body[:8]))
    word, submitted, done, number = (
        _ascii(body[a:b]) for a, b in ((8, 15), (15, 25), (25, 35), (35, 56))
    )
    raw = f"id:{name} stat:{word} submit date:{submitted} done date:{done} to:{mask(number)}"
    state = WORDS.get(word.upper(), DeliveryState.UNKNOWN)
    return Receipt(name, state, moment(done, zone), _kept(raw))


def kannel(name: str, status: str, time: str, answer: str) -> Receipt:
    """Kannel's report: status %d, time %T (seconds since 1970), answer %A of the centre.

    >>> kannel("k", "2", "1782864000", "id:7 stat:EXPIRED").state.value
    'expired'
    """
    state = KANNEL.get(status, DeliveryState.UNKNOWN)
    if state is DeliveryState.FAILED and smpp(answer).state is DeliveryState.EXPIRED:
        state = DeliveryState.EXPIRED
    when = int(time) * 1000 if re.fullmatch(r"[0-9]{9,11}", time) else None
    return Receipt(name, state, when, _kept(f"{status} {answer}".strip()))


def names(name: str) -> frozenset[str]:
    """All the ways in which a centre may have written the same message's name.

    It may answer a submission in hexadecimal and report in decimal, or the reverse, with or
    without leading zeros: two names are of one message when these sets meet.

    >>> bool(names("7F3A9C") & names("8338076")), bool(names("00012") & names("13"))
    (True, False)
    """
    plain = name.strip()
    forms = {plain.lower()}
    if re.fullmatch(r"[0-9]{1,40}", plain):
        forms.add(f"n{int(plain)}")
    if re.fullmatch(r"(0[xX])?[0-9a-fA-F]{1,40}", plain):
        forms.add(f"n{int(plain, 16)}")
    return frozenset(forms - {""})


def moment(digits: str, zone: str) -> int | None:
    """ms since 1970 of YYMMDDhhmm, with seconds or a century where a centre writes them.

    >>> moment("2607010801", "Asia/Shanghai") == moment("20260701080100", "Asia/Shanghai")
    True
    """
    form = _FORMS.get(len(digits))
    if form is None or not re.fullmatch(r"[0-9]+", digits):
        return None
    try:
        return to_ms(datetime.strptime(digits, form).replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None


def _ascii(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii", "replace").strip()


def _kept(text: str) -> str:
    return hide("".join(c if c.isprintable() else "\ufffd" for c in text[:RAW_LONGEST]))
