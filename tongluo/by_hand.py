"""Warnings by persons' word: raised, reworded, lowered, ended, taken back.

What needs approval becomes a draft, signed by whoever asks for it; the last who must sign lets it
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tongluo.core.words import Level
from tongluo.timing import Timing
from tongluo.warning import acts, approval
from tongluo.warning.desk import Declined, Kind, Proposal
from tongluo.warning.ladder import Operator
from tongluo.warning.lifecycle import Event, Occasion
from tongluo.warning.policy import Policy, names
from tongluo.warning.refusals import Refused


class ByHand(Timing):
    """What persons let out."""

    def _sign(self, operator: Operator, p: Proposal, at: int) -> dict[str, Any]:
        policy = self.plan.policies_of[p.hazard]
        enough = approval.sign(p, operator.name, at, policy)
        told = {"id": p.id, "level": Level(p.level).word, "issued": enough}
        who = [name for name, _ in p.approved]
        if not enough:
            self.step(p, "signed", at, who=who)
            return told
        if p.by:
            self._enact(p, who, at)
        else:
            self.grant(p, p.level, at, self._on_word(policy, who), approved_by=who)
        return told

    def _ask(
        self,
        operator: Operator,
        n: int,
        change: tuple[Kind, int],
        reason: Mapping[str, Any],
        at: int,
    ) -> dict[str, Any]:
        """A draft; whoever drafts it signs it with that, if the rules name them to approve it."""
        (kind, level), policy = change, self._occasion(n).policy
        rules = policy.approval(max(level, self.lifecycle.live(n)))
        assert rules is not None  # where nothing is approved, there are no drafts
        able = names(rules.who, operator.name, operator.roles)
        alone = able and rules.needed == 1
        made = self.draft(n, kind, level, at, reason, operator.name, alone=alone)
        if able:
            return self._sign(operator, made, at)
        return {"id": made.id, "level": Level(level).word, "issued": False, "signed": False}

    def _on_word(self, policy: Policy, who: Iterable[str]) -> str:
        """A policy, on these persons' word."""
        known = self.plan.operators
        titles = (known[w].title if w in known else w for w in who)
        return f"{policy.by} ({', '.join(titles)})"

    def _authority(self, policy: Policy, hazard: str) -> None:
        if policy.authority != "issue":
            raise Refused(
                "authority", authority=policy.authority, to=policy.to or "?", hazard=hazard
            )

    def _named(self, operator: Operator, who: tuple[str, ...]) -> None:
        """That a list of names and roles names this operator; an empty one names every role."""
        if who and not names(who, operator.name, operator.roles):
            raise Refused("not_allowed", operator=operator.name, who=", ".join(who))

    def _decline(self, key: str, who: str, why: str, at: int, level: int = Level.RED) -> None:
        """What the sensors hold now, up to a level, goes out no more; what they never said may."""
        level = int(min(level, self.assessor.answers[self.plan.places[key]].level))
        if level >= Level.BLUE:
            self.desk.declined[key] = Declined(level, who, why, at)

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
        rules = policy.approval(level)
        self._named(operator, rules.who if rules is not None else policy.who)
        for open_ in [p for p in self.desk.open() if p.key == key and p.kind in ("", "raise")]:
            if open_.level >= level:
                raise Refused("proposed", id=open_.id, level=Level(open_.level).word)
        if rules is not None:
            self.withdraw_draft(key, at, "overtaken", who=operator.name)
            return self._ask(operator, n, ("raise", level), reason, at)
        self._raised(n, level, at, [operator.name], reason)
        return {"event": self.lifecycle.events[n].name, "level": Level(level).word, "issued": True}

    def _raised(
        self, n: int, level: int, at: int, who: Sequence[str], reason: Mapping[str, Any]
    ) -> None:
        """Out by persons' word; sensors do not lower it, and propose only what is above it."""
        key = self.plan.key(n)
        self.desk.declined.pop(key, None)
        self.let_out(n, level, at, self._by(who, n), reason)
        self.lifecycle.events[n].manual = level
        own = self.desk.proposals.get(key)
        if own is not None and own.level <= level:
            self.withdraw(key, at)

    def _by(self, who: Sequence[str], n: int) -> Occasion:
        """The occasion, on these persons' word."""
        occasion = self._occasion(n)
        by = self._on_word(occasion.policy, who)
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
        return self._change(
            operator, n, "lower" if level < event.level else "text", level, reason, at
        )

    def _do_cancel(self, operator: Operator, order: acts.Cancel, at: int) -> dict[str, Any]:
        n, _ = self._event(operator, order.event)
        return self._change(operator, n, "cancel", 0, self._said(operator, order.why), at)

    def _change(
        self, operator: Operator, n: int, kind: Kind, level: int, reason: Mapping[str, Any], at: int
    ) -> dict[str, Any]:
        """Lower, end or reword what is in force: what needed two persons needs two for that too."""
        event, key = self.lifecycle.events[n], self.plan.key(n)
        rules = self._occasion(n).policy.approval(event.level)
        if rules is None or not rules.two:
            self._changed(n, kind, level, at, [operator.name], reason)
            return {"event": event.name, "level": Level(level).word, "issued": True}
        for open_ in [p for p in self.desk.open() if p.key == key]:
            if open_.by or (kind != "text" and open_.level == level):
                raise Refused("waits", id=open_.id)
        return self._ask(operator, n, (kind, level), reason, at)

    def _changed(
        self,
        n: int,
        kind: Kind,
        level: int,
        at: int,
        who: Sequence[str],
        reason: Mapping[str, Any],
    ) -> None:
        occasion = self._by(who, n)
        if kind == "text":
            self.emit(n, self.lifecycle.renew(n, at, occasion, reason), occasion.policy)
            return
        self._set_aside(who, n, reason["why"], at)
        self.lifecycle.events[n].manual = 0
        self.let_out(n, level, at, occasion, reason)

    def _enact(self, p: Proposal, who: Sequence[str], at: int) -> None:
        """What one person asked for and enough have approved."""
        n, reason = self.plan.places[p.key], {**p.reason, "approved_by": who}
        approval.close(self.desk, p.key, draft=True)
        self.step(p, "issued", at, issued=Level(p.level).word, approved_by=who)
        if p.kind == "raise":
            self._raised(n, p.level, at, who, reason)
        else:
            self._changed(n, p.kind, p.level, at, who, reason)
        self.next_duty = None

    def _do_retract(self, operator: Operator, order: acts.Retract, at: int) -> dict[str, Any]:
        """One act, whoever approved it: a false alarm must not wait."""
        n, _ = self._event(operator, order.event, ended=True)
        self._set_aside([operator.name], n, order.why, at)
        occasion = replace(self._by([operator.name], n), note=order.why)
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

    def _set_aside(self, who: Sequence[str], n: int, why: str, at: int) -> None:
        """Persons lower: what the sensors hold now does not raise it again."""
        key, names_ = self.plan.key(n), ", ".join(who)
        self.withdraw(key, at, "withdrawn", who=names_, why=why)
        self.withdraw_draft(key, at, "withdrawn", who=names_, why=why)
        self._decline(key, names_, why, at)
