"""Short messages through Kannel's sendsms interface (smsbox over HTTP), one a recipient.

Kannel 1.4.5 user's guide: `GET /cgi-bin/sendsms`, here with `coding=2` and `charset=UTF-8`, so that
every text goes out in UCS-2 as it was counted. What is known of a message:

| Kannel says | state |
| --- | --- |
| 202 to the request | `handed_over`: it lies in the gateway |
| report 8 or 4 (taken by, or waits at the centre) | `accepted` |
| report 1 (delivered to the phone) | `delivered` |
| report 2 or 16 (not deliverable, refused by the centre) | `failed`, or `expired` |

Kannel knows no idempotency keys. A request without an answer, or cut off by a crash, is `unknown`;
it is repeated for orange and red only, and a report that comes meanwhile forestalls that.

Reports reach `receipts`, an address of this machine that the dispatcher listens on and Kannel can
reach; set `http-request-retry` and `http-queue-delay` in Kannel's `smsbox` group, so that it tells
again what it could not tell while the dispatcher was away. Each report carries its delivery's key
and a seal of it: a report that somebody made up changes nothing.

Lists of numbers: an entry a number, digits as the gateway wants them, then the areas it is warned
for (`8613800138000,A1,A2`; no area = all); white space parts entries, `#` begins a remark. Numbers
appear in no log, error or state, only masked (`861********00`) or as digests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import partial
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator

from dissemination.channels.kind import Ear, Kept, Surroundings
from dissemination.channels.people import Numbers, targets
from dissemination.channels.sms import Messages, Texts
from dissemination.phones import key_of
from dissemination.receipts import Receipt, kannel
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import DeliveryState

__all__ = ["Kannel", "Options", "ear", "receipt", "seal", "targets", "unseal"]

MASK = "31"
"""Reports asked for: 1 delivered, 2 failed, 4 waiting, 8 taken by the centre, 16 refused by it."""


class Options(Messages):
    """Options of a Kannel channel."""

    url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    """smsbox's sendsms address."""
    username: str
    """Of Kannel's group `sendsms-user`."""
    password: Kept
    """Its password, named and never written: `{env: NAME}` or `{file: PATH}`."""
    sender: str = ""
    """The number it comes from, where the gateway lets it be chosen."""
    smsc: str = ""
    """Kannel's `smsc-id` to send through; empty = Kannel chooses."""
    receipts: str = ""
    """Where reports come, like `http://127.0.0.1:13014/kannel`; empty = none are asked for, and
    nothing is ever proven `delivered`."""
    listen: str = ""
    """Where the dispatcher listens for reports, when that is not the address in `receipts`: behind
    a proxy, or in a container."""
    timeout: float = Field(default=5.0, gt=0, le=60)
    """Seconds to wait for the gateway's answer."""

    @field_validator("url", "receipts", "listen")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("this is no address like http://127.0.0.1:13013/path")
        return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False


class Kannel:
    """Hands one message over at a time, on one connection that is kept."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        from dissemination.channels import web  # noqa: PLC0415 - httpx loads for who sends only

        self._options, self._folder, self._web = options, surroundings.folder, web
        self._key = key_of(surroundings.folder)
        self._password = options.password.read(surroundings.folder)
        self._http = web.client(options.timeout)
        self._numbers = Numbers(options, surroundings.folder)
        self._texts = Texts(options, coding="ucs2", templates=surroundings.templates, kind="kannel")

    def send(self, delivery: Delivery) -> Handed:
        """Hand one message over; what the gateway has said is no more than that it has it."""
        text = self._texts.of(delivery.warning, self._numbers.spoken(delivery), delivery.extra)
        query = self._query(delivery, self._numbers.of(delivery), text)
        said = self._web.get(self._http, self._options.url, query)
        return Handed(DeliveryState.HANDED_OVER, {"said": said[:100]})

    def _query(self, delivery: Delivery, number: str, text: str) -> dict[str, str]:
        o = self._options
        query = {"username": o.username, "password": self._password, "to": number, "text": text,
                 "coding": "2", "charset": "UTF-8"}  # fmt: skip
        query |= {k: v for k, v in (("from", o.sender), ("smsc", o.smsc)) if v}
        if o.receipts:
            name = seal(delivery.key, self._key)
            query |= {
                "dlr-mask": MASK,
                "dlr-url": f"{o.receipts}?k={name}&d=%d&t=%T&a=%A",  # Kannel fills in the %
            }
        return query

    def close(self) -> None:
        """Close the connection and the register."""
        self._http.close()
        self._numbers.close()


def ear(options: Options, surroundings: Surroundings) -> Ear | None:
    """Where this channel's reports arrive."""
    if not options.receipts:
        return None
    parts = urlsplit(options.listen or options.receipts)
    reader = partial(receipt, key=key_of(surroundings.folder))
    return Ear(parts.hostname or "127.0.0.1", parts.port or 80, reader)


def receipt(query: str, key: bytes) -> Receipt | None:
    """The report in a query; None when its seal is not ours."""
    try:
        given = parse_qs(query, keep_blank_values=True, errors="replace", max_num_fields=20)
    except ValueError:
        return None
    name, status, time, answer = (given.get(k, [""])[0] for k in ("k", "d", "t", "a"))
    opened = unseal(name, key)
    return None if opened is None else kannel(opened, status, time, answer)


def seal(name: str, key: bytes) -> str:
    """A delivery's key as a word of letters that Kannel leaves alone, with proof that it is ours.

    >>> unseal(seal("A1.v1:sms:0f", b"k"), b"k"), unseal(seal("A1.v1:sms:0f", b"k"), b"other")
    ('A1.v1:sms:0f', None)
    """
    return f"{base64.urlsafe_b64encode(name.encode()).decode().rstrip('=')}.{_mac(name, key)}"


def unseal(word: str, key: bytes) -> str | None:
    """The key in a sealed word; None when it was not sealed here, or is spoilt."""
    body, _, mac = word.partition(".")
    try:
        name = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return name if hmac.compare_digest(mac.encode(), _mac(name, key).encode()) else None


def _mac(name: str, key: bytes) -> str:
    return hashlib.blake2b(name.encode(), key=key, digest_size=8, person=b"receipt").hexdigest()
