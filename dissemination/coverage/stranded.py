"""Who is stranded: every message that is out to their telephones failed for good, or there is none.

Another message to the same telephone would hardly come through where the first did not, and its
queue is long. So nobody waits for it: where their area is below its target, somebody goes to these
people at once, as to those who have no number. What is still to be handed over goes out all the
same.
"""

from __future__ import annotations

import numpy as np

from dissemination.coverage.known import I8
from dissemination.coverage.live import Sent
from dissemination.coverage.people import People
from dissemination.coverage.register import NEVER
from dissemination.coverage.steps import Bits, by_telephone
from dissemination.coverage.ways import Ways


def stranded(people: People, ways: Ways, sent: Sent, minute: int) -> Bits:
    """(people by name) to whom a message failed for good or nothing is sent where others get
    messages, none is on its way, and who has no proof by any channel.

    A message that waits is hope only where its channel is held to reach more than what failed: a
    page that somebody has taken off the telephone says nothing of the telephone.
    """
    phone, size = by_telephone(ways)[sent.channel], len(people.cell)
    reach = np.nan_to_num([way.reach for way in ways])[sent.channel]
    out, proven, failed, doubt = sent.by(minute)
    tried = phone & failed & (sent.handed <= minute)  # the queue says nothing of a telephone
    lost, waits, hope = np.full(size, -1.0), np.full(size, -1.0), np.zeros(size, bool)
    np.maximum.at(lost, sent.person[tried], reach[tried])
    rest = phone & ~(out | failed | doubt)
    np.maximum.at(waits, sent.person[rest], reach[rest])
    hope[sent.person[(phone & (out | doubt)) | proven]] = True
    return ~hope & (((lost >= 0) & (waits <= lost)) | _without(people, sent, phone, minute))


def _without(people: People, sent: Sent, phone: Bits, minute: int) -> Bits:
    """(people by name) without any message in a cell where some went out a while ago."""
    begun = np.zeros(len(people.people), bool)
    begun[people.cell[sent.person[phone & (sent.handed < minute)]]] = True
    none = np.ones(len(people.cell), bool)
    none[sent.person[phone]] = False
    return none & begun[people.cell]


def due(people: People, who: Bits, gone: I8, minute: int, wait: int) -> I8:
    """(cells) so many of them nobody goes to yet, where the last errand is a while ago: whoever
    goes from door to door is not called up for each.

    gone: (people by name) minute at which somebody was sent to them; `NEVER` = nobody was.
    """
    found = np.bincount(people.cell[who & (gone == NEVER)], minlength=len(people.people))
    return np.where(rested(people, gone, minute, wait), found, 0)


def rested(people: People, asked: I8, minute: int, wait: int) -> Bits:
    """(cells) whether the last errand is a while ago, or there was none.

    asked: (people by name) minute of it, `NEVER` where there was none.
    """
    last, some = np.full(len(people.people), -wait), asked < NEVER
    np.maximum.at(last, people.cell[some], asked[some])
    return np.asarray(last + wait <= minute)
