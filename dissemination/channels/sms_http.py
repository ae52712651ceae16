"""Short messages through a vendor's HTTP interface: fields, codes and reports by configuration.

`fields` is what the vendor wants, as a form, JSON or a query; each `{name}` in it is filled in:

| name | is |
| --- | --- |
| {to} | the number |
| {text} | the whole text, with the signature unless `signed: vendor` |
| {id} | the delivery, sealed: a report may name it |
| {signature}, {template_id}, {sender}, {secret} | as configured |
| {news}, {place}, {action} and so on | what stands for them in a registered template |

The registered `signature` must be named; it is counted towards the length, also where the vendor
adds it. With `template_id` the `template` is the registered text: its words are fixed, nothing of
it is left out, and `fields` must hand over each name in it. Exercises say so first and last: a
registered template that neither begins nor ends with a name has no place for that, and then none
goes out by it.

`answer` and `reports` say where things stand in the vendor's JSON, by JMESPath:

```yaml
channels:
  sms:
    kind: sms_http
    rate: 100/s
    options:
      url: https://sms.example.org/send
      fields: {mobile: "{to}", content: "{text}", uid: "{id}"}
      headers: {Authorization: "Bearer {secret}"}
      secret: {env: SMS_SECRET}
      signature: 示例县应急
      recipients: register
      answer:
        {code: code, accepted: ["0"], busy: ["429"], later: ["500"], id: data.msgid, said: msg}
      reports:
        address: http://127.0.0.1:13015/report    # given to the vendor with ?token=...
        token: {file: report.token}
        items: list                               # of a list of reports; @ for one
        id: msgid                                 # the vendor's name, or the {id} it was given
        state: status
        number: mobile
        states: {到达: delivered, 空号: failed}   # beside DELIVRD and so on
        reply: OK
      price: 0.045
      budget: 2000
      daily: 50000
      repeat: [3/min, 20/d]
```

| the vendor says | state |
| --- | --- |
| an accepted code | `accepted` |
| a report of `delivered` | `delivered` |
| a busy code | nothing goes out for a while |
| any other code | `failed` |
| nothing, or half an answer | `unknown`; repeated for orange and red only |

`price`, `budget`, `daily` and `repeat` are the vendor's and the office's limits. Blue, yellow and
exercises are held back by them, with the reason in their state; orange and red, and their end, go
out all the same, and the overrun is told. `tongluo doctor` shows what has been spent.

A number is one message: nothing is sent to many at once, so each has a state of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field, field_validator, model_validator

from dissemination.channels import vendor
from dissemination.channels.ids import Ids
from dissemination.channels.kannel import seal, unseal
from dissemination.channels.kind import Ear, Kept, Surroundings
from dissemination.channels.people import Numbers, targets
from dissemination.channels.purse import Limits, Purse, Spent
from dissemination.channels.sms import Messages, Texts
from dissemination.channels.vendor import NAMES, Answer, Reports
from dissemination.phones import digest, key_of
from dissemination.receipts import Receipt
from dissemination.sms_text import FIELDS, size
from tongluo.core.clock import now_ms
from tongluo.core.crash import point
from tongluo.core.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery, Handed
from tongluo.core.rate import parse_rate
from tongluo.core.words import DeliveryState, Level

__all__ = ["Options", "SmsHttp", "ear", "spent", "targets", "window"]

BUSY = 5.0


class Options(Messages):
    """Options of a vendor's interface."""

    url: str
    """Where messages are sent to; without a query."""
    form: Literal["json", "form", "query"] = "json"
    """How the fields go: POST of JSON, POST of a form, or GET with them in the address."""
    fields: dict[str, Any]
    """What the vendor wants: name -> text with {names}, number, or a list or block of them."""
    headers: dict[str, str] = Field({})
    """Further headers, like `Authorization: "Bearer {secret}"`; they know no other name."""
    secret: Kept | None = None
    """What stands for {secret}, named and never written: `{env: NAME}` or `{file: PATH}`."""
    sender: str = ""
    """What stands for {sender}."""
    signature: str = Field(min_length=1, max_length=30)
    """The registered signature, without its brackets 【】; it counts towards the length."""
    signed: Literal["text", "vendor"] = "text"
    """Whether the signature stands in {text}, or the vendor adds it."""
    template_id: str = ""
    """Of the registered text in `template`."""
    answer: Answer = Answer()
    """How the answer is read."""
    reports: Reports | None = None
    """How reports are read; without, nothing is ever proven `delivered`."""
    price: float = Field(default=0.0, ge=0)
    """Of one part."""
    budget: float = Field(default=0.0, ge=0)
    """Of a calendar month, in the unit of the price; 0 = none."""
    daily: int = Field(default=0, ge=0)
    """Most parts in a calendar day; 0 = any number."""
    repeat: tuple[str, ...] = ()
    """Most messages to one number, like `[3/min, 10/d]`."""
    zone: str = "Asia/Shanghai"
    """Time zone of days and months."""
    window: int = Field(default=4, ge=1, le=32)
    """Requests that may wait for their answers at once."""
    timeout: float = Field(default=10.0, gt=0, le=60)
    """Seconds to wait for an answer."""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            known = None
        if not known or "@" in url or "?" in url or "#" in url:
            raise ValueError("this is no address like https://example.org/send, without a query")
        return url

    @field_validator("repeat")
    @classmethod
    def _rates(cls, repeat: tuple[str, ...]) -> tuple[str, ...]:
        for rate in repeat:
            parse_rate(rate)
        return repeat

    @model_validator(mode="after")
    def _complete(self) -> Options:
        inside = set(vendor.names_in(self.headers))
        if inside - {"secret"}:
            raise ValueError(f"headers know no {{{min(inside - {'secret'})}}}, only {{secret}}")
        used = set(vendor.names_in(self.fields)) | inside
        known = {**NAMES, **(FIELDS if self.template_id else {})}
        unknown = sorted(used - known.keys())
        if unknown:
            raise ValueError(f"there is no {{{unknown[0]}}}; there are: {', '.join(known)}")
        if "to" not in used:
            raise ValueError("the fields need {to}, the number")
        if "secret" in used and self.secret is None:
            raise ValueError("{secret} is used: name the secret")
        if not self.template_id and "text" not in used:
            raise ValueError("the fields need {text}, or a template_id and what it names")
        if self.template_id:
            self._registered(used)
        return self

    def _registered(self, used: set[str]) -> None:
        wanted = set(vendor.names_in(self.template))
        if not self.template:
            raise ValueError("a template_id needs its registered text as the template")
        if "|" in self.template:
            raise ValueError("nothing of a registered text can be left out: it has no |")
        missing = sorted({"template_id", *wanted} - used)
        if missing:
            raise ValueError(f"the registered text needs {{{missing[0]}}} among the fields")

    def limits(self) -> Limits:
        """What may be spent."""
        rates = tuple(parse_rate(rate) for rate in self.repeat)
        return Limits(self.price, self.budget, self.daily, rates, self.zone)


