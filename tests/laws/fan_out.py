"""A fan-out through one channel, killed at each of its steps, and what must hold after it.

Half of the recipients are told of red, half of yellow: what a crash leaves in doubt is repeated for
the first, and never for the second, unless the channel honours keys.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dissemination.channels import CHANNELS
from tests.build import SITE
from tests.laws.live import Site
from tests.laws.receivers import RECEIVERS
from tests.laws.receiving import Field, Receiver, version
from tests.warned import BASE
from tongluo.core.crash import SENDING
from tongluo.core.effects import Effects, Tick
from tongluo.core.warning import WarningVersion
from tongluo.daemon.deliveries import CUT_OFF
from tongluo.store.journal import Journal

PATIENCE = 60.0
REMEMBERING = {"cmpp", "ebm", "gammu", "loudspeaker", "smpp", "sms_http", "wardens"}
"""Channels that write down what a message is called."""
ONCE = ("before_planned", "after_planned", "amid_spread")
EACH = ("before_hand_over", "before_named", "after_named", "after_hand_over")
"""Points passed once a delivery; the others once a window, or once a start."""


class FanOut(Site):
    """Versions in a journal, a channel, its receiver, and a dispatcher that is started again."""

    def __init__(self, folder: Path, kind: str, people: int) -> None:
        self.folder, self.var, self.kind = folder, folder / "var", CHANNELS[kind]
        self.name, self.people = kind, people
        self.kills, self.patience = 0, PATIENCE + people / 50

    @contextmanager
    def field(self) -> Iterator[Receiver]:
        """The receiver, and the warnings: half of the people are told of red, half of yellow."""
        self.var.mkdir()
        half = self.people // 2
        if self.kind.targets:
            numbers = [f"86138{n:08d}" for n in range(2 * half)]
            areas = {"red": numbers[:half], "yellow": numbers[half:]}
        else:
            areas = {f"{level}{n}": [] for level in ("red", "yellow") for n in range(half)}
        with RECEIVERS[self.name](Field(self.folder, self.var, areas)) as receiver:
            self.receiver = receiver
            own = {"kind": self.name, "options": receiver.options}
            channels = {"own": own, **receiver.others}
            journal(self.var, channels, [version(area) for area in areas], ["own"])
            yield receiver

    def kill_at(self, point: str, times: int) -> None:
        dispatcher, pipe = self.dispatch(crash_at=f"{point}:{times}")
        try:
            dispatcher.join(self.patience)
            assert dispatcher.exitcode == -signal.SIGKILL, f"{point} was not passed {times} times"
        finally:
            os.close(pipe)
        self.kills += 1

    def kill_after(self, more: int) -> None:
        """Killed at whatever moment `more` further deliveries have been attempted, or all are
        told."""
        wanted = self.attempts() + more
        dispatcher, pipe = self.dispatch()
        self.wait(dispatcher, lambda: self.attempts() >= wanted or self.settled(), self.patience)
        dispatcher.kill()
        dispatcher.join()
        os.close(pipe)
        self.kills += 1

    def finish(self) -> None:
        """Undisturbed, until all is told."""
        dispatcher, pipe = self.dispatch()
        self.wait(dispatcher, self.settled, 10 * self.patience)
        os.close(pipe)
        dispatcher.join(30)
        assert dispatcher.exitcode == 0

    def kill_at_every_step(self, seed: int, rounds: int = 1) -> None:
        """At each point that the channel passes, then at random moments."""
        chance, once = random.Random(seed), points(self.name)
        steps = once + [x for x in once if x not in ONCE] * (rounds - 1)
        steps += ["random"] * (len(steps) // 3)
        share = max(1, self.people // (2 * len(steps)))
        for step in steps:
            if step == "random":
                self.kill_after(chance.randint(1, share))
            else:
                self.kill_at(step, chance.randint(1, share) if step in EACH else 1)

    def attempts(self) -> int:
        if not (self.var / "deliveries.db").exists():
            return 0
        found = "SELECT count(*) FROM history WHERE state = 'attempted'"
        return int(self.query(found, file="deliveries.db")[0][0])

    def settled(self) -> bool:
        """Nothing waits or is in flight, and the receiver has said all that it had to say."""
        rows = self.query("SELECT state, count(*) FROM deliveries GROUP BY 1", file="deliveries.db")
        counts = dict(rows)
        waits = counts.get("queued", 0) + counts.get("attempted", 0)
        return sum(counts.values()) == self.people and waits == 0 and self.receiver.done()

    def check(self) -> int:
        """The law; how many copies too many there were."""
        copies, names = Counter[str](), defaultdict[str, set[str]](set)
        for recipient, name in self.receiver.heard():
            target = self.receiver.targets.get(recipient, recipient)
            copies[target] += 1
            names[target].add(name)
        states = self.query(
            "SELECT target, identifier, state FROM deliveries", file="deliveries.db"
        )
        assert len(states) == len({t for t, *_ in states}) == self.people, "planned once each"
        assert copies.keys() <= {t for t, *_ in states}, "nobody who was not planned"
        doubts = self.doubts()
        for target, identifier, state in states:
            self.one(copies[target], doubts[target], state, urgent=identifier.startswith("red"))
            assert len(names[target]) <= 1, "all copies of a delivery bear one name"
        return sum(n - 1 for n in copies.values() if n)

    def one(self, copies: int, doubts: int, state: str, *, urgent: bool) -> None:
        """What holds of each delivery."""
        if self.kind.honours_keys:
            assert copies == 1, "once, whatever was killed"
        elif urgent:
            assert 1 <= copies <= 1 + doubts, "once, and once more for each time it was in doubt"
        else:
            assert copies <= 1, "nobody hears it twice"
            assert copies == 1 or (doubts == 1 and state == "unknown"), "or it is in doubt"
        assert state != "unknown" or (doubts and not urgent)
        assert state not in ("failed", "expired")

    def doubts(self) -> Counter[str]:
        """Target -> how often its hand-over was counted as unknown; no more at once than may be
        in flight."""
        found = self.query("SELECT key, at FROM history WHERE detail = ?", CUT_OFF,
                           file="deliveries.db")  # fmt: skip
        at_once = Counter(at for _, at in found)
        assert len(at_once) <= self.kills
        assert all(n <= self.receiver.window for n in at_once.values())
        return Counter(key.rpartition(":")[2] for key, _ in found)


def journal(
    folder: Path, channels: dict[str, Any], versions: list[WarningVersion], out: list[str]
) -> None:
    """A journal with a configuration, and with versions that are to go out."""
    config = {"site": SITE, "time": {"clock": "stream"}, "channels": channels}
    made = Journal(folder / "journal.db")
    with made.transaction():
        made.configuration(json.dumps(config), [], Effects(), BASE.sent)
        made.tick(Tick(BASE.sent), Effects(warnings=[(v, out) for v in versions]))
    made.close()


def points(kind: str) -> list[str]:
    """The named points that a fan-out on a channel passes."""
    skipped = set[str]()
    if CHANNELS[kind].targets is None:
        skipped.add("amid_spread")
    if kind not in REMEMBERING:
        skipped |= {"before_named", "after_named"}
    return [point for point in SENDING if point not in skipped]
