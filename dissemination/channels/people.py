"""Recipients of the channels that send to numbers: a list, read when it is needed.

Lists of numbers: an entry a number, digits as the gateway wants them, then the areas it is warned
for (`8613800138000,A1,A2`; no area = all); white space parts entries, `#` begins a remark. Numbers
appear in no log, error or state, only masked (`861********00`) or as digests.
"""

from __future__ import annotations

import threading
from pathlib import Path

from dissemination.channels.kind import Kept, Options, Surroundings
from dissemination.phones import book, digest, key_of
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.ports import Delivery
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Status


class Recipients(Options):
    """Whom a channel sends to."""

    recipients: Kept
    """The list of numbers; a relative path starts from the store's folder."""
    enrolled: Kept | None = None
    """The list of numbers enrolled for exercises. An exercise goes to these alone, and without a
    list to nobody."""


def listed(options: Recipients, folder: Path, status: Status) -> dict[str, tuple[str, ...]]:
    """Number -> areas, of who may be sent a warning of this status (law 6); LookupError when the
    list cannot be read."""
    kept = options.recipients if status is Status.ACTUAL else options.enrolled
    return {} if kept is None else book(kept.read(folder)).areas


def targets(options: Recipients, surroundings: Surroundings, warning: WarningVersion) -> list[str]:
    """Digests of the recipients of a warning, in the order of the list."""
    key, area = key_of(surroundings.folder), warning.area.id
    found = listed(options, surroundings.folder, warning.status)
    return [digest(n, key) for n, areas in found.items() if not areas or area in areas]


class Numbers:
    """The numbers behind digests, from the list as it is when one is not yet known."""

    def __init__(self, options: Recipients, folder: Path) -> None:
        self._options, self._folder, self._key = options, folder, key_of(folder)
        self._found: dict[tuple[Status, str], str] = {}
        self._lock = threading.Lock()

    def of(self, delivery: Delivery) -> str:
        """A delivery's number; Temporary- or PermanentFailure when it cannot be told."""
        status = delivery.warning.status
        with self._lock:
            if (status, delivery.target) not in self._found:
                try:
                    found = listed(self._options, self._folder, status)
                except LookupError as error:
                    raise TemporaryFailure(str(error)) from None
                self._found.update({(status, digest(n, self._key)): n for n in found})
            try:
                return self._found[status, delivery.target]
            except KeyError:
                raise PermanentFailure("this recipient is not in the list any more") from None
