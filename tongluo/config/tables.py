"""Codecs and channels by the names that stand in the file."""

from __future__ import annotations

from typing import Any

from dissemination.channels import CHANNELS
from ingest.codecs import CODECS
from tongluo.core.ports import Codec


def build_codec(name: str, options: dict[str, Any]) -> Codec:
    """The codec with its options; LookupError for a wrong name, ValueError for wrong options."""
    if name not in CODECS:
        raise LookupError(f"there is no codec {name!r}; there are: {', '.join(CODECS)}")
    return CODECS[name](**options)


def build_channel(kind: str, options: dict[str, Any]) -> Any:
    """The checked options of a channel; LookupError for a wrong kind, ValueError for options."""
    if kind not in CHANNELS:
        raise LookupError(f"there is no channel kind {kind!r}; there are: {', '.join(CHANNELS)}")
    return CHANNELS[kind].options.model_validate(options)
