"""What the tests of spoken warnings need: the programs, a warning, and every text there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dissemination import texts
from tests.warned import SENT, make
from tongluo.core.warning import Area, Sender, WarningVersion
from tongluo.core.words import GRADES, Act, Hazard, Level, Status

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="needs the voices: apt-get install espeak-ng"
)
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="needs the encoder: apt-get install ffmpeg"
)
BASE = make(
    area=Area("a-1", "青溪镇3号点", "Qingxi site 3", 900, circle=(23.15, 113.25, 5.0)),
    sender=Sender("demo@example.org", "示例县", "Example County"),
    onset=SENT,
    reason={"zh": "3小时累计降雨56.4毫米（阈值50毫米）", "en": "56.4 mm in 3 h (threshold 50 mm)"},
    policy="",
    extra={},
)


def warning(**changes: Any) -> WarningVersion:
    """A warning that differs from BASE as given."""
    return replace(BASE, **changes)


def every_warning() -> Iterator[WarningVersion]:
    """Each hazard, level and act for which there are texts; one place."""
    for hazard in (hazard for hazard in Hazard if hazard.issued):
        yield warning(hazard=hazard, act=Act.CANCEL, level=Level.NONE, previous=Level.RED)
        yield warning(hazard=hazard, act=Act.UPDATE, level=Level.UNKNOWN, previous=Level.RED)
        for level in GRADES:
            yield warning(hazard=hazard, level=level)
            for previous in GRADES:
                yield warning(hazard=hazard, act=Act.UPDATE, level=level, previous=previous)


def every_text(language: str) -> list[str]:
    """Every different headline, description and instruction, of exercises too."""
    said = dict[str, None]()
    for one in every_warning():
        for status in Status:
            meant = replace(one, status=status)
            for write in (texts.headline, texts.description, texts.instruction):
                said[write(meant, language)] = None
    return list(said)
