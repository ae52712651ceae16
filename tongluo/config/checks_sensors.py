"""Checks within one sensor: do its quantity, unit, times and limits fit one another?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongluo.config.faults import Fault, Path, shown
from tongluo.config.judged import has_datum
from tongluo.config.models import Config
from tongluo.config.stations import SensorIn
from tongluo.config.texts import choice
from tongluo.core.times import say_duration
from tongluo.core.units import KINDS, QUANTITIES, conversion, parse_value


def profiles(config: Config) -> Iterator[Fault]:
    """Every profile by itself, used or not."""
    for name, profile in config.profiles.items():
        where: Path = ("profiles", name)
        if profile.profile is not None:
            yield Fault((*where, "profile"), "profile_in_profile")
        yield from sensor_faults(where, profile)


def sensor_faults(where: Path, said: SensorIn) -> Iterator[Fault]:
    """Whatever in a sensor's settings does not fit; what is not said is not judged."""
    yield from _times(where, said)
    if said.quantity is None:
        return
    if said.quantity not in QUANTITIES:
        known = choice(said.quantity, QUANTITIES)
        yield Fault((*where, "quantity"), "no_quantity", {"name": said.quantity, "choice": known})
        return
    if said.unit is not None:
        yield from _unit((*where, "unit"), said.unit, said.quantity)
    yield from _counter((*where, "counter"), said)
    yield from _range((*where, "range"), said)
    yield from _datum(where, said, said.quantity)


def whole(where: Path, said: SensorIn) -> Iterator[Fault]:
    """What a sensor must say, itself or by its profile."""
    if said.quantity is None:
        yield Fault((*where, "quantity"), "no_quantity_key")
    if said.cadence is None:
        yield Fault((*where, "cadence"), "no_cadence")


def _times(where: Path, said: SensorIn) -> Iterator[Fault]:
    for key in ("cadence", "silence"):
        if getattr(said, key) == 0:
            yield Fault((*where, key), "zero_duration")
    if said.silence and said.cadence and said.silence < said.cadence:
        times = {
            "silence": say_duration(said.silence),
            "cadence": say_duration(said.cadence),
        }
        yield Fault((*where, "silence"), "silence", times)


def _unit(path: Path, unit: str, quantity: str) -> Iterator[Fault]:
    try:
        conversion(quantity, unit)
    except ValueError:
        known = choice(unit, (u for u in KINDS[QUANTITIES[quantity][1]] if u))
        yield Fault(path, "bad_unit", {"unit": unit, "quantity": quantity, "choice": known})


def measure_fault(path: Path, value: Any, quantity: str) -> Fault | None:
    """Why something is not a value of the quantity; None when it is."""
    inner = QUANTITIES[quantity][0]
    told = {"value": shown(path, value), "unit": inner}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Fault(path, "measure_no_unit", told)
    try:
        parse_value(value, quantity)
    except (TypeError, ValueError, OverflowError):
        number, _, unit = str(value).strip().partition(" ")
        if _is_number(number) and unit.strip():
            return next(_unit(path, unit.strip(), quantity), Fault(path, "not_measure", told))
        return Fault(path, "not_measure", told)
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _counter(path: Path, said: SensorIn) -> Iterator[Fault]:
    counter = said.counter
    if counter is None:
        return
    if said.quantity != "rain":
        yield Fault(path, "counter_not_rain", {"quantity": said.quantity})
        return
    for key in ("resolution", "max_rate"):
        value = getattr(counter, key)
        wrong = measure_fault((*path, key), value, "rain")
        if wrong:
            yield wrong
        elif parse_value(value, "rain") <= 0:
            yield Fault((*path, key), "not_positive", {"value": value})
    if "reset_at" in counter.model_fields_set and counter.reset != "daily":
        yield Fault((*path, "reset_at"), "reset_at_unused")


def _range(path: Path, said: SensorIn) -> Iterator[Fault]:
    assert said.quantity is not None
    for key in ("fail", "suspect"):
        pair = getattr(said.range, key, None)
        if pair is None:
            continue
        wrong = [measure_fault((*path, key, n), v, said.quantity) for n, v in enumerate(pair)]
        yield from (fault for fault in wrong if fault)
        if not any(wrong):
            low, high = (parse_value(v, said.quantity) for v in pair)
            if low >= high:
                yield Fault((*path, key), "range_order", {"low": pair[0], "high": pair[1]})


def _datum(where: Path, said: SensorIn, quantity: str) -> Iterator[Fault]:
    if said.datum is not None and not has_datum(quantity):
        yield Fault((*where, "datum"), "datum_not_height", {"quantity": quantity})
    if said.offsets and said.datum is None:
        yield Fault((*where, "offsets"), "offsets_no_datum")
    for datum, height in (said.offsets or {}).items():
        wrong = measure_fault((*where, "offsets", datum), height, quantity)
        if wrong:
            yield wrong
