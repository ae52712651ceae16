"""Calls (叫应): who is called for a group of proposals, and what is said to them."""

from __future__ import annotations

from tongluo.core.effects import Call
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level, Status
from tongluo.exercising import Exercising
from tongluo.warning import asked, ladder
from tongluo.warning.desk import Group
from tongluo.warning.lifecycle import Lifecycle
from tongluo.warning.policy import Approval, Step


class Calling(Exercising):
    """The ladders on the desk."""

    lifecycle: Lifecycle

    def climb(self, group: Group, time: int) -> None:
        """Take the steps of a ladder that are due."""
        rules = self.rules_of(group)
        while rules is not None and 0 < ladder.due(group, rules) <= time:
            number, step = ladder.take(group, rules, time)
            self.call(group, step, f"s{number + 1}", time)

    def rules_of(self, group: Group) -> Approval | None:
        """How the highest of a group is approved."""
        policy = self.plan.policies_of.get(group.hazard)
        return policy.approval(group.level) if policy is not None else None

    def call(self, group: Group, step: Step, name: str, time: int) -> None:
        """Call, or tell, everybody a step names; nobody there is said too."""
        people = ladder.called(step.whom, self.plan.operators)
        for person in people:
            call = f"{group.id}.v{group.version}.{name}.{person.name}"
            if step.answer:
                group.calls[call] = person.name
            targets = {c: person.contacts.get(c, person.name) for c in step.by}
            draft = self._draft(group, f"tongluo.call.{call}", time)
            self.effects.calls.append(
                Call(call, time, group.id, person.name, step.answer, targets, draft)
            )
        body = {
            "group": group.id,
            "step": name,
            "people": [p.name for p in people],
            "channels": list(step.by),
            "answer": step.answer,
        }
        self.record(time, "call", body)

    def _draft(self, group: Group, identifier: str, time: int) -> WarningVersion:
        """What a call is about: the highest proposal, and how many more there are."""
        open_ = self.desk.of_group(group.id)
        chief = max(open_, key=lambda p: (p.rung, -p.at, p.id))
        n = self.plan.places[chief.key]
        occasion, live = self.plan.occasion(n), self.lifecycle.live(n)
        assert occasion is not None
        areas = [self.plan.areas[a] for a in dict.fromkeys(p.area for p in open_)]
        said = asked.about(chief, areas)
        return WarningVersion(
            identifier=identifier,
            event=group.id,
            version=group.version,
            act=Act.ISSUE,
            status=Status.DRAFT,
            hazard=occasion.hazard,
            level=Level(chief.rung),
            previous=Level(live),
            area=occasion.area,
            sender=occasion.sender,
            sent=time,
            onset=chief.at,
            expires=time + occasion.policy.validity,
            zone=occasion.zone,
            reason=said,
            policy=occasion.policy.by,
            languages=occasion.languages,
        )
