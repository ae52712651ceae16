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
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator

from dissemination import sms_text
from dissemination.channels.kind import Ear, Kept, Surroundings
from dissemination.channels.kind import Options as _Options
from dissemination.phones import book, digest, key_of
from dissemination.receipts import Receipt, kannel
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.warning import WarningVersion
from tongluo.core.words import DeliveryState, Status

MASK = "31"
"""Reports asked for: 1 delivered, 2 failed, 4 waiting, 8 taken by the centre, 16 refused by it."""


class Options(_Options):
    """Options of a Kannel channel."""

    url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    """smsbox's sendsms address."""
    username: str
    """Of Kannel's group `sendsms-user`."""
    password: Kept
    """Its password, named and never written: `{env: NAME}` or `{file: PATH}`."""
    recipients: Kept
    """The list of numbers; a relative path starts from the store's folder."""
    enrolled: Kept | None = None
    """The list of numbers enrolled for exercises. An exercise goes to these alone, and without a
    list to nobody."""
    sender: str = ""
    """The number it comes from, where the gateway lets it be chosen."""
    smsc: str = ""
    """Kannel's `smsc-id` to send through; empty = Kannel chooses."""
    language: Literal["zh-CN", "en-US"] = "zh-CN"
    """Of the text."""
    parts: int = Field(default=2, ge=1, le=10)
    """Longest message, in parts of 67 characters (one alone: 70)."""
    template: str = ""
    """Pieces parted by `|`, with {news}, {place}, {hazard}, {level}, {action}, {why}, {sender},
    {until}; must name the place ({news} or {place}) and {action}. Empty = the project's own."""
    signature: str = ""
    """Registered signature, without its brackets 【】; it counts towards the length."""
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

    @field_validator("template")
    @classmethod
    def _template(cls, template: str) -> str:
        if template:
            sms_text.check_template(template)
        return template

    @field_validator("signature")
    @classmethod
    def _signature(cls, signature: str) -> str:
        sms_text.check_signature(signature)
        return signature


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
        self._numbers: dict[tuple[Status, str], str] = {}
        self._text = ("", "")

    def send(self, delivery: Delivery) -> Handed:
        """Hand one message over; what the gateway has said is no more than that it has it."""
        query = self._query(delivery, self._number(delivery), self._fitted(delivery.warning))
        said = self._web.get(self._http, self._options.url, query)
        return Handed(DeliveryState.HANDED_OVER, {"said": said[:100]})

    def _number(self, delivery: Delivery) -> str:
        """The number behind a digest, from the list as it is now."""
        status = delivery.warning.status
        if (status, delivery.target) not in self._numbers:
            try:
                found = _list(self._options, self._folder, status)
            except LookupError as error:
                raise TemporaryFailure(str(error)) from None
            self._numbers.update({(status, digest(n, self._key)): n for n in found})
        try:
            return self._numbers[status, delivery.target]
        except KeyError:
            raise PermanentFailure("this recipient is not in the list any more") from None

    def _fitted(self, warning: WarningVersion) -> str:
        """The text, made once a version."""
        if self._text[0] != warning.identifier:
            o = self._options
            try:
                text = sms_text.fit(
                    warning, o.language, o.parts, o.template, o.signature, coding="ucs2"
                )
            except ValueError as error:
                raise PermanentFailure(str(error)) from None
            self._text = (warning.identifier, text)
        return self._text[1]

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
        """Close the connection."""
        self._http.close()


def _list(options: Options, folder: Path, status: Status) -> dict[str, tuple[str, ...]]:
    """Number -> areas, of who may be sent a warning of this status (law 6)."""
    kept = options.recipients if status is Status.ACTUAL else options.enrolled
    return {} if kept is None else book(kept.read(folder)).areas


def targets(options: Options, surroundings: Surroundings, warning: WarningVersion) -> list[str]:
    """Digests of the recipients of a warning, in the order of the list."""
    key, area = key_of(surroundings.folder), warning.area.id
    found = _list(options, surroundings.folder, warning.status)
    return [digest(n, key) for n, areas in found.items() if not areas or area in areas]


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
