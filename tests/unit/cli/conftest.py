"""Fixtures: a site that ran, and the command line called as a person calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.cli.site import ran, write
from tongluo.cli.app import main
from tongluo.cli.texts import use


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Call `tongluo ...`; English unless `--language` says."""
    monkeypatch.setenv("TONGLUO_LANGUAGE", "en")

    def run(*args: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in args])
        code = ended.value.code
        captured = capsys.readouterr()
        return Ended(code if isinstance(code, int) else 0, captured.out, captured.err)

    yield run
    use("en")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of a site that ran for an hour; its daemon has stopped."""
    path = write(tmp_path)
    ran(path).journal.close()
    return path
