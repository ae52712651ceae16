"""Tongluo's own JSON, the format to choose where there is a choice."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ingest.codecs.json_payload import ABSURD, Fault, check_size, load, settle, unix_ms
from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink

_Time = datetime | float | None
_Flag = Literal[1, 2, 3, 4, 9, None]
_T = TypeVar("_T")

_MISSING: Literal[9] = 9
_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138


class _Object(msgspec.Struct, gc=False):
    station: str = ""
    quantity: str = ""
    unit: str = ""
    time: _Time = None
    value: float | UnsetType | None = UNSET
    flag: _Flag = None
    issued_at: _Time = None
    sent: _Time = None
    readings: list[Raw] | None = None
    report: Raw = Raw()  # empty when absent


class _Row(msgspec.Struct, array_like=True, gc=False):
    time: _Time
    value: float | None
    flag: _Flag = None
    issued_at: _Time = None


class _Report(msgspec.Struct, omit_defaults=True):
    kind: str
    time: _Time = None
    text: str | None = None
    place: str | None = None
    reporter: str | None = None
    id: str | None = None
    picture: bytes | None = None


_OBJECT = msgspec.json.Decoder(_Object)
_ROW = msgspec.json.Decoder(_Row)
_PLAIN = msgspec.json.Decoder(list[tuple[datetime, float]])
_REPORT = msgspec.json.Decoder(_Report)
_ARRAY = msgspec.json.Decoder(list[Raw])


class Native:
    """One reading, a packet of readings, or a report, as JSON.

    One reading, all but `value` optional (the topic may name station and quantity, arrival may
    give the time):

        {"station": "R01", "quantity": "rain", "time": "2026-07-01T08:00:00+08:00", "value": 0.5,
         "unit": "mm", "flag": 1, "issued_at": "2026-07-01T06:00:00+08:00"}

    A packet: an array of such objects, or one object whose rows are
    [time, value], [time, value, flag] or [time, value, flag, issued_at]:

        {"station": "R01", "quantity": "rain", "readings": [["2026-07-01T08:00:00+08:00", 0.5]]}

    A report: {"station": "V7", "report": {"kind": "crack", "text": "...", "place": "...",
    "reporter": "...", "id": "...", "time": ..., "picture": base64}}.

    `sent` beside them says when they left the station: in stream time it raises the clock in
    place of `time`. A time is ISO 8601 with offset, or Unix seconds; a number from 1e11 on is
    milliseconds.
    `null` as a value means missing. A faulty row is rejected alone, the others are kept.
    Keys that are not listed here are ignored.

    >>> from unittest.mock import Mock
    >>> sink = Mock()
    >>> Native().decode(b'{"station": "R01", "time": 1782864000, "value": 0.5}', "", sink)
    >>> sink.reading.call_args.args
    ('R01', '', 1782864000000, 0.5, '', 1, 0)
    """

    def decode(self, payload: bytes, topic: str, sink: Sink) -> None:  # noqa: D102 - see Codec
        check_size(payload)
        if payload.lstrip()[:1] == b"[":
            _array(payload, sink)
        else:
            _object(payload, sink)


def _array(payload: bytes, sink: Sink) -> None:
    faults: list[Fault] = []
    items = _read(_ARRAY, payload)
    for item in items:
        try:
            _object(item, sink)
        except BadMessage as bad:
            faults.append((bad.code, bad.detail, bytes(item)))
    settle(len(items) - len(faults), faults, sink)


def _object(raw: bytes | Raw, sink: Sink) -> None:
    one = _read(_OBJECT, raw)
    if one.value is not UNSET:
        _reading(one, one.time, one.value, one.flag, one.issued_at, sink)
    elif one.readings is None and not one.report:
        raise BadMessage("empty", "neither value nor readings nor report")
    if one.readings is not None:
        _rows(one, one.readings, sink)
    if one.report:
        _report(one, one.report, sink)


def _rows(head: _Object, raws: list[Raw], sink: Sink) -> None:
    plain = _plain(raws) if head.sent is None else None
    if plain is not None:
        sink.series(head.station, head.quantity, *plain, head.unit)
        return
    faults: list[Fault] = []
    for raw in raws:  # row by row: a broken one is told by its own bytes and costs no other
        try:
            row = _read(_ROW, raw)
            _reading(head, row.time, row.value, row.flag, row.issued_at, sink)
        except BadMessage as bad:
            faults.append((bad.code, bad.detail, bytes(raw)))
    settle(len(raws) - len(faults), faults, sink)


def _plain(raws: list[Raw]) -> tuple[list[int], list[float]] | None:
    """Times and values when every row is a good [time, value], as nearly all are; else None."""
    if not raws:
        return None
    try:
        rows = _PLAIN.decode(b"[" + b",".join(raws) + b"]")
        epoch = _epoch(rows[0][0])
        times = [_since(time - epoch) for time, _ in rows]
    except (msgspec.DecodeError, BadMessage, ValueError, TypeError):  # no offset: TypeError
        return None
    values = [value for _, value in rows]
    return (times, values) if -ABSURD < min(values) <= max(values) < ABSURD else None


def _reading(
    head: _Object, time: _Time, value: float | None, flag: _Flag, issued: _Time, sink: Sink
) -> None:
    if value is None:
        value, flag = math.nan, _MISSING
    elif not -ABSURD <= value <= ABSURD:
        raise BadMessage("value", f"absurd: {value}")
    at = None if time is None else _ms(time)
    issue = 0 if issued is None else _ms(issued)
    if head.sent is None:
        sink.reading(head.station, head.quantity, at, value, head.unit, flag or 1, issue)
    else:
        sent = _ms(head.sent)
        sink.reading(head.station, head.quantity, at, value, head.unit, flag or 1, issue, sent)


def _report(head: _Object, raw: Raw, sink: Sink) -> None:
    report = _read(_REPORT, raw)
    time = head.time if report.time is None else report.time
    content = {
        key: value
        for key in ("text", "place", "reporter", "id", "picture")
        if (value := getattr(report, key)) is not None
    }
    sink.report(head.station, report.kind, None if time is None else _ms(time), **content)


def _ms(time: datetime | float) -> int:
    if isinstance(time, float):
        return unix_ms(time, 1 if abs(time) >= _MILLISECONDS_FROM else 1000)
    # Same as times.to_ms, three times as fast: within one fixed offset no offset is looked up.
    return _since(time - (_EPOCHS.get(time.tzinfo) or _epoch(time)))


def _since(epoch: timedelta) -> int:
    return epoch.days * 86_400_000 + epoch.seconds * 1000 + epoch.microseconds // 1000


_EPOCHS: dict[tzinfo | None, datetime] = {}
"""1970 in every offset met so far; msgspec knows whole minutes only, so at most 2879."""


def _epoch(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise BadMessage("time", f"time without offset: {time.isoformat()} (write ...Z)")
    return _EPOCHS.setdefault(time.tzinfo, datetime(1970, 1, 1, tzinfo=UTC).astimezone(time.tzinfo))


def _read(decoder: msgspec.json.Decoder[_T], raw: bytes | Raw) -> _T:
    try:
        return decoder.decode(raw)
    except RecursionError:
        raise BadMessage("deep", "nested too deep") from None
    except msgspec.ValidationError as error:
        return _read_again(decoder, raw, error)
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: not UTF-8
        raise BadMessage("json", str(error)) from None


def _read_again(
    decoder: msgspec.json.Decoder[_T], raw: bytes | Raw, error: msgspec.ValidationError
) -> _T:
    """Second try for ISO 8601 times outside RFC 3339 (08:00+08:00, +08, 20260701T080000Z)."""
    code = _code(error)
    if code != "time":
        raise BadMessage(code, str(error))
    try:
        return decoder.decode(msgspec.json.encode(_with_times(load(raw))))
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as again:
        raise BadMessage(code, f"{error}; {again}") from None


def _with_times(fields: Any) -> Any:
    keys = ("time", "issued_at", "sent") if isinstance(fields, dict) else (0, 3)
    known = fields.keys() if isinstance(fields, dict) else range(len(fields))
    for key in keys:
        if key in known and isinstance(fields[key], str):
            time = datetime.fromisoformat(fields[key])
            fields[key] = time.astimezone(UTC) if time.tzinfo else time
    return fields


_PATH = re.compile(r"at `\$\.?(\w+|\[\d+\])`$")
_CODES = {
    "time": "time", "issued_at": "time", "sent": "time", "[0]": "time", "[3]": "time",
    "value": "value", "[1]": "value", "unit": "unit", "flag": "flag", "[2]": "flag",
}  # fmt: skip


def _code(error: msgspec.ValidationError) -> str:
    match = _PATH.search(str(error))
    return _CODES.get(match[1], "shape") if match else "shape"
