"""When a warning on its way will have reached its targets, by what is known and by the policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dissemination.coverage.foretell import Foretold, Now, foretell
from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Sent
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Policy, by_telephone
from tongluo.coverage import errands
from tongluo.coverage.look import Look

LATER = 180
"""Minutes looked ahead."""


def foretold(found: Look, policy: Policy, targets: Sequence[float]) -> Foretold:
    """The curve from the issue until `LATER` minutes from now, and the times to the targets."""
    now = Now(
        found.people, found.ways, sent(found), found.aired, found.minute, found.works, found.hour,
        found.tests, begun(found), contacts(found),
    )  # fmt: skip
    return foretell(now, policy, targets, found.minute + LATER)


def acting(found: Look) -> list[int]:
    """Channels to those who go to others."""
    return [k for k, way in enumerate(found.ways) if way.name in set(found.errands.channel)]


def sent(found: Look) -> Sent:
    """Deliveries to people; of a channel to those who go to others, whom they were sent to. What
    came of that is not known by name (`counted`)."""
    rest = ~np.isin(found.sent.channel, acting(found))
    rows = [[column[rest] for column in vars(found.sent).values()]]
    for k in acting(found):
        gone = errands.gone(found, found.ways[k].name)
        who = np.flatnonzero(gone < NEVER)
        never = np.full(len(who), NEVER)
        rows.append([np.full(len(who), k), who, gone[who], never, never, never])
    return Sent(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def contacts(found: Look) -> I8:
    """(cells, channels) people who can be sent to. Wardens and loudspeakers need no address, but
    wardens somebody in charge; who is known by count alone may have any."""
    people, here = found.people, np.isin(found.people.entry, found.addressed)
    size = len(people.people)
    numbers = np.bincount(people.cell[here], minlength=size)
    rest = people.people - np.bincount(people.cell, minlength=size)
    columns = [
        numbers + rest if phone else people.people for phone in by_telephone(found.ways).tolist()
    ]
    alone = [np.bincount(people.cell[one], minlength=size) for one in errands.alone(found)]
    return np.stack(columns, axis=1) - np.stack(alone, axis=1)


def begun(found: Look) -> F8:
    """(cells, channels) minute at which each channel handed its first message over, now where none
    is out yet, infinite where nothing is planned; of a channel to those who go to others: when they
    were sent to the last of a cell."""
    out = np.where(found.at(found.minute).used, float(found.minute), np.inf)
    cell = found.people.cell[found.sent.person]
    np.minimum.at(out, (cell, found.sent.channel), found.sent.handed)
    if found.aired is not None:
        for n, k in enumerate(found.aired.channel.tolist()):
            cells = found.aired.cells[n]
            out[cells, k] = np.minimum(out[cells, k], found.aired.handed[n])
    for k in acting(found):
        out[:, k] = _turn(found, k)
    return np.where(np.isfinite(out), np.minimum(out, found.minute), out)


def _turn(found: Look, k: int) -> F8:
    """(cells) when nobody was left to whom somebody might still be sent; infinite = some are."""
    gone, people = errands.gone(found, found.ways[k].name), found.people
    proven = found.sent.reached(len(gone))
    out = np.full(len(people.people), -np.inf)
    open_ = (~proven & ~errands.alone(found)[k]) | (gone < NEVER)
    np.maximum.at(out, people.cell[open_], np.where(gone < NEVER, gone, np.inf)[open_])
    return np.where(np.isfinite(out), out, np.inf)
