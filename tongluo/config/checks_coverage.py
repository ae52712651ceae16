"""Cross-checks of what is believed of channels: names of channels and of areas."""

from __future__ import annotations

from collections.abc import Iterator

from tongluo.config.checks_site import twice
from tongluo.config.faults import Fault
from tongluo.config.models import Config
from tongluo.config.texts import choice


def coverage(config: Config) -> Iterator[Fault]:
    """Channels that escalation cannot use, reach that nobody may promise, areas there are not."""
    more = config.coverage.escalation
    for n, name in enumerate(more.channels if more else ()):
        if name not in config.channels:
            values = {"name": name, "choice": choice(name, config.channels)}
            yield Fault(("coverage", "escalation", "channels", n), "no_channel", values)
    yield from twice(("coverage", "escalation", "channels"), more.channels if more else ())
    for name, way in config.coverage.channels.items():
        given = config.channels.get(name)
        if given is not None and given.kind == "webpush" and way.reach is not None:
            yield Fault(("coverage", "channels", name, "reach"), "push_reach", {"name": name})
    areas = [area.id for area in config.areas]
    for n, count in enumerate(config.coverage.people):
        if count.area not in areas:
            values = {"name": count.area, "choice": choice(count.area, areas)}
            yield Fault(("coverage", "people", n, "area"), "no_area", values)
