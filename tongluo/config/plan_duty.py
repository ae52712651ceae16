"""Policies and operators of a configuration, as the rules of approval need them."""

from __future__ import annotations

from tongluo.config.duty import ApproveIn, QuietIn, StepIn, TellIn
from tongluo.config.models import Config, PolicyIn
from tongluo.core.words import Level
from tongluo.warning.ladder import Operator
from tongluo.warning.policy import Approval, Mode, Policy, Quiet, Step


def operators_of(config: Config) -> dict[str, Operator]:
    """The people, by the names of their blocks."""
    return {n: Operator(n, o.roles, o.contacts, o.name) for n, o in config.operators.items()}


def policies_of(config: Config) -> tuple[Policy, ...]:
    """The policies, in the order of the file."""
    return tuple(_policy(p) for p in config.policies)


def _policy(p: PolicyIn) -> Policy:
    own = _approval(p.approve)
    modes: list[Mode] = [p.issue] * 5
    approvals = [own if p.issue == "approve" or p.authority == "propose" else None] * 5
    for word, said in p.levels.items():
        level = int(Level.parse(word))
        modes[level] = said.issue
        approvals[level] = (_approval(said.approve) or own) if said.issue == "approve" else None
    return Policy(
        p.hazards,
        int(Level.parse(p.from_level)),
        p.issue == "automatic",
        p.by,
        p.channels,
        p.validity,
        p.renew,
        p.authority,
        p.to,
        tuple(modes),
        tuple(approvals),
        p.who,
        _quiet(p.quiet),
        p.from_,
    )


def _approval(a: ApproveIn | None) -> Approval | None:
    if a is None:
        return None
    return Approval(
        a.who,
        a.two,
        a.wait,
        tuple(_step(s) for s in a.ladder),
        a.on_silence == "issue",
        a.order,
        _told(a.tell),
        a.act_within,
        a.together,
        a.lower == "approve",
    )


def _step(s: StepIn) -> Step:
    return Step(s.after, s.whom, s.by, s.answer == "required")


def _told(t: TellIn | None) -> Step | None:
    return Step(0, t.whom, t.by, answer=False) if t is not None else None


def _quiet(q: QuietIn | None) -> Quiet | None:
    if q is None:
        return None
    start, end = (int(t[:2]) * 60 + int(t[3:]) for t in (q.from_, q.until))
    return Quiet(start, end, int(Level.parse(q.up_to)), q.channels)
