"""How the staff who are called about a proposal (叫应) are reached by a channel.

A call is addressed to a name: the operator's, or what `contacts` says. Where the name leads stands
in the channel's list of staff or in the register, so that no number lies in a table or a log.
"""

from __future__ import annotations

from pathlib import Path

from dissemination.channels.kind import Kept
from tongluo.core.errors import TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.words import Status


def book(text: str) -> dict[str, str]:
    """name -> what is written beside it.

    >>> book("li, 8619900000001  # on duty\\n\\nwu,duty@example.org\\nnobody")
    {'li': '8619900000001', 'wu': 'duty@example.org'}
    """
    found = {}
    for line in text.splitlines():
        name, _, where = (part.strip() for part in line.partition("#")[0].partition(","))
        if name and where:
            found[name] = where
    return found


def called(kept: Kept | None, folder: Path, delivery: Delivery) -> str:
    """What the list has for whom a call is addressed to; "" when it is no call, or has nobody."""
    if kept is None or delivery.warning.status is not Status.DRAFT:
        return ""
    try:
        return book(kept.read(folder)).get(delivery.target, "")
    except LookupError as error:
        raise TemporaryFailure(str(error)) from None
