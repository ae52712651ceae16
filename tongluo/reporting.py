"""What people report back from the place (上报): how many were told, who refuses, what they see,
what was broadcast.

A report changes no level and ends no warning (law 3). It is an order of an operator who needs no
role for it, so a warden with a token of his own may give it; like any order it is a row of the
journal and an entry of the audit. Counts belong to the warnings in force there.
"""

from __future__ import annotations

from typing import Any

from tongluo.core.times import DAY
from tongluo.judgement import Judgement
from tongluo.warning import acts
from tongluo.warning.ladder import Operator
from tongluo.warning.refusals import Refused

MOST = 10_000_000
"""People: a larger number is no count."""


class Reporting(Judgement):
    """The part of the engine that hears people."""

    def _do_report(self, operator: Operator, order: acts.Report, at: int) -> dict[str, Any]:
        if order.area not in {area.id for area in self.plan.config.areas}:
            raise Refused("no_area", area=order.area)
        told, said = _told(order), " ".join(order.text.split())
        if told is None and not said and not order.channel:
            raise Refused("report_empty")
        events = self._events_at(order.area)
        if (told is not None or order.channel) and not events:
            raise Refused("report_event", area=order.area)
        body: dict[str, Any] = {
            "who": operator.name,
            "area": order.area,
            "events": events,
            "text": said,
        }
        if told is not None:
            if max(told, order.of or 0) > self._people_of(order):
                body["sure"] = True
            given = {"of": order.of, "out": order.out, "refuse": order.refuse}
            body |= {"told": told, **{k: n for k, n in given.items() if n is not None}}
        if order.channel:
            body |= {"channel": order.channel, "shown": self._shown_at(order, at)}
        self.record(at, "report", body)
        return {"area": order.area, "told": told, "events": events, "channel": order.channel}

    def _people_of(self, order: acts.Report) -> int:
        """People of an area by the configuration; Refused for a count of more, unless somebody is
        sure: a slip of a digit would stop the warning of everybody there."""
        own = {a.id: a.people for a in self.plan.config.areas}
        people, count = own[order.area], max(_told(order) or 0, order.of or 0)
        if count > people and not order.sure:
            raise Refused("report_many", area=order.area, people=people, count=count)
        return people

    def _shown_at(self, order: acts.Report, now: int) -> int:
        """When a channel that only a person can speak for was shown: of television, screens, or a
        way of others under `coverage`."""
        config = self.plan.config
        way, own = config.coverage.channels.get(order.channel), config.channels.get(order.channel)
        if way is None or way.proof != "played" or (own and own.kind != "declared"):
            raise Refused("no_channel", channel=order.channel)
        at = acts.moment(order.at, now) if order.at else now
        if not now - DAY < at <= now:
            raise Refused("unreadable", detail=f"at: {order.at}")
        return at

    def _events_at(self, area: str) -> list[str]:
        """Warnings in force for an area, for one around it or for one in it."""
        parent = {a.id: a.parent or "" for a in self.plan.config.areas}

        def line(at: str) -> set[str]:
            found: set[str] = set()
            while at and at not in found:
                found.add(at)
                at = parent.get(at, "")
            return found

        return [
            event.name
            for n, event in sorted(self.lifecycle.events.items())
            if event.version and (at := self.plan.questions[n].area)
            and (at in line(area) or area in line(at))
        ]  # fmt: skip


def _told(order: acts.Report) -> int | None:
    """People told, as far as the report counts them: who is out or refuses was told, too."""
    given = [n for n in (order.told, order.of, order.out, order.refuse) if n is not None]
    if any(not 0 <= n <= MOST for n in given):
        raise Refused("report_counts", detail=f"0 .. {MOST}")
    if order.told is None and order.out is None and order.refuse is None:
        if order.of is not None:
            raise Refused("report_counts", detail="of")
        return None
    known = (order.out or 0) + (order.refuse or 0)
    told = max(order.told or 0, known)
    if (order.told is not None and order.told < known) or (order.of or told) < told:
        raise Refused("report_counts", detail=f"{known} > {order.told}, {order.of}")
    return told
