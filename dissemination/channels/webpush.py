"""Web Push to the residents' page where it is closed: a knock by the browser maker's push service.

Off unless it is configured, and then for those alone who ask for it on the page. The push services
belong to Google, Mozilla, Apple and Microsoft; Google's **cannot be reached from mainland China**,
neither by this machine nor by the phones there. So no promised reach may rest on this channel, and
`check` refuses a `reach` of it under `coverage`: it is one more chance beside channel [app](#app),
which has to stand in the same policy.

| what happened | state |
| --- | --- |
| the push service took it (201) | `accepted`: it may keep it until the warning ends, or drop it |
| the page's worker got it, showed a notification, and told the console | `delivered` |
| 404 or 410: the browser has given the subscription up | `failed`; it is removed |
| 429, 5xx or no connection | that service is left alone as it asks (1 h at most), or 5 s to 5 min |
| no answer | `unknown`, repeated for orange and red |
| an all-clear that no try has got through in 6 h | `expired` |

What a person presses on the page is a proof of [app](#app). A message is encrypted for its browser
(RFC 8291) and signed with the site's own key (VAPID, RFC 8292): the service learns when, how long
and to which browser, not what. A newer version replaces one that waits. The key is made once
and lies in `webpush.key` of the store's folder; without it all have to subscribe again, so it
belongs into the backup. Subscriptions are encrypted in `console.db` with `register.key`.

An endpoint is named by whoever opens the page: pushes go by HTTPS to `services` alone, and to none
that has an address in a private network. `pip install 'tongluo[webpush]'` brings the libraries.

```yaml
channels:
  page: {kind: app}
  push: {kind: webpush, options: {contact: "mailto:duty@example.org"}}
```
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
from pydantic import Field, field_validator

from dissemination import installations, texts
from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings
from dissemination.channels.pages import Watch
from dissemination.subscriptions import SERVICES, Subscription, Subscriptions, refusal
from tongluo.core.clock import monotonic, now_ms
from tongluo.core.errors import (
    ChannelError,
    PermanentFailure,
    RegisterError,
    TemporaryFailure,
)
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import DAY, HOUR
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level, Status

if TYPE_CHECKING:
    import httpx

GONE = (404, 410)
REFUSED_US = (401, 403)
CLEAR_KEPT = 6 * HOUR
"""ms for which an all-clear is tried, and kept by a service for a browser that is off."""
KNOWN = 60.0
"""Seconds for which the addresses of a service are believed."""
LONGEST, ASKED = 300.0, 3600.0
"""Seconds: the longest pause of a service that is away, and the longest that it may ask for."""
HOSTS = 1000
"""Services of which something is remembered."""
TOPIC = 32
"""Characters of a topic (RFC 8030, 5.4)."""


class Options(_Options):
    """Options of Web Push."""

    contact: str
    """How a push service reaches whoever runs this site: `mailto:...` or `https://...`."""
    services: tuple[str, ...] = Field(SERVICES, min_length=1)
    """Hosts of push services; one that begins with a dot stands for all that end so."""
    local: bool = False
    """Only for trials: endpoints on this machine are taken, too."""
    unseen_days: int = Field(default=90, ge=1, le=3650)
    """An installation that has not been seen for so many days is not sent to any more."""
    window: int = Field(8, ge=1, le=64)
    """Pushes that may wait for their answers at once."""
    timeout: float = Field(10.0, gt=0, le=60)
    """Seconds to wait for an answer."""

    @field_validator("contact")
    @classmethod
    def _contact(cls, contact: str) -> str:
        if not re.fullmatch(r"mailto:[^\s@]+@[\w-]+(\.[\w-]+)+|https://[\w-]+(\.[\w-]+)+", contact):
            raise ValueError("this is no mailto:duty@example.org, nor https://example.org")
        return contact

    @field_validator("services")
    @classmethod
    def _services(cls, services: tuple[str, ...]) -> tuple[str, ...]:
        for host in services:
            if not re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", host):
                raise ValueError(f"{host!r} is no name of a host in small letters")
        return services


def targets(options: Options, surroundings: Surroundings, warning: WarningVersion) -> list[str]:
    """Names of the installations that asked for pushes."""
    since = now_ms() - options.unseen_days * DAY
    with closing(installations.open_to_read(surroundings.folder)) as db:
        try:
            return installations.warned(db, warning, since, "push")
        except sqlite3.Error as error:
            raise LookupError(f"{installations.FILE} cannot be read: {error}") from error


def window(options: Options) -> int:
    """Hand-overs at once."""
    return options.window


class WebPush:
    """Hands encrypted pushes to push services, and tells what the page's workers proved."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        from dissemination.channels import web, webpush_wire  # noqa: PLC0415 - for who pushes only

        if webpush_wire.lacking():
            raise LookupError("pushes cannot be encrypted: pip install 'tongluo[webpush]'")
        self._options, self._folder = options, surroundings.folder
        self._web, self._wire = web, webpush_wire
        self._key = webpush_wire.key(surroundings.folder)
        self._http = web.client(options.timeout)
        self._services = Services(local=options.local)
        self._kept: Subscriptions | None = None
        self._lock = threading.Lock()
        self._watch = Watch(surroundings, "push")

    def send(self, delivery: Delivery) -> Handed:
        """Hand one push to its service."""
        warning, name = delivery.warning, delivery.target
        to, language = self._subscription(warning, name)
        if reason := refusal(to.endpoint, self._options.services, local=self._options.local):
            raise PermanentFailure(reason)
        self._services.ready(to.host)
        body = self._wire.sealed(payload(warning, language, self._wire.LARGEST), to)
        answer = self._post(to, body, self._headers(warning, to))
        if answer.status_code != 429 and answer.status_code < 500:
            self._services.over(to.host)
        if answer.is_success:
            return Handed(DeliveryState.ACCEPTED)
        if answer.status_code in GONE:
            self._gone(name, to)
        raise self._refused(to.host, answer)

    def held(self, name: str) -> float:
        """Seconds for which the service of a page is known to be away."""
        if not self._services.some_away():
            return 0.0
        try:
            with self._lock:
                self._kept = self._kept or Subscriptions(self._folder)
                found = self._kept.of(name)
        except (sqlite3.Error, RegisterError):
            return 0.0  # sending tells why
        return self._services.wait(found.host) if found else 0.0

    def close(self) -> None:
        """Let go of connections and files."""
        self._watch.close()
        self._http.close()
        if self._kept is not None:
            self._kept.close()

    def _subscription(self, warning: WarningVersion, name: str) -> tuple[Subscription, str]:
        """Where to, in which language; Temporary- or PermanentFailure when it cannot be told."""
        try:
            with self._lock, closing(installations.open_to_read(self._folder)) as db:
                who = installations.told_as(db, name)
                self._kept = self._kept or Subscriptions(self._folder)
                found = self._kept.of(name)
        except (LookupError, sqlite3.Error) as error:
            raise TemporaryFailure(f"the subscriptions cannot be read: {error}") from None
        except RegisterError as error:
            raise PermanentFailure(str(error)) from None
        if who is None or found is None:
            raise PermanentFailure("this page asks for no pushes any more")
        if warning.status is Status.EXERCISE and not who[1]:
            raise PermanentFailure("this page takes no part in exercises")
        return found, who[0]

    def _headers(self, warning: WarningVersion, to: Subscription) -> dict[str, str]:
        now = now_ms()
        left = CLEAR_KEPT if warning.act is Act.CANCEL else max(0, warning.expires - now)
        return {
            "TTL": str(left // 1000),
            "Urgency": "high" if warning.urgency >= Level.ORANGE else "normal",
            "Topic": hashlib.sha256(warning.event.encode()).hexdigest()[:TOPIC],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._wire.authorization(
                self._key, to.endpoint, self._options.contact, now
            ),
        }

    def _post(self, to: Subscription, body: bytes, head: dict[str, str]) -> httpx.Response:
        """The answer. Errors never tell the address: who knows it can push to this browser."""
        try:
            return self._web.answer_of(self._http, to.endpoint, body, head)
        except TemporaryFailure as error:
            self._services.hold(to.host, error.retry_after)
            raise TemporaryFailure(str(error), error.retry_after) from None  # of this service alone

    def _refused(self, host: str, answer: httpx.Response) -> ChannelError:
        code, after = answer.status_code, self._web.after(answer)
        reason = f"the push service says {code}"
        if code in GONE:
            return PermanentFailure(f"{reason}: the subscription is gone")
        if code == 429 or code >= 500:
            self._services.hold(host, after)
            return TemporaryFailure(reason, after)
        if code in REFUSED_US:  # this site's key, contact or clock: put right, it goes on
            return TemporaryFailure(reason, self._web.MUCH_LATER)
        return PermanentFailure(reason)

    def _gone(self, name: str, gone: Subscription) -> None:
        with self._lock:
            assert self._kept is not None
            try:
                self._kept.drop(name, gone)
            except (sqlite3.Error, RegisterError):
                return  # the next push finds it gone again


class Services:
    """Push services as this machine sees them: each is away, or asks for a pause, by itself."""

    def __init__(self, *, local: bool) -> None:
        self._local = local
        self._until: dict[str, float] = {}
        self._times: dict[str, int] = {}
        self._known: dict[str, float] = {}
        self._lock = threading.Lock()

    def hold(self, host: str, seconds: float) -> None:
        """Nothing goes there for a while: twice as long each time it goes on."""
        with self._lock:
            if self._left(host) > 0:  # others were under way when it began
                return
            times = self._times.get(host, 0)
            grown = min(LONGEST, seconds * 2 ** min(times, 6))
            self._until[host] = monotonic() + max(grown, min(seconds, ASKED))
            self._times[host] = times + 1
            for kept in (self._until, self._times):
                while len(kept) > HOSTS:  # anyone may name hosts below a service's
                    del kept[next(iter(kept))]

    def over(self, host: str) -> None:
        """It answers: the next pause is short again."""
        with self._lock:
            self._times.pop(host, None)

    def wait(self, host: str) -> float:
        """Seconds for which nothing goes there; 0 when something may."""
        with self._lock:
            return max(0.0, self._left(host))

    def some_away(self) -> bool:
        """Whether any service is put off now."""
        with self._lock:
            self._until = {h: t for h, t in self._until.items() if t > monotonic()}
            return bool(self._until)

    def _left(self, host: str) -> float:
        return self._until.get(host, 0.0) - monotonic()

    def ready(self, host: str) -> None:
        """TemporaryFailure while a service wants a pause; PermanentFailure for one in here."""
        if (wait := self.wait(host)) > 0:
            raise TemporaryFailure("the push service is away, or asked for a pause", wait)
        with self._lock:
            if self._local or self._known.get(host, 0.0) > monotonic():
                return
        try:
            found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        except OSError:
            self.hold(host, 5.0)
            raise TemporaryFailure("the push service's name is not known here", 5.0) from None
        if inside([str(where[0]) for *_, where in found]):
            raise PermanentFailure("the push service's address is one of a private network")
        with self._lock:
            self._known.pop(host, None)
            self._known[host] = monotonic() + KNOWN
            while len(self._known) > HOSTS:
                del self._known[next(iter(self._known))]


def inside(addresses: Sequence[str]) -> bool:
    """Whether one of these is not an address of the open network.

    >>> inside(["8.8.8.8"]), inside(["8.8.8.8", "10.1.2.3"]), inside(["::1"]), inside(["fe80::1%2"])
    (False, True, True, True)
    """
    return not all(ipaddress.ip_address(a.partition("%")[0]).is_global for a in addresses)


def payload(warning: WarningVersion, language: str, most: int) -> bytes:
    """What the page's worker shows; what to do is cut where it would be too long for a push."""
    said = {
        "id": warning.identifier, "event": warning.event, "version": warning.version,
        "area": warning.area.id, "act": warning.act.value, "language": language,
        "level": (warning.previous if warning.act is Act.CANCEL else warning.level).word,
        "exercise": warning.status is Status.EXERCISE, "sent": warning.sent,
        "title": texts.headline(warning, language),
    }  # fmt: skip
    todo = texts.told(warning, language)
    while True:
        body = msgspec.json.encode({**said, "body": texts.marked(warning, language, todo)})
        if len(body) <= most or not todo:
            return body
        todo = todo[: -max(1, (len(body) - most) // 3)]


def held(channel: object, name: str) -> float:
    """Seconds for which a page's service is known to be away; what knows none holds nothing."""
    return channel.held(name) if isinstance(channel, WebPush) else 0.0
