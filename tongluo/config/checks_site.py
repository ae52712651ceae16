"""Cross-checks of the site, its broker, its time and its store."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import available_timezones

from tongluo.config.faults import Fault
from tongluo.config.models import Config
from tongluo.config.texts import choice
from tongluo.core.times import SECOND

KEEPALIVE = 65_535 * SECOND
"""MQTT says the keep-alive in 16 bits (OASIS MQTT 3.1.1, 3.1.2.10)."""


def site(config: Config) -> Iterator[Fault]:
    """Time zone and languages."""
    zone, zones = config.site.timezone, available_timezones()
    if zone not in zones:
        known = choice(zone, sorted(zones))
        known = known if known.near else choice(zone, ("Asia/Shanghai", "Asia/Urumqi", "UTC"))
        yield Fault(("site", "timezone"), "timezone", {"value": zone, "choice": known})
    yield from twice(("site", "languages"), config.site.languages)


def twice(path: tuple[str | int, ...], names: tuple[str, ...]) -> Iterator[Fault]:
    """Names that a list holds twice."""
    for n, name in enumerate(names):
        if name in names[:n]:
            yield Fault((*path, n), "said_twice", {"name": name})


def broker(config: Config) -> Iterator[Fault]:
    """Files and the settings that need one another."""
    said = config.broker
    for key in ("ca_file", "cert_file", "key_file"):
        file = getattr(said, key)
        if file is not None and not file.is_absolute():
            yield Fault(("broker", key), "relative_path", {"value": file})
    for key, needed in (
        ("cert_file", "key_file"),
        ("key_file", "cert_file"),
        ("password", "username"),
    ):
        if getattr(said, key) is not None and getattr(said, needed) is None:
            yield Fault(("broker", key), "needs", {"key": needed})
    if said.keepalive < SECOND:
        yield Fault(("broker", "keepalive"), "zero_duration")
    if said.keepalive > KEEPALIVE:
        yield Fault(("broker", "keepalive"), "keepalive")


def times(config: Config) -> Iterator[Fault]:
    """Lengths of time that cannot be zero."""
    for section, key in (("time", "tick"), ("time", "stream_step"), ("store", "snapshot_every")):
        if getattr(getattr(config, section), key) <= 0:
            yield Fault((section, key), "zero_duration")
