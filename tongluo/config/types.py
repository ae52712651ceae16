"""The small types of the configuration: lengths of time, secrets, sources, validity."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tongluo.config.texts import choice
from tongluo.core.rate import parse_rate
from tongluo.core.times import DAY, parse_duration

DURATION = r"^\s*\d+(\.\d+)?\s*(ms|s|min|h|d)\s*$"


CENTURY = 36_525 * DAY


class Model(BaseModel):
    """Base of every block of the file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def refuse(code: str, **values: Any) -> PydanticCustomError:
    """An error of a validator; its words are those of the code in `texts_en` and `texts_zh`."""
    return PydanticCustomError(code, code, values)


def is_address(url: str, schemes: tuple[str, ...]) -> bool:
    """Whether a URL has one of the schemes, a host, and a port that can be one.

    >>> is_address("mqtt://127.0.0.1:1883", ("mqtt",)), is_address("mqtt://a:b", ("mqtt",))
    (True, False)
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _duration(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise refuse("no_unit", value=value)
    if value is None:
        return value
    try:
        length = parse_duration(value)
    except (TypeError, ValueError, OverflowError):
        raise refuse("not_duration", value=value) from None
    if length > CENTURY:
        raise refuse("long_duration", value=value)
    return length


def _measure(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise refuse("measure_bare", value=value)
    return value


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["5 min", "3 h"]}),
]
"""Milliseconds; written with its unit, like `5 min`."""

Measure = Annotated[str, BeforeValidator(_measure), Field(examples=["50 mm", "3.2 m"])]
"""A value with its unit; what unit fits is checked where the quantity is known."""

Text = Annotated[str, Field(min_length=1)]
"""Words for people, not empty."""

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
"""An identifier: letters, digits, `_`, `-`, `.`; it becomes part of topics and file names."""


def _rate(value: str) -> str:
    try:
        parse_rate(value)
    except ValueError:
        raise refuse("rate", value=value) from None
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""How many in what time, like `300/min`."""

Names = Annotated[
    tuple[Text, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One name, or a list of them."""


def _level(value: str) -> str:
    if value not in LEVEL_WORDS:
        raise refuse("one_of", value=value, choice=choice(value, LEVEL_WORDS))
    return value


LEVEL_WORDS = ("blue", "yellow", "orange", "red")
LevelKey = Annotated[str, AfterValidator(_level), Field(json_schema_extra={"enum": LEVEL_WORDS})]
LevelWord = Literal["blue", "yellow", "orange", "red"]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Point = tuple[Latitude, Longitude]


class Secret(Model):
    """A secret, named and never written: `{env: NAME}` or `{file: PATH}`. Prints masked."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise refuse("one_secret")
        return self

    def reveal(self) -> str:
        """The secret itself; LookupError when its place is empty."""
        if self.env is not None:
            if self.env not in os.environ:
                raise LookupError(f"environment variable {self.env} is not set")
            return os.environ[self.env]
        assert self.file is not None
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise LookupError(f"cannot read secret file {self.file}: {error.strerror}") from error


class Source(Model):
    """Where a figure comes from, so that nobody takes it for a constant of nature."""

    who: Text
    document: str = ""
    year: int | None = Field(default=None, ge=1000, le=2999)
    area: str = ""
    note: str = ""


class Validity(Model):
    """When a figure is in force; an open end is left out."""

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _order(self) -> Validity:
        if self.from_ and self.to and self.from_ > self.to:
            raise refuse("from_after_to", start=self.from_, end=self.to)
        return self
