"""The decision log: its lines, and one number for all of it.

Two runs that decided the same have the same hash, however their input was cut into batches and
whatever file the configuration lay in. Decisions and warnings are hashed as two streams, since
how they alternate depends on the batches.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from tongluo.core.effects import Condition, Decision, Record
from tongluo.core.times import iso
from tongluo.core.warning import WarningVersion

_LINE = msgspec.json.Encoder(order="sorted")


def line_of(content: dict[str, Any]) -> bytes:
    """A canonical line: keys sorted, so that it hashes the same."""
    return _LINE.encode(content) + b"\n"


def decision_line(decision: Decision, zone: str) -> bytes:
    """One line of `decisions.jsonl`: UTF-8 JSON, keys sorted, local time with offset.

    >>> decision_line(Decision(0, "a", "landslide", "none", "red", {"en": "slid"}), "UTC")
    b'{"area":"a","from":"none","hazard":"landslide","reason":{"en":"slid"},"time":"1970-01-01T00:00:00+00:00","to":"red"}\\n'
    """
    return line_of(
        {
            "time": iso(decision.time, zone),
            "area": decision.area,
            "hazard": decision.hazard,
            "from": decision.before,
            "to": decision.after,
            "reason": decision.reason,
        }
    )


def condition_line(condition: Condition, zone: str) -> bytes:
    """One line of `conditions.jsonl`: what a duty officer must know of a sensor."""
    return line_of(
        {
            "time": iso(condition.time, zone),
            "kind": condition.kind,
            "sensor": condition.sensor,
            "begins": condition.begins,
        }
    )


STEPS = ("proposal", "call", "answer", "command", "refused", "held", "held_sent", "held_dropped",
         "muted", "mute", "mute_ends", "declined_ends", "exercise_ends", "relay",
         "report")  # fmt: skip
"""What the engine writes into the audit of approvals, calls and acts."""


class DecisionHash:
    """SHA-256 over canonical lines of decisions, of warnings and of steps of approval, in order.

    A decision counts with all it says but the configuration's digest; a warning with identifier,
    act, level and time.

    >>> one, two = DecisionHash(), DecisionHash()
    >>> one.add(Decision(0, "a", "landslide", "none", "red", {"config": "1"}))
    >>> two.add(Decision(0, "a", "landslide", "none", "red", {"config": "2"}))
    >>> one.hexdigest() == two.hexdigest()
    True
    """

    def __init__(self) -> None:
        self._decisions, self._warnings = hashlib.sha256(), hashlib.sha256()
        self._steps: Any = None
        """Only where there are any: a run without persons has the hash it always had."""

    def add(self, decision: Decision) -> None:
        """The next decision."""
        reason = {k: v for k, v in decision.reason.items() if k != "config"}
        bare = Decision(
            decision.time, decision.area, decision.hazard, decision.before, decision.after, reason
        )
        self._decisions.update(decision_line(bare, "UTC"))

    def add_warning(self, version: WarningVersion) -> None:
        """The next warning version."""
        content = {
            "identifier": version.identifier,
            "act": version.act.value,
            "level": version.level.word,
            "sent": iso(version.sent),
        }
        self._warnings.update(line_of(content))

    def add_record(self, record: Record) -> None:
        """The next step of an approval, call or act."""
        self._steps = self._steps or hashlib.sha256()
        self._steps.update(line_of({"at": record.time, "what": record.what, "body": record.body}))

    def hexdigest(self) -> str:
        """The hash of all added so far."""
        steps = self._steps.digest() if self._steps else b""
        whole = self._decisions.digest() + self._warnings.digest() + steps
        return hashlib.sha256(whole).hexdigest()
