"""Faults of single values: what pydantic found, in words for a person."""

from __future__ import annotations

import re
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from tongluo.config.faults import Fault, Path, secret, shown
from tongluo.config.texts import choice
from tongluo.config.texts_en import EN

CODES = {
    # kind of pydantic's error -> our code; the others are told apart below
    "extra_forbidden": "unknown_key",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_too_long": "name",
    "enum": "one_of",
    "literal_error": "one_of",
    "finite_number": "not_number",
    "float_parsing": "not_number",
    "float_type": "not_number",
    "int_parsing": "not_whole",
    "int_parsing_size": "not_whole",
    "int_type": "not_whole",
    "int_from_float": "not_whole",
    "greater_than_equal": "at_least",
    "greater_than": "more_than",
    "less_than_equal": "at_most",
    "less_than": "less_than",
    "tuple_type": "not_list",
    "list_type": "not_list",
    "dict_type": "not_block",
    "mapping_type": "not_block",
    "model_type": "not_block",
    "bool_type": "not_bool",
    "bool_parsing": "not_bool",
    "timezone_aware": "time_without_offset",
    "datetime_type": "not_time",
    "datetime_parsing": "not_time",
    "datetime_from_date_parsing": "not_time",
    "date_type": "not_date",
    "date_parsing": "not_date",
    "date_from_datetime_parsing": "not_date",
    "date_from_datetime_inexact": "not_date",
    "path_type": "not_text",
}
LIMITS = ("ge", "gt", "le", "lt")
POINTS = ("at", "centre", "polygon")


def model_faults(error: ValidationError, model: type[BaseModel], prefix: Path = ()) -> list[Fault]:
    """The faults in what a model refused."""
    return [_fault(entry, model, prefix) for entry in error.errors(include_url=False)]


def _fault(error: Any, model: type[BaseModel], prefix: Path) -> Fault:
    loc, value = tuple(p for p in error["loc"] if p != "[key]"), error["input"]
    path, code = prefix + loc, _code(error, loc)
    if secret(path) and code in ("not_block", "not_one_text", "not_text"):
        return Fault(_secret_path(path), "secret_in_file")
    given = dict(error.get("ctx") or {}) if error["type"] in EN else {}
    values: dict[str, Any] = {**given, "value": shown(path, value)}
    if code == "missing":
        values["key"] = path[-1]
    elif code == "unknown_key":
        values["choice"] = choice(path[-1], keys_at(model, loc[:-1]))
    elif code == "one_of" and "choice" not in values:
        values["choice"] = choice(value, re.findall(r"'([^']*)'", error["ctx"]["expected"]))
    elif code in ("at_least", "at_most", "more_than", "less_than"):
        values["limit"] = next(f"{error['ctx'][k]:g}" for k in LIMITS if k in error["ctx"])
    elif code == "too_many":
        values["limit"] = error["ctx"]["max_length"]
    elif code == "not_one_text":
        values["kind"] = "a list" if isinstance(value, list | tuple) else "a block of keys"
    elif code == "refused":
        values["detail"] = error["msg"].removeprefix("Value error, ")
    return Fault(path[:-1] if code in ("point", "pair") and _short(error) else path, code, values)


def _code(error: Any, loc: Path) -> str:
    kind, value = error["type"], error["input"]
    if kind in EN and kind != "missing":
        return str(kind)
    if value is None and kind.endswith("_type"):
        return "empty"
    if kind == "too_long" and error["ctx"]["max_length"] > 2:
        return "too_many"
    if _short(error) or kind == "too_long":
        return "point" if _of_point(loc) else "pair"
    if _of_point(loc) and kind != "missing":
        return "point" if kind == "tuple_type" else "longitude" if loc[-1] else "latitude"
    return _plain_code(kind, value, loc)


def _plain_code(kind: str, value: Any, loc: Path) -> str:
    if kind == "string_type" and isinstance(value, dict) and list(value.values()) == [None]:
        return "braces"
    if kind == "string_type":
        return "not_one_text" if isinstance(value, dict | list | tuple) else "not_text"
    if kind == "string_pattern_mismatch":
        return _pattern(value, loc)
    return kind if kind == "missing" else CODES.get(kind, "refused")


def _short(error: Any) -> bool:
    """Whether one of the values of a pair is missing."""
    return error["type"] == "missing" and isinstance(error["loc"][-1], int)


def _of_point(loc: Path) -> bool:
    """Whether the place is a position, or one of its two numbers."""
    names = [part for part in loc[-3:] if isinstance(part, str)]
    return bool(names) and names[-1] in POINTS and loc[-1] != "polygon" and "derived" not in loc


def _pattern(value: Any, loc: Path) -> str:
    if loc[-1] == "reset_at" or loc[-2:] == ("derived", "at") or loc[-2:-1] == ("quiet",):
        return "hour"
    if loc[-1] == "digest":
        return "digest"
    if loc[-2:] == ("sender", "id"):
        return "sender_id"
    if "，" in value or "、" in value:
        return "chinese_comma"
    return "name" if value else "empty"


def _secret_path(path: Path) -> Path:
    """The path up to the secret's own key."""
    return next(path[: n + 1] for n in range(len(path)) if secret(path[: n + 1]))


def keys_at(model: type[BaseModel], loc: Path) -> list[str]:
    """The keys that may stand in the block at `loc` of a model.

    >>> from tongluo.config.types import Validity
    >>> keys_at(Validity, ())
    ['from', 'to']
    """
    found: Any = model
    for part in loc:
        found = _inside(found, part)
    found = _bare(found)
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _inside(kind: Any, part: str | int) -> Any:
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {f.alias or name: f.annotation for name, f in kind.model_fields.items()}
        return fields.get(str(part))
    arguments = typing.get_args(kind)
    if not arguments:
        return None
    return arguments[1] if typing.get_origin(kind) is dict else arguments[0]


def _bare(kind: Any) -> Any:
    """A type without `| None` and annotations."""
    arguments = [a for a in typing.get_args(kind) if a is not type(None)]
    if typing.get_origin(kind) in (tuple, dict, None):
        return kind
    return _bare(arguments[0])
