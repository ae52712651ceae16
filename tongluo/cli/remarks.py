"""What a configuration leaves undone: said beside what `tongluo.config` remarks on its lines."""

from __future__ import annotations

from collections.abc import Iterator

from dissemination.channels import CHANNELS
from dissemination.channels.kind import Endpoint
from tongluo.cli.texts import hazard_word, say
from tongluo.config.models import Config
from tongluo.config.plan import Plan

SHOWN = 5
"""Of a long list of sensors only so many are named."""


def remarks(plan: Plan) -> Iterator[str]:
    """One line each."""
    site, time = plan.config.site, plan.config.time
    if site.synthetic:
        yield say("remark_synthetic")
    if site.status == "Exercise":
        yield say("remark_exercise")
        yield from _silent(plan.config)
    if time.clock == "stream":
        yield say("remark_stream")
    yield from _unjudged(plan)
    for policy in plan.config.policies:
        if policy.issue == "never":
            which = ", ".join(map(hazard_word, policy.hazards or ())) or say("all")
            yield say("remark_never", hazards=which)


def _silent(config: Config) -> Iterator[str]:
    """Channels that send nothing while everything is an exercise (law 6)."""
    names = [
        name
        for name, given in config.channels.items()
        if issubclass(CHANNELS[given.kind].options, Endpoint)
        and given.options.get("exercise") is not True
    ]
    if names:
        yield say("remark_not_enrolled", channels=", ".join(names))


def people(config: Config) -> int:
    """People in the areas; those of an area inside another are counted in the outer one."""
    return sum(area.people for area in config.areas if area.parent is None)


def _unjudged(plan: Plan) -> Iterator[str]:
    judged = {task.sensor for tasks in plan.tasks.values() for task in tasks}
    idle = [s.key for n, s in enumerate(plan.sensors) if s is not None and n not in judged]
    if idle:
        shown = ", ".join(idle[:SHOWN]) + (", …" if len(idle) > SHOWN else "")
        yield say("remark_not_judged", count=len(idle), sensors=shown)
    asked = {question.area for question in plan.questions}
    left = [area.id for area in plan.config.areas if area.id not in asked]
    if left:
        yield say("remark_no_rule", areas=", ".join(left))
