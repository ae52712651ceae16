"""To whom wardens were sent, and when: read from the dispatcher's record (`errands`).

Of a warning the errands of all versions whose proofs count are counted, too. Minutes are those of
the warning, as everywhere in coverage.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dissemination.coverage.known import I8
from dissemination.coverage.live import Sent
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Bits
from dissemination.coverage.stranded import rested
from tongluo.core.warning import WarningVersion

if TYPE_CHECKING:
    from tongluo.coverage.look import Look
    from tongluo.coverage.sent import Row

MINUTE = 60_000
LOST = ("failed", "expired")
READ = """
SELECT channel, target, entry, warden, at FROM errands WHERE identifier = ?
ORDER BY at, length(target), target
"""


def _none() -> I8:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Errands:
    """A row for each entry of the register that somebody was sent to, the oldest first."""

    channel: Sequence[str] = ()
    key: Sequence[str] = ()
    """Of the message that said so; without a target where nobody is in charge who could be sent."""
    entry: I8 = field(default_factory=_none)
    """0: people whom the register does not name."""
    warden: I8 = field(default_factory=_none)
    """Entry of who was sent, not of a deputy; 0: nobody was."""
    at: I8 = field(default_factory=_none)
    """ms"""


def read(folder: Path, versions: Sequence[WarningVersion]) -> Errands:
    """All errands of some versions."""
    path = folder / "deliveries.db"
    if not path.exists():
        return Errands()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'errands'").fetchone():
            return Errands()  # of a dispatcher before this one
        rows = [
            (channel, f"{v.identifier}:{channel}:{target}", *numbers)
            for v in versions
            for channel, target, *numbers in db.execute(READ, (v.identifier,))
        ]
    if not rows:
        return Errands()
    channel, key, *numbers = zip(*rows, strict=True)
    entry, warden, at = (np.array(column, np.int64) for column in numbers)
    return Errands(channel, key, entry, warden, at)


def failed_keys(rows: Iterable[Row]) -> set[str]:
    """Keys of messages that failed for good."""
    return {row.key for row in rows if row.state in LOST}


def minutes(found: Look) -> I8:
    """(errands) minutes of the warning."""
    since: I8 = np.maximum(0, found.errands.at - found.start) // MINUTE
    return np.asarray(np.minimum(since, found.minute))


def gone(found: Look, channel: str = "") -> I8:
    """(people by name) the minute at which somebody was first sent to them, by one channel or by
    any; `NEVER`: nobody was, or each message that said so failed for good."""
    out = np.full(len(found.people.cell), NEVER)
    np.minimum.at(out, *_asked(found, channel, holds=True))
    return out


def asked(found: Look, channel: str = "") -> I8:
    """(people by name) the minute at which somebody was last asked to go to them, or nobody was
    found who could be, whatever came of it; `NEVER`: not yet."""
    out = np.full(len(found.people.cell), -1)
    np.maximum.at(out, *_asked(found, channel, holds=False))
    return np.where(out < 0, NEVER, out)


def free(found: Look, channel: str, wait: int) -> Bits:
    """(people by name) to whom nobody goes by a channel; where that was tried, only once the last
    errand in their cell is a while ago."""
    people, last = found.people, asked(found, channel)
    late = rested(people, last, found.minute, wait)[people.cell]
    return np.asarray((gone(found, channel) == NEVER) & ((last == NEVER) | late))


def again(found: Look, acting: Collection[str], wait: int) -> tuple[Look, Bits]:
    """What is known without the errands that nobody has and that are to be tried again, and (cells,
    channels) where these are; of people without a proof. acting: channels to whoever goes."""
    e, people = found.errands, found.people
    cells = np.zeros((len(people.people), len(found.ways)), bool)
    kept = np.ones(len(e.key), bool)
    for k, way in enumerate(found.ways):
        if way.name not in acting:
            continue
        some = free(found, way.name, wait) & (asked(found, way.name) < NEVER)
        some &= ~found.sent.reached(len(some))
        cells[people.cell[some], k] = True
        mine = np.array([name == way.name for name in e.channel], bool)
        kept &= ~(mine & np.isin(e.entry, people.entry[some]))
    left = np.flatnonzero(kept).tolist()
    of = Errands([e.channel[n] for n in left], [e.key[n] for n in left],
                 e.entry[kept], e.warden[kept], e.at[kept])  # fmt: skip
    return replace(found, errands=of), cells


def _asked(found: Look, channel: str, *, holds: bool) -> tuple[I8, I8]:
    """(person by name, minute) of errands; holds: of those alone that somebody has."""
    mine = np.array([channel in ("", name) for name in found.errands.channel], bool)
    if holds:
        mine &= ~_lost(found) & ~_nobody(found)
    which, person = found.people.members(found.errands.entry[mine])
    return person, minutes(found)[mine][which]


def _visits(found: Look, some: Bits, *, somebody: bool) -> tuple[I8, I8, I8, Bits]:
    """(channel among `found.ways`, person by name, minute, whether the task failed for good) of
    some errands; somebody: False = of those for which there is nobody to send."""
    e, place = found.errands, {way.name: k for k, way in enumerate(found.ways)}
    channel = np.array([place.get(name, -1) for name in e.channel], np.int64)
    mine = some & (channel >= 0) & (e.warden > 0 if somebody else _nobody(found))
    which, person = found.people.members(e.entry[mine])
    k, minute = channel[mine][which], minutes(found)[mine][which]
    return k, person, minute, _lost(found)[mine][which]


def _nobody(found: Look) -> Bits:
    """(errands) whether there was nobody to send."""
    return np.array([key.endswith(":") for key in found.errands.key], bool)


def _lost(found: Look) -> Bits:
    """(errands) whether the task's message failed for good."""
    keys = failed_keys(found.rows) if found.errands.key else ()
    return np.array([key in keys for key in found.errands.key], bool)


