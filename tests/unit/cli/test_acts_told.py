"""What the command line says of an act that is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Call
from tongluo.cli import acts


@pytest.mark.parametrize(
    ("word", "done", "said"),
    [
        ("update", {"level": "yellow", "issued": True}, "E: yellow is out"),
        ("cancel", {"level": "none", "issued": True}, "E: all-clear is out"),
        ("cancel", {"level": "none", "issued": False}, "E: all-clear approved by you"),
        (
            "cancel",
            {"level": "none", "issued": False, "signed": False},
            "E: all-clear asked for by you",
        ),
        ("retract", {"level": "none", "issued": True}, "E: retraction is out"),
    ],
)
def test_an_end_is_called_by_its_name(
    call: Call, config: Path, monkeypatch: pytest.MonkeyPatch, word: str, done: dict[str, Any],
    said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(acts, "order", lambda *_, **__: {"event": "E", **done})
    ended = call(word, "E", "--operator", "li", "--why", "x", "--config", config)
    assert (ended.code, ended.out.startswith(said)) == (0, True)
