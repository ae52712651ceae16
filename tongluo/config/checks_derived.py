"""Cross-checks of derived series: what each is made of, and whether that makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.derived import MAX_SLOTS
from tongluo.config.checks_derived_weights import weight_faults
from tongluo.config.checks_sensors import measure_fault
from tongluo.config.checks_stations import names, said_at, sound
from tongluo.config.coupled import DerivedIn
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import has_datum
from tongluo.config.models import Config
from tongluo.config.plan_derived import RATES
from tongluo.config.sensors import SensorSpec
from tongluo.config.texts import choice
from tongluo.core.times import say_duration
from tongluo.core.units import QUANTITIES

USED = {
    # method -> the keys it looks at, beside `method` and `of`
    "weighted_mean": ("weights", "area", "share", "wait"),
    "linear": ("plus", "wait"),
    "resultant": ("wait",),
    "since": ("at",),
    "rate": ("over", "wait"),
}
RECEIVED = ("counter", "element", "forecast", "range")
"""Keys that speak of what is received."""
DEEPEST = 6
"""Derived series behind one another: each tells up to four readings for one."""

Graph = Mapping[str, list[str]]


@dataclass(frozen=True)
class _Made:
    """A derived series: where it stands, its block's place, and what it is."""

    path: Path
    where: Path
    spec: SensorSpec
    how: DerivedIn

    def at(self, *rest: str | int) -> Path:
        return (*self.where, *rest)


def derived(config: Config) -> Iterator[Fault]:
    """Every derived series, with its inputs."""
    placed, _ = sound(config)
    specs, known = {s.key: s for _, s in placed}, names(config)
    made = [_made(config, path, s, s.derived) for path, s in placed if s.derived is not None]
    graph = {m.spec.key: [one.sensor for one in m.how.of] for m in made}
    for one in made:
        yield from _keys(config, one)
        yield from _inputs(one, specs, known)
        yield from _behind(one, graph)
        yield from weight_faults(config, one.where, one.spec, one.how)
        yield from _method(one, specs)


def _made(config: Config, path: Path, spec: SensorSpec, how: DerivedIn) -> _Made:
    said = said_at(config, path)
    own = said.derived is not None
    return _Made(path, (*path, "derived") if own else ("profiles", str(said.profile), "derived"),
                 spec, how)  # fmt: skip


def _keys(config: Config, one: _Made) -> Iterator[Fault]:
    """Keys that say nothing here."""
    said = said_at(config, one.path)
    profile = config.profiles.get(said.profile or "")
    for key in RECEIVED:
        if getattr(said, key) or getattr(profile, key, None):
            yield Fault((*one.path, key), "derived_beside", {"key": key})
    used = {"method", "of", *USED[one.how.method]}
    for key in sorted(one.how.model_fields_set - used):
        yield Fault(one.at(key), "derived_key", {"method": one.how.method, "key": key})
    if one.how.method == "since":
        for k, source in enumerate(one.how.of):
            for key in sorted(source.model_fields_set - {"sensor"}):
                yield Fault(one.at("of", k, key), "derived_key", {"method": "since", "key": key})


def _inputs(one: _Made, specs: Mapping[str, SensorSpec], known: list[str]) -> Iterator[Fault]:
    """Each input by itself."""
    for k, said in enumerate(one.how.of):
        path, name = one.at("of", k), said.sensor
        source = specs.get(name)
        if name not in known:
            others = [key for key in known if key != one.spec.key]
            yield Fault(path, "no_sensor", {"name": name, "choice": choice(name, others)})
        elif source is not None and source.forecast:
            yield Fault(path, "derived_forecast", {"name": name})
        elif source is not None:
            yield from _fits(path, one, source)


def _fits(path: Path, one: _Made, source: SensorSpec) -> Iterator[Fault]:
    """Whether the method can make the series from an input of this quantity."""
    own, method = one.spec.quantity, one.how.method
    values = {"name": source.key, "quantity": source.quantity, "method": method, "own": own}
    kind = QUANTITIES[source.quantity][1]
    wrong = method == "weighted_mean" and source.quantity != own
    wrong |= method == "since" and kind != "rain"
    wrong |= method == "rate" and kind != RATES.get(own, kind)
    if wrong:
        yield Fault(path, "derived_quantity", values)
    elif method == "weighted_mean" and has_datum(own) and source.datum != one.spec.datum:
        told = {"name": source.key, "own": one.spec.datum or "?", "other": source.datum or "?"}
        yield Fault(path, "derived_datum", told)
    elif kind == "rain" and method != "since" and one.spec.cadence < source.cadence:
        times = {
            "cadence": say_duration(one.spec.cadence),
            "other": say_duration(source.cadence),
            "name": source.key,
        }
        yield Fault((*one.path, "cadence"), "derived_cadence", times)


def _behind(one: _Made, graph: Graph) -> Iterator[Fault]:
    """Series that are made of themselves, or of too many behind one another."""
    around = circle(one.spec.key, graph)
    if around:
        yield Fault(one.at("of"), "derived_circle", {"chain": " > ".join(around)})
    elif _depth(one.spec.key, graph, {}) > DEEPEST:
        yield Fault(one.at("of"), "derived_deep", {"limit": DEEPEST})


def circle(start: str, graph: Graph) -> list[str]:
    """The way from a name back to itself; empty when there is none.

    >>> circle("a", {"a": ["b", "c"], "c": ["a"]}), circle("b", {"a": ["b"]})
    (['a', 'c', 'a'], [])
    """
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for name in graph.get(way[-1], ()):
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _depth(name: str, graph: Graph, known: dict[str, int]) -> int:
    """How many series stand behind one another, this one included."""
    if name not in known:
        known[name] = 0  # what goes round in a circle behind it is told where it stands
        behind = (_depth(other, graph, known) for other in graph.get(name, ()))
        known[name] = int(name in graph) + max(behind, default=0)
    return known[name]


def _method(one: _Made, specs: Mapping[str, SensorSpec]) -> Iterator[Fault]:
    """What one method asks for and the others do not."""
    how, quantity = one.how, one.spec.quantity
    if how.method in ("since", "rate") and len(how.of) != 1:
        yield Fault(one.at("of"), "derived_one", {"method": how.method, "count": len(how.of)})
    if how.method == "since" and QUANTITIES[quantity][1] != "rain":
        yield Fault(one.at("method"), "derived_not_rain", {"quantity": quantity})
    if how.method == "rate" and quantity not in RATES:
        values = {"quantity": quantity, "choice": choice(quantity, RATES)}
        yield Fault(one.at("method"), "derived_not_rate", values)
    if how.method == "rate" and how.over <= 0:
        yield Fault(one.at("over"), "zero_duration")
    wrong = measure_fault(one.at("plus"), how.plus, quantity) if how.plus is not None else None
    if wrong is not None and how.method == "linear":
        yield wrong
    slots = _slots(one, specs)
    if how.method != "since" and slots > MAX_SLOTS:
        yield Fault(one.where, "derived_slots", {"slots": slots, "limit": MAX_SLOTS})


def _slots(one: _Made, specs: Mapping[str, SensorSpec]) -> int:
    """Slots that are kept of each input, as `ingest.derived.state_dtype` counts them."""
    how, own = one.how, one.spec.cadence
    later = how.over if how.method == "rate" else 0
    sources = [(x, specs[x.sensor]) for x in how.of if x.sensor in specs]
    lag = max((x.lag for x, _ in sources), default=0) + later
    age = max((2 * s.cadence if x.age is None else x.age for x, s in sources), default=0)
    return (lag + age + (own if how.wait is None else how.wait)) // own + 4
