"""Doctor's look at what lies behind Tongluo: InfluxDB, and each channel."""

from __future__ import annotations

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from paho.mqtt.enums import MQTTProtocolVersion

from dissemination.channels import CHANNELS, Surroundings, sms_http, webpush_wire
from tongluo.cli.doctor_local import standing
from tongluo.cli.findings import Finding, fail, ok, warn
from tongluo.cli.probe import Probe
from tongluo.config.models import Broker, ChannelIn, Config, InfluxIn
from tongluo.config.tables import build_channel
from tongluo.core.errors import PermanentFailure, TemporaryFailure

ANSWER = 5.0


def influx(wanted: InfluxIn | None) -> Finding:
    """Whether the time-series store answers; its absence stops nothing."""
    if wanted is None:
        return ok("influx", "influx_none")
    try:
        if wanted.token is not None:
            wanted.token.reveal()
    except LookupError as error:
        return fail("influx", "secret_missing", reason=error)
    reason = ""
    for path in ("/health", "/ping"):
        try:
            with urllib.request.urlopen(wanted.url.rstrip("/") + path, timeout=ANSWER):
                return ok("influx", "influx_ok", url=wanted.url)
        except urllib.error.HTTPError as error:
            reason = f"{path}: HTTP {error.code}"
        except (OSError, ValueError) as error:
            reason = str(getattr(error, "reason", error))
    return warn("influx", "influx_away", url=wanted.url, reason=reason)


def channels(config: Config, folder: Path) -> list[Finding]:
    """A line for each channel."""
    return [
        CHECKS.get(channel.kind, _unchecked)(name, channel, config, folder)
        for name, channel in config.channels.items()
    ]


def _recording(name: str, channel: ChannelIn, _: Config, folder: Path) -> Finding:
    usual = CHANNELS[channel.kind].options.model_fields["file"].default
    file = folder / str(channel.options.get("file", usual))
    place = file if file.exists() else standing(file.parent)
    needed = os.W_OK if file.exists() else os.W_OK | os.X_OK
    if not os.access(place, needed) or file.is_dir():
        return fail("channel", "recording_unwritable", name=name, file=file)
    return ok("channel", "recording_ok", name=name, file=file)


def _mqtt(name: str, channel: ChannelIn, config: Config, _: Path) -> Finding:
    url = str(channel.options.get("url") or config.broker.url)
    broker: Broker = config.broker.model_copy(update={"url": url})
    try:
        with Probe(broker, MQTTProtocolVersion.MQTTv311):
            return ok("channel", "mqtt_ok", name=name, url=url)
    except LookupError as error:
        return fail("channel", "secret_missing", reason=error)
    except (PermanentFailure, TemporaryFailure) as error:
        return fail("channel", "mqtt_away", name=name, url=url, reason=error)


def _mail(name: str, channel: ChannelIn, _: Config, __: Path) -> Finding:
    """Whether the mail server listens."""
    host, port = str(channel.options.get("host", "")), int(channel.options.get("port", 587))
    try:
        with socket.create_connection((host, port), timeout=ANSWER):
            return ok("channel", "mqtt_ok", name=name, url=f"{host}:{port}")
    except OSError as error:
        return fail("channel", "mqtt_away", name=name, url=f"{host}:{port}", reason=error)


def _web(name: str, channel: ChannelIn, _: Config, __: Path) -> Finding:
    """Whether somebody listens: nothing is sent, for whatever is sent may reach people."""
    usual = CHANNELS[channel.kind].options.model_fields["url"].get_default()
    url = str(channel.options.get("url", usual))
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=ANSWER):
            return ok("channel", "mqtt_ok", name=name, url=url)
    except (OSError, ValueError) as error:
        return fail("channel", "mqtt_away", name=name, url=url, reason=error)


def _vendor(name: str, channel: ChannelIn, config: Config, folder: Path) -> Finding:
    """Whether the vendor listens, and what has been spent of its limits."""
    found = _web(name, channel, config, folder)
    options = build_channel(channel.kind, channel.options)
    if found.state != "OK":
        return found
    spent = sms_http.spent(options, Surroundings(folder, name=name))
    return ok(
        "channel", "spent_ok", name=name, url=options.url, day=spent.day,
        daily=options.daily or "∞", month=f"{spent.month:.2f}",
        budget=f"{options.budget:.2f}" if options.budget else "∞", over=spent.over,
    )  # fmt: skip


def _gammu(name: str, channel: ChannelIn, _: Config, __: Path) -> Finding:
    """Whether the modem's outbox can be written."""
    usual = CHANNELS[channel.kind].options.model_fields["outbox"].get_default()
    outbox = Path(str(channel.options.get("outbox", usual)))
    if not outbox.is_dir() or not os.access(outbox, os.W_OK | os.X_OK):
        return fail("channel", "recording_unwritable", name=name, file=outbox)
    return ok("channel", "recording_ok", name=name, file=outbox)


def _app(name: str, _: ChannelIn, config: Config, __: Path) -> Finding:
    """Whether the console, which puts warnings on its page, listens."""
    url = f"http://{config.console.listen}"
    try:
        with socket.create_connection(config.console.address(), timeout=ANSWER):
            return ok("channel", "mqtt_ok", name=name, url=url)
    except OSError as error:
        return fail("channel", "mqtt_away", name=name, url=url, reason=error)


def _wardens(name: str, channel: ChannelIn, config: Config, folder: Path) -> Finding:
    """The channel that tells wardens, and whether the token of their answers is there."""
    options = build_channel(channel.kind, channel.options)
    try:
        if options.token is not None:
            options.token.read(folder)
    except LookupError as error:
        return fail("channel", "secret_missing", reason=error)
    by = config.channels[options.by]
    return CHECKS.get(by.kind, _unchecked)(name, by, config, folder)


def _push(name: str, _: ChannelIn, __: Config, folder: Path) -> Finding:
    """Whether this site has its key, and what pushes are made with; no service is asked."""
    if webpush_wire.lacking():
        return fail("channel", "push_library", name=name)
    kept = (folder / webpush_wire.KEY_FILE).exists()
    return ok("channel", "push_ok" if kept else "push_new", name=name, file=webpush_wire.KEY_FILE)


def _unchecked(name: str, channel: ChannelIn, _: Config, __: Path) -> Finding:
    return warn("channel", "unchecked", name=name, kind=channel.kind)


CHECKS: dict[str, Callable[[str, ChannelIn, Config, Path], Finding]] = {
    "app": _app,
    "declared": _recording,
    "ebm": _web,
    "email": _mail,
    "kannel": _web,
    "loudspeaker": _mqtt,
    "mqtt": _mqtt,
    "recording": _recording,
    "wardens": _wardens,
    "webhook": _web,
    "webpush": _push,
    "smpp": _web,
    "cmpp": _web,
    "gammu": _gammu,
    "sms_http": _vendor,
}
