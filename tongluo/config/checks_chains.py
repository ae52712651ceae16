"""Cross-checks of chains: do they act on something that is there, and never on themselves?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detectors import DETECTORS
from tongluo.config.checks_derived import circle
from tongluo.config.checks_judging import Site, set_faults, site_of
from tongluo.config.checks_levels import Tried
from tongluo.config.checks_rules import rule_faults
from tongluo.config.checks_site import twice
from tongluo.config.coupled import ChainIn, LowerIn
from tongluo.config.faults import Fault, Path
from tongluo.config.judged import has_datum, sensors_of, set_name, view
from tongluo.config.models import Config, RuleIn
from tongluo.config.plan_tasks import scaled
from tongluo.config.sensors import SensorSpec
from tongluo.config.texts import choice
from tongluo.core.words import Hazard

Key = tuple[str, Hazard]
"""One hazard in one area."""


def chains(config: Config) -> Iterator[Fault]:
    """Every chain by itself."""
    seen: set[str] = set()
    for n, chain in enumerate(config.chains):
        where: Path = ("chains", n)
        if chain.id in seen:
            yield Fault((*where, "id"), "chain_twice", {"name": chain.id})
        seen.add(chain.id)
        yield from _one_of(where, chain, "warn", "lower")
        if chain.lower is not None:
            yield from _one_of((*where, "lower"), chain.lower, "by", "thresholds")
        yield from _when(where, chain)


def _one_of(where: Path, block: ChainIn | LowerIn, one: str, other: str) -> Iterator[Fault]:
    if (getattr(block, one) is None) == (getattr(block, other) is None):
        yield Fault(where, "one_of_two", {"one": one, "other": other})


def _when(where: Path, chain: ChainIn) -> Iterator[Fault]:
    """A chain without `when` lowers thresholds for a time; it has nothing to warn from."""
    if chain.when:
        return
    if chain.warn is not None:
        yield Fault((*where, "warn"), "chain_warns_always")
    elif chain.valid.from_ is None and chain.valid.to is None:
        yield Fault((*where, "when"), "chain_always")


def named(config: Config) -> Iterator[Fault]:
    """The areas, rules and threshold sets that chains name."""
    areas, rules = [a.id for a in config.areas], [r.id for r in config.rules]
    for n, chain in enumerate(config.chains):
        where: Path = ("chains", n)
        said: list[tuple[Path, str, str, list[str]]] = [
            ((*where, "areas", k), "no_area", name, areas)
            for k, name in enumerate(chain.areas or ())
        ]
        for k, asked in enumerate(chain.when):
            if asked.area is not None:
                said.append(((*where, "when", k, "area"), "no_area", asked.area, areas))
        if chain.lower is not None:
            path = (*where, "lower")
            said += [
                ((*path, "rules", k), "no_rule", name, rules)
                for k, name in enumerate(chain.lower.rules)
            ]
            yield from twice((*path, "rules"), chain.lower.rules)
            if chain.lower.thresholds is not None:
                sets = list(config.thresholds)
                said.append(((*path, "thresholds"), "no_set", chain.lower.thresholds, sets))
        for at, code, name, known in said:
            if name not in known:
                yield Fault(at, code, {"name": name, "choice": choice(name, known)})
        yield from twice((*where, "areas"), chain.areas or ())


# --- where chains act


@dataclass(frozen=True)
class _Asked:
    """What the rules assess, and where each chain acts."""

    rules: Mapping[str, set[Key]]
    """Rule -> what it judges."""
    keys: set[Key]
    """All that rules judge."""
    acts: tuple[tuple[str, ...], ...]
    """Areas by chain."""

    def told(self, config: Config) -> set[Key]:
        """All that rules judge and chains warn of."""
        pairs = zip(config.chains, self.acts, strict=True)
        return self.keys | {(a, c.warn.hazard) for c, areas in pairs if c.warn for a in areas}

    def targets(self, chain: ChainIn, area: str) -> list[Key]:
        """What a chain acts on in an area."""
        if chain.warn is not None:
            return [(area, chain.warn.hazard)]
        lowered = chain.lower.rules if chain.lower is not None else ()
        return [key for r in lowered for key in self.rules.get(r, ()) if key[0] == area]


def acting(config: Config) -> Iterator[Fault]:
    """Chains that can never act, or that act on themselves."""
    site = site_of(config)
    if not site.every or any(any(rule_faults(("rules", 0), rule)) for rule in config.rules):
        return
    asked = _asked(site)
    told, graph = asked.told(config), _graph(config, asked)
    for n, chain in enumerate(config.chains):
        if (chain.warn is None) == (chain.lower is None):
            continue
        yield from _nowhere(config, n, chain, asked)
        yield from _unasked(config, n, chain, asked.acts[n], told)
        starts = dict.fromkeys(t for a in asked.acts[n] for t in asked.targets(chain, a))
        around = next(filter(None, (circle(_name(key), graph) for key in starts)), None)
        if around:
            yield Fault(("chains", n), "chain_circle", {"chain": " > ".join(around)})


def _asked(site: Site) -> _Asked:
    config = site.config
    rules = {rule.id: _judged(site, rule) for rule in config.rules}
    keys = {key for found in rules.values() for key in found}
    return _Asked(rules, keys, tuple(_areas(chain, keys, rules) for chain in config.chains))


def _judged(site: Site, rule: RuleIn) -> set[Key]:
    """What a rule judges: its hazard in each area that one of its sensors speaks for."""
    there = {s.station for _, s in sensors_of(site.config, rule, site.placed)}
    areas = [a for a in site.config.areas if rule.areas is None or a.id in rule.areas]
    return {(a.id, rule.hazard) for a in areas if there & set(a.stations)}


def _areas(chain: ChainIn, keys: set[Key], rules: Mapping[str, set[Key]]) -> tuple[str, ...]:
    """The areas a chain acts on, as the plan finds them."""
    if chain.areas is not None:
        return tuple(dict.fromkeys(chain.areas))
    if chain.lower is not None:
        found = {key for r in chain.lower.rules for key in rules.get(r, ())}
    else:
        local = [w.hazard for w in chain.when if w.area is None]
        found = {key for key in keys if key[1] in local[:1]}
    return tuple(sorted({area for area, _ in found}))


def _nowhere(config: Config, n: int, chain: ChainIn, asked: _Asked) -> Iterator[Fault]:
    lowered = chain.lower.rules if chain.lower is not None else ()
    if not set(lowered) <= set(asked.rules):
        return
    if not asked.acts[n]:
        code = "chain_nowhere" if lowered else "chain_without_area"
        yield Fault(("chains", n), code)
    areas = {a.id for a in config.areas}
    for k, area in enumerate(chain.areas or ()):
        if lowered and area in areas and not asked.targets(chain, area):
            yield Fault(("chains", n, "areas", k), "chain_no_rule_here", {"name": area})


def _unasked(
    config: Config, n: int, chain: ChainIn, acts: tuple[str, ...], told: set[Key]
) -> Iterator[Fault]:
    """Assessments that nobody makes: all that the chain names, or all of the areas it acts on."""
    areas = {a.id for a in config.areas}
    for k, when in enumerate(chain.when):
        wanted = [when.area] if when.area is not None else list(acts)
        if not set(wanted) <= areas:
            continue
        lacking = [area for area in wanted if (area, when.hazard) not in told]
        every = when.area is not None or chain.areas is not None
        if lacking and (every or len(lacking) == len(wanted)):
            values = {"hazard": when.hazard.value, "name": lacking[0]}
            yield Fault(("chains", n, "when", k, "hazard"), "chain_unasked", values)


def _graph(config: Config, asked: _Asked) -> dict[str, list[str]]:
    """What each assessment acts on, by chains."""
    graph: dict[str, list[str]] = {}
    for chain, areas in zip(config.chains, asked.acts, strict=True):
        for area in areas:
            for when in chain.when:
                source = _name((when.area or area, when.hazard))
                graph.setdefault(source, []).extend(map(_name, asked.targets(chain, area)))
    return graph


def _name(key: Key) -> str:
    return f"{key[0]} {key[1].value}"


# --- lower thresholds


def lowering(config: Config) -> Iterator[Fault]:
    """Whether the detectors can work with what chains lower."""
    site = site_of(config)
    rules = {rule.id: (n, rule) for n, rule in enumerate(config.rules)}
    for n, chain in enumerate(config.chains):
        for name in chain.lower.rules if chain.lower is not None else ():
            if name in rules and not any(rule_faults(("rules", 0), rules[name][1])):
                assert chain.lower is not None
                yield from _lowered(site, n, chain.lower, *rules[name])


def _lowered(site: Site, n: int, lower: LowerIn, place: int, rule: RuleIn) -> Iterator[Fault]:
    path, detector = ("chains", n, "lower", "by"), DETECTORS[rule.detector]
    if lower.by is not None and detector.shape == "own":
        yield Fault(path, "by_shape", {"rule": rule.id, "detector": rule.detector})
        return
    if lower.by is not None and detector.shape == "value" and has_datum(rule.quantity):
        yield Fault(path, "by_height", {"rule": rule.id, "quantity": rule.quantity})
        return
    for _, sensor in sensors_of(site.config, rule, site.placed):
        if lower.by is not None:
            yield from _scaled(site, path, lower.by, rule, sensor)
        elif lower.thresholds in site.config.thresholds:
            assert lower.thresholds is not None
            yield from set_faults(site, place, rule, sensor, lower.thresholds)


def _scaled(site: Site, path: Path, by: float, rule: RuleIn, sensor: SensorSpec) -> Iterator[Fault]:
    """Levels that the detector can work with as they stand, and not times `by`."""
    given = site.config.thresholds.get(set_name(rule, sensor) or "")
    if given is None:
        return
    detector = DETECTORS[rule.detector]
    options = detector.options.model_validate(rule.options)
    tried = Tried(detector, options, view(sensor, given, site.beside(rule, sensor), site.zone))
    if tried.refusal(given.levels) is None:
        why = tried.refusal(scaled(given.levels, by))
        if why is not None:
            values = {"detail": why, "detector": rule.detector}
            yield Fault(path, "levels_refused", values)
