"""Checks of a threshold set for one rule and sensor: can its detector work with the levels?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from detectors import DETECTORS
from tongluo.config.checks_sensors import measure_fault
from tongluo.config.faults import Fault, Path, shown
from tongluo.config.judged import shift_of, view
from tongluo.config.models import RuleIn, Thresholds
from tongluo.config.sensors import SensorSpec
from tongluo.core.times import parse_duration
from tongluo.core.units import QUANTITIES, parse_value
from tongluo.core.words import GRADES

Levels = Mapping[str, Any]
REFUSALS = (ValueError, TypeError, AttributeError, OverflowError)


def level_faults(
    n: int, rule: RuleIn, name: str, given: Thresholds, sensor: SensorSpec
) -> Iterator[Fault]:
    """What the detector refuses of the rule's options and the set's levels, or can never use."""
    detector = DETECTORS[rule.detector]
    seen = view(sensor, given)

    def refusal(levels: Levels, options: Any) -> str | None:
        try:
            detector.fill(np.zeros(1, detector.params)[0], options, levels, seen)
        except REFUSALS as error:
            return str(error)
        return None

    options = detector.options.model_validate(rule.options)
    wrong = list(_option_faults(("rules", n, "options"), rule))
    yield from wrong
    usual = detector.options() if wrong else options
    path: Path = ("thresholds", name, "levels")
    why = refusal(given.levels, usual)
    if why is not None:
        yield from _refused(path, rule, given.levels, why, lambda some: refusal(some, usual))
        return
    if rule.quantity == "rain":
        yield from not_rising(path, given.levels, rule.quantity)
    yield from _beyond(path, given, sensor, accept=bool(getattr(usual, "accept_suspect", False)))


def _option_faults(path: Path, rule: RuleIn) -> Iterator[Fault]:
    """Options that are values with a unit (their default is one) and cannot be read as such."""
    for name, value in rule.options.items():
        usual = DETECTORS[rule.detector].options.model_fields[name].default
        if not isinstance(usual, str) or measure_fault((), usual, rule.quantity):
            continue
        wrong = measure_fault((*path, name), value, rule.quantity)
        if wrong:
            yield wrong
        elif parse_value(value, rule.quantity) < 0:
            yield Fault((*path, name), "negative", {"value": value})


def _refused(
    path: Path, rule: RuleIn, levels: Levels, why: str, refusal: Callable[[Levels], str | None]
) -> Iterator[Fault]:
    """Each level that is refused by itself; else how they stand to one another."""
    alone = {word: refusal({word: told}) for word, told in levels.items()}
    wrong = {word: text for word, text in alone.items() if text is not None}
    for word, text in wrong.items():
        place = (*path, word)
        found = list(_leaf_faults(place, levels[word], rule.quantity))
        yield from found or [_shape_fault(place, rule, text.removeprefix(f"{word}: "), refusal)]
    if wrong:
        return
    found = list(not_rising(path, levels, rule.quantity))
    yield from found or [Fault(path, "levels_refused", {"detail": why, "detector": rule.detector})]


def _shape_fault(
    path: Path, rule: RuleIn, why: str, refusal: Callable[[Levels], str | None]
) -> Fault:
    """What shape the detector wants of a level, found by trying; else its own words."""
    value = f"3 {QUANTITIES[rule.quantity][0]}"
    of_value, of_windows = refusal({"red": value}), refusal({"red": {"1 h": value}})
    if of_value is None and of_windows is not None:
        return Fault(path, "wants_value", {"detector": rule.detector, "example": value})
    if of_windows is None and of_value is not None and why == of_value.removeprefix("red: "):
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
        for (before, low), (word, high) in pairwise(told):
            if parse_value(high, quantity) <= parse_value(low, quantity):
                where = (*path, word, window) if window else (*path, word)
                yield Fault(where, "not_rising", {"value": high, "lower": low, "word": before})


def _windows(told: Any) -> Mapping[str, str]:
    return told if isinstance(told, Mapping) else {"": told}


def _beyond(path: Path, given: Thresholds, sensor: SensorSpec, *, accept: bool) -> Iterator[Fault]:
    """Levels above all that the sensor's range lets through to judgement."""
    highest = sensor.fail[1] if accept else min(sensor.fail[1], sensor.suspect[1])
    limit = highest + shift_of(sensor, given)
    for word, told in given.levels.items():
        if isinstance(told, str) and parse_value(told, sensor.quantity) > limit:
            unit = QUANTITIES[sensor.quantity][0]
            values = {"value": told, "sensor": sensor.key, "limit": f"{limit:g} {unit}"}
            yield Fault((*path, word), "beyond_range", values)
