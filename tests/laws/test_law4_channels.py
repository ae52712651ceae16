"""Law 4 for every registered channel: a fan-out that is killed at each of its steps.

A dispatcher process of its own plans and sends while it is ended by SIGKILL at every named point
and at random moments, and is started again until all is told. Then nobody is forgotten, and nobody
was told twice who was not in flight at a kill, and counted as unknown first: by the receiver's own
notes, and by the history.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dissemination.channels import CHANNELS
from tests.laws.fan_out import FanOut
from tests.laws.receivers import RECEIVERS

MOST = {"ebm": 9_000}
"""Of a day: an EBMID has four digits for them."""


def test_every_channel_has_a_receiver() -> None:
    assert RECEIVERS.keys() == CHANNELS.keys()


@pytest.mark.parametrize("kind", CHANNELS)
def test_killed_at_every_step_nobody_is_forgotten(kind: str, tmp_path: Path) -> None:
    fan_out = FanOut(tmp_path, kind, 80)
    with fan_out.field():
        fan_out.kill_at_every_step(seed=4)
        fan_out.finish()
        fan_out.check()


@pytest.mark.long
@pytest.mark.parametrize("kind", CHANNELS)
def test_ten_thousand(kind: str, tmp_path: Path) -> None:
    fan_out = FanOut(tmp_path, kind, MOST.get(kind, 10_000))
    with fan_out.field():
        fan_out.kill_at_every_step(seed=5, rounds=2)
        fan_out.finish()
        copies = fan_out.check()
    print(f"{kind}: {fan_out.kills} kills, {copies} copies too many")
