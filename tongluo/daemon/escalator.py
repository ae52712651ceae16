"""Escalation: while too few are reached, further channels are added, as `coverage.escalation` says.

The decision (`tongluo.daemon.next_step`) is a pure function of what has come back. What it orders
 is written as deliveries of the version that is in force, to those alone who have no proof
yet: keys are those of any delivery, so that a step that a crash cut off, or that is taken again,
gives nobody a second message. Whoever acts for others is sent to the doors without proof that came
to them since (`tongluo.daemon.doors_due`). Who was told by escalation alone hears the all-clear by
it, too. Who is still without proof lies in `unreached/<identifier>.csv`, by numbers of the
register; names are told by `tongluo coverage --unreached`.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from dissemination.channels import CHANNELS, Surroundings
from dissemination.channels.kind import Target
from dissemination.channels.wardens import SURE
from dissemination.coverage.known import F8
from dissemination.coverage.steps import Bits, Order, Step
from tongluo.config.coverage import EscalationIn
from tongluo.config.models import Config
from tongluo.config.tables import build_channel
from tongluo.core.log import Log
from tongluo.core.times import DAY
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level
from tongluo.coverage import errands, more, place
from tongluo.coverage.look import Look, look
from tongluo.coverage.sent import counted
from tongluo.daemon import doors_due
from tongluo.daemon.deliveries import Deliveries, Planned
from tongluo.daemon.next_step import aside, begun, entries, next_step, unnamed, wanted
from tongluo.store.current import in_force, site_time
from tongluo.store.journal import connect
from tongluo.store.rows import warning_of

EVERY = 30.0
"""Seconds between two looks."""
MINUTE = 60_000
NOBODY = "nobody"
"""In the list: there is nobody who could be sent, or no task got through."""
FIRST, LAST, LEFT_OUT = 0, 1, 2
"""Of targets, in the order of sending."""
ISSUED = """
SELECT DISTINCT o.channel FROM outbox o JOIN warnings w ON w.identifier = o.identifier
WHERE w.event = ?
"""
ENDED = """
SELECT body FROM warnings w WHERE act = 'cancel' AND sent > ?
AND NOT EXISTS (SELECT 1 FROM warnings n WHERE n.event = w.event AND n.seq > w.seq)
"""


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
        self._over = set[str]()
        """All-clears that everybody has who is to have them."""

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
            with self._going_on("escalation"):
                self.look(journal)
        journal.close()

    @contextmanager
    def _going_on(self, what: str) -> Iterator[None]:
        """Law 5: deliveries go on, and so do other warnings."""
        try:
            yield
            self.log.over(what)
        except Exception as error:
            self.log.trouble(what, repr(error))

    def look(self, journal: sqlite3.Connection) -> list[Step]:
        """One step for every warning in force that is high enough."""
        policy = self.config.coverage.escalation
        if policy is None:
            return []
        now = site_time(journal, stream=self.config.time.clock == "stream")
        with self._going_on("escalation of all-clears"):
            self._end(journal, now)
        least = Level.parse(policy.from_level)
        high = [w for w in in_force(journal, now) if w.level >= least and w.act is not Act.CANCEL]
        high.sort(key=lambda w: -w.level)
        steps = list[Step]()
        for w in high:
            if not self._stop.is_set():
                with self._going_on(f"escalation of {w.identifier}"):
                    steps.append(self._warning(journal, w, policy, now))
        return steps

    def _end(self, journal: sqlite3.Connection, now: int) -> None:
        """All-clears to whom escalation told on channels that the warning never went out on."""
        for (body,) in journal.execute(ENDED, (now - DAY,)).fetchall():
            w = warning_of(body)
            if w.identifier in self._over:
                continue
            for channel in self.deliveries.channels(w.event) - _issued(journal, w.event):
                fan = _fan(w, channel)
                if channel in self.config.channels and (told := self.deliveries.told(fan)):
                    self.deliveries.spread(fan, told, now)
                    self.wake()
            self._over.add(w.identifier)

    def _warning(
        self, journal: sqlite3.Connection, warning: WarningVersion, given: EscalationIn, now: int
    ) -> Step:
        bodies = journal.execute("SELECT body FROM warnings WHERE event = ?", (warning.event,))
        versions = [warning_of(body) for (body,) in bodies.fetchall()]
        found = look(self.config, self.folder, versions, warning, now)
        issued = _issued(journal, warning.event)
        if self._adopt(found, issued):
            found = look(self.config, self.folder, versions, warning, now)
        before = self.deliveries.escalations(warning.event, int(warning.level), found.start)
        ordered, everywhere = {*given.channels} - issued, self._acting & issued
        begin = begun(found, before, ordered, everywhere)
        found, again = errands.again(found, self._acting, given.wait // MINUTE)
        begin[again] = np.inf
        step = self._step(found, given, begin, now)
        fresh = self._said.get(warning.identifier) != step.reason
        if fresh:
            self._said[warning.identifier] = step.reason
            self.log.say("escalation", warning=warning.identifier, reason=step.reason,
                         orders=len(step.orders))  # fmt: skip
        if fresh or step.orders:
            given_by_now = errands.read(self.folder, counted(versions, warning))
            self._list(replace(found, errands=given_by_now))
        return step

    def _step(self, found: Look, given: EscalationIn, begin: F8, now: int) -> Step:
        """Order what the policy says. A channel whose targets nobody knows now, since the register
        cannot be read, is out: its cells get the next one, and it is tried again later."""
        made = list[Order]()
        while True:
            step, shut = next_step(found, given, begin), set[str]()
            over = {order.cell for order in made}
            fresh = self._open(found, [o for o in step.orders if o.cell not in over], given)
            for channel in dict.fromkeys(order.channel for order in fresh):
                mine = [order for order in fresh if order.channel == channel]
                try:
                    self._add(found, channel, mine, given.wait // MINUTE, now)
                except LookupError as error:
                    self.log.trouble(f"escalation by {channel}", str(error))
                    shut.add(channel)
                else:
                    self.log.over(f"escalation by {channel}")
                    made += mine
            if not shut:
                some = made or step.orders
                return Step(tuple(made), "more" if made else "wait") if some else step
            works = found.works.copy()
            works[:, [k for k, way in enumerate(found.ways) if way.name in shut]] = 0.0
            found = replace(found, works=works)

    def _open(self, found: Look, orders: list[Order], given: EscalationIn) -> list[Order]:
        """Without those for stranded people alone to all of whom somebody was just asked to go."""
        for channel in self._acting & {order.channel for order in orders}:
            who = wanted(found, orders) & errands.free(found, channel, given.wait // MINUTE)
            some = {*found.people.cell[who].tolist()}
            orders = [
                order for order in orders
                if not order.stranded or order.channel != channel or order.cell in some
            ]  # fmt: skip
        return orders

    @cached_property
    def _acting(self) -> frozenset[str]:
        """Channels to those who act for others."""
        every = self.config.channels.items()
        return frozenset(name for name, given in every if CHANNELS[given.kind].acting)

    def _adopt(self, found: Look, issued: Collection[str]) -> bool:
        """Note the errands of tasks that are out with the warning itself: all doors; whether there
        was anything to note."""
        mine, noted = self._acting.intersection(issued), set(found.errands.key)
        fresh = [
            row for row in found.rows
            if row.channel in mine and row.key not in noted
            and (row.handed is not None or row.state in errands.LOST)
        ]  # fmt: skip
        if fresh:
            try:
                own = doors_due.whole(self.folder, found.warning)
            except LookupError:
                return False  # they are noted once the register can be read
            self.deliveries.visited(
                (
                    row.key,
                    own.get(row.target, [(doors_due.UNNAMED, 0)]),
                    row.updated if row.handed is None else row.handed,
                )
                for row in fresh
            )
        return bool(fresh)

    def _add(self, found: Look, channel: str, orders: Sequence[Order], wait: int, now: int) -> None:
        """Plan a channel's deliveries to those in the ordered cells who have no proof."""
        w, names, fan = found.warning, found.people.names(), _fan(found.warning, channel)
        added = [(channel, *names[order.cell]) for order in orders if not order.stranded]
        who = wanted(found, orders)
        if channel in self._acting:
            who &= errands.free(found, channel, wait)
            given = doors_due.deal(self.folder, w, entries(found, who), unnamed(found, orders))
            sent = self.deliveries.give(fan, int(w.level), given, added, now, SURE)
        else:
            targets = self._targets(found, channel, who, every=bool(added))
            if targets:
                self.deliveries.spread(fan, targets, now)
            if any(way.apart for way in found.ways if way.name == channel):
                visits = [(entry, 0) for entry in entries(found, who)]
                self.deliveries.visited([(fan.key, visits, now)])
            self.deliveries.escalate(w.event, int(w.level), added, now)
            sent = len(targets)
        if sent:
            self.wake()
        self.log.say("escalated", warning=w.identifier, channel=channel, cells=len(orders),
                     deliveries=sent)  # fmt: skip

    def _targets(self, found: Look, channel: str, who: Bits, *, every: bool) -> list[Target]:
        """Targets of some people, the stranded last; every: and those that tell nobody apart."""
        given = self.config.channels[channel]
        find = CHANNELS[given.kind].targets
        if find is None:
            return [found.warning.area.id]
        options = build_channel(given.kind, given.options)
        around = Surroundings(self.folder, name=channel)
        listed = list(find(options, around, found.warning))
        links = place.named(self.folder, frozenset(found.people.areas)).links
        which, entry = links.of([t if isinstance(t, str) else t[0] for t in listed])
        again, person = found.people.members(entry)
        order = np.full(len(listed), LEFT_OUT if not every else FIRST)
        order[which] = LEFT_OUT  # others are a speaker, or a number that no register knows
        mine = who[person]
        turn = np.where(aside(found)[person[mine]], LAST, FIRST)
        np.minimum.at(order, which[again][mine], turn)
        chosen = np.argsort(order, kind="stable")
        return [listed[n] for n in chosen.tolist() if order[n] < LEFT_OUT]

    def _list(self, found: Look) -> None:
        """Who has no proof, whole or not there."""
        path = self.folder / "unreached" / f"{found.warning.identifier}.csv"
        path.parent.mkdir(exist_ok=True)
        names, out = found.people.names(), io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("area", "stratum", "entry", "people", "reach", "given", "minute"))
        reach, given = more.out_of_reach(found), errands.given(found)
        for number, cell, count in more.unreached(found):
            minute, to = given.get(number, ("", ""))
            row = *names[cell], more.shown(number), count, reach[number]
            table.writerow((*row, to or (NOBODY if number in given else ""), minute))
        fresh = path.with_suffix(".writing")
        fresh.write_text(out.getvalue(), encoding="utf-8")
        fresh.replace(path)


def _fan(warning: WarningVersion, channel: str) -> Planned:
    area = warning.area.id
    key = f"{warning.identifier}:{channel}:{area}"
    lane = int(warning.urgency)
    return Planned(key, warning.identifier, warning.event, channel, area, lane)


def _issued(journal: sqlite3.Connection, event: str) -> set[str]:
    """Channels that versions of a warning went out on by themselves."""
    return {channel for (channel,) in journal.execute(ISSUED, (event,))}
