"""Who of the wardens has doors to go to that did not fall to them before.

An order of escalation is for cells; a warden has a list of doors. Of the entries without proof in
the ordered cells each goes to whoever has its door on the list, and to the deputies. Nobody is told
of an entry twice, and who has nothing new hears nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from dissemination.channels.wardens import sent_to
from dissemination.targeting.charge import in_charge
from dissemination.targeting.doors import nearest
from dissemination.targeting.register import Register
from tongluo.core.warning import WarningVersion
from tongluo.daemon.deliveries_errands import Visit

UNNAMED = 0
"""The entry of people whom the register does not name."""


def deal(
    folder: Path, warning: WarningVersion, entries: Collection[int], areas: Collection[str]
) -> dict[str, list[Visit]]:
    """Endpoint -> whom to go to, of some entries; "" has those for whom there is nobody to send.

    areas: where people whom the register does not name are to be asked after: by whoever knocks
    there, even with no door of their own. LookupError without a register.
    """
    with closing(Register.existing(folder)) as register:
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


def whole(folder: Path, warning: WarningVersion) -> dict[str, list[Visit]]:
    """Endpoint -> all that are on the list."""
    with closing(Register.existing(folder)) as register:
        own = sent_to(register, warning)
    return {
        target: [(door.entry, task.charge.person) for door in task.doors]
        or [(UNNAMED, task.charge.person)]
        for target, task in own.items()
        if task.charge is not None
    }
