"""Checks of the weights of an areal mean: can they be worked out, and do they weigh anything?"""

from __future__ import annotations

from collections.abc import Iterator

from tongluo.config.coupled import DerivedIn
from tongluo.config.faults import Fault, Path
from tongluo.config.models import Config
from tongluo.config.sensors import SensorSpec
from tongluo.config.texts import choice


def weight_faults(config: Config, where: Path, spec: SensorSpec, how: DerivedIn) -> Iterator[Fault]:
    """What keeps the weights of a mean from being known."""
    if how.method != "weighted_mean":
        return
    if how.weights == "given":
        total = sum(one.weight for one in how.of)
        if not total > 0:
            yield Fault((*where, "of"), "derived_weights", {"sum": f"{total:g}"})
        if how.area is not None:
            yield _unused((*where, "area"), how, "area")
        return
    for k, one in enumerate(how.of):
        if "weight" in one.model_fields_set:
            yield _unused((*where, "of", k, "weight"), how, "weight")
    yield from _positions(config, where, spec, how)


def _unused(path: Path, how: DerivedIn, key: str) -> Fault:
    return Fault(path, "derived_key", {"method": f"weights: {how.weights}", "key": key})


def _positions(config: Config, where: Path, spec: SensorSpec, how: DerivedIn) -> Iterator[Fault]:
    at = {s.id: s.at for s in config.stations}
    for k, one in enumerate(how.of):
        station = one.sensor.partition("/")[0]
        if station in at and at[station] is None:
            yield _nowhere((*where, "of", k), station, how)
    areas = {a.id: a.polygon for a in config.areas}
    if how.area is not None and how.area not in areas:
        values = {"name": how.area, "choice": choice(how.area, areas)}
        yield Fault((*where, "area"), "no_area", values)
    elif not areas.get(how.area or ""):
        if how.weights == "thiessen":
            yield Fault((*where, "area"), "derived_area", {"weights": how.weights})
        elif at[spec.station] is None:
            yield _nowhere((*where, "weights"), spec.station, how)


def _nowhere(path: Path, station: str, how: DerivedIn) -> Fault:
    return Fault(path, "derived_nowhere", {"name": station, "weights": how.weights})
