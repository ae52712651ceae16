"""The dispatcher: its own process, from the journal's outbox to the channels.

Each channel has its own thread: a dead one delays no other. A byte on standard input means that
there is something in the outbox; its end means finish what is due, and end.

    python -m tongluo.daemon.dispatcher FOLDER
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dissemination import cap
from dissemination.channels import CHANNELS, Surroundings
from dissemination.channels.sms import Messages
from dissemination.receipts import Receipt
from tongluo.config.cap import manner_of
from tongluo.config.load import from_text
from tongluo.config.tables import build_channel
from tongluo.core.clock import monotonic, now_ms
from tongluo.core.crash import point
from tongluo.core.errors import CapError
from tongluo.core.log import Log
from tongluo.core.ports import Channel
from tongluo.core.warning import WarningVersion
from tongluo.daemon import doors_due, outbox
from tongluo.daemon.deliveries import Deliveries
from tongluo.daemon.lane import Lane
from tongluo.daemon.listener import Listener
from tongluo.daemon.lock import locked
from tongluo.daemon.people import RegisterKeeper
from tongluo.store.journal import connect
from tongluo.store.rows import warning_of

if TYPE_CHECKING:
    from tongluo.daemon.escalator import Escalator

POLL = 1.0
FINISH = 5.0
BATCH = 500
AT_ONCE = 20
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
        self.manner = self._manner()
        self.unwritten: dict[str, bytes] = {}
        """CAP files that are still to be written: identifier -> version."""
        self.templates = [message.template() for message in self.config.messages]
        self.register = RegisterKeeper(self.config, folder, self.log)
        self.spreading = {n for n, c in self.config.channels.items() if CHANNELS[c.kind].targets}
        self.lanes = [Lane(self, name) for name in self.config.channels]
        for lane in self.lanes:
            lane.thread.start()
        self.listeners = self._listen()
        self.escalator = self._escalate()

    def _escalate(self) -> Escalator | None:
        """More channels while too few are reached, where the configuration asks for it."""
        if self.config.coverage.escalation is None:
            return None
        from tongluo.daemon.escalator import Escalator  # noqa: PLC0415 - loads scipy: 0.5 s

        made = Escalator(self.folder, self.config, self.deliveries, self.log, self._wake)
        made.start()
        return made

    def _wake(self) -> None:
        for lane in self.lanes:
            lane.wake.set()

    def surroundings(self, name: str) -> Surroundings:
        """Where a channel runs; LookupError when the broker's password is not where it lies."""
        b = self.config.broker
        secret = b.password.reveal() if b.password else None
        return Surroundings(
            self.folder, b.url, b.username, secret, b.ca_file, b.cert_file, b.key_file,
            name=name, tell=self._heard, cap=self.cap, templates=self.templates,
            errand=partial(doors_due.left, self.folder, self.deliveries), borrow=self._borrow,
            more=partial(self._more, name),
        )  # fmt: skip

    def _more(self, name: str, identifier: str, targets: Sequence[str]) -> bool:
        """A version that is out may concern these, too: the channel's own lane looks."""
        now = now_ms() if self.config.time.clock == "system" else 0
        journal = connect(self.folder / "journal.db", read_only=True, any_thread=True)
        with closing(journal):
            fan = outbox.out(journal, identifier, name, now)
        if fan is not None:
            self._lane(name).more(fan, targets)
        return fan is not None

    def _lane(self, name: str) -> Lane:
        return self.lanes[list(self.config.channels).index(name)]

    def _borrow(self, name: str) -> Channel:
        """A channel of short messages once more, to send deliveries of another one by."""
        given = self.config.channels.get(name)
        kind = CHANNELS.get(given.kind) if given else None
        options = build_channel(given.kind, given.options) if given else None
        if kind is None or not (isinstance(options, Messages) and options.recipients.registered):
            raise LookupError(
                f"{name!r} is no channel of short messages with `recipients: register`"
            )
        return kind.open(options, self.surroundings(name))

    def _manner(self) -> cap.Manner:
        """How CAP messages are written; what cannot be signed is sent unsigned, and that is told:
        a warning does not wait for a key."""
        try:
            return manner_of(self.config.cap, self.folder)
        except CapError as error:
            self.log.trouble("cap", str(error))
            return manner_of(self.config.cap.model_copy(update={"sign": None}), self.folder)

    def cap(self, warning: WarningVersion) -> bytes:
        """The site's CAP message."""
        return cap.render(warning, self.manner)

    def _heard(self, receipt: Receipt) -> bool:
        """Write down a receipt; False when it is of no delivery."""
        r = receipt
        known = self.deliveries.receive(r.id, r.state, r.time or 0, r.raw, now_ms())
        if known:
            self.register.hear(r)
        return known

    def _listen(self) -> list[Listener]:
        """A listener for each channel with receipts."""
        found = []
        for name, given in self.config.channels.items():
            ear_of = CHANNELS[given.kind].ear
            options = build_channel(given.kind, given.options)
            ear = ear_of(options, Surroundings(self.folder, name=name)) if ear_of else None
            if ear is not None:
                found.append(Listener(name, ear, self._heard, self.log))
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
            new = outbox.after(self.journal, self.deliveries.cursor(newest), BATCH)
            if not new:
                break
            many = [not e.call and e.planned.channel in self.spreading for e in new]
            fans = [e.planned for e, spread in zip(new, many, strict=True) if spread]
            single = [e.planned for e, spread in zip(new, many, strict=True) if not spread]
            point("before_planned")
            self.deliveries.plan(single, new[-1].id, now_ms(), fans)
            point("after_planned")
            for lane in self.lanes:
                lane.wake.set()
            self.unwritten |= {e.identifier: e.body for e in new if not e.call}

    def find_missing(self) -> None:
        """CAP files that an earlier process planned deliveries of, and did not come to write."""
        there = {path.stem for path in (self.folder / "warnings").glob("*.xml")}
        for identifier, body in self.journal.execute("SELECT identifier, body FROM warnings"):
            if identifier not in there:
                self.unwritten[identifier] = body

    def write_some(self) -> None:
        """A few of the CAP files: what is new in the outbox waits for no more than these."""
        for identifier in list(islice(self.unwritten, AT_ONCE)):
            self._write_cap(identifier, self.unwritten.pop(identifier))

    def _write_cap(self, identifier: str, body: bytes) -> None:
        """The CAP message as a file, whole or not there."""
        path = self.folder / "warnings" / f"{identifier}.xml"
        if path.exists():
            return
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".writing")
        fresh.write_bytes(self.cap(warning_of(body)))
        fresh.replace(path)

    def finish(self) -> None:
        """Give the channels a while for what is due, then end them."""
        deadline = monotonic() + FINISH
        if self.escalator is not None:
            self.escalator.stop()
        for lane in self.lanes:
            lane.stopping = True
            lane.wake.set()
        for lane in self.lanes:
            lane.thread.join(max(0.1, deadline - monotonic()))
            lane.ended = True
        for lane in self.lanes:
            lane.thread.join(max(0.1, deadline + FINISH - monotonic()))
        while self.unwritten and monotonic() < deadline + FINISH:
            self.write_some()
        for listener in self.listeners:
            listener.close()


def main(arguments: list[str]) -> int:
    """Until standard input ends, or the configuration is another."""
    sys.setswitchinterval(0.0005)  # a channel must not wait for the planning of the next warnings
    lock = locked(Path(arguments[0]) / "dispatcher.lock", wait=True)  # one before may be finishing
    dispatcher = Dispatcher(Path(arguments[0]))
    dispatcher.plan()
    dispatcher.find_missing()
    while not dispatcher.outdated():
        ready, _, _ = select.select([STDIN], [], [], 0 if dispatcher.unwritten else POLL)
        if ready and not os.read(STDIN, 4096):
            break
        dispatcher.plan()
        dispatcher.write_some()
    dispatcher.plan()
    dispatcher.finish()
    if lock is not None:
        lock.close()
    return START_AGAIN if dispatcher.outdated() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
