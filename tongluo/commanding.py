"""What operators order. The daemon has seen the token; here is decided what the person may do.

Every act and every refusal becomes an entry of the audit. An act is checked whole before any of
it is done. Nothing here exceeds the site's authority: where a policy says that this site may only
propose or relay, no order issues anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from tongluo.by_hand import ByHand
from tongluo.core.effects import Command
from tongluo.core.times import say_duration
from tongluo.core.words import Level
from tongluo.exercising import place_of
from tongluo.warning import acts, ladder
from tongluo.warning.desk import Drill, Mute, Proposal
from tongluo.warning.ladder import Operator
from tongluo.warning.lifecycle import Event
from tongluo.warning.refusals import Refused


class Commanding(ByHand):
    """The part of the engine that persons move."""

    def command(self, c: Command) -> None:
        """Do it or refuse it."""
        at = self.time_of(c.at)
        body = {"operator": c.operator, "command": c.word, **c.body}
        try:
            done = self._done(c, at)
        except Refused as refused:
            self.effects.answer = refused.answer()
            self.record(at, "refused", {**body, "code": refused.code, "error": str(refused)})
        else:
            self.effects.answer = {"done": done}
            self.record(at, "command", {**body, "done": done})

    def _done(self, c: Command, at: int) -> Any:
        """Obey; an order that fails is refused, and what was due before it stays done (law 2)."""
        try:
            return self._obey(c, at)
        except Refused:
            raise
        except Exception as error:
            raise Refused("failed", detail=repr(error)) from error

    def _obey(self, c: Command, at: int) -> Any:
        operator = self.plan.operators.get(c.operator)
        if operator is None:
            raise Refused("unknown_operator")
        order = acts.read(c.word, c.body)
        if not operator.roles and not isinstance(order, acts.Answer | acts.Report):
            raise Refused("no_roles", operator=operator.name)
        done: Callable[[Operator, Any, int], Any] = getattr(self, f"_do_{c.word}")
        return done(operator, order, at)

    # proposals

    def _do_approve(self, operator: Operator, order: acts.Approve, at: int) -> list[dict[str, Any]]:
        found = self._proposals(order.ids)
        for p in found:
            self._may_approve(operator, p)
        _apart(found)
        fresh = [p for p in found if all(who != operator.name for who, _ in p.approved)]
        if not fresh:
            raise Refused("signed", operator=operator.name, id=found[0].id)
        fresh.sort(key=lambda p: -p.level)  # of a place's two the higher takes the other along
        return [self._sign(operator, p, at) for p in fresh if p in self.desk.open()]

    def _do_reject(self, operator: Operator, order: acts.Reject, at: int) -> list[str]:
        found = self._proposals(order.ids)
        for p in found:
            self._may_approve(operator, p)
        for p in found:
            if p.by:  # what the sensors say is not in question
                self.withdraw_draft(p.key, at, "rejected", who=operator.name, why=order.why)
                continue
            if p.level == p.rung:
                self._decline(p.key, operator.name, order.why, at, p.level)
            else:  # the warning stays until a person lowers it
                self.lifecycle.events[self.plan.places[p.key]].manual = p.rung
            self.withdraw(p.key, at, "rejected", who=operator.name, why=order.why)
        return [p.id for p in found]

    def _proposals(self, ids: Iterable[str]) -> list[Proposal]:
        """The open proposals that ids and groups name, each once."""
        found: dict[str, Proposal] = {}
        for said in ids:
            name, _, version = said.partition("@")
            group = self.desk.groups.get(name)
            its = [p for p in self.desk.open() if name in (p.id, p.group)]
            if not its:
                raise Refused("no_proposal", id=name)
            now = group.revision if group is not None else its[0].version
            if version and version != str(now):
                word = Level(group.level if group is not None else its[0].level).word
                raise Refused("other_version", id=name, version=now, level=word)
            found.update((p.id, p) for p in its)
        if not found:
            raise Refused("no_proposal", id="")
        return list(found.values())

    def _may_approve(self, operator: Operator, p: Proposal) -> None:
        policy = self.plan.policies_of[p.hazard]
        if p.kind != "cancel":  # to end a warning needs no authority
            self._authority(policy, p.hazard)
        rules = policy.approval(p.rung)
        self._named(operator, rules.who if rules is not None else ())

    # calls and mutes

    def _do_answer(self, operator: Operator, order: acts.Answer, at: int) -> dict[str, Any]:
        for group in self.desk.groups.values():
            if group.calls.get(order.call) == operator.name:
                ladder.answer(group, order.call, at)
                self.next_duty = None
                self.record(at, "answer", {"call": order.call, "who": operator.name})
                return {"call": order.call, "group": group.id}
        raise Refused("no_call", call=order.call, operator=operator.name)

    def _do_mute(self, operator: Operator, order: acts.Mute, at: int) -> dict[str, Any]:
        limits, what = self.plan.config.duty, order.endpoint or order.channel
        self._named(operator, limits.mute)
        self._channel(what.partition(":")[0])
        until = acts.moment(order.until, at)
        if not at < until <= at + limits.longest_mute:
            raise Refused("mute_until", longest=say_duration(limits.longest_mute))
        self.desk.mutes = [m for m in self.desk.mutes if m.what != what]
        self.desk.mutes.append(Mute(what, operator.name, order.why, at, until))
        self.next_duty = None
        body = msgspec.to_builtins(self.desk.mutes[-1])
        self.record(at, "mute", body)
        return {"what": what, "until": until}

    def _channel(self, name: str) -> None:
        if name not in self.plan.config.channels:
            raise Refused("no_channel", channel=name)

    def _do_exercise(self, operator: Operator, order: acts.Exercise, at: int) -> list[str]:
        limits, level = self.plan.config.duty, acts.level_of(order.level)
        self._named(operator, limits.exercise)
        if (order.kind == "test") != bool(order.channels):
            raise Refused("exercise_channels")
        for name in order.channels:
            self._channel(name)
        length = int(order.minutes * 60_000)
        if not 60_000 <= length <= limits.longest_exercise:
            raise Refused("exercise_minutes", longest=say_duration(limits.longest_exercise))
        actual = next((e for e in self.lifecycle.events.values() if e.version), None)
        if actual is not None and self.plan.config.site.status == "Actual":
            raise Refused("exercise_actual", event=actual.name)
        found = [self._exercisable(area, order.hazard) for area in dict.fromkeys(order.areas)]
        self.next_duty = None
        return [
            self._drill(operator, n, level, order, at + length, at, tested)
            for n in found
            for tested in dict.fromkeys(order.channels or [""])
        ]

    def _exercisable(self, area: str, hazard: str) -> int:
        n = self.plan.places.get(f"{area}/{hazard}")
        if n is None:
            raise Refused("no_question", hazard=hazard, area=area)
        if any(place_of(key) == self.plan.key(n) for key in self.desk.exercises):
            raise Refused("exercise_runs", area=area, hazard=hazard)
        self._occasion(n)
        return n

    def _drill(
        self,
        operator: Operator,
        n: int,
        level: int,
        order: acts.Exercise,
        ends: int,
        at: int,
        tested: str,
    ) -> str:
        """One exercise; tested: its only channel, "" = all of the policy's."""
        every = self._occasion(n).policy.channels if order.kind != "tabletop" else ()
        by = [tested] if tested else list(every)
        drill = Drill(ends, order.kind, Event(), by, operator.name, order.why)
        return self.begin_exercise(n, level, drill, at)


def _apart(found: Sequence[Proposal]) -> None:
    """Refused when what is to be approved would raise and lower one warning in one act."""
    up = {p.key: p.id for p in found if p.level == p.rung and p.kind != "text"}
    for p in found:
        if p.key in up and p.level < p.rung:
            raise Refused("apart", id=p.id, other=up[p.key])
