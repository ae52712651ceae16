"""One connection to an MQTT broker, for the channels that need one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dissemination.channels.kind import Surroundings
from tongluo.core.errors import TemporaryFailure, UnknownOutcome

Hear = Callable[[str, bytes], None]


class Link:
    """Connected at the first use; what it hears comes on the library's own thread."""

    def __init__(
        self, url: str, timeout: float, around: Surroundings,
        topics: Sequence[str] = (), hear: Hear | None = None,
    ) -> None:  # fmt: skip
        self._url, self._timeout = urlsplit(url or around.broker), timeout
        self._topics, self._hear = topics, hear
        self._ready = threading.Event()
        # with a name of its own, the broker keeps replies for it while it is away
        lasting = bool(topics and around.name)
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, _client_id(around) if lasting else "",
            clean_session=not lasting,
        )  # fmt: skip
        if around.username:
            self._client.username_pw_set(around.username, around.password)
        if self._url.scheme == "mqtts":
            files = (around.ca_file, around.cert_file, around.key_file)
            ca, cert, key = (None if file is None else str(file) for file in files)
            self._client.tls_set(ca_certs=ca, certfile=cert, keyfile=key)
        self._client.connect_timeout = timeout
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _c, _u, m: (
            self._hear and self._hear(m.topic, bytes(m.payload))
        )
        self._started = False

    def _on_connect(self, client: Any, *_: Any) -> None:
        if self._topics:
            client.subscribe([(topic, 1) for topic in self._topics])

    def connect(self) -> None:
        """Connect and subscribe, unless done; TemporaryFailure when it cannot be."""
        if not self._started:
            default = 8883 if self._url.scheme == "mqtts" else 1883
            try:
                self._client.connect(self._url.hostname or "127.0.0.1", self._url.port or default)
            except OSError as error:
                raise TemporaryFailure(
                    f"broker {self._url.netloc} cannot be reached: {error}"
                ) from error
            self._client.loop_start()
            self._started = True
        if self._topics and not self._ready.wait(self._timeout):
            raise TemporaryFailure(f"broker {self._url.netloc} does not let this site hear replies")

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the broker's word; UnknownOutcome without it."""
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        try:
            info.wait_for_publish(self._timeout)
        except (RuntimeError, ValueError) as error:
            raise TemporaryFailure(f"not published: {error}") from error
        if not info.is_published():
            raise UnknownOutcome(f"no acknowledgement in {self._timeout:g} s")

    def close(self) -> None:
        """Disconnect."""
        if self._started:
            self._client.disconnect()
            self._client.loop_stop()


def _client_id(around: Surroundings) -> str:
    """The same for the same channel of the same installation."""
    folder = hashlib.sha256(str(around.folder.resolve()).encode()).hexdigest()[:12]
    return f"tongluo-{folder}-{around.name}"
