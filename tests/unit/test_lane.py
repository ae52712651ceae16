"""A lane on a clock that the test holds: rates, windows, pauses, what is most urgent first."""

from __future__ import annotations

import io
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import CHANNELS, ChannelKind, Surroundings, recording
from tests.warned import BASE
from tongluo.config.models import ChannelIn
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.log import Log
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import HOUR
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level
from tongluo.daemon import lane as lanes
from tongluo.daemon.deliveries import Deliveries, Planned
from tongluo.daemon.lane import Lane
from tongluo.store.journal import connect

START = 1_782_864_000_000
WINDOW = 4


class Gateway:
    """A channel that notes when what came, and fails as it is told."""

    def __init__(self, clock: Clock, parts: int) -> None:
        self.clock, self.parts = clock, parts
        self.came: list[tuple[int, str]] = []
        self.faults: list[Exception] = []
        self.inside = self.most = 0
        self.lock = threading.Lock()
        self.together: threading.Barrier | None = None

    def send(self, delivery: Delivery) -> Handed:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            fault = self.faults.pop(0) if self.faults else None
        if self.together is not None:
            self.together.wait(30)
        with self.lock:
            self.inside -= 1
            if fault is None:
                self.came.append((self.clock.now, delivery.target))
        if fault is not None:
            raise fault
        return Handed("accepted", {"parts": self.parts})

    def close(self) -> None:
        pass


class Clock:
    now = START

    def read(self) -> int:
        return self.now


class House:
    """What a lane needs of a dispatcher."""

    def __init__(self, folder: Path, rate: str | None, clock: str = "stream") -> None:
        self.said, self.folder = io.StringIO(), folder
        self.log = Log("test", self.said)
        self.deliveries = Deliveries(folder / "deliveries.db")
        channel = ChannelIn(kind="trial", rate=rate)
        time = type("Time", (), {"clock": clock})()
        self.config: Any = type("Config", (), {"channels": {"sms": channel}, "time": time})()
        connect(folder / "journal.db").close()

    def surroundings(self, name: str) -> Surroundings:
        return Surroundings(self.folder, name=name)

    def queue(self, count: int, level: Level = Level.RED, first: int = 0) -> None:
        planned = [
            Planned(f"{level.word}.v1:sms:{n}", f"{level.word}.v1", f"{level.word}{n}", "sms",
                    str(n), int(level))
            for n in range(first, first + count)
        ]  # fmt: skip
        self.deliveries.plan(planned, 1, START)

    def count(self, state: str) -> int:
        return int(self.ask("SELECT count(*) FROM deliveries WHERE state = ?", state)[0][0])

    def ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        db = sqlite3.connect(self.folder / "deliveries.db")
        try:
            return db.execute(query, values).fetchall()
        finally:
            db.close()


class Trial:
    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, rate: str | None,
                 parts: int = 1, window: int | None = None, clock: str = "stream",
                 **kind_of: Any) -> None:  # fmt: skip
        self.clock = Clock()
        self.gateway = Gateway(self.clock, parts)
        patch.setattr(lanes, "now_ms", self.clock.read)
        kind = ChannelKind(
            recording.Options, lambda *_: self.gateway, honours_keys=False,
            window=None if window is None else lambda _: window, cost=lambda _: parts, **kind_of,
        )  # fmt: skip
        patch.setitem(CHANNELS, "trial", kind)
        self.house = House(folder, rate, clock)
        self.lane = Lane(self.house, "sms")
        self.act = BASE.act
        patch.setattr(self.lane, "_warning", self.warning)

    def warning(self, name: str) -> WarningVersion:
        return replace(BASE, identifier=name, act=self.act, sent=START, expires=START + HOUR)

    def run(self, until: int) -> None:
        """Whenever the lane would wake, to a time."""
        while self.clock.now < until:
            while self.lane._some(self.gateway):
                pass
            self.clock.now += max(1, round(self.lane._patience() * 1000))

    def close(self) -> None:
        self.house.deliveries.close()
        self.lane._journal.close()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    found: list[Trial] = []

    def make(**given: Any) -> Trial:
        found.append(Trial(tmp_path, monkeypatch, **{"rate": None, **given}))
        return found[-1]

    yield make
    for trial in found:
        trial.close()


@pytest.mark.parametrize("parts", [1, 2])
def test_in_no_minute_more_than_the_rate_and_nearly_as_many(made: Any, parts: int) -> None:
    trial = made(rate="300/min", parts=parts)
    trial.house.queue(700)
    trial.run(START + 120_000)
    times = [at for at, _ in trial.gateway.came]
    most = max(sum(start <= at < start + 60_000 for at in times) for start in times)
    assert most * parts <= 300
    assert len(times) * parts >= 580


def test_what_is_urgent_goes_first_though_it_came_last(made: Any) -> None:
    trial = made(rate="2/s")
    trial.house.queue(20, Level.YELLOW)
    trial.run(START + 3_000)
    trial.house.queue(4, Level.RED, first=100)
    before = len(trial.gateway.came)
    trial.run(START + 8_000)
    after = [target for _, target in trial.gateway.came[before:]]
    assert after[:4] == ["100", "101", "102", "103"] and len(after) > 6


