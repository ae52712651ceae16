"""What the table of channels holds, and what a channel may know of where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tongluo.core.ports import Channel


class Options(BaseModel):
    """Options of one configured channel; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Surroundings:
    """Where a channel runs."""

    folder: Path
    """The store's folder; a channel's own files lie in it."""
    broker: str = ""
    """URL of the site's broker, the default of channels over MQTT."""
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True)
class ChannelKind:
    """One kind of channel: the model of its options, and how it is opened."""

    options: type[BaseModel]
    open: Callable[[Any, Surroundings], Channel]
    honours_keys: bool
    """Whether sending a key again changes nothing: then a doubtful hand-over is always repeated."""
