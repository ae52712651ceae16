"""A client of its own at the broker, for questions about the broker; never the daemon's session."""

from __future__ import annotations

import secrets
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tongluo.config.models import Broker
from tongluo.core.errors import PermanentFailure, TemporaryFailure

ANSWER = 5.0
"""Seconds a broker has for an answer."""


class Probe:
    """One connection; as a context it ends with it. Raises TemporaryFailure when the broker cannot
    be reached, PermanentFailure when it refuses."""

    def __init__(
        self,
        broker: Broker,
        version: MQTTProtocolVersion,
        name: str = "",
        *,
        fresh: bool = True,
        expiry: int = 0,
        anonymous: bool = False,
    ) -> None:
        """fresh: begin a new session; expiry: keep it so many seconds after (0 = end it)."""
        self.properties: dict[str, Any] = {}
        self._answered, self._subscribed = threading.Event(), threading.Event()
        self._reason: Any = None
        self._not_taken = ""
        self._granted: list[Any] = []
        self._keep = expiry > 0
        self._modern = version == paho.MQTTv5
        self.client = self._client(broker, version, name, fresh, anonymous)
        self._connect(broker, fresh, expiry)

    def _client(
        self, broker: Broker, version: MQTTProtocolVersion, name: str, fresh: bool, anonymous: bool
    ) -> paho.Client:
        clean: dict[str, Any] = {} if self._modern else {"clean_session": fresh and not self._keep}
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=name or f"tongluo-doctor-{secrets.token_hex(4)}",
            protocol=version,
            reconnect_on_failure=False,
            **clean,
        )
        client.connect_timeout = ANSWER
        client.max_queued_messages_set(0)
        if broker.username is not None and not anonymous:
            client.username_pw_set(
                broker.username, broker.password.reveal() if broker.password else None
            )
        if urlsplit(broker.url).scheme == "mqtts":
            cert, key = (None, None) if anonymous else (broker.cert_file, broker.key_file)
            client.tls_set(_text(broker.ca_file), _text(cert), _text(key))
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_disconnect, client.on_publish = self._on_disconnect, self._on_publish
        return client

    def _connect(self, broker: Broker, fresh: bool, expiry: int) -> None:
        url = urlsplit(broker.url)
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        extra: dict[str, Any] = {}
        if self._modern:
            said: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho ships no type here
            said.SessionExpiryInterval = expiry
            extra = {"clean_start": fresh, "properties": said}
        try:
            self.client.connect(url.hostname or "", port, 30, **extra)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise TemporaryFailure(str(error)) from None
        self.client.loop_start()
        if not self._answered.wait(ANSWER):
            self.close()
            raise TemporaryFailure(f"no answer in {ANSWER:g} s")
        if self._reason is not None and self._reason.is_failure:
            self.close()
            raise PermanentFailure(str(self._reason))

    def _on_connect(self, *args: Any) -> None:
        self._reason, told = args[3], args[4]
        self.properties = told.json() if told is not None else {}
        self._answered.set()

    def _on_disconnect(self, *args: Any) -> None:
        if not self._answered.is_set():
            self._reason = args[3]
            self._answered.set()

    def _on_subscribe(self, *args: Any) -> None:
        self._granted = args[3]
        self._subscribed.set()

    def _on_publish(self, *args: Any) -> None:
        if args[3].is_failure:  # MQTT 5 only: 3.1.1 has no word for it
            self._not_taken = str(args[3])

    def subscribe(self, *filters: str) -> bool:
        """Subscribe at QoS 1; whether the broker granted all of it."""
        self._subscribed.clear()
        self.client.subscribe([(f, 1) for f in filters])
        granted = self._subscribed.wait(ANSWER)
        return granted and not any(code.is_failure for code in self._granted)

    def publish(self, topic: str, *payloads: bytes) -> None:
        """Publish at QoS 1 and wait for the broker's word on each."""
        for info in [self.client.publish(topic, payload, qos=1) for payload in payloads]:
            try:
                info.wait_for_publish(ANSWER)
            except (RuntimeError, ValueError) as error:
                raise TemporaryFailure(str(error)) from None
            if not info.is_published():
                raise TemporaryFailure(f"no acknowledgement in {ANSWER:g} s")
        if self._not_taken:
            raise PermanentFailure(f"{topic}: {self._not_taken}")

    def close(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
