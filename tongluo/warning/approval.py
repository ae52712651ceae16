"""What a changed assessment asks for, and what persons and silence make of it. Pure.

A level that the policy lets out by itself goes out at once; what is above it is proposed and
waits. A proposal is one for its area and hazard: it is renewed when the level rises (who had
approved the lower one approves anew), amended when it falls, withdrawn when nothing is left of it.

What a person asks for is a draft beside it, until a further person approves it. A rise overtakes a
draft that would lower or reword: whoever drafted it had not seen that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongluo.warning.desk import UNANSWERED, Desk, Group, Kind, Proposal
from tongluo.warning.policy import Policy


def aim(policy: Policy, assessed: int, live: int, declined: int = 0, manual: int = 0) -> int:
    """The level at which the warning would stand if everything were approved.

    declined: no rise up to this level; manual: what a person issued is not lowered by sensors.
    """
    level = policy.allowed(assessed)
    if assessed <= declined:
        level = min(level, live)
    return max(level, manual)


def at_once(policy: Policy, live: int, level: int, *, by_hand: bool = False) -> int:
    """The level that goes out without anybody's word, on the way from `live` to `level`.

    by_hand: a person has set the assessment, and what two approved is not lowered by one.
    """
    if level < live:
        approval = policy.approval(live) if policy.mode(live) == "approve" else None
        holds = approval is not None and (approval.lower or (by_hand and approval.two))
        return live if holds else level
    if policy.authority != "issue":
        return live
    return next((k for k in range(level, live, -1) if policy.mode(k) == "automatic"), live)


def propose(
    desk: Desk,
    place: tuple[str, str],
    level: int,
    live: int,
    time: int,
    reason: Mapping[str, Any],
    policy: Policy,
) -> tuple[Proposal, str]:
    """(the proposal, what became of it: proposed, renewed, amended or kept)."""
    area, hazard = place
    rung = max(level, live)
    found = desk.proposals.get(f"{area}/{hazard}")
    if found is None:
        name = f"{area}.{hazard}.p{desk.number()}"
        found = Proposal(name, area, hazard, "", level, rung, time, [0] * 5)
        desk.proposals[found.key] = found
        _since(found, time)
        found.reason, word = dict(reason), "proposed"
    else:
        if (found.level, found.rung) == (level, rung):
            return found, "kept"
        word = "renewed" if level > found.level else "amended"
        found.level, found.rung, found.version = level, rung, found.version + 1
        found.reason, found.approved, found.unanswered = dict(reason), [], 0
        _since(found, time)
    _gather(desk, found, time, policy)
    return found, word


def draft(
    desk: Desk,
    place: tuple[str, str],
    change: tuple[Kind, int, str, int],
    live: int,
    time: int,
    reason: Mapping[str, Any],
    policy: Policy,
    by: str,
    *,
    alone: bool = False,
) -> Proposal:
    """What a person asks for, put on the desk. change: (kind, level, event, level assessed).

    alone: that person's word is enough, so that it waits for nobody, and is in no group.
    """
    (area, hazard), (kind, level, event, seen) = place, change
    name = f"{area}.{hazard}.p{desk.number()}"
    rung, asked = max(level, live), dict(reason)
    made = Proposal(name, area, hazard, "", level, rung, time, [0] * 5, reason=asked, kind=kind,
                    by=by, event=event, seen=max(seen, 0))  # fmt: skip
    _since(made, time)
    desk.drafts[made.key] = made
    if not alone:
        _gather(desk, made, time, policy)
    return made


def overtaken(made: Proposal, event: str, live: int, assessed: int) -> bool:
    """Whether a draft has nothing left to change, or was made before a rise.

    event: the warning in force there, "" = none.
    """
    if made.kind == "raise":
        return live >= made.level
    if event != made.event or live > made.rung or assessed > made.seen:
        return True
    return live != made.level if made.kind == "text" else live <= made.level


def lapses(proposal: Proposal, policy: Policy) -> int:
    """When a draft ends undecided, ms; 0 = never: what the sensors propose ends with what they say.

    A warning speaks for its validity, and so does who asks for one; the time to answer stays.
    """
    if not proposal.by:
        return 0
    approval = policy.approval(proposal.rung)
    return proposal.at + max(policy.validity, approval.wait if approval is not None else 0)


def _since(proposal: Proposal, time: int) -> None:
    """Note since when each level has been asked for; what is above the level is not any more."""
    raising = proposal.level == proposal.rung
    for k in range(5):
        asked = (1 <= k <= proposal.level) if raising else k == 0
        proposal.since[k] = (proposal.since[k] or time) if asked else 0


def _gather(desk: Desk, proposal: Proposal, time: int, policy: Policy) -> None:
    """Put a proposal into the group of its storm; a group whose level rises is called anew.

    One that asked for more and now asks for less, or the other way round, leaves its group.
    """
    group = desk.groups.get(proposal.group)
    if group is not None and group.sort != proposal.sort:
        left, proposal.group, group = group.id, "", None
        _clear(desk, left)
    group = group or _storm(desk, proposal, time, policy)
    if group is None:
        name = f"{proposal.hazard}.g{desk.number()}"
        group = Group(name, proposal.hazard, time, proposal.rung, time, sort=proposal.sort)
        desk.groups[name] = group
    elif proposal.rung > group.level:
        group.level, group.since, group.version = proposal.rung, time, group.version + 1
        group.step, group.called, group.answered, group.calls = 0, 0, 0, {}
        group.silent = False
    proposal.group = group.id
    group.revision += 1


def _storm(desk: Desk, proposal: Proposal, time: int, policy: Policy) -> Group | None:
    """The group of the same hazard, sort and span of time whose ladder is still being climbed.

    What a person wants lowered or reworded joins none.
    """
    approval = policy.approval(proposal.rung)
    if approval is None or proposal.sort == "change":
        return None
    fit = (
        g
        for g in desk.groups.values()
        if (g.hazard, g.sort) == (proposal.hazard, proposal.sort)
        and time - g.at <= approval.together
        and (not approval.ladder or g.step < len(approval.ladder) or g.level < proposal.rung)
    )
    return next(fit, None)


def _clear(desk: Desk, group: str) -> None:
    """A group goes with its last proposal."""
    if not desk.of_group(group):
        desk.groups.pop(group, None)


def close(desk: Desk, key: str, *, draft: bool = False) -> Proposal | None:
    """Take a proposal, or the draft there, off the desk, and its group with the last."""
    found = (desk.drafts if draft else desk.proposals).pop(key, None)
    if found is not None:
        _clear(desk, found.group)
    return found


def sign(proposal: Proposal, who: str, time: int, policy: Policy) -> bool:
    """Note that a person approves this version; True when that is enough."""
    approval = policy.approval(proposal.rung)
    if all(who != one for one, _ in proposal.approved):
        proposal.approved = [*proposal.approved, (who, time)]
    needed = approval.needed if approval is not None else 1
    return len(proposal.approved) >= needed


def silence(proposal: Proposal, policy: Policy, live: int) -> tuple[int, int] | None:
    """(when, level) of what silence does next: a level that goes out by its written order, or
    UNANSWERED: nothing goes out, and staff are told. None when there is nothing more to come."""
    due = []
    if policy.authority == "issue" and proposal.level == proposal.rung and not proposal.by:
        for level in range(live + 1, proposal.level + 1):
            approval = policy.approval(level) if policy.mode(level) == "approve" else None
            if approval is not None and approval.issues:
                due.append((proposal.since[level] + approval.wait, -level))
    approval = policy.approval(proposal.rung)
    if approval is not None and not proposal.unanswered:
        due.append((proposal.asked + approval.wait, -UNANSWERED))
    at, level = min(due, default=(0, 0))
    return (at, -level) if due else None
