"""Checks of `quality:` blocks: tests, limits, and the neighbours they name."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.quality_words import CHOSEN
from tongluo.config.checks_sensors import measure_fault
from tongluo.config.checks_stations import places
from tongluo.config.faults import Fault, Path
from tongluo.config.models import Config
from tongluo.config.plan_quality import kind_of
from tongluo.config.quality import QualityIn
from tongluo.config.sensors import merged, name_of
from tongluo.config.stations import SensorIn
from tongluo.config.texts import choice
from tongluo.core.units import QUANTITIES

OWN = ("spike", "noise", "bottom", "top")
OF_RAIN = ("pour", "burst", "wet")


def profiles(config: Config) -> Iterator[Fault]:
    """The blocks of profiles by themselves."""
    for name, profile in config.profiles.items():
        if profile.quality is not None and profile.quantity in QUANTITIES:
            yield from _within(("profiles", name, "quality"), profile.quality, profile.quantity)


def sensors(config: Config) -> Iterator[Fault]:
    """The blocks of sensors, and the neighbours of all."""
    every = dict(_quantities(config))
    for n, station in enumerate(config.stations):
        for where, sensor in places(n, station):
            if sensor.profile is None or sensor.profile in config.profiles:
                said = merged(config, sensor)
                key = f"{station.id}/{name_of(said)}"
                yield from _sensor(where, sensor, said, key, every)


def _quantities(config: Config) -> Iterator[tuple[str, str | None]]:
    for n, station in enumerate(config.stations):
        for _, sensor in places(n, station):
            if sensor.profile is None or sensor.profile in config.profiles:
                said = merged(config, sensor)
                yield f"{station.id}/{name_of(said)}", said.quantity


def _sensor(
    where: Path, sensor: SensorIn, said: SensorIn, key: str, every: dict[str, str | None]
) -> Iterator[Fault]:
    block = said.quality
    if block is None or said.quantity not in QUANTITIES:
        return
    path: Path = (*where, "quality") if sensor.quality is not None else where
    if said.forecast or said.derived is not None:
        yield Fault(path, "quality_unused")
        return
    if sensor.quality is not None:
        yield from _within(path, block, said.quantity)
    yield from _near(path, block, key, said.quantity, every)


def _near(
    path: Path, block: QualityIn, key: str, quantity: str, every: dict[str, str | None]
) -> Iterator[Fault]:
    for other in block.heard:
        weighed = block.virtual is not None and other in block.virtual.weights
        at: Path = (*path, "virtual", "weights", other) if weighed else (*path, "neighbours")
        if path[-1] != "quality":  # said in a profile: the sensor that uses it is named
            at = path
        theirs = every.get(other)
        if other == key:
            yield Fault(at, "own_neighbour", {"name": other})
        elif other not in every:
            yield Fault(at, "no_neighbour", {"name": other, "choice": choice(other, every)})
        elif weighed and theirs in QUANTITIES and kind_of(theirs) != kind_of(quantity):
            told = {"name": other, "theirs": theirs, "quantity": quantity}
            yield Fault(at, "unlike_neighbour", told)


def _within(path: Path, block: QualityIn, quantity: str) -> Iterator[Fault]:
    for n, word in enumerate(block.tests if block.tests != "auto" else ()):
        if word not in CHOSEN:
            told = {"value": word, "choice": choice(word, CHOSEN)}
            yield Fault((*path, "tests", n), "one_of", told)
    for at, value, of in _measures(block, quantity):
        wrong = measure_fault((*path, *at), value, of)
        if wrong:
            yield wrong


def _measures(block: QualityIn, quantity: str) -> Iterator[tuple[Path, str, str]]:
    given: list[tuple[Path, str | None, str]] = [((k,), getattr(block, k), quantity) for k in OWN]
    given += [((k,), getattr(block, k), "rain") for k in OF_RAIN]
    given.append((("flat", "tolerance"), block.flat.tolerance, quantity))
    for key in ("suspect", "fail"):
        given.append((("rate", key), getattr(block.rate, key, None), quantity))
    for key in ("intercept", "sigma"):
        given.append((("virtual", key), getattr(block.virtual, key, None), quantity))
    return ((at, value, of) for at, value, of in given if value is not None)
