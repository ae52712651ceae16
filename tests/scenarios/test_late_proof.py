"""Loudspeakers that prove late, never, or while nobody listens: what stands in deliveries.db."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.build import SITE
from tests.laws.live import Site
from tests.mosquitto import Mosquitto, broker
from tests.speaker import PROVEN, UNPROVEN, Answer, Speaker
from tests.warned import BASE
from tongluo.core.effects import Effects, Tick
from tongluo.store.journal import Journal

__all__ = ["broker"]

HORN = {
    "kind": "loudspeaker",
    "options": {"speakers": {"a-1": ["s1"]}, "answer_within": 20, "proof_within": 0.2},
}
PLAYING: Answer = {"state": "playing"}


class Village:
    """A site with one speaker; what the daemon writes is written here."""

    def __init__(self, folder: Path, mosquitto: Mosquitto, stack: ExitStack) -> None:
        self.site, self.port, self.stack = Site(folder, mosquitto.url), mosquitto.port, stack
        config = {"site": SITE, "broker": {"url": mosquitto.url}, "time": {"clock": "stream"},
                  "channels": {"horn": HORN}}  # fmt: skip
        journal = Journal(self.site.var / "journal.db")
        with journal.transaction():
            journal.configuration(json.dumps(config), [], Effects(), 1)
            journal.tick(Tick(BASE.sent), Effects(warnings=[(BASE, ("horn",))]))
        journal.db.close()

    def speaker(self, *answers: Answer) -> Speaker:
        found = Speaker(self.port, "s1", lambda _: list(answers))
        self.stack.callback(found.close)
        return found

    def is_(self, state: str, process: BaseProcess) -> None:
        """Wait until the one delivery is in a state."""
        self.site.wait(process, lambda: self.states() == [state])

    def states(self) -> list[str]:
        rows = self.site.query("SELECT state FROM deliveries", file="deliveries.db")
        return [state for (state,) in rows]

    def history(self) -> list[str]:
        rows = self.site.query("SELECT state FROM history ORDER BY rowid", file="deliveries.db")
        return [state for (state,) in rows]


@pytest.fixture
def village(tmp_path: Path, broker: Mosquitto) -> Iterator[Village]:
    with ExitStack() as stack:
        yield Village(tmp_path, broker, stack)


def end(process: BaseProcess, pipe: int) -> None:
    os.close(pipe)
    process.join(30)
    assert process.exitcode == 0


def test_success_without_proof_of_play_is_unknown_to_the_end(village: Village) -> None:
    village.speaker(UNPROVEN)
    dispatcher, pipe = village.site.dispatch()
    village.is_("unknown", dispatcher)
    end(dispatcher, pipe)
    assert village.states() == ["unknown"]


def test_proof_after_the_hand_over_is_a_receipt(village: Village) -> None:
    speaker = village.speaker(PLAYING)
    dispatcher, pipe = village.site.dispatch()
    village.is_("accepted", dispatcher)
    speaker.answer(UNPROVEN)  # a word of success alone changes nothing
    speaker.answer(PROVEN)
    village.is_("played", dispatcher)
    speaker.answer({"state": "failed", "message": "afterwards"})
    site = village.site
    site.wait(dispatcher, lambda: village.history()[-1] == "failed")
    end(dispatcher, pipe)
    assert village.states() == ["played"]
    said = site.query("SELECT state FROM receipts ORDER BY at, state", file="deliveries.db")
    assert sorted(said) == [("failed",), ("played",), ("unknown",)]


def test_proof_that_was_said_while_the_dispatcher_was_away(village: Village) -> None:
    speaker = village.speaker(PLAYING)
    dispatcher, pipe = village.site.dispatch()
    village.is_("accepted", dispatcher)
    os.kill(dispatcher.pid or 0, signal.SIGKILL)
    dispatcher.join(20)
    os.close(pipe)
    speaker.answer(PROVEN)
    dispatcher, pipe = village.site.dispatch()
    village.is_("played", dispatcher)
    end(dispatcher, pipe)
    assert speaker.commands.qsize() == 1  # it was not asked again
