"""Warnings as retained MQTT messages: `tongluo/warnings/<area>` and `.../<area>/<hazard>`.

The first holds the newest version of any hazard in the area, the second that of one hazard: who
wants to know all that is in force on connecting subscribes to `<area>/+`. Accepted = the broker's
own word (PUBACK, QoS 1); without it the outcome is unknown, and the same version is published
again: it replaces itself. An exercise goes out under a prefix of its own.
"""

from __future__ import annotations

import base64

import msgspec

from dissemination.channels.broker import Link
from dissemination.channels.kind import Endpoint, Surroundings, refuse_exercise
from dissemination.channels.recording import record
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import DeliveryState, Status


class Options(Endpoint):
    """Options of an MQTT channel."""

    url: str = ""
    """Default: the site's own broker."""
    prefix: str = "tongluo/warnings"
    exercises: str = "tongluo/exercises"
    """Prefix of exercises: a retained exercise must never stand in a warning's place."""
    timeout: float = 5.0
    """Seconds to wait for the broker's acknowledgement."""


class Mqtt:
    """Publishes retained messages at QoS 1."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._options = options
        self._link = Link(options.url, options.timeout, surroundings)
        self._cap = surroundings.cap

    def send(self, delivery: Delivery) -> Handed:
        """Publish to both topics and wait for the broker's word on each."""
        refuse_exercise(delivery.warning, self._options)
        self._link.connect()
        actual = delivery.warning.status is Status.ACTUAL
        prefix = self._options.prefix if actual else self._options.exercises
        area = f"{prefix}/{delivery.warning.area.id}"
        payload = message(delivery, self._cap(delivery.warning))
        for topic in (area, f"{area}/{delivery.warning.hazard.value}"):
            self._link.publish(topic, payload, retain=True)
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        """Disconnect."""
        self._link.close()


def message(delivery: Delivery, xml: bytes) -> bytes:
    """The payload: what a recording holds, the texts, and the CAP message in base64."""
    reason = delivery.warning.reason
    body = {
        **record(delivery),
        "en": reason.get("en", ""),
        "zh": reason.get("zh", ""),
        "cap": base64.b64encode(xml).decode(),
    }
    return msgspec.json.encode(body)
