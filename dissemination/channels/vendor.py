"""How a vendor's HTTP interface is filled in and read: fields, registered templates, reports."""

from __future__ import annotations

import hmac
import json
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import jmespath
from pydantic import Field, field_validator

from dissemination.channels.kind import Kept, Options
from dissemination.phones import hide
from dissemination.receipts import WORDS, Receipt
from tongluo.core.times import parse_time
from tongluo.core.words import DeliveryState

NAMES = {
    "to": "the number", "text": "the whole text", "id": "the delivery, sealed",
    "signature": "the registered signature", "template_id": "of the registered template",
    "sender": "the number it comes from", "secret": "the secret",
}  # fmt: skip
SAID = 120


def check_path(path: str) -> str:
    """A JMESPath expression; ValueError when it cannot be read."""
    try:
        jmespath.compile(path)
    except jmespath.exceptions.JMESPathError as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"this is no path like data.id: {first}") from None
    return path


class Answer(Options):
    """How the answer to a message is read."""

    code: str = "code"
    """Path of its code in the JSON; an answer that is no JSON is its own code."""
    accepted: tuple[str, ...] = ("0", "200", "OK", "ok", "success")
    """Codes that mean: taken."""
    busy: tuple[str, ...] = ()
    """Codes that mean: slower; nothing goes out for a while."""
    later: tuple[str, ...] = ()
    """Codes that mean: try this one again. Any other is final."""
    id: str = ""
    """Path of the vendor's name for the message, for its reports."""
    said: str = "msg"
    """Path of its words for people."""

    _paths = field_validator("code", "said")(check_path)

    @field_validator("id")
    @classmethod
    def _id(cls, path: str) -> str:
        return check_path(path) if path else path


class Reports(Options):
    """How reports are read, that the vendor posts."""

    address: str
    """Where the vendor posts, like `http://127.0.0.1:13015/report`."""
    listen: str = ""
    """Where the dispatcher listens, when that is another address: behind a proxy."""
    token: Kept
    """A word that stands in the address as `?token=...`: who does not know it reports nothing."""
    items: str = "@"
    """Path of the report, or of the list of them."""
    id: str = "id"
    """Path in a report: the vendor's name of the message, or the `{id}` it was given."""
    state: str = "state"
    """Path of its state."""
    time: str = ""
    """Path of its time (ISO 8601, or as short message centres write it)."""
    number: str = ""
    """Path of the number; a report of another number than the message went to changes nothing."""
    states: dict[str, str] = Field(default_factory=dict)
    """The vendor's words: `delivered`, `failed`, `expired` or `accepted`, beside those of
    the short message centres (DELIVRD and so on)."""
    reply: str = "OK"
    """What the vendor wants to be answered."""

    _paths = field_validator("items", "id", "state")(check_path)

    @field_validator("states")
    @classmethod
    def _states(cls, states: dict[str, str]) -> dict[str, str]:
        known = ("delivered", "failed", "expired", "accepted")
        if not set(states.values()) <= set(known):
            raise ValueError(f"a state is one of {', '.join(known)}")
        return states


def names_in(given: Any) -> Iterator[str]:
    """Names in braces, anywhere in a template of fields."""
    if isinstance(given, str):
        try:
            yield from (name for _, name, _, _ in string.Formatter().parse(given) if name)
        except ValueError as error:
            raise ValueError(f"{given!r} cannot be read: {error}") from None
    elif isinstance(given, Mapping):
        for value in given.values():
            yield from names_in(value)
    elif isinstance(given, list | tuple):
        for value in given:
            yield from names_in(value)


def filled(given: Any, values: Mapping[str, str]) -> Any:
    """A template of fields with its names filled in.

    >>> filled({"to": ["{to}"], "n": 1}, {"to": "86138"})
    {'to': ['86138'], 'n': 1}
    """
    if isinstance(given, str):
        return given.format_map(dict(values))
    if isinstance(given, Mapping):
        return {key: filled(value, values) for key, value in given.items()}
    if isinstance(given, list | tuple):
        return [filled(value, values) for value in given]
    return given


def parameters(template: str, text: str) -> dict[str, str] | None:
    """What stands for each name of a registered template in a text; None when it is no such text.

    >>> parameters("{news}，请{action}。", "甲村红色预警，请上山。")
    {'news': '甲村红色预警', 'action': '上山'}
    """
    pattern, seen = "", set()
    for literal, name, _, _ in string.Formatter().parse(template):
        pattern += re.escape(literal)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
    found = re.fullmatch(pattern, text, re.S)
    return None if found is None else found.groupdict()


def answer(read: Answer, body: str) -> tuple[str, str, str]:
    """(code, name of the message, words for people) of an answer."""
    try:
        given = json.loads(body)
    except ValueError:
        return body.strip()[:SAID], "", body.strip()[:SAID]
    found = [_word(given, path) for path in (read.code, read.id, read.said)]
    return found[0], found[1], hide(found[2][:SAID])


def reports(read: Reports, token: str, query: str, body: bytes) -> list[tuple[Receipt, str]] | None:
    """(receipt, number) of each report in a request; None when the token is wrong, or no JSON."""
    fields = parse_qs(query, errors="replace", max_num_fields=50)
    if not token or not hmac.compare_digest(fields.get("token", [""])[0].encode(), token.encode()):
        return None
    given: Any
    try:
        given = json.loads(body) if body.strip()[:1] in (b"{", b"[") else _form(fields, body)
    except (ValueError, RecursionError):
        return None
    found = jmespath.search(read.items, given)
    items = found if isinstance(found, list) else [found]
    return [_report(read, item) for item in items if isinstance(item, Mapping)]


def _form(fields: Mapping[str, list[str]], body: bytes) -> dict[str, str]:
    posted = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50)
    return {name: values[0] for name, values in {**fields, **posted}.items()}


def _report(read: Reports, item: Any) -> tuple[Receipt, str]:
    word, number = _word(item, read.state), _word(item, read.number)
    mine = read.states.get(word)
    state = DeliveryState(mine) if mine else WORDS.get(word.upper(), DeliveryState.UNKNOWN)
    time = None
    if read.time:
        try:
            time = parse_time(_word(item, read.time))
        except ValueError:
            time = None
    raw = hide(f"{_word(item, read.id)} {word}")
    return Receipt(_word(item, read.id), state, time, raw), number


def _word(given: Any, path: str) -> str:
    """A value as text; "" for none, and for what is none of a message."""
    if not path:
        return ""
    try:
        value = jmespath.search(path, given)
    except jmespath.exceptions.JMESPathError:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