def test_as_many_as_the_window_wait_for_answers_at_once(made: Any) -> None:
    trial = made(window=WINDOW)
    trial.house.queue(12)
    trial.gateway.together = threading.Barrier(WINDOW)  # nobody is answered before all have asked
    trial.run(START + 1_000)
    assert trial.gateway.most == WINDOW and len(trial.gateway.came) == 12


def test_a_gateway_that_wants_a_pause_gets_one_and_then_everything_once(made: Any) -> None:
    trial = made()
    trial.house.queue(40)
    trial.gateway.faults = [TemporaryFailure("throttled", 2.0, everyone=True)]
    trial.run(START + 1_900)
    assert trial.gateway.came == [] and trial.house.count("queued") == 40
    trial.run(START + 2_200)
    assert sorted(int(target) for _, target in trial.gateway.came) == list(range(40))
    assert trial.house.count("accepted") == 40


def test_pauses_grow_while_they_go_on_and_end_with_a_success(made: Any) -> None:
    trial = made(window=1)
    trial.house.queue(1)
    fault = TemporaryFailure("away", 1.0, everyone=True)
    trial.gateway.faults = [fault] * 3
    trial.run(START + 6_900)
    assert trial.gateway.came == []
    trial.run(START + 7_200)  # 1 + 2 + 4 s
    assert len(trial.gateway.came) == 1
    trial.house.queue(1, first=5)
    trial.gateway.faults = [fault]
    begun = trial.clock.now
    trial.run(begun + 1_200)
    assert len(trial.gateway.came) == 2


def test_one_recipients_failure_holds_up_no_other(made: Any) -> None:
    trial = made()
    trial.house.queue(20)
    trial.gateway.faults = [TemporaryFailure("later", 5.0), PermanentFailure("never")]
    trial.run(START + 100)
    assert len(trial.gateway.came) == 18
    assert (trial.house.count("failed"), trial.house.count("queued")) == (1, 1)


@pytest.mark.parametrize("window", [None, WINDOW])
def test_a_fault_of_one_delivery_is_its_own_and_ends(made: Any, window: int | None) -> None:
    trial = made(window=window)
    trial.house.queue(20)
    send = trial.gateway.send

    def faulty(delivery: Delivery) -> Handed:
        handed: Handed = send(delivery)
        if delivery.target == "5":
            raise ValueError("8619900000001")
        return handed

    trial.gateway.send = faulty
    trial.run(START + 600_000)
    came = [target for _, target in trial.gateway.came]
    assert {target: came.count(target) for target in came if target != "5"} == {
        str(n): 1 for n in range(20) if n != 5
    }
    assert came.count("5") == lanes.FAULTS
    assert (trial.house.count("accepted"), trial.house.count("failed")) == (19, 1)
    said = trial.house.said.getvalue()
    assert "ValueError" in said and "8619900000001" not in said
    assert trial.lane._faults == {}


def test_a_full_disk_under_a_channel_passes(made: Any) -> None:
    trial = made()
    trial.house.queue(1)
    trial.gateway.faults = [sqlite3.OperationalError("database or disk is full")] * 5
    trial.run(START + 600_000)
    assert len(trial.gateway.came) == 1 and trial.house.count("accepted") == 1


def test_an_all_clear_is_tried_for_as_long_as_the_kind_says(made: Any) -> None:
    trial = made(clock="system", clears=6 * HOUR)
    trial.act = Act.CANCEL
    trial.house.queue(1)
    trial.gateway.faults = [TemporaryFailure("away", 60.0)] * 10_000
    trial.run(START + 24 * HOUR)
    tried = 10_000 - len(trial.gateway.faults)
    assert 350 <= tried <= 361 and trial.house.count("expired") == 1


def test_an_all_clear_is_tried_once_however_late(made: Any) -> None:
    trial = made(clock="system", clears=6 * HOUR)
    trial.act = Act.CANCEL
    trial.clock.now = START + 24 * HOUR
    trial.house.queue(1)
    trial.run(START + 25 * HOUR)
    assert len(trial.gateway.came) == 1


def test_an_all_clear_of_another_kind_is_tried_until_it_is_through(made: Any) -> None:
    trial = made(clock="system")
    trial.act = Act.CANCEL
    trial.house.queue(1)
    trial.gateway.faults = [TemporaryFailure("away", 60.0)] * 1_000
    trial.run(START + 24 * HOUR)
    assert len(trial.gateway.came) == 1


def test_who_is_known_to_be_out_of_reach_is_not_tried_and_leaves_no_trace(made: Any) -> None:
    until = START + HOUR

    def held(_: Any, target: str) -> float:
        return max(0.0, (until - trial.clock.now) / 1000) if int(target) % 2 else 0.0

    trial = made(held=held)
    trial.house.queue(200)
    trial.run(START + HOUR // 2)
    assert {int(target) for _, target in trial.gateway.came} == set(range(0, 200, 2))
    assert trial.house.count("queued") == 100
    assert trial.house.ask("SELECT count(*) FROM history WHERE key LIKE '%1'") == [(0,)]
    trial.run(START + HOUR + 60_000)
    assert sorted(int(target) for _, target in trial.gateway.came) == list(range(200))
    assert trial.house.ask("SELECT DISTINCT attempts FROM deliveries") == [(1,)]
