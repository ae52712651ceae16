"""What a plan asks: one hazard in one area each, of which verdicts; and the chains between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ingest.derived_stage import DerivedStage
from tongluo.config.coupled import ChainIn
from tongluo.config.judged import zone_offset
from tongluo.config.models import Config, RuleIn
from tongluo.config.plan_tasks import Specs, Task
from tongluo.core.times import DAY, parse_time
from tongluo.core.words import Hazard, Level
from tongluo.warning.question import CHAIN, Chain, Member, Question

Key = tuple[str, Hazard]
FOREVER = 1 << 62


@dataclass
class _Asked:
    """A question as it is put together."""

    members: list[Member] = field(default_factory=list)
    hold: int = 0
    quorum: float = 0.0
    votes: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)

    def rule(self, rule: RuleIn) -> None:
        """Take over what a rule says of its questions."""
        self.hold, self.quorum = max(self.hold, rule.hold), max(self.quorum, rule.quorum)
        if rule.votes:
            blue, yellow, orange, red = accumulate((rule.votes.get(w, 1) for w in _WORDS), max)
            self.votes[rule.id] = (blue, yellow, orange, red)


_WORDS = ("blue", "yellow", "orange", "red")
HOLD = 1_800_000  # ms: of a question that only a chain asks


def questions_of(
    config: Config, tasks: Mapping[str, Sequence[Task]], specs: Specs, derived: DerivedStage
) -> tuple[tuple[Question, ...], tuple[Chain, ...]]:
    """Questions, by area and hazard, and the chains, by their place in the file and area."""
    areas, asked = _areas_of(config), dict[Key, _Asked]()
    plain = list(_places(config, tasks, specs, areas))
    for _, area, task, _ in plain:
        asked.setdefault((area, task.rule.hazard), _Asked())
    chains = list(_instances(config, list(asked)))
    number = {(chain.id, area): n for n, (chain, area) in enumerate(chains)}
    made_by = {s: _stations(specs, derived, s) for s in {task.sensor for _, _, task, _ in plain}}
    for name, area, task, row in plain:
        stations = made_by[task.sensor]
        place_of = number.get((task.chain, area))
        _add(asked[area, task.rule.hazard], name, row, task, stations, place_of)
    for n, (chain, area) in enumerate(chains):
        if chain.warn is not None:
            level = Level.parse(chain.warn.level)
            asked.setdefault((area, chain.warn.hazard), _Asked(hold=HOLD)).members.append(
                Member(CHAIN, n, chain.id, int(level))
            )
    keys = sorted(asked)
    found = tuple(
        Question(a, h, tuple(asked[a, h].members), asked[a, h].hold, asked[a, h].quorum,
                 asked[a, h].votes)
        for a, h in keys
    )  # fmt: skip
    place = {key: n for n, key in enumerate(keys)}
    zone = zone_offset(config)
    return found, tuple(_chain(chain, area, place, zone) for chain, area in chains)


def _places(
    config: Config,
    tasks: Mapping[str, Sequence[Task]],
    specs: Specs,
    areas: Mapping[str, list[str]],
) -> Iterator[tuple[str, str, Task, int]]:
    """(detector, area, task, row of its table) wherever a task speaks for an area."""
    for name, found in tasks.items():
        for row, task in enumerate(found):
            sensor = specs[task.sensor]
            for area in areas.get(sensor.station, ()) if sensor else ():
                if task.rule.areas is None or area in task.rule.areas:
                    yield name, area, task, row


def _add(
    asked: _Asked, name: str, row: int, task: Task, stations: frozenset[str], chain: int | None
) -> None:
    if task.chain and chain is None:
        return  # the chain does not act on this area
    rule = task.rule
    doubt = int(Level.parse(rule.doubtful)) if task.doubtful else int(Level.RED)
    armed = -1 if chain is None else chain
    asked.members.append(Member(name, row, rule.id, _cap(rule), stations, doubt, armed))
    asked.rule(rule)


def _stations(specs: Specs, derived: DerivedStage, sensor: int) -> frozenset[str]:
    """The stations whose readings are judged in the end where a sensor is."""
    made = {int(sensor) for sensor in derived.params["sensor"]}
    received = (specs[s] for s in derived.sources(sensor) - made)
    return frozenset(s.station for s in received if s is not None)


def _instances(config: Config, asked: list[Key]) -> Iterator[tuple[ChainIn, str]]:
    """Each chain with each area it acts on."""
    for chain in config.chains:
        hazards = {r.hazard for r in config.rules if chain.lower and r.id in chain.lower.rules}
        local = [w.hazard for w in chain.when if w.area is None]
        usual = [a for a, h in asked if (h in hazards if chain.lower else h in local[:1])]
        for area in dict.fromkeys(sorted(usual) if chain.areas is None else chain.areas):
            yield chain, area


def _chain(chain: ChainIn, area: str, place: Mapping[Key, int], zone: int) -> Chain:
    when = tuple(
        (place.get((w.area or area, w.hazard), -1), int(Level.parse(w.level))) for w in chain.when
    )
    start, end = chain.valid.from_, chain.valid.to
    return Chain(
        chain.id,
        area,
        when,
        int(Level.parse(chain.warn.level)) if chain.warn else 0,
        parse_time(f"{start}T00:00:00+00:00") - zone if start else -FOREVER,
        parse_time(f"{end}T00:00:00+00:00") - zone + DAY if end else FOREVER,
        chain.travel or 0,
        chain.why,
        chain.why_en,
    )


def _areas_of(config: Config) -> dict[str, list[str]]:
    """Station -> the areas it speaks for."""
    areas: dict[str, list[str]] = {}
    for area in config.areas:
        for station in dict.fromkeys(area.stations):
            areas.setdefault(station, []).append(area.id)
    return areas


def _cap(rule: RuleIn) -> int:
    return int(Level.RED if rule.cap_level is None else Level.parse(rule.cap_level))
