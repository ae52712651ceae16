"""The JSON Schema of `stations.yaml`, for editors: keys, words and shapes while one types.

It knows single values only; what one block says about another is checked by `tongluo check`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from detectors import DETECTORS
from dissemination.channels import CHANNELS
from ingest.codecs import CODECS
from tongluo.config.checks_sources import codec_options
from tongluo.config.models import Config
from tongluo.config.types import DURATION
from tongluo.core.times import say_duration
from tongluo.core.units import QUANTITIES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema() -> Schema:
    """The whole schema (draft 2020-12).

    >>> found = schema()
    >>> found["properties"]["store"]["$ref"], found["$defs"]["RuleIn"]["required"]
    ('#/$defs/Store', ['id', 'hazard', 'detector', 'quantity'])
    """
    found = Config.model_json_schema()
    _optional_null(found)
    _durations(found)
    parts = found["$defs"]
    quantities = {"enum": list(QUANTITIES)}
    parts["RuleIn"]["properties"]["quantity"] |= quantities
    parts["SensorIn"]["properties"]["quantity"] |= quantities
    parts["DerivedIn"]["properties"]["of"]["items"] = {
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/InputIn"}]
    }
    models = {name: detector.options for name, detector in DETECTORS.items()}
    _by_word(parts, "RuleIn", "detector", {n: _of_model(m) for n, m in models.items()})
    kinds = {name: kind.options for name, kind in CHANNELS.items()}
    _by_word(parts, "ChannelIn", "kind", {n: _of_model(m) for n, m in kinds.items()})
    _by_word(parts, "SourceIn", "codec", {name: _of_codec(name) for name in CODECS})
    return {"$schema": DIALECT, **found, "title": "stations.yaml of Tongluo"}


def _optional_null(node: Any) -> None:
    """`X | None` is written by leaving the key out: one schema instead of a choice of two."""
    for part in _parts(node):
        _optional_null(part)
        choices = part.get("anyOf") if isinstance(part, dict) else None
        if choices and {"type": "null"} in choices and len(choices) == 2:
            del part["anyOf"]
            part.update(next(c for c in choices if c != {"type": "null"}))
            if part.get("default", "") is None:
                del part["default"]


def _durations(node: Any) -> None:
    """Defaults of lengths of time, in the words of the file."""
    for part in _parts(node):
        _durations(part)
        said = part.get("default") if isinstance(part, dict) else None
        if isinstance(said, int) and part.get("pattern") == DURATION:
            part["default"] = say_duration(said)


def _parts(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _by_word(parts: Schema, block: str, key: str, options: dict[str, Schema]) -> None:
    """The word under `key` decides which `options` may stand beside it."""
    parts[block]["properties"][key]["enum"] = list(options)
    parts[block]["allOf"] = []
    for word, allowed in options.items():
        name = f"{block}_{word}"
        parts[name] = allowed
        parts[block]["allOf"].append(
            {
                "if": {"properties": {key: {"const": word}}, "required": [key]},
                "then": {
                    "properties": {"options": {"$ref": f"#/$defs/{name}"}},
                    "required": ["options"] if allowed.get("required") else [],
                },
            }
        )


def _of_model(model: type[BaseModel]) -> Schema:
    found = model.model_json_schema()
    _optional_null(found)
    return found


def _of_codec(codec: str) -> Schema:
    """The names of a codec's options; their shapes are checked by the codec itself."""
    known = codec_options(codec)
    return {
        "type": "object",
        "properties": {name: {} for name in known},
        "required": [name for name, needed in known.items() if needed],
        "additionalProperties": False,
    }
