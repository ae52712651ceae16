"""The dispatcher: its own process, from the journal's outbox to the channels.

Each channel has its own thread: a dead one delays no other. A byte on standard input means that
there is something in the outbox; its end means finish what is due, and end.

    python -m tongluo.daemon.dispatcher FOLDER
"""

from __future__ import annotations

import os
import select
import sys
import threading
from pathlib import Path

from dissemination import cap
from dissemination.channels import CHANNELS, Surroundings
from tongluo.config.load import from_text
from tongluo.config.tables import build_channel
from tongluo.core.clock import monotonic, now_ms
from tongluo.core.crash import point
from tongluo.core.errors import ChannelError, PermanentFailure, TemporaryFailure, TongluoError
from tongluo.core.ports import Channel, Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Level
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned, Row
from tongluo.daemon.listener import Listener
from tongluo.daemon.lock import locked
from tongluo.daemon.log import Log
from tongluo.store.journal import connect
from tongluo.store.rows import warning_of

NOT_OPEN = 5.0
"""Seconds until a channel that could not be opened is tried again."""
WINDOW = 16
"""Deliveries of one channel in flight at once: what one kill can leave unknown."""
LONGEST_WAIT = 60_000
POLL = 1.0
FINISH = 5.0
BATCH = 500
STDIN = 0
START_AGAIN = 3
"""Exit code after a change of configuration: the daemon starts it again."""


class Dispatcher:
    """Plans deliveries from the outbox and runs the channels."""

    def __init__(self, folder: Path) -> None:
        self.log = Log("dispatcher")
        self.folder = folder
        self.journal = connect(folder / "journal.db", read_only=True)
        self.seq, text = self._configuration()
        self.config = from_text(text).config
        self.deliveries = Deliveries(folder / "deliveries.db")
        self.spreading = {n for n, c in self.config.channels.items() if CHANNELS[c.kind].targets}
        self.lanes = [Lane(self, name) for name in self.config.channels]
        for lane in self.lanes:
            lane.thread.start()
        self.listeners = self._listen()

    def surroundings(self) -> Surroundings:
        """Where the channels run; LookupError when the broker's password is not where it lies."""
        b = self.config.broker
        secret = b.password.reveal() if b.password else None
        return Surroundings(
            self.folder, b.url, b.username, secret, b.ca_file, b.cert_file, b.key_file
        )

    def _listen(self) -> list[Listener]:
        """A listener for each channel with receipts."""
        found = []
        for name, given in self.config.channels.items():
            ear_of = CHANNELS[given.kind].ear
            options = build_channel(given.kind, given.options)
            ear = ear_of(options, Surroundings(self.folder)) if ear_of else None
            if ear is not None:
                found.append(Listener(name, ear, self.deliveries, self.log))
        return found

    def _configuration(self) -> tuple[int, str]:
        """The newest configuration row: what the daemon itself runs under."""
        found = self.journal.execute(
            "SELECT seq, body FROM journal WHERE kind = 'configuration' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return found[0], found[1].decode()

    def outdated(self) -> bool:
        """Whether the daemon has another configuration by now."""
        return self._configuration()[0] != self.seq

    def plan(self) -> None:
        """Plan everything new in the outbox, and wake the channels."""
        while True:
            newest = self.journal.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()[0]
            new = self.journal.execute(
                "SELECT o.id, o.identifier, o.channel, w.area, w.level, w.body FROM outbox o"
                " JOIN warnings w USING (identifier) WHERE o.id > ? ORDER BY o.id LIMIT ?",
                (self.deliveries.cursor(newest), BATCH),
            ).fetchall()
            if not new:
                break
            planned = [
                Planned(f"{i}:{c}:{area}", i, i.rpartition(".v")[0], c, area, level)
                for _, i, c, area, level, _ in new
            ]
            fans = [p for p in planned if p.channel in self.spreading]
            single = [p for p in planned if p.channel not in self.spreading]
            self.deliveries.plan(single, new[-1][0], now_ms(), fans)
            for lane in self.lanes:
                lane.wake.set()
            for identifier, body in {row[1]: row[5] for row in new}.items():
                self._write_cap(identifier, body)

    def write_missing(self) -> None:
        """CAP files that an earlier process planned deliveries of, and did not come to write."""
        there = {path.stem for path in (self.folder / "warnings").glob("*.xml")}
        for identifier, body in self.journal.execute("SELECT identifier, body FROM warnings"):
            if identifier not in there:
                self._write_cap(identifier, body)

    def _write_cap(self, identifier: str, body: bytes) -> None:
        """The CAP message as a file, whole or not there."""
        path = self.folder / "warnings" / f"{identifier}.xml"
        if path.exists():
            return
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".writing")
        fresh.write_bytes(cap.render(warning_of(body)))
        fresh.replace(path)

    def finish(self) -> None:
        """Give the channels a while for what is due, then end them."""
        deadline = monotonic() + FINISH
        for lane in self.lanes:
            lane.stopping = True
            lane.wake.set()
        for lane in self.lanes:
            lane.thread.join(max(0.1, deadline - monotonic()))
            lane.ended = True
        for lane in self.lanes:
            lane.thread.join(max(0.1, deadline + FINISH - monotonic()))
        for listener in self.listeners:
            listener.close()


