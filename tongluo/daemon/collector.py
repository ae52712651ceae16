"""The collector: one MQTT connection with a persistent session, read by the main loop's thread.

Nothing is acknowledged here; memory is bounded by not reading the socket. MQTT 5 is tried first,
3.1.1 when the broker refuses it or hangs up on it.
"""

from __future__ import annotations

import random
import select
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tongluo.config.models import Broker
from tongluo.core.clock import monotonic
from tongluo.core.log import Log
from tongluo.daemon.client import LARGEST, Client, Incoming

READS = 4
"""Times the socket is read for one batch: at most a megabyte of packets, however many readings."""
CONNECT_TIMEOUT = 5.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
AWAY = "the broker is away"


@dataclass(frozen=True)
class Filters:
    """What this site listens to, and what its session may still hold from before."""

    wanted: tuple[str, ...]
    before: tuple[str, ...] = ()


class Collector:
    """Connects, reconnects with jitter, and hands over messages in order of arrival."""

    def __init__(self, broker: Broker, filters: Filters, log: Log) -> None:
        self.broker = self._broker = broker
        self._filters, self._log = filters, log
        self._url = urlsplit(broker.url)
        self._version = paho.MQTTv311 if broker.protocol == "3.1.1" else paho.MQTTv5
        self._client: Client | None = None
        self._connected = False
        self._refused = ""
        self._accepted = False
        """Whether a broker has taken this version of the protocol."""
        self._wait, self._next_try, self._patience = FIRST_WAIT, 0.0, 0.0
        self._session = 0
        self._pongs = 0
        self.subscribed = False

    @property
    def session(self) -> int:
        """Grows with every connection: packet ids of an earlier one mean nothing now."""
        return self._session

    @property
    def pongs(self) -> int:
        """Answers to pings, over all connections: it never goes back."""
        return self._pongs + (self._client.pongs if self._client else 0)

    # -- messages

    def read(self, most: int, timeout: float, also: Iterable[Any] = ()) -> list[Incoming]:
        """Messages that have come, at most about `most`; waits up to `timeout` s for the first.

        also: further sockets whose readiness ends the wait.
        """
        client = self._client
        if client is None or client.socket() is None:
            self._try_connecting(timeout, also)
            return []
        sock: Any = client.socket()
        writing = [sock] if client.want_write() else []
        if client.dry:
            ready, _, _ = select.select([sock, *also], writing, [], max(0.0, timeout))
        else:
            ready = [sock]
        if writing:
            client.loop_write()
        if sock in ready:
            self._read_dry(client, most)
        self._look_after(client)
        taken, client.inbox = client.inbox, []
        return taken

    def _read_dry(self, client: Client, most: int) -> None:
        for _ in range(READS):
            if len(client.inbox) >= most or client.socket() is None:
                return
            client.loop_read()
            if client.dry:
                return

    def _look_after(self, client: Client) -> None:
        """Keep alive, and give up on a broker that takes the connection and says nothing."""
        if client.socket() is not None:
            client.loop_misc()
        if client.socket() is not None and not self._connected and monotonic() > self._patience:
            client.hang_up()

    def acknowledge(self, ids: list[int], session: int) -> None:
        """Acknowledge in this order; dropped when they belong to an earlier connection."""
        if self._client is not None and session == self._session and self._connected:
            self._client.acknowledge(ids)

    def flushed(self) -> bool:
        """Whether everything said has been written to the socket."""
        return self._client is None or not self._client.want_write()

    def flush(self) -> None:
        """Write what the socket takes."""
        if self._client is not None and self._client.want_write():
            self._client.loop_write()

    def ping(self) -> None:
        """Ask the broker for a sign of life."""
        if self._client is not None and self._connected:
            self._client.ping()

    # -- connection

    def _try_connecting(self, timeout: float, also: Iterable[Any]) -> None:
        wait = self._next_try - monotonic()
        if wait > 0:
            select.select(list(also), [], [], max(0.0, min(timeout, wait)))
            return
        self._pongs, self._client = self.pongs, None
        self._session += 1
        try:
            self._client = self._new_client()
            self._connect(self._client)
        except ssl.SSLError as error:
            self._put_off(f"no TLS with {self._url.netloc}: {error}")
        except (OSError, ValueError, LookupError) as error:  # LookupError: the secret is not there
            self._put_off(AWAY, f"{self._url.netloc} cannot be reached: {error}")
        self._patience = monotonic() + CONNECT_TIMEOUT

    def _connect(self, client: Client) -> None:
        port = self._url.port or (8883 if self._url.scheme == "mqtts" else 1883)
        keepalive = max(1, self._broker.keepalive // 1000)
        if self._version == paho.MQTTv5:
            said: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho ships no type here
            said.SessionExpiryInterval = self._broker.session_expiry // 1000
            said.ReceiveMaximum = self._broker.receive_maximum
            said.MaximumPacketSize = LARGEST * 8
            client.connect(
                self._url.hostname or "", port, keepalive, clean_start=False, properties=said
            )
        else:
            client.connect(self._url.hostname or "", port, keepalive)

    def _new_client(self) -> Client:
        broker = self._broker
        clean = {} if self._version == paho.MQTTv5 else {"clean_session": False}
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            protocol=self._version,
            reconnect_on_failure=False,
            manual_ack=True,
            **clean,
        )
        client.connect_timeout = CONNECT_TIMEOUT
        if broker.username is not None:
            secret = broker.password.reveal() if broker.password else None
            client.username_pw_set(broker.username, secret)
        if self._url.scheme == "mqtts":
            client.tls_set(
                ca_certs=_path(broker.ca_file),
                certfile=_path(broker.cert_file),
                keyfile=_path(broker.key_file),
            )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        return client

    def _put_off(self, reason: str, detail: str = "") -> None:
        """Wait longer each time, with jitter, so that a county does not return at one instant.

        Told once, until the reason changes: `detail` may be another each time.
        """
        self._log.trouble("broker", reason, **({"detail": detail} if detail else {}))
        self._next_try = monotonic() + self._wait * random.uniform(0.5, 1.5)
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _on_connect(self, client: Any, _: Any, flags: Any, reason: Any, __: Any) -> None:
        if reason.is_failure:
            self._refused = str(reason)  # paho hangs up now: _on_disconnect does the rest
            return
        self._accepted = True
        self._connected, self._wait = True, FIRST_WAIT
        self._log.over("broker")
        self._log.say("connected", broker=self._url.netloc, session_kept=flags.session_present,
                      protocol="5" if self._version == paho.MQTTv5 else "3.1.1")  # fmt: skip
        self._reconcile(client)

    def _reconcile(self, client: Any) -> None:
        """Leave what is no longer wanted, and subscribe at QoS 1 to what is."""
        stale = [f for f in self._filters.before if f not in self._filters.wanted]
        if stale:
            client.unsubscribe(stale)
        if not self._filters.wanted:  # paho takes no empty list
            return
        if self._version == paho.MQTTv5:
            options = SubscribeOptions(
                qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
            )
            client.subscribe([(f, options) for f in self._filters.wanted])
        else:
            client.subscribe([(f, 1) for f in self._filters.wanted])

    def _on_subscribe(self, _: Any, __: Any, ___: Any, granted: Any, ____: Any) -> None:
        refused = [f for f, g in zip(self._filters.wanted, granted, strict=False) if g.is_failure]
        if refused:
            self._log.trouble("subscription", f"the broker refused {refused}")
        else:
            self._log.over("subscription")
        self.subscribed = True

    def _on_disconnect(self, client: Any, _: Any, __: Any, reason: Any, ___: Any) -> None:
        refused, self._refused = self._refused, ""
        if self._version_refused(refused):
            self._other_version()
        self._connected = self.subscribed = False
        if refused:
            self._put_off(f"the broker refused: {refused}")
        else:
            self._put_off(AWAY, f"disconnected: {client.trouble or reason}")

    def _version_refused(self, refused: str) -> bool:
        """Said, or likely: hung up on before any broker has ever taken this version."""
        if self._connected or self._broker.protocol != "auto":
            return False
        return "protocol" in refused.lower() if refused else not self._accepted

    def _other_version(self) -> None:
        self._version = paho.MQTTv311 if self._version == paho.MQTTv5 else paho.MQTTv5
        self._accepted = False

    def close(self) -> None:
        """Say goodbye; the session stays at the broker."""
        if self._client is not None and self._client.socket() is not None:
            self._client.on_disconnect = None
            self._client.disconnect()
            self._client.loop_write()


def _path(path: Any) -> str | None:
    return None if path is None else str(path)
