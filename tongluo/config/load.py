"""Reading `stations.yaml`: every fault at once, each with file, line, path, reason and hint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tongluo.config.checks import check
from tongluo.config.document import Document, Listed, parse
from tongluo.config.faults import Fault
from tongluo.config.model_faults import model_faults
from tongluo.config.models import Config
from tongluo.config.remarks import remarks
from tongluo.config.salvage import salvage
from tongluo.config.stations_csv import StationList, read_list
from tongluo.config.texts import say
from tongluo.core.errors import ConfigError


@dataclass(frozen=True)
class Loaded:
    """A configuration that passed every check."""

    config: Config
    path: Path
    text: str
    """The whole file and its station list as one JSON document, which is YAML too: what the
    journal keeps, so that a replay finds it again."""

    @property
    def digest(self) -> str:
        """Version: 12 hex digits of SHA-256 over `text`."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    def remarks(self, today: str, language: str = "en-US") -> list[str]:
        """What is not wrong, but worth a look: one line each. `today`: like 2026-07-01.

        The file is read once more for its lines, so that a daemon need not keep them.
        """
        document = parse(str(self.path), _read(self.path, language))
        _stations(document, self.folder)
        return document.lines(list(remarks(self.config, today)), language)


def load(path: Path, language: str = "en-US") -> Loaded:
    """Read and check a file; ConfigError with one line for each fault, in the language asked."""
    document = parse(str(path), _read(path, language))
    if document.root is None and document.faults:
        raise ConfigError(document.lines(document.faults, language))
    found = _stations(document, path.parent)
    config, faults = validate(document.plain, ("stations",) if found.faults else ())
    faults = [*document.faults, *found.faults, *faults]
    if faults or config is None:
        raise ConfigError(document.lines(faults, language))
    text = json.dumps(document.plain, ensure_ascii=False)
    return Loaded(config, path.resolve(), text)


def from_text(text: str, path: Path = Path("stations.yaml")) -> Loaded:
    """The configuration that the journal keeps as `Loaded.text`.

    It passed every check once, and is not refused by a check that came later. ConfigError when
    this version cannot read it at all.
    """
    try:
        config = Config.model_validate(json.loads(text))
    except ValueError as error:
        fault = f"a configuration kept in the journal cannot be read: {error}"
        raise ConfigError([fault]) from error
    return Loaded(config, path, text)


def validate(plain: Any, broken: Collection[str] = ()) -> tuple[Config | None, list[Fault]]:
    """The model of plain values, and all their faults; `broken`: sections known to be so."""
    if not isinstance(plain, dict):
        return None, [Fault((), "empty_file")]
    try:
        config = Config.model_validate(plain)
    except ValidationError as error:
        whole, more = salvage(plain, error)
        return None, [*model_faults(error, Config), *check(whole, {*broken, *more})]
    return config, check(config, broken)


def _read(path: Path, language: str) -> str:
    code, values = "", {}
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        code, values = "unreadable", {"detail": error.strerror or str(error)}
    except UnicodeDecodeError as error:
        code, values = "not_utf8", {"byte": str(error.start)}
    reason, hint = say(code, values, language)
    raise ConfigError([f"{path}:1: file: {reason} -> {hint}"])


def _stations(document: Document, folder: Path) -> StationList:
    """Put the stations of the list beside the file, if there is one, behind those of the file."""
    plain = document.plain
    if not isinstance(plain, dict) or not isinstance(plain.get("stations_csv"), str):
        return StationList()
    beside = folder / plain["stations_csv"]
    try:
        data = beside.read_bytes()
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        values = {"name": plain["stations_csv"], "detail": detail}
        return StationList(faults=[Fault(("stations_csv",), "list_unreadable", values)])
    found = read_list(str(beside), data)
    own = plain.get("stations") or []
    if isinstance(own, list):
        plain["stations"] = [*own, *found.stations]
        document.listed = Listed(str(beside), len(own), tuple(found.lines))
        del plain["stations_csv"]
    return found