def visited(found: Look) -> Sent:
    """The deliveries, and the errands as if each were one to whom it leads to: nothing is known of
    it yet, or its task failed for good. One that expired before it went out was not tried."""
    unsent = {row.key for row in found.rows if row.state == "expired" and row.handed is None}
    never_out = np.array([key in unsent for key in found.errands.key], bool)
    k, person, minute, lost = _visits(found, ~never_out, somebody=True)
    new = {"channel": k, "person": person, "handed": np.where(lost, NEVER, minute),
           "failed": np.where(lost, minute, NEVER)}  # fmt: skip
    never = np.full(len(k), NEVER)
    return Sent(*(
        np.concatenate([getattr(found.sent, f.name), new.get(f.name, never)])
        for f in fields(Sent)
    ))  # fmt: skip


def alone(found: Look) -> Bits:
    """(channels, people by name) to whom there is nobody to send."""
    out, every = np.zeros((len(found.ways), len(found.people.cell)), bool), ~_nobody(found)
    for some in (False, True):
        k, person, *_ = _visits(found, every if some else ~every, somebody=some)
        out[k, person] = not some
    return out


def given(found: Look) -> dict[int, tuple[int, str]]:
    """Entry -> (minute, to whom it was given first): an entry of the register ("#12"), a channel
    that sends by itself, or "" where nobody could be sent, or no task got through."""
    e, out = found.errands, dict[int, tuple[int, str]]()
    columns = e.entry.tolist(), minutes(found).tolist(), e.warden.tolist(), _lost(found).tolist()
    for n, (entry, minute, warden, lost) in enumerate(zip(*columns, strict=True)):
        nobody = lost or e.key[n].endswith(":")
        to = "" if nobody else f"#{warden}" if warden else e.channel[n]
        if entry not in out or (to and not out[entry][1]):
            out[entry] = minute, to
    return out
