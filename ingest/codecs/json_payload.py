"""What the JSON formats share: bounded reading, numbers, times, and accounting for every part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from tongluo.core.errors import BadMessage
from tongluo.core.ports import Sink
from tongluo.core.times import parse_time

LIMIT = 256 * 1024
"""Largest payload in bytes; ten thousand readings fit, a stuck sender does not."""
ABSURD = 1e12
"""No quantity of Tongluo comes near; a larger number is a fault of the sender."""
DEEPEST = 16
"""Levels of nesting followed inside one reading."""
LONGEST = 200
"""Characters of a name. A longer one, repeated in every reading, would swell a message."""

_FIRST_MS = -62_135_596_800_000  # year 1
_LAST_MS = 253_402_300_799_999  # year 9999

Fault = tuple[str, str, bytes | None]
"""(code, detail, raw), as `Sink.reject` takes them."""


def check_size(payload: bytes) -> None:
    """Raise BadMessage "too_big" above LIMIT."""
    if len(payload) > LIMIT:
        raise BadMessage("too_big", f"{len(payload)} bytes, the limit is {LIMIT}")


def load(payload: bytes | msgspec.Raw) -> Any:
    """Python objects of a JSON text; BadMessage whatever is wrong with it.

    >>> load(b'{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    >>> load(b'{"a": NaN}')
    Traceback (most recent call last):
        ...
    tongluo.core.errors.BadMessage: json: JSON is malformed: invalid character (byte 6)
    """
    try:
        return msgspec.json.decode(payload)
    except RecursionError:
        raise BadMessage("deep", "nested too deep") from None
    except msgspec.ValidationError as error:  # untyped, only a number can be out of range
        raise BadMessage("value", str(error)) from None
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: not UTF-8
        raise BadMessage("json", str(error)) from None


def load_object(payload: bytes) -> dict[str, Any]:
    """As `load`, for a format whose message is one JSON object."""
    fields = load(payload)
    if not isinstance(fields, dict):
        raise BadMessage("shape", f"expected an object, got {_kind(fields)}")
    return fields


def number(value: object, most: float = ABSURD) -> float:
    """Value of a number, of a truth value (0 or 1) or of a numeric text; NaN for null.

    Raises BadMessage "value" for anything else, for infinity and for numbers beyond `most`.

    >>> number(3), number("-0.5"), number(True), number(None)
    (3.0, -0.5, 1.0, nan)
    """
    if value is None:
        return math.nan
    if isinstance(value, int | float) or (isinstance(value, str) and is_numeric(value)):
        try:
            result = float(value)
        except (OverflowError, ValueError):  # an integer of hundreds of digits
            raise BadMessage("value", "not a number one can measure") from None
        if abs(result) <= most:
            return result
    raise BadMessage("value", f"not a number: {_short(value)}")


def is_numeric(text: str) -> bool:
    """Whether a text is a plain decimal number ("NaN", "1_000" and "" are not).

    >>> is_numeric("10.86"), is_numeric("1_000"), is_numeric("v1.2")
    (True, False, False)
    """
    try:
        return "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


def iso_ms(text: object) -> int:
    """Milliseconds of an ISO 8601 time with offset; BadMessage "time" for anything else."""
    if not isinstance(text, str):
        raise BadMessage("time", f"not an ISO 8601 time: {_short(text)}")
    try:
        return parse_time(text)
    except ValueError as error:
        raise BadMessage("time", _short(error)) from None


def unix_ms(value: float, scale: int) -> int:
    """Milliseconds of a Unix time counted in `scale` ms; BadMessage "time" outside years 1-9999.

    >>> unix_ms(1782864000.5, 1000)
    1782864000500
    """
    exact = value * scale
    if not _FIRST_MS <= exact <= _LAST_MS:
        raise BadMessage("time", f"no such time: {_short(value)}")
    return round(exact)


def flat(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The leaves of nested objects and arrays, named with dots.

    >>> list(flat({"a": 1, "b": {"c": [2, 3]}}, "X"))
    [('X.a', 1), ('X.b.c.0', 2), ('X.b.c.1', 3)]
    """
    items: Iterator[tuple[object, Any]]
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    else:
        yield name, value
        return
    if depth == DEEPEST:
        raise BadMessage("deep", "nested too deep")
    check_name(name)
    for key, inner in items:
        yield from flat(inner, f"{name}.{key}" if name else str(key), depth + 1)


def check_name(name: str) -> None:
    """Raise BadMessage "name" above LONGEST."""
    if len(name) > LONGEST:
        raise BadMessage("name", f"longer than {LONGEST} characters")


def written(part: object) -> bytes | None:
    """A part of a message as JSON again; None (the whole payload) if it cannot be written."""
    try:
        return msgspec.json.encode(part)
    except (OverflowError, RecursionError):
        return None


def settle(read: int, faults: list[Fault], sink: Sink) -> None:
    """End of a message: reject the faulty parts, or the whole when no part could be read."""
    if read:
        for fault in faults:
            sink.reject(*fault)
    elif faults:
        code, detail, _ = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BadMessage(code, detail + more)
    else:
        raise BadMessage("empty", "no reading in it")


def _short(thing: object) -> str:
    try:
        text = thing if isinstance(thing, str) else str(thing)
    except (ValueError, RecursionError):  # an integer of thousands of digits
        text = _kind(thing)
    return text if len(text) <= 80 else text[:77] + "..."


def _kind(thing: object) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "a truth value"}
    return "null" if thing is None else names.get(type(thing), "a number")
