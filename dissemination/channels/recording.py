"""Deliveries as lines of a file: for replays, demonstrations, and as a written proof beside others.

It honours idempotency keys: a key that is already in the file is not written again.
"""

from __future__ import annotations

import os

import msgspec

from dissemination.channels.kind import Options as _Options
from dissemination.channels.kind import Surroundings
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import iso
from tongluo.core.words import DeliveryState


class Options(_Options):
    """Options of a recording channel."""

    file: str = "deliveries.jsonl"


class Recording:
    """Appends one JSON line a delivery; the line is on disk before it is called accepted."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        path = surroundings.folder / options.file
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab+")
        self._keys = self._read()

    def _read(self) -> set[str]:
        """Keys already written; a line cut short by a crash is ended first."""
        self._file.seek(0)
        text = self._file.read()
        if text and not text.endswith(b"\n"):
            self._file.write(b"\n")
        keys = set()
        for line in text.splitlines():
            try:
                keys.add(msgspec.json.decode(line)["key"])
            except (msgspec.DecodeError, KeyError, TypeError):
                continue
        return keys

    def send(self, delivery: Delivery) -> Handed:
        """Write the line, unless its key is already there."""
        if delivery.key not in self._keys:
            self._file.write(msgspec.json.encode(record(delivery)) + b"\n")
            self._file.flush()
            os.fdatasync(self._file.fileno())
            self._keys.add(delivery.key)
        return Handed(DeliveryState.ACCEPTED)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def record(delivery: Delivery) -> dict[str, object]:
    """What is written of a delivery: the same in live and replay."""
    warning = delivery.warning
    return {
        "key": delivery.key,
        "channel": delivery.channel,
        "target": delivery.target,
        "identifier": warning.identifier,
        "act": warning.act.value,
        "status": warning.status.value,
        "hazard": warning.hazard.value,
        "level": warning.level.word,
        "area": warning.area.id,
        "people": warning.area.people,
        "sent": iso(warning.sent, warning.zone),
    }
