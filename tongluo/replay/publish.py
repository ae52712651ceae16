"""A case as its stations would send it: Tongluo's own JSON over MQTT, in the order of the file.

One message a reading on `ews/<station>/<sensor>`; where the case says when a reading was
received, the message says so as `sent`. The last message, on `tongluo/clock`, carries the end of
the case: in stream time nothing else would bring what falls due after the last reading.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tongluo.config.plan import Plan
from tongluo.core import clock
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.times import CLOCK_TOPIC, iso
from tongluo.replay.case import Case
from tongluo.replay.readings import read_rows

AHEAD = 1000
"""Messages handed to the client and not yet acknowledged by the broker."""
IN_FLIGHT = 100
PATIENCE = 30.0
"""Seconds without any acknowledgement after which the broker is given up."""

Message = tuple[str, bytes, int]
"""(topic, payload, when it is sent: ms)"""


def messages(case: Case, plan: Plan) -> Iterator[Message]:
    """Every reading of the case as a message, and last the clock; CaseError as `read_rows`."""
    rows = read_rows(case, plan)
    topics = [f"ews/{s.station}/{s.name}" if s is not None else "" for s in plan.sensors]
    # a sensor that its own format names otherwise is found by that name, not by the topic's
    named = [{"quantity": s.element} if s and s.element != s.name else {} for s in plan.sensors]
    columns = rows.columns
    lists = (columns.sensor, columns.t, columns.value, columns.flag, columns.arrival,
             columns.issued, rows.known)  # fmt: skip
    encode = msgspec.json.Encoder().encode
    for sensor, t, value, flag, arrival, issued, known in zip(
        *(column.tolist() for column in lists), strict=True
    ):
        body = _body(t, value, flag, arrival, issued, case.timezone)
        yield topics[sensor], encode({**named[sensor], **body}), known
    end = max(case.end, int(rows.known[-1]) if len(rows) else 0)
    yield CLOCK_TOPIC, encode({"time": iso(case.end, case.timezone)}), end


def _body(
    t: int, value: float, flag: int, arrival: int, issued: int, zone: str
) -> dict[str, str | float | None]:
    body: dict[str, str | float | None] = {"time": iso(t, zone)}
    body["value"] = None if math.isnan(value) else value
    if flag not in (1, 9):  # no value says missing by itself
        body["flag"] = flag
    if issued:
        body["issued_at"] = iso(issued, zone)
    if arrival:
        body["sent"] = iso(arrival, zone)
    return body


def publish(
    case: Case,
    plan: Plan,
    url: str,
    speed: float | None = None,
    username: str | None = None,
    password: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Publish the case at QoS 1; returns the number of messages, each acknowledged by the broker.

    speed: so many times real time; None = as fast as it can. progress is called with the number
    published so far. TemporaryFailure when the broker cannot be reached or stops answering,
    PermanentFailure when it refuses.
    """
    publisher = _Publisher(url, username, password)
    try:
        count = 0
        for topic, payload, due in messages(case, plan):
            if speed is not None:
                publisher.pace(due, speed)
            publisher.send(topic, payload)
            count += 1
            if progress:
                progress(count)
        publisher.finish()
    finally:
        publisher.close()
    return count


class _Publisher:
    """One connection; never more than AHEAD messages wait for their acknowledgement."""

    def __init__(self, url: str, username: str | None, password: str | None) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "mqtts"
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise PermanentFailure(f"not a broker: {url!r} (write mqtt://host:port)")
        self._name = f"{parts.hostname}:{parts.port or (8883 if secure else 1883)}"
        self._room = threading.Semaphore(AHEAD)
        self._connected = threading.Event()
        self._refused = ""
        self._started: tuple[float, int] | None = None
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(IN_FLIGHT)
        client.on_connect, client.on_publish = self._on_connect, self._on_publish
        if username:
            client.username_pw_set(username, password)
        if secure:
            client.tls_set()
        try:
            client.connect(parts.hostname, parts.port or (8883 if secure else 1883))
        except OSError as error:
            raise TemporaryFailure(
                f"broker {self._name} cannot be reached: {error.strerror or error}"
            ) from None
        client.loop_start()
        if not self._connected.wait(PATIENCE) or self._refused:
            self.close()
            raise PermanentFailure(f"broker {self._name} refused: {self._refused or 'no answer'}")

    def _on_connect(self, *args: Any) -> None:
        reason = args[3]
        self._refused = str(reason) if reason.is_failure else ""
        self._connected.set()

    def _on_publish(self, *_: Any) -> None:
        self._room.release()

    def pace(self, due: int, speed: float) -> None:
        """Wait until `due` has come, at `speed` times real time from the first message."""
        now = clock.monotonic()
        if self._started is None:
            self._started = (now, due)
        wait = wait_for(due, now, self._started, speed)
        if wait > 0:
            clock.sleep(wait)

    def send(self, topic: str, payload: bytes) -> None:
        """Hand one message to the client, once there is room."""
        self._take()
        self._client.publish(topic, payload, qos=1)

    def finish(self) -> None:
        """Wait until the broker has acknowledged everything."""
        for _ in range(AHEAD):
            self._take()

    def _take(self) -> None:
        if not self._room.acquire(timeout=PATIENCE):
            raise TemporaryFailure(
                f"broker {self._name}: no acknowledgement for {PATIENCE:g} s; part was published"
            )

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def wait_for(due: int, now: float, started: tuple[float, int], speed: float) -> float:
    """Seconds to wait; below 0 = late. started: (monotonic seconds, due) of the first message.

    >>> wait_for(7_200_000, 11.0, (10.0, 3_600_000), 1800.0)
    1.0
    """
    return started[0] + (due - started[1]) / 1000 / speed - now
