"""One channel's lane in the dispatcher: what is due, as fast as its gateway takes it.

A lane has its own thread, so a dead channel delays no other. It marks deliveries as attempted
before it hands them over and settles them after; what lies between is in flight, and is no more
than a window.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol

from dissemination.channels import CHANNELS, ChannelKind, Surroundings
from dissemination.rounds import endpoint
from tongluo.config.models import Config
from tongluo.config.tables import build_channel
from tongluo.core.clock import now_ms
from tongluo.core.crash import point
from tongluo.core.errors import (
    ChannelError,
    PermanentFailure,
    TemporaryFailure,
    TongluoError,
    UnknownOutcome,
)
from tongluo.core.log import Log
from tongluo.core.ports import Channel, Delivery
from tongluo.core.rate import parse_rate
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level
from tongluo.daemon import outbox
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned, Row
from tongluo.daemon.gate import Gate
from tongluo.daemon.pace import Bucket, filled, patience, ready, spent
from tongluo.store.journal import connect

NOT_OPEN = 5.0
"""Seconds until a channel that could not be opened is tried again."""
WINDOW = 16
"""Deliveries of one channel in flight at once, where its kind does not say: what one kill can leave
unknown."""
LONGEST_WAIT = 60_000
FAULTS = 3
"""Attempts at one delivery that may end in a fault of the channel's code; then it has failed."""


class House(Protocol):
    """What a lane needs of the dispatcher."""

    log: Log
    folder: Path
    config: Config
    deliveries: Deliveries

    def surroundings(self, name: str) -> Surroundings:
        """Where a channel runs."""


