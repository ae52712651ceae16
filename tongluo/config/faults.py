"""A fault of a configuration file: where it is, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongluo.config.texts import Choice, say

Path = tuple[str | int, ...]

SECRETS = ("password", "token", "secret", "passwd", "api_key")
"""Whatever stands under a key of this name is never shown."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. The words for `code` are in `texts_en` and `texts_zh`."""

    path: Path
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None
    """Its line, where the path alone does not tell."""
    file: str | None = None
    """Its file, where it is not the configuration itself."""

    def words(self, language: str = "en-US") -> tuple[str, str]:
        """(reason, hint) for a person.

        >>> Fault(("site", "name"), "missing", {"key": "name"}).words()
        ('is missing', 'add `name: ...` to this block')
        """
        return say(self.code, self.values, language)


def dotted(path: Path) -> str:
    """The path as people write it.

    >>> dotted(("stations", 3, "sensors", 0, "unit"))
    'stations[3].sensors[0].unit'
    """
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.lstrip(".") or "file"


def shown(path: Path, value: Any) -> str:
    """A value as it may be shown: one line, not too long, and no secret.

    >>> shown(("broker", "password"), "x"), shown(("site", "name"), None), shown((), True)
    ('***', 'null', 'true')
    """
    if secret(path):
        return "***"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def secret(path: Path) -> bool:
    """Whether what stands here must not be shown."""
    return any(str(part).lower() in SECRETS for part in path)


__all__ = ["Choice", "Fault", "Path", "dotted", "secret", "shown"]
