"""Reading `stations.yaml`: every fault at once, each with file, line, path, reason and hint."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tongluo.config.checks import check
from tongluo.config.faults import Fault, of_pydantic
from tongluo.config.models import Config
from tongluo.core.errors import ConfigError

CSV_COLUMNS = ("id", "name", "name_en", "lat", "lon", "profiles", "device", "owner")


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


def load(path: Path) -> Loaded:
    """Read and check a file; ConfigError with one line for each fault."""
    text = _read(path)
    document = _parse(path, text)
    lines: list[str] = []
    plain = _plain(document)
    if isinstance(plain, dict) and isinstance(plain.get("stations_csv"), str):
        beside = path.parent / plain["stations_csv"]
        more, lines = _stations_csv(beside)
        plain["stations"] = [*(plain.get("stations") or []), *more]
        del plain["stations_csv"]
    config, faults = validate(plain)
    lines += [fault.line(path.name, document) for fault in faults]
    if lines or config is None:
        raise ConfigError(lines)
    return Loaded(config, path.resolve(), json.dumps(plain, ensure_ascii=False, default=str))


def validate(plain: Any) -> tuple[Config | None, list[Fault]]:
    """The model of a plain document, and all its faults."""
    if not isinstance(plain, dict):
        return None, [Fault((), "the file is empty or not a list of keys", "start with `site:`")]
    try:
        config = Config.model_validate(plain)
    except ValidationError as error:
        return None, [of_pydantic(e) for e in error.errors()]
    return config, check(config)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            [f"{path}: cannot be read: {error.strerror} -> check the path"]
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            [f"{path}: is not UTF-8 text (byte {error.start}) -> save it as UTF-8"]
        ) from error


def _parse(path: Path, text: str) -> Any:
    yaml = YAML()
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path.name}:{mark.line + 1 if mark else 1}"
        problem = (error.problem or "not YAML").split("\n")[0]
        hint = (
            "give each key once" if "duplicate" in problem else "check indentation, colons, quotes"
        )
        raise ConfigError([f"{where}: file: {problem} -> {hint}"]) from error
    except YAMLError as error:
        raise ConfigError([f"{path.name}:1: file: {error} -> check the text"]) from error


def _plain(node: Any) -> Any:
    """Dicts, lists and scalars of a round-trip document."""
    if isinstance(node, dict):
        return {str(k): _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v) for v in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, int):
        return int(node)
    return float(node) if isinstance(node, float) else node


def _stations_csv(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Stations of the list beside the file, and its faults with their line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [], [f"{path.name}:1: file: cannot be read: {error} -> check stations_csv"]
    rows = csv.DictReader(text.splitlines())
    wrong = sorted(set(rows.fieldnames or ()) - set(CSV_COLUMNS))
    if wrong or "id" not in (rows.fieldnames or ()):
        return [], [
            f"{path.name}:1: header: unknown or missing columns {wrong or ['id']} -> use "
            f"{','.join(CSV_COLUMNS)}"
        ]
    stations: list[dict[str, Any]] = []
    faults: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            stations.append(_station(row))
        except ValueError as error:
            faults.append(f"{path.name}:{number}: {row.get('id')}: {error} -> correct this line")
    return stations, faults


def _station(row: dict[str, str]) -> dict[str, Any]:
    station: dict[str, Any] = {"id": row["id"], "name": row.get("name") or row["id"]}
    for key in ("name_en", "device", "owner"):
        if row.get(key):
            station[key] = row[key]
    if row.get("lat") or row.get("lon"):
        station["at"] = (float(row.get("lat") or "x"), float(row.get("lon") or "x"))
    station["profiles"] = (row.get("profiles") or "").split()
    return station
