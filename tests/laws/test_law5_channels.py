"""Law 5 for every registered channel: one that is dead, or hangs, delays no other.

The dead ones are told of each warning together with a record of it, by one dispatcher. Whoever they
turn to takes a connection and never says a word; what leads to files or folders finds none.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dissemination.channels import CHANNELS
from dissemination.installations import name_of
from dissemination.subscriptions import Subscription, Subscriptions
from tests.conformance.test_channels import EXAMPLES
from tests.laws.fan_out import journal
from tests.laws.live import Site
from tests.laws.test_law6_exercise import people
from tests.push_service import UserAgent
from tests.warned import BASE

WARNINGS = 30
OUT = ("handed_over", "accepted", "delivered", "played", "acknowledged")
HANGS: dict[str, Any] = {"timeout": 60}
DEAD: dict[str, dict[str, Any]] = {
    "declared": {"file": "."},
    "loudspeaker": {"timeout": 60, "answer_within": 60},
    "recording": {"file": "."},
    "wardens": {"by": "sms"},
}
"""Options of a channel that cannot work, beside the address; others only hang as long as they can
wait."""


class Dead(Site):
    """A site whose channels are all dead but for the record."""

    def __init__(self, folder: Path, hole: str) -> None:
        self.folder, self.var = folder, folder / "var"
        self.var.mkdir()
        people(self.var, enrolled=False)
        browser = UserAgent()
        with closing(Subscriptions(self.var)) as kept:
            kept.put(
                name_of("0" * 32), Subscription(f"http{hole}/x", browser.public, browser.auth), 0
            )
        channels = {kind: {"kind": kind, "options": options(kind, hole)} for kind in CHANNELS}
        by = {**options("kannel", hole), "recipients": "register"}
        channels |= {"sms": {"kind": "kannel", "options": by}, "record": {"kind": "recording"}}
        versions = [replace(BASE, identifier=f"e{n}.v1", event=f"e{n}") for n in range(WARNINGS)]
        journal(self.var, channels, versions, [*CHANNELS, "record"])

    def states(self, channel: str) -> list[str]:
        rows = "SELECT state FROM deliveries WHERE channel = ?"
        return [state for (state,) in self.query(rows, channel, file="deliveries.db")]

    def tried(self) -> set[str]:
        """Channels that have turned to the other side, or cannot even be opened or spread."""
        found = "SELECT DISTINCT channel FROM deliveries WHERE attempts > 0"
        return {channel for (channel,) in self.query(found, file="deliveries.db")}


def options(kind: str, hole: str) -> dict[str, Any]:
    """Of the example, with the address of whoever never answers."""
    given = dict(EXAMPLES[kind].options)
    if "url" in given:
        scheme = "http" if given["url"].startswith("{") else ""
        given["url"] = given["url"].format(url=scheme + hole)
    if "port" in given:
        given["port"] = int(hole.rpartition(":")[2])
    return given | DEAD.get(kind, HANGS if "timeout" in given else {})


@pytest.fixture
def hole() -> Iterator[str]:
    """An address that takes connections, and nothing else."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=500)) as server:
        yield f"://127.0.0.1:{server.getsockname()[1]}"


def test_dead_channels_of_every_kind_delay_no_other(tmp_path: Path, hole: str) -> None:
    site = Dead(tmp_path, hole)
    dispatcher, pipe = site.dispatch()
    try:
        site.wait(dispatcher, lambda: site.states("record") == ["accepted"] * WARNINGS)
        unopened = {"declared", "recording"}
        site.wait(dispatcher, lambda: site.tried() >= set(CHANNELS) - unopened)
        for kind in CHANNELS:
            assert not set(site.states(kind)) & set(OUT), kind
    finally:
        dispatcher.kill()
        dispatcher.join()
        os.close(pipe)
