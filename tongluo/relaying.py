"""Notices, other agencies' warnings: relayed as they are, or in place of a proposal.

They go beside what the sensors say and never lower it (law 3). A relayed one is a warning of its
own in each area that it names. It ends by its issuer's cancel, or silently at its own expiry: that
nothing more was heard is no all-clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dissemination import cap_read
from dissemination.cap_read import NoticeInfo
from tongluo.approving import Approving, Due
from tongluo.config.plan import Plan
from tongluo.core.errors import CapError
from tongluo.core.warning import Relayed
from tongluo.core.words import Hazard, Level, Status
from tongluo.warning import relay
from tongluo.warning.desk import Declined, Relay
from tongluo.warning.lifecycle import Event, Lifecycle, Occasion
from tongluo.warning.policy import Policy
from tongluo.warning.reasons import Reasons

OVER = 5
"""Kind of what falls due: a Notice expires."""


class Relaying(Approving):
    """The Notices on the desk."""

    reasons: Reasons

    def notice(self, at: int, xml: bytes) -> None:
        """One message: a Notice begins, changes or ends. What is known already changes nothing."""
        try:
            notice = cap_read.read(xml)
        except CapError:
            return
        if not relay.wanted(self.plan.policies, self.desk, notice):
            return
        lines = relay.earlier(self.desk, notice)
        for line in lines:
            line.names.append(notice.identifier)
        lines, late = [r for r in lines if r.sent <= notice.sent], lines
        self.next_duty = None
        if late and not lines:
            return  # something newer has been heard
        if notice.msg_type == "Cancel":
            self._cancelled(lines, notice, at)
        else:
            self._notice_heard(next((r for r in lines if not r.over), None), notice, at)

    def _cancelled(self, lines: list[Relay], notice: cap_read.Notice, at: int) -> None:
        for line in lines:
            line.sent = notice.sent
            self._over(line, at, "cancelled", notice)
        if not lines:  # heard before what it ends: that must not begin any more
            validity = next(p.validity for p in self.plan.policies if notice.sender in p.issuers)
            names, until = [notice.identifier, *relay.referred(notice)], at + validity
            line = Relay(notice.sender, "", names, notice.sent, until, until, over=True)
            self.desk.relays[f"{notice.sender} {notice.identifier}"] = line
            self._told(line, at, "cancelled")

    def _notice_heard(self, line: Relay | None, notice: cap_read.Notice, at: int) -> None:
        found = relay.spoken(self.plan.policies, notice)
        ends = relay.expires(notice, found[0].validity) if found is not None else 0
        if found is None or (ends <= at and line is None):
            return
        policy, hazard = found
        if line is None:
            names = [notice.identifier]
            line = Relay(notice.sender, hazard.value, names, notice.sent, ends, ends)
            self.desk.relays[f"{notice.sender} {notice.identifier}"] = line
        line.sent, line.expires, line.until = notice.sent, ends, max(ends, line.until)
        if ends <= at:
            return  # its end falls due at once
        if policy.authority == "relay":
            self._relay(line, notice, policy, at)
        else:
            self._take_over(line, notice, at)

    # relayed

    def _relay(self, line: Relay, notice: cap_read.Notice, policy: Policy, at: int) -> None:
        where = relay.named(self.plan.areas, notice.infos)
        for area in [a for a, e in line.events.items() if e.version and a not in where]:
            self._end(line, area, at, "left")
        for area in where:
            self._bring(line, area, notice, policy, at)
        self._told(line, at, "relayed", areas=[a for a, e in line.events.items() if e.version])

    def _bring(
        self, line: Relay, area: str, notice: cap_read.Notice, policy: Policy, at: int
    ) -> None:
        """The warning in one area as the Notice has it now."""
        infos = relay.about(notice, self.plan.areas[area])
        level, event = _level(infos, policy), line.events.get(area)
        if event is None or not event.version:
            if level < policy.from_level:
                return
            event = Event(self.desk.number() - 1)
        said = relay.words(notice, infos)
        onset = min(infos[0].onset or infos[0].effective, line.expires)
        self._version(line, area, event, level, said, at, onset)

    def _end(
        self, line: Relay, area: str, at: int, why: str, notice: cap_read.Notice | None = None
    ) -> None:
        """The end of the warning in one area, in the issuer's own words where it has any."""
        if area not in self.plan.areas or line.hazard not in self.plan.policies_of:
            del line.events[area]  # of another configuration; that has ended it
            return
        before = line.words[area]
        said = replace(before, ended=why)
        if notice is not None:
            own = relay.words(notice, relay.about(notice, self.plan.areas[area]), before.issuer)
            spoken = any(s.headline for s in own.said)
            said = own if spoken else replace(said, original=own.original)
        self._version(line, area, line.events[area], 0, said, at, at)

    def _version(
        self, line: Relay, area: str, event: Event, level: int, said: Relayed, at: int, onset: int
    ) -> None:
        occasion, life = self._occasion_of(line, area, at), Lifecycle({0: event})
        reason = _reason(said)
        if level and level == life.live(0):
            version = life.renew(0, at, occasion, reason)
        else:
            found = life.follow(0, level, at, occasion, reason)
            assert found is not None  # another level than before
            version = found
        event, policy = life.events[0], occasion.policy
        line.events[area], line.words[area] = event, said
        version = relay.carried(version, self.plan.areas[area], said, onset)
        key = f"{line.sender} {line.names[0]} {area}"
        self.send(key, version, policy, life.said(0, policy.channels), event.highest)

    def _occasion_of(self, line: Relay, area: str, at: int) -> Occasion:
        """What its versions are made from: names of their own, and as long as the Notice holds."""
        policy, site = self.plan.policies_of[line.hazard], self.plan.config.site
        place = replace(self.plan.areas[area], id=f"relay.{area}")
        validity = line.expires - at if line.expires > at else policy.validity
        return Occasion(
            place,
            Hazard(line.hazard),
            self.plan.sender,
            replace(policy, validity=validity),
            site.timezone,
            site.languages,
            Status(site.status),
            site.note,
        )

    # in place of a proposal

    def _take_over(self, line: Relay, notice: cap_read.Notice, at: int) -> None:
        """The authority has issued what is proposed to it; a lower level leaves it open."""
        for key, proposal in list(self.desk.proposals.items()):
            area = self.plan.areas[proposal.area]
            if proposal.hazard != line.hazard:
                continue
            infos = [i for i in notice.infos if relay.touched(area, i.areas)]
            level = max(map(relay.grade, infos), default=Level.UNKNOWN)
            if level >= max(proposal.level, Level.BLUE):
                line.taken.append(key)
                why = f"{line.sender} {notice.identifier}"
                self.desk.declined[key] = Declined(int(level), line.sender, why, at)
                self.withdraw(key, at, "taken_over", by=line.sender, notice=notice.identifier)
        self._told(line, at, "heard", taken=line.taken)

    def _propose_again(self, line: Relay, at: int) -> None:
        """The authority's own is over: what the sensors still hold is proposed anew."""
        for key in line.taken:
            found, n = self.desk.declined.get(key), self.plan.places.get(key)
            if n is None or found is None or found.who != line.sender:
                continue
            del self.desk.declined[key]
            reason = self.reasons.standing(self.assessor, n, at)
            self.settle_warning(n, self.assessor.answers[n].level, at, reason)
        line.taken = []

    # its end

    def _over(self, line: Relay, at: int, why: str, notice: cap_read.Notice | None = None) -> None:
        line.over = True
        if why != "expired":
            for area in [a for a, e in line.events.items() if e.version]:
                self._end(line, area, at, why, notice)
        self._told(line, at, why)
        self._propose_again(line, at)

    def _duties(self) -> list[Due]:
        relays = self.desk.relays.items()
        return [
            *super()._duties(),
            *((r.until if r.over else r.expires, OVER, key) for key, r in relays),
        ]

    def do_duty(self, kind: int, name: str, time: int) -> None:
        """Do one thing that has fallen due."""
        if kind != OVER:
            super().do_duty(kind, name, time)
            return
        line = self.desk.relays[name]
        if not line.over:
            self._over(line, time, "expired")
        if line.until <= time:
            del self.desk.relays[name]
        self.next_duty = None

    def leave_notices(self, plan: Plan, now: int) -> None:
        """Before another plan: what that does not relay any more ends, and says so."""
        for line in [r for r in self.desk.relays.values() if not r.over]:
            policy = plan.policies_of.get(line.hazard)
            stays = policy is not None and line.sender in policy.issuers
            relays = stays and policy is not None and policy.authority == "relay"
            for area in [a for a, e in line.events.items() if e.version]:
                if not relays or area not in plan.areas:
                    self._end(line, area, now, "stopped")
            if not stays:
                line.over = True
                self._told(line, now, "stopped")
        self.next_duty = None

    def _told(self, line: Relay, at: int, word: str, **more: Any) -> None:
        """One step of a Notice's life, into the audit."""
        body = {"state": word, "sender": line.sender, "notice": line.names[-1],
                "hazard": line.hazard, "expires": line.expires, **more}  # fmt: skip
        self.record(at, "relay", body)


def _level(infos: Sequence[NoticeInfo], policy: Policy) -> int:
    """The highest level; of a Notice without one, the lowest that the policy speaks of."""
    found = int(relay.grade(infos[0]))
    return found if found >= Level.BLUE else max(policy.from_level, int(Level.BLUE))


def _reason(said: Relayed) -> dict[str, Any]:
    original = said.original
    return {
        "cause": "notice",
        "en": f"Notice {original.identifier} of {said.issuer}",
        "zh": f"{said.issuer}的外部预警 {original.identifier}",
        "sender": original.sender,
        "identifier": original.identifier,
        "sent": original.sent,
    }
