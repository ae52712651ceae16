"""What stands between an exercise and whoever is not enrolled for it (law 6).

An Actual passes. An exercise passes into a written record; to a live channel only as a drill or a
channel test, only to an endpoint or a person enrolled for exercises, and only while no Actual has
begun; its end is told to the same ones in any case. Each channel looks at enrolment once more.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass

from dissemination.channels import CHANNELS, ChannelKind, Surroundings
from tongluo.config.models import Config
from tongluo.config.tables import build_channel
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, DeliveryState, Exercise, Status

ACTUAL = """
SELECT 1 FROM warnings w
WHERE w.act != 'cancel' AND json_extract(CAST(w.body AS TEXT), '$.status') = 'Actual'
  AND (w.seq > (SELECT seq FROM warnings WHERE identifier = :exercise)
       OR (w.expires > :sent AND NOT EXISTS (SELECT 1 FROM warnings n WHERE n.event = w.event
                                             AND n.act = 'cancel' AND n.seq >= w.seq)))
LIMIT 1
"""
"""Whether an Actual has begun since, or was in force already."""
CHANNELS_OF = "SELECT channel FROM outbox WHERE identifier = ?"
NEWEST = "SELECT coalesce(max(seq), 0) FROM warnings"


@dataclass(frozen=True)
class Refusal:
    """Why a delivery does not go out, and what becomes of it."""

    state: DeliveryState
    reason: str


class Gate:
    """The gate of one channel."""

    def __init__(
        self, name: str, config: Config, around: Surroundings, journal: sqlite3.Connection
    ) -> None:
        given = config.channels[name]
        self._config, self._around, self._journal = config, around, journal
        self._kind: ChannelKind = CHANNELS[given.kind]
        self._options = build_channel(given.kind, given.options)
        self._lock = threading.Lock()
        self._known = dict[tuple[str, int], tuple[str, bool]]()
        self._enrolled = dict[str, frozenset[str]]()

    def refusal(self, warning: WarningVersion, target: str) -> Refusal | None:
        """Why this version does not go to this target; None when it may.

        LookupError while it cannot be told who is enrolled.
        """
        if warning.status is not Status.EXERCISE or not self._kind.live:
            return None
        kind = warning.exercise or Exercise.DRILL
        if kind is Exercise.TABLETOP:
            return _never("a tabletop exercise goes nowhere but the log")
        with self._lock:  # a lane may hand over from several threads
            return self._weighed(warning, target, kind)

    def _weighed(self, warning: WarningVersion, target: str, kind: Exercise) -> Refusal | None:
        others, stopped = self._standing(warning)
        if kind is Exercise.TEST and others:
            return _never(f"a channel test is of one channel, not of this and {others}")
        if not self._is_enrolled(warning, target):
            return _never("not enrolled for exercises")
        if stopped and warning.act is not Act.CANCEL:
            return Refusal(DeliveryState.EXPIRED, "the exercise stopped: an actual warning began")
        return None

    def _is_enrolled(self, warning: WarningVersion, target: str) -> bool:
        if self._kind.targets is None:
            return getattr(self._options, "exercise", False) is True
        if warning.identifier not in self._enrolled:
            found = self._kind.targets(self._options, self._around, warning)
            names = frozenset(t if isinstance(t, str) else t[0] for t in found)
            self._enrolled = {warning.identifier: names}
        return target in self._enrolled[warning.identifier]

    def _standing(self, warning: WarningVersion) -> tuple[str, bool]:
        """(other live channels it goes out on, whether an Actual has stopped it)."""
        key = (warning.identifier, self._journal.execute(NEWEST).fetchone()[0])
        if key not in self._known:
            rows = self._journal.execute(CHANNELS_OF, key[:1]).fetchall()
            others = [name for (name,) in rows if self._live(name)]
            asked = {"exercise": warning.identifier, "sent": warning.sent}
            stopped = self._journal.execute(ACTUAL, asked).fetchone() is not None
            self._known = {key: (", ".join(sorted(others)), stopped)}
        return self._known[key]

    def _live(self, name: str) -> bool:
        given = self._config.channels.get(name)
        own = self._around.name == name
        return given is not None and not own and CHANNELS[given.kind].live


def _never(reason: str) -> Refusal:
    return Refusal(DeliveryState.FAILED, reason)
