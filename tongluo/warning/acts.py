"""What an operator may order, and the fields of each order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tongluo.core.times import parse_duration, parse_time
from tongluo.core.words import Level
from tongluo.warning.refusals import Refused

LARGEST = 1 << 63


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """Base of all: every field is checked before anything is done."""


class Approve(Order):
    """Proposals or groups, each as `ID` or `ID@VERSION`."""

    ids: list[str]


class Reject(Order):
    """The same, with a reason."""

    ids: list[str]
    why: str


class Issue(Order):
    """A warning by hand."""

    area: str
    hazard: str
    level: str
    why: str


class Update(Order):
    """Another text or level of a warning in force."""

    why: str
    event: str = ""
    identifier: str = ""
    text: str = ""
    level: str = ""


class Cancel(Order):
    """The all-clear of a warning in force."""

    event: str
    why: str


class Retract(Order):
    """A false alarm is taken back, in force or ended."""

    event: str
    why: str


class Exercise(Order):
    """An exercise in some areas, for so long; a channel test names the channels that it tests."""

    areas: list[str]
    hazard: str
    level: str
    kind: Literal["tabletop", "drill", "test"]
    minutes: float
    why: str
    channels: list[str] = []


class Mute(Order):
    """A channel, or one endpoint (`CHANNEL:TARGET`), is silent for low levels until then."""

    until: str
    why: str
    channel: str = ""
    endpoint: str = ""


class Answer(Order):
    """A called person answers."""

    call: str


class Report(Order):
    """What somebody in an area saw there, how many people were told, or what was broadcast."""

    area: str
    text: str = ""
    told: int | None = None
    """People told; left out: those out and those who refuse."""
    of: int | None = None
    out: int | None = None
    refuse: int | None = None
    sure: bool = False
    """There really are more people than the configuration has there."""
    channel: str = ""
    """Television, radio, a screen: it was shown there."""
    at: str = ""
    """When it was shown; left out: now."""


ORDERS: dict[str, type[Order]] = {
    "approve": Approve,
    "reject": Reject,
    "issue": Issue,
    "update": Update,
    "cancel": Cancel,
    "retract": Retract,
    "exercise": Exercise,
    "mute": Mute,
    "answer": Answer,
    "report": Report,
}


def bounded(said: Any) -> bool:
    """Whether every number in it is finite and fits 64 bits: times and the journal hold no other.

    >>> bounded({"n": [1, 2.5]}), bounded({"n": [1 << 63]}), bounded(float("nan"))
    (True, False, False)
    """
    if isinstance(said, Mapping):
        return all(bounded(one) for one in said.values())
    if isinstance(said, (list, tuple)):
        return all(bounded(one) for one in said)
    return not isinstance(said, (int, float)) or abs(said) < LARGEST


def check(body: Mapping[str, Any]) -> None:
    """Refused when a number of an order is none that can be kept."""
    if not bounded(body):
        raise Refused("unreadable", detail="a number is too large")


def read(word: str, body: Mapping[str, Any]) -> Order:
    """The order of a command; Refused when there is none or a field is wrong."""
    if word not in ORDERS:
        raise Refused("unknown_command", word=word)
    check(body)
    try:
        order = msgspec.convert(dict(body), ORDERS[word])
    except msgspec.ValidationError as error:
        raise Refused("unreadable", detail=error) from None
    if not str(getattr(order, "why", "-")).strip():
        raise Refused("no_why")
    return order


def level_of(word: str) -> int:
    """The grade of a word; Refused when it is none.

    >>> level_of("red")
    4
    """
    try:
        level = Level.parse(word)
    except KeyError:
        raise Refused("no_level", level=word) from None
    if level < Level.BLUE:
        raise Refused("no_level", level=word)
    return int(level)


def moment(text: str, now: int) -> int:
    """A time with offset, or so long from now; 0 when it is neither.

    >>> moment("2 h", 0), moment("2026-07-01T08:00:00+08:00", 0), moment("soon", 0)
    (7200000, 1782864000000, 0)
    """
    try:
        return now + parse_duration(text)
    except (ValueError, OverflowError):
        pass
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        return 0
