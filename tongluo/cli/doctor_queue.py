"""Measured: how many messages the broker keeps for a client that is away.

A client of our own subscribes and leaves, another publishes; the first returns and counts. All
under `tongluo/doctor/<random>`; the session is ended afterwards.
"""

from __future__ import annotations

import secrets
import threading
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTProtocolVersion

from tongluo.cli.findings import Finding, ok, warn
from tongluo.cli.probe import Probe
from tongluo.config.models import Broker
from tongluo.core.errors import PermanentFailure, TemporaryFailure

SENT = 1500
AGAIN = 0.2
"""Seconds between the marks that follow the messages: the first to arrive ends the counting."""
PATIENCE = 3.0
"""Seconds without a message after which no more is expected."""
SESSION = 120
"""Seconds; a session that this leaves behind against its will is gone after it (MQTT 5)."""
END = b"end"


def queue(broker: Broker, version: MQTTProtocolVersion) -> Finding:
    """The finding."""
    try:
        kept = measure(broker, version)
    except (PermanentFailure, TemporaryFailure) as error:
        return warn("queue", "queue_unknown", reason=error)
    if kept < SENT:
        return warn("queue", "queue_short", kept=kept, sent=SENT)
    return ok("queue", "queue_ok", sent=SENT)


def measure(broker: Broker, version: MQTTProtocolVersion) -> int:
    """How many of SENT messages were kept; PermanentFailure when this user may not try."""
    mark = secrets.token_hex(6)
    name, topic = f"tongluo-doctor-{mark}", f"tongluo/doctor/{mark}"
    with Probe(broker, version, name, expiry=SESSION) as away:
        if not away.subscribe(topic):
            raise PermanentFailure(f"this user may not subscribe to {topic}")
    try:
        with Probe(broker, version) as publisher:
            publisher.publish(topic, *(b"%d" % n for n in range(SENT)))
            return _count(broker, version, name, publisher, topic)
    finally:
        with Probe(broker, version, name):  # a fresh session without expiry ends the old one
            pass


def _count(
    broker: Broker, version: MQTTProtocolVersion, name: str, publisher: Probe, topic: str
) -> int:
    """Return as the absent client and count what waits, until a mark sent now comes after it."""
    found: set[bytes] = set()
    over = threading.Event()

    def hear(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        if message.payload == END:
            over.set()
        else:
            found.add(bytes(message.payload))

    with _Returned(broker, version, name, hear):
        quiet, before = 0.0, 0
        while quiet < PATIENCE and not over.is_set():
            publisher.publish(topic, END)
            over.wait(AGAIN)
            quiet = quiet + AGAIN if len(found) == before else 0.0
            before = len(found)
    if not over.is_set():
        raise PermanentFailure(f"nothing came on {topic}: may this user publish there?")
    return len(found)


class _Returned(Probe):
    """The absent client again, listening before what waits for it arrives."""

    def __init__(self, broker: Broker, version: MQTTProtocolVersion, name: str, hear: Any) -> None:
        self._hear = hear
        super().__init__(broker, version, name, fresh=False, expiry=SESSION)

    def _client(self, *args: Any) -> paho.Client:
        client = super()._client(*args)
        client.on_message = self._hear
        return client
