"""The derived series of a plan: what each is made of, with weights, as the table of its stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from ingest import derived
from ingest.derived_stage import DerivedStage
from tongluo.config.coupled import DerivedIn, InputIn
from tongluo.config.judged import zone_offset
from tongluo.config.models import Config
from tongluo.config.plan_tasks import Specs
from tongluo.config.sensors import SensorSpec
from tongluo.config.weights import Place, inverse_distance, thiessen
from tongluo.core.times import DAY, HOUR, MINUTE
from tongluo.core.units import QUANTITIES, parse_value

PER = {"mm/d": DAY, "m/h": HOUR}
"""Unit of a rate -> the length of time it is told for, ms."""
RATES = {"displacement_rate": "displacement", "stage_rate": "height"}
"""Quantity of a rate -> the kind of what it is a rate of."""


def derived_of(config: Config, specs: Specs) -> DerivedStage:
    """The stage of all derived series, not yet begun."""
    made = [(n, s) for n, s in enumerate(specs) if s is not None and s.derived is not None]
    row = {s.key: n for n, s in enumerate(specs) if s is not None}
    params = np.zeros(len(made), derived.PARAMS)
    heard = []
    for p, (n, spec) in zip(params, made, strict=True):
        inputs = inputs_of(config, spec)
        heard.append([row[one.sensor] for one in inputs])
        sources = [specs[place] for place in heard[-1]]
        _fill(p, config, spec, inputs, [s for s in sources if s is not None])
        p["sensor"] = n
    return DerivedStage(params, heard, len(specs))


def inputs_of(config: Config, spec: SensorSpec) -> list[InputIn]:
    """What a series is made of, its weights worked out; a rate is a difference in time."""
    how = spec.derived
    assert how is not None
    if how.method == "rate":
        one = how.of[0]
        per = PER[QUANTITIES[spec.quantity][0]] / how.over
        return [
            one.model_copy(update={"weight": one.weight * per}),
            one.model_copy(update={"weight": -one.weight * per, "lag": one.lag + how.over}),
        ]
    if how.weights == "given":
        return list(how.of)
    gauges = [_place(config, one.sensor) for one in how.of]
    weights = _worked_out(config, spec.station, how, gauges)
    return [one.model_copy(update={"weight": w}) for one, w in zip(how.of, weights, strict=True)]


def _worked_out(config: Config, station: str, how: DerivedIn, gauges: list[Place]) -> list[float]:
    polygon = next((a.polygon for a in config.areas if a.id == how.area and a.polygon), ())
    if how.weights == "thiessen":
        return thiessen(gauges, polygon)
    own = next((s.at for s in config.stations if s.id == station and s.at), None)
    if own is None:
        own = tuple(np.asarray(polygon, float).mean(axis=0).tolist())
    return inverse_distance(gauges, own)


def _place(config: Config, sensor: str) -> Place:
    """Where a sensor's station lies; checks_derived has seen that it is said."""
    station = sensor.partition("/")[0]
    at = next(s.at for s in config.stations if s.id == station)
    assert at is not None
    return at


def _fill(
    p: Any, config: Config, spec: SensorSpec, inputs: list[InputIn], sources: list[SensorSpec]
) -> None:
    how = spec.derived
    assert how is not None
    p["method"] = derived.METHODS.index("linear" if how.method == "rate" else how.method)
    p["inputs"], p["slot"] = len(inputs), spec.cadence
    p["wait"] = how.wait if how.wait is not None else spec.cadence
    p["share"] = how.share
    p["constant"] = parse_value(how.plus, spec.quantity) if how.plus else 0.0
    p["summed"] = int(all(QUANTITIES[s.quantity][1] == "rain" for s in sources))
    for k, (one, source) in enumerate(zip(inputs, sources, strict=True)):
        p["weight"][k], p["lag"][k] = one.weight, one.lag
        p["age"][k] = one.age if one.age is not None else 2 * source.cadence
        p["running"][k] = int(source.counter is not None)
    if how.method == "since":
        hour, minute = map(int, how.at.split(":"))
        p["every"] = DAY
        p["phase"] = (hour * HOUR + minute * MINUTE - zone_offset(config)) % DAY
        p["cadence"] = 0 if sources[0].counter is not None else sources[0].cadence
