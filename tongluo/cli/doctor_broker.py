"""Doctor's questions to the MQTT broker: reachable, who may come in, what it limits."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTProtocolVersion

from tongluo.cli.findings import Finding, fail, ok, warn
from tongluo.cli.probe import Probe
from tongluo.config.models import Broker
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.times import say_duration

DROPPED = "$SYS/broker/publish/messages/dropped"
VERSION = "$SYS/broker/version"
PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
SYS_WAIT = 1.0
"""Seconds for retained $SYS values; a broker that shows them sends them at once."""


@dataclass(frozen=True)
class Look:
    """What a first connection showed."""

    url: str
    protocol: str = ""
    """`5`, `3.1.1`, or empty when there was no connection."""
    unreachable: str = ""
    refused: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Of the broker's CONNACK (MQTT 5)."""
    told: Mapping[str, str] = field(default_factory=dict)
    """$SYS topic -> value; empty where the broker shows none."""
    anonymous: bool = False
    """Whether it also lets someone in who gives no name."""

    @property
    def version(self) -> MQTTProtocolVersion:
        """paho's number of the protocol."""
        return PROTOCOLS[self.protocol]


def look(broker: Broker) -> Look:
    """Connect as the daemon does, MQTT 5 first, and see; LookupError when a secret is missing."""
    tries = PROTOCOLS
    if broker.protocol != "auto":
        tries = {broker.protocol: tries[broker.protocol]}
    refused = unreachable = ""
    for name, version in tries.items():
        try:
            with Probe(broker, version, expiry=0) as probe:
                told = _sys(probe)
                return Look(broker.url, name, properties=probe.properties, told=told,
                            anonymous=_lets_anyone_in(broker, version))  # fmt: skip
        except PermanentFailure as error:
            refused = refused or str(error)
        except TemporaryFailure as error:
            unreachable = str(error)
            break
    return Look(broker.url, refused=refused, unreachable="" if refused else unreachable)


def _sys(probe: Probe) -> dict[str, str]:
    """What the broker tells of itself, if it does and this user may read it."""
    told: dict[str, str] = {}
    complete = threading.Event()

    def hear(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        told[message.topic] = message.payload.decode("utf-8", "replace")
        if len(told) == len((DROPPED, VERSION)):
            complete.set()

    probe.client.on_message = hear
    if probe.subscribe(DROPPED, VERSION):
        complete.wait(SYS_WAIT)
    return dict(told)


def _lets_anyone_in(broker: Broker, version: MQTTProtocolVersion) -> bool:
    if broker.username is None and broker.cert_file is None:
        return True
    try:
        with Probe(broker, version, anonymous=True):
            return True
    except (PermanentFailure, TemporaryFailure):
        return False


def reachable(seen: Look) -> Finding:
    """Whether the daemon could connect."""
    if seen.unreachable:
        return fail("broker", "broker_unreachable", url=seen.url, reason=seen.unreachable)
    if seen.refused:
        return fail("broker", "broker_refused", url=seen.url, reason=seen.refused)
    made = seen.told.get(VERSION, "")
    return ok("broker", "broker_ok", url=seen.url, protocol=seen.protocol, version=made)


def entrance(seen: Look) -> Finding:
    """Whether anyone at all may send readings."""
    return warn("entrance", "anyone") if seen.anonymous else ok("entrance", "only_known")


def limits(seen: Look, broker: Broker) -> Finding:
    """What the broker says of its own limits; the queue itself is measured by `--deep` only."""
    if seen.protocol == "3.1.1":
        return warn("limits", "old_protocol")
    granted = seen.properties.get("SessionExpiryInterval")
    if granted is not None and granted * 1000 < broker.session_expiry:
        said = say_duration(granted * 1000)
        return warn("limits", "short_session", granted=said,
                    wanted=say_duration(broker.session_expiry))  # fmt: skip
    dropped = seen.told.get(DROPPED, "0")
    if dropped.isdigit() and int(dropped):
        return warn("limits", "has_dropped", count=int(dropped))
    packet = seen.properties.get("MaximumPacketSize", "—")
    receive = seen.properties.get("ReceiveMaximum", 65535)
    return ok("limits", "limits_ok", packet=packet, receive=receive)
