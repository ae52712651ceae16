"""The small types of the configuration: lengths of time, secrets, sources, validity."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from tongluo.core.times import parse_duration


class Model(BaseModel):
    """Base of every block of the file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _duration(value: Any) -> Any:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, (int, float)):
        raise ValueError(f"a length of time needs its unit: write '{value} s' or '{value} min'")
    return value


Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "examples": ["5 min", "3 h"]}),
]
"""Milliseconds; written with its unit, like `5 min`."""

Measure = Annotated[str, Field(examples=["50 mm", "3.2 m"])]
"""A value with its unit; what unit fits is checked where the quantity is known."""

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
"""An identifier: letters, digits, `_`, `-`, `.`; it becomes part of topics and file names."""

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
            raise ValueError("a secret is either {env: NAME} or {file: PATH}")
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

    who: str
    document: str = ""
    year: int | None = None
    area: str = ""
    note: str = ""


class Validity(Model):
    """When a figure is in force; an open end is left out."""

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _order(self) -> Validity:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError(f"valid from {self.from_} is after valid to {self.to}")
        return self
