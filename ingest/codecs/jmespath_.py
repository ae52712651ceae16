"""Any other JSON: what is where in it is said by JMESPath expressions (https://jmespath.org)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from ingest.codecs.json_payload import (
    Fault,
    check_size,
    iso_ms,
    load,
    number,
    settle,
    unix_ms,
    written,
)
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

_SCALES = {"s": 1000, "ms": 1}  # milliseconds of one; "iso" is the third time_format


class JMESPath:
    """Readings from any JSON, found by expressions.

        codec: jmespath
        each: "data[]"                  # optional: the list of items; without it the message is one
        device: "sender"                # optional: else the topic tells
        time: "timestamp"               # optional: else arrival is taken
        time_format: s                  # iso (default), s or ms since 1970
        values: {rain: "payload.rainfall_1h"}     # element: where its value is
        unit: {rain: mm}                # optional, by element

    Expressions are applied to one item; `device` and `time`, where the item has none, to the
    whole message. An element whose value is not there is not in this message; one that is no
    number (a numeric text and true or false are) is rejected alone.

    ValueError when an expression or an option is wrong.

    >>> from unittest.mock import Mock
    >>> sink = Mock()
    >>> codec = JMESPath(values={"level": "result"}, unit={"level": "m"})
    >>> codec.decode(b'{"result": 12.345}', "", sink)
    >>> sink.reading.call_args.args
    ('', 'level', None, 12.345, 'm')
    """

    def __init__(
        self,
        values: Mapping[str, str],
        *,
        each: str | None = None,
        device: str | None = None,
        time: str | None = None,
        time_format: str = "iso",
        unit: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(values, Mapping) or not values:
            raise ValueError("values: name at least one element and its expression")
        if time_format != "iso" and time_format not in _SCALES:
            raise ValueError(f"time_format: {time_format!r} is none of iso, s, ms")
        self._values = {key: _Expression(f"values.{key}", text) for key, text in values.items()}
        self._each = None if each is None else _Expression("each", each)
        self._device = None if device is None else _Expression("device", device)
        self._time = None if time is None else _Expression("time", time)
        self._scale = _SCALES.get(time_format)
        self._unit = dict(unit or {})
        if stray := self._unit.keys() - self._values.keys():
            raise ValueError(f"unit: {', '.join(sorted(stray))} is not among the values")

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:  # noqa: D102 - see Codec
        check_size(payload)
        message = load(payload)
        faults: list[Fault] = []
        read = 0
        for item in self._items(message):
            try:
                read += self._item(item, message, sink, faults)
            except BadMessage as bad:
                faults.append((bad.code, bad.detail, written(item)))
        settle(read, faults, sink)

    def _items(self, message: Any) -> list[Any]:
        if self._each is None:
            return [message]
        items = self._each.find(message)
        if isinstance(items, list):
            return items
        return [] if items is None else [items]

    def _item(self, item: Any, message: Any, sink: Sink, faults: list[Fault]) -> int:
        """How many readings one item held."""
        device = _name(self._device.find(item, message)) if self._device else ""
        time = self._ms(self._time.find(item, message)) if self._time else None
        read = 0
        for element, expression in self._values.items():
            found = None
            try:
                found = expression.find(item)
                if found is not None:
                    value = number(found)
                    sink.reading(device, element, time, value, self._unit.get(element, ""))
                    read += 1
            except BadMessage as bad:
                faults.append((bad.code, f"{element}: {bad.detail}", written({element: found})))
        return read

    def _ms(self, time: Any) -> int:
        if self._scale is None:
            return iso_ms(time)
        try:
            count = number(time, math.inf)
        except BadMessage:
            count = math.nan
        if math.isnan(count):
            raise BadMessage("time", "no number where the time should be")
        return unix_ms(count, self._scale)


class _Expression:
    """One compiled expression."""

    def __init__(self, name: str, text: object) -> None:
        if not isinstance(text, str):
            raise ValueError(f"{name}: {text!r} is not a text with a JMESPath expression")
        try:
            self._compiled = jmespath.compile(text)
        except JMESPathError as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"{name}: {text!r} is not a JMESPath expression: {reason}") from None
        self._name = name

    def find(self, *places: Any) -> Any:
        """What it finds in the first place that has it, or None."""
        try:
            for place in places:
                if (found := self._compiled.search(place)) is not None:
                    return found
        except Exception as error:  # a site's expression on a stranger's data: anything can happen
            raise BadMessage("expression", f"{self._name}: {type(error).__name__}") from None
        return None


def _name(found: Any) -> str:
    if isinstance(found, str) and found:
        return found
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
        return str(found)
    raise BadMessage("device", "no name where the device should be")