class Lane:
    """One channel's thread."""

    def __init__(self, dispatcher: Dispatcher, name: str) -> None:
        self._all, self._name = dispatcher, name
        self.wake = threading.Event()
        self.stopping = False
        """Finish what is due, and end."""
        self.ended = False
        """Finish what has begun, and end."""
        self.thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._journal = connect(dispatcher.folder / "journal.db", read_only=True, any_thread=True)
        self._expire = dispatcher.config.time.clock == "system"
        self._kind = CHANNELS[dispatcher.config.channels[name].kind]

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
        while True:
            self.wake.clear()
            if channel is None:
                channel = self._open()
            if channel is not None:
                while not self.ended and self._some(channel):
                    continue
            if self.stopping:
                break
            ready = self._spread() and channel is not None
            self.wake.wait(self._patience() if ready else NOT_OPEN)
        if channel is not None:
            channel.close()

    def _open(self) -> Channel | None:
        """The channel; None (told once, tried again) when it cannot be opened."""
        given = self._all.config.channels[self._name]
        try:
            options = build_channel(given.kind, given.options)
            channel = CHANNELS[given.kind].open(options, self._all.surroundings())
        except (OSError, LookupError, ValueError, TongluoError) as error:
            self._all.log.trouble(f"channel {self._name}", str(error))
            return None
        return channel

    def _repeat_cut_off(self) -> None:
        """After a crash: unknown, and repeated with the same key; yellow and blue only by proof."""
        now = now_ms()
        for key, lane in self._all.deliveries.cut_off(self._name, now):
            if self._kind.honours_keys or lane >= Level.ORANGE:
                again = Outcome(key, DeliveryState.QUEUED, now, "repeated with the same key")
                self._all.deliveries.settle([again])

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
                found = find(options, around, self._warning(fan.identifier))
            except (OSError, LookupError) as error:
                self._all.log.trouble(f"recipients {self._name}", str(error))
                return False
            self._all.log.over(f"recipients {self._name}")
            if not found:
                self._all.log.say("nobody to send to", channel=self._name, area=fan.target)
            self._all.deliveries.spread(fan, found, now_ms())
        return True

    def _some(self, channel: Channel) -> bool:
        """Hand over what is due now; False when nothing was."""
        self._spread()
        sure = not self._kind.honours_keys
        rows = self._all.deliveries.take(self._name, WINDOW, now_ms(), sure=sure)
        outcomes = [
            outcome
            for row in rows
            for outcome in (self._put_back(row) if self.ended else self._one(channel, row))
        ]
        if outcomes:
            self._all.deliveries.settle(outcomes)
        return bool(rows)

    def _put_back(self, row: Row) -> list[Outcome]:
        return [Outcome(row.key, DeliveryState.QUEUED, now_ms(), "not begun: the end came first")]

    def _one(self, channel: Channel, row: Row) -> list[Outcome]:
        """Hand one over; what became of it."""
        warning = self._warning(row.identifier)
        if self._expire and warning.act is not Act.CANCEL and now_ms() > warning.expires:
            return [Outcome(row.key, DeliveryState.EXPIRED, now_ms(), "too late")]
        point("before_hand_over")
        try:
            handed = channel.send(Delivery(row.key, warning, self._name, row.target))
        except (ChannelError, OSError) as error:
            return self._failed(row, error)
        point("after_hand_over")
        self._all.log.over(f"channel {self._name}")
        return [Outcome(row.key, DeliveryState(handed.state), now_ms())]

    def _failed(self, row: Row, error: Exception) -> list[Outcome]:
        """A failure is final, or put off; a doubtful one is noted as unknown before."""
        now, reason = now_ms(), str(error)
        self._all.log.trouble(f"channel {self._name}", reason)
        if isinstance(error, PermanentFailure):
            return [Outcome(row.key, DeliveryState.FAILED, now, reason)]
        temporary = isinstance(error, TemporaryFailure)
        first = error.retry_after if isinstance(error, TemporaryFailure) else 1.0
        wait = min(LONGEST_WAIT, int(first * 1000 * 2 ** min(row.attempts, 6)))
        later = Outcome(row.key, DeliveryState.QUEUED, now, reason, due=now + wait)
        doubt = Outcome(row.key, DeliveryState.UNKNOWN, now, reason)
        again = self._kind.honours_keys or row.lane >= Level.ORANGE
        return [later] if temporary else [doubt, later] if again else [doubt]

    def _warning(self, identifier: str) -> WarningVersion:
        found = self._journal.execute(
            "SELECT body FROM warnings WHERE identifier = ?", (identifier,)
        ).fetchone()
        return warning_of(found[0])

    def _patience(self) -> float:
        due = self._all.deliveries.next_due(self._name)
        if due is None:
            return 3600.0
        return max(0.05, (due - now_ms()) / 1000)


def main(arguments: list[str]) -> int:
    """Until standard input ends, or the configuration is another."""
    sys.setswitchinterval(0.0005)  # a channel must not wait for the planning of the next warnings
    lock = locked(Path(arguments[0]) / "dispatcher.lock", wait=True)  # one before may be finishing
    dispatcher = Dispatcher(Path(arguments[0]))
    dispatcher.write_missing()
    dispatcher.plan()
    while not dispatcher.outdated():
        ready, _, _ = select.select([STDIN], [], [], POLL)
        if ready and not os.read(STDIN, 4096):
            break
        dispatcher.plan()
    dispatcher.plan()
    dispatcher.finish()
    if lock is not None:
        lock.close()
    return START_AGAIN if dispatcher.outdated() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
