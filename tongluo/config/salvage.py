"""What can still be checked of a file whose parts were refused, so that all faults show at once."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from tongluo.config.model_faults import keys_at
from tongluo.config.models import Config
from tongluo.config.texts import choice

_HARMLESS: dict[str, Any] = {
    "name": "-",
    "name_en": "-",
    "at": None,
    "owner": "",
    "people": 0,
    "code": "",
    "plan": "",
    "plan_en": "",
    "note": "",
    "contact": "",
    "by": "-",
    "why": "-",
    "why_en": "-",
    "who": "-",
    "document": "",
    "year": None,
    "hold": "30 min",
    "quorum": 0.5,
}
"""Keys that no cross-check reads, and what stands for a refused value."""

_SITE = {"name": "-", "name_en": "-", "sender": {"id": "-", "name": "-", "name_en": "-"}}


def salvage(plain: Any, error: ValidationError) -> tuple[Config, frozenset[str]]:
    """A configuration of what is sound, and the names of the sections that are not."""
    whole = copy.deepcopy(plain)
    broken = {
        section for e in error.errors() if (section := _mended(whole, e["loc"], e["type"])) != ""
    }
    try:
        return _without(whole, broken), frozenset(broken)
    except ValidationError as again:
        broken |= {str(e["loc"][0]) for e in again.errors()}
        return _without(whole, broken), frozenset(broken)


def _without(plain: Any, broken: Collection[str]) -> Config:
    left = {key: value for key, value in plain.items() if key not in broken}
    return Config.model_validate({**left, "site": left.get("site", _SITE)})


def _mended(plain: Any, loc: tuple[Any, ...], kind: str) -> str:
    """Put a refused value right where nothing depends on it; else the section it breaks."""
    known = choice(loc[-1], keys_at(Config, loc[:-1]))
    if len(loc) == 1:
        plain.pop(loc[0], None)
        return (known.near or "") if kind == "extra_forbidden" else str(loc[0])
    place = next((n for n, part in enumerate(loc) if n and part in _HARMLESS), None)
    extra = kind == "extra_forbidden"
    if (extra and known.near) or (not extra and place is None):
        return str(loc[0])
    at = len(loc) - 1 if extra or place is None else place
    block = plain
    for part in loc[:at]:
        block = block[part]
    if extra:
        block.pop(loc[-1], None)
    else:
        block[loc[at]] = _HARMLESS[loc[at]]
    return ""
