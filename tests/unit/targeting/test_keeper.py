"""What the dispatcher does for the register: areas, dead numbers; and that trouble is only told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dissemination.receipts import Receipt
from dissemination.targeting import Register
from tests.unit.cli.site import write
from tests.unit.targeting.people import number, person, register, warning
from tongluo.config.load import load
from tongluo.config.models import ChannelIn, Config
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState
from tongluo.daemon.people import RegisterKeeper

OPTIONS = {"username": "u", "password": {"env": "P"}, "recipients": "register", "dead_after": 1}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    found = load(write(tmp_path)).config
    sms = ChannelIn(kind="kannel", options=OPTIONS)
    return found.model_copy(update={"channels": {**found.channels, "sms": sms}})


def failed(channel: str, target: str) -> Receipt:
    return Receipt(f"e.v1:{channel}:{target}", DeliveryState.FAILED, None, "x err:001 y")


def test_areas_are_kept_up_and_numbers_learned(tmp_path: Path, config: Config) -> None:
    made = register(tmp_path, person(1), person(2))
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    assert {a.id for a in config.areas} <= set(made.places())
    targets = [made.vault.target(number(n)) for n in (1, 2)]
    keeper.hear(failed("sms", targets[0]))
    keeper.hear(failed("record", targets[1]))
    keeper.hear(Receipt("no key at all", DeliveryState.FAILED, None, "err:001"))
    assert [made.address(t) for t, _ in made.recipients(warning(), "sms")] == [number(2)]


def test_without_a_register_trouble_is_told_and_nothing_else(
    tmp_path: Path, config: Config, capsys: Any
) -> None:
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    keeper.hear(failed("sms", "0" * 24))
    assert "no register" in capsys.readouterr().err
    Register.open(tmp_path).close()
    keeper.hear(failed("sms", "0" * 24))
    (tmp_path / "register.db").write_bytes(b"spoilt" * 1000)
    keeper.hear(failed("sms", "0" * 24))
