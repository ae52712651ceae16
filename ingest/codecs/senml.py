"""SenML: sensor measurement lists, the common tongue of CoAP and LwM2M gateways (RFC 8428)."""

from __future__ import annotations

from typing import Any

from ingest.codecs.json_payload import (
    ABSURD,
    Fault,
    check_name,
    check_size,
    load,
    number,
    settle,
    unix_ms,
    written,
)
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

_VERSION = 10  # RFC 8428, section 4.4
_RELATIVE_BELOW = 2**28  # seconds; RFC 8428, section 4.5.3

_Record = dict[str, Any]


class SenML:
    """A SenML pack in its JSON form (`application/senml+json`): an array of records.

    The full name, bn followed by n, is split at the last of the characters in `split`
    (default "/" or ":"); what is before it is the device, what follows is the element. A name
    without any of them is an element of the device that the topic names; with `split: ""` the
    whole name is the device.

    v is a value, vb becomes 0 or 1; vs, vd and s are not readings and are passed over. A record
    without a time, here or in its base, is dated by its arrival. Another time relative to now
    (less than 2^28 s) is rejected as "relative_time": arrival is not the time of sending.
    A newer bver than 10 and an unknown label ending in "_" refuse the pack, as the RFC asks.

    >>> from unittest.mock import Mock
    >>> sink = Mock()
    >>> SenML().decode(b'[{"bn": "urn:dev:mac:01/", "n": "rain", "v": 0.5, "u": "mm"}]', "", sink)
    >>> sink.reading.call_args.args
    ('urn:dev:mac:01', 'rain', None, 0.5, 'mm')
    """

    def __init__(self, split: str = "/:") -> None:
        if not isinstance(split, str):
            raise ValueError(f"split: {split!r} is not a text of separators such as '/:'")
        self._split = split

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:  # noqa: D102 - see Codec
        check_size(payload)
        records = load(payload)
        if not isinstance(records, list):
            raise BadMessage("shape", "a SenML pack is an array of records")
        base: _Record = {}
        faults: list[Fault] = []
        read = 0
        for record in records:
            _check_labels(record)
            base.update((key, value) for key, value in record.items() if key[:1] == "b")
            try:
                read += self._record(base, record, sink)
            except BadMessage as bad:
                faults.append((bad.code, bad.detail, written(record)))
        settle(read, faults, sink)

    def _record(self, base: _Record, record: _Record, sink: Sink) -> int:
        """How many readings (0 or 1) the record held."""
        if "vb" in record and "v" in record:
            raise BadMessage("value", "both v and vb")
        if "vb" in record:
            value, unit = _truth(record["vb"]), ""
        elif "v" in record:
            value, unit = _value(base, record), _text(record, "u") or _text(base, "bu")
        else:
            return 0
        device, element = self._name(_text(base, "bn") + _text(record, "n"))
        sink.reading(device, element, _time(base, record), value, unit)
        return 1

    def _name(self, full: str) -> tuple[str, str]:
        if not full:
            raise BadMessage("name", "neither bn nor n")
        if not self._split:
            return full, ""
        at = max(full.rfind(character) for character in self._split)
        return full[: at + 1].rstrip(self._split), full[at + 1 :]


def _check_labels(record: object) -> None:
    if not isinstance(record, dict):
        raise BadMessage("shape", "a SenML record is an object")
    for label in record:
        if label[-1:] == "_":  # no label of the RFC ends so: an extension one must understand
            raise BadMessage("must_understand", label)
    version = record.get("bver", _VERSION)
    if not isinstance(version, int) or version > _VERSION:
        raise BadMessage("version", f"bver is not a number up to {_VERSION}")


def _value(base: _Record, record: _Record) -> float:
    return number(_number(record["v"], "value") + _number(base.get("bv", 0), "value"))


def _truth(value: object) -> float:
    if not isinstance(value, bool):
        raise BadMessage("value", "vb is neither true nor false")
    return float(value)


def _time(base: _Record, record: _Record) -> int | None:
    """Milliseconds, or None for now."""
    seconds = _number(base.get("bt", 0), "time") + _number(record.get("t", 0), "time")
    if seconds >= _RELATIVE_BELOW:
        return unix_ms(seconds, 1000)
    if seconds:
        raise BadMessage("relative_time", f"{seconds} s from now")
    return None


def _number(value: object, code: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= ABSURD:
        return float(value)
    raise BadMessage(code, "not a number, or an absurd one")


def _text(record: _Record, label: str) -> str:
    text = record.get(label, "")
    if not isinstance(text, str):
        raise BadMessage("unit" if label[-1] == "u" else "name", f"{label} is not a text")
    check_name(text)
    return text
