"""`GET /proposals`: what waits for a person, who may decide it, and what comes if nobody does."""

from __future__ import annotations

from typing import Any

from tongluo.core.words import Hazard, Level
from tongluo.engine import Engine
from tongluo.warning import approval, ladder
from tongluo.warning.asked import asked
from tongluo.warning.desk import UNANSWERED, Group, Proposal


def proposals(engine: Engine) -> dict[str, Any]:
    """Groups with their proposals, oldest first; and what else lies on the desk."""
    desk = engine.desk
    return {
        "now": int(engine.clock["now"]),
        "groups": [_group(engine, group) for group in desk.groups.values()],
        "declined": {
            k: {"level": Level(d.level).word, "who": d.who, "why": d.why, "at": d.at}
            for k, d in desk.declined.items()
        },
        "mutes": [
            {"what": m.what, "who": m.who, "why": m.why, "at": m.at, "until": m.until}
            for m in desk.mutes
        ],
        "exercises": {
            key: {
                "event": d.event.name,
                "kind": d.kind,
                "ends": d.ends,
                "who": d.who,
                "channels": d.channels,
            }
            for key, d in desk.exercises.items()
        },
        "held": [
            {"identifier": h.identifier, "channels": h.channels, "until": h.due} for h in desk.held
        ],
    }


def _group(engine: Engine, group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "revision": group.revision,
        "hazard": group.hazard,
        "level": Level(group.level).word,
        "at": group.at,
        "next_step": group.step + 1,
        "next_call": _next_call(engine, group),
        "answered": group.answered,
        "waiting": dict(group.calls),
        "proposals": [proposal(engine, p) for p in engine.desk.of_group(group.id)],
    }


def proposal(engine: Engine, p: Proposal) -> dict[str, Any]:
    """One proposal with what its approver needs to see."""
    n, policy = engine.plan.places[p.key], engine.plan.policies_of[p.hazard]
    rules, area = policy.approval(p.rung), engine.plan.areas[p.area]
    live, silence = engine.lifecycle.live(n), approval.silence(p, policy, engine.lifecycle.live(n))
    return {
        "id": p.id,
        "version": p.version,
        "area": p.area,
        "area_name": area.name,
        "area_name_en": area.name_en,
        "people": area.people,
        "hazard": p.hazard,
        "hazard_zh": Hazard(p.hazard).zh,
        "level": Level(p.level).word,
        "in_force": Level(live).word,
        "at": p.at,
        "since": p.asked,
        "approved": [who for who, _ in p.approved],
        "needed": rules.needed if rules is not None else 1,
        "who": list(rules.who) if rules is not None else [],
        "authority": policy.authority,
        "to": policy.to,
        "by_hand": bool(p.by),
        "by": p.by,
        "asked": dict(zip(("en", "zh"), asked(p), strict=True)),
        "unanswered": p.unanswered,
        "silence": _silence(silence),
        "lapses": approval.lapses(p, policy),
        "channels": list(policy.channels),
        "reason": {"en": p.reason.get("en", ""), "zh": p.reason.get("zh", "")},
    }


def _silence(due: tuple[int, int] | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {"at": due[0], "issues": "" if due[1] == UNANSWERED else Level(due[1]).word}


def _next_call(engine: Engine, group: Group) -> int:
    policy = engine.plan.policies_of.get(group.hazard)
    return ladder.due(group, policy.approval(group.level)) if policy is not None else 0
