"""ChirpStack v4: LoRaWAN devices behind a network server."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from ingest.codecs.json_payload import (
    Fault,
    check_size,
    flat,
    is_numeric,
    iso_ms,
    load_object,
    number,
    settle,
    written,
)
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

_EVENT = re.compile(r"/event/([^/]+)$")


class ChirpStack:
    """The `up` event of ChirpStack v4 in JSON, `application/ID/device/DEVEUI/event/up`.

    Every number in the decoded `object` is a reading; its element is the path with dots
    ("probe.0.temperature"). A truth value is 0 or 1, a numeric text counts as a number, null is
    missing; other texts are passed over. The time is the one of the event. No unit is known.

    `device` chooses what names the device: "devEui" (default), "deviceName" or "tag:NAME".

    Refused: an event without `object`, which needs a payload codec in ChirpStack, and all other
    events (join, status, ack, ...), which hold no readings: subscribe to `.../event/up` only.

    >>> from unittest.mock import Mock
    >>> sink = Mock()
    >>> event = b'{"time": "2026-07-01T00:00:00Z", "deviceInfo": {"devEui": "01"}, '
    >>> ChirpStack().decode(event + b'"object": {"tips": 2}}', "", sink)
    >>> sink.reading.call_args.args
    ('01', 'tips', 1782864000000, 2.0, '', 1)
    """

    def __init__(self, device: str = "devEui") -> None:
        self._device = _device_of(device)

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:  # noqa: D102 - see Codec
        check_size(payload)
        event = _EVENT.search(topic)
        if event and event[1] != "up":
            raise BadMessage("not_an_uplink", event[1])
        fields = load_object(payload)
        if fields.get("object") is None:
            raise BadMessage("no_object", "add a payload codec in ChirpStack")
        device = self._device(fields.get("deviceInfo"))
        time = iso_ms(fields["time"]) if "time" in fields else None
        _readings(device, time, fields["object"], sink)


def _readings(device: str, time: int | None, content: object, sink: Sink) -> None:
    if not isinstance(content, dict):
        raise BadMessage("shape", "`object` is not an object")
    faults: list[Fault] = []
    read = 0
    for element, leaf in flat(content, ""):
        if isinstance(leaf, str) and not is_numeric(leaf):
            continue
        try:
            value = number(leaf)
        except BadMessage as bad:
            faults.append((bad.code, f"{element}: {bad.detail}", written({element: leaf})))
            continue
        sink.reading(device, element, time, value, "", 9 if math.isnan(value) else 1)
        read += 1
    settle(read, faults, sink)


def _device_of(option: str) -> Callable[[Any], str]:
    """A function from `deviceInfo` to the device's name."""
    tagged, _, tag = str(option).partition(":")
    if not (option in {"devEui", "deviceName"} or (tagged == "tag" and tag)):
        raise ValueError(f'device: {option!r} is none of "devEui", "deviceName", "tag:NAME"')

    def device(info: Any) -> str:
        holder = info.get("tags") if tag and isinstance(info, dict) else info
        name = holder.get(tag or option) if isinstance(holder, dict) else None
        if not isinstance(name, str) or not name:
            raise BadMessage("device", f"no {option} in deviceInfo")
        return name

    return device
