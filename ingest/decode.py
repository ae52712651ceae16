"""Messages to columns: topic to source, codec, sensor and unit; whatever cannot be read is kept.

One `Decoder` lives as long as a plan. Between messages it holds nothing but the unfinished ends
of streams (`fragments`), which the driver commits with the batch.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tongluo.core.columns import Columns
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Codec
from tongluo.core.units import conversion

FRAGMENT_LIMIT = 8192
REFUSED_VALUE = 1e12
MOST_REJECTS = 100
"""Of one message; then the whole of it is kept once more, and that is all."""
ONCE = ("station", "speaks_for_another", "unit")
"""Said once a message, not once for each of its readings."""


@dataclass(frozen=True)
class Route:
    """A source: the topic filter with its {station} and {quantity}, and the codec behind it."""

    topic: str
    codec: Codec
    name: str


@dataclass(frozen=True)
class Target:
    """A sensor as the decoder knows it."""

    row: int
    station: str
    quantity: str
    unit: str
    factor: float
    offset: float


@dataclass(frozen=True)
class Message:
    """One message as it came: plain values, never objects of the client library."""

    topic: str
    payload: bytes
    arrival: int
    """ms; 0 in stream time."""


@dataclass(frozen=True)
class Reject:
    """What could not be read, kept raw with its reason."""

    topic: str
    code: str
    detail: str
    raw: bytes
    arrival: int


@dataclass(frozen=True)
class Said:
    """A Report: what a person or a camera says."""

    device: str
    kind: str
    time: int | None
    content: Mapping[str, Any]
    topic: str
    arrival: int


@dataclass(frozen=True)
class Heard:
    """A Notice: another agency's message, unparsed."""

    xml: bytes
    topic: str
    arrival: int


@dataclass
class Decoded:
    """What a batch of messages said."""

    columns: Columns
    rejects: list[Reject] = field(default_factory=list)
    reports: list[Said] = field(default_factory=list)
    notices: list[Heard] = field(default_factory=list)
    fragments: dict[str, bytes] = field(default_factory=dict)
    """Topics whose held-back end changed: topic -> rest (empty = none any more)."""
    undated: list[tuple[str, bytes]] = field(default_factory=list)
    """(topic, digest) of messages with a reading that was dated by its arrival."""


