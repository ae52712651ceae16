"""Who cannot be reached: people without proof for whom every way is known to be shut.

A way is shut where somebody has no contact, where it failed for good, where a loudspeaker failed,
or where its supply is out. Of everybody else without proof it is told whether a way was never tried
(an area met its target before it was its turn), or whether all are in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dissemination.coverage.known import F8, I8
from dissemination.coverage.live import Aired, Sent, proofs
from dissemination.coverage.people import People
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Bits
from dissemination.coverage.ways import Ways


@dataclass(frozen=True)
class Left:
    """People by name without proof, by their numbers; the last three are all of `missing`."""

    missing: I8
    closed: I8
    """No way can reach them."""
    untried: I8
    """A way that may reach them was not tried."""
    doubtful: I8
    """Every way that is not shut was tried, and nothing is known of it yet."""


def left(
    people: People, ways: Ways, sent: Sent, aired: Aired | None, contact: Bits, works: F8,
    tried: Sequence[str],
) -> Left:  # fmt: skip
    """Everybody without proof. contact: (channels, people) whether somebody can be sent to by a
    channel, or has a loudspeaker in earshot; tried: the channels that may be used at all."""
    reached = proofs(people, ways, sent)
    missing = reached.unreached() if reached is not None else np.zeros(0, np.int64)
    some = any(way.name in tried for way in ways)
    shut, untried = np.full(len(people.cell), some), np.full(len(people.cell), not some)
    for k, way in enumerate(ways):
        if way.name in tried:
            closed = _shut(people, k, way.proof == "person", sent, aired, contact, works)
            shut &= closed
            untried |= ~closed & ~_begun(people, k, way.proof == "person", sent, aired)
    mine, open_ = shut[missing], untried[missing]
    return Left(missing, missing[mine], missing[open_], missing[~mine & ~open_])


def _begun(people: People, k: int, personal: bool, sent: Sent, aired: Aired | None) -> Bits:
    """(people) whether a channel was tried."""
    out = np.zeros(len(people.cell), bool)
    if personal:
        out[sent.person[sent.channel == k]] = True
    elif aired is not None:
        out = aired.cells[aired.channel == k].any(axis=0)[people.cell]
    return out


def _shut(
    people: People,
    k: int,
    personal: bool,
    sent: Sent,
    aired: Aired | None,
    contact: Bits,
    works: F8,
) -> Bits:
    tried, alive = _begun(people, k, personal, sent, aired), np.zeros(len(people.cell), bool)
    if personal:
        alive[sent.person[(sent.channel == k) & (sent.failed == NEVER)]] = True
    elif aired is not None:
        sounds = (aired.failed == NEVER) | (aired.played < NEVER)
        alive = aired.cells[(aired.channel == k) & sounds].any(axis=0)[people.cell]
    off = works[people.cell, k] == 0
    return np.asarray(off | ~contact[k] | (tried & ~alive))
