"""Checks of a threshold set for one rule and sensor: can its detector work with the levels?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from detectors import DETECTORS
from tongluo.config.checks_sensors import measure_fault
from tongluo.config.faults import Fault, Path, shown
from tongluo.config.judged import shift_of
from tongluo.config.models import RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec
from tongluo.core.ports import Detector, Sensor
from tongluo.core.times import parse_duration
from tongluo.core.units import QUANTITIES, parse_value
from tongluo.core.words import GRADES

Levels = Mapping[str, Any]
UNREAD = "is not written as this method reads it"
ODD = (TypeError, AttributeError, ArithmeticError, LookupError)
"""What a detector may raise on values that it never thought of."""


@dataclass(frozen=True)
class Tried:
    """A rule's detector with its options and a sensor, to be tried on levels."""

    detector: Detector
    options: Any
    seen: Sensor

    def refusal(self, levels: Levels) -> str | None:
        """Why the detector cannot work with these levels; None when it can."""
        row = np.zeros(1, self.detector.params)[0]
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                self.detector.fill(row, self.options, levels, self.seen)
                self.detector.longest(levels)
        except ValueError as error:
            return " ".join(str(error).split())
        except ODD:
            return UNREAD
        return None


def level_faults(
    n: int, rule: RuleIn, name: str, given: Thresholds, sensor: SensorSpec, seen: Sensor
) -> Iterator[Fault]:
    """What the detector refuses of the rule's options and the set's levels, or can never use.

    seen: what the detector knows of the sensor.
    """
    detector = DETECTORS[rule.detector]
    wrong = list(_option_faults(("rules", n, "options"), rule))
    yield from wrong
    options = detector.options.model_validate({} if wrong else rule.options)
    tried = Tried(detector, options, seen)
    path: Path = ("thresholds", name, "levels")
    why = tried.refusal(given.levels)
    if why is not None:
        option = _of_options(("rules", n, "options"), rule, why)
        yield from [option] if option else _refused(path, rule, given.levels, why, tried.refusal)
        return
    if QUANTITIES[rule.quantity][1] == "rain" and detector.shape != "own":
        yield from not_rising(path, given.levels, rule.quantity)
    if detector.shape == "value":
        yield from _beyond(path, given, sensor, accept=bool(getattr(options, "accept_suspect", 0)))


def _option_faults(path: Path, rule: RuleIn) -> Iterator[Fault]:
    """Options that are values with a unit (their default is one) and cannot be read as such."""
    if DETECTORS[rule.detector].shape == "own":
        return
    for name, value in rule.options.items():
        usual = DETECTORS[rule.detector].options.model_fields[name].default
        if not isinstance(usual, str) or measure_fault((), usual, rule.quantity):
            continue
        wrong = measure_fault((*path, name), value, rule.quantity)
        if wrong:
            yield wrong
        elif parse_value(value, rule.quantity) < 0 <= parse_value(usual, rule.quantity):
            yield Fault((*path, name), "negative", {"value": value})


def _of_options(path: Path, rule: RuleIn, why: str) -> Fault | None:
    """The fault of an option, where the detector's words begin with its name."""
    found = re.match(r"`?(\w+)`?", why)
    if found is None or found[1] not in DETECTORS[rule.detector].options.model_fields:
        return None
    values = {"detail": why, "detector": rule.detector}
    return Fault((*path, found[1]), "option_refused", values)


def _refused(
    path: Path, rule: RuleIn, levels: Levels, why: str, refusal: Callable[[Levels], str | None]
) -> Iterator[Fault]:
    """Each level that is refused by itself; else how they stand to one another."""
    shape = DETECTORS[rule.detector].shape
    alone = {word: refusal({word: told}) for word, told in levels.items()}
    wrong = {word: text for word, text in alone.items() if text is not None}
    if shape == "own":  # what is refused of a lone level for being alone is not its own fault
        wrong = {word: text for word, text in wrong.items() if text.startswith(f"{word}: ")}
    for word, text in wrong.items():
        place, told = (*path, word), levels[word]
        found = [] if shape == "own" else list(_leaf_faults(place, told, rule.quantity))
        yield from found or [_shape_fault(place, rule, told, text.removeprefix(f"{word}: "))]
    if wrong:
        return
    found = [] if shape == "own" else list(not_rising(path, levels, rule.quantity))
    yield from found or [Fault(path, "levels_refused", {"detail": why, "detector": rule.detector})]


def _shape_fault(path: Path, rule: RuleIn, told: Any, why: str) -> Fault:
    """What shape the detector wants of a level; else its own words."""
    shape, value = DETECTORS[rule.detector].shape, f"3 {QUANTITIES[rule.quantity][0]}".strip()
    if shape == "value" and not isinstance(told, str):
        return Fault(path, "wants_value", {"detector": rule.detector, "example": value})
    if shape == "windows" and not isinstance(told, Mapping):
        values = {"detector": rule.detector, "example": f"{{1 h: {value}}}"}
        return Fault(path, "wants_windows", values)
    return Fault(path, "levels_refused", {"detail": why, "detector": rule.detector})


def _leaf_faults(path: Path, told: Any, quantity: str) -> Iterator[Fault]:
    """Values without a unit that fits, and windows that are no lengths of time."""
    if not isinstance(told, Mapping):
        wrong = None if isinstance(told, list) else measure_fault(path, told, quantity)
        if wrong is not None:
            yield wrong
        return
    for window, value in told.items():
        try:
            parse_duration(window)
        except ValueError:
            yield Fault((*path, window), "not_duration", {"value": shown(path, window)})
        wrong = measure_fault((*path, window), value, quantity)
        if wrong is not None:
            yield wrong
        elif parse_value(value, quantity) <= 0 and QUANTITIES[quantity][1] == "rain":
            yield Fault((*path, window), "not_positive", {"value": value})


def not_rising(path: Path, levels: Levels, quantity: str) -> Iterator[Fault]:
    """Levels that are not higher than the one before, at the same window where there are any."""
    words = [g.word for g in GRADES if g.word in levels]
    windows = {w for word in words for w in _windows(levels[word])}
    for window in sorted(windows):
        told = [(w, _windows(levels[w])[window]) for w in words if window in _windows(levels[w])]
        if any(measure_fault((), value, quantity) for _, value in told):
            continue
        for (before, low), (word, high) in pairwise(told):
            if parse_value(high, quantity) <= parse_value(low, quantity):
                where = (*path, word, window) if window else (*path, word)
                yield Fault(where, "not_rising", {"value": high, "lower": low, "word": before})


def _windows(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {"": told}


def _beyond(path: Path, given: Thresholds, sensor: SensorSpec, *, accept: bool) -> Iterator[Fault]:
    """Levels above all that the sensor's range lets through to judgement."""
    if QUANTITIES[sensor.quantity][1] == "rain":
        return  # a level is a sum of many readings
    highest = sensor.fail[1] if accept else min(sensor.fail[1], sensor.suspect[1])
    limit = highest + shift_of(sensor, given)
    for word, told in given.levels.items():
        if measure_fault((), told, sensor.quantity) or parse_value(told, sensor.quantity) <= limit:
            continue
        unit = QUANTITIES[sensor.quantity][0]
        values = {"value": told, "sensor": sensor.key, "limit": f"{limit:g} {unit}"}
        yield Fault((*path, word), "beyond_range", values)
