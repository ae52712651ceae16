"""When a warning on its way will have reached its targets, by what is known and by the policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dissemination.coverage.foretell import Foretold, Now, foretell
from dissemination.coverage.known import F8, I8
from dissemination.coverage.steps import Policy
from tongluo.coverage.look import Look

LATER = 180
"""Minutes looked ahead."""


def foretold(found: Look, policy: Policy, targets: Sequence[float]) -> Foretold:
    """The curve from the issue until `LATER` minutes from now, and the times to the targets."""
    now = Now(
        found.people, found.ways, found.sent, found.aired, found.minute, found.works, found.hour,
        found.tests, begun(found), contacts(found),
    )  # fmt: skip
    return foretell(now, policy, targets, found.minute + LATER)


def contacts(found: Look) -> I8:
    """(cells, channels) people who can be sent to. Wardens and loudspeakers need no address; who is
    known by count alone may have any."""
    people, here = found.people, np.isin(found.people.entry, found.addressed)
    size = len(people.people)
    numbers = np.bincount(people.cell[here], minlength=size)
    rest = people.people - np.bincount(people.cell, minlength=size)
    columns = [
        numbers + rest if way.proof == "person" and not way.apart else people.people
        for way in found.ways
    ]
    return np.stack(columns, axis=1)


def begun(found: Look) -> F8:
    """(cells, channels) minute at which each channel handed its first message over, now where none
    is out yet, infinite where nothing is planned."""
    out = np.where(found.at(found.minute).used, float(found.minute), np.inf)
    cell = found.people.cell[found.sent.person]
    np.minimum.at(out, (cell, found.sent.channel), found.sent.handed)
    if found.aired is not None:
        for n, k in enumerate(found.aired.channel.tolist()):
            cells = found.aired.cells[n]
            out[cells, k] = np.minimum(out[cells, k], found.aired.handed[n])
    return np.where(np.isfinite(out), np.minimum(out, found.minute), out)
