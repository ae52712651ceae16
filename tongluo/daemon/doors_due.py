"""Who of the wardens has doors to go to that did not fall to them before.

An order of escalation is for cells; a warden has a list of doors. Of the entries without proof in
the ordered cells each goes to whoever has its door on the list, and to the deputies. Nobody is told
of an entry twice, and who has nothing new hears nothing. A message that waited names no door that
has got a proof meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from dissemination.channels.wardens import opened, sent_to
from dissemination.targeting.charge import in_charge
from dissemination.targeting.doors import nearest
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion
from tongluo.daemon.deliveries_errands import Errands, Visit

ADDRESSES = "SELECT entry, target FROM contacts WHERE entry IN (SELECT value FROM json_each(?))"
UNNAMED = 0
"""The entry of people whom the register does not name."""


def deal(
    folder: Path, warning: WarningVersion, entries: Collection[int], areas: Collection[str]
) -> dict[str, list[Visit]]:
    """Endpoint -> whom to go to, of some entries; "" has those for whom there is nobody to send.

    areas: where people whom the register does not name are to be asked after: by whoever knocks
    there, even with no door of their own. LookupError without a register that can
    be read.
    """
    with opened(folder) as register:
        own = sent_to(register, warning)
        charges, known = in_charge(register, warning.area), register.places()
        asking = {person for area in areas for person in nearest(area, charges, known)}
    wanted, left = set(entries), set(entries)
    found: dict[str, list[Visit]] = {}
    for target, task in own.items():
        warden = task.charge.person if task.charge is not None else UNNAMED
        visits = [(door.entry, warden) for door in task.doors if door.entry in wanted]
        left -= {entry for entry, _ in visits}
        if visits or warden in asking:
            found[target] = visits or [(UNNAMED, warden)]
    return found | ({"": [(entry, 0) for entry in sorted(left)]} if left else {})


def left(folder: Path, deliveries: Errands, delivery: Delivery) -> list[int]:
    """The entries that a message sends somebody to, as it goes out: without those who have a proof
    of this version by now. Where the register cannot be read, all of them."""
    entries = deliveries.errand(delivery)
    if not entries:
        return []
    try:
        with opened(folder) as register:
            rows = register.db.execute(ADDRESSES, (json.dumps(entries),)).fetchall()
    except LookupError:
        return entries
    proven = deliveries.proven(delivery.warning.identifier, {target for _, target in rows})
    done = {entry for entry, target in rows if target in proven}
    return [entry for entry in entries if entry not in done]


def whole(folder: Path, warning: WarningVersion) -> dict[str, list[Visit]]:
    """Endpoint -> all that are on the list; LookupError as above."""
    with opened(folder) as register:
        own = sent_to(register, warning)
    return {
        target: [(door.entry, task.charge.person) for door in task.doors]
        or [(UNNAMED, task.charge.person)]
        for target, task in own.items()
        if task.charge is not None
    }
