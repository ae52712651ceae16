"""Outages by MQTT: a utility or an operator says where power or the mobile network is out.

    {"area": "lower", "kind": "power", "from": "2026-07-01T03:00+08:00",
     "until": "2026-07-01T06:00+08:00", "state": "out", "who": "grid control", "why": "feeder 7"}

area   id of an area of the configuration; it holds for all areas in it, too
kind   what channels need, as under `coverage: channels: needs`: power, mobile, ...
from   since when; left out: since it is heard
until  when it ends by itself, at most a week after `from`; must be given but for `back`
state  out (where it is left out), unknown (nobody knows whether it is out), or back

What is heard last of a kind in an area stands, whether by MQTT or by `tongluo coverage --outage`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tongluo.config.models import Config
from tongluo.core.times import DAY, parse_time

LONGEST = 7 * DAY


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """A message as it comes."""

    area: str
    kind: str
    begin: str = msgspec.field(name="from", default="")
    until: str = ""
    state: Literal["out", "unknown", "back"] = "out"
    who: str = ""
    why: str = ""


def read(payload: bytes, now: int, config: Config) -> dict[str, Any]:
    """What a message says, times in ms; ValueError with the reason why it cannot be taken."""
    try:
        said = msgspec.json.decode(payload, type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None
    if said.area not in {area.id for area in config.areas}:
        raise ValueError(f"there is no area {said.area!r}")
    needed = {kind for way in config.coverage.channels.values() for kind in way.needs}
    if said.kind not in needed:
        known = ", ".join(sorted(needed)) or "none"
        raise ValueError(f"no channel under `coverage` needs {said.kind!r}; needed are: {known}")
    begin = parse_time(said.begin) if said.begin else now
    until = begin if said.state == "back" else _until(said.until, begin)
    return {
        "supply": said.kind, "area": said.area, "since": begin, "until": until,
        "who": said.who, "why": said.why, "known": said.state != "unknown", "told": now,
    }  # fmt: skip


def _until(said: str, begin: int) -> int:
    if not said:
        raise ValueError("`until` is missing: nothing stays off")
    until = parse_time(said)
    if not begin < until <= begin + LONGEST:
        raise ValueError("`until` must come after `from`, and within a week of it")
    return until
