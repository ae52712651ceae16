"""The example messages of the shared data, as payloads."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tests.shared import SHARED


def lines(path: str) -> list[dict[str, Any]]:
    """Objects of a file under `formats`, one a line; none when there is no shared data."""
    if not SHARED.is_dir():
        return []
    text = (SHARED / "formats" / path).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def geohazard(note: str) -> bytes:
    """The body whose note begins so."""
    bodies = [one["body"] for one in lines("geohazard/samples.jsonl") if note in one["note"]]
    return msgspec.json.encode(bodies[0])


def iot(kind: str) -> tuple[bytes, str]:
    """(payload, topic) of the sample of this kind."""
    found = next(one for one in lines("iot/samples.jsonl") if one["kind"] == kind)
    return msgspec.json.encode(found["payload"]), found.get("topic", "")
