"""Warnings as retained MQTT messages: `tongluo/warnings/<area>` and `.../<area>/<hazard>`.

The first holds the newest version of any hazard in the area, the second that of one hazard: who
wants to know all that is in force on connecting subscribes to `<area>/+`. Accepted = the broker's
own word (PUBACK, QoS 1); without it the outcome is unknown, and the same version is published
again: it replaces itself.
"""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dissemination import cap
from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings
from dissemination.channels.recording import record
from tongluo.core.errors import TemporaryFailure, UnknownOutcome
from tongluo.core.ports import Delivery, Handed
from tongluo.core.words import DeliveryState


class Options(_Options):
    """Options of an MQTT channel."""

    url: str = ""
    """Default: the site's own broker."""
    prefix: str = "tongluo/warnings"
    timeout: float = 5.0
    """Seconds to wait for the broker's acknowledgement."""


class Mqtt:
    """Publishes retained messages at QoS 1."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._options = options
        self._url = urlsplit(options.url or surroundings.broker)
        self._client = paho.Client(CallbackAPIVersion.VERSION2, clean_session=True)
        if surroundings.username:
            self._client.username_pw_set(surroundings.username, surroundings.password)
        if self._url.scheme == "mqtts":
            files = (surroundings.ca_file, surroundings.cert_file, surroundings.key_file)
            ca, cert, key = (None if file is None else str(file) for file in files)
            self._client.tls_set(ca_certs=ca, certfile=cert, keyfile=key)
        self._client.connect_timeout = options.timeout
        self._started = False

    def _connected(self) -> None:
        if self._started:
            return
        default = 8883 if self._url.scheme == "mqtts" else 1883
        try:
            self._client.connect(self._url.hostname or "127.0.0.1", self._url.port or default)
        except OSError as error:
            raise TemporaryFailure(
                f"broker {self._url.netloc} cannot be reached: {error}"
            ) from error
        self._client.loop_start()
        self._started = True

    def send(self, delivery: Delivery) -> Handed:
        """Publish to both topics and wait for the broker's word on each."""
        self._connected()
        area = f"{self._options.prefix}/{delivery.warning.area.id}"
        payload = message(delivery)
        for topic in (area, f"{area}/{delivery.warning.hazard.value}"):
            info = self._client.publish(topic, payload, qos=1, retain=True)
            try:
                info.wait_for_publish(self._options.timeout)
            except (RuntimeError, ValueError) as error:
                raise TemporaryFailure(f"not published: {error}") from error
            if not info.is_published():
                raise UnknownOutcome(f"no acknowledgement in {self._options.timeout:g} s")
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        """Disconnect."""
        if self._started:
            self._client.disconnect()
            self._client.loop_stop()


def message(delivery: Delivery) -> bytes:
    """The payload: what a recording holds, the texts, and the CAP message in base64."""
    reason = delivery.warning.reason
    body = {
        **record(delivery),
        "en": reason.get("en", ""),
        "zh": reason.get("zh", ""),
        "cap": base64.b64encode(cap.render(delivery.warning)).decode(),
    }
    return msgspec.json.encode(body)
