"""What the dispatcher does for the register: areas, dead numbers; and that trouble is only told.

Numbers are learned by a thread of its own, from the history of deliveries: the tests take its steps
by themselves, but for one that waits for the thread.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dissemination.receipts import Receipt
from dissemination.targeting import Register
from tests.unit.cli.site import write
from tests.unit.targeting.people import number, person, register, warning
from tongluo.config.load import load
from tongluo.config.models import ChannelIn, Config
from tongluo.core.errors import RegisterError
from tongluo.core.log import Log
from tongluo.core.words import DeliveryState
from tongluo.daemon import people
from tongluo.daemon.deliveries import Deliveries, Planned
from tongluo.daemon.people import RegisterKeeper

OPTIONS = {"username": "u", "password": {"env": "P"}, "recipients": "register", "dead_after": 1}
DEAD, HEARD = (DeliveryState.FAILED, "x err:001 y"), (DeliveryState.DELIVERED, "fine")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    found = load(write(tmp_path)).config
    sms = ChannelIn(kind="kannel", options=OPTIONS)
    return found.model_copy(update={"channels": {**found.channels, "sms": sms}})


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Deliveries]:
    made = Deliveries(tmp_path / "deliveries.db")
    yield made
    made.close()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread: the test steps."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)


def came(rows: Deliveries, channel: str, target: str, what: tuple[DeliveryState, str]) -> Receipt:
    """A receipt, as the dispatcher writes it down."""
    fan = Planned(f"e.v1:{channel}:A", "e.v1", "e", channel, "A", 4)
    key = f"e.v1:{channel}:{target}"
    rows.spread(fan, [target], 1)
    assert rows.receive(key, what[0], 0, what[1], 1_000)
    return Receipt(key, what[0], None, what[1])


def left(made: Register) -> list[str]:
    return [made.address(t) for t, _ in made.recipients(warning(), "sms")]


def test_areas_are_kept_up_and_numbers_learned(
    tmp_path: Path, config: Config, rows: Deliveries, quiet: None
) -> None:
    made = register(tmp_path, person(1), person(2))
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    assert {a.id for a in config.areas} <= set(made.places())
    targets = [made.vault.target(number(n)) for n in (1, 2)]
    came(rows, "sms", targets[0], DEAD)
    came(rows, "record", targets[1], DEAD)
    assert keeper.step() and not keeper.step()
    assert left(made) == [number(2)]


def test_a_locked_register_stalls_no_receipt_and_learns_it_afterwards(
    tmp_path: Path, config: Config, rows: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "AGAIN", 0.01)
    made = register(tmp_path, person(1), person(2))
    target = made.vault.target(number(1))
    learned, tried = threading.Event(), threading.Event()
    whole = RegisterKeeper.step

    def step(self: RegisterKeeper) -> bool:
        tried.set()
        done = whole(self)
        if done:
            learned.set()
        return done

    monkeypatch.setattr(RegisterKeeper, "step", step)
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    other = sqlite3.connect(tmp_path / "register.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    keeper.hear(came(rows, "sms", target, DEAD))  # at once: were it to wait, it would for 30 s
    assert tried.wait(30) and not learned.is_set()
    assert len(left(made)) == 2
    other.execute("ROLLBACK")
    other.close()
    assert learned.wait(60)
    keeper.close()
    assert left(made) == [number(2)]


def test_what_a_kill_cut_off_is_learned_by_the_next_process_once(
    tmp_path: Path, config: Config, rows: Deliveries, quiet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = register(tmp_path, person(1), person(2))
    first, second = (made.vault.target(number(n)) for n in (1, 2))
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    came(rows, "sms", first, DEAD)
    came(rows, "sms", first, HEARD)
    came(rows, "sms", second, DEAD)
    with monkeypatch.context() as killed:
        killed.setattr(RegisterKeeper, "_keep", lambda *_: None)  # before the cursor was written
        assert keeper.step()
    said = made.db.execute("SELECT * FROM addresses").fetchall()
    again = RegisterKeeper(config, tmp_path, Log("test"))
    assert again.step() and not again.step()
    assert made.db.execute("SELECT * FROM addresses").fetchall() == said
    assert left(made) == [number(1)]


def test_receipts_of_before_the_first_cursor_are_left(
    tmp_path: Path, config: Config, rows: Deliveries, quiet: None
) -> None:
    made = register(tmp_path, person(1))
    came(rows, "sms", made.vault.target(number(1)), DEAD)
    assert not RegisterKeeper(config, tmp_path, Log("test")).step()
    assert left(made) == [number(1)]


def test_one_receipt_that_cannot_be_learned_stops_no_other(
    tmp_path: Path, config: Config, rows: Deliveries, quiet: None, capsys: Any
) -> None:
    made = register(tmp_path, person(1))
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    good = keeper._learn["sms"]

    def learn(receipt: Receipt, now: int) -> None:
        if receipt.id.endswith("0"):
            raise ValueError("strange")
        good(receipt, now)

    keeper._learn["sms"] = learn
    came(rows, "sms", "0" * 24, DEAD)
    came(rows, "sms", made.vault.target(number(1)), DEAD)
    assert keeper.step()
    assert left(made) == [] and "strange" in capsys.readouterr().err


def test_without_a_register_trouble_is_told_and_nothing_is_lost(
    tmp_path: Path, config: Config, rows: Deliveries, quiet: None, capsys: Any
) -> None:
    keeper = RegisterKeeper(config, tmp_path, Log("test"))
    assert "no register" in capsys.readouterr().err
    came(rows, "sms", "0" * 24, DEAD)
    with pytest.raises(LookupError):
        keeper.step()
    (tmp_path / "register.db").write_bytes(b"spoilt" * 1000)
    with pytest.raises(RegisterError):
        keeper.step()
    (tmp_path / "register.db").unlink()
    Register.open(tmp_path).close()
    assert keeper.step() and not keeper.step()