class SmsHttp:
    """Hands one message over at a time, on a connection that is kept."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        from dissemination.channels import web  # noqa: PLC0415 - httpx loads for who sends only

        o = self._o = options
        self._web, self._http = web, web.client(o.timeout)
        self._key = key_of(surroundings.folder)
        self._secret = o.secret.read(surroundings.folder) if o.secret else ""
        self._http.headers.update(vendor.filled(o.headers, {"secret": self._secret}))
        self._numbers = Numbers(o, surroundings.folder)
        own = () if o.template_id else surroundings.templates  # what is registered is fixed
        self._texts = Texts(o, templates=own, kind="sms_http")
        self._ids = _ids(o, surroundings)
        self._purse = Purse(_file(surroundings, "purse"), o.limits())
        self._tell = surroundings.tell

    def send(self, delivery: Delivery) -> Handed:
        """Hand one message over, if the limits let it."""
        number = self._numbers.of(delivery)
        text = self._texts.of(delivery.warning, self._numbers.spoken(delivery), delivery.extra)
        values = self._values(delivery, number, text)
        mark, parts = digest(number, self._key), size(text).parts
        now, urgent = now_ms(), delivery.warning.urgency >= Level.ORANGE
        attempt = self._ids.begin(delivery.key, text, mark, 1)
        if attempt.done:
            return Handed(DeliveryState.ACCEPTED, {"parts": 0, "said": "the vendor has it"})
        note = self._purse.take(mark, parts, now, urgent)
        try:
            name = self._ask(values)
        except (TemporaryFailure, PermanentFailure):
            self._purse.give_back(mark, parts, now, over=bool(note))
            raise
        point("before_named")
        for receipt in self._ids.named(attempt.id, 1, name):
            self._tell(receipt)
        point("after_named")
        return Handed(DeliveryState.ACCEPTED, {"parts": parts, "note": note})

    def _values(self, delivery: Delivery, number: str, text: str) -> dict[str, str]:
        o, head = self._o, f"【{self._o.signature}】"
        bare = text.removeprefix(head)
        values = {
            "to": number, "text": text if o.signed == "text" else bare,
            "id": seal(delivery.key, self._key), "signature": o.signature,
            "template_id": o.template_id, "sender": o.sender, "secret": self._secret,
        }  # fmt: skip
        if o.template_id:
            found = vendor.parameters(o.template, bare)
            if found is None:
                raise PermanentFailure("the registered text has no place for what must be said")
            values |= found
        return values

    def _ask(self, values: dict[str, str]) -> str:
        """The vendor's name for the message; raises by the channels' contract."""
        o, fields = self._o, vendor.filled(self._o.fields, values)
        if o.form == "query":
            body = self._web.get(self._http, o.url, fields)
        elif o.form == "form":
            head = {"Content-Type": "application/x-www-form-urlencoded"}
            body = self._web.post(self._http, o.url, {}, urlencode(fields).encode(), head)
        else:
            head = {"Content-Type": "application/json; charset=utf-8"}
            data = json.dumps(fields, ensure_ascii=False).encode()
            body = self._web.post(self._http, o.url, {}, data, head)
        code, name, said = vendor.answer(o.answer, body)
        if code in o.answer.accepted:
            return name
        reason = f"the vendor answers {code or 'nothing that can be read'}: {said}"
        if not code:
            raise UnknownOutcome(reason)
        if code in o.answer.busy:
            raise TemporaryFailure(reason, BUSY, everyone=True)
        if code in o.answer.later:
            raise TemporaryFailure(reason, BUSY)
        raise PermanentFailure(reason)

    def close(self) -> None:
        """Close the connection and the files."""
        self._http.close()
        self._ids.close()
        self._purse.close()
        self._numbers.close()


def window(options: Options) -> int:
    """Hand-overs at once."""
    return options.window


def _file(around: Surroundings, suffix: str) -> Any:
    return around.folder / "ids" / f"{around.name or 'sms'}.{suffix}.db"


def _ids(options: Options, around: Surroundings) -> Ids:
    return Ids(_file(around, "ids"), bool(options.reports and options.reports.number))


def spent(options: Options, surroundings: Surroundings) -> Spent:
    """What the channel has spent so far."""
    path = _file(surroundings, "purse")
    if not path.exists():
        return Spent(0, 0.0, 0)
    purse = Purse(path, options.limits())
    try:
        return purse.spent(now_ms())
    finally:
        purse.close()


def ear(options: Options, surroundings: Surroundings) -> Ear | None:
    """Where the vendor posts its reports."""
    given = options.reports
    if given is None:
        return None
    parts = urlsplit(given.listen or given.address)
    key, ids = key_of(surroundings.folder), _ids(options, surroundings)

    def posted(query: str, body: bytes) -> Sequence[Receipt] | None:
        try:
            token = given.token.read(surroundings.folder)
        except LookupError:  # a word that is missing keeps reports out, and stops nothing else
            return None
        found = vendor.reports(given, token, query, body)
        if found is None:
            return None
        read = [_read(ids, key, receipt, number) for receipt, number in found]
        return [receipt for receipt in read if receipt is not None]

    return Ear(parts.hostname or "127.0.0.1", parts.port or 80, lambda _: None, posted, given.reply)


def _read(ids: Ids, key: bytes, receipt: Receipt, number: str) -> Receipt | None:
    """What a report says of a delivery, by our own name or the vendor's."""
    ours = unseal(receipt.id, key)
    if ours is not None:
        return Receipt(ours, receipt.state, receipt.time, receipt.raw)
    return ids.heard(receipt, [digest(number, key)] if number else [])
