"""Between an assessment and what goes out: versions, proposals, calls, and what falls due of them.

The rules are in `tongluo.warning` (approval, ladder, quiet); this puts them on the desk and
their outcome into the effects of the row at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tongluo.calling import Calling
from tongluo.core.warning import WarningVersion
from tongluo.core.words import Act, Level, Status
from tongluo.warning import approval, ladder, quiet
from tongluo.warning.agenda import Agenda
from tongluo.warning.assess import Assessor
from tongluo.warning.desk import UNANSWERED, Group, Kind, Proposal
from tongluo.warning.lifecycle import Lifecycle, Occasion
from tongluo.warning.policy import Policy, Step

NEVER = (1 << 62, 0, "")
LAPSE = 6
"""The kind of duty that ends a draft which nobody decided; it comes after all others."""
Due = tuple[int, int, str]
"""(ms, kind, name)."""


class Approving(Calling):
    """The duty desk under a plan."""

    assessor: Assessor
    lifecycle: Lifecycle
    next_due: Agenda | None
    """When warnings must be renewed; None = must be looked up."""
    next_duty: Due | None
    """What falls due next on the desk; None = must be looked up."""

    # an assessment has changed

    def settle_warning(self, n: int, assessed: int, time: int, reason: Mapping[str, Any]) -> None:
        """Let out what the policy lets out, propose what it does not, withdraw what is over."""
        occasion = self.plan.occasion(n)
        if occasion is None or assessed < 0:
            return
        self.review(n, assessed, time)
        key, live = self.plan.key(n), self.lifecycle.live(n)
        declined, event = self._declined(key, assessed, time), self.lifecycle.events.get(n)
        manual, pinned = event.manual if event else 0, self.assessor.answers[n].pinned
        level = approval.aim(occasion.policy, assessed, live, declined, manual)
        now = approval.at_once(occasion.policy, live, level, by_hand=pinned)
        if now != live:
            self.let_out(n, now, time, occasion, reason)
        if level == now:
            self.withdraw(key, time)
        else:
            self.offer(n, level, time, occasion, reason)

    def _declined(self, key: str, assessed: int, time: int) -> int:
        """The level that a person has declined, if that still holds."""
        found = self.desk.declined.get(key)
        if found is None:
            return 0
        if assessed == Level.NONE or assessed > found.level:
            del self.desk.declined[key]
            body = {"place": key, "level": Level(found.level).word, "who": found.who}
            self.record(time, "declined_ends", body)
            return 0
        found.level = assessed  # after a fall, each rise is a new one
        return found.level

    # versions

    def let_out(
        self, n: int, level: int, time: int, occasion: Occasion, reason: Mapping[str, Any]
    ) -> None:
        """The version that brings the warning to a level."""
        version = self.lifecycle.follow(n, level, time, occasion, reason)
        if version is not None:
            self.emit(n, version, occasion.policy)

    def emit(self, n: int, version: WarningVersion, policy: Policy) -> None:
        """A version goes out: everywhere its event has gone, but for mutes and quiet hours."""
        channels = self.lifecycle.said(n, policy.channels)
        highest = self.lifecycle.events[n].highest
        self.send(self.plan.key(n), version, policy, channels, highest)
        self.plan_renewal(n)
        self.review(n, self.assessor.answers[n].level, version.sent)

    def send(
        self, key: str, version: WarningVersion, policy: Policy, channels: list[str], highest: int
    ) -> None:
        """A version of the warning at a place goes out on channels, but for mutes and holds."""
        known = {*policy.channels, *self.plan.config.channels}
        every = [c for c in channels if c in known]
        if version.act is Act.ISSUE or version.level > version.previous:
            self._alarm(key, version)
        elif version.mistaken:  # what takes it back says more than the all-clear that waits
            self._drop_held(key, version.sent, f"tongluo.{version.event}.v")
        held, due = quiet.held(version, highest, policy.quiet, every)
        silent = [c for c in every if quiet.muted(self.desk.mutes, version, c)]
        now = tuple(c for c in every if c not in held and c not in silent)
        self.effects.warnings.append((version, now))
        if held:
            self.desk.held.append(quiet.hold(key, version, held, due))
            body = {"identifier": version.identifier, "channels": held, "until": due}
            self.record(version.sent, "held", body)
        if silent:
            body = {"identifier": version.identifier, "channels": silent}
            self.record(version.sent, "muted", body)
        self.next_duty = None

    def plan_renewal(self, n: int) -> None:
        """Note when the warning on a question must be renewed."""
        if self.next_due is not None:
            occasion = self.plan.occasion(n) if n in self.lifecycle.events else None
            self.next_due.set(n, self.lifecycle.renewal(n, occasion.policy) if occasion else 0)

    def _alarm(self, key: str, version: WarningVersion) -> None:
        """A new or higher alarm: exercises end, and no older all-clear may follow it."""
        time = version.sent
        if version.status is Status.ACTUAL:
            for running in list(self.desk.exercises):
                self.end_exercise(running, time, "an actual warning begins")
        self._drop_held(key, time)

    def _drop_held(self, key: str, time: int, start: str = "") -> None:
        """All-clears of a place that wait, of one event or of any, are not sent any more."""
        held = [h for h in self.desk.held if h.key == key and h.identifier.startswith(start)]
        for one in held:
            self.desk.held.remove(one)
            self.record(time, "held_dropped", {"identifier": one.identifier})

    # proposals

    def offer(
        self,
        n: int,
        level: int,
        time: int,
        occasion: Occasion,
        reason: Mapping[str, Any],
    ) -> None:
        """Put a level before those who may approve it, and call them."""
        place, before = (occasion.area.id, occasion.hazard.value), self._ladders()
        live = self.lifecycle.live(n)
        found, word = approval.propose(self.desk, place, level, live, time, reason, occasion.policy)
        if word != "kept":
            self._put(found, word, before, time)
        self.next_duty = None

    def draft(
        self, n: int, kind: Kind, level: int, time: int, reason: Mapping[str, Any], by: str,
        *, alone: bool,
    ) -> Proposal:  # fmt: skip
        """Put what a person asks for before those who may approve it, and call them.

        alone: that person's word is enough, and nobody is called for what is decided already.
        """
        occasion, event = self.plan.occasion(n), self.lifecycle.events.get(n)
        assert occasion is not None  # a person asks for nothing without a policy
        place, before = (occasion.area.id, occasion.hazard.value), self._ladders()
        name = event.name if event is not None and event.version else ""
        change = (kind, level, name, self.assessor.answers[n].level)
        made = approval.draft(
            self.desk, place, change, self.lifecycle.live(n), time, reason, occasion.policy, by,
            alone=alone,
        )  # fmt: skip
        if alone:
            self.step(made, "proposed", time)
        else:
            self._put(made, "proposed", before, time)
        self.next_duty = None
        return made

    def _ladders(self) -> dict[str, int]:
        return {name: group.version for name, group in self.desk.groups.items()}

    def _put(self, found: Proposal, word: str, before: Mapping[str, int], time: int) -> None:
        """Into the audit, and call for it; before: the ladders that there were."""
        self.step(found, word, time)
        group = self.desk.groups[found.group]
        rules = self.rules_of(group)
        if rules and rules.tell and before.get(group.id) != group.version:
            self.call(group, rules.tell, "told", time)
        self.climb(group, time)

    def review(self, n: int, assessed: int, time: int) -> None:
        """After a rise, or another version: a draft that was made before it may be overtaken."""
        made, event = self.desk.drafts.get(self.plan.key(n)), self.lifecycle.events.get(n)
        if made is None:
            return
        name = event.name if event is not None and event.version else ""
        if approval.overtaken(made, name, self.lifecycle.live(n), assessed):
            self.withdraw_draft(made.key, time, "overtaken")
        elif assessed >= Level.NONE:
            made.seen = min(made.seen, assessed)  # after a fall, each rise is a new one

    def withdraw(self, key: str, time: int, word: str = "withdrawn", **more: Any) -> None:
        """Take a proposal of the sensors' off the desk, if there is one."""
        self._closed(approval.close(self.desk, key), word, time, **more)

    def withdraw_draft(self, key: str, time: int, word: str = "withdrawn", **more: Any) -> None:
        """Take what a person asks for off the desk, if there is such."""
        self._closed(approval.close(self.desk, key, draft=True), word, time, **more)

    def _closed(self, found: Proposal | None, word: str, time: int, **more: Any) -> None:
        if found is not None:
            self.step(found, word, time, **more)
        self.next_duty = None

    def clear_desk(self, time: int) -> None:
        """Under another plan: what no policy speaks of any more waits for nobody."""
        for found in self.desk.open():
            n = self.plan.places.get(found.key)
            if n is None or self.plan.occasion(n) is None:
                approval.close(self.desk, found.key, draft=bool(found.by))
                self._closed(found, "withdrawn", time, cause="configuration")

    def grant(self, proposal: Proposal, level: int, time: int, by: str, **more: Any) -> None:
        """Let a proposal out, or a part of it; the whole closes it."""
        n = self.plan.places[proposal.key]
        occasion = self.plan.occasion(n)
        assert occasion is not None  # nothing is proposed without a policy
        if level == proposal.level:
            approval.close(self.desk, proposal.key)
        occasion = replace(occasion, policy=replace(occasion.policy, by=by))
        self.step(proposal, str(more.pop("word", "issued")), time, issued=Level(level).word, **more)
        self.let_out(n, level, time, occasion, {**proposal.reason, **more})
        self.next_duty = None

    def step(self, proposal: Proposal, word: str, time: int, **more: Any) -> None:
        """One step of a proposal's life, into the audit."""
        body = {
            "id": proposal.id,
            "state": word,
            "version": proposal.version,
            "area": proposal.area,
            "hazard": proposal.hazard,
            "level": Level(proposal.level).word,
            "group": proposal.group,
            **({"kind": proposal.kind, "by": proposal.by} if proposal.by else {}),
            **more,
        }
        self.record(time, "proposal", body)

    # what falls due

    def first_duty(self) -> Due:
        """The earliest of all that falls due on the desk; NEVER when nothing does."""
        if self.next_duty is None:
            self.next_duty = min(self._duties(), default=NEVER)
        return self.next_duty

    def _duties(self) -> list[Due]:
        desk, found = self.desk, list[Due]()
        found += [(h.due, 0, h.identifier) for h in desk.held]
        for group in desk.groups.values():
            if at := ladder.due(group, self.rules_of(group)):
                found.append((at, 1, group.id))
        for proposal in desk.open():
            if (next_ := self._silence(proposal)) is not None:
                found.append((next_[0], 2, proposal.id))
        for made in desk.drafts.values():
            if policy := self.plan.policies_of.get(made.hazard):
                found.append((approval.lapses(made, policy), LAPSE, made.key))
        found += [(m.until, 3, m.what) for m in desk.mutes]
        found += [(d.ends, 4, key) for key, d in desk.exercises.items()]
        return found

    def do_duty(self, kind: int, name: str, time: int) -> None:
        """Do one thing that has fallen due."""
        if kind == LAPSE:
            self.withdraw_draft(name, time, "lapsed")
            return
        (self._morning, self._climb, self._silent_now, self._unmute, self._drill_over)[kind](
            name, time
        )
        self.next_duty = None

    def _morning(self, identifier: str, time: int) -> None:
        one = next(h for h in self.desk.held if h.identifier == identifier)
        self.desk.held.remove(one)
        self.effects.later.append((identifier, tuple(one.channels)))
        self.record(time, "held_sent", {"identifier": identifier, "channels": one.channels})

    def _climb(self, name: str, time: int) -> None:
        self.climb(self.desk.groups[name], time)

    def _silence(self, proposal: Proposal) -> tuple[int, int] | None:
        n = self.plan.places[proposal.key]
        occasion = self.plan.occasion(n)
        if occasion is None:
            return None
        return approval.silence(proposal, occasion.policy, self.lifecycle.live(n))

    def _silent_now(self, name: str, time: int) -> None:
        """Nobody has answered in time: what the policy's order lets out, goes; staff are told."""
        proposal = next(p for p in self.desk.open() if p.id == name)
        due = self._silence(proposal)
        assert due is not None
        group, level = self.desk.groups[proposal.group], due[1]
        self._tell_silence(group, time)
        if level == UNANSWERED:
            proposal.unanswered = time
            self.step(proposal, "unanswered", time, since=proposal.asked)
            return
        rules = self.plan.policies_of[proposal.hazard].approval(level)
        assert rules is not None
        self.grant(proposal, level, time, rules.order, word="issued_by_order", order=rules.order)

    def _tell_silence(self, group: Group, time: int) -> None:
        """Once a ladder: everybody on it, and whoever may approve, hears that nobody did."""
        rules = self.rules_of(group)
        if rules is None or group.silent:
            return
        group.silent = True
        every = [*rules.ladder, *([rules.tell] if rules.tell else [])]
        whom = tuple(dict.fromkeys([*rules.who, *(w for s in every for w in s.whom)]))
        by = tuple(dict.fromkeys(c for s in every for c in s.by))
        self.call(group, Step(0, whom, by, answer=False), "silence", time)

    def _unmute(self, what: str, time: int) -> None:
        over = [m for m in self.desk.mutes if m.what == what and m.until <= time]
        self.desk.mutes = [m for m in self.desk.mutes if m not in over]
        for mute in over:
            self.record(time, "mute_ends", {"what": what, "who": mute.who, "why": mute.why})

    def _drill_over(self, key: str, time: int) -> None:
        self.end_exercise(key, time, "its time is over")
