"""How urgent what the dispatcher reads in the outbox is."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests.warned import BASE
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Exercise, Level, Status
from tongluo.daemon.outbox import _entry

OVER = replace(BASE, act=Act.CANCEL, level=Level.NONE, previous=Level.RED)
DRILL = replace(OVER, status=Status.EXERCISE, exercise=Exercise.DRILL)


@pytest.mark.parametrize(
    ("version", "lane"),
    [
        (OVER, Level.RED),
        (replace(BASE, act=Act.UPDATE, level=Level.BLUE, previous=Level.RED), Level.BLUE),
        (DRILL, Level.NONE),
    ],
)
def test_the_end_of_a_red_is_as_urgent_as_the_red(version: WarningVersion, lane: Level) -> None:
    body = msgspec.json.encode(version)
    found = _entry(1, version.identifier, "sms", "a", body, None)
    assert found.planned.lane == lane
