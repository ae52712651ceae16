"""A site with one warned area and its recipients, for channels that keep a connection to a centre.

What they must hold is the same for all, and said here once.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

from dissemination.phones import digest, key_of
from tests.mosquitto import Mosquitto
from tests.scenarios.test_kannel import RED, YELLOW, County, end

__all__ = ["RED", "WINDOW", "YELLOW", "Centred", "end"]

WINDOW = 8
STEPS = ("before_hand_over", "before_named", "after_named", "after_hand_over")
"""The centre has the message, and nobody knows it: between the first two."""


class Centre(Protocol):
    """A message centre in a process of its own."""

    manner: dict[str, Any]
    url: str

    def start(self) -> None: ...
    def stop(self, how: signal.Signals = signal.SIGKILL) -> None: ...
    def order(self, **order: Any) -> None: ...
    def messages(self) -> list[dict[str, Any]]: ...
    def heard(self) -> Counter[str]: ...


class Centred(County):
    """The county, with a channel to a centre."""

    def __init__(self, folder: Path, broker: Mosquitto, centre: Any, channel: str) -> None:
        super().__init__(folder, broker, centre)
        self.centre: Centre = centre
        self.channel = channel

    def configure(self, people: int, rate: str = "") -> None:
        text = self.site.config.read_text().replace("channels: [record]", "channels: [sms]")
        channel = self.channel.format(url=self.centre.url, window=WINDOW)
        if rate:
            channel = channel.replace("    options:", f"    rate: {rate}\n    options:")
        self.site.config.write_text(text.replace("  record: {kind: recording}\n", channel))
        self.site.var.mkdir()
        self.numbers = [f"86138{n:08d}" for n in range(people)]
        (self.site.var / "people.txt").write_text("\n".join(self.numbers))

    def settled(self) -> bool:
        """Nothing waits or is in flight."""
        planned = self.site.query("SELECT count(*) FROM deliveries", file="deliveries.db")[0][0]
        waits = sum(map(self.count, ("queued", "attempted")))
        return bool(planned == len(self.numbers) and waits == 0)

    def receipts_lost_late_and_spoilt(self, people: int, patience: float) -> None:
        """Each state is what its report proves, and no more."""
        self.centre.manner["weights"] = [50, 15, 15, 10, 5, 5]
        self.centre.start()
        self.configure(people)
        self.warn(RED)
        dispatcher, pipe = self.site.dispatch()
        self.site.wait(dispatcher, lambda: len(self.centre.messages()) == people, patience)
        self.centre.order(release=True)
        wanted = self.expected()
        self.site.wait(dispatcher, lambda: self.states() == wanted, patience)
        end(dispatcher, pipe)
        assert self.states() == wanted
        assert set(wanted.values()) == {"accepted", "delivered", "failed"}
        assert self.centre.heard() == Counter(self.numbers)
        self.wrote_no_number_down()

    def wrote_no_number_down(self) -> None:
        """But for the list itself."""
        files = [p for p in self.site.var.rglob("*") if p.is_file() and p.name != "people.txt"]
        assert any("ids" in path.parts for path in files)
        for path in files:
            data = path.read_bytes()
            assert not [n for n in self.numbers if n.encode() in data], path.name

    def expected(self) -> dict[str, str]:
        fates = {"told": "delivered", "late": "delivered", "twice": "delivered",
                 "lost": "accepted", "spoilt": "accepted", "failed": "failed"}  # fmt: skip
        return {m["to"]: fates[m["fate"]] for m in self.centre.messages()}

    def kill_in_mid_fan_out(self, people: int, stage: float, kills: int, patience: float) -> None:
        """Killed at every step of hand-overs; each time the next dispatcher goes on."""
        self.centre.start()
        self.configure(people)
        self.warn(stage)
        for n in range(kills):
            name = STEPS[n % len(STEPS)]
            dispatcher, pipe = self.site.dispatch(crash_at=f"{name}:{people // (kills + 1)}")
            os.close(pipe)
            dispatcher.join(patience)
            assert dispatcher.exitcode == -signal.SIGKILL
        dispatcher, pipe = self.site.dispatch()
        self.site.wait(dispatcher, self.settled, patience)
        end(dispatcher, pipe)

    def doubtful(self) -> set[str]:
        """Numbers whose hand-over a kill cut off: counted as unknown first."""
        found = self.site.query(
            "SELECT key FROM history WHERE detail = 'cut off in mid hand-over'",
            file="deliveries.db",
        )
        keys = {key.rpartition(":")[2] for (key,) in found}
        secret = key_of(self.site.var)
        return {n for n in self.numbers if digest(n, secret) in keys}

    def red_forgets_nobody(self, people: int, kills: int, patience: float) -> None:
        """Twice hear it only those in flight at a kill, once a kill, counted as unknown before."""
        self.kill_in_mid_fan_out(people, RED, kills, patience)
        heard = self.centre.heard()
        assert set(heard) == set(self.numbers)
        twice = {n for n, times in heard.items() if times > 1}
        assert twice <= self.doubtful()
        assert sum(heard.values()) - len(heard) <= kills * WINDOW
        assert set(self.states().values()) <= {"delivered", "accepted"}

    def yellow_tells_nobody_twice(self, people: int, kills: int, patience: float) -> None:
        """What was cut off is not repeated; it is unknown, unless the centre had answered."""
        self.kill_in_mid_fan_out(people, YELLOW, kills, patience)
        heard, states = self.centre.heard(), self.states()
        assert set(heard.values()) == {1}
        unknown = {n for n, state in states.items() if state == "unknown"}
        assert set(self.numbers) - set(heard) <= unknown <= self.doubtful()
        assert 0 < len(self.doubtful()) <= kills * WINDOW

    def goes_on_after_a_break(self, people: int, patience: float) -> None:
        """The centre dies in the middle and comes back: nobody is forgotten."""
        self.centre.start()
        self.configure(people, rate="50/s")
        self.warn(RED)
        dispatcher, pipe = self.site.dispatch()
        self.site.wait(dispatcher, lambda: len(self.centre.messages()) > people // 3, patience)
        self.centre.stop()
        assert len(self.centre.heard()) < people
        self.centre.start()
        self.site.wait(dispatcher, self.settled, patience)
        end(dispatcher, pipe)
        heard = self.centre.heard()
        assert set(heard) == set(self.numbers)
        assert sum(heard.values()) - len(heard) <= WINDOW
