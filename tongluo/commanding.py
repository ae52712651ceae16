"""What operators order. The daemon has seen the token; here is decided what the person may do.

Every act and every refusal becomes an entry of the audit. An act is checked whole before any of
it is done. Nothing here exceeds the site's authority: where a policy says that this site may only
propose or relay, no order issues anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from tongluo.core.effects import Command
from tongluo.core.times import say_duration
from tongluo.core.words import Level
from tongluo.timing import Timing
from tongluo.warning import acts, approval, ladder
from tongluo.warning.desk import Declined, Drill, Mute, Proposal
from tongluo.warning.ladder import Operator
from tongluo.warning.lifecycle import Event, Occasion
from tongluo.warning.policy import Policy, names
from tongluo.warning.refusals import Refused


class Commanding(Timing):
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
        if not operator.roles and not isinstance(order, acts.Answer):
            raise Refused("no_roles", operator=operator.name)
        done: Callable[[Operator, Any, int], Any] = getattr(self, f"_do_{c.word}")
        return done(operator, order, at)

    # proposals

    def _do_approve(self, operator: Operator, order: acts.Approve, at: int) -> list[dict[str, Any]]:
        found = self._proposals(order.ids)
        for p in found:
            self._may_approve(operator, p)
        fresh = [p for p in found if all(who != operator.name for who, _ in p.approved)]
        if not fresh:
            raise Refused("signed", operator=operator.name, id=found[0].id)
        return [self._sign(operator, p, at) for p in fresh]

    def _sign(self, operator: Operator, p: Proposal, at: int) -> dict[str, Any]:
        policy = self.plan.policies_of[p.hazard]
        enough = approval.sign(p, operator.name, at, policy)
        told = {"id": p.id, "level": Level(p.level).word, "issued": enough}
        who = [name for name, _ in p.approved]
        if not enough:
            self.step(p, "signed", at, who=who)
            return told
        by = f"{policy.by} ({', '.join(self.plan.operators[w].title for w in who)})"
        self.grant(p, p.level, at, by, approved_by=who)
        return told

    def _do_reject(self, operator: Operator, order: acts.Reject, at: int) -> list[str]:
        found = self._proposals(order.ids)
        for p in found:
            self._may_approve(operator, p)
        for p in found:
            if p.level == p.rung:
                self._decline(p.key, operator, order.why, at, p.level)
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
            its = [p for p in self.desk.proposals.values() if name in (p.id, p.group)]
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
        self._authority(policy, p.hazard)
        rules = policy.approval(p.rung)
        self._named(operator, rules.who if rules is not None else ())

    def _authority(self, policy: Policy, hazard: str) -> None:
        if policy.authority != "issue":
            raise Refused(
                "authority", authority=policy.authority, to=policy.to or "?", hazard=hazard
            )

    def _named(self, operator: Operator, who: tuple[str, ...]) -> None:
        """That a list of names and roles names this operator; an empty one names every role."""
        if who and not names(who, operator.name, operator.roles):
            raise Refused("not_allowed", operator=operator.name, who=", ".join(who))

    def _decline(
        self, key: str, operator: Operator, why: str, at: int, level: int = Level.RED
    ) -> None:
        """What the sensors hold now, up to a level, goes out no more; what they never said may."""
        level = min(level, self.assessor.answers[self.plan.places[key]].level)
        if level >= Level.BLUE:
            self.desk.declined[key] = Declined(level, operator.name, why, at)

    # warnings by hand

    def _do_issue(self, operator: Operator, order: acts.Issue, at: int) -> dict[str, Any]:
        n = self.plan.places.get(f"{order.area}/{order.hazard}")
        if n is None:
            raise Refused("no_question", hazard=order.hazard, area=order.area)
        level = acts.level_of(order.level)
        return self._raise(operator, n, level, self._said(operator, order.why), at)

    def _raise(
        self, operator: Operator, n: int, level: int, reason: Mapping[str, Any], at: int
    ) -> dict[str, Any]:
        """A level above the one in force, as far as the policy lets this person."""
        occasion, key, live = self._occasion(n), self.plan.key(n), self.lifecycle.live(n)
        policy, hazard = occasion.policy, occasion.hazard.value
        self._authority(policy, hazard)
        if live >= level:
            raise Refused("already", level=Level(live).word, event=self.lifecycle.events[n].name)
        if policy.mode(level) == "never":
            raise Refused("never", hazard=hazard, level=Level(level).word)
        open_, rules = self.desk.proposals.get(key), policy.approval(level)
        self._named(operator, rules.who if rules is not None else policy.who)
        if open_ is not None and open_.level >= level:
            raise Refused("proposed", id=open_.id, level=Level(open_.level).word)
        self.desk.declined.pop(key, None)
        if rules is not None:
            return self._sign(operator, self.offer(n, level, at, occasion, reason, level), at)
        self._hand_out(operator, n, level, at, reason)
        self.lifecycle.events[n].manual = level
        return {"event": self.lifecycle.events[n].name, "level": Level(level).word, "issued": True}

    def _hand_out(
        self, operator: Operator, n: int, level: int, at: int, reason: Mapping[str, Any]
    ) -> None:
        self.let_out(n, level, at, self._by(operator, n), reason)

    def _by(self, operator: Operator, n: int) -> Occasion:
        """The occasion, on this person's word."""
        occasion = self._occasion(n)
        by = f"{occasion.policy.by} ({operator.title})"
        return replace(occasion, policy=replace(occasion.policy, by=by))

    def _occasion(self, n: int) -> Occasion:
        occasion = self.plan.occasion(n)
        if occasion is None:
            question = self.plan.questions[n]
            raise Refused("never", hazard=question.hazard.value, level="any level")
        return occasion

    def _said(self, operator: Operator, why: str, text: str = "") -> dict[str, Any]:
        """The reason of what a person does."""
        said = text or why
        return {
            "cause": "act",
            "who": operator.name,
            "why": why,
            "en": said,
            "zh": said,
            "config": self.plan.digest,
        }

    def _do_update(self, operator: Operator, order: acts.Update, at: int) -> dict[str, Any]:
        name = order.event or order.identifier.removeprefix("tongluo.").rpartition(".v")[0]
        n, event = self._event(operator, name)
        self._authority(self._occasion(n).policy, self.plan.questions[n].hazard.value)
        reason = self._said(operator, order.why, order.text)
        level = acts.level_of(order.level) if order.level else event.level
        if level > event.level:
            return self._raise(operator, n, level, reason, at)
        if level < event.level:
            self._set_aside(operator, n, order.why, at)
            event.manual = 0
            self._hand_out(operator, n, level, at, reason)
        else:
            occasion = self._by(operator, n)
            self.emit(n, self.lifecycle.renew(n, at, occasion, reason), occasion.policy)
        return {"event": name, "level": Level(level).word, "issued": True}

    def _do_cancel(self, operator: Operator, order: acts.Cancel, at: int) -> dict[str, Any]:
        n, _ = self._event(operator, order.event)
        self._set_aside(operator, n, order.why, at)
        self._hand_out(operator, n, 0, at, self._said(operator, order.why))
        return {"event": order.event, "level": "none", "issued": True}

    def _do_retract(self, operator: Operator, order: acts.Retract, at: int) -> dict[str, Any]:
        n, _ = self._event(operator, order.event, ended=True)
        self._set_aside(operator, n, order.why, at)
        occasion = replace(self._by(operator, n), note=order.why)
        version = self.lifecycle.retract(n, at, occasion, self._said(operator, order.why))
        self.emit(n, version, occasion.policy)
        return {"event": order.event, "level": "none", "issued": True}

    def _event(self, operator: Operator, name: str, *, ended: bool = False) -> tuple[int, Event]:
        """The warning of a name that this person may act on; to end it needs no authority."""
        for n, event in self.lifecycle.events.items():
            if name and event.name == name and (event.version or (ended and event.last)):
                policy = self._occasion(n).policy
                rules = policy.approval(event.level or event.highest)
                self._named(operator, policy.who or (rules.who if rules is not None else ()))
                return n, event
        raise Refused("no_event", event=name)

    def _set_aside(self, operator: Operator, n: int, why: str, at: int) -> None:
        """A person lowers: what the sensors hold now does not raise it again."""
        key = self.plan.key(n)
        self.withdraw(key, at, "withdrawn", who=operator.name, why=why)
        self._decline(key, operator, why, at)

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
        if what.partition(":")[0] not in self.plan.config.channels:
            raise Refused("no_channel", channel=what)
        until = acts.moment(order.until, at)
        if not at < until <= at + limits.longest_mute:
            raise Refused("mute_until", longest=say_duration(limits.longest_mute))
        self.desk.mutes = [m for m in self.desk.mutes if m.what != what]
        self.desk.mutes.append(Mute(what, operator.name, order.why, at, until))
        self.next_duty = None
        body = msgspec.to_builtins(self.desk.mutes[-1])
        self.record(at, "mute", body)
        return {"what": what, "until": until}

    def _do_exercise(self, operator: Operator, order: acts.Exercise, at: int) -> list[str]:
        limits, level = self.plan.config.duty, acts.level_of(order.level)
        self._named(operator, limits.exercise)
        length = int(order.minutes * 60_000)
        if not 60_000 <= length <= limits.longest_exercise:
            raise Refused("exercise_minutes", longest=say_duration(limits.longest_exercise))
        actual = next((e for e in self.lifecycle.events.values() if e.version), None)
        if actual is not None and self.plan.config.site.status == "Actual":
            raise Refused("exercise_actual", event=actual.name)
        found = [self._exercisable(area, order.hazard) for area in dict.fromkeys(order.areas)]
        self.next_duty = None
        return [self._drill(operator, n, level, order, at, at + length) for n in found]

    def _exercisable(self, area: str, hazard: str) -> int:
        n = self.plan.places.get(f"{area}/{hazard}")
        if n is None:
            raise Refused("no_question", hazard=hazard, area=area)
        if self.plan.key(n) in self.desk.exercises:
            raise Refused("exercise_runs", area=area, hazard=hazard)
        self._occasion(n)
        return n

    def _drill(
        self, operator: Operator, n: int, level: int, order: acts.Exercise, at: int, ends: int
    ) -> str:
        by = self._occasion(n).policy.channels if order.kind != "tabletop" else ()
        drill = Drill(ends, order.kind, Event(), list(by), operator.name, order.why)
        return self.begin_exercise(n, level, drill, at)
