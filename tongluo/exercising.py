"""Exercises (law 6): versions of their own that no actual warning shares, ended by any Actual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tongluo.config.plan import Plan
from tongluo.core.effects import Effects, Record
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Exercise, Status
from tongluo.warning.desk import Desk, Drill
from tongluo.warning.lifecycle import Event, Lifecycle, Occasion


class Exercising:
    """The exercises on the desk."""

    plan: Plan
    effects: Effects
    desk: Desk

    def record(self, time: int, what: str, body: Mapping[str, Any]) -> None:
        """An entry of the audit."""
        self.effects.records.append(Record(time, what, body))

    def begin_exercise(self, n: int, level: int, drill: Drill, time: int) -> str:
        """Issue an exercise; the name of its event."""
        key = "/".join((self.plan.key(n), *(drill.channels if drill.kind == "test" else ())))
        drill.event = Event(self.desk.number() - 1)
        self.desk.exercises[key] = drill
        return self._exercise(n, drill, level, time, drill.why)

    def end_exercise(self, key: str, time: int, why: str) -> None:
        """The all-clear of an exercise, to everyone it reached."""
        drill = self.desk.exercises.pop(key)
        n = self.plan.places.get(place_of(key))
        if n is not None and self.plan.occasion(n) is not None:
            self._exercise(n, drill, 0, time, why)
        self.record(time, "exercise_ends", {"event": drill.event.name, "why": why})

    def _exercise(self, n: int, drill: Drill, level: int, time: int, why: str) -> str:
        occasion = self.plan.occasion(n)
        assert occasion is not None  # none is begun without a policy
        area = replace(occasion.area, id=f"exercise.{occasion.area.id}")
        life = Lifecycle({0: drill.event})
        said = {"cause": "exercise", "who": drill.who, "en": why, "zh": why}
        version = life.follow(0, level, time, _of(replace(occasion, area=area), drill), said)
        drill.event = life.events[0]
        assert version is not None
        self._send(replace(version, area=occasion.area), drill)
        return drill.event.name

    def _send(self, version: WarningVersion, drill: Drill) -> None:
        """Out by the exercise's channels, which reach only whoever is enrolled."""
        self.effects.warnings.append((version, tuple(drill.channels)))


def place_of(key: str) -> str:
    """The place of an exercise; tests of several channels may run at one.

    >>> place_of("A/landslide/sms"), place_of("A/landslide")
    ('A/landslide', 'A/landslide')
    """
    return "/".join(key.split("/")[:2])


def _of(occasion: Occasion, drill: Drill) -> Occasion:
    """The occasion as an exercise of its kind."""
    return replace(occasion, status=Status.EXERCISE, exercise=Exercise(drill.kind))