SAID = (DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
"""What any hand-over may say; all beyond needs a receipt, or a kind whose hand-over proves it."""


def believed(state: str, kind: ChannelKind) -> DeliveryState:
    """What a hand-over's word is worth (law 7).

    >>> believed("delivered", CHANNELS["mqtt"]).value, believed("played", CHANNELS["mqtt"]).value
    ('accepted', 'accepted')
    """
    found = DeliveryState(state)
    return found if found in SAID or found in kind.proves else DeliveryState.ACCEPTED


class Lane:
    """One channel's thread."""

    def __init__(self, dispatcher: House, name: str) -> None:
        self._all, self._name = dispatcher, name
        self.wake = threading.Event()
        self.stopping = False
        """Finish what is due, and end."""
        self.ended = False
        """Finish what has begun, and end."""
        self.thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._lock = threading.Lock()
        self._journal = connect(dispatcher.folder / "journal.db", read_only=True, any_thread=True)
        self._expire = dispatcher.config.time.clock == "system"
        given = dispatcher.config.channels[name]
        self._mutes = outbox.Mutes()
        self._kind = CHANNELS[given.kind]
        options = build_channel(given.kind, given.options)
        self._window = self._kind.window(options) if self._kind.window else WINDOW
        self._cost = self._kind.cost(options) if self._kind.cost else 1
        self._bucket = _bucket(given.rate, self._cost)
        around = Surroundings(dispatcher.folder, name=name)
        self._gate = Gate(name, dispatcher.config, around, self._journal)
        self._pause = Pause()
        self._faults = Counter[str]()
        self._late = dict[Planned, set[str]]()

    def _run(self) -> None:
        """A fault of the lane itself ends no other: it is told, and the lane begins again."""
        while True:
            try:
                self._work()
                return
            except Exception as error:  # law 5
                self._all.log.trouble(f"lane {self._name}", repr(error))
                if self.stopping:
                    return
                self.wake.wait(NOT_OPEN)

    def _work(self) -> None:
        self._repeat_cut_off()
        channel: Channel | None = None
        try:
            while True:
                self.wake.clear()
                if channel is None:
                    channel = self._open()
                if channel is not None:
                    while not self.ended and self._some(channel):
                        continue
                if self.stopping:
                    break
                able = self._spread() and channel is not None
                self.wake.wait(self._patience() if able else NOT_OPEN)
        finally:
            if channel is not None:
                channel.close()

    def _open(self) -> Channel | None:
        """The channel; None (told once, tried again) when it cannot be opened."""
        given = self._all.config.channels[self._name]
        try:
            options = build_channel(given.kind, given.options)
            channel = self._kind.open(options, self._all.surroundings(self._name))
        except (OSError, LookupError, ValueError, TongluoError) as error:
            self._all.log.trouble(f"channel {self._name}", str(error))
            return None
        return channel

    def _repeat_cut_off(self) -> None:
        """After a crash: unknown, and repeated with the same key; yellow and blue only by proof."""
        point("before_repeated")
        self._all.deliveries.cut_off(self._name, now_ms(), self._repeats)
        point("after_repeated")

    def _repeats(self, lane: int) -> bool:
        return self._kind.honours_keys or lane >= Level.ORANGE

    def _spread(self) -> bool:
        """A delivery for each recipient of what is new; False while they cannot be told."""
        find = self._kind.targets
        fans = self._all.deliveries.fans(self._name) if find else []
        for fan in fans:
            assert find is not None
            given = self._all.config.channels[self._name]
            try:
                options = build_channel(given.kind, given.options)
                around = Surroundings(self._all.folder)
                warning = self._warning(fan.identifier)
                found = list(find(options, around, warning))
                if warning.act is Act.CANCEL:  # who got the alarm, wherever he is listed now
                    found += self._all.deliveries.told(fan)
            except (OSError, LookupError) as error:
                self._all.log.trouble(f"recipients {self._name}", str(error))
                return False
            self._all.log.over(f"recipients {self._name}")
            if not found:
                self._all.log.say("nobody to send to", channel=self._name, area=fan.target)
            self._all.deliveries.spread(fan, found, now_ms())
        return self._widen()

    def more(self, fan: Planned, names: Iterable[str]) -> None:
        """What is out may concern these, too; they ask again if this process ends before."""
        with self._lock:
            self._late.setdefault(fan, set()).update(names)
        self.wake.set()

    def _widen(self) -> bool:
        """Deliveries for those that were named, where the version concerns them; as `_spread`."""
        given, among = self._all.config.channels[self._name], self._kind.among
        while self._late and among is not None:
            with self._lock:
                fan, names = next(iter(self._late.items()))
                names = set(names)
            around, warning = Surroundings(self._all.folder), self._warning(fan.identifier)
            options = build_channel(given.kind, given.options)
            try:
                found = among(options, around, warning, sorted(names))
            except (OSError, LookupError) as error:
                self._all.log.trouble(f"recipients {self._name}", str(error))
                return False
            self._all.deliveries.widen(fan, found, now_ms())
            with self._lock:
                self._late[fan] -= names
                if not self._late[fan]:
                    del self._late[fan]
        return True

    def _some(self, channel: Channel) -> bool:
        """Hand over what is due now; False when nothing was, or nothing may go out yet."""
        self._spread()
        most = self._allowed()
        if most == 0:
            return False
        self._mutes.refresh(self._journal)
        sure = not self._kind.honours_keys
        held = partial(self._kind.held, channel) if self._kind.held else None
        rows = self._all.deliveries.take(self._name, most, now_ms(), sure=sure, held=held)
        if rows:
            point("after_taken")
        warnings = {i: self._warning(i) for i in {row.identifier for row in rows}}
        work = partial(self._one, channel, warnings)
        outcomes = [outcome for some in self._each(work, rows) for outcome in some]
        if outcomes:
            point("before_settled")
            self._all.deliveries.settle(outcomes)
            point("after_settled")
        return bool(rows)

    def _each(
        self, work: Callable[[Row], list[Outcome]], rows: list[Row]
    ) -> Iterable[list[Outcome]]:
        """The work on each row, all at once where the channel can; ends when all have ended."""
        if self._kind.window is None:
            return map(work, rows)
        with ThreadPoolExecutor(self._window, self._name) as threads:
            return list(threads.map(work, rows))

    def _allowed(self) -> int:
        """How many deliveries may go out by the gateway's rate; none while it wants a pause."""
        now = now_ms()
        if self._pause.holds(now):
            return 0
        if self._bucket is None:
            return self._window
        self._bucket = filled(self._bucket, now)
        return min(self._window, ready(self._bucket) // self._cost)

    def _spend(self, parts: int) -> None:
        with self._lock:
            if self._bucket is not None:
                self._bucket = spent(self._bucket, parts)

    def _put_back(self, row: Row) -> list[Outcome]:
        return [Outcome(row.key, DeliveryState.QUEUED, now_ms(), "not begun")]

    def _one(
        self, channel: Channel, warnings: Mapping[str, WarningVersion], row: Row
    ) -> list[Outcome]:
        """Hand one over; what became of it. Whatever goes wrong is the matter of this one alone."""
        try:
            outcomes = self._hand(channel, warnings, row)
        except Exception as error:  # law 5
            return self._broken(row, error)
        with self._lock:
            self._faults.pop(row.key, None)
        return outcomes

    def _hand(
        self, channel: Channel, warnings: Mapping[str, WarningVersion], row: Row
    ) -> list[Outcome]:
        if self.ended or self._pause.holds(now_ms()):
            return self._put_back(row)
        warning = warnings[row.identifier]
        if reason := self._kept_off(warning, row):
            return [Outcome(row.key, DeliveryState.EXPIRED, now_ms(), reason)]
        try:
            refusal = self._gate.refusal(warning, endpoint(row.target))
        except (LookupError, OSError) as error:
            return self._failed(row, TemporaryFailure(f"who is enrolled is not known: {error}"))
        if refusal is not None:
            return [Outcome(row.key, refusal.state, now_ms(), refusal.reason)]
        point("before_hand_over")
        try:
            handed = channel.send(Delivery(row.key, warning, self._name, row.target, row.audience))
        except (ChannelError, OSError, sqlite3.OperationalError) as error:  # a full disk passes
            self._spend(1)
            return self._failed(row, error)
        point("after_hand_over")
        self._spend(int(handed.receipt.get("parts", 1)) if self._kind.cost else 1)
        self._pause.over()
        self._all.log.over(f"channel {self._name}")
        note = str(handed.receipt.get("note", ""))
        if note:
            self._all.log.say("told by the channel", channel=self._name, note=note)
        return [Outcome(row.key, believed(handed.state, self._kind), now_ms(), note)]

    def _kept_off(self, warning: WarningVersion, row: Row) -> str:
        """Why it is not sent any more, or not to this endpoint; "" when it is."""
        if self._expire and self._over(warning, row, now_ms()):
            return "too late"
        mute = self._mutes.of(warning, f"{self._name}:{endpoint(row.target)}")
        return f"muted by {mute.who}" if mute is not None else ""

    def _over(self, warning: WarningVersion, row: Row, now: int) -> bool:
        """Whether its time is past; an all-clear's, which may have been held, once it was tried."""
        if warning.act is not Act.CANCEL:
            return now > warning.expires
        tried_for = self._kind.clears
        return tried_for is not None and row.attempts > 0 and now > warning.sent + tried_for

    def _failed(self, row: Row, error: Exception) -> list[Outcome]:
        """A failure is final, or put off; a doubtful one is noted as unknown before."""
        now, reason = now_ms(), str(error)
        self._all.log.trouble(f"channel {self._name}", reason)
        if isinstance(error, PermanentFailure):
            return [Outcome(row.key, DeliveryState.FAILED, now, reason)]
        temporary = isinstance(error, TemporaryFailure)
        first = error.retry_after if isinstance(error, TemporaryFailure) else 1.0
        wait = min(LONGEST_WAIT, int(first * 1000 * 2 ** min(row.attempts, 6)))
        if isinstance(error, TemporaryFailure) and error.everyone:
            wait = self._pause.begin(now, first)
        later = Outcome(row.key, DeliveryState.QUEUED, now, reason, due=now + wait)
        doubt = Outcome(row.key, DeliveryState.UNKNOWN, now, reason)
        return [later] if temporary else [doubt, later] if self._repeats(row.lane) else [doubt]

    def _broken(self, row: Row, error: Exception) -> list[Outcome]:
        """A fault that no channel may raise: an outcome unknown, final after a few of them.

        Told by its class alone: its words may hold a number or an address.
        """
        reason = f"a fault of the channel: {type(error).__name__}"
        with self._lock:
            self._faults[row.key] += 1
            if self._faults[row.key] < FAULTS:
                return self._failed(row, UnknownOutcome(reason))
            del self._faults[row.key]
        return self._failed(row, PermanentFailure(f"{reason}, {FAULTS} times"))

    def _warning(self, identifier: str) -> WarningVersion:
        return outbox.version(self._journal, identifier)

    def _patience(self) -> float:
        due = self._all.deliveries.next_due(self._name)
        now = now_ms()
        if due is None:
            return 3600.0
        if self._pause.holds(now):
            due = max(due, self._pause.until)
        if self._bucket is None:
            return max(0.05, (due - now) / 1000)
        return max(0.005, (max(due, now + patience(self._bucket, self._cost)) - now) / 1000)


class Pause:
    """While a gateway as a whole is away, or asks for one: twice as long each time it goes on."""

    def __init__(self) -> None:
        self.until = 0
        self._times = 0
        self._lock = threading.Lock()

    def holds(self, now: int) -> bool:
        """Whether nothing goes out now; a clock that was set back makes it no longer."""
        return 0 < self.until - now <= LONGEST_WAIT

    def begin(self, now: int, seconds: float) -> int:
        """Hold everything; ms that it lasts. Hand-overs that fail at once count as one."""
        with self._lock:
            if not self.holds(now):
                self.until = now + min(LONGEST_WAIT, int(seconds * 1000 * 2 ** min(self._times, 6)))
                self._times += 1
            return self.until - now

    def over(self) -> None:
        """A hand-over succeeded: the next one is short again."""
        self._times = 0


def _bucket(rate: str | None, cost: int) -> Bucket | None:
    return Bucket(parse_rate(rate), now_ms(), least=cost) if rate else None
