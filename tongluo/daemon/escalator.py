"""Escalation: while too few are reached, further channels are added, as `coverage.escalation` says.

The decision is `dissemination.coverage.steps.step`, a pure function of what has come back. What it
orders is written as deliveries of the version that is in force, to those alone who have no proof
yet: keys are those of any delivery, so that a step that a crash cut off, or that is taken again,
gives nobody a second message. Who is still without proof lies in `unreached/<identifier>.csv`
for the wardens, by numbers of the register; names are told by `tongluo coverage --unreached`.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dissemination.channels import CHANNELS, Surroundings
from dissemination.channels.kind import Target
from dissemination.coverage import steps
from dissemination.coverage.known import F8
from dissemination.coverage.live import Estimates
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Order, Policy, Step
from tongluo.config.coverage import EscalationIn
from tongluo.config.models import Config
from tongluo.config.tables import build_channel
from tongluo.core.log import Log
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level
from tongluo.coverage import more, place
from tongluo.coverage.foretold import contacts
from tongluo.coverage.look import Look, look
from tongluo.daemon.deliveries import Deliveries, Planned
from tongluo.store.current import in_force, site_time
from tongluo.store.journal import connect
from tongluo.store.rows import warning_of

EVERY = 30.0
"""Seconds between two looks."""
MINUTE = 60_000


@dataclass
class Escalator:
    """Looks at the warnings in force from time to time, in a thread of its own."""

    folder: Path
    config: Config
    deliveries: Deliveries
    log: Log
    wake: Callable[[], None]
    """Tell the channels that there is something to do."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._said: dict[str, str] = {}

    def start(self) -> None:
        """Begin, where the configuration asks for it."""
        if self.config.coverage.escalation is not None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="escalation")
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self) -> None:
        journal = connect(self.folder / "journal.db", read_only=True)
        while not self._stop.wait(EVERY):
            try:
                self.look(journal)
                self.log.over("escalation")
            except Exception as error:  # law 5: deliveries go on
                self.log.trouble("escalation", repr(error))
        journal.close()

    def look(self, journal: sqlite3.Connection) -> list[Step]:
        """One step for every warning in force that is high enough."""
        policy = self.config.coverage.escalation
        if policy is None:
            return []
        now = site_time(journal, stream=self.config.time.clock == "stream")
        least = Level.parse(policy.from_level)
        high = [w for w in in_force(journal, now) if w.level >= least and w.act is not Act.CANCEL]
        high.sort(key=lambda w: -w.level)
        return [self._warning(journal, w, policy, now) for w in high if not self._stop.is_set()]

    def _warning(
        self, journal: sqlite3.Connection, warning: WarningVersion, given: EscalationIn, now: int
    ) -> Step:
        bodies = journal.execute("SELECT body FROM warnings WHERE event = ?", (warning.event,))
        versions = [warning_of(body) for (body,) in bodies.fetchall()]
        found = look(self.config, self.folder, versions, warning, now)
        before = self.deliveries.escalations(warning.event, int(warning.level))
        step = next_step(found, given, begun(found, before))
        for channel in dict.fromkeys(order.channel for order in step.orders):
            self._add(found, channel, [o for o in step.orders if o.channel == channel], now)
        if self._said.get(warning.identifier) != step.reason:
            self._said[warning.identifier] = step.reason
            self.log.say("escalation", warning=warning.identifier, reason=step.reason,
                         orders=len(step.orders))  # fmt: skip
            self._list(found)
        return step

    def _add(self, found: Look, channel: str, orders: Sequence[Order], now: int) -> None:
        """Plan a channel's deliveries to those in the ordered cells who have no proof."""
        w, names = found.warning, found.people.names()
        targets = self._targets(found, channel, [order.cell for order in orders])
        head = f"{w.identifier}:{channel}"
        fan = Planned(
            f"{head}:{w.area.id}", w.identifier, w.event, channel, w.area.id, int(w.level)
        )
        if targets:
            self.deliveries.spread(fan, targets, now)
            self.wake()
        added = [(channel, *names[order.cell]) for order in orders]
        self.deliveries.escalate(w.event, int(w.level), added, now)
        self.log.say("escalated", warning=w.identifier, channel=channel, cells=len(orders),
                     deliveries=len(targets))  # fmt: skip

    def _targets(self, found: Look, channel: str, cells: Sequence[int]) -> list[Target]:
        given = self.config.channels[channel]
        find = CHANNELS[given.kind].targets
        if find is None:
            return [found.warning.area.id]
        options = build_channel(given.kind, given.options)
        every = list(find(options, Surroundings(self.folder, name=channel), found.warning))
        if CHANNELS[given.kind].acting:
            return every
        links = place.named(self.folder, frozenset(found.people.areas)).links
        which, entry = links.of([t if isinstance(t, str) else t[0] for t in every])
        again, person = found.people.members(entry)
        proven = np.zeros(len(found.people.cell), bool)
        proven[found.sent.person[found.sent.proven < NEVER]] = True
        wanted = ~proven[person] & np.isin(found.people.cell[person], np.array(cells))
        known = np.zeros(len(every), bool)
        known[which] = True
        chosen = ~known  # a speaker, or a number that no register knows: not to be told apart
        chosen[which[again][wanted]] = True
        return [target for target, yes in zip(every, chosen, strict=True) if yes]

    def _list(self, found: Look) -> None:
        """Who has no proof, whole or not there."""
        path = self.folder / "unreached" / f"{found.warning.identifier}.csv"
        path.parent.mkdir(exist_ok=True)
        names, out = found.people.names(), io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("area", "stratum", "entry", "people", "reach"))
        reach = more.out_of_reach(found)
        for number, cell, count in more.unreached(found):
            table.writerow((*names[cell], more.shown(number), count, reach[number]))
        fresh = path.with_suffix(".writing")
        fresh.write_text(out.getvalue(), encoding="utf-8")
        fresh.replace(path)


def policy_of(given: EscalationIn) -> Policy:
    """The configured policy in minutes."""
    return Policy(
        given.channels, given.target, given.by, given.wait // MINUTE, given.stuck // MINUTE,
        given.until // MINUTE, given.everywhere,
    )  # fmt: skip


def begun(found: Look, before: Sequence[tuple[str, str, str, int]]) -> F8:
    """(cells, channels) minute at which each channel was begun, infinite where it was not."""
    now = found.at(found.minute)
    out = np.where(now.used, 0.0, np.inf)
    names = {pair: n for n, pair in enumerate(found.people.names())}
    channels = {way.name: k for k, way in enumerate(found.ways)}
    for channel, area, stratum, at in before:
        if (area, stratum) in names and channel in channels:
            cell, k = names[area, stratum], channels[channel]
            out[cell, k] = max(0, at - found.start) // MINUTE
    return out


def next_step(found: Look, given: EscalationIn, begin: F8) -> Step:
    """What the policy says now."""
    now, policy = found.at(found.minute), policy_of(given)
    size = len(found.people.people)
    reach = found.least(found.minute) / np.maximum(found.people.people, 1)
    if policy.by == "estimated":
        estimates = Estimates.of(now)
        each = np.eye(size, dtype=bool)
        lows = [estimates.interval(one).low for one in each]
        reach = np.maximum(reach, np.nan_to_num(np.array(lows)))
    since = steps.idle_since(
        found.people, found.ways, found.sent, found.aired, found.minute, begin, policy
    )
    shares = steps.expected(now)
    return steps.step(
        found.people, found.ways, shares, reach, policy, found.minute, since, found.works,
        contacts(found),
    )  # fmt: skip
