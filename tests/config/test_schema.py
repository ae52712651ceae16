"""The JSON Schema fits the right files and refuses wrong ones, by a small validator of our own.

It knows the keywords the schema uses, and fails on any other.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tongluo.config.document import parse
from tongluo.config.schema import schema

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIGHT = [
    *sorted((HERE / "good").glob("*.yaml")),
    *sorted(ROOT.glob("stations.yaml")),
    *sorted(ROOT.glob("replay_data/*/stations.yaml")),
]
WRONG = (
    *("missing-key", "misspelt-key", "unknown-key", "misspelt-section", "empty-value"),
    *("number-where-text-belongs", "list-where-text-belongs", "space-in-an-id", "id-too-long"),
    *("sender-with-a-space", "hour-that-is-not", "status-that-is-not", "unknown-hazard"),
    *("number-with-unit", "negative-people", "circle-of-no-size", "coordinates-swapped"),
    *("position-of-one-number", "cadence-without-unit", "cadence-in-words", "password-in-the-file"),
    *("unknown-codec", "unknown-option-of-a-codec", "missing-option-of-a-codec"),
    *("unknown-detector", "misspelt-option-of-a-rule", "option-of-a-rule-out-of-range"),
    *("unknown-level", "no-levels", "unknown-kind-of-channel", "misspelt-option-of-a-channel"),
)
SILENT = {"$schema", "$defs", "title", "description", "default", "examples", "format"}
TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool,
    "integer": int, "number": (int, float),
}  # fmt: skip
SCHEMA = schema()


def fits(value: Any, rule: Any) -> bool:
    """Whether a value fits a rule of the schema."""
    if isinstance(rule, bool):
        return rule
    assert set(rule) <= SILENT | set(KEYWORDS) | {"then"}, set(rule)
    return all(KEYWORDS[key](value, told, rule) for key, told in rule.items() if key in KEYWORDS)


def of_type(value: Any, told: str, _: Any) -> bool:
    wanted = TYPES[told]
    return isinstance(value, wanted) and (told == "boolean" or not isinstance(value, bool))


def refers(value: Any, told: str, _: Any) -> bool:
    return fits(value, SCHEMA["$defs"][told.removeprefix("#/$defs/")])


def properties(value: Any, told: Any, _: Any) -> bool:
    return not isinstance(value, dict) or all(
        fits(value[key], rule) for key, rule in told.items() if key in value
    )


def others(value: Any, told: Any, rule: Any) -> bool:
    if not isinstance(value, dict):
        return True
    known, patterns = rule.get("properties", {}), rule.get("patternProperties", {})
    rest = [k for k in value if k not in known and not any(re.search(p, k) for p in patterns)]
    return all(fits(value[key], told) for key in rest)


def items(value: Any, told: Any, rule: Any) -> bool:
    return not isinstance(value, list) or all(
        fits(item, told) for item in value[len(rule.get("prefixItems", ())) :]
    )


def number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


KEYWORDS: dict[str, Any] = {
    "type": of_type,
    "$ref": refers,
    "enum": lambda v, told, _: v in told,
    "const": lambda v, told, _: v == told,
    "anyOf": lambda v, told, _: any(fits(v, rule) for rule in told),
    "allOf": lambda v, told, _: all(fits(v, rule) for rule in told),
    "if": lambda v, told, rule: not fits(v, told) or fits(v, rule["then"]),
    "properties": properties,
    "patternProperties": lambda v, told, _: not isinstance(v, dict) or all(
        fits(v[k], rule) for p, rule in told.items() for k in v if re.search(p, k)
    ),
    "propertyNames": lambda v, told, _: not isinstance(v, dict) or all(fits(k, told) for k in v),
    "additionalProperties": others,
    "required": lambda v, told, _: not isinstance(v, dict) or set(told) <= set(v),
    "minProperties": lambda v, told, _: not isinstance(v, dict) or len(v) >= told,
    "items": items,
    "prefixItems": lambda v, told, _: not isinstance(v, list) or all(map(fits, v, told)),
    "minItems": lambda v, told, _: not isinstance(v, list) or len(v) >= told,
    "maxItems": lambda v, told, _: not isinstance(v, list) or len(v) <= told,
    "pattern": lambda v, told, _: not isinstance(v, str) or bool(re.search(told, v)),
    "minLength": lambda v, told, _: not isinstance(v, str) or len(v) >= told,
    "maxLength": lambda v, told, _: not isinstance(v, str) or len(v) <= told,
    "minimum": lambda v, told, _: not number(v) or v >= told,
    "maximum": lambda v, told, _: not number(v) or v <= told,
    "exclusiveMaximum": lambda v, told, _: not number(v) or v < told,
    "exclusiveMinimum": lambda v, told, _: not number(v) or v > told,
}  # fmt: skip


def plain(path: Path) -> Any:
    return parse(path.name, path.read_text(encoding="utf-8")).plain


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_right_files_fit(path: Path) -> None:
    assert fits(plain(path), SCHEMA)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_do_not(name: str) -> None:
    assert not fits(plain(HERE / "wrong" / f"{name}.yaml"), SCHEMA)


def test_lengths_of_time_are_written_as_in_the_file() -> None:
    broker = SCHEMA["$defs"]["Broker"]["properties"]
    assert (broker["keepalive"]["type"], broker["keepalive"]["default"]) == ("string", "30 s")


def test_the_blocks_say_what_they_are() -> None:
    models = [part for name, part in SCHEMA["$defs"].items() if "_" not in name and "type" in part]
    assert all(part.get("description") for part in models)
    assert SCHEMA["$schema"].endswith("2020-12/schema")
