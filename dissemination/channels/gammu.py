"""Short messages by a modem, through gammu-smsd: for a gateway that has no uplink.

gammu-smsd runs beside (`service = files`); this channel writes a file for each message into its
outbox, and reads from the folders into which gammu moves it what became of it (manual of gammu-smsd
1.42, "FILES backend"). The most urgent go first: A red, B orange, C yellow, each with its end, D
blue and exercises. Set
`TransmitFormat = unicode` in gammu's configuration, as the text is counted: with `auto`, and
without a UTF-8 locale, gammu 1.42 sends Chinese as question marks.

| where the file lies | state |
| --- | --- |
| in the outbox | `handed_over` |
| among the sent: the network took it from the modem | `accepted` |
| among the errors: gammu has given up | `failed` |
| a delivery report of every part in gammu's log | `delivered` |
| a delivery report that says Failed | `failed` |

The file's name is made from the delivery's key, so a delivery that is repeated finds itself: it
goes out once, for as long as the folders keep what was sent. Reports are read where `log` names
gammu's `logfile`: set `DeliveryReport = log` there (with `sms` a report does not say which message
it is of). Networks send none, or charge for them, as they like; without them nothing is ever proven
`delivered`. Of two messages to one number that a modem gave the same reference, none is. The phone
number stands in the file's name, as gammu wants it, and in its log: give both to the two programs'
user alone.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from pydantic import Field

from dissemination.channels.gammu_log import Log
from dissemination.channels.ids import Ids
from dissemination.channels.kind import Surroundings
from dissemination.channels.people import Numbers, targets
from dissemination.channels.sms import Messages, Texts
from dissemination.phones import digest, key_of
from dissemination.receipts import Receipt
from dissemination.sms_text import size
from tongluo.core.crash import point
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery, Handed
from tongluo.core.times import to_datetime
from tongluo.core.words import DeliveryState, Level

__all__ = ["Gammu", "Options", "targets"]

PRIORITY = {Level.RED: "A", Level.ORANGE: "B", Level.YELLOW: "C"}
LEAST = "D"
MARK = b"\xff\xfe"
AGAIN = 5.0


class Options(Messages):
    """Options of a modem behind gammu-smsd; the folders as in its configuration."""

    outbox: Path = Path("/var/spool/gammu/outbox")
    """`outboxpath`: what is to be sent."""
    sent: Path = Path("/var/spool/gammu/sent")
    """`sentsmspath`: what was sent."""
    errors: Path = Path("/var/spool/gammu/error")
    """`errorsmspath`: what could not be."""
    log: Path | None = None
    """`logfile`, for delivery reports; default: none are read."""
    look: float = Field(default=2.0, gt=0, le=60)
    """Seconds between two looks at what became of the files."""


class Gammu:
    """Writes files, and looks on its own thread where they have gone."""

    def __init__(self, options: Options, surroundings: Surroundings) -> None:
        self._o, self._tell = options, surroundings.tell
        self._key = key_of(surroundings.folder)
        self._numbers = Numbers(options, surroundings.folder)
        self._texts = Texts(options, "ucs2", templates=surroundings.templates, kind="gammu")
        self._ids = Ids(surroundings.folder / "ids" / f"{surroundings.name or 'sms'}.ids.db")
        self._seen: set[str] = set()
        self._log = Log(options.log) if options.log else None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="gammu")
        self._thread.start()

    def send(self, delivery: Delivery) -> Handed:
        """Put one message into the outbox, unless it lies in one of the folders already."""
        number = self._numbers.of(delivery)
        text = self._texts.of(delivery.warning, self._numbers.spoken(delivery), delivery.extra)
        name, note = file_name(delivery, number)
        parts = size(text, "ucs2").parts
        for folder, state in self._folders():
            if (folder / name).exists():
                if state is DeliveryState.FAILED:
                    raise PermanentFailure("gammu could not send it")
                return Handed(state, {"parts": 0})
        attempt = self._ids.begin(delivery.key, text, digest(number, self._key), 1)
        point("before_named")
        self._ids.named(attempt.id, 1, note)
        point("after_named")
        try:
            self._write(name, MARK + text.encode("utf-16-le"))
        except OSError as error:
            why = f"cannot write into {self._o.outbox}: {error.strerror}"
            raise TemporaryFailure(why, AGAIN, everyone=True) from None
        return Handed(DeliveryState.HANDED_OVER, {"parts": parts})

    def _folders(self) -> tuple[tuple[Path, DeliveryState], ...]:
        """In the order in which a file moves: what left one while it was looked at is found."""
        o = self._o
        return (
            (o.outbox, DeliveryState.HANDED_OVER),
            (o.sent, DeliveryState.ACCEPTED),
            (o.errors, DeliveryState.FAILED),
        )

    def _write(self, name: str, data: bytes) -> None:
        """Whole or not there: gammu sees no name that does not begin with OUT."""
        fresh = self._o.outbox / f".{name}"
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._o.outbox / name)

    def _watch(self) -> None:
        while not self._closing.wait(self._o.look):
            for folder, state in self._folders()[1:]:
                self._look(folder, state)
            for name, said in self._log.news() if self._log else ():
                self._hear(name, said, "gammu: report")

    def _look(self, folder: Path, state: DeliveryState) -> None:
        try:
            names = [e.name for e in os.scandir(folder) if e.name not in self._seen]
        except OSError:
            return  # told when the next message cannot be written
        for name in names:
            self._hear(name, state, f"gammu: {folder.name}")
            self._seen.add(name)

    def _hear(self, name: str, state: DeliveryState, raw: str) -> None:
        """What became of a file, if it is one of ours."""
        note = name.rpartition("_")[2].partition(".")[0]
        key = self._ids.key(note) if name.startswith("OUT") else None
        if key is not None:
            self._tell(Receipt(key, state, None, raw))

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._thread.join()
        self._ids.close()
        self._numbers.close()


def file_name(delivery: Delivery, number: str) -> tuple[str, str]:
    """(name, note) of a delivery's file: OUT, priority, date, time, serial, number, note."""
    warning = delivery.warning
    note = hashlib.blake2b(delivery.key.encode(), digest_size=12).hexdigest()
    when = to_datetime(warning.sent, "UTC").strftime("%Y%m%d_%H%M%S")
    urgency = PRIORITY.get(warning.urgency, LEAST)
    return f"OUT{urgency}{when}_00_{number}_{note}.txtd", note