class Decoder:
    """Decodes batches under one plan. It is its own codecs' sink."""

    def __init__(
        self,
        routes: Iterable[Route],
        targets: Mapping[tuple[str, str], Target],
        stations: Mapping[str, str],
        fragments: Mapping[str, bytes] | None = None,
    ) -> None:
        """targets: (station, element) -> sensor; stations: station id or device -> station id."""
        self._routes = [(route, route.topic.split("/")) for route in routes]
        self._targets, self._stations = targets, stations
        self._fragments = dict(fragments or {})
        self._topics: dict[str, tuple[Route | None, str, str]] = {}
        self._known: dict[tuple[str, str, str, str], Target | None] = {}
        self._seen_undeclared: set[tuple[str, str]] = set()
        self._clear()

    def decode(self, messages: Iterable[tuple[str, bytes, int]]) -> Decoded:
        """Columns of (topic, payload, arrival) in order, and everything that is not a reading."""
        self._clear()
        for topic, payload, arrival in messages:
            self._one(topic, payload, arrival)
        lists = (self._sensor, self._t, self._value, self._flag, self._arrival, self._issued)
        out = Decoded(Columns.of(*lists), self._rejects, self._reports, self._notices,
                      self._changed, self._undated)  # fmt: skip
        self._clear()
        return out

    def _clear(self) -> None:
        self._sensor: list[int] = []
        self._t: list[int] = []
        self._value: list[float] = []
        self._flag: list[int] = []
        self._arrival: list[int] = []
        self._issued: list[int] = []
        self._rejects: list[Reject] = []
        self._reports: list[Said] = []
        self._notices: list[Heard] = []
        self._changed: dict[str, bytes] = {}
        self._undated: list[tuple[str, bytes]] = []
        self._keep = b""
        self._told: set[tuple[str, str]] = set()
        self._first_reject = 0

    # one message

    def _one(self, topic: str, payload: bytes, arrival: int) -> None:
        found = self._topics.get(topic) or self._route(topic)
        route, self._station, self._quantity = found
        self._topic, self._payload, self._now = topic, payload, arrival
        self._told, self._first_reject = set(), len(self._rejects)
        if route is None:
            self.reject("topic", "no source of the configuration fits this topic")
            return
        mark = len(self._t), len(self._rejects), len(self._reports), len(self._notices)
        self._dated, self._undeclared = True, ""
        self.kept = self._fragments.get(topic, b"") if self._fragments else b""
        self._keep = b""
        try:
            route.codec.decode(payload, topic, self)
        except BadMessage as error:
            self._undo(*mark)
            self.reject(error.code, error.detail)
        except Exception as error:  # law 5: a codec's own fault stops nothing else
            self._undo(*mark)
            self.reject("codec_fault", f"{route.name}: {error!r}")
        if self.kept or self._keep:
            self._fragments[topic] = self._changed[topic] = self._keep
            if not self._keep:
                del self._fragments[topic]
        if not self._dated:
            self._undated.append((topic, hashlib.sha256(payload).digest()[:16]))
        if self._undeclared:
            self._note_undeclared(mark)

    def _undo(self, readings: int, rejects: int, reports: int, notices: int) -> None:
        for column in (self._sensor, self._t, self._value, self._flag, self._arrival, self._issued):
            del column[readings:]
        del self._rejects[rejects:], self._reports[reports:], self._notices[notices:]

    def _note_undeclared(self, mark: tuple[int, int, int, int]) -> None:
        """Elements nobody declared: kept when nothing else of the message was, or at first."""
        nothing_else = mark == (
            len(self._t), len(self._rejects), len(self._reports), len(self._notices)
        )  # fmt: skip
        first = (self._station, self._undeclared) not in self._seen_undeclared
        if nothing_else or first:
            self._seen_undeclared.add((self._station, self._undeclared))
            self.reject("undeclared", f"no sensor takes {self._undeclared}")

    def _route(self, topic: str) -> tuple[Route | None, str, str]:
        """Source, station and quantity that a topic tells; kept for the next message."""
        parts = topic.split("/")
        found: tuple[Route | None, str, str] = (None, "", "")
        for route, levels in self._routes:
            words = match(levels, parts)
            if words is not None:
                found = (route, words.get("{station}", ""), words.get("{quantity}", ""))
                break
        if len(self._topics) < 1_000_000:
            self._topics[topic] = found
        return found

    # the sink of codecs

    kept = b""

    def reading(
        self,
        device: str,
        element: str,
        time: int | None,
        value: float,
        unit: str = "",
        flag: int = 1,
        issued: int = 0,
        sent: int = 0,
    ) -> None:
        """See `tongluo.core.ports.Sink`."""
        target = self._meant(device, element, unit)
        if target is None:
            return
        if time is None:
            time, self._dated = self._now or sent, False
            if not time:
                self.reject("undated", "a stream clock cannot date a reading without a time")
                return
        if target.factor != 1.0 or target.offset != 0.0:
            value = round(value * target.factor + target.offset, 9)
        if not -REFUSED_VALUE < value < REFUSED_VALUE and not math.isnan(value):
            self.reject("value", f"{target.station}/{element}: {value!r} cannot be measured")
            return
        self._sensor.append(target.row)
        self._t.append(time)
        self._value.append(value)
        self._flag.append(flag)
        self._arrival.append(sent if self._now == 0 else self._now)
        self._issued.append(issued)

    def series(
        self, device: str, element: str, times: list[int], values: list[float], unit: str = ""
    ) -> None:
        """See `tongluo.core.ports.Sink`."""
        target = self._meant(device, element, unit)
        if target is None:
            return
        if target.factor != 1.0 or target.offset != 0.0:
            for time, value in zip(times, values, strict=True):
                self.reading(device, element, time, value, unit)
            return
        n = len(times)
        self._sensor += [target.row] * n
        self._t += times
        self._value += values
        self._flag += [1] * n
        self._arrival += [self._now] * n
        self._issued += [0] * n

    def _meant(self, device: str, element: str, unit: str) -> Target | None:
        """The sensor, remembered; None after saying why there is none."""
        key = (device, element, unit, self._topic)
        target = self._known.get(key)
        if target is None:
            target = self._target(device, element, unit)
            if target is not None:
                self._known[key] = target
        return target

    def _target(self, device: str, element: str, unit: str) -> Target | None:
        """The sensor that is meant, or None after saying why there is none."""
        station = self._stations.get(device or self._station)
        if station is None:
            self.reject("station", f"no station is declared for {device or self._station!r}")
            return None
        if device and self._station and self._stations.get(self._station) != station:
            self.reject("speaks_for_another", f"{device!r} on the topic of {self._station!r}")
            return None
        target = self._targets.get((station, element or self._quantity))
        if target is None:
            self._undeclared = f"{station}/{element or self._quantity}"
            return None
        if unit in ("", target.unit):
            return target
        return self._converted(target, unit)

    def _converted(self, target: Target, unit: str) -> Target | None:
        try:
            factor, offset = conversion(target.quantity, unit)
        except ValueError as error:
            self.reject("unit", f"{target.station}: {error}")
            return None
        return Target(target.row, target.station, target.quantity, unit, factor, offset)

    def report(self, device: str, kind: str, time: int | None, **content: Any) -> None:
        """See `tongluo.core.ports.Sink`."""
        station = self._stations.get(device or self._station, device or self._station)
        said = Said(station, kind, time, content, self._topic, self._now)
        self._reports.append(said)

    def notice(self, xml: bytes) -> None:
        """See `tongluo.core.ports.Sink`."""
        self._notices.append(Heard(xml, self._topic, self._now))

    def reject(self, code: str, detail: str = "", raw: bytes | None = None) -> None:
        """See `tongluo.core.ports.Sink`."""
        if code in ONCE and raw is None:
            if (code, detail) in self._told:
                return
            self._told.add((code, detail))
        if len(self._rejects) - self._first_reject >= MOST_REJECTS:
            if len(self._rejects) - self._first_reject > MOST_REJECTS:
                return
            code, detail, raw = "more", "further faults are in the whole message", None
        raw = self._payload if raw is None else raw
        self._rejects.append(Reject(self._topic, code, detail[:500], raw, self._now))

    def keep(self, rest: bytes) -> None:
        """See `tongluo.core.ports.Sink`."""
        if len(rest) > FRAGMENT_LIMIT * 2:
            self.reject("too_long", "an unfinished end longer than can be held back", rest)
        else:
            self._keep = rest


def match(levels: list[str], parts: list[str]) -> dict[str, str] | None:
    """What the named levels of a filter stand for in a topic; None when it does not fit.

    >>> match(["ews", "{station}", "{quantity}"], ["ews", "R01", "rain"])
    {'{station}': 'R01', '{quantity}': 'rain'}
    >>> match(["a", "#"], ["a", "b", "c"]), match(["a", "+"], ["a"])
    ({}, None)
    """
    words: dict[str, str] = {}
    for n, level in enumerate(levels):
        if level == "#":
            return words
        if n >= len(parts):
            return None
        if level in ("{station}", "{quantity}"):
            words[level] = parts[n]
        elif level not in ("+", parts[n]):
            return None
    return words if len(parts) == len(levels) else None
